"""Exporters that go wrong in one way each."""

from __future__ import annotations

from pathlib import Path

from safetensors.torch import load_file, save_file

from automl.core.registry import Registry
from automl.export.bundle import Bundle
from automl.export.exporter import Exporter
from automl.export.pytorch import Safetensors
from automl.export.quantization import Quantization
from automl.export.runtime import ModelFunction


class OneWrongWeight(Safetensors):
    def write(self, bundle: Bundle, folder: Path, quantization: Quantization | None) -> None:
        super().write(bundle, folder, quantization)
        weights = load_file(folder / self.file)
        weights["head.bias"][3] += 0.01
        save_file(weights, folder / self.file)


class WrongInBatchesOfOne(Safetensors):
    def load(self, folder: Path) -> ModelFunction:
        right = super().load(folder)
        return lambda images: right(images) + (len(images) == 1)


class NoNumbers(Safetensors):
    def load(self, folder: Path) -> ModelFunction:
        right = super().load(folder)
        return lambda images: right(images) * float("nan")


class TooFewLogits(Safetensors):
    def load(self, folder: Path) -> ModelFunction:
        right = super().load(folder)
        return lambda images: right(images)[:, :1]


class Unable(Safetensors):
    def write(self, bundle: Bundle, folder: Path, quantization: Quantization | None) -> None:
        super().write(bundle, folder, quantization)
        raise RuntimeError("there is no such operator\nand a long story of it")


SEAMS: Registry[type[Exporter]] = Registry(
    "export format",
    {
        each.__name__: f"{__name__}:{each.__name__}"
        for each in (OneWrongWeight, WrongInBatchesOfOne, NoNumbers, TooFewLogits, Unable)
    },
)
