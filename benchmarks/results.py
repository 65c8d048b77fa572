"""What a search finds on published data, beside the simple baselines everybody knows.

    python benchmarks/results.py                 # everything: about an hour on two cores
    python benchmarks/results.py diamonds co2    # these sets alone
    python benchmarks/results.py --page          # write docs/results.md from what was found so far

Each search is the command of the page, in a process of its own. Its best model and the baselines
are then measured on the same validation and test split; a study's test split is opened here once,
when its search is over. What was found is kept in benchmarks/results/, a file per search, and the
page is written from that.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import baselines
import torch
from numpy.typing import NDArray

from automl import api
from automl.api.datasets import DatasetLoader
from automl.api.stored_study import StoredStudy
from automl.core.trial import Config
from automl.data.dataset import Dataset, Split
from automl.export.bundle import Bundle
from automl.tasks import TASKS
from automl.training.batches import evaluation_batches
from automl.trials.preparation import as_tensors
from automl.tuning.context import Watcher

ROOT = Path(__file__).resolve().parents[1]
FOUND = Path(__file__).parent / "results"
PAGE = ROOT / "docs" / "results.md"

# Outputs (N, …) of a split, as the task measures them.
Predict = Callable[[Split], NDArray]
Baseline = Callable[[str, Dataset], Predict]


@dataclass(frozen=True)
class PublishedCase:
    """A search, and what is beside it.

    Args:
        data: Name of the dataset.
        space: Name of the search space.
        flags: Of the search.
        metric: What is compared.
        baselines: Name -> fits it on the train split.
    """

    data: str
    space: str
    flags: str
    metric: str
    baselines: Mapping[str, Baseline]

    @property
    def name(self) -> str:
        """The study's."""
        return f"{self.data}-{self.space}"

    @property
    def command(self) -> str:
        """What a user types."""
        return f"automl search {self.space} --data {self.data} {self.flags}".rstrip()


TEXT = {"TF-IDF + logistic regression": baselines.tfidf}
BOOSTED = {"gradient boosting": baselines.boosting}
SERIES = {"1-nearest neighbour": baselines.nearest_neighbour}
WEEKLY = {"seasonal naive": baselines.naive(52), "ridge regression": baselines.ridge}
HOURLY = {"seasonal naive": baselines.naive(24), "ridge regression": baselines.ridge}
CASES = (
    PublishedCase("rotten_tomatoes", "lstm", "--trials 12", "accuracy", TEXT),
    PublishedCase("rotten_tomatoes", "transformer", "--trials 12", "accuracy", TEXT),
    PublishedCase("rotten_tomatoes", "text_cnn", "--trials 12", "accuracy", TEXT),
    PublishedCase("imdb", "lstm", "--epochs 3 --timeout 3m", "accuracy", TEXT),
    PublishedCase("imdb", "transformer", "--epochs 3 --timeout 3m", "accuracy", TEXT),
    PublishedCase("diamonds", "mlp", "--trials 12 --epochs 15", "rmse", BOOSTED),
    PublishedCase("co2", "forecast", "", "mae", WEEKLY),
    PublishedCase("beijing_pm25", "forecast", "--trials 8 --epochs 5", "mae", HOURLY),
    PublishedCase("italy_power_demand", "series", "", "accuracy", SERIES),
)


@dataclass(frozen=True)
class Score:
    """One model on both splits."""

    name: str
    validation: float
    test: float


@dataclass(frozen=True)
class Found:
    """What came of a case.

    Args:
        command: The search.
        data: The dataset in a line.
        metric: What is compared.
        maximize: Whether larger is better.
        seconds: Wall-clock time of the search, start to end.
        trials: How many trials counted.
        scores: The search's best model first, then the baselines.
    """

    command: str
    data: str
    metric: str
    maximize: bool
    seconds: float
    trials: int
    scores: tuple[Score, ...]


def search(case: PublishedCase, results: str) -> float:
    """Run the command of the page; the seconds it took."""
    started = time.perf_counter()
    typed = case.command.removeprefix("automl ").split()
    # The best trial's own model is what is compared here, and the test split opened here alone.
    flags = ("--name", case.name, "--results", results, "--no-finalize")
    subprocess.run([sys.executable, "-m", "automl", *typed, *flags], check=True)
    return time.perf_counter() - started


