"""What is said when a search has ended."""

from __future__ import annotations

from automl.cli.text import program
from automl.core.defaults import RESULTS
from automl.core.text import count, duration, plain, value
from automl.store import Store
from automl.tuning.records import StudyRecord, TrialRecord
from automl.tuning.watch import Outcome

_ENDED = {
    "done": "Done",
    "time limit": "Time is up",
    "interrupted": "Stopped",
    "exhausted": "Done, the space has no configuration left",
    "shared": "Nothing is left to begin, another search of this study runs its last trials",
}


_TO_NO_AVAIL = ("failed", "diverged", "infeasible")


def summarize(outcome: Outcome, store: Store) -> str:
    """The best trial, what the baseline scored, where things are and what to type next."""
    study, best = outcome.study, outcome.study.best
    statuses = ["complete", "pruned", "infeasible", "failed"]
    if study.count("diverged"):
        statuses.insert(3, "diverged")
    tally = ", ".join(f"{study.count(each)} {each}" for each in statuses)
    lines = [
        f"{_ENDED[outcome.reason]}: {count(study.counted, 'trial')} in "
        f"{duration(outcome.seconds)} ({tally}).",
        "",
    ]
    if best is None:
        lines += [f"No trial is complete yet. {_first_failure(study)}".rstrip()]
    else:
        lines += [*_best(study, best), "", f"Model  {store.study(study.name).best}"]
    lines += [f"Study  {store.study(study.name).path}", "", "Next:", *_next(outcome, store)]
    return "\n".join(lines)


def _best(study: StudyRecord, best: TrialRecord) -> list[str]:
    baseline = study.baseline
    compared = ""
    if baseline is not None and baseline.number != best.number:
        compared = f" (the baseline, trial 0: {value(baseline.value)})"
    width = max((len(name) for name in best.parameters), default=0)
    drawn = (f"  {name:<{width}}  {plain(each)}" for name, each in best.parameters.items())
    return [
        f"Best: trial {best.number}, {study.metric} {value(best.value)} on validation{compared}",
        *drawn,
    ]


def _first_failure(study: StudyRecord) -> str:
    reasons = [each.reason for each in study.trials if each.status in _TO_NO_AVAIL]
    return f"The first reason: {reasons[0]}" if reasons else ""


def _next(outcome: Outcome, store: Store) -> list[str]:
    name = outcome.study.name
    where = "" if str(store.root) == RESULTS else f" --results {store.root}"
    steps = []
    if outcome.reason in ("interrupted", "time limit"):
        steps.append((f"resume {name}{where}", "go on where it stopped"))
    steps += [
        (f"show {name}{where}", "the best trials"),
        (f"dashboard{where}", "every trial, in the browser"),
    ]
    if outcome.study.best is not None:
        steps += [
            (f"export {name} --format onnx{where}", "take the model away"),
            (f"predict {store.study(name).best} FILE", "use it"),
        ]
    width = max(len(step) for step, _ in steps)
    return [f"  {program()} {step:<{width}}  {what}" for step, what in steps]
