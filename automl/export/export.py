"""Writes a bundle in a format, and checks what was written before it says so."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from automl.core.errors import ExportError, UnknownName
from automl.core.registry import Registry, nearest
from automl.export import EXPORTERS
from automl.export.bundle import WEIGHTS, Bundle
from automl.export.check import check
from automl.export.companions import describe
from automl.export.exporter import Exporter
from automl.export.facts import Quantized
from automl.export.foreign import foreign
from automl.export.interface import input_shape, takes
from automl.export.latency import Latency
from automl.export.one_thread import one_thread
from automl.export.parity import Parity
from automl.export.quantization import KINDS, Kind, Quantization
from automl.export.replace import replacing
from automl.export.run import Inputs, run_module
from automl.export.weights import copy_weights


@dataclass(frozen=True)
class Exported:
    """What was written.

    Args:
        path: The folder; a bundle itself.
        format: Name of the exporter.
        parity: How near it is to the original.
        size: Of the model's file, in bytes.
        original_size: Of the original's weights.
        latency: How long calls take on one thread, batches of one and of many; none where the
            format's software runs in a process of its own.
        quantized: What quantising costs; None if the numbers are float32.
    """

    path: Path
    format: str
    parity: Parity
    size: int
    original_size: int
    latency: tuple[Latency, ...] = ()
    quantized: Quantized | None = None


def export_bundle(
    bundle: Bundle,
    format: str,
    output: Path,
    samples: Inputs,
    exporters: Registry[type[Exporter]] = EXPORTERS,
    quantization: Quantization | None = None,
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
        quantization: Smaller numbers in place of float32; None keeps those.

    Raises:
        UnknownName: if there is no such format.
        UserError: if ``bundle`` has no weights, or damaged ones.
        ExportError: if the model cannot be written or does not agree with the original, or
            ``output`` holds something else.
    """
    exporter = exporters[format]()
    _check(bundle, output, samples)
    check_quantization(format, quantization.kind if quantization else None, exporters)
    original = run_module(bundle.model())
    facts = bundle.facts.model_copy(update={"format": format})
    # As the formats' own software is told to compute, too.
    with replacing(output) as folder, one_thread():
        describe(folder, facts, exporter.software)
        copy_weights(bundle, folder, quantization)
        with foreign(ExportError, f"the model cannot be written as {format}"):
            exporter.write(bundle, folder, quantization)
            written = exporter.load(folder)
            found = check(original, written, facts, samples, quantization, exporter.timed)
        if found.objection:
            what = f"{format} in {quantization.kind}" if quantization else format
            raise ExportError(
                f"{what} is not what the model is, and was not written: {found.objection}"
            )
        if found.quantized:
            measured = facts.model_copy(update={"quantized": found.quantized})
            describe(folder, measured, exporter.software)
        size, original_size = (
            (place / name).stat().st_size
            for place, name in ((folder, exporter.file), (bundle.folder, WEIGHTS))
        )
    return Exported(
        path=output,
        format=format,
        parity=found.parity,
        size=size,
        original_size=original_size,
        latency=found.latency,
        quantized=found.quantized,
    )


def check_quantization(
    format: str, asked: str | None, exporters: Registry[type[Exporter]] = EXPORTERS
) -> Kind | None:
    """What was asked for, if the format can do that.

    Raises:
        UnknownName: if there is no such kind.
        ExportError: if the format has it not; names those that have.
    """
    if asked is None:
        return None
    kind = next((each for each in KINDS if each == asked), None)
    if kind is None:
        raise UnknownName("quantization", asked, KINDS, nearest(asked, KINDS))
    able = [name for name in exporters if kind in exporters[name].quantizations]
    if format not in able:
        raise ExportError(
            f"--quantize {kind}: the format {format} cannot do that; choose one that can: "
            f"--format {' or '.join(able)}"
        )
    return kind


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
