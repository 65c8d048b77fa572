"""What a trial needs before its first step: model, data on the device, latency and length."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import islice, repeat
from statistics import fmean, median

import numpy as np
import torch
from torch import Tensor, nn

from automl.core.data_types import Classes, Tokens
from automl.core.errors import Infeasible
from automl.core.records import NetworkProfile, in_words
from automl.core.text import number
from automl.core.trial import Config, TrialSpec
from automl.data.dataset import Dataset, Split
from automl.data.encoding import Encoding
from automl.data.series.encoding import SeriesEncoding
from automl.models import make_preprocess
from automl.models.modules.model import Model
from automl.models.network import LIMITS, build_model, check_limits, summarize
from automl.tasks import TASKS
from automl.training.batches import StepRng, batches_per_epoch, training_batches
from automl.training.device import Tensors, forward
from automl.training.fit import VALIDATION_BATCHES, add_gradients, train_on_batch
from automl.training.settings import TrainingSettings
from automl.training.state import TrainingRun

# Share of a GPU's free memory above which the data stays in the memory of the host.
ON_DEVICE = 0.25
# Examples that latency is measured on, in turn: texts have different lengths.
EXAMPLES = 8
# Runs before measuring, which allocate memory and choose kernels, and runs whose median counts.
WARM_UP, RUNS = 3, 30
# Seconds after which no further run begins.
LATENCY_SECONDS = 0.1
# Examples that layers may adapt to before the training, at a time.
ADAPTING = 256
# Bytes that the outputs of fixed layers may take, to be computed only once.
MOST_KEPT = 2**28
# Batches that are timed, after one that is not: the first allocates memory and chooses kernels.
TIMED_BATCHES = 8
# Share of the training's time that timing may take, and seconds at most.
TIMING_SHARE, TIMING_SECONDS = 0.05, 2.0
# Gradients that the shortest training computes, unless a whole one computes fewer.
FEWEST_GRADIENTS = 50
# A training that would fit but for so much is not shortened.
TOLERANCE = 0.1


def prepare(spec: TrialSpec, data: Dataset, device: torch.device) -> TrainingRun:
    """The training of ``spec`` before its first step, with fresh weights from its seed.

    Raises:
        Infeasible: if the network cannot be built.
        UserError: if a name or an option in the spec is wrong.
    """
    torch.manual_seed(spec.seed)
    task = TASKS[data.task](data.target)
    settings = TrainingSettings(**spec.config.training)
    with device:
        preprocess = make_preprocess(data.encoding.preprocessing)
        model = build_model(spec.config.network, data.encoding.shape, preprocess, task.head)
    train = as_tensors(data.train, data.encoding)
    model.adapt(each.to(device) for each in some_inputs(train, spec.seed))
    model.adapt((each.to(device) for each in all_inputs(train)), whole_split=True)
    return TrainingRun(
        model,
        loss=task.training_loss(settings.loss, spec.metric),
        measure=task.measure,
        settings=settings,
        epochs=spec.epochs,
        seed=spec.seed,
        metric=spec.metric,
        maximize=spec.maximize,
        classes=len(data.target.labels) if isinstance(data.target, Classes) else None,
        grad_accumulation=spec.grad_accumulation,
        only_at_the_end=task.costly - {spec.metric},
        guide=spec.guide,
        steps=spec.steps or 0,
    )


def some_inputs(train: Tensors, seed: int) -> Iterator[Tensor]:
    """Random inputs of the train split, at most ``ADAPTING``: one batch (N, …), in their order.

    They are read only where a layer asks for them.
    """
    generator = torch.Generator().manual_seed(seed)
    chosen = torch.randperm(len(train), generator=generator)[:ADAPTING]
    yield train.inputs_at(chosen.sort().values)


def all_inputs(train: Tensors) -> Iterator[Tensor]:
    """The inputs of the train split, ``ADAPTING`` at a time: (N, …)."""
    for index in torch.split(torch.arange(len(train)), ADAPTING):
        yield train.inputs_at(index)


@torch.no_grad()
def keep_fixed_features(run: TrainingRun, data: Tensors) -> Tensors:
    """A split as the outputs of the first layers, where those are fixed; else the split itself.

    Args:
        run: Training whose model takes these outputs in place of the inputs.
        data: Train or validation split.
    """
    model = run.model
    if not isinstance(model, Model) or not model.fixed_layers or run.settings.mixup:
        return data
    model.eval()
    parts = list[Tensor]()
    for index in torch.split(torch.arange(len(data), device=data.inputs.device), ADAPTING):
        parts.append(model.fixed_features(data.inputs_at(index).to(run.device)))
        if parts[0][0].nbytes * len(data) > MOST_KEPT:
            return data
    return Tensors(torch.cat(parts), data.targets)


class DeviceData:
    """Moves a dataset to a device, once for all trials that use it.

    Args:
        device: Device that trials train on.
    """

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._placed: tuple[Dataset, Tensors, Tensors] | None = None

    def __call__(self, data: Dataset) -> tuple[Tensors, Tensors]:
        """The train and the validation split of ``data``."""
        if self._placed is None or self._placed[0] is not data:
            self._placed = None  # frees the memory of the previous dataset first
            splits = [as_tensors(split, data.encoding) for split in (data.train, data.validation)]
            if self._fits(data):
                splits = [each.to(self._device) for each in splits]
            self._placed = data, splits[0], splits[1]
        return self._placed[1:]

    def _fits(self, data: Dataset) -> bool:
        if self._device.type == "cpu":
            return True
        free, _ = torch.cuda.mem_get_info(self._device)
        return data.train.inputs.nbytes + data.validation.inputs.nbytes < ON_DEVICE * free


def as_tensors(split: Split, encoding: Encoding) -> Tensors:
    """A split's arrays as tensors over the same memory."""
    inputs, targets = shared(split.inputs), shared(split.targets)
    if isinstance(encoding.shape, Tokens):
        return Tensors.of_texts(inputs, targets)
    if isinstance(encoding, SeriesEncoding) and encoding.padded:
        return Tensors.of_series(inputs, targets)
    return Tensors(inputs, targets)


