"""Faults that damage what a study has on disk, while a search runs or after it was killed."""

from __future__ import annotations

import os
import re
import shutil
from datetime import datetime, timedelta
from pathlib import Path

from broken import Broken
from campaign import STUDY, Campaign
from running_search import RunningSearch

# Bytes of the journal that are lost at most.
MOST_LOST = 2000
HOUR = 3600


def cut_journal(campaign: Campaign, search: RunningSearch) -> None:
    """Kill the driver and take a piece out of the middle of the journal."""
    search.kill()
    content = campaign.journal.read_bytes()
    start = _place(campaign, content)
    length = campaign.chance.randint(1, MOST_LOST)
    campaign.journal.write_bytes(content[:start] + content[start + length :])
    campaign.forget()


def garble_journal(campaign: Campaign, search: RunningSearch) -> None:
    """Overwrite a piece of the journal while the search runs, as a failing disk does."""
    content = campaign.journal.read_bytes()
    with campaign.journal.open("r+b") as file:
        file.seek(_place(campaign, content))
        file.write(campaign.chance.randbytes(campaign.chance.randint(1, 200)))
    search.kill()
    campaign.forget()


def _place(campaign: Campaign, content: bytes) -> int:
    """Somewhere in the middle: behind what begins the study, before the last line."""
    begun = content.index(b"\n", content.index(b"automl:identity"))
    last = content.rstrip(b"\n").rfind(b"\n")
    return campaign.chance.randint(begun + 1, max(begun + 1, last - 1))


def delete_trial(campaign: Campaign, search: RunningSearch) -> None:
    """Delete the folder of a trial while the search runs."""
    folders = sorted((campaign.results / STUDY / "trials").glob("*"))
    if folders:
        shutil.rmtree(campaign.chance.choice(folders), ignore_errors=True)
    campaign.files_lost = True


def zero_checkpoint(campaign: Campaign, search: RunningSearch) -> None:
    """Kill the driver and leave nothing but zeros of a checkpoint or of a trial's weights."""
    search.kill()
    trials = campaign.results / STUDY / "trials"
    files = [*trials.glob("*/state.pt"), *trials.glob("*/weights.safetensors")]
    if files:
        file = campaign.chance.choice(sorted(files))
        file.write_bytes(bytes(file.stat().st_size))
    campaign.files_lost = True


def remove_results(campaign: Campaign, search: RunningSearch) -> None:
    """Take the results folder away while the search runs, which is to end and to say so."""
    gone = campaign.root / "gone"
    campaign.results.rename(gone)
    shutil.rmtree(gone, ignore_errors=True)
    code = search.wait()
    if code != 2 or " is gone: it or its disk was removed" not in search.complaint():
        raise Broken(f"results that are gone: exit {code}, {search.complaint()!r}")
    shutil.rmtree(campaign.results, ignore_errors=True)
    campaign.known = {}


def set_clock_back(campaign: Campaign, search: RunningSearch) -> None:
    """Kill the driver and have all that is on disk be of an hour from now."""
    search.kill()

    def later(found: re.Match[bytes]) -> bytes:
        moved = datetime.fromisoformat(found[2].decode()) + timedelta(seconds=HOUR)
        return found[1] + moved.isoformat(timespec="microseconds").encode()

    content = campaign.journal.read_bytes()
    whole = content[: content.rfind(b"\n") + 1]
    moved = re.sub(rb'("datetime_\w+":")([^"]+)', later, whole)
    campaign.journal.write_bytes(moved + content[len(whole) :])
    for file in campaign.results.rglob("*"):
        _touch_later(file)


def _touch_later(file: Path) -> None:
    written = file.stat().st_mtime + HOUR
    os.utime(file, (written, written))
