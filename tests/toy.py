"""A search whose trials cost nothing: what is drawn is what is measured."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from plans import PLAN, make_context

from automl.core.distributions import Choices, Distribution, Parameter, Range, Suggest, Value
from automl.core.errors import Infeasible
from automl.core.executor import Executor, TimeLimits
from automl.core.records import NetworkProfile
from automl.core.trial import (
    Config,
    Decision,
    Measurement,
    Status,
    Trial,
    TrialResult,
    TrialSpec,
    Verdict,
)
from automl.execution.local import LocalExecutor
from automl.execution.resources import Resources
from automl.execution.trial_loop import run_trials
from automl.store import Store
from automl.tuning import PRUNERS, SAMPLERS
from automl.tuning.context import SearchOutcome, Watcher
from automl.tuning.samplers import PerTrial
from automl.tuning.search import Search
from automl.tuning.storage import open_storage
from automl.tuning.study import SharedStudy, create_study, note_begun, open_study

STEPS = 4


def toy_runner(threads: int) -> Callable[[TrialSpec, Any], Trial]:
    """Measures ``x`` a little better at each step; one that is told to fails."""
    return run_toy


def run_toy(spec: TrialSpec, data: Any) -> Trial:
    x = spec.config.training["x"]
    curve = []
    state = Path(spec.folder) / "state.pt"
    begun = int(state.read_text()) if spec.resume and state.is_file() else 0
    for step in range(1, STEPS + 1):
        if spec.config.training.get("fails"):
            return TrialResult(spec.number, Status.FAILED, reason="told to fail")
        latency = spec.config.training.get("latency")
        metrics = {"score": x * step / STEPS, "loss": 1 - x * step / STEPS}
        measured = Measurement(step, step / STEPS, metrics, 0.01 * step, latency)
        curve.append(measured)
        decision: Decision = yield measured  # up to `begun`, it hands up again what it measured
        if step > begun and decision.verdict is not Verdict.STOP:
            state.write_text(str(step))
        if decision.verdict is not Verdict.CONTINUE:
            if decision.verdict is Verdict.HOLD:
                (Path(spec.folder) / "artifacts").mkdir(exist_ok=True)
                (Path(spec.folder) / "artifacts" / "curve.csv").write_text("x")
            paused = decision.verdict is Verdict.PAUSE
            status = Status.PAUSED if paused else Status.PRUNED
            value = curve[-1].metrics["score"]
            return TrialResult(spec.number, status, tuple(curve), value, reason=decision.reason)
    (Path(spec.folder) / "weights.safetensors").touch()
    return TrialResult(spec.number, Status.COMPLETE, tuple(curve), x, seconds=0.01)


@dataclass(frozen=True)
class ToySpace:
    """Parameters by name, drawn in order into the training settings."""

    max_latency: ClassVar[None] = None

    drawn: dict[str, Distribution]
    depends: Callable[[dict[str, Any]], dict[str, Distribution]] = lambda values: {}
    starts: tuple[dict[str, Value], ...] = ()

    def sample(self, suggest: Suggest) -> Config:
        values = {name: suggest(name, each) for name, each in self.drawn.items()}
        values |= {name: suggest(name, each) for name, each in self.depends(values).items()}
        return Config((), values)

    def portfolio(self) -> tuple[dict[str, Value], ...]:
        return self.starts

    def parameters(self) -> tuple[Parameter, ...]:
        return tuple(Parameter(name, each, {}) for name, each in self.drawn.items())


@dataclass
class Recorder(Watcher):
    """Remembers every event; ``on_measure`` may act on them."""

    ended: list[Any] = field(default_factory=list)
    on_measure: Callable[[int, Measurement], None] = lambda number, measurement: None

    def measure(self, number: int, measurement: Measurement) -> None:
        self.on_measure(number, measurement)

    def end(self, trial: Any) -> None:
        self.ended.append(trial)


@dataclass
class Toy:
    """A study in a folder of its own, searched as often as a test likes."""

    root: Path
    space: ToySpace = field(default_factory=lambda: ToySpace({"x": Range(0.0, 1.0)}))
    sampler: str = "random"
    pruner: str = "none"
    trials: int = 5
    timeout: float | None = None
    limit: float | None = None
    stop: threading.Event = field(default_factory=threading.Event)
    recorder: Recorder = field(default_factory=Recorder)
    deterministic: bool = False
    limits: TimeLimits = field(default_factory=TimeLimits)
    minimize: tuple[str, ...] = ()
    executor: Callable[[], Executor] = lambda: LocalExecutor(toy_runner, Resources())

    def begin(self, baseline: dict[str, Any] | None = None) -> SearchOutcome:
        self.store.prepare()
        lock = self.store.study("toy").lock
        lock.parent.mkdir(exist_ok=True)
        storage = open_storage(self.store.journal)
        sampler, pruner = self._sampling()
        study = create_study(storage, "toy", "score", True, sampler, pruner, lock, self.minimize)
        if baseline:
            study.enqueue(baseline)
        note_begun(study, {})
        return self._search(study)

    def go_on(self) -> SearchOutcome:
        storage = open_storage(self.store.journal)
        lock = self.store.study("toy").lock
        return self._search(open_study(storage, "toy", *self._sampling(), lock))

    @property
    def store(self) -> Store:
        return Store(self.root)

    def _sampling(self) -> Any:
        sampler = SAMPLERS[self.sampler](self.space.parameters(), 1)
        return PerTrial(sampler), PRUNERS[self.pruner](STEPS)

    def _inspect(self, config: Config) -> NetworkProfile:
        x = config.training["x"]
        if self.limit is not None and x > self.limit:
            raise Infeasible(f"x (={x:g}) must not be over {self.limit:g}", x - self.limit)
        flops = 10_000 if config.training.get("heavy") else 100
        return NetworkProfile(config.training.get("size", 10), flops)

    def _search(self, study: SharedStudy) -> SearchOutcome:
        self.store.prepare()
        executor = self.executor()
        plan = replace(
            PLAN,
            name="toy",
            trials=self.trials,
            timeout=self.timeout,
            epochs=1,
            pruner=self.pruner,
            deterministic=self.deterministic,
            trial_timeout=self.limits.trial,
            stall_timeout=self.limits.stall,
            minimize=self.minimize,
        )
        folder = self.store.study("toy")
        begun = study.state.records()
        context = make_context(plan, space=self.space, folder=folder, begun=begun)
        try:
            run = partial(run_trials, executor)
            return Search(context, study, self._inspect, run, self.recorder, self.stop).run()
        finally:
            executor.close()


CHOICE = ToySpace({"x": Choices((1, 2, 3))})
