"""optuna-dashboard: what it shows beside studies and trials, and its server.

The server opens thousands of trials in seconds. For each trial that it sends to the browser,
optuna-dashboard 0.21 goes twice through the attributes of the whole study, where the notes of all
trials are, which takes tens of seconds for 5,000 trials. The keys are known, so that they can be
looked up. And the browser draws a line for every learning curve, for which it stands still as long
again; a few hundred lines already cover each other. What it takes with and without this is measured
by benchmarks/dashboard.py.

Of too few trials it draws importances that are noise, and where it finds none, equal ones; here it
draws none, as `automl show` does.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import optuna
from optuna.artifacts import FileSystemArtifactStore, get_all_artifact_meta, upload_artifact
from optuna.storages import BaseStorage
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState

from automl.core.delivered import DeliveredModel, delivered_model
from automl.core.errors import UserError
from automl.core.final import FinalRecord, opened
from automl.core.markdown import fenced, table, text
from automl.core.records import HEADINGS, NetworkProfile, TrialRecord, in_words
from automl.core.text import epochs, one_line, shell_word, value
from automl.core.trial import Status, TrialResult, TrialSpec
from automl.tuning.context import SearchContext, SearchOutcome
from automl.tuning.importances import FEWEST
from automl.tuning.optuna_private import changed_dashboard, quiet_optuna
from automl.tuning.study import SharedStudy
from automl.tuning.trial_records import is_held

# Lines of a failed trial's log that are shown: its end says what went wrong.
LAST_LINES = 20
# In a study with more trials, this many of the best and of the latest keep their learning curves.
MOST_CURVES = 100


def trial_note(network: NetworkProfile, spec: TrialSpec, result: TrialResult, log: str) -> str:
    """A trial in Markdown: how it ended and why, then its layers with shapes and parameters.

    Args:
        network: Profile of its network.
        spec: Spec that its worker was given.
        result: Result of the trial.
        log: Log of a failed trial; empty if there is none.
    """
    if not network.rows:
        return ""
    ended = {Status.COMPLETE: "Ran to its end"}.get(result.status, result.status.value.capitalize())
    reason = f": {text(result.reason)}" if result.reason else ""
    parts = (
        f" Each batch was split into {spec.grad_accumulation} micro-batches to save memory."
        if spec.grad_accumulation > 1
        else ""
    )
    speed = f"{_seconds_per_epoch(result):.2f} s an epoch on {text(result.device)}"
    layers = ((text(name), _shape(shape), f"{size:,}") for name, shape, size in network.rows)
    return "\n".join(
        [
            f"**{ended}{reason}**{parts}",
            "",
            f"{network.num_parameters:,} parameters, {network.flops:,} FLOPs an example, {speed}"
            f"{_latency(result)}",
            "",
            table(("layer", "output", "parameters"), layers),
            *_end_of(log),
        ]
    )


def study_note(
    context: SearchContext,
    best: TrialRecord | None,
    baseline: TrialRecord | None,
    delivered: DeliveredModel | None,
) -> str:
    """A study in Markdown: the model that it delivers, what is searched, and how to resume.

    Args:
        context: Context of the search.
        best: Best complete trial, or None.
        baseline: Trial 0, if it has ended.
        delivered: The final model; None while there is none.
    """
    plan = context.plan
    found = _best_so_far(context, best, baseline)
    answer = f"Best so far: {found}" if found else "No trial is complete yet."
    facts = {
        "space": plan.space,
        "data": context.data,
        "objective": ", ".join(_objectives(context)),
        "trials": f"{plan.trials} in all, of up to {epochs(plan.epochs)}",
        "runs on": context.device,
    }
    if delivered is not None and delivered.final is not None:
        answer = final_said(delivered)
        facts = _final(delivered.final) | ({"best trial": found} if found else {}) | facts
    return "\n".join(
        [
            f"**{text(answer)}**",
            "",
            table(("", ""), ((name, text(fact)) for name, fact in facts.items())),
            "",
            "Resume it in the folder that holds `results`:",
            "",
            fenced(f"automl resume {shell_word(plan.name)}", "sh"),
        ]
    )


def _best_so_far(
    context: SearchContext, best: TrialRecord | None, baseline: TrialRecord | None
) -> str:
    """The best trial beside the baseline; or ""."""
    if best is None:
        return ""
    told = f"trial {best.number}, {context.metric} {value(best.objective)} on validation"
    if baseline is None or baseline.number == best.number:
        return told
    return f"{told} (the baseline, trial 0: {value(baseline.objective)})"


def final_said(delivered: DeliveredModel) -> str:
    """The final model in a sentence without its full stop."""
    return f"Final model: {delivered.scored()}; {delivered.made()}"


def with_final(note: str, said: str) -> str:
    """The note of a trial, headed by what is said of the final model made of it; "" for nothing."""
    left = note.partition("\n\n")[2] if note.startswith("**Final model: ") else note
    return f"**{text(said)}**\n\n{left}" if said else left


def _final(final: FinalRecord) -> dict[str, str]:
    """How the final model was chosen, and its scores on the validation and the test split."""
    return {
        "final model": f"{final.score} on validation; {final.why()}",
        "test split": f"{', '.join(map(str, final.test))}; opened {opened(final.test_opened)}",
    }


def _objectives(context: SearchContext) -> list[str]:
    metric = f"{'the largest' if context.maximize else 'the smallest'} {context.metric}"
    return [metric, *(f"the smallest {HEADINGS[each]}" for each in context.plan.minimize)]


def _latency(result: TrialResult) -> str:
    latency = result.measurements[-1].latency if result.measurements else None
    return "" if latency is None else f", {in_words('latency', latency)} for one example"


def _end_of(log: str) -> list[str]:
    """The last lines, indented, so that no line can end the code block."""
    if not log:
        return []
    last = log.rstrip().splitlines()[-LAST_LINES:]
    return ["", "The end of its log:", "", *(f"    {one_line(line)}" for line in last)]


def _shape(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape))


def _seconds_per_epoch(result: TrialResult) -> float:
    if not result.measurements:
        return 0.0
    last = result.measurements[-1]
    return last.seconds / last.epoch


class StudyNote:
    """Keeps the study's note up to date: written at the start, and with every new best trial.

    Args:
        study: Study that the note is about.
        context: Context of the search.
    """

    def __init__(self, study: SharedStudy, context: SearchContext) -> None:
        self._study, self._context = study, context
        self._best, self._baseline = context.begun.best, context.begun.baseline
        self._delivered = delivered_model(context.begun, context.final)

    def write(self) -> None:
        """Write the note as it is now."""
        note = study_note(self._context, self._best, self._baseline, self._delivered)
        self._study.write_note(note)

    def end(self, trial: TrialRecord) -> None:
        """A trial ended; write the note again if it is the best so far."""
        if trial.number == 0:
            self._baseline = trial
        if trial.status == "complete" and trial.beats(self._best, self._context.maximize):
            self._best = trial
            self.write()


def note_final(study: SharedStudy, context: SearchContext, outcome: SearchOutcome) -> None:
    """Say what the final model is: in the study's note and attributes, and in its trial's note."""
    delivered, record = outcome.delivered, outcome.study
    if delivered is None or delivered.final is None:  # the trial's record was lost
        return
    study.write_note(study_note(context, record.best, record.baseline, delivered))
    study.show_attribute("final model", f"{delivered.scored()}; {delivered.made()}")
    for number, known in study.trial_notes().items():
        said = final_said(delivered) if number == delivered.trial.number else ""
        if (note := with_final(known, said)) != known:
            study.write_note(note, number)


class DashboardArtifacts:
    """Copies files of trials to where optuna-dashboard finds them.

    Args:
        folder: Folder of such files of all studies.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._store = FileSystemArtifactStore(folder)

    def attach(self, trial: optuna.Trial, files: Iterable[Path]) -> None:
        """Show ``files`` beside ``trial``, except those whose names are shown already."""
        shown = {each.filename for each in get_all_artifact_meta(trial)}
        for file in files:
            if file.name not in shown:
                upload_artifact(
                    artifact_store=self._store, file_path=str(file), study_or_trial=trial
                )


