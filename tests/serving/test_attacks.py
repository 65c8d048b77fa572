"""A real server under attack: each attack is told in a sentence, and others are served."""

from __future__ import annotations

import gzip
import json
import re
import select
import socket
import struct
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from command_line import start
from patience import PATIENCE
from served import ServedSample, serving
from test_refusals import assert_told

from automl.serving import ServerSettings

SampleOf = Callable[[str], ServedSample]
GOOD = {"rows": [{"size": 4, "colour": "red", "age": 5}]}
JSON, LINES, CSV = "application/json", "application/x-ndjson", "text/csv"
POST = b"POST /predict HTTP/1.1\r\nHost: localhost\r\n"
# A thousand rows, each with a hundred names of its own.
OWN_NAMES = [{f"c{row}_{at}": at for at in range(100)} for row in range(1000)]


@dataclass(frozen=True)
class Victim:
    """``automl serve`` as a user starts it."""

    url: str
    process: int

    def peak(self) -> float:
        """The most memory that it ever had, in MB."""
        status = Path(f"/proc/{self.process}/status").read_text(encoding="ascii")
        found = re.search(r"VmHWM:\s+(\d+) kB", status)
        assert found
        return int(found[1]) / 1000

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.url, timeout=PATIENCE, trust_env=False)


@pytest.fixture(scope="module")
def victim(sample_of: SampleOf, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Victim]:
    """One server for all attacks, which a SIGTERM ends in order."""
    folder = tmp_path_factory.mktemp("victim")
    options = ("--port", "0", "--allow-host", "models.example")
    process = start("serve", str(sample_of("table").folder), *options, cwd=folder)
    try:
        assert process.stdout is not None
        found = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline())
        assert found
        victim = Victim(found[0], process.pid)
        with victim.client() as client:  # what is loaded on use is no attack's
            assert client.post("/predict", json=GOOD).status_code == 200
        yield victim
    finally:
        process.terminate()
        output, errors = process.communicate(timeout=PATIENCE)
    assert (process.returncode, errors) == (0, "")
    assert re.search(r"^Ended after [\d,]+ requests\.$", output, re.MULTILINE)


def rows(content: bytes) -> bytes:
    return b'{"rows": [' + content + b"]}"


