"""Writes a bundle in a format, and checks what was written before it says so."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from automl.core.errors import ExportError
from automl.core.registry import Registry
from automl.export import EXPORTERS
from automl.export.bundle import WEIGHTS, Bundle, describe
from automl.export.exporter import Exporter
from automl.export.foreign import foreign
from automl.export.interface import input_shape, takes
from automl.export.member import find_member
from automl.export.parity import Parity, compare
from automl.export.replace import replacing
from automl.export.run import Inputs, run_module


@dataclass(frozen=True)
class Exported:
    """What was written.

    Args:
        path: The folder; a bundle itself.
        format: Name of the exporter.
        parity: How near it is to the original.
        size: Of the model's file, in bytes.
    """

    path: Path
    format: str
    parity: Parity
    size: int


def export_bundle(
    bundle: Bundle,
    format: str,
    output: Path,
    samples: Inputs,
    exporters: Registry[type[Exporter]] = EXPORTERS,
) -> Exported:
    """Write a bundle's model in ``format``, with what it predicts and a model card.

    The file is loaded by the format's own software and compared with the original; nothing is
    written, and what was in ``output`` stays, unless the two agree.

    Args:
        bundle: One with weights, as ``Bundle.write`` makes.
        format: Name in ``exporters``.
        output: Folder to write; a bundle that is there already is replaced.
        samples: Real inputs to compare on, (N, …) as the model takes them, N > 0.
        exporters: The formats there are.

    Raises:
        UnknownName: if there is no such format.
        UserError: if ``bundle`` has no weights, or damaged ones.
        ExportError: if the model cannot be written or does not agree with the original, or
            ``output`` holds something else.
    """
    exporter = exporters[format]()
    _check(bundle, output, samples)
    original = run_module(bundle.model())
    with replacing(output) as folder:
        describe(folder, bundle.facts.model_copy(update={"format": format}), exporter.usage)
        shutil.copyfile(find_member(bundle.folder, WEIGHTS), folder / WEIGHTS)
        with foreign(ExportError, f"the model cannot be written as {format}"):
            exporter.write(bundle, folder)
            parity = compare(original, exporter.load(folder), samples, bundle.facts.target)
        if not parity.agrees:
            raise ExportError(f"{format} is not what the model is, and was not written: {parity}")
        size = (folder / exporter.file).stat().st_size
    return Exported(output, format, parity, size)


def _check(bundle: Bundle, output: Path, samples: Inputs) -> None:
    folder, target = bundle.folder.resolve(), output.resolve()
    if folder == target or folder in target.parents:
        raise ExportError(
            f"{str(output)!r} is in the bundle that is exported; choose a folder outside of it"
        )
    encoding = bundle.facts.encoding
    if not takes(encoding, samples):
        raise ExportError(
            f"inputs of {samples.dtype} {samples.shape} cannot check a model that takes "
            f"{encoding.dtype} {input_shape(encoding)}, N > 0"
        )