def compare(case: PublishedCase) -> Found:
    """Search, and measure the best model and the baselines on the same splits."""
    with TemporaryDirectory() as results:
        seconds = search(case, results)
        study = api.show(case.name, results)
        stored = StoredStudy.find(case.name, results)
        assert study.best is not None, "every case finds a model"
        config = Config(**stored.folder.trial(study.best.number).config())
        data = DatasetLoader.of(stored.plan, Watcher())(config)
        best = model_of(Bundle.load(stored.folder.best), data)
        scores = [score(f"`{case.space}`, trial {study.best.number}", best, data, case.metric)]
    for name, fit in case.baselines.items():
        scores.append(score(name, fit(case.data, data), data, case.metric))
    maximize = TASKS[data.task].metrics[case.metric]
    return Found(
        case.command, data.describe(), case.metric, maximize, seconds, study.counted, tuple(scores)
    )


def model_of(bundle: Bundle, data: Dataset) -> Predict:
    """The bundle's model, in batches."""
    model = bundle.model()

    def predict(split: Split) -> NDArray:
        tensors = as_tensors(split, data.encoding)
        batches, back = evaluation_batches(tensors, 256)
        with torch.inference_mode():
            outputs = torch.cat([model(batch) for batch in batches])
        return (outputs if back is None else outputs[back]).numpy()

    return predict


def score(name: str, predict: Predict, data: Dataset, metric: str) -> Score:
    """A model on the validation and the test split."""
    task = TASKS[data.task](data.target)

    def on(split: Split) -> float:
        outputs, targets = torch.as_tensor(predict(split)), torch.as_tensor(split.targets)
        return task.measure(outputs, targets)[metric]

    return Score(name, on(data.validation), on(data.test))


def page() -> str:
    """docs/results.md, from what was found."""
    kept = [FOUND / f"{case.name}.json" for case in CASES]
    found = [json.loads(file.read_text(encoding="utf-8")) for file in kept if file.is_file()]
    return HEAD + "\n".join(section(each) for each in found)


HEAD = """\
# Results

This page compares `automl search` with simple, well-known baselines on published data, on the
same splits. [benchmarks/results.py](../benchmarks/results.py) has written it: `python
benchmarks/results.py` repeats all searches. They ran on two shared CPU cores without a GPU: one
search for each dataset, with seed 0. A search chooses its model by the validation split; the test
split was opened once, afterwards.

The networks for texts are not pretrained. They learn their words from the train split only, and
5,970 sentences are few for that. On Rotten Tomatoes the difference to TF-IDF is about as large as
the uncertainty of 1,280 texts (a standard error of 1.2 points). The networks are ahead on
validation, by which they were chosen, and behind on test. On IMDb, three minutes on two cores are
enough for one complete trial, the space's baseline. It reads 400 words of each text; TF-IDF reads
whole texts, and also pairs of words.

"""


def section(found: Mapping) -> str:
    """One search as Markdown."""
    winner = found["scores"][0]["test"]
    best = (max if found["maximize"] else min)(each["test"] for each in found["scores"][1:])
    ahead = winner >= best if found["maximize"] else winner <= best
    rows = "".join(
        f"| {each['name']} | {each['validation']:.4g} | {each['test']:.4g} |\n"
        for each in found["scores"]
    )
    return (
        f"## {found['data'].split(',')[0]}: {found['command'].split()[2]}\n\n"
        f"`{found['command']}`: {found['trials']} trials in {found['seconds']:.0f} s. "
        f"{found['data']}.\n\n"
        f"| {found['metric']} | validation | test |\n|---|---|---|\n{rows}\n"
        f"On the test split it is {'ahead of' if ahead else '**behind**'} the best baseline.\n"
    )


def main() -> None:
    """Read the command line, search what is asked for, write the page."""
    parser = ArgumentParser(description="Searches on published data beside simple baselines.")
    parser.add_argument("data", nargs="*", help="names of datasets or DATASET-SPACE; none is all")
    parser.add_argument("--page", action="store_true", help="search nothing, write the page")
    given = parser.parse_args()
    FOUND.mkdir(exist_ok=True)
    for case in CASES:
        if not given.page and (not given.data or {case.data, case.name} & set(given.data)):
            print(case.command, flush=True)
            found = compare(case)
            (FOUND / f"{case.name}.json").write_text(json.dumps(asdict(found), indent=1))
            print(*found.scores, sep="\n", flush=True)
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
