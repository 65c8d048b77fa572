"""Requests that come together are run together, up to a limit."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from patience import PATIENCE
from served import ServedSample, serving

from automl.data.encoding import Array
from automl.inference.predict import Predictor
from automl.serving import ServerSettings
from automl.tasks.task import Prediction

SampleOf = Callable[[str], ServedSample]
TEXTS = [f"{word} {number}" for number in range(4) for word in ("a lovely film", "weak")]


class Held(Predictor):
    """A real model that runs nothing until it is let go."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.begun, self.go = threading.Event(), threading.Event()

    def predict_batch(self, values: Sequence[Array]) -> list[Prediction]:
        self.begun.set()
        assert self.go.wait(PATIENCE)
        return super().predict_batch(values)


def ask(client: httpx.Client, *texts: str) -> httpx.Response:
    return client.post("/predict", json={"texts": list(texts)})


def labels(answer: httpx.Response) -> list[Any]:
    return [each["probability"] for each in answer.json()["predictions"]]


def test_what_waits_is_run_as_one_batch(sample_of: SampleOf) -> None:
    held = Held(sample_of("text").folder)
    with serving(held, ServerSettings(port=0)) as client, ThreadPoolExecutor(9) as pool:
        first = pool.submit(ask, client, "well made")
        assert held.begun.wait(PATIENCE)
        others = [pool.submit(ask, client, text) for text in TEXTS]
        wait_until(client, waiting=1 + len(TEXTS))
        held.go.set()
        assert first.result().status_code == 200
        together = [labels(each.result()) for each in others]
        health = client.get("/health").json()
        alone = [labels(ask(client, text)) for text in TEXTS]
    assert health["batches"] == 2
    assert health["largest_batch"] == len(TEXTS)
    for one, other in zip(together, alone, strict=True):
        assert one == pytest.approx(other, abs=1e-5)


def test_a_batch_of_one_is_of_one(sample_of: SampleOf) -> None:
    settings = ServerSettings(port=0, wait=0, batch=1)
    with serving(sample_of("text"), settings) as client:
        assert len(labels(ask(client, *TEXTS))) == len(TEXTS)
        health = client.get("/health").json()
    assert (health["batches"], health["largest_batch"]) == (len(TEXTS), 1)


def test_too_much_at_once_is_told_to_come_again(sample_of: SampleOf) -> None:
    held = Held(sample_of("text").folder)
    with serving(held, ServerSettings(port=0, queue=3)) as client, ThreadPoolExecutor(2) as pool:
        first = pool.submit(ask, client, "well made", "weak")
        assert held.begun.wait(PATIENCE)
        refused = ask(client, "one", "two")
        held.go.set()
        assert first.result().status_code == 200
        again = ask(client, "one", "two")
    assert refused.status_code == 503
    assert refused.headers["retry-after"] == "1"
    assert "2 examples queued" in refused.json()["error"]
    assert again.status_code == 200


def wait_until(client: httpx.Client, waiting: int) -> None:
    """Until so many examples are with the batcher; the test's own time limit is the end."""
    while client.get("/health").json()["waiting"] < waiting:
        pass
