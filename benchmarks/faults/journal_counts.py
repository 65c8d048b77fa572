"""What a journal of Optuna's holds, counted line by line without Optuna."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

# Optuna's numbers: the operation of a line, and the states in which a trial has ended.
TELL, REPORT = 6, 7
ENDED = (1, 2, 3)


def reports(journal: Path) -> int:
    """Measurements in the journal; none if there is no journal yet."""
    mark = f'"op_code":{REPORT}'.encode()
    return journal.read_bytes().count(mark) if journal.is_file() else 0


def doubled(journal: Path) -> int:
    """Measurements that are in the journal twice, and trials that were told twice."""
    seen: Counter[tuple[Any, ...]] = Counter()
    for line in journal.read_bytes().splitlines() if journal.is_file() else ():
        try:
            log = json.loads(line)
        except ValueError:
            continue  # the torn last line
        if log["op_code"] == REPORT:
            seen["report", log["trial_id"], log["step"]] += 1
        elif log["op_code"] == TELL and log["state"] in ENDED:
            seen["told", log["trial_id"]] += 1
    return sum(count - 1 for count in seen.values())
