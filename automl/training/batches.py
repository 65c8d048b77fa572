"""Which examples go into which batch."""

from __future__ import annotations

import torch
from torch import Tensor

from automl.training.imbalance import balanced_weights
from automl.training.run import TrainingRun
from automl.training.tensors import Tensors

# Of so many batches' examples those of like length are put together: few enough that an epoch's
# order stays random, many enough that batches are nearly free of padding.
POOL = 50


def training_batches(run: TrainingRun, train: Tensors, seed: int) -> list[Tensor]:
    """The batches of one epoch, as indices (M,) int64, in an order that ``seed`` decides.

    Each example comes once, or by the balanced sampling as often as chance has it. The last batch
    is smaller where it does not come out even, but a single example joins the batch before it:
    batch normalisation cannot train on one. Texts of like length are in one batch.
    """
    # Drawn on the CPU, so that the order is the same for every device.
    generator = torch.Generator().manual_seed(seed)
    order = _order(run, train, generator)
    if train.lengths is not None:
        order = _by_length(order, train.lengths.cpu(), POOL * run.settings.batch_size)
    batches = list(torch.split(order, run.settings.batch_size))
    if len(batches) > 1 and len(batches[-1]) == 1:
        batches[-2:] = [torch.cat(batches[-2:])]
    if train.lengths is not None:
        batches = [batches[at] for at in torch.randperm(len(batches), generator=generator).tolist()]
    return [batch.to(train.inputs.device) for batch in batches]


def evaluation_batches(data: Tensors, size: int) -> tuple[list[Tensor], Tensor | None]:
    """Batches of every example once, and the order that brings their outputs back into the data's.

    Texts come sorted by length; of anything else the batches are views, and the order is None.
    """
    if data.lengths is None:
        return list(torch.split(data.inputs, size)), None
    order = data.lengths.argsort()
    return [data.inputs_at(batch) for batch in torch.split(order, size)], order.argsort()


def _order(run: TrainingRun, train: Tensors, generator: torch.Generator) -> Tensor:
    if run.settings.sampling == "shuffled" or run.classes is None:
        return torch.randperm(len(train), generator=generator)
    targets = train.targets.cpu()
    weights = balanced_weights(targets, run.classes)[targets]
    return torch.multinomial(weights, len(train), replacement=True, generator=generator)


def _by_length(order: Tensor, lengths: Tensor, pool: int) -> Tensor:
    """``order``, each ``pool`` of it sorted by length."""
    return torch.cat(
        [part[lengths[part].argsort(stable=True)] for part in torch.split(order, pool)]
    )