# What is sent, its type, the status and what is said.
BODIES: dict[str, tuple[Callable[[], bytes], str, int, str]] = {
    "names of their own": (
        lambda: json.dumps({"rows": OWN_NAMES}).encode(),
        JSON,
        422,
        "there is no column 'size'",
    ),
    "the same as lines": (
        lambda: "\n".join(map(json.dumps, OWN_NAMES)).encode(),
        LINES,
        422,
        "there is no column 'size'",
    ),
    "a name in each byte": (
        lambda: rows(b"{" + b",".join(b'"%x":1' % at for at in range(400_000)) + b"}"),
        JSON,
        422,
        "there is no column 'size'",
    ),
    "too many values": (lambda: rows(b"1," * 9_000_000 + b"1"), JSON, 413, "1,000,000 values"),
    "too many objects": (lambda: rows(b"{}," * 300_000 + b"{}"), JSON, 413, "100,000 objects"),
    "lines of nothing": (lambda: b"{}\n" * 300_000, LINES, 413, "100,000 objects"),
    "columns": (
        lambda: b",".join(b"a%d" % at for at in range(9_000)) + b"\n1",
        CSV,
        413,
        "9,000 columns, and the most for this model is 1,003",
    ),
    "cells": (lambda: b"size\n" + b"1\n" * 5_000_000, CSV, 413, "1,000,000 values"),
    "too long": (lambda: b"x" * 20_000_001, CSV, 413, "over 20,000,000 bytes"),
    "NaN": (lambda: rows(b'{"size": NaN}'), JSON, 422, "NaN is not a number in JSON"),
    "infinity": (lambda: rows(b'{"size": -Infinity}'), JSON, 422, "-Infinity is not a number"),
    "more than infinity": (lambda: rows(b'{"size": 1e999}'), JSON, 422, "1e999 is too large"),
    "digits": (lambda: rows(b'{"size": ' + b"9" * 5000 + b"}"), JSON, 422, "9…9"),
    "nested": (lambda: b"[" * 100_000, JSON, 422, "not JSON"),
    "nested in a row": (
        lambda: rows(b'{"size": ' + b"[" * 500 + b"]" * 500 + b"}"),
        JSON,
        422,
        "'size': a list should be a number, a text, true, false or null",
    ),
    "half a character": (lambda: rows(b'{"colour": "\\ud800"}'), JSON, 422, "not JSON"),
    "parts": (
        lambda: b"\r\n--b\r\n\r\n\r\n" * 300_000 + b"\r\n--b--",
        "multipart/form-data; boundary=b",
        413,
        "more than 1,000 files",
    ),
    "a head without an end": (
        lambda: b"--b\r\n" + b"a: b\r\n" * 1_000_000 + b"\r\n--b--",
        "multipart/form-data; boundary=b",
        422,
        "no blank line",
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("attack", BODIES)
def test_a_body_costs_no_more_than_its_bytes(victim: Victim, attack: str) -> None:
    make, kind, status, told = BODIES[attack]
    content, before = make(), victim.peak()
    with victim.client() as client:
        began = time.monotonic()
        answer = client.post("/predict", content=content, headers={"content-type": kind})
        took = time.monotonic() - began
    assert_told(answer, status, told.replace("…", "9" * 28 + "…" + "9" * 27))
    assert len(answer.json()["error"]) < 400
    assert victim.peak() - before < 50 + 6 * len(content) / 1e6
    assert took < PATIENCE / 2


def test_a_foreign_name_costs_nothing_where_limits_are_raised(sample_of: SampleOf) -> None:
    settings = ServerSettings(port=0, columns=1_000_000, values=100_000_000)
    with serving(sample_of("table"), settings) as client:
        known = {**GOOD["rows"][0], **OWN_NAMES[0]}
        answer = client.post(
            "/predict",
            json={"rows": [known, *({**each, **GOOD["rows"][0]} for each in OWN_NAMES[1:])]},
        )
        assert answer.status_code == 200
        assert len(answer.json()["predictions"]) == 1000


@pytest.mark.slow
@pytest.mark.parametrize("coding", ["gzip", "br", "deflate, gzip"])
def test_nothing_is_inflated(victim: Victim, coding: str) -> None:
    headers = {"content-type": JSON, "content-encoding": coding}
    with victim.client() as client:
        bomb = gzip.compress(bytes(10_000_000))
        answer = client.post("/predict", content=bomb, headers=headers)
    assert_told(answer, 415, f"compressed (Content-Encoding {coding})")
    assert answer.headers["accept-encoding"] == "identity"


@pytest.mark.slow
@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example:80", "models.example.evil", "[::1].evil"]
)
def test_another_name_does_not_lead_here(victim: Victim, host: str) -> None:
    with victim.client() as client:
        for path in ("/health", "/docs", "/"):
            assert_told(client.get(path, headers={"host": host}), 421, "--allow-host")


@pytest.mark.slow
@pytest.mark.parametrize(
    "host",
    ["localhost", "LocalHost:8000", "127.0.0.1:1", "[::1]:8000", "192.168.0.7", "models.example"],
)
def test_by_its_own_names_it_answers(victim: Victim, host: str) -> None:
    with victim.client() as client:
        assert client.get("/health", headers={"host": host}).status_code == 200


@pytest.mark.slow
@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://127.0.0.1:1", "http://localhost", "x"]
)
def test_a_page_of_another_origin_is_refused(victim: Victim, origin: str) -> None:
    with victim.client() as client:
        answer = client.post("/predict", json=GOOD, headers={"origin": origin})
        assert_told(answer, 403, f"another origin ({origin})")
        assert "access-control-allow-origin" not in answer.headers


@pytest.mark.slow
@pytest.mark.parametrize("origin", [None, "http://models.example", "https://models.example:8443"])
def test_its_own_page_is_let_in(victim: Victim, origin: str | None) -> None:
    with victim.client() as client:
        answer = client.post("/predict", json=GOOD, headers={"origin": origin or victim.url})
        assert answer.status_code == 200


@pytest.mark.slow
def test_the_front_leads_to_the_page(victim: Victim) -> None:
    with victim.client() as client:
        answer = client.get("/", follow_redirects=True)
        assert answer.url.path == "/docs"
        assert "script-src 'self' 'sha256-" in answer.headers["content-security-policy"]


