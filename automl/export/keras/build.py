"""From a bundle to a Keras model. Importing this imports Keras and torch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops
from torch import nn

from automl.core.data_types import Classes, Target, Tokens
from automl.data.encoding import Encoding
from automl.export.bundle import Bundle
from automl.export.keras.layers import build_layers
from automl.export.keras.layers.basic import dense
from automl.export.keras.masked_values import MaskedValues
from automl.export.keras.preprocessing import KERAS_PREPROCESSING, KerasPreprocessing
from automl.export.signature import input_name, output_name
from automl.models.modules.model import EnsembleModel
from automl.tasks.classification import TINIEST
from automl.tasks.heads import ByStep


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


def _head(head: nn.Module, inputs: MaskedValues) -> Any:
    """The dense output layer; predicted numbers are arranged by step."""
    if not isinstance(head, nn.Sequential):
        return dense(head, inputs).values
    first, by_step = head
    assert isinstance(by_step, ByStep)
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
