"""Searches whose trials cost nothing: by this project, and by Ray Tune.

What is measured is the wall clock from the first trial's start to the last one's end, so that
starting Ray counts for neither.
"""

from __future__ import annotations

import logging
import shutil
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from optuna.distributions import BaseDistribution, FloatDistribution, distribution_to_json
from optuna.trial import FrozenTrial, TrialState

from automl.core.distributions import Range, Suggest
from automl.core.executor import Executor
from automl.core.records import NetworkProfile
from automl.core.trial import CONTINUE, Config, Measurement, Status, Trial, TrialResult, TrialSpec
from automl.execution.local import LocalExecutor
from automl.execution.ray import RayExecutor
from automl.execution.resources import Resources
from automl.execution.trial_loop import run_trials
from automl.store import Store
from automl.tuning import PRUNERS, SAMPLERS
from automl.tuning.context import SearchContext, Watcher
from automl.tuning.journal import JournalFile
from automl.tuning.optuna_private import JournalOperation
from automl.tuning.plan import Plan
from automl.tuning.samplers import PerTrial
from automl.tuning.search import Search
from automl.tuning.storage import open_storage
from automl.tuning.study import create_study, open_study
from automl.tuning.trial_records import fingerprint

WORKERS = 2
SPACE = {"x": Range(0.0, 1.0), "y": Range(1e-4, 1e-1, log=True)}
DISTRIBUTIONS = {
    name: FloatDistribution(each.low, each.high, log=each.log) for name, each in SPACE.items()
}


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

    max_latency = None

    def sample(self, suggest: Suggest) -> Config:
        """Draw both."""
        return Config((), {name: suggest(name, each) for name, each in SPACE.items()})


class Clock(Watcher):
    """When the first trial started and the last ended."""

    def __init__(self) -> None:
        self.first = self.last = 0.0

    def start(self, number: int) -> None:
        """Note the first."""
        self.first = self.first or time.perf_counter()

    def end(self, trial: Any) -> None:
        """Note the last."""
        self.last = time.perf_counter()


class TimedSampling(PerTrial):
    """Samples, and counts the seconds that it takes to."""

    seconds = 0.0

    def sample_relative(
        self, study: Any, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, object]:
        """Draw, against the clock."""
        begun = time.perf_counter()
        drawn = super().sample_relative(study, trial, search_space)
        self.seconds += time.perf_counter() - begun
        return drawn

    def infer_relative_search_space(
        self, study: Any, trial: FrozenTrial
    ) -> dict[str, BaseDistribution]:
        """Find out what is drawn together, against the clock."""
        begun = time.perf_counter()
        space = super().infer_relative_search_space(study, trial)
        self.seconds += time.perf_counter() - begun
        return space

    def sample_independent(
        self, study: Any, trial: FrozenTrial, param_name: str, param_distribution: BaseDistribution
    ) -> object:
        """Draw one, against the clock."""
        begun = time.perf_counter()
        drawn = super().sample_independent(study, trial, param_name, param_distribution)
        self.seconds += time.perf_counter() - begun
        return drawn


@dataclass(frozen=True)
class Cost:
    """What trials that cost nothing took.

    Args:
        seconds: From the first one's start to the last one's end.
        sampling: Seconds of it that the sampler took.
    """

    seconds: float
    sampling: float


def automl_cost(trials: int, before: int = 0, sampler: str = "tpe", ray: bool = True) -> Cost:
    """What so many trials take, by this project.

    Args:
        trials: How many are run.
        before: How many the study has already.
        sampler: Name of the sampler.
        ray: Whether two workers of Ray's run them, rather than this process.
    """
    root = Path(tempfile.mkdtemp())
    executor: Executor = (
        RayExecutor(make_runner, Resources(workers=WORKERS))
        if ray
        else LocalExecutor(make_runner, Resources())
    )
    clock = Clock()
    try:
        if isinstance(executor, RayExecutor):
            _wait_for_workers(executor)
        store = Store(root)
        folder = store.study("bench")
        folder.path.mkdir()
        sampling, pruner = TimedSampling(SAMPLERS[sampler]((), 0)), PRUNERS["none"](1)
        create_study(
            open_storage(store.journal), "bench", "loss", False, sampling, pruner, folder.lock
        )
        fill(store.journal, before)
        study = open_study(open_storage(store.journal), "bench", sampling, pruner, folder.lock)
        context = SearchContext(
            plan=make_plan(before + trials, sampler),
            space=Space(),
            datasets=lambda config: None,
            folder=folder,
            begun=study.state.records(),
            final=None,
            data="",
            device=executor.device,
            slots=executor.slots,
        )
        network = NetworkProfile(1, 1, (("dense", (1,), 1),))
        run = partial(run_trials, executor)
        Search(context, study, lambda config: network, run, clock, threading.Event()).run()
    finally:
        executor.close()
        shutil.rmtree(root)
    return Cost(clock.last - clock.first, sampling.seconds * (trials - 1) / trials)


