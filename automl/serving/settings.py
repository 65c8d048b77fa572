"""Where a server listens, and what it takes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """Of one server; the defaults are for a machine that does something else besides.

    Args:
        host: Address to listen on.
        port: Port to listen on; 0 takes a free one.
        wait: Seconds that a request waits for others to be run with; 0 is none.
        batch: Examples that are run at once, at most; 1 runs each by itself.
        queue: Examples that may wait or be under way before a request is refused.
        body: Bytes of a request.
        examples: Examples of a request.
        pixels: Of an image, width times height.
        patience: Seconds that requests under way have when the server is ended.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    wait: float = 0.003
    batch: int = 64
    queue: int = 2_000
    body: int = 20_000_000
    examples: int = 1_000
    pixels: int = 25_000_000
    patience: int = 5
