"""An Optuna study as this tool uses it: asked, told and remembered by drivers alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import optuna
from optuna_dashboard import save_note

from automl.core.distributions import Value
from automl.tuning.claims import Claims
from automl.tuning.ends import Ends
from automl.tuning.lock import locked
from automl.tuning.quiet import quiet_optuna
from automl.tuning.standing import Standing


class Study:
    """One study in a storage; several processes may work on it at once.

    Args:
        optuna_study: The study itself, with its sampler and pruner.
        lock: File by which the processes take turns.

    Attributes:
        standing: What its trials are at this moment.
        claims: Which process they are with.
        ends: How Optuna is told of their ends.
    """

    def __init__(self, optuna_study: optuna.Study, lock: Path) -> None:
        self._study, self._lock = optuna_study, lock
        self.standing = Standing(optuna_study)
        self.claims = Claims(optuna_study, self.standing)
        self.ends = Ends(optuna_study, self.standing, self.claims)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Have the study to oneself: trials are asked for, and taken over, in here alone."""
        with locked(self._lock):
            yield

    def enqueue(self, values: Mapping[str, Value], origin: str = "") -> None:
        """Have the next trial take these values; what is not among them is drawn.

        Args:
            values: Parameter name -> value.
            origin: Where they are from, in words.
        """
        self._study.enqueue_trial(dict(values), {"origin": origin} if origin else None)

    def ask(self) -> optuna.Trial:
        """The next trial: a waiting one if there is one, else a new one."""
        with quiet_optuna():
            trial = self._study.ask()
        self.claims.claim(trial)
        return trial

    def write_note(self, markdown: str) -> None:
        """Set what the dashboard says of the study."""
        save_note(self._study, markdown)
