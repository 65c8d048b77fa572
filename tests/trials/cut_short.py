"""Trials that are cut short and gone on with, and the files that they leave."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from small_trials import make_spec, run

from automl.core.trial import CONTINUE, TrialResult
from automl.data.dataset import Dataset
from automl.trials.runner import TrialRunner

STATE, WEIGHTS, FINISHED, HEARTBEAT = "state.pt", "weights.safetensors", "finished.json", "pulse"
REVIEW, ARTIFACTS, SEGMENTS = "review.json", "artifacts", "legs.jsonl"


@contextmanager
def full_disk() -> Iterator[None]:
    """No file may grow beyond a kilobyte; the system refuses it as it does on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1024, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def names(place: Path) -> set[str]:
    """All files but the one that says how it was trained, which stays whatever happens."""
    return {each.name for each in place.iterdir()} - {SEGMENTS}


def eager_runner() -> TrialRunner:
    """A runner that saves a checkpoint after every measurement."""
    return TrialRunner(1, False, {}, training_per_saving=0.0)


def leave_at(step: int, place: Path, data: Dataset) -> None:
    """Run a trial and drop it right after the answer to measurement ``step``, as a crash does."""
    trial = eager_runner()(make_spec(place), data)
    next(trial)
    for _ in range(step):
        trial.send(CONTINUE)
    trial.close()


def resume(place: Path, data: Dataset, decide: Any = lambda measured: CONTINUE) -> TrialResult:
    return run(eager_runner()(replace(make_spec(place), resume=True), data), decide)
