"""Kill a search at random moments, hundreds of times, and count what is lost.

Each study trains real networks on real data through the command line. It is struck again and again:
its driver is killed, or told to end as by a cloud that takes its machine back; a worker, or one of
Ray's own processes, is killed; the disk fills up; the journal's last line is torn. Each time the
study goes on by ``automl resume``, and what the journal holds is checked. Other faults damage what
is on disk: the journal is cut or garbled in its middle, a trial's folder or all results are gone, a
checkpoint is full of zeros, the clock goes back. And a worker stands still for good, and the
making of the final model is broken off.

    python benchmarks/faults
    python benchmarks/faults --faults 300 --seed 1 --only driver worker

The full disk needs the right to mount a small file system, and is left out without it.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys

from campaign import SPACE, Campaign
from fault_kinds import FAULTS, possible
from one_study import run_study
from running_search import wait_for_none
from small_disk import small_disk


def main() -> int:
    """Run the campaign; exits 1 if anything was lost or doubled."""
    flags = arguments()
    with small_disk() as (root, is_small):
        shutil.copyfile(SPACE, root / SPACE.name)
        campaign = Campaign(root, random.Random(flags.seed), flags.executor, flags.trials)
        run(campaign, flags.faults, possible(flags.only, flags.executor, is_small))
        wait_for_none(90)
    print(table(campaign))
    return 1 if campaign.score["lost"] or campaign.score["doubled"] else 0


def arguments() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--faults", type=int, default=200)
    parser.add_argument("--trials", type=int, default=20, help="of each study")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", nargs="+", choices=FAULTS, default=list(FAULTS))
    parser.add_argument("--executor", choices=["ray", "local"], default="ray")
    return parser.parse_args()


def run(campaign: Campaign, faults: int, kinds: list[str]) -> None:
    """Study after study, twelve faults each at most, until so many were injected."""
    while (left := faults - campaign.injected.total()) > 0:
        run_study(campaign, [campaign.chance.choice(kinds) for _ in range(min(left, 12))])
        print(score_line(campaign), file=sys.stderr)


def table(campaign: Campaign) -> str:
    """What was done and what became of it; the last line is the sum."""
    score = campaign.score
    rows = [f"{name:18}{count:6}" for name, count in sorted(campaign.injected.items())]
    return "\n".join(
        [
            "fault             times",
            *rows,
            f"{score['studies']} studies of {campaign.total} trials; "
            f"{score['given up']} trials given up, {score['final models']} final models",
            f"slowest end after SIGTERM {campaign.slowest_end:.1f} s",
            score_line(campaign),
        ]
    )


def score_line(campaign: Campaign) -> str:
    """The sum of what was done and of what became of it."""
    score = campaign.score
    return (
        f"faults injected {campaign.injected.total()}, trials finished {score['finished']}, "
        f"lost {score['lost']}, doubled {score['doubled']}"
    )


if __name__ == "__main__":
    sys.exit(main())
