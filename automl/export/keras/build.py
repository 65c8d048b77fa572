"""From a bundle to a Keras model: preprocessing, layers and head. Importing this imports Keras."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

import keras
from keras import layers, ops
from torch import nn

from automl.core.data_types import PADDING, Classes, Target, Tokens
from automl.data.encoding import Encoding
from automl.export.bundle import Bundle
from automl.export.keras.layers import build_layers
from automl.export.keras.layers.basic import MaskedValues, dense
from automl.export.runtime import input_name, output_name
from automl.models.modules.model import EnsembleModel
from automl.models.modules.preprocessing import LARGEST, LEAST_VARIANCE, SQUARABLE
from automl.models.modules.preprocessing import Columns as ColumnsModule
from automl.models.modules.preprocessing import FromLast as FromLastModule
from automl.models.modules.preprocessing import Normalize as NormalizeModule
from automl.models.modules.preprocessing import RevIN as RevINModule
from automl.models.modules.preprocessing import Standardize as StandardizeModule
from automl.tasks.classification import TINIEST


class KerasPreprocessing(ABC):
    """Builds what a model does to its raw inputs and, in the end, to its outputs. Stateless."""

    @abstractmethod
    def prepare(self, module: Any, raw: Any) -> MaskedValues:
        """The inputs of the first layer.

        Args:
            module: PyTorch module with the numbers of the preprocessing.
            raw: Input of the model, a Keras tensor.
        """

    def restore(self, module: Any, outputs: Any, raw: Any) -> Any:
        """The model's outputs, from those of the output layer; both are Keras tensors."""
        return outputs


class KerasNormalize(KerasPreprocessing):
    """Channels last, each at mean 0 and standard deviation 1."""

    def prepare(self, module: NormalizeModule, raw: Any) -> MaskedValues:
        """(N, C, H, W) -> (N, H, W, C) float32."""
        images = ops.cast(layers.Permute((2, 3, 1))(raw), "float32")
        scale, shift = (each.flatten().numpy() for each in (module.scale, module.shift))
        return MaskedValues(images * scale + shift)


class KerasTokenIds(KerasPreprocessing):
    """Passes token ids on unchanged, with the lengths of the texts."""

    def prepare(self, module: Any, raw: Any) -> MaskedValues:
        """(N, length) -> the same; an empty text counts as one of a single ``PADDING``."""
        real = ops.cast(ops.not_equal(raw, PADDING), "int32")
        return MaskedValues(raw, ops.maximum(ops.sum(real, axis=1, keepdims=True), 1))


class KerasColumns(KerasPreprocessing):
    """Bounds numbers, flags missing ones, and encodes categories one-hot."""

    def prepare(self, module: ColumnsModule, raw: Any) -> MaskedValues:
        """(N, columns) -> (N, features) float32."""
        numbers = raw[:, : module.numbers]
        missing = ops.isnan(numbers)
        features = []
        if module.numbers:
            features.append(_bound(numbers, missing))
        if len(module.flagged):
            features.append(ops.take(missing, module.flagged.numpy(), axis=1))
        if len(module.column):
            taken = ops.take(raw, module.column.numpy(), axis=1)
            features.append(ops.equal(taken, module.value.numpy()))
        return MaskedValues(layers.Concatenate()([ops.cast(each, "float32") for each in features]))


def _bound(numbers: Any, missing: Any) -> Any:
    scaled = ops.where(missing, 0.0, numbers)
    scaled = ops.clip(scaled, -SQUARABLE, SQUARABLE)
    return scaled * ops.rsqrt(1 + ops.square(scaled / LARGEST))


class KerasStandardize(KerasPreprocessing):
    """Brings each variable to mean 0 and standard deviation 1; missing values become the mean."""

    def prepare(self, module: StandardizeModule, raw: Any) -> MaskedValues:
        """(N, length, variables) -> the same shape, no NaN."""
        values = fill_missing((raw - module.centre.numpy()) / module.spread.numpy())
        if not module.padded:
            return MaskedValues(values)
        real = ops.cast(ops.any(ops.logical_not(ops.isnan(raw)), axis=2), "int32")
        return MaskedValues(values, ops.maximum(ops.sum(real, axis=1, keepdims=True), 1))

    def restore(self, module: StandardizeModule, outputs: Any, raw: Any) -> Any:
        """Outputs (N, steps, targets) in the units of the raw variables."""
        if not module.targets:
            return outputs
        spread, centre = (each[: module.targets].numpy() for each in (module.spread, module.centre))
        return outputs * spread + centre


def fill_missing(values: Any) -> Any:
    """The values with NaN replaced by 0."""
    return ops.where(ops.isnan(values), 0.0, values)


