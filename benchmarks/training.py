"""Samples a second of fit(), beside the loop that a PyTorch tutorial has, in one run.

Two models: a small CNN on 5,100 real images of Fashion-MNIST, and a small LSTM on made-up token
sequences. The plain loop takes its examples one at a time through a Dataset and a DataLoader,
runs in --precision and reads the loss at each step; fit() gets the same network, optimiser, batch
size and number of epochs, and the same precision (it would take bfloat16 by itself where the
device computes in it). Each training runs in a fresh process, the two by turns, so that neither
warms up the other or changes its memory. Seconds are those of the whole training, with its
validation after each epoch; from 11 epochs on, fit() validates as often as the plain loop does.

    python benchmarks/training.py
    python benchmarks/training.py --device cuda --threads 4 --seeds 5 --epochs 20 --json
    python benchmarks/training.py --device cuda --precision bfloat16
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import statistics
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cache

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset, TensorDataset

from automl.core.data_types import Classes
from automl.data.dataset import Dataset as Images
from automl.data.source import load_dataset
from automl.models import make_preprocess
from automl.models.network import build_model
from automl.tasks.classification import ImageClassification
from automl.training import device as fit_precision
from automl.training.device import Tensors
from automl.training.fit import fit
from automl.training.settings import TrainingSettings
from automl.training.state import TrainingRun

BATCH_SIZE = 128
CLASSES = 10
VOCABULARY = 1_000
LENGTH = 64

CNN = (
    {"conv2d": {"filters": 32, "kernel_size": 3}},
    {"activation": {"name": "relu"}},
    {"max_pool2d": {"size": 2}},
    {"conv2d": {"filters": 64, "kernel_size": 3}},
    {"activation": {"name": "relu"}},
    {"max_pool2d": {"size": 2}},
    {"flatten": {}},
    {"dense": {"units": 128}},
    {"activation": {"name": "relu"}},
)


@dataclass(frozen=True)
class Trained:
    """What one training came to."""

    samples_per_second: float
    accuracy: float


# --- the same two problems for both loops --------------------------------------------------------


@cache
def images() -> Images:
    """Fashion-MNIST, cut to what is shipped."""
    return load_dataset("fashion_mini", "images", {}, 0, print)


@cache
def tokens() -> tuple[Tensors, Tensors]:
    """Made-up sequences, 4,000 + 1,000: no real text, but nothing to learn by heart either.

    Each token is drawn evenly from the vocabulary, but one in four is from the 20 tokens of the
    sequence's class. One label in ten is drawn anew, so that no model can be right more often
    than about nine times in ten.
    """
    draw = np.random.default_rng(0)
    classes = draw.integers(CLASSES, size=5_000)
    sequences = draw.integers(VOCABULARY, size=(5_000, LENGTH))
    telling = draw.random(sequences.shape) < 1 / 4
    sequences[telling] = (classes[:, None] * 20 + draw.integers(20, size=sequences.shape))[telling]
    wrong = draw.random(5_000) < 0.1
    classes[wrong] = draw.integers(CLASSES, size=wrong.sum())
    inputs, targets = torch.from_numpy(sequences), torch.from_numpy(classes)
    return Tensors(inputs[:4_000], targets[:4_000]), Tensors(inputs[4_000:], targets[4_000:])


class TextClassifier(nn.Module):
    """Embedding, LSTM, and a dense layer on the last state."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(VOCABULARY, 64)
        self.lstm = nn.LSTM(64, 64, batch_first=True)
        self.head = nn.Linear(64, CLASSES)

    def forward(self, sequences: Tensor) -> Tensor:
        """(N, length) int64 -> (N, classes)."""
        states, _ = self.lstm(self.embedding(sequences))
        return self.head(states[:, -1])


# --- the plain loop, as a tutorial has it --------------------------------------------------------


class ImageDataset(Dataset[tuple[Tensor, int]]):
    """Converts and normalises an image when it is asked for."""

    def __init__(self, inputs: np.ndarray, targets: np.ndarray) -> None:
        self.inputs, self.targets = inputs, targets
        self.mean = torch.tensor(images().encoding.mean).view(-1, 1, 1)
        self.std = torch.tensor(images().encoding.std).view(-1, 1, 1)

    def __len__(self) -> int:
        return len(self.targets)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        image = torch.from_numpy(self.inputs[index]).float().div(255)
        return image.sub(self.mean).div(self.std), int(self.targets[index])


