"""The base class of all export formats, and the export of a bundle, kept if it passes checks."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import ClassVar, Final

import numpy as np

from automl.core.errors import ExportError, UnknownName
from automl.core.registry import nearest
from automl.data.encoding import Encoding
from automl.data.text.encoding import TextEncoding
from automl.export import EXPORTERS
from automl.export.bundle import WEIGHTS, Bundle, copy_bundle_weights, fresh_folder
from automl.export.facts import ModelFacts, Quantized
from automl.export.parity import Parity, compare_models
from automl.export.quantization import (
    QUANTIZATIONS,
    Quantization,
    QuantizationKind,
    measure_cost,
    objection,
)
from automl.export.runtime import (
    Inputs,
    ModelFunction,
    accepts,
    as_function,
    input_shape,
    one_thread,
    third_party,
    trim_padding,
)
from automl.export.sidecars import Software, write_sidecars

# Batch sizes that calls are timed with.
BATCHES: Final = (1, 64)
WARM_UP: Final = 2
FEWEST_CALLS: Final = 5
MOST_CALLS: Final = 50
# After this time no further call is started.
SECONDS: Final = 0.1


class Exporter(ABC):
    """A file format for models, and the software that runs it. Stateless."""

    file: ClassVar[str]
    """Name of the file that it writes: ``model`` and a suffix."""

    software: ClassVar[Software]
    """Software that runs the file."""

    quantizations: ClassVar[tuple[QuantizationKind, ...]] = ()
    """Quantizations that it can write."""

    timed: ClassVar[bool] = True
    """Whether calls of the loaded model take as long as the format's own software."""

    @abstractmethod
    def write(self, bundle: Bundle, folder: Path, quantization: Quantization | None) -> None:
        """Write a model, including its preprocessing, that takes batches of any size.

        Args:
            bundle: Bundle with the weights.
            folder: Folder to write ``file`` to, which has ``bundle.json`` and the weights already.
            quantization: One of ``quantizations``, or None to keep float32.

        Raises:
            ExportError: the format cannot express the model.
        """

    @abstractmethod
    def load(self, folder: Path) -> ModelFunction:
        """The model in ``file``, run by the format's own software on one CPU thread.

        Only for files that we wrote ourselves: such software may run code that a file holds.

        Args:
            folder: Folder that ``write`` wrote to.
        """


@dataclass(frozen=True)
class Latency:
    """Duration of a call of both models on the same inputs.

    Args:
        batch: Number of inputs in a call.
        original: Median of the original's calls, in milliseconds.
        written: Median of the written model's calls, in milliseconds.
    """

    batch: int
    original: float
    written: float


@dataclass(frozen=True)
class ExportCheck:
    """Result of comparing a written model with the original.

    Args:
        parity: Difference between their outputs.
        latency: Duration of their calls; empty if it would say nothing about the format.
        quantized: What quantizing costs; None if the model is not quantized.
        objection: Why the model may not be exported; empty if it may.
    """

    parity: Parity
    latency: tuple[Latency, ...]
    quantized: Quantized | None
    objection: str


def check_written(
    original: ModelFunction,
    written: ModelFunction,
    facts: ModelFacts,
    samples: Inputs,
    quantization: Quantization | None,
    timed: bool,
) -> ExportCheck:
    """Run both models on real inputs.

    A quantized model is another model: it is judged by its score, not by its outputs.

    Args:
        original: The original model.
        written: The model as written.
        facts: Description of the model as written.
        samples: Real inputs, (N, …), N > 0.
        quantization: How the weights were quantized; None if they were not.
        timed: Whether ``written`` takes as long as the format's own software.
    """
    parity = compare_models(original, written, samples, facts.target, _longest(facts.encoding))
    if quantization is None:
        reason = "" if parity.agrees else f"{parity}; most at {parity.worst}"
        cost = None
    elif not np.isfinite(parity.difference):
        reason, cost = f"{parity}; most at {parity.worst}", None
    else:
        cost = measure_cost(facts, original, written, quantization)
        reason = objection(facts, cost)
    latency = measure_latency(original, written, samples) if timed and not reason else ()
    return ExportCheck(parity, latency, cost, reason)


def _longest(encoding: Encoding) -> int | None:
    return encoding.length if isinstance(encoding, TextEncoding) else None


def measure_latency(
    original: ModelFunction, written: ModelFunction, inputs: Inputs
) -> tuple[Latency, ...]:
    """Call both models in turn, so that whatever else the machine does slows both down.

    Args:
        original: The model in PyTorch.
        written: The model in its format.
        inputs: Real inputs, (N, …), N > 0; the first 64 are used.
    """
    sizes = sorted({min(size, len(inputs)) for size in BATCHES})
    return tuple(_measure(original, written, trim_padding(inputs[:size])) for size in sizes)


def _measure(original: ModelFunction, written: ModelFunction, batch: Inputs) -> Latency:
    took: tuple[list[float], list[float]] = ([], [])
    until = time.perf_counter() + SECONDS
    while len(took[0]) < WARM_UP + FEWEST_CALLS or (
        len(took[0]) < MOST_CALLS and time.perf_counter() < until
    ):
        for run, seconds in zip((original, written), took, strict=True):
            begun = time.perf_counter()
            run(batch)
            seconds.append(time.perf_counter() - begun)
    before, after = (1000 * median(each[WARM_UP:]) for each in took)
    return Latency(len(batch), before, after)


@dataclass(frozen=True)
class Exported:
    """An exported model.

    Args:
        path: Folder of the model, which is a bundle itself.
        model: The model in words: ``"final model, of trial 7"``.
        format: Name of the exporter.
        parity: Difference from the original model.
        size: Size of the model's file, in bytes.
        original_size: Size of the original's weights, in bytes.
        latency: Duration of calls on one thread, for batches of one and of many; empty if the
            format's software runs in a process of its own.
        quantized: What quantizing costs; None if the numbers are float32.
    """

    path: Path
    model: str
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
        model=facts.title,
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
