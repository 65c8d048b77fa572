"""Reads what wandb wrote offline: records of its own kind, in blocks as LevelDB's log has them."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wandb.proto.wandb_internal_pb2 import Record

HEADER, BLOCK = 7, 2**15
FULL, LAST = 1, 4


@dataclass
class OfflineRun:
    """One run, put together from its file as the server does it."""

    run: Any = None
    config: dict[str, Any] = field(default_factory=dict)
    history: list[dict[str, Any]] = field(default_factory=list)
    summary: dict[str, Any] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    exit_code: int | None = None

    @property
    def metrics(self) -> list[dict[str, Any]]:
        """The history without pictures and tables."""
        numbers = (
            {k: v for k, v in row.items() if not isinstance(v, dict)} for row in self.history
        )
        return [{k: v for k, v in row.items() if k[0] != "_"} for row in numbers]


def read_runs(trial: Path) -> list[OfflineRun]:
    """Every offline run in a trial's folder."""
    return [read_run(file) for file in sorted(trial.glob("wandb/offline-run-*/*.wandb"))]


def read_run(file: Path) -> OfflineRun:
    found = OfflineRun()
    for record in records(file.read_bytes()):
        kind = record.WhichOneof("record_type")
        if kind == "run":
            found.run, found.tags = record.run, tuple(record.run.tags)
            found.config |= pairs(record.run.config.update)
        elif kind == "history":
            found.history.append({**pairs(record.history.item), "_step": record.history.step.num})
        elif kind == "summary":
            found.summary |= pairs(record.summary.update)
        elif kind == "exit":
            found.exit_code = record.exit.exit_code
    return found


def pairs(items: Any) -> dict[str, Any]:
    """Keys, nested ones with dots, and values."""
    return {each.key or ".".join(each.nested_key): json.loads(each.value_json) for each in items}


def records(data: bytes) -> Iterator[Record]:
    """Pieces of a record follow one another; none crosses a block, whose rest is then empty."""
    at, whole = HEADER, b""
    while at + HEADER <= len(data):
        if BLOCK - at % BLOCK < HEADER:
            at += BLOCK - at % BLOCK
            continue
        _, length, kind = struct.unpack_from("<IHB", data, at)
        whole += data[at + HEADER : at + HEADER + length]
        at += HEADER + length
        if kind in (FULL, LAST):
            record = Record()
            record.ParseFromString(whole)
            yield record
            whole = b""
