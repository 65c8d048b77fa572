"""From a bundle to a Keras model. Importing this imports Keras and torch."""

from __future__ import annotations

from typing import Any

import keras
from torch import nn

from automl.core.shape import Tokens
from automl.data.encodings.encoding import Encoding
from automl.export.bundle import Bundle
from automl.export.interface import input_name, output_name
from automl.export.keras.average import average
from automl.export.keras.body import run
from automl.export.keras.flow import Flow
from automl.export.keras.layers.dense import dense
from automl.export.keras.preprocessing import PREPARATIONS
from automl.export.keras.preprocessing.preparation import Preparation
from automl.models.modules.ensemble import Ensemble
from automl.tasks.rescale import Rescale


def build(bundle: Bundle) -> Any:
    """The model of a bundle, as a ``keras.Model`` of stock layers and operations.

    Raises:
        ExportError: if it has a layer that cannot be built of Keras's.
    """
    _set_defaults()
    model, facts = bundle.model(), bundle.facts
    raw = _input(facts.encoding)
    preparation = PREPARATIONS[next(iter(facts.encoding.preprocessing))]()
    if isinstance(model, Ensemble):
        members = [_outputs(each, preparation, raw) for each in model.members]
        outputs = average(members, model.shares.tolist(), facts.target)
    else:
        outputs = _outputs(model, preparation, raw)
    named = keras.layers.Identity(name=output_name(facts.target))(outputs)
    return keras.Model(raw, named, name=facts.origin.study)


def _outputs(model: Any, preparation: Preparation, raw: Any) -> Any:
    """What one model makes of a raw batch."""
    body = run(model.body, preparation.prepare(model.preprocess, raw))
    return preparation.restore(model.preprocess, _head(model.head, body), raw)


def _set_defaults() -> None:
    """As Keras has them, whatever the user's ``keras.json`` says."""
    keras.utils.clear_session()
    keras.config.set_floatx("float32")
    keras.config.set_image_data_format("channels_last")


def _input(encoding: Encoding) -> Any:
    """Texts are of any length."""
    shape = (None,) if isinstance(encoding.shape, Tokens) else encoding.raw_shape
    return keras.Input(shape, dtype=encoding.dtype, name=input_name(encoding))


def _head(head: nn.Module, flow: Flow) -> Any:
    """A dense layer; of numbers, laid out by step in their own units."""
    if not isinstance(head, nn.Sequential):
        return dense(head, flow).values
    first, rescale = head
    assert isinstance(rescale, Rescale)
    values = keras.layers.Reshape((rescale.steps, len(rescale.mean)))(dense(first, flow).values)
    return values * rescale.std.numpy() + rescale.mean.numpy()
