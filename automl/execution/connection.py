"""How Ray is doing: the one that was started here, or a cluster's; imports it on use."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from automl.core.errors import UserError

_VITAL = ("raylet", "gcs_server")  # without one of them Ray does nothing, and soon ends the driver
_SECONDS_BETWEEN_CALLS = 2.0


@dataclass(frozen=True)
class Connection:
    """A Ray that is up.

    Args:
        cpus: How many of Ray's CPUs a worker is to claim.
        find_death: Tells in words what of Ray has died, if anything. Asked before Ray is, which
            ends this very process when it finds out by itself. Raises UserError where the
            Ray is not ours to start anew.
    """

    cpus: int
    find_death: Callable[[], str | None]


def find_dead_process() -> str | None:
    """What has died of the Ray that this process started: ``"Ray's raylet process died"``."""
    import ray._private.worker as driver  # Ray tells of its own processes nowhere else

    node: Any = driver._global_node
    dead = {kind for kind, _ in node.dead_processes()}
    return next((f"Ray's {kind} process died" for kind in _VITAL if kind in dead), None)


class ClusterCall:
    """Calls the head of a cluster now and then.

    Args:
        address: Of its control store, as ``host:port``.
    """

    def __init__(self, address: str) -> None:
        self._address = address
        self._due = 0.0

    def __call__(self) -> None:
        """Find out whether it answers, if the last call is a while ago.

        Raises:
            UserError: it does not.
        """
        if time.monotonic() < self._due:
            return
        try:
            call(self._address)
        except OSError as error:
            raise UserError(
                f"the Ray cluster at {self._address!r} is gone ({error}); start it again with "
                "`ray start --head`, then go on with `automl resume`"
            ) from error
        self._due = time.monotonic() + _SECONDS_BETWEEN_CALLS


def call(address: str) -> None:
    """Find out at once what Ray takes minutes to say: whether anybody listens at ``host:port``.

    Raises:
        OSError: nobody does.
    """
    host, _, port = address.rpartition(":")
    socket.create_connection((host.strip("[]"), int(port)), timeout=5).close()
