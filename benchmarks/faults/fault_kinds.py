"""What strikes a search: a function for each fault, and the table of their names."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterable

from broken import Broken
from campaign import STUDY, Campaign
from damage import (
    cut_journal,
    delete_trial,
    garble_journal,
    remove_results,
    set_clock_back,
    zero_checkpoint,
)
from running_search import RunningSearch
from small_disk import no_room

Fault = Callable[[Campaign, RunningSearch], None]
# What is said of a full disk: by the system, or before it comes to that.
FULL = ("No space left on device", "its disk has")


def kill_driver(campaign: Campaign, search: RunningSearch) -> None:
    """SIGKILL to the driver alone, as the kernel does when memory runs out."""
    search.kill()


def end_driver(campaign: Campaign, search: RunningSearch) -> None:
    """SIGTERM: it has ten seconds."""
    started = time.monotonic()
    search.process.terminate()
    search.wait()
    campaign.slowest_end = max(campaign.slowest_end, time.monotonic() - started)


def kill_worker(campaign: Campaign, search: RunningSearch) -> None:
    """SIGKILL to a worker; the search goes on."""
    strike(campaign, search.descendants("ray::Worker"))


def kill_ray(campaign: Campaign, search: RunningSearch) -> None:
    """SIGKILL to the raylet or to the global control store; the search ends, or goes on."""
    strike(campaign, search.descendants("raylet/raylet", "gcs/gcs_server"))


def stop_worker(campaign: Campaign, search: RunningSearch) -> None:
    """SIGSTOP to a worker, for good; the search ends it when it has shown no life for a while."""
    strike(campaign, search.descendants("ray::Worker"), signal.SIGSTOP)


def kill_final(campaign: Campaign, search: RunningSearch) -> None:
    """Kill the driver, have the final model made of what is there, and kill that half way."""
    search.kill()
    if campaign.study().best is None:
        return
    making = campaign.finalize()
    progress = campaign.results / STUDY / "final" / "progress.json"
    while making.process.poll() is None and not progress.is_file():
        time.sleep(0.05)
    time.sleep(campaign.chance.random() * 3)
    making.kill()


def tear_journal(campaign: Campaign, search: RunningSearch) -> None:
    """Kill the driver and cut its last line short, as a power cut may."""
    search.kill()
    content = campaign.journal.read_bytes()
    last = content.rstrip(b"\n").rfind(b"\n") + 1
    cut = campaign.chance.randint(last + 1, len(content) - 1)
    campaign.journal.write_bytes(content[:cut])
    campaign.forget()  # what that line said was never said


def fill_disk(campaign: Campaign, search: RunningSearch) -> None:
    """Take all the room there is, for as long as the search can stand it, ten seconds at most."""
    with no_room(campaign.root, campaign.chance.choice([0, 0, 2**12, 2**16])):
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline and search.process.poll() is None:
            time.sleep(0.1)
    told = search.complaint()
    if search.process.poll() == 2 and not any(words in told for words in FULL):
        raise Broken(f"a full disk is not told: {told!r}")


FAULTS: dict[str, Fault] = {
    "driver": kill_driver,
    "sigterm": end_driver,
    "worker": kill_worker,
    "ray": kill_ray,
    "worker stopped": stop_worker,
    "final model": kill_final,
    "torn journal": tear_journal,
    "journal cut": cut_journal,
    "journal garbled": garble_journal,
    "trial deleted": delete_trial,
    "zeros": zero_checkpoint,
    "results removed": remove_results,
    "clock back": set_clock_back,
    "disk full": fill_disk,
}
NEED_RAY = ("worker", "ray", "worker stopped")
NEED_SMALL_DISK = ("disk full",)


def possible(names: Iterable[str], executor: str, is_small: bool) -> list[str]:
    """Those of these faults that this executor, on a small disk or on any, can have."""
    without = (*(() if executor == "ray" else NEED_RAY), *(() if is_small else NEED_SMALL_DISK))
    return [name for name in names if name not in without]


def strike(campaign: Campaign, pids: list[int], how: int = signal.SIGKILL) -> None:
    """A signal to one of these processes, if there is any."""
    if pids:
        try:
            os.kill(campaign.chance.choice(pids), how)
        except ProcessLookupError:  # it ended by itself meanwhile
            return
