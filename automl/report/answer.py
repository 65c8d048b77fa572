"""The answer of a study in words: what came out, against the baseline, and at what cost."""

from __future__ import annotations

from automl.core.final import openings
from automl.core.records import StudyRecord
from automl.core.text import count, duration, value
from automl.report.content import Report
from automl.report.pruning import saved

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
_CHOSEN = (
    "The search chose this model by its score on the validation split, so expect a little less on "
    "new data."
)


def verdict(study: StudyRecord) -> str:
    """Whose number it is, and how much better than the baseline."""
    best, baseline = study.best, next(iter(study.trials), None)
    if best is None or best.value is None:
        return "No trial has a model yet."
    lower = "" if study.maximize else ", lower is better"
    line = f"Trial {best.number}, on validation{lower}."
    if baseline is None or baseline.value is None:
        return f"{line} The baseline, trial 0, has no value to compare it with."
    if best.number == baseline.number:
        return f"{line} It is the baseline, where the space starts: no other trial is better yet."
    gain = (best.value - baseline.value) * (1 if study.maximize else -1)
    compared = f"{abs(gain):.4f} {'better' if gain >= 0 else 'worse'}"
    stopped = "" if baseline.status == "complete" else f", {baseline.status}"
    return f"{line} {compared} than the baseline (trial 0{stopped}: {value(baseline.value)})."


def facts(report: Report) -> dict[str, str]:
    """What the answer cost and what kind of model it is, by name."""
    study, cost, best = report.study, report.cost, report.study.best
    found = {
        "Time": f"{duration(cost.wall)} of wall clock, {duration(cost.work)} of workers' time",
        "Trials": tally(study),
        "Pruning": saved(study, report.epochs),
    }
    if best is not None and best.size is not None:
        flops = "" if best.flops is None else f", {best.flops:,} FLOPs an example"
        found["Model"] = f"{best.size:,} parameters{flops}"
    if report.final is not None:
        final = report.final
        found["Final model"] = f"{final.made()}: {final.score}, a mean on validation; {final.why()}"
        found["Test split"] = ", ".join(map(str, final.test))
    if best is not None:
        found["Training"] = f"{best.epoch:g} of {report.epochs} epochs"
    found["Data"] = report.origin.data or "not noted by the version that began this study"
    if cost.begun and cost.ended:
        found["When"] = f"{cost.begun:%Y-%m-%d %H:%M} to {cost.ended:%Y-%m-%d %H:%M}"
    return found


def tally(study: StudyRecord) -> str:
    """How many trials ended how."""
    numbers = {status: len(study.having(status)) for status in _STATUSES}
    parts = ", ".join(f"{number:,} {status}" for status, number in numbers.items() if number)
    return f"{len(study.trials):,}: {parts}" if parts else "none yet"


def cautions(report: Report) -> tuple[str, ...]:
    """What to keep in mind about the answer."""
    study, final = report.study, report.final
    unfinished = len(study.having("paused", "running", "waiting"))
    found = [] if study.best is None else [f"{_CHOSEN} {openings(report.test_opened)}"]
    if final is not None and final.outdated:
        found.append("The study has better trials by now, which the final model was not chosen of.")
    if study.best is not None and study.best.status == "paused":
        found.append("This model's training was paused and is not at its end.")
    if unfinished:
        are = "is" if unfinished == 1 else "are"
        told = f"{count(unfinished, 'trial')} {are} running or waiting."
        found.append(f"The search is not over: {told}")
    return tuple(found)
