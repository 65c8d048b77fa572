"""What a study has found, in a few lines."""

from __future__ import annotations

from automl.cli.tables import columns
from automl.cli.terminal import wrap
from automl.core.records import StudyRecord, TrialRecord
from automl.core.text import plain, value

_TO_NO_AVAIL = ("failed", "diverged", "infeasible")


def answer(study: StudyRecord) -> str:
    """The best trial beside the baseline, and what was drawn for it; or why there is none."""
    best = study.best
    if best is None:
        return wrap(f"No trial is complete yet. {_first_failure(study)}".rstrip())
    scored = f"trial {best.number}, {study.metric} {value(best.value)} on validation"
    line = wrap(f"Best: {scored}{_against(study.baseline, best)}")
    drawn = [(name, plain(each)) for name, each in best.parameters.items()]
    return "\n".join([line, columns(drawn, indent="  ")]).rstrip()


def tally(study: StudyRecord) -> str:
    """How many trials ended how: ``"4 complete, 26 pruned, 1 infeasible, 0 failed"``."""
    statuses = ["complete", "pruned", "infeasible", "failed"]
    if study.count("diverged"):
        statuses.insert(3, "diverged")
    return ", ".join(f"{study.count(each)} {each}" for each in statuses)


def _against(baseline: TrialRecord | None, best: TrialRecord) -> str:
    if baseline is None or baseline.number == best.number:
        return ""
    scored = value(baseline.value) if baseline.status == "complete" else baseline.status
    return f" (the baseline, trial 0: {scored})"


def _first_failure(study: StudyRecord) -> str:
    reasons = [each.reason for each in study.trials if each.status in _TO_NO_AVAIL]
    return f"The first reason: {reasons[0]}" if reasons else ""