def picture(width: int, height: int) -> bytes:
    """A PNG that says so of itself."""

    def chunk(name: bytes, content: bytes) -> bytes:
        size, check = struct.pack(">I", len(content)), zlib.crc32(name + content)
        return size + name + content + struct.pack(">I", check)

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(bytes(height * (width // 8 + 1))))
    return b"\x89PNG\r\n\x1a\n" + head + pixels + chunk(b"IEND", b"")


def test_pictures_are_measured_before_they_are_decoded(sample_of: SampleOf) -> None:
    with serving(sample_of("images"), ServerSettings(port=0, pixels=1_000_000)) as client:
        vast = picture(100_000, 8)[:8] + picture(8, 8)[8:16] + struct.pack(">II", 100_000, 100_000)
        assert_told(client.post("/predict", content=vast + picture(8, 8)[24:]), 422, "cannot read")
        files = [("f", (f"{at}.png", picture(1000, 900))) for at in range(5)]
        assert_told(client.post("/predict", files=files), 413, "4,000,000 pixels together")
        assert client.post("/predict", files=files[:4]).status_code == 200


def test_clients_that_send_slowly_are_ended(sample_of: SampleOf) -> None:
    settings = ServerSettings(port=0, seconds=0.5)
    with serving(sample_of("table"), settings) as client:
        for sent in (
            b"POST",
            POST + b"X-A: b",
            POST + b"Content-Length: 9000\r\n\r\n{",
            POST + b"Transfer-Encoding: chunked\r\n\r\n2000\r\n{",
        ):
            began = time.monotonic()
            answer = ask_slowly(client.base_url, sent)
            assert answer.startswith(b"HTTP/1.1 408 ")
            assert b"did not arrive within 0.5 seconds" in answer
            assert time.monotonic() - began < PATIENCE / 2
        assert client.post("/predict", json=GOOD).status_code == 200


def ask_slowly(url: httpx.URL, sent: bytes) -> bytes:
    """Send a byte more every tenth of a second until the server ends the connection.

    Returns what it answered. A connection that is closed while a byte of ours is on its way ends
    in a reset.
    """
    with socket.create_connection((url.host, url.port), PATIENCE) as line:
        line.sendall(sent)
        line.settimeout(0.1)
        answer = b""
        while True:
            try:
                if not (part := line.recv(4096)):
                    return answer
                answer += part
            except TimeoutError:
                line.sendall(b"a")
            except ConnectionError:
                return answer


@pytest.mark.slow
@pytest.mark.parametrize("sent", [b"\x16\x03\x01\x02\x00\x01\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n"])
def test_what_is_no_request_is_told_so(victim: Victim, sent: bytes) -> None:
    url = httpx.URL(victim.url)
    with socket.create_connection((url.host, url.port), PATIENCE) as line:
        line.sendall(sent)
        answer = b"".join(iter(lambda: line.recv(4096), b""))
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b'{"error":"this is not an HTTP request' in answer


def test_many_slow_clients_keep_nobody_out(sample_of: SampleOf) -> None:
    with serving(sample_of("table"), ServerSettings(port=0, connections=20)) as client:
        place = (client.base_url.host, client.base_url.port)
        lines = [socket.create_connection(place, PATIENCE) for _ in range(60)]
        for line in lines[:40]:
            line.sendall(b"GET /")
        answers = [client.post("/predict", json=GOOD).status_code for _ in range(5)]
        ended = sum(is_ended(line) for line in lines)
    assert answers == [200] * 5
    assert ended >= 40


def is_ended(line: socket.socket) -> bool:
    with line:
        line.setblocking(False)
        try:
            return line.recv(100).startswith(b"HTTP/1.1 503 ")
        except BlockingIOError:
            return False


def test_large_bodies_that_come_slowly_leave_room_for_small_ones(sample_of: SampleOf) -> None:
    settings = ServerSettings(port=0, held=1_000_000)
    with serving(sample_of("table"), settings) as client:
        large = {"rows": GOOD["rows"], "x": "x" * 200_000}
        line, deadline = send_most_of_a_body(client), time.monotonic() + PATIENCE
        while client.post("/predict", json=large).status_code != 503:
            if is_readable(line):  # the other one was there first, so that this was refused
                line.close()
                line = send_most_of_a_body(client)
            assert time.monotonic() < deadline
        assert client.post("/predict", json=GOOD).status_code == 200
        line.close()
        while client.post("/predict", json=large).status_code == 503:
            assert time.monotonic() < deadline


def send_most_of_a_body(client: httpx.Client) -> socket.socket:
    """A client that has sent a megabyte of nine, and says no more."""
    line = socket.create_connection((client.base_url.host, client.base_url.port), PATIENCE)
    line.sendall(POST + b"Content-Length: 9000000\r\n\r\n" + bytes(950_000))
    time.sleep(0.2)
    return line


def is_readable(line: socket.socket) -> bool:
    return bool(select.select([line], [], [], 0)[0])


@pytest.mark.slow
def test_two_hundred_clients_are_served_beside_attackers(victim: Victim) -> None:
    before, stop = victim.peak(), threading.Event()
    heavy = json.dumps({"rows": OWN_NAMES}).encode()

    def attack() -> None:
        with victim.client() as client:
            while not stop.is_set():
                client.post("/predict", content=heavy, headers={"content-type": JSON})

    def ask(number: int) -> int:
        with victim.client() as client:
            return sum(client.post("/predict", json=GOOD).status_code == 200 for _ in range(2))

    attackers = [threading.Thread(target=attack) for _ in range(3)]
    for each in attackers:
        each.start()
    with ThreadPoolExecutor(200) as pool:
        served = sum(pool.map(ask, range(200)))
    stop.set()
    for each in attackers:
        each.join()
    assert served == 400
    assert victim.peak() - before < 150
