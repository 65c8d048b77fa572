"""Searches with nothing but the data named, on 24 sets, beside the best simple model of each.

    python benchmarks/unseen.py                            # everything: seven hours on two cores
    python benchmarks/unseen.py images tweets --seeds 1    # kinds of data, or sets by their names
    python benchmarks/unseen.py dna --timeout 1m --again   # also what has a result already
    python benchmarks/unseen.py --simple                   # the simple models alone
    python benchmarks/unseen.py --curve                    # six sets at 1, 5 and 15 minutes

Each search is the command that a user types, in a process of its own. Its final model and the
simple models are measured on the same test split. What was found is kept in
benchmarks/results/unseen/, a file for each set, time limit and seed, and a file for the simple
models of each split; benchmarks/results/unseen.md is the table of them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from functools import partial
from math import nan
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import baselines
import numpy as np
import torch
from unseen_data import made
from unseen_page import SimpleResults, SimpleScore, UnseenSearch, page

from automl import api
from automl.api.datasets import DatasetLoader
from automl.api.stored_study import StoredStudy
from automl.cli.options import parse_duration
from automl.core.defaults import FIRST_SPACES
from automl.core.final import FinalRecord
from automl.core.trial import Config
from automl.data import DATASETS
from automl.data.dataset import Dataset, Split
from automl.data.encoding import Array
from automl.data.series.encoding import SeriesEncoding
from automl.data.source import data_root, load_dataset
from automl.export.bundle import Bundle
from automl.tasks import TASKS
from automl.trials.references import find_references
from automl.tuning.context import Watcher
from results import model_of

ROOT = Path(__file__).resolve().parents[1]
FOUND = Path(__file__).parent / "results" / "unseen"
PAGE = FOUND.with_suffix(".md")

# Draws of the bootstrap that a standard error comes from.
DRAWS = 200
TIMEOUT, SEEDS = "5m", 3

Predict = Callable[[Split], Array]
Fit = Callable[[str, Dataset], Predict]


@dataclass(frozen=True)
class UnseenCase:
    """A set of data.

    Args:
        kind: Kind of the data.
        data: Name of a published dataset, or of a set of unseen_data.py.
        metric: Metric that is compared.
    """

    kind: str
    data: str
    metric: str = "accuracy"

    @property
    def name(self) -> str:
        """Name of the set."""
        return Path(self.data).stem

    @property
    def has_own_split(self) -> bool:
        """Whether every seed has the same splits."""
        return self.data in DATASETS or self.kind == "forecast"

    def path(self) -> str:
        """What `--data` takes: a name, or the path of a set that is made now if need be."""
        return self.data if self.data in DATASETS else str(made(self.data))

    def command(self, timeout: str, seed: int) -> str:
        """What a user types."""
        space = FIRST_SPACES[self.kind]
        return f"automl search {space} --data {self.data} --timeout {timeout} --seed {seed}"


CASES = (
    *(UnseenCase("images", each) for each in ("stamps", "fashion_mnist", "animals")),
    *(UnseenCase("images", each) for each in ("digits-256", "trees")),
    *(UnseenCase("text", each) for each in ("rotten_tomatoes", "imdb", "newsgroups")),
    UnseenCase("text", "tweets.csv"),
    UnseenCase("table", "diamonds", "rmse"),
    UnseenCase("table", "flights.csv", "rmse"),
    *(UnseenCase("table", each) for each in ("satellite.csv", "shuttle.csv", "dna.csv")),
    UnseenCase("table", "rare.csv", "average_precision"),
    *(UnseenCase("series", each) for each in ("arrow_head", "gun_point", "OSULeaf.ts")),
    *(UnseenCase("series", each) for each in ("BasicMotions.ts", "italy_power_demand")),
    *(UnseenCase("forecast", each, "mae") for each in ("beijing_pm25", "traffic.csv")),
    *(UnseenCase("forecast", each, "mae") for each in ("power.csv", "co2")),
)
CURVE = ("fashion_mnist", "rotten_tomatoes", "diamonds", "satellite", "OSULeaf", "traffic")
CURVE_TIMEOUTS = ("1m", "5m", "15m")


def simple_models(case: UnseenCase, data: Dataset, seed: int) -> Mapping[str, Fit]:
    """The simple models of a kind of data, by name."""
    if case.kind == "text":
        return {
            "TF-IDF of words and pairs + logistic regression": partial(baselines.tfidf, seed=seed),
            "TF-IDF of characters + linear SVM": partial(baselines.characters, seed=seed),
        }
    if case.kind == "series":
        return {
            "1-nearest neighbour": baselines.nearest_neighbour,
            "MiniRocket + ridge": baselines.rockets,
        }
    if isinstance(data.encoding, SeriesEncoding):
        season = baselines.naive(data.encoding.season)
        return {
            "seasonal naive": season,
            "ridge regression": baselines.ridge,
            "ridge regression of changes": baselines.ridge_of_changes,
        }
    return {"random forest": baselines.trees, "gradient boosting": baselines.boosting}


def measure_simple(case: UnseenCase, seed: int) -> SimpleResults:
    """Fit the simple models of a set, and keep what they say on the test split."""
    data = load_dataset(case.path(), case.kind, {}, seed, print)
    task = TASKS[data.task](data.target)
    scores, outputs = {}, {}
    for name, fit in simple_models(case, data, seed).items():
        began = time.process_time()
        predict = fit(case.path(), data)
        validation, outputs[name] = predict(data.validation), predict(data.test)
        spent = time.process_time() - began
        scores[name] = SimpleScore(
            score(task, case.metric, validation, data.validation.targets),
            score(task, case.metric, outputs[name], data.test.targets),
            spent,
        )
        print(f"{case.name} {seed}: {name} {scores[name]}", flush=True)
    file = outputs_file(case, seed)
    file.parent.mkdir(parents=True, exist_ok=True)
    np.savez(file, **outputs)  # type: ignore[arg-type]  # its stub takes names for flags
    free = find_references(data, case.metric, data.test)
    return SimpleResults(
        case.name,
        case.kind,
        seed,
        data.describe(),
        case.metric,
        task.metric(case.metric).maximize,
        scores,
        {each.name: each.metrics[case.metric] for each in free},
    )


def outputs_file(case: UnseenCase, seed: int) -> Path:
    """File with the outputs of the simple models on the test split; it is made anew if lost."""
    return data_root() / "unseen" / "outputs" / f"{case.name}-{seed}.npz"


def score(task: Any, metric: str, outputs: Array, targets: Array) -> float:
    """A metric of outputs on a split."""
    without = task.costly - {metric}
    found = task.measure(torch.as_tensor(outputs), torch.as_tensor(targets), without)
    return float(found[metric])


def search(case: UnseenCase, timeout: str, seed: int) -> UnseenSearch:
    """Run the command of a set, and compare its final model with the best simple one."""
    simple = simple_results(case, seed)
    with TemporaryDirectory() as results:
        command = case.command(timeout, seed)
        typed = command.removeprefix("automl ").split()
        typed += ["--name", "unseen", "--results", results, "--json"]
        folder = ROOT if case.data in DATASETS else made(case.data).parent
        before, began = os.getloadavg()[0], time.perf_counter()
        ended = subprocess.run(
            (sys.executable, "-m", "automl", *typed),
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )
        seconds = time.perf_counter() - began
        load = before, os.getloadavg()[0]
        limit = seconds_of(timeout)
        found = UnseenSearch(case.name, command, seed, limit, seconds, load)
        log = FOUND / f"{case.name}-{timeout}-{seed}.log"
        log.write_text(ended.stdout + ended.stderr, encoding="utf-8")
        final = api.final("unseen", results) if ended.returncode == 0 else None
        if final is None:
            said = ended.stderr.strip().splitlines() or ["it said nothing"]
            return replace(found, problem=f"no final model: {said[-1]}")
        return with_study(found, case, simple, final, results)


def seconds_of(timeout: str) -> float:
    """Seconds of a time limit as it is typed."""
    seconds = parse_duration(timeout, "--timeout")
    assert seconds is not None, "only an empty limit is None"
    return seconds


def with_study(
    found: UnseenSearch, case: UnseenCase, simple: SimpleResults, final: FinalRecord, results: str
) -> UnseenSearch:
    """What was found, with the trials of the study and the scores of its final model."""
    study = api.show("unseen", results)
    stored = StoredStudy.find("unseen", results)
    config = Config(**stored.folder.trial(final.trial).config())
    data = DatasetLoader.of(stored.plan, Watcher())(config)
    test = next(each for each in final.test if each.metric == case.metric)
    chosen = simple.best(found.timeout)
    beside = np.load(outputs_file(case, simple.seed))[chosen]
    outputs = model_of(Bundle.load(stored.folder.best), data)(data.test)
    same = len(outputs) == len(beside)
    difference, error = compare(data, case.metric, outputs, beside) if same else (nan, nan)
    return replace(
        found,
        problem="" if same else "it was measured on other test examples than the simple models",
        ends=dict(Counter(each.status for each in study.trials)),
        ranked_by=study.metric,
        test=(test.value, test.low, test.high),
        simple=chosen,
        difference=difference,
        error=error,
        doubts=final.doubts,
    )


def compare(data: Dataset, metric: str, outputs: Array, beside: Array) -> tuple[float, float]:
    """How much better outputs are on the test split than others, and its standard error.

    The error is that of a bootstrap: both sides are measured on the same examples of each draw.
    """
    task, targets = TASKS[data.task](data.target), data.test.targets
    sign = 1 if task.metric(metric).maximize else -1

    def difference(rows: Array) -> float:
        ours, theirs = (
            score(task, metric, each[rows], targets[rows]) for each in (outputs, beside)
        )
        return sign * (ours - theirs)

    everything = np.arange(len(targets))
    clusters = data.test.clusters
    members = clusters.members() if clusters else np.split(everything, len(targets))
    draw = np.random.default_rng(0)
    count = len(members)
    drawn = (draw.integers(0, count, count) for _ in range(DRAWS))
    draws = [difference(np.concatenate([members[at] for at in each])) for each in drawn]
    return difference(everything), float(np.nanstd(draws))


def simple_results(case: UnseenCase, seed: int, *, again: bool = False) -> SimpleResults:
    """The simple models of a split, measured unless that was done."""
    seed = 0 if case.has_own_split else seed
    file = FOUND / "simple" / f"{case.name}-{seed}.json"
    if again or not file.is_file() or not outputs_file(case, seed).is_file():
        file.parent.mkdir(parents=True, exist_ok=True)
        keep(file, measure_simple(case, seed))
    return read_simple(file)


def keep(file: Path, found: SimpleResults | UnseenSearch) -> None:
    """Write what was found as JSON."""
    file.write_text(json.dumps(asdict(found), indent=1) + "\n", encoding="utf-8")


def read_simple(file: Path) -> SimpleResults:
    """What was kept of simple models."""
    kept = json.loads(file.read_text(encoding="utf-8"))
    models = {name: SimpleScore(**each) for name, each in kept.pop("models").items()}
    return SimpleResults(**kept, models=models)


def write_page() -> None:
    """Write the table of all that was found."""
    names = [case.name for case in CASES]
    simple = [read_simple(file) for file in sorted((FOUND / "simple").glob("*.json"))]
    simple.sort(key=lambda each: (names.index(each.name), each.seed))
    kept = [json.loads(file.read_text(encoding="utf-8")) for file in sorted(FOUND.glob("*.json"))]
    PAGE.write_text(page(names, simple, [UnseenSearch(**each) for each in kept]), encoding="utf-8")


def wanted(given: Namespace) -> Iterator[tuple[UnseenCase, str, int]]:
    """Sets, time limits and seeds that are asked for."""
    for case in CASES:
        if given.names and not {case.name, case.kind} & set(given.names):
            continue
        if not given.curve:
            yield from ((case, given.timeout, seed) for seed in range(given.seeds))
        elif case.name in CURVE:
            yield from ((case, timeout, 0) for timeout in CURVE_TIMEOUTS)


def main() -> None:
    """Read the command line, run what is asked for, write the page after each result."""
    parser = ArgumentParser(description="Searches on data that they were not made for.")
    parser.add_argument("names", nargs="*", help="kinds of data or sets; none is all")
    parser.add_argument("--timeout", default=TIMEOUT, help="time limit of each search")
    parser.add_argument("--seeds", type=int, default=SEEDS, help="number of seeds")
    parser.add_argument("--curve", action="store_true", help="six sets at 1, 5 and 15 minutes")
    parser.add_argument("--simple", action="store_true", help="the simple models alone")
    parser.add_argument("--again", action="store_true", help="repeat what has a result")
    parser.add_argument("--page", action="store_true", help="run nothing, write the page")
    given = parser.parse_args()
    seconds_of(given.timeout)  # refuses what is none
    FOUND.mkdir(parents=True, exist_ok=True)
    for case, timeout, seed in () if given.page else wanted(given):
        file = FOUND / f"{case.name}-{timeout}-{seed}.json"
        if given.simple and not (seed and case.has_own_split):
            simple_results(case, seed, again=given.again)
        elif not given.simple and (given.again or not file.is_file()):
            keep(file, search(case, timeout, seed))
        write_page()
    write_page()


if __name__ == "__main__":
    main()
