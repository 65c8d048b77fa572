"""What every view of a search is."""

from __future__ import annotations

from automl.tuning.watch import Silent

PAUSING = "stopping: running trials come to their next reporting step (Ctrl-C again stops now)"


class View(Silent):
    """A watcher that may hold the terminal; by itself it says nothing."""

    def close(self) -> None:
        """Give the terminal back; safe to call twice."""
