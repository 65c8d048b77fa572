"""A study in words: its facts, its cost, what pruning saved, and how to repeat it."""

from __future__ import annotations

import re
import shlex
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from automl.core.delivered import DeliveredModel
from automl.core.final import (
    CHOSEN_ON_VALIDATION,
    openings,
)
from automl.core.records import COUNTED, HEADINGS, StudyRecord, TrialRecord, amount
from automl.core.text import count, duration, epoch, epochs, shell_word, value
from automl.report import Report
from automl.report.model_text import against_baseline

_STATUSES = (
    "complete",
    "pruned",
    "infeasible",
    "diverged",
    "failed",
    "duplicate",
    "paused",
    "running",
    "waiting",
)
_WITHOUT_MODEL = ("infeasible", "diverged", "failed")
# Settings that affect a study's numbers. Where trials ran and were kept is left out: it is valid in
# one place, and a storage URL may hold a password.
_FLAGS = (
    "name",
    "data",
    "trials",
    "epochs",
    "timeout",
    "sampler",
    "pruner",
    "metric",
    "seed",
    "workers",
    "cpus_per_trial",
    "gpus_per_trial",
    "trial_timeout",
)
# Rows of the table of the front; more are no help in choosing.
MOST_ROWS = 20


def facts(report: Report) -> dict[str, str]:
    """What the search cost and what the delivered model is, by name."""
    study, cost, delivered = report.study, report.cost, report.delivered
    found = {}
    if delivered is not None:
        found["Network"] = delivered.network()
        found |= _final_facts(report, delivered)
    if compared := study.compared():
        found["To compare with"] = f"{study.metric} on validation: {compared}"
    found["Time"] = (
        f"{duration(cost.wall)} of wall clock, {duration(cost.work)} of trials on workers"
    )
    found["Trials"] = tally(study)
    found["Pruning"] = saved(study, report.epochs)
    found["Data"] = report.origin.data or "not recorded by the version that began this study"
    if cost.begun and cost.ended:
        found["When"] = f"{cost.begun:%Y-%m-%d %H:%M} to {cost.ended:%Y-%m-%d %H:%M}"
    return found


def _final_facts(report: Report, delivered: DeliveredModel) -> Iterator[tuple[str, str]]:
    """How the model was trained; of a final one, why it was chosen, and the best trial."""
    study, final, best = report.study, delivered.final, report.study.best
    if final is None:
        yield "Training", f"{epoch(delivered.trial.epoch)} of {epochs(report.epochs)}"
        return
    yield "Training", f"{epochs(final.epochs)} on {count(final.examples, 'example')}"
    yield "Chosen", f"{final.score} on validation: {final.why()}"
    yield "Test split", ", ".join(map(str, final.test))
    if best is not None:
        scored = f"trial {best.number}, {study.metric} {value(best.objective)} on validation"
        yield "Best trial", f"{scored}. {against_baseline(study)}"


def tally(study: StudyRecord) -> str:
    """How many trials ended how."""
    numbers = {status: study.count(status) for status in _STATUSES}
    told = {status: f"{number:,} {status}" for status, number in numbers.items() if number}
    trials = ", ".join(text for status, text in told.items() if status in COUNTED)
    others = ", ".join(text for status, text in told.items() if status not in COUNTED)
    beside = f"in addition {others}" if others else ""
    counted = f"{study.counted:,}: {trials}" if trials else "none has ended yet"
    return "; ".join(filter(None, (counted, beside))) if told else "none yet"


def cautions(report: Report) -> tuple[str, ...]:
    """What to keep in mind about the result."""
    study, final = report.study, report.final
    unfinished = len(study.having("paused", "running", "waiting"))
    delivered = report.delivered
    opened_so_far = openings(report.test_opened)
    found = list(final.doubts) if final is not None else []
    if delivered is not None:
        chosen = "" if delivered.split == "test" else f"{CHOSEN_ON_VALIDATION} "
        found.append(f"{chosen}{opened_so_far}")
    if final is not None and final.outdated:
        found.append(
            "Later trials beat those the final model was chosen from; run automl finalize again."
        )
    if delivered is not None and delivered.final is None and delivered.trial.status == "paused":
        found.append("The training of this model is paused and not complete.")
    if unfinished:
        are = "is" if unfinished == 1 else "are"
        told = f"{count(unfinished, 'trial')} {are} running or waiting."
        found.append(f"The search is not over: {told}")
    return tuple(found)


