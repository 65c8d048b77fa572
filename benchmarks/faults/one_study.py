"""One study from its beginning to its end, struck at random moments on the way."""

from __future__ import annotations

import time
from collections.abc import Sequence

from broken import PATIENCE, Broken
from campaign import Campaign
from fault_kinds import FAULTS
from journal_counts import reports
from running_search import RunningSearch


def run_study(campaign: Campaign, faults: Sequence[str]) -> None:
    """Strike one study with these faults, one after the other, then let it end.

    Raises:
        Broken: if a search stands still or ends in a traceback, or the study does not end well.
    """
    search: RunningSearch | None = None
    for fault in faults:
        search = search or campaign.start()
        if not let_run(campaign, search):
            break  # it came to its end
        inject(campaign, search, fault)
        if search.process.poll() is not None:
            search = None
    if search is not None:
        search.kill()
    campaign.finish()


def let_run(campaign: Campaign, search: RunningSearch) -> bool:
    """Until a few more measurements came; whether the search still runs then."""
    goal = reports(campaign.journal) + campaign.chance.randint(1, 25)
    deadline = time.monotonic() + PATIENCE
    while reports(campaign.journal) < goal and search.process.poll() is None:
        if time.monotonic() > deadline:
            raise Broken(f"no measurement for {PATIENCE:.0f} s: {search.complaint()}")
        time.sleep(0.02)
    time.sleep(campaign.chance.random() * 0.1)
    return search.process.poll() is None


def inject(campaign: Campaign, search: RunningSearch, fault: str) -> None:
    """Strike once, and see what is left of what had ended."""
    campaign.remember()
    FAULTS[fault](campaign, search)
    campaign.injected[fault] += 1
    if "Traceback" in search.complaint():
        raise Broken(search.complaint())
    campaign.check()
