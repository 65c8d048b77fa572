"""Writes a bundle in another format, and keeps it only if it passes the checks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from automl.core.errors import ExportError, UnknownName
from automl.core.registry import nearest
from automl.export import EXPORTERS
from automl.export.bundle import WEIGHTS, Bundle, copy_bundle_weights, fresh_folder
from automl.export.check import Latency, check_written
from automl.export.exporter import Exporter
from automl.export.facts import Quantized
from automl.export.parity import Parity
from automl.export.quantization import QUANTIZATIONS, Quantization, QuantizationKind
from automl.export.runtime import Inputs, as_function, one_thread, third_party
from automl.export.sidecars import write_sidecars
from automl.export.signature import accepts, input_shape


@dataclass(frozen=True)
class Exported:
    """An exported model.

    Args:
        path: Folder of the model, which is a bundle itself.
        format: Name of the exporter.
        parity: Difference from the original model.
        size: Size of the model's file, in bytes.
        original_size: Size of the original's weights, in bytes.
        latency: Duration of calls on one thread, for batches of one and of many; empty if the
            format's software runs in a process of its own.
        quantized: What quantizing costs; None if the numbers are float32.
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
    quantization: Quantization | None = None,
) -> Exported:
    """Write a bundle's model in a format, as a bundle of its own.

    The file is loaded by the format's own software and compared with the original. Unless the two
    agree, nothing is written and ``output`` stays as it was.

    Args:
        bundle: Bundle to export.
        format: Name in ``EXPORTERS``.
        output: Folder to write; a bundle that is there already is replaced.
        samples: Real inputs to compare on, (N, …) as the model takes them, N > 0.
        quantization: Numbers to use in place of float32; None keeps float32.

    Raises:
        UnknownName: there is no such format.
        UserError: the weights of ``bundle`` are missing or damaged.
        ExportError: the model cannot be written, does not agree with the original, or ``output``
            holds something else.
    """
    exporter = EXPORTERS[format]()
    check_quantization(format, quantization.kind if quantization else None)
    return export_with(exporter, bundle, format, output, samples, quantization)


def export_with(
    exporter: Exporter,
    bundle: Bundle,
    format: str,
    output: Path,
    samples: Inputs,
    quantization: Quantization | None = None,
) -> Exported:
    """Like ``export_bundle``, with an exporter that need not be in the registry.

    Args:
        exporter: Exporter to write with.
        bundle: Bundle to export.
        format: Name of the exporter.
        output: Folder to write.
        samples: Real inputs to compare on.
        quantization: Numbers to use in place of float32, which the exporter can write.
    """
    _check(bundle, output, samples)
    original = as_function(bundle.model())
    facts = bundle.facts.model_copy(update={"format": format})
    # On one thread, as the formats' own software is told to compute, so that latencies compare.
    with fresh_folder(output) as folder, one_thread():
        write_sidecars(folder, facts, exporter.software)
        copy_bundle_weights(bundle, folder, quantization)
        with third_party(ExportError, f"the model cannot be written as {format}"):
            exporter.write(bundle, folder, quantization)
            written = exporter.load(folder)
            found = check_written(original, written, facts, samples, quantization, exporter.timed)
        if found.objection:
            what = f"{format} in {quantization.kind}" if quantization else format
            raise ExportError(
                f"{what} is too different from the model, and was not written: {found.objection}"
            )
        if found.quantized:
            measured = facts.model_copy(update={"quantized": found.quantized})
            write_sidecars(folder, measured, exporter.software)
        size, original_size = (
            file.stat().st_size for file in (folder / exporter.file, bundle.folder / WEIGHTS)
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


def check_quantization(format: str, asked: str | None) -> QuantizationKind | None:
    """The quantization that a user asked for, checked to be one that the format can write.

    Args:
        format: Name in ``EXPORTERS``.
        asked: Name of a quantization, or None for none.

    Raises:
        UnknownName: there is no such quantization.
        ExportError: the format cannot write it; the message names those that can.
    """
    if asked is None:
        return None
    kind = next((each for each in QUANTIZATIONS if each == asked), None)
    if kind is None:
        raise UnknownName("quantization", asked, QUANTIZATIONS, nearest(asked, QUANTIZATIONS))
    able = [name for name in EXPORTERS if kind in EXPORTERS[name].quantizations]
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
    if not accepts(encoding, samples):
        raise ExportError(
            f"inputs of {samples.dtype} {samples.shape} cannot check a model that takes "
            f"{encoding.dtype} {input_shape(encoding)}, N > 0"
        )
