"""The sign of life of a trial that makes headway, for whoever watches for hung ones."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from torch import nn

# Seconds between two touches of the file; a forward pass may take far less.
INTERVAL = 1.0


class Pulse:
    """Touches a file at its start and at the forward passes of a model; removes it at its end.

    Only a trial's own work does so: one whose process lives but hangs has no pulse.

    Args:
        path: The file; one that cannot be touched (a full disk) is no reason to end a trial.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._due = 0.0

    def __enter__(self) -> Pulse:
        self.beat()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        with suppress(OSError):
            self._path.unlink(missing_ok=True)

    def beat(self) -> None:
        """Touch the file, unless that was done less than ``INTERVAL`` ago."""
        now = time.monotonic()
        if now >= self._due:
            self._due = now + INTERVAL
            with suppress(OSError):
                self._path.touch()

    def follow(self, model: nn.Module) -> None:
        """Beat at each forward pass of ``model``."""
        model.register_forward_hook(lambda *_: self.beat())
