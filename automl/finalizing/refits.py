"""The trainings of finalists: the refits over several seeds and the last one on all data."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from shutil import rmtree
from typing import Any

from automl.core.files import write_text
from automl.core.records import TrialRecord, restored, to_stored
from automl.core.trial import Config, Status, TrialResult, TrialSpec, best_measurement
from automl.data.dataset import Dataset
from automl.finalizing.ranking import RankingObjective
from automl.store import FINISHED, HEARTBEAT, STATE, WEIGHTS, StudyFolder, check_room, holds_weights

# File with the identity of a training; a training with another one starts afresh.
BEGUN = "fit.json"
# File with the result of a training.
ENDED = "result.json"
# Fields of a spec that do not affect the numbers.
_OF_ATTEMPT = ("number", "folder", "resume")


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
        from pydantic import TypeAdapter

        if self.known is not None:
            return self.known
        if self._read(BEGUN) != json.dumps(self._identity(), sort_keys=True):
            return None
        try:
            stored = restored(TrialResult, json.loads(self._read(ENDED)))
            result = TypeAdapter(TrialResult).validate_python(stored)
        except (ValueError, TypeError):  # pydantic's ValidationError is a ValueError
            return None
        lost = result.status is Status.COMPLETE and not holds_weights(self.weights)
        return None if lost else result

    def _identity(self) -> dict[str, Any]:
        """Everything that affects its numbers."""
        spec = {key: each for key, each in to_stored(self.spec).items() if key not in _OF_ATTEMPT}
        return {**spec, "task": self.data.task, "fingerprint": self.data.fingerprint}

    def _read(self, name: str) -> str:
        try:
            return (self.folder / name).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            return ""


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
        from automl.training import SCHEDULES
        from automl.training.settings import TrainingSettings, resolve

        config = self.folder.trial(trial).spec().config
        settings = TrainingSettings.model_validate(dict(config.training))
        return resolve(SCHEDULES, settings.schedule).anneals

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
