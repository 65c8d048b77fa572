"""Which of the waiting trials starts next, and where."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from automl.core.trial import TrialSpec
from automl.execution.seat import Seat


@dataclass(frozen=True)
class Waiting:
    """A trial that was submitted and has no worker yet."""

    spec: TrialSpec
    data: Any
    alone: bool = False


class Queue:
    """First come, first served; but a trial that must be alone gets a device to itself.

    It takes the device with the fewest trials, where none begins any more until those have ended
    and then it. Trials behind it go on with the other devices. So each trial starts at some time:
    the first in line waits for trials that run already and for no other.
    """

    def __init__(self) -> None:
        self._waiting: dict[int, Waiting] = {}  # by number, in order of arrival

    def add(self, waiting: Waiting) -> None:
        """Put a trial at the end."""
        self._waiting[waiting.spec.number] = waiting

    def remove(self, number: int) -> bool:
        """Take trial ``number`` out; False if it does not wait here."""
        return self._waiting.pop(number, None) is not None

    def clear(self) -> None:
        """Take every trial out."""
        self._waiting.clear()

    def pop(self, seats: Iterable[Seat]) -> tuple[Waiting, Seat] | None:
        """The first trial that may start now, and on which seat; None if none may."""
        devices = _open_devices(seats)
        for number, waiting in self._waiting.items():
            seat = _claim_device(devices) if waiting.alone else _find_free(devices)
            if seat:
                return self._waiting.pop(number), seat
        return None


def _open_devices(seats: Iterable[Seat]) -> list[list[Seat]]:
    """The seats of each device on which no trial is that must be alone."""
    devices: dict[tuple[str, ...], list[Seat]] = {}
    for seat in seats:
        if seat.site:
            devices.setdefault(seat.site.device, []).append(seat)
    return [each for each in devices.values() if not any(seat.alone for seat in each)]


def _claim_device(devices: list[list[Seat]]) -> Seat | None:
    """Keep the emptiest device from those who come after; a seat of it if it is empty already."""
    if not devices:
        return None
    emptiest = min(devices, key=_count_trials)
    devices.remove(emptiest)
    return None if _count_trials(emptiest) else emptiest[0]


def _find_free(devices: list[list[Seat]]) -> Seat | None:
    return next((seat for seats in devices for seat in seats if not seat.trial), None)


def _count_trials(seats: list[Seat]) -> int:
    return sum(seat.trial is not None for seat in seats)
