"""Taking a model away, and using it."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from automl.api.parts import Datasets, find_study, storage_of
from automl.core.defaults import RESULTS
from automl.core.errors import StudyError
from automl.core.trial import Config
from automl.store import Store, StudyFolder
from automl.tuning.watch import Silent

if TYPE_CHECKING:
    from automl.core.records import StudyRecord, TrialRecord
    from automl.data.dataset import Dataset
    from automl.export.bundle import Bundle
    from automl.export.export import Exported
    from automl.export.predict import InputPrediction
    from automl.tuning.plan import Plan


def export(
    name: str,
    *,
    trial: int | None = None,
    format: str = "safetensors",
    output: str | None = None,
    results: str = RESULTS,
) -> Exported:
    """Write a study's model in a format, checked against the original on real inputs.

    Args:
        name: The study's name.
        trial: Which trial's model; None is the best.
        format: ``"safetensors"``, ``"torch_export"`` or ``"onnx"``.
        output: Folder to write; None is one named after the format, in the study's folder.
        results: Folder that the study is in.

    Raises:
        StudyError: if there is no such study, or no weights of that trial.
        ExportError: if what was written does not agree with the original.
    """
    from automl.export import EXPORTERS
    from automl.export.export import export_bundle
    from automl.tuning.reading import load_record

    EXPORTERS.check(format)
    store = Store(Path(results))
    folder, plan = find_study(store, name)
    chosen = _choose(load_record(storage_of(plan, store), name), folder, trial)
    data = Datasets.of(plan, Silent())(Config(**folder.config(chosen.number)))
    target = Path(output) if output else folder.exported(format)
    with TemporaryDirectory() as scratch:
        bundle = make_bundle(folder, plan, chosen, data, Path(scratch) / "bundle")
        return export_bundle(bundle, format, target, data.validation.inputs)


def predict(bundle: str, inputs: list[str]) -> list[InputPrediction]:
    """Run a bundle on every example of files, and of the files in folders.

    Raises:
        UserError: if the bundle or an input is not there.
    """
    from automl.export.predict import Predictor

    return Predictor(Path(bundle)).predict([Path(each) for each in inputs])


def _choose(study: StudyRecord, folder: StudyFolder, trial: int | None) -> TrialRecord:
    """The trial whose model is to be taken away."""
    kept = [each for each in study.ranked if folder.weights(each.number).is_file()]
    if not kept:
        raise StudyError(
            f"study {study.name!r} has no model yet; go on: automl resume {study.name}"
        )
    if trial is None:
        return kept[0]
    for each in kept:
        if each.number == trial:
            return each
    numbers = ", ".join(str(each.number) for each in kept)
    raise StudyError(
        f"--trial {trial}: its weights were not kept; those of {numbers} were (the best few)"
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
    from automl.export.facts import ModelFacts, Origin, Score

    facts = ModelFacts(
        task=data.task,
        encoding=data.encoding,
        target=data.target,
        network=folder.config(trial.number)["network"],
        parameters=trial.size,
        score=Score(metric=plan.metric, value=trial.value),
        origin=Origin(
            study=plan.name,
            trial=trial.number,
            epochs=plan.epochs,
            data=data.name,
            fingerprint=data.fingerprint,
        ),
    )
    return Bundle.write(target, facts, load_file(folder.weights(trial.number)))
