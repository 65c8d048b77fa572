"""The thread that Ray lives in."""

from __future__ import annotations

from concurrent.futures import Future, wait
from threading import Event, Thread
from typing import TYPE_CHECKING

from automl.core.errors import UserError
from automl.core.protocols import MakeRunner
from automl.execution.quiet import silence_ray
from automl.execution.resources import Resources
from automl.execution.slots import Slots

if TYPE_CHECKING:
    from automl.execution.pool import Pool


class Keeper:
    """Starts Ray in the background, and anew when it died; what goes wrong is told on asking.

    Args:
        make_runner: Makes a worker's runner, in the worker.
        resources: What to use.
    """

    def __init__(self, make_runner: MakeRunner, resources: Resources) -> None:
        self._plan: Future[Slots] = Future()
        self._pool: Future[Pool] = Future()
        self._leave = Event()
        self._closing = Event()
        self._thread = Thread(target=self._keep, args=(make_runner, resources), daemon=True)
        self._thread.start()

    @property
    def slots(self) -> Slots:
        """The slots: as planned until the workers are up, then as they are."""
        return self._pool.result().slots if self._pool.done() else self._plan.result()

    @property
    def pool(self) -> Pool:
        """The workers, however long it takes until they are there."""
        return self._pool.result()

    def wait_for_pool(self, timeout: float) -> Pool | None:
        """The workers, or None if they are not there after ``timeout`` seconds."""
        wait([self._pool], timeout)
        return self._pool.result() if self._pool.done() else None

    def restart(self) -> None:
        """Leave this pool and its Ray for new ones; the old must not be used any more."""
        self._pool = Future()
        self._leave.set()

    def close(self) -> None:
        """End the workers, and Ray if it was started here."""
        self._closing.set()
        self._leave.set()
        # A Ray that is only now starting ends as soon as it is up, or with this process.
        self._thread.join(None if self._pool.done() else 1.0)

    def _keep(self, make_runner: MakeRunner, resources: Resources) -> None:
        """Start Ray, and stay: its processes die with the very thread that started them."""
        silence_ray()
        try:
            from automl.execution.cluster import connected  # imports Ray: most of a second
            from automl.execution.pool import Pool

            while not self._closing.is_set():
                with connected(resources, self._plan) as connection:
                    pool = Pool(make_runner, self._plan.result(), connection)
                    self._pool.set_result(pool)
                    self._leave.wait()
                    self._leave.clear()
                    pool.close()
        except BaseException as error:  # Ray exits in places, and somebody waits for an answer
            self._give_up(error)

    def _give_up(self, error: BaseException) -> None:
        told = error
        if not isinstance(error, UserError):
            first = (str(error).strip() or type(error).__name__).splitlines()[0]
            told = UserError(f"Ray did not start: {first}; the executor 'local' does without")
        for awaited in (self._plan, self._pool):
            if not awaited.done():
                awaited.set_exception(told)
