"""The trainings of finalists: refits over several seeds, the last one on all data, their queue."""

from __future__ import annotations

import json
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from shutil import rmtree
from typing import Any

from automl.core.executor import Measured
from automl.core.final import RunningRefit
from automl.core.machine import write_text
from automl.core.records import TrialRecord, to_stored
from automl.core.trial import (
    CONTINUE,
    Config,
    Decision,
    Status,
    TrialResult,
    TrialSpec,
    Verdict,
    best_measurement,
)
from automl.data.dataset import Dataset
from automl.finalizing.ranking import RankingObjective
from automl.finalizing.record import ENDED, read_file, read_result
from automl.store import FINISHED, HEARTBEAT, STATE, WEIGHTS, StudyFolder, check_room, holds_weights

# File with the identity of a training; a training with another one starts afresh.
BEGUN = "fit.json"
# Fields of a spec that do not affect the numbers.
_OF_ATTEMPT = ("number", "folder", "resume")
_PAUSE = Decision(Verdict.PAUSE, "interrupted")

# Is told the number of finished trainings, with the finished fractions of running ones, and those.
TellProgress = Callable[[float, tuple[RunningRefit, ...]], None]


@dataclass(frozen=True)
class Refit:
    """One training of a finalist, kept in a folder of its own.

    Args:
        spec: Spec for the worker; its number is valid for this run only.
        data: Data that it is trained and measured on.
        name: Name of the training for people: ``"trial 3, seed 1000001"``.
        known: Its result, if it is the training of the search itself; else it is in the folder.
    """

    spec: TrialSpec
    data: Dataset
    name: str = ""
    known: TrialResult | None = None

    @property
    def folder(self) -> Path:
        """Folder of the training."""
        return Path(self.spec.folder)

    @property
    def weights(self) -> Path:
        """File with the best weights, once it has ended."""
        return self.folder / WEIGHTS

    @property
    def heartbeat(self) -> float | None:
        """Time of its last heartbeat, by the clock of its machine; None if there was none."""
        try:
            return (self.folder / HEARTBEAT).stat().st_mtime
        except OSError:
            return None

    def begin(self) -> Refit:
        """The training, to be continued from its checkpoint; files of others are removed."""
        begun = json.dumps(self._identity(), sort_keys=True)
        if self._read(BEGUN) != begun:
            rmtree(self.folder, ignore_errors=True)
            self.folder.mkdir(parents=True)
            write_text(self.folder / BEGUN, begun)
        return replace(self, spec=replace(self.spec, resume=True))

    def end(self, result: TrialResult) -> None:
        """Keep the result, and remove what is only needed to continue."""
        from pydantic import TypeAdapter

        text = TypeAdapter(dict[str, Any]).dump_json(to_stored(result)).decode()
        write_text(self.folder / ENDED, text)
        for name in (STATE, FINISHED, HEARTBEAT):
            (self.folder / name).unlink(missing_ok=True)

    def result(self) -> TrialResult | None:
        """The result; None if it has not ended, or the folder belongs to another training."""
        if self.known is not None:
            return self.known
        if self._read(BEGUN) != json.dumps(self._identity(), sort_keys=True):
            return None
        result = read_result(self.folder)
        if result is None or result.status is not Status.COMPLETE:
            return result
        return result if holds_weights(self.weights) else None

    def _identity(self) -> dict[str, Any]:
        """Everything that affects its numbers."""
        spec = {key: each for key, each in to_stored(self.spec).items() if key not in _OF_ATTEMPT}
        return {**spec, "task": self.data.task, "fingerprint": self.data.fingerprint}

    def _read(self, name: str) -> str:
        return read_file(self.folder / name)


@dataclass(frozen=True)
class Refits:
    """Makes the refits of a study's trials, with the specs of the trials but for seed and data.

    Args:
        folder: Folder of the study.
        load: Function that loads the dataset a configuration asks for.
    """

    folder: StudyFolder
    load: Callable[[Config], Dataset]

    def refit(self, number: int, trial: int, seed: int) -> Refit:
        """A refit on the same data, with another seed."""
        spec = self._spec(number, trial, seed, self.folder.refit(trial, seed))
        return Refit(spec, self.load(spec.config), f"trial {trial}, seed {seed}")

    def searched(self, trial: TrialRecord) -> Refit | None:
        """The training of a trial in the search; None if its weights are not here."""
        files = self.folder.trial(trial.number)
        if not holds_weights(files.weights):
            return None
        spec = replace(files.trained_spec(), folder=str(files.path.resolve()))
        result = TrialResult(trial.number, Status.COMPLETE, files.curve(), trial.objective)
        return Refit(spec, self.load(spec.config), f"trial {trial.number}", result)

    def last(self, number: int, trial: int, seed: int, guide: Sequence[float]) -> Refit:
        """The last training, on train and validation together, as long as ``guide``."""
        spec = self._spec(number, trial, seed, self.folder.last_fit(trial))
        data = self.load(spec.config).joined()
        return Refit(
            replace(spec, guide=tuple(guide)), data, f"trial {trial} on train + validation"
        )

    def anneals(self, trial: int) -> bool:
        """Whether the learning rate of a trial comes down at the end of its training."""
        from automl.training.schedules import resolve_schedule
        from automl.training.settings import TrainingSettings

        config = self.folder.trial(trial).spec().config
        settings = TrainingSettings.model_validate(dict(config.training))
        return resolve_schedule(settings).anneals

    def forget_others(self, trials: Sequence[int]) -> None:
        """Remove the refits of trials that are no longer finalists."""
        for path in self.folder.final.glob("*/*"):
            if int(path.name.partition("-")[0]) not in trials:
                rmtree(path, ignore_errors=True)

    def _spec(self, number: int, trial: int, seed: int, folder: Path) -> TrialSpec:
        original = self.folder.trial(trial)
        check_room(self.folder.path, original.network())
        return replace(
            original.trained_spec(),
            number=number,
            seed=seed,
            folder=str(folder.resolve()),
            shown=False,
            max_latency=None,  # the trial was within it, and a busy machine is no reason to fail
        )


