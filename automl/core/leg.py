"""A part of a trial that one worker trained without a break."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Leg:
    """All that a trial's numbers depend on beside its spec and the data.

    A trial has several of them when it was paused, or lost with its worker, and went on.

    Args:
        begins: Reporting steps behind it: 0, or where the checkpoint was that it went on from.
        threads: CPU threads that it had.
        accumulate: Parts that each batch was cut into.
        device: What it ran on: ``"cpu"``, ``"cuda:0"``; empty if that was not kept.
        hardware: Of its machine, in words; empty if that was not kept.
        versions: Package -> version.
    """

    begins: int
    threads: int
    accumulate: int
    device: str = ""
    hardware: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)


def lasting(legs: Sequence[Leg]) -> tuple[Leg, ...]:
    """Those of ``legs``, in the order of their time, whose steps were not trained anew by others.

    A trial that was lost goes on from its last checkpoint: what it trained after that is gone.
    """
    kept: list[Leg] = []
    for leg in legs:
        kept = [each for each in kept if each.begins < leg.begins]
        kept.append(leg)
    return tuple(kept)