class KerasFromLast(KerasPreprocessing):
    """Measures forecast variables from their last value, which it adds to the outputs."""

    def prepare(self, module: FromLastModule, raw: Any) -> MaskedValues:
        """(N, length, variables) -> the same shape, no NaN."""
        first = raw[:, :, : module.targets] - self._last(module, raw)
        others = raw[:, :, module.targets :] - module.centre[module.targets :].numpy()
        both = [first, others] if others.shape[-1] else [first]
        return MaskedValues(fill_missing(layers.Concatenate()(both) / module.spread.numpy()))

    def restore(self, module: FromLastModule, outputs: Any, raw: Any) -> Any:
        """Outputs (N, steps, targets) plus the last value."""
        return outputs + self._last(module, raw)

    def _last(self, module: FromLastModule, raw: Any) -> Any:
        return raw[:, -1:, : module.targets]


class KerasRevIN(KerasPreprocessing):
    """Brings forecast variables to mean 0 and deviation 1 in each window, and outputs back."""

    def prepare(self, module: RevINModule, raw: Any) -> MaskedValues:
        """(N, length, variables) -> the same shape, no NaN."""
        level, scale = self._level_and_scale(module, raw)
        first = (raw[:, :, : module.targets] - level) / scale
        spread, centre = (each[module.targets :].numpy() for each in (module.spread, module.centre))
        others = (raw[:, :, module.targets :] - centre) / spread
        both = [first, others] if others.shape[-1] else [first]
        return MaskedValues(fill_missing(layers.Concatenate()(both)))

    def restore(self, module: RevINModule, outputs: Any, raw: Any) -> Any:
        """Outputs (N, steps, targets) in the units of the raw variables."""
        level, scale = self._level_and_scale(module, raw)
        return outputs * scale + level

    def _level_and_scale(self, module: RevINModule, raw: Any) -> tuple[Any, Any]:
        own = raw[:, :, : module.targets]
        known = ops.cast(ops.logical_not(ops.isnan(own)), own.dtype)
        count = ops.maximum(ops.sum(known, axis=1, keepdims=True), 1.0)
        level = ops.sum(fill_missing(own), axis=1, keepdims=True) / count
        variance = ops.sum(ops.square(fill_missing(own - level)), axis=1, keepdims=True) / count
        return level, ops.sqrt(variance + LEAST_VARIANCE)


# Kind of preprocessing -> how it is built.
KERAS_PREPROCESSING: Mapping[str, type[KerasPreprocessing]] = {
    "normalize": KerasNormalize,
    "tokens": KerasTokenIds,
    "columns": KerasColumns,
    "standardize": KerasStandardize,
    "from_last": KerasFromLast,
    "revin": KerasRevIN,
}


def build(bundle: Bundle) -> Any:
    """The model of a bundle as a ``keras.Model`` of stock layers and operations.

    Raises:
        ExportError: it has a layer that cannot be built from Keras's.
    """
    _set_defaults()
    model, facts = bundle.model(), bundle.facts
    raw = _input(facts.encoding)
    preprocessing = KERAS_PREPROCESSING[next(iter(facts.encoding.preprocessing))]()
    if isinstance(model, EnsembleModel):
        members = [_outputs(each, preprocessing, raw) for each in model.members]
        outputs = average(members, model.shares.tolist(), facts.target)
    else:
        outputs = _outputs(model, preprocessing, raw)
    named = keras.layers.Identity(name=output_name(facts.target))(outputs)
    return keras.Model(raw, named, name=facts.origin.study)


def _outputs(model: Any, preprocessing: KerasPreprocessing, raw: Any) -> Any:
    """The outputs of one model for a raw batch."""
    body = build_layers(model.body, preprocessing.prepare(model.preprocess, raw))
    return preprocessing.restore(model.preprocess, _head(model.head, body), raw)


def _set_defaults() -> None:
    """Use Keras's defaults, whatever the user's ``keras.json`` says."""
    keras.utils.clear_session()
    keras.config.set_floatx("float32")
    keras.config.set_image_data_format("channels_last")


def _input(encoding: Encoding) -> Any:
    """The input of the model; texts may have any length."""
    shape = (None,) if isinstance(encoding.shape, Tokens) else encoding.raw_shape
    return keras.Input(shape, dtype=encoding.dtype, name=input_name(encoding))


def _head(head: Any, inputs: MaskedValues) -> Any:
    """The dense output layer; predicted numbers are arranged by step."""
    if isinstance(head, nn.Linear):
        return dense(head, inputs).values
    first, by_step = head
    return keras.layers.Reshape((by_step.steps, by_step.names))(dense(first, inputs).values)


def average(outputs: Sequence[Any], shares: Sequence[float], target: Target) -> Any:
    """The average of models' outputs, as the task makes it.

    Args:
        outputs: Outputs of each model, (N, …).
        shares: Weight of each model; the weights add up to 1.
        target: What is predicted.
    """
    are_classes = isinstance(target, Classes)
    answers = [ops.softmax(each, axis=-1) if are_classes else each for each in outputs]
    total = answers[0] * shares[0]
    for each, share in zip(answers[1:], shares[1:], strict=True):
        total = total + each * share
    return ops.log(ops.maximum(total, TINIEST)) if are_classes else total
