"""A bundle's model over HTTP: where its server listens, and what it accepts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ServerSettings:
    """Address and limits of a server; the defaults are for a machine that also does other work.

    Args:
        host: Address to listen on.
        port: Port to listen on; 0 takes a free one.
        allow_hosts: Names besides the machine's own by which clients may call the server.
        wait: Seconds that a request waits for others to share a batch; 0 for none.
        batch: Most examples in a batch; 1 runs each on its own.
        queue: Most examples that may wait or be in progress before requests are refused.
        body: Most bytes of a request.
        examples: Most examples of a request.
        columns: Most columns of a table that the model does not know.
        values: Most values in a request's JSON, names included.
        pixels: Most pixels of an image; all images of a request may have four times as many.
        held: Most bytes of bodies in memory at once, beyond the first 64 kB of each. Examples that
            wait may take as much, and those of one request a quarter.
        connections: Most clients that may be connected at once.
        seconds: Seconds that a client has to send a request, to take the answer, and to send the
            next request on the same connection.
        patience: Seconds that requests in progress have when the server shuts down.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    allow_hosts: tuple[str, ...] = ()
    wait: float = 0.003
    batch: int = 64
    queue: int = 2_000
    body: int = 20_000_000
    examples: int = 1_000
    columns: int = 1_000
    values: int = 1_000_000
    pixels: int = 25_000_000
    held: int = 100_000_000
    connections: int = 800
    seconds: float = 30.0
    patience: int = 5
