"""Milliseconds a trial when the trial itself costs nothing, beside Ray Tune, in one run.

Two workers, two parameters, TPE, one report a trial. What is measured is the wall clock from the
first trial's start to the last one's end, so that starting Ray counts for neither.

    python benchmarks/overhead.py
    python benchmarks/overhead.py --trials 250 --fresh-trials 50 --rounds 3 --json

Needs ray[tune]: pip install 'automl[bench]'.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import shutil
import statistics
import tempfile
import threading
import time
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from automl.core.distributions import Range, Suggest
from automl.core.inspection import Inspection
from automl.core.trial import Config, Measurement, Status, Trial, TrialResult, TrialSpec
from automl.execution.ray import RayExecutor
from automl.execution.resources import Resources
from automl.store import Store
from automl.tuning import PRUNERS, SAMPLERS
from automl.tuning.creating import create_study
from automl.tuning.problem import Problem
from automl.tuning.samplers.per_trial import PerTrial
from automl.tuning.search import Search
from automl.tuning.storage import open_storage
from automl.tuning.watch import Setting, Silent

WORKERS = 2
SPACE = {"x": Range(0.0, 1.0), "y": Range(1e-4, 1e-1, log=True)}


def objective(x: float, y: float) -> float:
    """Nothing worth a worker."""
    return (x - 0.3) ** 2 + y


def run_trivial(spec: TrialSpec, data: Any) -> Trial:
    """One measurement, and done."""
    loss = objective(**spec.config.training)
    measurement = Measurement(1, 1.0, {"loss": loss}, 0.0)
    yield measurement
    return TrialResult(spec.number, Status.COMPLETE, (measurement,), loss)


def make_runner(threads: int) -> Callable[[TrialSpec, Any], Trial]:
    """A runner of trivial trials; it too imports torch, as every real worker does."""
    import torch

    torch.set_num_threads(threads)
    return run_trivial


class Space:
    """Two parameters."""

    def sample(self, suggest: Suggest) -> Config:
        """Draw both."""
        return Config((), {name: suggest(name, each) for name, each in SPACE.items()})


class Clock(Silent):
    """When the first trial started and the last ended."""

    def __init__(self) -> None:
        self.first = self.last = 0.0

    def start(self, number: int) -> None:
        """Note the first."""
        self.first = self.first or time.perf_counter()

    def end(self, trial: Any) -> None:
        """Note the last."""
        self.last = time.perf_counter()


def automl_seconds(trials: int) -> float:
    """Seconds from the first trial's start to the last one's end, by this project."""
    root = Path(tempfile.mkdtemp())
    executor = RayExecutor(make_runner, Resources(workers=WORKERS))
    clock = Clock()
    try:
        _wait_for_workers(executor)
        store = Store(root)
        folder = store.study("bench")
        folder.path.mkdir()
        sampler, pruner = PerTrial(partial(SAMPLERS["tpe"], (), 0)), PRUNERS["none"](1)
        storage = open_storage(store.journal)
        study = create_study(storage, "bench", "loss", False, sampler, pruner, folder.lock)
        setting = Setting("bench", "", "", "", trials, 0, 1, 1, None, "loss", False, executor.slots)
        problem = Problem(
            setting,
            Space(),
            lambda config: Inspection(1, 1),
            lambda config: None,
            "",
            "",
            0,
            "none",
        )
        Search(problem, study, folder, executor, clock, threading.Event()).run()
    finally:
        executor.close()
        shutil.rmtree(root)
    return clock.last - clock.first


def _wait_for_workers(executor: RayExecutor) -> None:
    """Run one trial on each worker, so that none is still starting when the clock does."""
    root = tempfile.mkdtemp()
    config = Config((), {"x": 0.0, "y": 0.0})
    for number in range(WORKERS):
        spec = TrialSpec(-1 - number, "", "", config, 0, 1, "loss", False, root)
        executor.submit(spec, None)
    ended = 0
    while ended < WORKERS:
        for event in executor.poll(1.0):
            if hasattr(event, "result"):
                ended += 1
            else:
                from automl.core.trial import CONTINUE

                executor.answer(event.number, CONTINUE)


def tune_seconds(trials: int, reuse_actors: bool) -> float:
    """The same by Ray Tune with OptunaSearch: from the first trial's start to the last's end."""
    import ray
    from ray import tune
    from ray.tune.search import ConcurrencyLimiter
    from ray.tune.search.optuna import OptunaSearch

    ray.init(
        num_cpus=WORKERS, include_dashboard=False, log_to_driver=False, logging_level=logging.ERROR
    )
    stamps: list[float] = []

    class Stamps(tune.Callback):  # type: ignore[misc]
        def on_trial_start(self, **info: Any) -> None:
            stamps.append(time.perf_counter())

        def on_trial_complete(self, **info: Any) -> None:
            stamps.append(time.perf_counter())

    class Trivial(tune.Trainable):  # type: ignore[misc]
        def setup(self, config: dict[str, float]) -> None:
            import torch

            torch.set_num_threads(1)
            self.drawn = config

        def step(self) -> dict[str, Any]:
            return {"loss": objective(**self.drawn), "done": True}

        def save_checkpoint(self, checkpoint_dir: str) -> dict[str, Any]:
            return {}

        def load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
            pass

        def reset_config(self, new_config: dict[str, float]) -> bool:
            self.drawn = new_config
            return True

    space = {"x": tune.uniform(0.0, 1.0), "y": tune.loguniform(1e-4, 1e-1)}
    root = tempfile.mkdtemp()
    try:
        searcher = ConcurrencyLimiter(
            OptunaSearch(metric="loss", mode="min", seed=0), max_concurrent=WORKERS
        )
        tune.Tuner(
            Trivial,
            param_space=space,
            tune_config=tune.TuneConfig(
                metric="loss",
                mode="min",
                num_samples=trials,
                search_alg=searcher,
                reuse_actors=reuse_actors,
            ),
            run_config=tune.RunConfig(storage_path=root, verbose=0, callbacks=[Stamps()]),
        ).fit()
    finally:
        ray.shutdown()
        shutil.rmtree(root, ignore_errors=True)
    return max(stamps) - min(stamps)


def measure(rounds: int, trials: int, fresh: int) -> dict[str, list[float]]:
    """Milliseconds a trial, each way in turn, so that a slow minute hits all alike."""
    ways: dict[str, Callable[[], float]] = {
        f"automl, {trials} trials": lambda: automl_seconds(trials) / trials,
        f"Ray Tune, reuse_actors, {trials} trials": lambda: tune_seconds(trials, True) / trials,
        f"automl, {fresh} trials": lambda: automl_seconds(fresh) / fresh,
        f"Ray Tune, fresh actors, {fresh} trials": lambda: tune_seconds(fresh, False) / fresh,
    }
    found: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            found[name].append(1000 * way())
    return found


def report(found: dict[str, list[float]]) -> str:
    """A table of medians, and how many times Ray Tune's each of ours is."""
    medians = {name: statistics.median(values) for name, values in found.items()}
    ours, reuse, ours_few, fresh = medians.values()
    rows = [f"{'':44}ms a trial (median; least to most)"]
    rows += [
        f"{name:44}{medians[name]:9.1f}  ({min(values):.1f} to {max(values):.1f})"
        for name, values in found.items()
    ]
    rows.append(f"Ray Tune with reuse_actors takes {reuse / ours:.1f} times as long")
    rows.append(f"Ray Tune without takes {fresh / ours_few:.1f} times as long")
    return "\n".join(rows)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--trials", type=int, default=250)
    parser.add_argument("--fresh-trials", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    flags = parser.parse_args()
    os.environ.update(
        RAY_USAGE_STATS_ENABLED="0", RAY_AIR_NEW_OUTPUT="0", RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO="0"
    )
    warnings.simplefilter("ignore")
    found = measure(flags.rounds, flags.trials, flags.fresh_trials)
    print(json.dumps(found) if flags.json else report(found))


if __name__ == "__main__":
    main()
