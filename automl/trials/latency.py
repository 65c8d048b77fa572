"""How long a network takes for one example, found out before it is trained."""

from __future__ import annotations

import time
from statistics import median

import torch
from torch import Tensor, nn

from automl.core.costs import in_words
from automl.core.errors import Infeasible
from automl.training.tensors import Tensors

# Real examples, taken in turn: texts are of different lengths.
EXAMPLES = 8
# The first runs find memory and kernels; the median of the others is what counts.
WARM_UP, RUNS = 3, 30
# After so many seconds no further run is begun.
SECONDS = 0.1


@torch.inference_mode()
def measure_latency(model: nn.Module, data: Tensors) -> float:
    """Milliseconds that a model takes for one example, a batch of 1, where it is.

    It runs in float32, as it does once it is exported.

    Args:
        model: In whatever state; it is left in the one for evaluation.
        data: What it is trained on.
    """
    model.eval()
    count = min(EXAMPLES, len(data))
    device = next(model.parameters()).device
    first = torch.arange(count, device=data.inputs.device)
    examples = [data.inputs_at(each).to(device) for each in torch.split(first, 1)]
    taken: list[float] = []
    started = time.perf_counter()
    while len(taken) < WARM_UP + RUNS and time.perf_counter() - started < SECONDS:
        taken.append(_seconds(model, examples[len(taken) % count]))
    return 1000 * median(taken[WARM_UP:] or taken[-1:])


def check_latency(latency: float, most: float | None) -> None:
    """Check what was measured against a space's limit, both in milliseconds.

    Raises:
        Infeasible: if it is over the limit.
    """
    if most is not None and latency > most:
        reason = f"{in_words('latency', latency)} for one example, over the limit of {most:g} ms"
        raise Infeasible(reason, latency / most - 1)


def _seconds(model: nn.Module, inputs: Tensor) -> float:
    started = time.perf_counter()
    model(inputs)
    if inputs.is_cuda:
        torch.cuda.synchronize(inputs.device)  # else only the launch was timed
    return time.perf_counter() - started