def guide_of(
    results: Sequence[TrialResult], objective: RankingObjective, steps: int
) -> tuple[float, ...]:
    """The objective at each step of the refit whose length is the median, up to that length.

    A refit whose schedule anneals counts to its end, since its last weights were trained with the
    smallest steps; any other up to its best step, and never less than an epoch.

    Args:
        results: Results of the refits of a finalist.
        objective: Objective that says what is best.
        steps: Reporting steps of a whole training if its schedule anneals, else 0. A refit that was
            stopped early has not annealed.
    """
    curves = [result.measurements[: _length(result, objective, steps)] for result in results]
    median = sorted(curves, key=len)[(len(curves) - 1) // 2]
    return tuple(each.metrics[objective.metric] for each in median)


def _length(result: TrialResult, objective: RankingObjective, steps: int) -> int:
    curve = result.measurements
    best = best_measurement(curve, objective.metric, objective.maximize)
    if len(curve) == steps or best is None:
        return len(curve)
    epoch = next((each.step for each in curve if each.epoch >= 1), len(curve))
    return max(best.step, epoch)


class RefitQueue:
    """The trainings that have not ended yet; their folders get the results.

    Args:
        fits: Trainings with distinct numbers, of which some may have ended in earlier runs.
        steps: Reporting steps of a full training.
        stop: Function that says whether running trainings pause at their next report and no other
            begins.
        progress: Function that is told how far the trainings are.
        overdue: Function that says whether running trainings are given up.
    """

    def __init__(
        self,
        fits: Sequence[Refit],
        steps: int,
        stop: Callable[[], bool],
        progress: TellProgress,
        overdue: Callable[[], bool] = lambda: False,
    ) -> None:
        self._fits = {fit.spec.number: fit for fit in fits}
        self._steps, self._stop, self._progress = steps, stop, progress
        self._overdue = overdue
        self._waiting = deque(fit for fit in fits if fit.result() is None)
        self._fractions = {number: 1.0 for number, fit in self._fits.items() if fit.result()}
        self._under_way: dict[int, RunningRefit] = {}
        self._measured: list[int] = []  # trainings that wait for a decision
        self._reached: dict[int, int] = {}  # last step that a training reported
        self._losses: Counter[int] = Counter()
        self._advance({})

    @property
    def stopping(self) -> bool:
        """Whether the trainings were stopped."""
        return self._stop()

    @property
    def overdue(self) -> bool:
        """Whether running trainings are not waited for until their next report."""
        return self._overdue()

    @property
    def ended(self) -> bool:
        """Whether all trainings have a result."""
        return all(fit.result() is not None for fit in self._fits.values())

    def next(self) -> TrialSpec | None:
        """The next training, to be continued from its checkpoint if there is one."""
        return self._waiting.popleft().begin().spec if self._waiting else None

    def begin(self, spec: TrialSpec) -> Any:
        """Count the training as running."""
        fit = self._fits[spec.number]
        self._under_way[spec.number] = RunningRefit(fit.name)
        self._advance({})
        return fit.data

    def measure(self, event: Measured) -> None:
        """Show how far the training is."""
        number, step = event.number, event.measurement.step
        if step > self._reached.get(number, 0):
            self._reached[number] = step
            self._losses.pop(number, None)
        self._under_way[number] = self._running(event)
        self._advance({number: step / self._steps})
        self._measured.append(number)

    def decisions(self) -> Iterator[tuple[int, Decision]]:
        """Each training continues unless all are stopped; none is pruned."""
        while self._measured:
            yield self._measured.pop(0), _PAUSE if self._stop() else CONTINUE

    def lose(self, number: int) -> int:
        """Count that a training was lost with its worker."""
        self._losses[number] += 1
        return self._losses[number]

    def end(self, spec: TrialSpec, result: TrialResult) -> None:
        """Keep the result, unless the training waits to be continued."""
        del self._under_way[spec.number]
        if result.status is not Status.PAUSED:
            self._fits[spec.number].end(result)
            self._advance({spec.number: 1.0})

    def heartbeat(self, number: int) -> float | None:
        """Time of the training's last heartbeat."""
        return self._fits[number].heartbeat

    def _running(self, event: Measured) -> RunningRefit:
        now, fit = event.measurement, self._fits[event.number]
        epochs = now.epoch * self._steps / now.step
        # The last training sees the validation data, so its metrics say nothing about new data.
        measured = now.metrics.get(fit.spec.metric) if fit.spec.guide is None else None
        return RunningRefit(fit.name, now.epoch, epochs, measured)

    def _advance(self, fractions: Mapping[int, float]) -> None:
        self._fractions.update(fractions)
        running = (self._under_way[number] for number in sorted(self._under_way))
        self._progress(sum(self._fractions.values()), tuple(running))
