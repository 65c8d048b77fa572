"""Taking a model away."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from automl.api.choosing import check_alone, choose, ensemble_bundle, final_bundle
from automl.api.origin import make_origin
from automl.api.parts import Datasets, find_study, storage_of
from automl.core.defaults import RESULTS
from automl.core.trial import Config
from automl.store import Store, StudyFolder
from automl.tuning.watch import Silent

if TYPE_CHECKING:
    from automl.core.records import TrialRecord
    from automl.data.dataset import Dataset
    from automl.export.bundle import Bundle
    from automl.export.export import Exported
    from automl.export.facts import ModelFacts
    from automl.tuning.plan import Plan


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
        name: The study's name.
        trial: Which trial's model; None is the final one, or where there is none, or it does not
            keep all limits, the best trial's of those that do.
        ensemble: Take the ensemble away, as one model, rather than a trial's.
        max_latency: The most milliseconds for one example, as the search measured it; None is any.
        max_parameters: The most learned numbers; None is any.
        max_flops: The most floating-point operations of one example; None is any.
        format: ``"safetensors"``, ``"torch_export"``, ``"onnx"`` or ``"keras"``.
        quantize: ``"int8"`` or ``"fp16"``, what weights are to be; None keeps them in float32.
        output: Folder to write; None is one named after the format, in the study's folder.
        results: Folder that the study is in.

    Raises:
        StudyError: if there is no such study, or no weights of such a trial.
        ExportError: if what was written does not agree with the original, or quantising costs
            too much of its score, or is not what the format can do.
    """
    from automl.export import EXPORTERS
    from automl.export.export import check_quantization, export_bundle
    from automl.export.quantization import Quantization
    from automl.tuning.reading import load_record

    EXPORTERS.check(format)
    kind = check_quantization(format, quantize)
    store = Store(Path(results))
    folder, plan = find_study(store, name)
    limits = {"latency": max_latency, "parameters": max_parameters, "flops": max_flops}
    given = {cost: most for cost, most in limits.items() if most is not None}
    study = load_record(storage_of(plan, store), name)
    if ensemble:
        check_alone("--ensemble", trial, given)
        final: Bundle | None = ensemble_bundle(folder)
    else:
        final = None if trial is not None else final_bundle(study, folder, given)
    number = final.facts.origin.trial if final else choose(study, folder, trial, given).number
    data = Datasets.of(plan, Silent())(Config(**folder.trial(number).config()))
    target = Path(output) if output else folder.exported(f"{format}-{kind}" if kind else format)
    quantization = Quantization(kind, data.train.inputs, data.validation) if kind else None
    with TemporaryDirectory() as scratch:
        place = Path(scratch) / "bundle"
        bundle = final or make_bundle(folder, plan, study.trials[number], data, place)
        return export_bundle(
            bundle, format, target, data.validation.inputs, quantization=quantization
        )


def make_bundle(
    folder: StudyFolder, plan: Plan, trial: TrialRecord, data: Dataset, target: Path
) -> Bundle:
    """Write the bundle of one trial.

    Args:
        folder: The study's.
        plan: The study's.
        trial: One whose weights were kept, so that it has a value and a size.
        data: What it was trained on.
        target: Folder to write; a bundle that is there already is replaced.
    """
    from safetensors.torch import load_file

    from automl.export.bundle import Bundle

    facts = make_facts(folder, plan, trial, data)
    return Bundle.write(target, facts, load_file(folder.trial(trial.number).weights))


def make_facts(folder: StudyFolder, plan: Plan, trial: TrialRecord, data: Dataset) -> ModelFacts:
    """What the bundle of one trial says of its model; see ``make_bundle``."""
    from automl.export.facts import ModelFacts, Score

    return ModelFacts(
        task=data.task,
        encoding=data.encoding,
        target=data.target,
        network=folder.trial(trial.number).config()["network"],
        parameters=trial.size,
        scores=(Score(metric=plan.metric, value=trial.value, basis=_basis(data)),),
        origin=make_origin(folder, plan, trial, data),
    )


def _basis(data: Dataset) -> str:
    return f"one training, {len(data.validation):,} {data.encoding.unit}"
