"""How a campaign says that the promise was not kept."""

from __future__ import annotations

PATIENCE = 600.0  # seconds until something that must happen is taken not to


class Broken(Exception):
    """What must never happen did."""
