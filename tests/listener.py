"""Who hears what a search announces."""

from __future__ import annotations

from automl.tuning.context import Watcher


class Listener(Watcher):
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def announce(self, text: str) -> None:
        self.told.append(text)