@dataclass(frozen=True)
class EndReason:
    """Trials that ended without a model for the same reason.

    Args:
        status: Status of the trials.
        trials: Number of trials.
        first: Number of the first trial.
        reason: Reason of the first trial; those of the others may contain other numbers.
    """

    status: str
    trials: int
    first: int
    reason: str


def saved(study: StudyRecord, epochs: int) -> str:
    """The epochs that pruning saved, compared with training every trial for ``epochs``."""
    pruned = study.having("pruned")
    trained = sum(each.epoch for each in study.trials)
    spared = sum(epochs - each.epoch for each in pruned)
    if not pruned:
        return "No trial was pruned"
    share = spared / (trained + spared)
    return (
        f"{count(len(pruned), 'trial')} stopped early: {epoch(trained)} epochs trained, "
        f"{epoch(spared)} saved ({share:.0%})"
    )


def endings(study: StudyRecord) -> tuple[EndReason, ...]:
    """Why trials were infeasible, diverged or failed; the most frequent first."""
    numbers: Counter[tuple[str, str]] = Counter()
    firsts: dict[tuple[str, str], EndReason] = {}
    for each in study.having(*_WITHOUT_MODEL):
        kind = (each.status, re.sub(r"\d[\d,.]*", "", each.reason))
        numbers[kind] += 1
        firsts.setdefault(kind, EndReason(each.status, 1, each.number, each.reason))
    return tuple(
        EndReason(status, number, firsts[status, kind].first, firsts[status, kind].reason)
        for (status, kind), number in numbers.most_common()
    )


def commands(settings: Mapping[str, Any]) -> dict[str, str]:
    """Commands for a study, by what they do.

    Args:
        settings: Plan of the study, as study.yaml has it.
    """
    name = shlex.quote(settings["name"])
    return {
        "search again": " ".join(_search(settings)),
        "continue it": f"automl resume {name}",
        "make the final model": f"automl finalize {name}",
        "see every trial": f"automl show {name}",
        "export the model": f"automl export {name} --format onnx",
    }


def _search(settings: Mapping[str, Any]) -> Iterator[str]:
    yield f"automl search {shlex.quote(settings['space'])}"
    for flag in _FLAGS:
        if settings.get(flag) is not None:
            yield _flag(flag, settings[flag])
    for name in settings.get("minimize", ()):
        yield _flag("minimize", name)
    for path, text in settings.get("overrides", {}).items():
        yield _flag("set", f"{path}={text}")
    for flag, given in settings["options"].items():
        yield f"--{flag.replace('_', '-')}" if given is True else _flag(flag, given)
    if not settings["finalize"]:
        yield "--no-finalize"
    if settings["deterministic"]:
        yield "--deterministic"
    if settings["executor"] != "ray":
        yield _flag("executor", settings["executor"])


def _flag(name: str, value: object) -> str:
    text = f"{value:.10g}" if isinstance(value, float) else str(value)
    return f"--{name.replace('_', '-')} {shlex.quote(text)}"


def front_title(study: StudyRecord) -> str:
    """``"3 models that no other beats in accuracy and latency at once"``."""
    *others, last = (study.metric, *study.minimize)
    models, objectives = count(len(study.front), "model"), f"{', '.join(others)} and {last}"
    return f"{models} that no other beats in {objectives} at once"


def front_headings(study: StudyRecord) -> tuple[str, ...]:
    """The trial, and each objective with its unit."""
    return ("trial", study.metric, *(HEADINGS[name] for name in study.minimize))


def front_rows(study: StudyRecord) -> list[tuple[str, ...]]:
    """A row for each model on the front, best metric first, up to ``MOST_ROWS``."""
    return [_front_row(study, each) for each in study.front[:MOST_ROWS]]


def front_rest(study: StudyRecord) -> str:
    """A line on models beyond the rows; empty if there are none."""
    more = len(study.front) - MOST_ROWS
    return (
        f"and {more} more, which `automl show {shell_word(study.name)} --json` has"
        if more > 0
        else ""
    )


def _front_row(study: StudyRecord, trial: TrialRecord) -> tuple[str, ...]:
    costs = (amount(name, trial.cost(name)) for name in study.minimize)
    return (str(trial.number), value(trial.objective), *costs)