def make_plan(trials: int, sampler: str) -> Plan:
    """The plan of so many trials of one epoch, without pruning."""
    return Plan(
        name="bench",
        space="",
        task="regression",
        data="",
        trials=trials,
        timeout=None,
        epochs=1,
        sampler=sampler,
        pruner="none",
        metric="loss",
        seed=0,
        storage=None,
        executor="local",
        workers=None,
        cpus_per_trial=None,
        gpus_per_trial=None,
        ray_address=None,
    )


def fill(journal: Path, trials: int) -> None:
    """Write so many trials that are over to a journal, with their notes, as a search would."""
    made: dict[str, Any] = {
        "worker_id": "",
        "study_id": 0,
        "datetime_start": "2026-01-01T00:00:00.000000+00:00",
        "datetime_complete": "2026-01-01T00:00:00.000000+00:00",
        "state": TrialState.COMPLETE,
        "distributions": {n: distribution_to_json(each) for n, each in DISTRIBUTIONS.items()},
        "system_attrs": {},
    }
    logs: list[dict[str, Any]] = []
    for number, point in enumerate(points(trials)):
        loss = objective(**point)
        facts = {"size": 1, "flops": 1, "owner": "", "status": "complete", "feasible": True}
        facts |= {"value": loss, "epoch": 1.0, "config": fingerprint(Config((), point))}
        ended = {"params": point, "value": loss, "intermediate_values": {1: loss}}
        logs.append(
            {**made, **ended, "op_code": JournalOperation.CREATE_TRIAL, "user_attrs": facts}
        )
        noted = {"op_code": JournalOperation.SET_STUDY_SYSTEM_ATTR, "study_id": 0, "worker_id": ""}
        for name, value in (("note_ver", 1), ("note_str:0", "a note " * 60)):
            logs.append({**noted, "system_attr": {f"dashboard:{number}:{name}": value}})
    JournalFile(journal).append_logs(logs)


def points(number: int) -> list[dict[str, float]]:
    """So many points of the space, always the same."""
    random = Random(0)
    return [{"x": random.random(), "y": 10 ** random.uniform(-4, -1)} for _ in range(number)]


def _wait_for_workers(executor: RayExecutor) -> None:
    """Run one trial on each worker, so that none is still starting when the clock does."""
    executor._dismiss_first()  # the worker without Ray, which is there before all others
    root = tempfile.mkdtemp()
    config = Config((), {"x": 0.0, "y": 0.0})
    for number in range(WORKERS):
        spec = TrialSpec(-1 - number, config, 0, 1, "loss", False, root)
        executor.submit(spec, None)
    ended = 0
    while ended < WORKERS:
        for event in executor.poll(1.0):
            if hasattr(event, "result"):
                ended += 1
            else:
                executor.answer(event.number, CONTINUE)


def tune_seconds(trials: int, reuse_actors: bool, before: int = 0) -> float:
    """Seconds of so many trials by Ray Tune with OptunaSearch, which knows others ``before``.

    That is less than Ray Tune would have to do after as many trials of its own.
    """
    import ray
    from ray import tune
    from ray.tune.search import ConcurrencyLimiter
    from ray.tune.search.optuna import OptunaSearch

    ray.init(
        address="local",  # another one may run on this machine
        num_cpus=WORKERS,
        include_dashboard=False,
        log_to_driver=False,
        logging_level=logging.ERROR,
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

    known = points(before)
    root = tempfile.mkdtemp()
    try:
        searcher = ConcurrencyLimiter(
            OptunaSearch(
                space=DISTRIBUTIONS,
                metric="loss",
                mode="min",
                seed=0,
                points_to_evaluate=known or None,
                evaluated_rewards=[objective(**each) for each in known] or None,
            ),
            max_concurrent=WORKERS,
        )
        tune.Tuner(
            Trivial,
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
