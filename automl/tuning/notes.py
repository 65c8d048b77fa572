"""What optuna-dashboard shows beside studies and trials: notes in Markdown, and files."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import optuna
from optuna.artifacts import FileSystemArtifactStore, get_all_artifact_meta, upload_artifact

from automl.core.final import FinalRecord, opened
from automl.core.markdown import fenced, table, text
from automl.core.objectives import HEADINGS, NetworkProfile, in_words
from automl.core.records import TrialRecord
from automl.core.text import epochs, one_line, shell_word, value
from automl.core.trial import Status, TrialResult, TrialSpec
from automl.tuning.context import SearchContext
from automl.tuning.study import SharedStudy

# Lines of a failed trial's log that are shown: its end says what went wrong.
LAST_LINES = 20


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
    final: FinalRecord | None,
) -> str:
    """A study in Markdown: the best trial so far, what is searched, and how to resume.

    Args:
        context: Context of the search.
        best: Best complete trial, or None.
        baseline: Trial 0, if it has ended.
        final: Final model, or None.
    """
    plan = context.plan
    answer = "No trial is complete yet."
    if best is not None:
        answer = f"Best so far: trial {best.number}, {context.metric} {value(best.objective)}"
        if baseline is not None and baseline.number != best.number:
            answer += f" (the baseline, trial 0: {value(baseline.objective)})"
    facts = {
        "space": plan.space,
        "data": context.data,
        "objective": ", ".join(_objectives(context)),
        "trials": f"{plan.trials} in all, of up to {epochs(plan.epochs)}",
        "runs on": context.device,
    }
    if final is not None:
        facts |= _final(final)
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


def _final(final: FinalRecord) -> dict[str, str]:
    """The final model's scores on the validation and the test split."""
    return {
        "final model": f"{final.made()}: {final.score} on validation; {final.why()}",
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

    def write(self) -> None:
        """Write the note as it is now."""
        context = self._context
        self._study.write_note(study_note(context, self._best, self._baseline, context.final))

    def end(self, trial: TrialRecord) -> None:
        """A trial ended; write the note again if it is the best so far."""
        if trial.number == 0:
            self._baseline = trial
        if trial.status == "complete" and trial.beats(self._best, self._context.maximize):
            self._best = trial
            self.write()


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
