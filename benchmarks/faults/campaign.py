"""Studies that are struck, one after the other: where they are, what is remembered, the score."""

from __future__ import annotations

import random
import shutil
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from broken import PATIENCE, Broken
from journal_counts import doubled
from running_search import AGENTS, RunningSearch, launch, wait_for_none
from whole_study import require_final, require_whole

from automl import api
from automl.core.records import StudyRecord, TrialRecord

SPACE = Path(__file__).with_name("space.yaml")
STUDY = SPACE.stem
# On a busy machine a trial may do nothing for some seconds.
STALL = ("--stall-timeout", "20s")
FINISHED = ("complete", "pruned", "diverged", "infeasible", "duplicate", "failed")


@dataclass
class Campaign:
    """Studies that are struck, and the score.

    Args:
        root: A folder on a small disk, or any; the space is in it.
        chance: Where all random choices come from.
        executor: ``"ray"`` or ``"local"``.
        total: Trials of a study.
        injected: How often each fault was injected, by its name.
        score: What became of the studies and of their trials.
        slowest_end: Seconds that a search took at most to end after a SIGTERM.
        known: The trials of the present study that had ended, by number.
        files_lost: Whether files of its trials were taken from it.
        finalized: Whether the making of its final model was begun.
    """

    root: Path
    chance: random.Random
    executor: str
    total: int
    injected: Counter[str] = field(default_factory=Counter)
    score: Counter[str] = field(default_factory=Counter)
    slowest_end: float = 0.0
    known: dict[int, TrialRecord] = field(default_factory=dict)
    files_lost: bool = False
    finalized: bool = False

    @property
    def results(self) -> Path:
        """The results folder."""
        return self.root / "results"

    @property
    def journal(self) -> Path:
        """The journal."""
        return self.results / "studies.journal"

    @property
    def has_begun(self) -> bool:
        """Whether there is a study to go on with."""
        return (self.results / STUDY / "study.yaml").is_file()

    def start(self) -> RunningSearch:
        """Begin the study, or go on with it."""
        command = ["resume", STUDY] if self.has_begun else self._first_command()
        return launch(self.root, [*command, "--results", "results", "--quiet"])

    def _first_command(self) -> list[str]:
        flags = [f"--trials={self.total}", f"--executor={self.executor}", *STALL]
        seed = self.chance.randrange(1000)
        return ["search", SPACE.name, *flags, f"--seed={seed}", "--no-finalize"]

    def finalize(self) -> RunningSearch:
        """Begin to make the final model, or go on with it."""
        self.finalized = True
        return launch(self.root, ["finalize", STUDY, "--results", "results", "--quiet"])

    def study(self) -> StudyRecord:
        """The study as the journal has it."""
        return api.show(STUDY, results=str(self.results))

    def trials(self) -> dict[int, TrialRecord]:
        """Every trial of the study, by number."""
        return {each.number: each for each in self.study().trials} if self.has_begun else {}

    def remember(self) -> None:
        """Note which trials have ended now."""
        self.known |= {n: each for n, each in self.trials().items() if each.status in FINISHED}

    def forget(self) -> None:
        """Take the trials as they are now for all that was known: the journal was damaged."""
        self.known = {}
        self.remember()

    def check(self) -> None:
        """Compare what the journal holds with what it held."""
        now = self.trials()
        for number, before in self.known.items():
            if now.get(number) != before:
                self.score["lost"] += 1
                print(f"lost: trial {number} was {before}, is {now.get(number)}", file=sys.stderr)
        self.remember()
        self.score["doubled"] += doubled(self.journal)

    def finish(self) -> None:
        """Let the study come to its end, check it whole, and forget it.

        Raises:
            Broken: if it does not end well, is not whole, or leaves a process.
        """
        search = self.start()
        if (code := search.wait()) != 0:
            raise Broken(f"the last resume exited {code}: {search.complaint()}")
        self.check()
        study = self.study()
        require_whole(study, self.total, self.results / STUDY, self.files_lost)
        if self.finalized:
            self._finish_final()
        self.score["finished"] += study.counted
        self.score["given up"] += study.count("failed")
        wait_for_none(20, but_for=AGENTS)
        self._forget()

    def _finish_final(self) -> None:
        making = self.finalize()
        if (code := making.wait(2 * PATIENCE)) != 0:  # ten trainings
            raise Broken(f"the last finalize exited {code}: {making.complaint()}")
        require_final(STUDY, self.results)
        self.score["final models"] += 1

    def _forget(self) -> None:
        shutil.rmtree(self.results)
        self.known, self.files_lost, self.finalized = {}, False, False
        self.score["studies"] += 1
