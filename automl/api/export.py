"""Choose one of a study's models and export it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from automl.api.bundles import make_bundle
from automl.api.datasets import DatasetLoader
from automl.api.stored_study import StoredStudy
from automl.core.defaults import RESULTS
from automl.core.delivered import DeliveredModel, delivered_model
from automl.core.errors import StudyError
from automl.core.records import COSTS, StudyRecord, TrialRecord, in_words
from automl.core.text import count, shell_word
from automl.core.trial import Config
from automl.export import EXPORTERS
from automl.finalizing.record import EndedRefit, kept_refits, read_final, read_test_opened
from automl.store import StudyFolder, holds_weights
from automl.tuning.context import Watcher

if TYPE_CHECKING:
    from automl.export.bundle import Bundle
    from automl.export.exporter import Exported
    from automl.export.facts import ModelFacts


def export(
    name: str,
    *,
    trial: int | None = None,
    ensemble: bool = False,
    max_latency: float | None = None,
    max_parameters: float | None = None,
    max_flops: float | None = None,
    format: str = "safetensors",
    quantize: str | None = None,
    output: str | None = None,
    results: str = RESULTS,
) -> Exported:
    """Write a study's model in a format, checked against the original on real inputs.

    Args:
        name: Name of the study.
        trial: Number of the trial; None is the final model if it is within all limits; else the
            best of the refits that it is the average of, if that is; else the best trial that is.
        ensemble: Whether the ensemble is exported, as one model.
        max_latency: Maximum milliseconds for one example, as measured by the search; None is any.
        max_parameters: Maximum number of parameters; None is any.
        max_flops: Maximum FLOPs per example; None is any.
        format: Name of an export format, one of ``automl.export.EXPORTERS``.
        quantize: Type of the weights, ``"int8"`` or ``"fp16"``; None keeps float32.
        output: Folder to write; None is one named after the format, in the study's folder.
        results: Results folder that the study is in.

    Raises:
        StudyError: if there is no such study, or no weights of that trial.
        ExportError: if the exported model disagrees with the original, or quantisation costs too
            much of its score or is not supported by the format.
    """
    from automl.export.exporter import check_quantization, export_bundle
    from automl.export.quantization import Quantization

    EXPORTERS.check(format)
    kind = check_quantization(format, quantize)
    stored = StoredStudy.find(name, results)
    folder, plan, study = stored.folder, stored.plan, stored.record()
    limits = {"latency": max_latency, "parameters": max_parameters, "flops": max_flops}
    given = {cost: most for cost, most in limits.items() if most is not None}
    if ensemble:
        _check_exclusive("--ensemble", trial, given)
        kept: Bundle | None = _load_ensemble_bundle(folder)
    else:
        kept = None if trial is not None else _load_final_bundle(study, folder, given)
    refit = None if kept or trial is not None else _choose_refit(study, folder, given)
    if kept is not None:
        number = kept.facts.origin.trial
    else:
        number = refit.trial if refit else _choose_trial(study, folder, trial, given).number
    data = DatasetLoader.of(plan, Watcher())(Config(**folder.trial(number).config()))
    target = Path(output) if output else folder.exported(f"{format}-{kind}" if kind else format)
    quantization = Quantization(kind, data.train.inputs, data.validation) if kind else None
    with TemporaryDirectory() as scratch:
        place = Path(scratch) / "bundle"
        bundle = kept or make_bundle(folder, plan, study.trials[number], data, place, refit)
        bundle = replace(bundle, facts=_opened_by_now(bundle.facts, folder))
        return export_bundle(
            bundle, format, target, data.validation.inputs, quantization=quantization
        )


def _opened_by_now(facts: ModelFacts, folder: StudyFolder) -> ModelFacts:
    origin = facts.origin.model_copy(update={"test_opened": read_test_opened(folder)})
    return facts.model_copy(update={"origin": origin})


def _choose_trial(
    study: StudyRecord, folder: StudyFolder, trial: int | None, limits: Mapping[str, float]
) -> TrialRecord:
    """The trial that was asked for, or the best one within all limits.

    Args:
        study: The study with all its trials.
        folder: Folder of the study, with the weights of some trials.
        trial: Number of the trial, or None.
        limits: Maximum of each cost, by its name in ``COSTS``.

    Raises:
        StudyError: if no such weights were kept.
    """
    kept = [each for each in study.ranked if holds_weights(folder.trial(each.number).weights)]
    if not kept:
        raise StudyError(
            f"study {study.name!r} has no model yet; continue it: "
            f"automl resume {shell_word(study.name)}"
        )
    if trial is not None:
        kept = [_numbered(kept, trial)]
    fitting = [each for each in kept if _is_within(each, limits)]
    if not fitting:
        raise StudyError(_nothing_fits(kept, limits))
    return fitting[0]


def _load_final_bundle(
    study: StudyRecord, folder: StudyFolder, limits: Mapping[str, float]
) -> Bundle | None:
    """The bundle of a study's final model, if there is one and all of it is within all limits."""
    from automl.export.bundle import Bundle

    delivered = delivered_model(study, read_final(folder))
    if delivered is None or delivered.final is None or not _is_within(delivered, limits):
        return None
    return Bundle.load(folder.best)


