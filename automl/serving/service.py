"""What the server does, whatever brings the requests."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from time import monotonic
from typing import Any

from automl.core.target import Classes
from automl.data.encodings.encoding import Reading
from automl.export.interface import input_name, input_shape
from automl.export.predict import InputPrediction, Predictor
from automl.serving.answers import Answers, Health, make_answers
from automl.serving.batcher import Batcher
from automl.serving.body import Sent
from automl.serving.reading import read_sent
from automl.serving.refused import Refused
from automl.serving.settings import Settings

READERS = 4


class Service:
    """A model that answers requests; made inside the loop that brings them.

    Args:
        predictor: The model.
        settings: How requests are batched, and their limits.
    """

    def __init__(self, predictor: Predictor, settings: Settings) -> None:
        self.predictor, self.settings = predictor, settings
        self.batcher = Batcher(predictor.decide, settings)
        self.requests = 0
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="reader")
        self._began = monotonic()

    async def predict(
        self, sent: Sequence[Sent], top_k: int | None, probabilities: bool
    ) -> Answers:
        """Read what was sent, and predict it with what others have sent.

        Raises:
            Refused: nothing of it can be read, it is too much, or too much waits already.
            UserError: the model cannot be run.
        """
        facts = self.predictor.facts
        if not isinstance(facts.target, Classes) and (top_k is not None or probabilities):
            raise Refused(422, "the model predicts numbers, which have no probabilities")
        loop = asyncio.get_running_loop()
        readings = await loop.run_in_executor(
            self._readers, read_sent, sent, facts.encoding, self.settings
        )
        return make_answers(await self._run(readings), top_k, probabilities)

    def health(self) -> Health:
        """How it is."""
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
        """What the model card says, for programs."""
        facts = self.predictor.facts
        told = {"task", "target", "parameters", "scores", "origin", "versions"}
        shape = {"name": input_name(facts.encoding), "shape": input_shape(facts.encoding)}
        return {**facts.model_dump(mode="json", include=told), "input": shape}

    def close(self) -> None:
        """Let the threads go."""
        self._readers.shutdown(cancel_futures=True)
        self.batcher.close()

    async def _run(self, readings: Sequence[Reading]) -> list[InputPrediction]:
        values = [each.value for each in readings if each.value is not None]
        if not values:
            raise Refused(422, f"none of it can be read: {readings[0].error}")
        found = iter(await self.batcher.predict(values))
        return [
            InputPrediction(each.name, error=each.error)
            if each.value is None
            else InputPrediction(each.name, next(found))
            for each in readings
        ]