def shared(array: np.ndarray) -> torch.Tensor:
    """A tensor that shares an array's memory and is never written; the array may be read-only."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The given NumPy array is not writable")
        return torch.from_numpy(array)


@torch.inference_mode()
def measure_latency(model: nn.Module, data: Tensors) -> float:
    """Milliseconds that a model takes for one example on its device, in float32 as when exported.

    Args:
        model: Model to run; it is in evaluation mode afterwards.
        data: Train split, whose first examples are used one by one.
    """
    model.eval()
    count = min(EXAMPLES, len(data))
    device = next(model.parameters()).device
    first = torch.arange(count, device=data.inputs.device)
    examples = [data.inputs_at(each).to(device) for each in torch.split(first, 1)]
    taken: list[float] = []
    started = time.perf_counter()
    while len(taken) < WARM_UP + RUNS and time.perf_counter() - started < LATENCY_SECONDS:
        taken.append(_run_seconds(model, examples[len(taken) % count]))
    return 1000 * median(taken[WARM_UP:] or taken[-1:])


def check_latency(latency: float, most: float | None) -> None:
    """Check a latency against the limit of a space, both in milliseconds.

    Raises:
        Infeasible: if the latency is over the limit.
    """
    if most is not None and latency > most:
        limit = f"over the limit of {number(most)} ms"
        reason = f"{in_words('latency', latency)} for one example, {limit}"
        raise Infeasible(reason, latency / most - 1)


def _run_seconds(model: nn.Module, inputs: Tensor) -> float:
    started = time.perf_counter()
    model(inputs)
    if inputs.is_cuda:
        torch.cuda.synchronize(inputs.device)  # else only the launch was timed
    return time.perf_counter() - started


def inspect(config: Config, data: Dataset, constraints: Mapping[str, float]) -> NetworkProfile:
    """What the network of ``config`` would be on ``data``.

    Args:
        config: The configuration.
        data: Its dataset.
        constraints: What a network may cost; how long it takes shows on a device alone.

    Raises:
        Infeasible: if it cannot be built, or is over a limit.
    """
    summary = summarize(
        config.network,
        data.encoding.shape,
        make_preprocess(data.encoding.preprocessing),
        TASKS[data.task](data.target).head,
    )
    check_limits(summary, {name: constraints[name] for name in LIMITS if name in constraints})
    rows = tuple((row.name, row.shape, row.parameters) for row in summary.rows)
    return NetworkProfile(summary.parameters, summary.flops, rows)


def affordable_epochs(
    run: TrainingRun, train: Tensors, validation: Tensors, seconds: float
) -> float:
    """Epochs of a training that there is time for, at most its full length.

    Args:
        run: A training at its beginning; it is useless afterwards.
        train: Split that the weights are fitted to.
        validation: Split that each reporting step is measured on.
        seconds: Seconds of training and validation that there are.

    Returns:
        The full length if that fits, else fewer epochs, possibly a fraction of one.
    """
    limit = min(TIMING_SECONDS, TIMING_SHARE * seconds)
    batch, batches = _seconds_per_batch(run, train, limit), batches_per_epoch(run, train)
    validating = run.steps * _seconds_per_validation(run, validation, limit)
    epochs = (seconds - validating) / (batch * batches * run.evaluations)
    if epochs >= run.epochs * (1 - TOLERANCE):
        return run.epochs
    gradients = run.evaluations * (1 if run.whole_split else batches)
    return min(run.epochs, max(_readable(epochs), FEWEST_GRADIENTS / gradients))


def _seconds_per_batch(run: TrainingRun, train: Tensors, limit: float) -> float:
    """Seconds that a batch takes, from a few of them."""
    run.model.train()
    rng = StepRng.of_step(run.seed, 0, run.device)
    train_on = add_gradients if run.whole_split else train_on_batch

    def step(batch: Tensor) -> None:
        inputs, targets = (each.to(run.device) for each in train.at(batch))
        train_on(run, inputs, targets, None, rng).item()  # waits for the device

    batches = training_batches(run, train, run.seed)
    return _mean_seconds((partial(step, batch) for batch in batches), limit)


@torch.inference_mode()
def _seconds_per_validation(run: TrainingRun, validation: Tensors, limit: float) -> float:
    """Seconds that the network takes for the validation split, from a batch of it."""
    run.model.eval()
    size = min(len(validation), VALIDATION_BATCHES * run.settings.batch_size)

    def measure() -> None:
        inputs = validation.inputs_at(torch.arange(size, device=validation.inputs.device))
        forward(run.model, inputs.to(run.device)).sum().item()

    return _mean_seconds(repeat(measure), limit) * len(validation) / size


def _mean_seconds(calls: Iterable[Callable[[], None]], limit: float) -> float:
    """Mean seconds of a call, over a few: some wait for a processor that others use.

    Args:
        calls: Calls to time, at least one; the first one, which warms up, counts only if alone.
        limit: Seconds after which no further one is timed.
    """
    began, taken = time.perf_counter(), list[float]()
    for call in islice(calls, 1 + TIMED_BATCHES):
        started = time.perf_counter()
        call()
        taken.append(time.perf_counter() - started)
        if time.perf_counter() - began > limit:
            break
    return fmean(taken[1:] or taken)


def _readable(epochs: float) -> float:
    """Epochs rounded down to a whole number, or below four to a tenth."""
    return float(int(epochs)) if epochs >= 4 else int(epochs * 10) / 10
