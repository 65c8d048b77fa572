"""Runs what several requests ask for as one batch."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from automl.data.encodings.encoding import Array
from automl.serving.refused import Refused
from automl.serving.settings import Settings
from automl.tasks.prediction import Prediction

Decide = Callable[[Sequence[Array]], list[Prediction]]


@dataclass
class Counts:
    """What was run so far.

    Args:
        batches: How often the model was run.
        examples: On how many examples.
        largest: Examples of the largest batch.
    """

    batches: int = 0
    examples: int = 0
    largest: int = 0


@dataclass(frozen=True, eq=False)
class _Job:
    values: Sequence[Array]
    answer: asyncio.Future[list[Prediction]]


class Batcher:
    """A queue in front of the model, which is run by a thread of its own.

    A request waits a few milliseconds for others; those that come while a batch is run are in the
    next one.

    Args:
        decide: Runs the model on examples.
        settings: How long requests wait, how large batches are, and how many examples may wait.
    """

    def __init__(self, decide: Decide, settings: Settings) -> None:
        self._decide, self._settings = decide, settings
        self._jobs: deque[_Job] = deque()
        self._arrived = asyncio.Event()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="model")
        self.waiting = 0
        self.counts = Counts()

    async def predict(self, values: Sequence[Array]) -> list[Prediction]:
        """The predictions of examples, in their order.

        Raises:
            Refused: if too many examples wait already.
            UserError: if the model cannot be run.
        """
        if self.waiting + len(values) > self._settings.queue:
            raise Refused(503, f"{self.waiting:,} examples wait already; come again in a second")
        job = _Job(values, asyncio.get_running_loop().create_future())
        self._jobs.append(job)
        self.waiting += len(values)
        self._arrived.set()
        try:
            return await job.answer
        finally:
            self.waiting -= len(values)

    async def run(self) -> None:
        """Answer until cancelled."""
        while True:
            await self._arrived.wait()
            if sum(len(job.values) for job in self._jobs) < self._settings.batch:
                await asyncio.sleep(self._settings.wait)
            await self._answer(self._take())
            if not self._jobs:
                self._arrived.clear()

    def close(self) -> None:
        """Let the model's thread go."""
        self._thread.shutdown(cancel_futures=True)

    def _take(self) -> list[_Job]:
        """As many jobs as fit into a batch, one at least."""
        taken = [self._jobs.popleft()]
        size = len(taken[0].values)
        while self._jobs and size + len(self._jobs[0].values) <= self._settings.batch:
            size += len(self._jobs[0].values)
            taken.append(self._jobs.popleft())
        return taken

    async def _answer(self, jobs: Sequence[_Job]) -> None:
        values = [value for job in jobs for value in job.values]
        loop = asyncio.get_running_loop()
        try:
            found = iter(await loop.run_in_executor(self._thread, self._decide_all, values))
        except Exception as error:  # each of those who asked is told, and the next are answered
            for job in jobs:
                if not job.answer.done():
                    job.answer.set_exception(error)
            return
        for job in jobs:
            predictions = [next(found) for _ in job.values]
            if not job.answer.done():
                job.answer.set_result(predictions)

    def _decide_all(self, values: Sequence[Array]) -> list[Prediction]:
        """A request may have more examples than a batch."""
        found: list[Prediction] = []
        for start in range(0, len(values), self._settings.batch):
            batch = values[start : start + self._settings.batch]
            found += self._decide(batch)
            self.counts.batches += 1
            self.counts.examples += len(batch)
            self.counts.largest = max(self.counts.largest, len(batch))
        return found
