"""Micro-batching: runs the examples of several requests as one batch."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from automl.data.encoding import Array
from automl.serving import ServerSettings
from automl.serving.requests import Refused
from automl.tasks.task import Prediction

PredictBatch = Callable[[Sequence[Array]], list[Prediction]]


@dataclass
class Counts:
    """Counts of what was run so far.

    Args:
        batches: Number of batches.
        examples: Number of examples.
        largest: Number of examples in the largest batch.
    """

    batches: int = 0
    examples: int = 0
    largest: int = 0


@dataclass(frozen=True, eq=False)
class _Job:
    values: Sequence[Array]
    answer: asyncio.Future[list[Prediction]]


class Batcher:
    """A queue in front of the model, which runs in a thread of its own.

    A request waits a few milliseconds for others; those that arrive while a batch runs share the
    next one.

    Args:
        predict_batch: Function that runs the model on examples.
        settings: How long requests wait, how large batches are, and how many examples may wait.
    """

    def __init__(self, predict_batch: PredictBatch, settings: ServerSettings) -> None:
        self._predict_batch, self._settings = predict_batch, settings
        self._jobs: deque[_Job] = deque()
        self._arrived = asyncio.Event()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="model")
        self.waiting, self._held = 0, 0
        self.counts = Counts()

    async def predict(self, values: Sequence[Array]) -> list[Prediction]:
        """The predictions of examples, in their order.

        Args:
            values: Examples as the encoding makes them.

        Raises:
            Refused: too many examples are waiting.
            UserError: the model cannot be run.
        """
        size = sum(value.nbytes for value in values)
        full = self._held + size > self._settings.held
        if full or self.waiting + len(values) > self._settings.queue:
            raise Refused(503, f"server busy: {self.waiting:,} examples queued; retry in 1 s")
        job = _Job(values, asyncio.get_running_loop().create_future())
        self._jobs.append(job)
        self.waiting += len(values)
        self._held += size
        self._arrived.set()
        try:
            return await job.answer
        finally:
            self.waiting -= len(values)
            self._held -= size

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
        """End the model's thread."""
        self._thread.shutdown(cancel_futures=True)

    def _take(self) -> list[_Job]:
        """As many jobs as fit into a batch, at least one."""
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
            found = iter(await loop.run_in_executor(self._thread, self._run_model, values))
        except Exception as error:  # each of these requests gets it, and the next are answered
            for job in jobs:
                if not job.answer.done():
                    job.answer.set_exception(error)
            return
        for job in jobs:
            predictions = [next(found) for _ in job.values]
            if not job.answer.done():
                job.answer.set_result(predictions)

    def _run_model(self, values: Sequence[Array]) -> list[Prediction]:
        """The predictions of examples, which may be more than fit into a batch."""
        found: list[Prediction] = []
        for start in range(0, len(values), self._settings.batch):
            batch = values[start : start + self._settings.batch]
            found += self._predict_batch(batch)
            self.counts.batches += 1
            self.counts.examples += len(batch)
            self.counts.largest = max(self.counts.largest, len(batch))
        return found
