"""Begins one study after the other, at the same moments as another process that is told the same.

    python racing.py ADDRESS RESULTS ROUNDS BARRIER PARTIES

Prints, for each study, whether it was begun or joined.
"""

from __future__ import annotations

import os
import sys
import time
from dataclasses import replace
from pathlib import Path

from command_line import TINY
from patience import PATIENCE
from plans import PLAN

from automl.api.datasets import DatasetLoader
from automl.api.setup import StudySetup
from automl.api.spaces import baseline_config, find_and_read
from automl.store import Store
from automl.tuning.context import Watcher


class LastAnnouncement(Watcher):
    """Remembers what was announced."""

    def __init__(self) -> None:
        self.heard = ""

    def announce(self, text: str) -> None:
        self.heard = text


def make_setup(address: str, results: Path) -> StudySetup:
    """The setup of a study without a name."""
    space_file = results / "tiny.yaml"
    results.mkdir(parents=True, exist_ok=True)
    space_file.write_text(TINY)
    space = find_and_read(str(space_file))
    plan = replace(
        PLAN,
        space=str(space_file),
        task=space.tasks[0],
        trials=3,
        epochs=2,
        sampler="random",
        pruner="none",
        metric=None,
        storage=address,
    )
    data = DatasetLoader.of(plan, Watcher())(baseline_config(space))
    return StudySetup(plan.resolved(space, data), space, data, Store(results), Watcher())


def wait_for_all(barrier: Path, name: str, parties: int) -> None:
    """Until all have come here."""
    (barrier / f"{name}-{os.getpid()}").touch()
    deadline = time.monotonic() + PATIENCE
    while len(list(barrier.glob(f"{name}-*"))) < parties:
        assert time.monotonic() < deadline


def main() -> None:
    address, results, rounds, barrier, parties = sys.argv[1:]
    common = make_setup(address, Path(results))
    for at in range(int(rounds)):
        listener, name = LastAnnouncement(), f"study{at}"
        plan = replace(common.plan, name=name)
        wait_for_all(Path(barrier), name, int(parties))
        replace(common, plan=plan, watcher=listener).begin()
        sys.stdout.write(f"{'joined' if listener.heard.startswith('joins') else 'begun'}\n")


if __name__ == "__main__":
    main()
