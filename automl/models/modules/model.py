"""A whole model: preprocessing, layers in a row that know where the padding is, and a head."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar

import torch
from torch import Tensor, nn

from automl.models.modules.preprocessing import Preprocess


class Masked(nn.Module):
    """A module that ignores padding, or changes where it is.

    A mask is bool (N, length), true where a sequence is not padding; None means no padding at all.
    Padding is at the end only, and every sequence has at least one position. The values of padding
    are finite, and no result depends on them.

    Attributes:
        stride: Positions of the input for each position of the output.
        fixed: Whether training never changes the output of an example.
    """

    stride: int = 1
    fixed: bool = False

    @abstractmethod
    def forward(self, inputs: Tensor, mask: Tensor | None = None) -> Tensor:
        """``inputs`` (N, length, features) -> (N, length', features') or (N, features').

        Args:
            inputs: Batch of sequences.
            mask: Mask of the inputs.
        """

    def next_mask(self, mask: Tensor | None) -> Tensor | None:
        """The mask of the output, from that of the input; None if the output is a vector.

        A window counts as real if its first position is; it may reach beyond the end.
        """
        return None if mask is None else mask[:, :: self.stride]


class AdaptsToData(nn.Module):
    """A module that learns something from training inputs before the training.

    Attributes:
        whole_split: Whether it learns from the whole train split, in batches, and not from a few
            examples at once.
        adapting: Whether the next inputs are those to learn from.
    """

    whole_split: ClassVar[bool] = False
    adapting: bool = False


class ToVector(Masked):
    """A module that turns a sequence into one vector."""

    def next_mask(self, mask: Tensor | None) -> None:
        """A vector has no padding."""


def zero_padding(inputs: Tensor, mask: Tensor | None) -> Tensor:
    """(N, length, features) with 0 where ``mask`` says padding."""
    return inputs if mask is None else inputs.masked_fill(~mask[..., None], 0)


class Body(Masked, nn.Sequential):
    """Runs its layers in order, and passes the mask to those that are ``Masked``."""

    @property
    def stride(self) -> int:  # type: ignore[override]
        """Positions of the input for each position of the output."""
        product = 1
        for layer in self:
            product *= layer.stride if isinstance(layer, Masked) else 1
        return product

    def forward(self, inputs: Tensor, mask: Tensor | None = None) -> Tensor:
        """(N, …) -> (N, …), the output of the last layer."""
        for layer in self:
            if isinstance(layer, Masked):
                inputs, mask = layer(inputs, mask), layer.next_mask(mask)
            else:
                inputs = layer(inputs)
        return inputs

    def next_mask(self, mask: Tensor | None) -> Tensor | None:
        """The mask after the last layer."""
        for layer in self:
            if isinstance(layer, Masked):
                mask = layer.next_mask(mask)
        return mask


class Model(nn.Module):
    """A model from raw inputs to outputs.

    Args:
        preprocess: Module from raw inputs to inputs of the first layer.
        body: Layers of the network.
        head: Output layer of the task.
    """

    def __init__(self, preprocess: Preprocess, body: Body, head: nn.Module) -> None:
        super().__init__()
        self.preprocess = preprocess
        self.body = body
        self.head = head

    @property
    def stride(self) -> int:
        """Positions of the input for each position of the last layer's output."""
        return self.body.stride

    @property
    def fixed_layers(self) -> int:
        """Number of layers at the beginning that are fixed, up to the one that gives a vector.

        0 if there is none that does. Their outputs can be kept, so that they run only once.
        """
        for at, layer in enumerate(self.body, start=1):
            if not isinstance(layer, Masked) or not layer.fixed:
                break
            if isinstance(layer, ToVector):
                return at
        return 0

    def fixed_features(self, raw: Tensor) -> Tensor:
        """(N, …) raw inputs -> (N, features), the outputs of the last of the fixed layers."""
        layers = self.body[: self.fixed_layers]
        features: Tensor = layers(self.preprocess(raw), self.preprocess.mask(raw))
        return features

    def forward(self, raw: Tensor) -> Tensor:
        """(N, …) raw inputs -> (N, …) floats in the units of the target.

        The outputs (N, features) of the fixed layers can take the place of the raw inputs.
        """
        if raw.ndim == 2 and (fixed := self.fixed_layers):
            rest: Tensor = self.head(self.body[fixed:](raw))
            return rest
        outputs = self.from_encoded(self.preprocess(raw), self.preprocess.mask(raw))
        return self.preprocess.restore(outputs, raw)

    @torch.no_grad()
    def adapt(self, batches: Iterable[Tensor], whole_split: bool = False) -> None:
        """Let the layers that adapt to data learn from raw training inputs.

        Args:
            batches: Inputs (N, …); nothing is taken from them where no layer adapts.
            whole_split: Whether they are the whole train split, and not a few examples.
        """
        kinds = [each for each in self.modules() if isinstance(each, AdaptsToData)]
        layers = [each for each in kinds if each.whole_split == whole_split]
        if not layers:
            return
        self.eval()
        for each in layers:
            each.adapting = True
        for raw in batches:
            self(raw)
        for each in layers:
            each.adapting = False

    def from_encoded(self, encoded: Tensor, mask: Tensor | None = None) -> Tensor:
        """(N, …) outputs of ``preprocess`` -> (N, …) floats from the head, not restored."""
        outputs: Tensor = self.head(self.body(encoded, mask))
        return outputs


class EnsembleModel(nn.Module):
    """The weighted average of models that take the same raw inputs.

    Its ``stride`` is the largest of theirs. Source: Caruana et al., "Ensemble Selection from
    Libraries of Models" (ICML 2004).

    Args:
        members: Models that are averaged.
        shares: Weight of each model; they add up to 1.
        average: Function of outputs (models, N, …) and weights (models,) -> outputs (N, …).
    """

    shares: Tensor

    def __init__(
        self,
        members: Sequence[Model],
        shares: Sequence[float],
        average: Callable[[Tensor, Tensor], Tensor],
    ) -> None:
        super().__init__()
        self.members = nn.ModuleList(members)
        self.stride = max(each.stride for each in members)
        self.register_buffer("shares", torch.tensor(shares, dtype=torch.float32))
        self._average = average

    def forward(self, raw: Tensor) -> Tensor:
        """(N, …) raw inputs -> (N, …) outputs, like those of one model."""
        return self._average(torch.stack([each(raw) for each in self.members]), self.shares)
