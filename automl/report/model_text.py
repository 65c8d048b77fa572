"""The model that a study delivers, in words: how good it is, how it was chosen and measured."""

from __future__ import annotations

from automl.core.delivered import DeliveredModel
from automl.core.final import EnsembleRecord, Estimate, Finalist, FinalRecord, opened
from automl.core.records import NetworkProfile, StudyRecord
from automl.core.text import count, value
from automl.report import ModelDetails


def verdict(study: StudyRecord, delivered: DeliveredModel | None) -> str:
    """The model that a study delivers, and what its score is based on."""
    if delivered is None:
        return "No trial has a model yet."
    lower = "" if study.maximize else ", lower is better"
    if delivered.final is None:
        best = f"Trial {delivered.trial.number}, the best of the search, on validation{lower}"
        return f"{best}; there is no final model. {against_baseline(study)}"
    known = f"The final model, on {delivered.split}{lower}."
    if delivered.score.interval:
        known += f" 95% interval: {delivered.score.interval}."
    return f"{known} It is {delivered.made()}."


def against_baseline(study: StudyRecord) -> str:
    """How much better than the baseline the best trial is, as a sentence."""
    best, baseline = study.best, next(iter(study.trials), None)
    if best is None or best.objective is None:
        return ""
    if baseline is None or baseline.objective is None:
        return "The baseline, trial 0, has no value to compare it with."
    if best.number == baseline.number:
        return "It is the baseline, where the space starts: no other trial is better yet."
    gain = (best.objective - baseline.objective) * (1 if study.maximize else -1)
    compared = f"{value(abs(gain))} {'better' if gain >= 0 else 'worse'}"
    stopped = "" if baseline.status == "complete" else f", {baseline.status}"
    return f"{compared} than the baseline (trial 0{stopped}: {value(baseline.objective)})."


def network_said(delivered: DeliveredModel, network: NetworkProfile) -> str:
    """The size of a delivered model's network, and whether there are several of them."""
    size = (
        f"{count(network.num_parameters, 'parameter')}, {count(network.flops, 'FLOP')} an example"
    )
    if delivered.members == 1:
        return f"{size}."
    return f"{delivered.members} of this network, each with {size}; their average is the answer."


def reviewed(model: ModelDetails) -> str:
    """The model whose mistakes are shown, and on how many examples."""
    examples = count(model.review.examples, "validation example") if model.review else "no example"
    return f"{model.reviewed[:1].upper()}{model.reviewed[1:]} on {examples}."


def not_reviewed(delivered: DeliveredModel) -> str:
    """Why there are no mistakes to show."""
    if delivered.final is not None:
        return "The errors are not known: they are not in the study's folder."
    paused = ", and the best one was paused" if delivered.trial.status == "paused" else ""
    return f"The errors are not known yet: they are analysed at the end of a trial{paused}."


def refitted(final: FinalRecord) -> str:
    """The caption of the table of finalists."""
    return (
        f"The best trials, trained again with seeds that none of them had. "
        f"{final.made().capitalize()}: {final.why()}."
    )


def tested_on(final: FinalRecord) -> str:
    """The caption of the table of test metrics."""
    times = opened(final.test_opened)
    told = f"Then it was measured on the test split ({final.basis}), which was opened {times}."
    return f"{told} {_averaged(final.ensemble)}" if final.ensemble else told


def finalist_headings(final: FinalRecord) -> list[str]:
    """The headings of ``finalist_rows``."""
    return [
        "trial",
        *(f"seed {each}" for each in final.seeds),
        "mean",
        "95% interval",
        "parameters",
    ]


def finalist_rows(final: FinalRecord) -> list[list[str]]:
    """A row for each finalist that is not out, the best mean first."""
    seeds = len(final.seeds)
    return [_finalist_row(each, seeds) for each in final.finalists if not each.reason]


def finalists_out(final: FinalRecord) -> list[str]:
    """A sentence on the finalists that are out, for each reason."""
    return list(final.left_out())


def test_headings(final: FinalRecord) -> list[str]:
    """The headings of ``test_rows``."""
    beside = ["ensemble", "95% interval"] if final.ensemble else []
    return ["metric", "value", "95% interval", *beside]


def test_rows(final: FinalRecord) -> list[list[str]]:
    """A row for each metric on the test split, of the final model and of the ensemble."""
    together = final.ensemble.test if final.ensemble else ()
    beside = {each.metric: _cells(each) for each in together}
    return [[each.metric, *_cells(each), *beside.get(each.metric, ())] for each in final.test]


def _averaged(ensemble: EnsembleRecord) -> str:
    return (
        f"The ensemble is {ensemble.made()}; its score on validation, by which it was chosen, is "
        f"{ensemble.validation}."
    )


def _cells(found: Estimate) -> list[str]:
    return [value(found.value), found.interval or "-"]


def _finalist_row(finalist: Finalist, seeds: int) -> list[str]:
    mean = finalist.mean
    values = [value(each) for each in finalist.values]
    values += ["-"] * (seeds - len(values))
    return [
        str(finalist.trial),
        *values,
        value(mean.value),
        mean.interval or "-",
        f"{finalist.num_parameters:,}",
    ]