def plain_cnn() -> tuple[nn.Module, Dataset, Dataset]:
    """The CNN as it is usually written, and its data."""
    model = nn.Sequential(
        nn.Conv2d(1, 32, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(64 * 7 * 7, 128),
        nn.ReLU(),
        nn.Linear(128, CLASSES),
    )
    train, validation = images().train, images().validation
    return (
        model,
        ImageDataset(train.inputs, train.targets),
        ImageDataset(validation.inputs, validation.targets),
    )


def plain_lstm() -> tuple[nn.Module, Dataset, Dataset]:
    """The LSTM, and its data."""
    train, validation = (TensorDataset(each.inputs, each.targets) for each in tokens())
    return TextClassifier(), train, validation


def train_plain(
    model: nn.Module, data: tuple[Dataset, Dataset], epochs: int, device: str, precision: str
) -> float:
    """Train in the plain way; the accuracy after the last epoch."""
    train = DataLoader(data[0], batch_size=BATCH_SIZE, shuffle=True)
    validation = DataLoader(data[1], batch_size=BATCH_SIZE)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    criterion = nn.CrossEntropyLoss()
    mixed = torch.autocast(device, torch.bfloat16, enabled=precision == "bfloat16")
    accuracy = 0.0
    for _ in range(epochs):
        model.train()
        running_loss = 0.0
        for inputs, targets in train:
            inputs, targets = inputs.to(device), targets.to(device)  # noqa: PLW2901
            optimizer.zero_grad()
            with mixed:
                loss = criterion(model(inputs), targets)
            loss.backward()
            optimizer.step()
            running_loss += loss.item()
        model.eval()
        correct = 0
        with torch.no_grad():
            for inputs, targets in validation:
                with mixed:
                    predicted = model(inputs.to(device)).argmax(dim=1)
                correct += (predicted == targets.to(device)).sum().item()
        accuracy = correct / len(data[1])
    return accuracy


# --- fit() ---------------------------------------------------------------------------------------


def fit_cnn(device: torch.device) -> tuple[nn.Module, Tensors, Tensors]:
    """The CNN as a search space builds it, and its data."""
    data = images()
    preprocess = make_preprocess(data.encoding.preprocessing)
    head = ImageClassification(data.target).head
    model = build_model(CNN, data.encoding.shape, preprocess, head)
    train, validation = (
        Tensors(torch.from_numpy(split.inputs), torch.from_numpy(split.targets)).to(device)
        for split in (data.train, data.validation)
    )
    return model, train, validation


def fit_lstm(device: torch.device) -> tuple[nn.Module, Tensors, Tensors]:
    """The LSTM, and its data."""
    train, validation = tokens()
    return TextClassifier(), train.to(device), validation.to(device)


def train_fit(model: nn.Module, data: tuple[Tensors, Tensors], epochs: int, seed: int) -> float:
    """Train with fit(); the accuracy after the last epoch."""
    task = ImageClassification(Classes(tuple(map(str, range(10)))))
    settings = TrainingSettings(batch_size=BATCH_SIZE, optimizer={"adamw": {"lr": 1e-3}})
    run = TrainingRun(model, task.loss, task.measure, settings, epochs, seed, "accuracy", True, 10)
    *_, last = fit(run, *data)
    return last.metrics["accuracy"]


# --- one training in a process of its own --------------------------------------------------------


def train(
    loop: str, model: str, seed: int, epochs: int, device: str, threads: int, precision: str
) -> Trained:
    """Train ``model`` in ``loop`` and time it; what is loaded and built before is not timed."""
    torch.set_num_threads(threads)
    fit_precision.has_native_bfloat16 = lambda device: precision == "bfloat16"
    warnings.filterwarnings("ignore", message="The given NumPy array is not writable")
    torch.manual_seed(seed)
    run: Callable[[], float]
    if loop == "plain":
        plain, *sets = plain_cnn() if model == "cnn" else plain_lstm()
        plain.to(device)
        examples, run = len(sets[0]), lambda: train_plain(plain, sets, epochs, device, precision)
    else:
        place = torch.device(device)
        ours, *data = fit_cnn(place) if model == "cnn" else fit_lstm(place)
        ours.to(device)
        examples, run = len(data[0]), lambda: train_fit(ours, data, epochs, seed)
    started = time.perf_counter()
    accuracy = run()
    return Trained(examples * epochs / (time.perf_counter() - started), accuracy)


def in_fresh_process(*arguments: object) -> Trained:
    """The same, in a process that has done nothing else."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(train, arguments)


def report(model: str, plain: list[Trained], ours: list[Trained]) -> str:
    """One line of the table."""

    def columns(results: list[Trained]) -> tuple[float, str]:
        accuracies = [each.accuracy for each in results]
        spread = statistics.stdev(accuracies) if len(accuracies) > 1 else 0.0
        speed = statistics.median(each.samples_per_second for each in results)
        return speed, f"{statistics.mean(accuracies):.3f} ± {spread:.3f}"

    (plain_speed, plain_accuracy), (our_speed, our_accuracy) = columns(plain), columns(ours)
    ratios = [b.samples_per_second / a.samples_per_second for a, b in zip(plain, ours, strict=True)]
    ratio = f"{statistics.median(ratios):.2f}x ({min(ratios):.2f}-{max(ratios):.2f})"
    return (
        f"{model:<6}{plain_speed:>14,.0f}{our_speed:>12,.0f}  {ratio:<20}"
        f"{plain_accuracy:<16}{our_accuracy}"
    )


def main() -> None:
    """Run both loops on both models, by turns, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--precision", choices=("float32", "bfloat16"), default="float32")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=11)
    parser.add_argument("--models", nargs="+", choices=("cnn", "lstm"), default=["cnn", "lstm"])
    parser.add_argument("--json", action="store_true", help="every single training, as JSON")
    options = parser.parse_args()
    results: dict[str, dict[str, list[Trained]]] = {}
    for model in options.models:
        results[model] = {"plain": [], "fit": []}
        for seed in range(options.seeds):
            for loop, trained in results[model].items():
                setting = (options.epochs, options.device, options.threads, options.precision)
                trained.append(in_fresh_process(loop, model, seed, *setting))
                print(f"{loop} {model} {seed}: {trained[-1]}", file=sys.stderr, flush=True)
    if options.json:
        print(json.dumps(results, default=asdict))
        return
    print(f"samples/s, medians over {options.seeds} seeds; accuracy mean ± sd")
    print(
        f"{'':<6}{'plain loop':>14}{'fit()':>12}  {'ratio':<20}{'plain accuracy':<16}fit accuracy"
    )
    for model, loops in results.items():
        print(report(model, loops["plain"], loops["fit"]))


if __name__ == "__main__":
    main()
