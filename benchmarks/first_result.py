"""Seconds from the command to the first trial's end: a made table of 1,500 rows, on this machine.

Two ways of the same search by turns, each in a process of its own: Ray with its first worker, and
`--executor local`. Seconds are the wall clock from the start of the process.

    python benchmarks/first_result.py
    python benchmarks/first_result.py --rounds 5 --rows 20000
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

WAYS = ("ray", "local")
FIRST_LINES = {"line of data": "houses: ", "first trial ended": "[1/"}


def write_houses(path: Path, rows: int) -> None:
    """Prices that depend on eight numbers and a city."""
    draw = np.random.default_rng(0)
    numbers = draw.normal(size=(rows, 8)).round(4)
    city = draw.integers(3, size=rows)
    price = 200_000 + 30_000 * numbers[:, 0] + 20_000 * numbers[:, 1] * numbers[:, 2]
    price = (price + 50_000 * (city == 0)).round(2)
    lines = [",".join([*(f"x{index}" for index in range(8)), "city", "price"])]
    lines += [
        ",".join([*map(str, row), "abc"[place], str(amount)])
        for row, place, amount in zip(numbers, city, price, strict=True)
    ]
    path.write_text("\n".join(lines) + "\n")


def time_search(executor: str, folder: Path) -> dict[str, float]:
    """Run a search to its end: the seconds of its first lines."""
    command = [
        *(sys.executable, "-m", "automl", "search", "mlp", "--data", "houses.csv"),
        *("--name", "houses", "--target", "price", "--trials", "4", "--epochs", "3"),
        *("--no-finalize", "--executor", executor, "--results", f"results-{time.time_ns()}"),
    ]
    began, seen = time.monotonic(), dict[str, float]()
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout or ():
            for what, beginning in FIRST_LINES.items():
                if line.startswith(beginning):
                    seen.setdefault(what, time.monotonic() - began)
    if process.returncode:
        sys.exit("the search failed")
    return seen


def main() -> None:
    """Run all ways by turns and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rows", type=int, default=1_500)
    options = parser.parse_args()
    seconds: dict[str, list[dict[str, float]]] = {way: [] for way in WAYS}
    with tempfile.TemporaryDirectory() as folder:
        write_houses(Path(folder) / "houses.csv", options.rows)
        for _ in range(options.rounds):
            for way, rounds in seconds.items():
                rounds.append(time_search(way, Path(folder)))
    print(f"| `--executor` | {' | '.join(FIRST_LINES)} |\n|---|{'---|' * len(FIRST_LINES)}")
    for way, rounds in seconds.items():
        columns = [[each[what] for each in rounds] for what in FIRST_LINES]
        cells = [
            f"{statistics.median(each):.1f} s ({min(each):.1f} to {max(each):.1f})"
            for each in columns
        ]
        print(f"| {way} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