class QuietHandler(WSGIRequestHandler):
    """Answers requests without writing them to the terminal."""

    def log_message(self, format: str, *args: object) -> None:
        """Write nothing."""


class DashboardServer(ThreadingMixIn, WSGIServer):
    """Answers several requests at once, which a page of the dashboard makes."""

    daemon_threads = True


def serve(
    storage: BaseStorage, artifacts: Path, host: str, port: int, ready: Callable[[str], None]
) -> None:
    """Serve the dashboard until interrupted.

    Args:
        storage: Storage whose studies are shown.
        artifacts: Folder of the files that are shown beside trials.
        host: Address to listen on.
        port: Port to listen on; 0 takes a free one.
        ready: Function that is given the URL once it is served.

    Raises:
        UserError: if the address cannot be listened on.
    """
    from optuna_dashboard import wsgi

    artifacts.mkdir(parents=True, exist_ok=True)
    app = wsgi(storage, artifact_store=FileSystemArtifactStore(artifacts))
    try:
        server = make_server(host, port, app, DashboardServer, QuietHandler)
    except OSError as error:
        reason = error.strerror or str(error)
        raise UserError(
            f"cannot listen on {host}:{port} ({reason}); choose another --port"
        ) from error
    with server, quick_dashboard():
        ready(f"http://{host}:{server.server_port}/")
        server.serve_forever()


def quick_dashboard() -> AbstractContextManager[None]:
    """Inside the ``with``, the dashboards of this process open large studies quickly.

    They look notes up, draw fewer learning curves, and no importances of too few trials.
    """
    return changed_dashboard(_with_few_curves, _importances_of_enough)


def _with_few_curves(trials: list[FrozenTrial], direction: StudyDirection) -> list[FrozenTrial]:
    """All trials; where there are many, most of them without their learning curves."""
    trials = [_as_pruned(each) if is_held(each) else each for each in trials]
    if len(trials) <= 2 * MOST_CURVES:
        return trials
    kept = {each.number for each in trials[-MOST_CURVES:]}
    kept.update(each.number for each in trials if not each.state.is_finished())
    whole = [each for each in trials if each.state == TrialState.COMPLETE]
    whole.sort(key=lambda each: each.values[0], reverse=direction == StudyDirection.MAXIMIZE)
    kept.update(each.number for each in whole[:MOST_CURVES])
    return [each if each.number in kept else _without_curve(each) for each in trials]


def _importances_of_enough(
    trials: list[FrozenTrial], compute: Callable[[], list[Any]]
) -> list[Any]:
    """The importances, unless there are too few trials or all parameters matter equally."""
    if sum(each.state == TrialState.COMPLETE for each in trials) < FEWEST:
        return []
    with quiet_optuna():
        found = compute()
    equal = len({each["importance"] for each in found}) == 1
    return [] if equal and len(found) > 1 else found


def _as_pruned(trial: FrozenTrial) -> FrozenTrial:
    """A trial that is held at a rung, and to Optuna still runs."""
    pruned = copy.copy(trial)
    pruned.state = TrialState.PRUNED
    return pruned


def _without_curve(trial: FrozenTrial) -> FrozenTrial:
    bare = copy.copy(trial)  # the trial itself is the storage's own
    bare.intermediate_values = {}
    return bare
