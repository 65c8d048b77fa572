"""A study in a few lines: the model that it delivers, its front and what to do next."""

from __future__ import annotations

from collections.abc import Iterator

from automl.cli.terminal import columns, next_steps, results_flag, table, wrap
from automl.core.delivered import DeliveredModel
from automl.core.final import EnsembleRecord, Estimate, FinalRecord, openings
from automl.core.records import StudyRecord, TrialRecord
from automl.core.text import count, duration, plain, shell_word, value
from automl.report.summary import front_headings, front_rest, front_rows, front_title
from automl.store import Store
from automl.tuning.context import SearchOutcome

_ENDED = {
    "done": "Done",
    "time limit": "Time is up",
    "interrupted": "Stopped",
    "exhausted": "Done, the space has no configuration left",
    "shared": "No trial is left to start, another search of this study runs the last ones",
}
_WITHOUT_MODEL = ("failed", "diverged", "infeasible")


def summarize(outcome: SearchOutcome, store: Store) -> str:
    """The delivered model, the best trial, the paths of the results and the next commands."""
    study, folder = outcome.study, store.study(outcome.study.name)
    lines = [
        _ended(outcome),
        "",
        result_text(study, outcome.delivered),
        *([f"\n{front_text(study)}"] if study.minimize else []),
        *([] if study.best is None else ["", f"Model  {folder.best}"]),
        f"Study  {folder.path}",
        "",
        _next(outcome, store),
    ]
    return "\n".join(lines)


def _ended(outcome: SearchOutcome) -> str:
    if outcome.reason == "unchanged":
        return wrap(
            "Nothing has changed since the final model was made; the test split stays closed."
        )
    study = outcome.study
    ended = f"{_ENDED[outcome.reason]}: {count(study.counted, 'trial')}"
    return f"{ended} in {duration(outcome.seconds)} ({tally(study)})."


def _next(outcome: SearchOutcome, store: Store) -> str:
    from automl.api.watchers import next_steps as tracked_steps

    name, results = shell_word(outcome.study.name), results_flag(str(store.root))
    steps = []
    if outcome.reason in ("interrupted", "time limit"):
        steps.append((f"resume {name}{results}", "continue where it stopped"))
        if outcome.study.count("complete") and outcome.final is None:
            steps.append(
                (f"finalize {name}{results}", "make the final model from the trials so far")
            )
    steps += [
        (f"show {name}{results}", "the best trials"),
        (f"dashboard{results}", "every trial, in the browser"),
    ]
    if outcome.study.best is not None:
        steps += [
            (f"report {name}{results}", "the report, in one file"),
            (f"export {name} --format onnx{results}", "export the model"),
            (f"predict {name} FILE{results}", "use it"),
        ]
    looks = columns(tracked_steps(store.study(outcome.study.name)), "  ")
    return "\n".join(filter(None, (next_steps(steps), looks)))


def result_text(study: StudyRecord, delivered: DeliveredModel | None) -> str:
    """The model that a study delivers and its settings, beside what it is to be compared with.

    Args:
        study: The study with all its trials.
        delivered: The model that it delivers; None while it has none.
    """
    if delivered is None:
        return wrap(f"No trial is complete yet. {_first_failure(study)}".rstrip())
    drawn = columns(
        [(name, plain(each)) for name, each in delivered.trial.parameters.items()], indent="  "
    )
    if delivered.final is None:
        headline = wrap(f"{_best_trial(study)}; there is no final model")
        return "\n".join([headline, *_references(study), drawn]).rstrip()
    settings = "\n".join([wrap(f"Its network: {delivered.network()}, with"), drawn]).rstrip()
    best = "\n".join([wrap(_best_trial(study)), *_references(study)])
    return "\n\n".join([final_text(delivered, delivered.final), settings, best])


def _best_trial(study: StudyRecord) -> str:
    """The best trial of the search beside the baseline."""
    best = study.best
    if best is None:  # the journal was damaged after the final model was made
        return "Best trial: none"
    scored = f"{best.number}, {study.metric} {value(best.objective)} on validation"
    return f"Best trial: {scored}{_against(study.baseline, best)}"


def _references(study: StudyRecord) -> Iterator[str]:
    if compared := study.compared():
        yield wrap(f"To compare with, on validation: {compared}")


def tally(study: StudyRecord) -> str:
    """The number of trials by status: ``"4 complete, 26 pruned, 1 infeasible, 0 failed"``."""
    statuses = ["complete", "pruned", "infeasible", "failed"]
    if study.count("diverged"):
        statuses.insert(3, "diverged")
    return ", ".join(f"{study.count(each)} {each}" for each in statuses)


def _against(baseline: TrialRecord | None, best: TrialRecord) -> str:
    if baseline is None or baseline.number == best.number:
        return ""
    scored = value(baseline.objective) if baseline.status == "complete" else baseline.status
    return f" (the baseline, trial 0: {scored})"


def _first_failure(study: StudyRecord) -> str:
    reasons = [each.reason for each in study.trials if each.status in _WITHOUT_MODEL]
    return f"The first reason: {reasons[0]}" if reasons else ""


def final_text(delivered: DeliveredModel, final: FinalRecord) -> str:
    """The final model in a few lines, its score on the test split first.

    Args:
        delivered: The final model.
        final: How it was made.
    """
    seeds = f"mean of {count(len(final.seeds), 'seed')}"
    rows = [_row(final.score, "validation", final.score.basis or seeds)]
    rows += [_row(each, "test", each.basis or final.basis) for each in final.test]
    said = [*(wrap(f"Caution: {each}") for each in final.doubts)]
    told = f"Final model: {delivered.scored()}; {final.made()}; {final.why()}"
    said += [wrap(told), columns(rows, "  ")]
    together = [] if final.ensemble is None else _ensemble(final.ensemble, final.basis)
    return "\n".join([*said, *together, *map(wrap, _remarks(final))])


def _ensemble(ensemble: EnsembleRecord, basis: str) -> list[str]:
    rows = [_row(ensemble.validation, "validation", "the score that chose its members")]
    rows += [_row(each, "test", each.basis or basis) for each in ensemble.test]
    return [wrap(f"Ensemble: {ensemble.made()}"), columns(rows, "  ")]


def _row(score: Estimate, split: str, basis: str) -> tuple[str, ...]:
    interval = f"95%: {score.interval}" if score.interval else ""
    return (f"{score.metric} on {split}", value(score.value), interval, basis)


def _remarks(final: FinalRecord) -> Iterator[str]:
    yield openings(final.test_opened)
    yield from final.left_out()
    if final.outdated:
        yield "Later trials beat those it was chosen from; run automl finalize again."


def front_text(study: StudyRecord) -> str:
    """The front of a study as a table; empty for one objective, or without a model."""
    rows = front_rows(study) if study.minimize else []
    if not rows:
        return ""
    title = wrap(f"Front: {front_title(study)}")
    return "\n".join(filter(None, [title, table(front_headings(study), rows), front_rest(study)]))


def objectives_json(study: StudyRecord) -> dict[str, object]:
    """The objectives and the numbers of the trials on the front, for scripts."""
    metric = {"name": study.metric, "direction": "maximize" if study.maximize else "minimize"}
    costs = ({"name": name, "direction": "minimize"} for name in study.minimize)
    return {"objectives": [metric, *costs], "front": [each.number for each in study.front]}
