"""Kill a search at random moments, hundreds of times, and count what is lost.

Each study trains real networks on real data through the command line. It is struck again and again:
its driver is killed, or told to end as by a cloud that takes its machine back; a worker, or one of
Ray's own processes, is killed; the disk fills up; the journal's last line is torn. Each time the
study goes on by ``automl resume``, and what the journal holds is checked.

    python benchmarks/faults.py
    python benchmarks/faults.py --faults 300 --seed 1 --only driver worker

The full disk needs the right to mount a small file system, and is left out without it.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from automl import api
from automl.core.records import UNFINISHED, TrialRecord

SPACE = """\
task: image_classification
data: digits
network:
  - flatten
  - stage: dense
    repeat: {low: 1, high: 3}
    layers:
      - dense: {units: {low: 8, high: 64}}
      - activation: {choices: [relu, tanh], shared: true}
training:
  epochs: 20
  batch_size: {choices: [32, 64]}
  optimizer: {adamw: {lr: {low: 1e-4, high: 1e-2, log: true}}}
baseline: {dense.repeat: 1}
"""
STUDY = "space"
MARK = "AUTOML_FAULTS"
PATIENCE = 180.0  # seconds until something that must happen is taken not to
DISK = 48 * 2**20
FINISHED = ("complete", "pruned", "diverged", "infeasible", "duplicate", "failed")
# What is said of a full disk: by the system, or before it comes to that.
FULL = ("No space left on device", "its disk has")
# Two idle agents of Ray end by themselves, but only about a minute after a driver was killed.
AGENTS = ("ray::DashboardAgent", "ray::RuntimeEnvAgent")


class Broken(Exception):
    """What must never happen did."""


@dataclass
class Search:
    """A search under way, as a process of its own."""

    process: subprocess.Popen[str]
    errors: Path

    def descendants(self, *names: str) -> list[int]:
        """The processes it started whose command line has one of these names."""
        return [pid for pid, line in marked() if any(name in line for name in names)]

    def wait(self) -> int:
        """Its exit code."""
        return self.process.wait(PATIENCE)

    def complaint(self) -> str:
        """What it said on standard error."""
        return self.errors.read_text(errors="replace")


@dataclass
class Campaign:
    """Studies that are struck, and the score.

    Args:
        root: A folder on a small disk, or any.
        chance: Where all random choices come from.
        executor: ``"ray"`` or ``"local"``.
        total: Trials of a study.
    """

    root: Path
    chance: random.Random
    executor: str
    total: int
    injected: Counter[str] = field(default_factory=Counter)
    score: Counter[str] = field(default_factory=Counter)
    slowest_end: float = 0.0
    known: dict[int, TrialRecord] = field(default_factory=dict)

    @property
    def results(self) -> Path:
        """The results folder."""
        return self.root / "results"

    @property
    def journal(self) -> Path:
        """The journal."""
        return self.results / "studies.journal"

    def start(self) -> Search:
        """Begin the study, or go on with it."""
        begun = (self.results / STUDY / "study.yaml").is_file()
        flags = ["resume", STUDY] if begun else ["search", "space.yaml", f"--trials={self.total}"]
        if not begun:
            flags += [
                "--no-finalize",
                "--executor",
                self.executor,
                f"--seed={self.chance.randrange(1000)}",
            ]
        errors = self.root / "errors.txt"
        with errors.open("w") as file:
            process = subprocess.Popen(
                [sys.executable, "-m", "automl", *flags, "--results", "results", "--quiet"],
                cwd=self.root,
                env={**os.environ, MARK: str(os.getpid()), "OMP_NUM_THREADS": "1", "NO_COLOR": "1"},
                stdout=subprocess.DEVNULL,
                stderr=file,
                text=True,
                start_new_session=True,
            )
        return Search(process, errors)

    def reports(self) -> int:
        """Measurements in the journal."""
        return self.journal.read_bytes().count(b'"op_code":7') if self.journal.is_file() else 0

    def let_run(self, search: Search) -> bool:
        """Until a few more measurements came; whether the search still runs then."""
        goal = self.reports() + self.chance.randint(1, 25)
        deadline = time.monotonic() + PATIENCE
        while self.reports() < goal and search.process.poll() is None:
            if time.monotonic() > deadline:
                raise Broken(f"no measurement for {PATIENCE:.0f} s: {search.complaint()}")
            time.sleep(0.02)
        time.sleep(self.chance.random() * 0.1)
        return search.process.poll() is None

    def trials(self) -> dict[int, TrialRecord]:
        """Every trial of the study, by number."""
        if not (self.results / STUDY / "study.yaml").is_file():
            return {}
        study = api.show(STUDY, results=str(self.results))
        return {each.number: each for each in study.trials}

    def remember(self) -> None:
        """Note which trials have ended now."""
        self.known |= {n: each for n, each in self.trials().items() if each.status in FINISHED}

    def check(self) -> None:
        """Compare what the journal holds with what it held."""
        now = self.trials()
        for number, before in self.known.items():
            if now.get(number) != before:
                self.score["lost"] += 1
                print(f"lost: trial {number} was {before}, is {now.get(number)}", file=sys.stderr)
        self.remember()
        self.score["doubled"] += doubled(self.journal)

    def finish(self) -> None:
        """Let the study come to its end, check it whole, and forget it."""
        search = self.start()
        if search.wait() != 0:
            raise Broken(
                f"the last resume exited {search.process.returncode}: {search.complaint()}"
            )
        self.check()
        study = api.show(STUDY, results=str(self.results))
        if study.counted != self.total:
            raise Broken(f"the total is {study.counted}, not {self.total}")
        if any(each.status in UNFINISHED for each in study.trials):
            raise Broken(f"unfinished trials: {study.unfinished}")
        bundle = json.loads((self.results / STUDY / "best" / "bundle.json").read_text())
        if study.best is None or bundle["origin"]["trial"] != study.best.number:
            raise Broken(f"the best model is not of the best trial: {bundle['origin']}")
        self.score["finished"] += study.counted
        self.score["given up"] += study.count("failed")
        wait_for_none(20, but_for=AGENTS)
        shutil.rmtree(self.results)
        self.known = {}
        self.score["studies"] += 1


Fault = Callable[[Campaign, Search], None]


def kill_driver(campaign: Campaign, search: Search) -> None:
    """SIGKILL to the driver alone, as the kernel does when memory runs out."""
    search.process.kill()
    search.wait()


def end_driver(campaign: Campaign, search: Search) -> None:
    """SIGTERM: it has ten seconds."""
    started = time.monotonic()
    search.process.terminate()
    search.wait()
    campaign.slowest_end = max(campaign.slowest_end, time.monotonic() - started)


def kill_worker(campaign: Campaign, search: Search) -> None:
    """SIGKILL to a worker; the search goes on."""
    strike(campaign, search.descendants("ray::Worker"))


def kill_ray(campaign: Campaign, search: Search) -> None:
    """SIGKILL to the raylet or to the global control store; the search ends, or goes on."""
    strike(campaign, search.descendants("raylet/raylet", "gcs/gcs_server"))


def tear_journal(campaign: Campaign, search: Search) -> None:
    """Kill the driver and cut its last line short, as a power cut may."""
    kill_driver(campaign, search)
    content = campaign.journal.read_bytes()
    last = content.rstrip(b"\n").rfind(b"\n") + 1
    cut = campaign.chance.randint(last + 1, len(content) - 1)
    campaign.journal.write_bytes(content[:cut])
    campaign.known = {}  # what that line said was never said
    campaign.remember()


def fill_disk(campaign: Campaign, search: Search) -> None:
    """Take all the room there is, for as long as the search can stand it, ten seconds at most."""
    ballast = campaign.root / "ballast"
    spare = campaign.chance.choice([0, 0, 2**12, 2**16])
    try:
        with ballast.open("wb", buffering=0) as file:
            free = shutil.disk_usage(campaign.root).free
            file.truncate(0)
            os.posix_fallocate(file.fileno(), 0, max(1, free - spare))
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline and search.process.poll() is None:
            time.sleep(0.1)
    finally:
        ballast.unlink(missing_ok=True)
    told = search.complaint()
    if search.process.poll() == 2 and not any(words in told for words in FULL):
        raise Broken(f"a full disk is not told: {told!r}")


FAULTS: dict[str, Fault] = {
    "driver": kill_driver,
    "sigterm": end_driver,
    "worker": kill_worker,
    "ray": kill_ray,
    "torn journal": tear_journal,
    "disk full": fill_disk,
}
NEED_RAY = ("worker", "ray")


def strike(campaign: Campaign, pids: list[int]) -> None:
    """SIGKILL to one of these processes, if there is any."""
    if pids:
        try:
            os.kill(campaign.chance.choice(pids), signal.SIGKILL)
        except ProcessLookupError:  # it ended by itself meanwhile
            return


def doubled(journal: Path) -> int:
    """Measurements that are in the journal twice, and trials that were told twice."""
    seen: Counter[tuple[Any, ...]] = Counter()
    for line in journal.read_bytes().splitlines():
        try:
            log = json.loads(line)
        except ValueError:
            continue  # the torn last line
        if log["op_code"] == 7:
            seen["report", log["trial_id"], log["step"]] += 1
        elif log["op_code"] == 6 and log["state"] in (1, 2, 3):
            seen["told", log["trial_id"]] += 1
    return sum(count - 1 for count in seen.values())


def marked() -> Iterator[tuple[int, str]]:
    """Every process of this campaign, with its command line."""
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            if f"{MARK}={os.getpid()}".encode() in (folder / "environ").read_bytes().split(b"\0"):
                line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                yield int(folder.name), line
        except OSError:
            continue  # gone meanwhile, or not ours to look at


def wait_for_none(seconds: float, but_for: tuple[str, ...] = ()) -> None:
    """See that no process is left after so many seconds, but for those with these names."""
    deadline = time.monotonic() + seconds
    while left := [line for _, line in marked() if not line.startswith(but_for or "\0")]:
        if time.monotonic() > deadline:
            raise Broken(f"processes left: {[line.strip() for line in left]}")
        time.sleep(0.2)


def run_study(campaign: Campaign, faults: list[str]) -> None:
    """Strike one study with these faults, one after the other, then let it end."""
    search: Search | None = None
    for fault in faults:
        search = search or campaign.start()
        if not campaign.let_run(search):
            break  # it came to its end
        campaign.remember()
        FAULTS[fault](campaign, search)
        campaign.injected[fault] += 1
        if "Traceback" in search.complaint():
            raise Broken(search.complaint())
        campaign.check()
        if search.process.poll() is not None:
            search = None
    if search is not None:
        search.process.kill()
        search.wait()
    campaign.finish()


@contextmanager
def small_disk() -> Iterator[tuple[Path, bool]]:
    """A folder of its own, on a small disk where one may be mounted; and whether it is."""
    root = Path(tempfile.mkdtemp(prefix="faults-"))
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(root)]
    mounted = shutil.which("mount") is not None and not subprocess.call(
        mount, stderr=subprocess.DEVNULL
    )
    try:
        yield root, mounted
    finally:
        if mounted:
            subprocess.call(["umount", "--lazy", str(root)])  # idle agents may be in it
        shutil.rmtree(root, ignore_errors=True)


def table(campaign: Campaign) -> str:
    """What was done and what became of it; the last line is the sum."""
    score, total = campaign.score, sum(campaign.injected.values())
    rows = [f"{name:14}{count:6}" for name, count in sorted(campaign.injected.items())]
    return "\n".join(
        [
            "fault         times",
            *rows,
            f"{score['studies']} studies of {campaign.total} trials; "
            f"{score['given up']} trials given up",
            f"slowest end after SIGTERM {campaign.slowest_end:.1f} s",
            f"faults injected {total}, trials finished {score['finished']}, "
            f"lost {score['lost']}, doubled {score['doubled']}",
        ]
    )


def main() -> int:
    """Run the campaign; exits 1 if anything was lost or doubled."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--faults", type=int, default=200)
    parser.add_argument("--trials", type=int, default=20, help="of each study")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", nargs="+", choices=FAULTS, default=list(FAULTS))
    parser.add_argument("--executor", choices=["ray", "local"], default="ray")
    flags = parser.parse_args()
    chance = random.Random(flags.seed)
    with small_disk() as (root, is_small):
        (root / "space.yaml").write_text(SPACE)
        campaign = Campaign(root, chance, flags.executor, flags.trials)
        kinds = [
            name
            for name in flags.only
            if (name != "disk full" or is_small)
            and (flags.executor == "ray" or name not in NEED_RAY)
        ]
        while (left := flags.faults - sum(campaign.injected.values())) > 0:
            run_study(campaign, [chance.choice(kinds) for _ in range(min(left, 12))])
            print(table(campaign).splitlines()[-1], file=sys.stderr)
        wait_for_none(90)
    print(table(campaign))
    return 1 if campaign.score["lost"] or campaign.score["doubled"] else 0


if __name__ == "__main__":
    sys.exit(main())
