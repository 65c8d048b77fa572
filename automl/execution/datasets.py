"""Datasets on their way to Ray workers; imported on use, for it imports Ray."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ray

from automl.execution.seat import Seat


class Datasets:
    """Hands what trials were submitted with to every worker, by way of Ray's object store.

    The one copy there is the workers', whose arrays lie in it. This process lets go of it once it
    is sent: of what is held here Ray tries a rescue when its own processes end, and as that must
    fail without them it ends this process too.
    """

    def __init__(self) -> None:
        self._known: dict[int, Any] = {}  # holding the data keeps the id its own

    def hand_over(self, data: Any, seats: Sequence[Seat]) -> int:
        """See that each worker holds ``data``, and tell the key that they know it by."""
        key = id(data)
        self._known[key] = data
        if not all(key in seat.holds for seat in seats):
            stored = ray.put(data)
            for seat in seats:
                seat.actor.keep.remote(key, stored)
                seat.holds.add(key)
        return key
