"""What the server does with a request: it runs it in a batch with others, and makes its JSON."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from time import monotonic
from typing import Any

from pydantic import BaseModel

from automl.core.data_types import Classes
from automl.data.encoding import Array, Reading
from automl.export.runtime import input_name, input_shape
from automl.inference.predict import InputPrediction, Predictor, answer_each
from automl.serving import ServerSettings
from automl.serving.examples import RequestReader
from automl.serving.requests import SMALL, BodyBudget, Refused
from automl.tasks.task import Prediction

PredictBatch = Callable[[Sequence[Array]], list[Prediction]]
# Threads that read small requests.
READERS = 3


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


class Answer(BaseModel):
    """The answer to one example: a label, or values, or an error."""

    label: str | None = None
    probability: float | None = None
    probabilities: dict[str, float] | None = None
    """Label -> probability, the likeliest first; only if they are asked for."""
    values: dict[str, list[float]] | None = None
    """Name of a quantity -> its value at each step."""
    times: list[str] | None = None
    """Time of each step of a forecast."""
    item: str | None = None
    """Name of the series that a forecast is for."""
    error: str | None = None


class Answers(BaseModel):
    """The answers to a request, in its order."""

    predictions: list[Answer]


class ErrorAnswer(BaseModel):
    """Why there is no answer."""

    error: str


class Health(BaseModel):
    """State of the server."""

    status: str = "ready"
    model: str
    uptime: float
    """Seconds since the server started."""
    requests: int
    """Number of answered requests, refused ones included."""
    examples: int
    """Number of examples that the model was run on."""
    batches: int
    """Number of runs of the model; fewer than requests if some shared a batch."""
    largest_batch: int
    """Number of examples in the largest batch."""
    waiting: int
    """Number of examples that wait or are in progress."""


def make_answers(
    found: Sequence[InputPrediction], top_k: int | None, probabilities: bool
) -> Answers:
    """The answers to a request.

    Args:
        found: Predictions of the model.
        top_k: Number of labels to give, the likeliest first; None leaves it to ``probabilities``.
        probabilities: Whether to give the probability of every label.
    """
    return Answers(predictions=[_answer(each, top_k, probabilities) for each in found])


def _answer(found: InputPrediction, top_k: int | None, probabilities: bool) -> Answer:
    prediction = found.prediction
    if prediction is None:
        return Answer(error=found.error)
    asked = probabilities or top_k is not None
    ranked = dict(prediction.ranked[: top_k if asked else 0])
    fields = {**prediction.as_json(), "probabilities": ranked}
    return Answer(**{name: value for name, value in fields.items() if value or name == "label"})


class Service:
    """A model that answers requests; to be created inside the event loop.

    Args:
        predictor: Model to serve.
        settings: How requests are batched, and their limits.
    """

    def __init__(self, predictor: Predictor, settings: ServerSettings) -> None:
        self.predictor, self.settings = predictor, settings
        self.batcher = Batcher(predictor.predict_batch, settings)
        self.requests = 0
        self.budget = BodyBudget(settings)
        self._reader = RequestReader(predictor.facts.encoding, settings)
        # Large bodies are read one at a time, while small ones are read beside them.
        self._small = ThreadPoolExecutor(READERS, thread_name_prefix="reader")
        self._large = ThreadPoolExecutor(1, thread_name_prefix="large-reader")
        self._began = monotonic()

    async def predict(
        self, content: bytes, content_type: str, top_k: int | None, probabilities: bool
    ) -> Answers:
        """Read a body and predict its examples, in a batch with those of other requests.

        Args:
            content: Bytes of the body.
            content_type: Content type in the request's header.
            top_k: Number of labels to give, the likeliest first; None leaves it to
                ``probabilities``.
            probabilities: Whether to give the probability of every label.

        Raises:
            Refused: no example can be read, they are too many, or the server is busy.
            UserError: the model cannot be run.
        """
        facts = self.predictor.facts
        if not isinstance(facts.target, Classes) and (top_k is not None or probabilities):
            raise Refused(422, "the model predicts numbers, which have no probabilities")
        readers = self._large if len(content) > SMALL else self._small
        loop = asyncio.get_running_loop()
        readings = await loop.run_in_executor(readers, self._reader.read, content, content_type)
        return make_answers(await self._run(readings), top_k, probabilities)

    def health(self) -> Health:
        """The state of the server."""
        counts, origin = self.batcher.counts, self.predictor.facts.origin
        return Health(
            model=f"{origin.study}, trial {origin.trial}",
            uptime=round(monotonic() - self._began, 3),
            requests=self.requests,
            examples=counts.examples,
            batches=counts.batches,
            largest_batch=counts.largest,
            waiting=self.batcher.waiting,
        )

    def model(self) -> dict[str, Any]:
        """The content of the model card, for programs."""
        facts = self.predictor.facts
        fields = {"task", "target", "parameters", "scores", "origin", "versions"}
        shape = {"name": input_name(facts.encoding), "shape": input_shape(facts.encoding)}
        return {**facts.model_dump(mode="json", include=fields), "input": shape}

    def close(self) -> None:
        """End all threads."""
        self._small.shutdown(cancel_futures=True)
        self._large.shutdown(cancel_futures=True)
        self.batcher.close()

    async def _run(self, readings: Sequence[Reading]) -> list[InputPrediction]:
        values = [each.value for each in readings if each.value is not None]
        if not values:
            raise Refused(422, f"none of it can be read: {readings[0].error}")
        return list(answer_each(readings, await self.batcher.predict(values)))
