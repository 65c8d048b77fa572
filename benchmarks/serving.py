"""Requests a second, and how long each takes, with requests run as one batch and without.

A server of each kind takes its turn, round by round, in one run: the same model, the same clients
in a process of their own, each of which asks for one example and then for the next.

    python benchmarks/serving.py
    python benchmarks/serving.py --clients 200 --requests 2000 --rounds 3 --json

Needs the extra: pip install 'automl[serve]', and httpx.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import statistics
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

from automl.data.dataset import Dataset
from automl.data.source import load_dataset
from automl.export.bundle import Bundle
from automl.export.facts import ModelFacts, ModelOrigin, ModelScore
from automl.inference.predict import Predictor
from automl.models import make_preprocess
from automl.models.layers import LAYERS
from automl.models.network import build_model
from automl.serving import ServerSettings
from automl.serving.server import PredictionServer
from automl.tasks import TASKS

WORDS = ["a", "plain", "tale", "told", "well"]
SERVERS = {
    "one by one": ServerSettings(port=0, wait=0, batch=1),
    "in batches": ServerSettings(port=0),
}


@dataclass(frozen=True)
class Job:
    """A model, and a request for one prediction of it.

    Args:
        kind: Of its data.
        layers: Its network.
        content: Body of the request.
        media: Its type.
    """

    kind: str
    layers: tuple[tuple[str, dict[str, Any]], ...]
    content: bytes
    media: str


def jobs(data: Mapping[str, Dataset]) -> dict[str, Job]:
    """A small CNN of images, and an LSTM of texts of 100 words."""
    file = BytesIO()
    Image.fromarray(data["images"].test.inputs[0, 0]).save(file, "PNG")
    relu = ("activation", {"name": "relu"})
    convs = [("conv2d", {"filters": 16}), relu, ("max_pool2d", {}), ("conv2d", {"filters": 32})]
    text = json.dumps({"texts": [" ".join(WORDS * 20)]}).encode()
    lstm = [("embedding", {"size": 64}), ("lstm", {"units": 64})]
    return {
        "CNN": Job("images", (*convs, relu, ("global_avg_pool", {})), file.getvalue(), "image/png"),
        "LSTM": Job("text", tuple(lstm), text, "application/json"),
    }


def load_data(folder: Path) -> dict[str, Dataset]:
    """Real images, and texts that are long enough; what they say makes no difference."""
    lines = [f"{' '.join(WORDS * 20)} {number},{number % 2}" for number in range(40)]
    (folder / "texts.csv").write_text("\n".join(["text,label", *lines]), encoding="utf-8")
    paths = {"images": "fashion_mini", "text": str(folder / "texts.csv")}
    return {
        kind: load_dataset(path, kind, {}, seed=0, announce=lambda line: None)
        for kind, path in paths.items()
    }


def write_bundle(job: Job, data: Dataset, folder: Path) -> None:
    """A model that nobody has trained: it takes as long as one that somebody has."""
    network = tuple(
        {name: LAYERS[name].model_validate(options).model_dump(mode="json")}
        for name, options in job.layers
    )
    preprocess = make_preprocess(data.encoding.preprocessing)
    head = TASKS[data.task](data.target).head
    model = build_model(network, data.encoding.shape, preprocess, head)
    facts = ModelFacts(
        task=data.task,
        encoding=data.encoding,
        target=data.target,
        network=network,
        parameters=sum(each.numel() for each in model.parameters()),
        scores=(ModelScore(metric="accuracy", value=0),),
        origin=ModelOrigin(study="s", trial=0, epochs=1, data="d", fingerprint=data.fingerprint),
    )
    Bundle.write(folder, facts, model.state_dict())


@contextmanager
def serving(folder: Path, settings: ServerSettings) -> Iterator[str]:
    """The URL of a server in a thread of this process."""
    began = threading.Event()
    server = PredictionServer(Predictor(folder), settings, lambda url, example: began.set())
    thread = threading.Thread(target=server.run)
    thread.start()
    began.wait()
    try:
        yield server.url
    finally:
        server.stop()
        thread.join()


async def ask(url: str, job: Job, clients: int, requests: int) -> list[float]:
    """Seconds that each request took; every client has a connection of its own."""
    import httpx

    took: list[float] = []
    headers = {"content-type": job.media}
    left = iter(range(requests))

    async def go_on() -> None:
        async with httpx.AsyncClient(
            base_url=url, timeout=60, trust_env=False, verify=False
        ) as client:
            for _ in left:
                began = time.perf_counter()
                answer = await client.post("/predict", content=job.content, headers=headers)
                answer.raise_for_status()
                took.append(time.perf_counter() - began)

    await asyncio.gather(*(go_on() for _ in range(clients)))
    return took


def measure(url: str, job: Job, clients: int, requests: int) -> dict[str, float]:
    """One turn of the clients; what comes before is for connections and caches to be there."""
    asyncio.run(ask(url, job, clients, 2 * clients))
    began = time.perf_counter()
    took = asyncio.run(ask(url, job, clients, requests))
    seconds = time.perf_counter() - began
    ranked = sorted(took)
    return {
        "requests/s": requests / seconds,
        "p50 ms": 1000 * ranked[len(ranked) // 2],
        "p99 ms": 1000 * ranked[int(len(ranked) * 0.99)],
    }


def run(clients: int, requests: int, rounds: int) -> dict[str, dict[str, float]]:
    """The median over the rounds of each figure, by model and server."""
    found: dict[str, list[dict[str, float]]] = defaultdict(list)
    spawn = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as scratch, spawn.Pool(1) as pool:
        data = load_data(Path(scratch))
        for name, job in jobs(data).items():
            folder = Path(scratch, name)
            write_bundle(job, data[job.kind], folder)
            for _ in range(rounds):
                for way, settings in SERVERS.items():
                    with serving(folder, settings) as url:
                        turn = pool.apply(measure, (url, job, clients, requests))
                    found[f"{name}, {way}"].append(turn)
    return {
        name: {key: statistics.median(each[key] for each in turns) for key in turns[0]}
        for name, turns in found.items()
    }


def main() -> None:
    """Run it and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--requests", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    flags = parser.parse_args()
    found = run(flags.clients, flags.requests, flags.rounds)
    if flags.json:
        print(json.dumps(found))
        return
    for name, figures in found.items():
        print(f"{name:<18}", *(f"{key} {value:8.1f}" for key, value in figures.items()))


if __name__ == "__main__":
    main()