def _choose_refit(
    study: StudyRecord, folder: StudyFolder, limits: Mapping[str, float]
) -> EndedRefit | None:
    """The best refit of a final model that is the average of several, if one is within limits."""
    delivered = delivered_model(study, read_final(folder))
    if delivered is None or delivered.final is None or delivered.members == 1:
        return None
    if not _is_within(delivered.trial, limits):
        return None
    refits = [each for each in kept_refits(folder, delivered.final) if holds_weights(each.weights)]
    sign = 1 if study.maximize else -1
    return max(refits, key=lambda each: sign * (each.result.objective or 0.0), default=None)


def _load_ensemble_bundle(folder: StudyFolder) -> Bundle:
    """The bundle of a study's ensemble.

    Raises:
        StudyError: if there is none.
    """
    from automl.export.bundle import Bundle

    if not folder.ensemble.is_dir():
        name = folder.name
        raise StudyError(
            f"--ensemble: study {name!r} has none; make one: "
            f"automl finalize {shell_word(name)} --ensemble 5"
        )
    return Bundle.load(folder.ensemble)


def _check_exclusive(flag: str, trial: int | None, limits: Mapping[str, float]) -> None:
    """Check that no other flag names a model beside ``flag``.

    Raises:
        StudyError: if it is.
    """
    others = ["--trial"] if trial is not None else [f"--max-{name}" for name in limits]
    if others:
        raise StudyError(f"{flag} and {others[0]} both name a model; give one of them")


def _numbered(kept: Sequence[TrialRecord], number: int) -> TrialRecord:
    for each in kept:
        if each.number == number:
            return each
    numbers = ", ".join(str(each.number) for each in kept)
    raise StudyError(
        f"--trial {number}: its weights were not kept; those of {numbers} were (the best few)"
    )


def _is_within(model: TrialRecord | DeliveredModel, limits: Mapping[str, float]) -> bool:
    costs = {name: model.cost(name) for name in limits}
    return all(cost is not None and cost <= limits[name] for name, cost in costs.items())


def _nothing_fits(kept: Sequence[TrialRecord], limits: Mapping[str, float]) -> str:
    """The message that no model is within the limits, with the smallest cost of each kind."""
    units = {"latency": "ms"}
    asked = " ".join(
        f"--max-{name} {limits[name]:.10g}{units.get(name, '')}" for name in COSTS if name in limits
    )
    least = ", ".join(_least(kept, name) for name in COSTS if name in limits)
    models = count(len(kept), "model")
    return f"{asked}: no model with weights fits ({models}); the least is {least}"


def _least(kept: Sequence[TrialRecord], name: str) -> str:
    known = [(cost, each.number) for each in kept if (cost := each.cost(name)) is not None]
    if not known:
        return f"not known ({name} was not measured by the version that trained them)"
    cost, number = min(known)
    return f"{in_words(name, cost)} (trial {number})"
