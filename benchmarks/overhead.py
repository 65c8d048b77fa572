"""Milliseconds a trial when the trial itself costs nothing, beside Ray Tune, in one run.

Two workers, two parameters, TPE, one report a trial. With --curve, what it costs after so many
trials are there: the search's own part of it (in one process, without what the sampler takes), all
of it over Ray, and Ray Tune with reused actors, if that is installed.

    python benchmarks/overhead.py
    python benchmarks/overhead.py --trials 250 --fresh-trials 50 --rounds 3 --json
    python benchmarks/overhead.py --curve 0 2000 10000 --trials 50 --figure overhead.svg

Needs ray[tune] to compare with: pip install 'automl[bench]'.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from overhead_searches import automl_cost, tune_seconds

# What a point of the curve has, in milliseconds a trial.
OWN, SAMPLER = "automl's own", "its sampler"
OVER_RAY, TUNE = "automl over Ray", "Ray Tune, reuse_actors"


def measure(rounds: int, trials: int, fresh: int) -> dict[str, list[float]]:
    """Milliseconds a trial, each way in turn, so that a slow minute hits all alike."""
    ways: dict[str, Callable[[], float]] = {
        f"automl, {trials} trials": lambda: automl_cost(trials).seconds / trials,
        f"Ray Tune, reuse_actors, {trials} trials": lambda: tune_seconds(trials, True) / trials,
        f"automl, {fresh} trials": lambda: automl_cost(fresh).seconds / fresh,
        f"Ray Tune, fresh actors, {fresh} trials": lambda: tune_seconds(fresh, False) / fresh,
    }
    found: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            found[name].append(1000 * way())
    return found


def report(found: dict[str, list[float]]) -> str:
    """A table of medians, and how many times Ray Tune's each of ours is."""
    medians = {name: statistics.median(values) for name, values in found.items()}
    ours, reuse, ours_few, fresh = medians.values()
    rows = [f"{'':44}ms a trial (median; least to most)"]
    rows += [
        f"{name:44}{medians[name]:9.1f}  ({min(values):.1f} to {max(values):.1f})"
        for name, values in found.items()
    ]
    rows.append(f"Ray Tune with reuse_actors takes {reuse / ours:.1f} times as long")
    rows.append(f"Ray Tune without takes {fresh / ours_few:.1f} times as long")
    return "\n".join(rows)


def curve(counts: Sequence[int], trials: int, rounds: int) -> dict[str, dict[int, float]]:
    """Milliseconds a trial after so many trials, by sampler and way.

    Of several rounds the least counts: what else the machine does only adds to it.
    """
    found: dict[str, dict[int, list[float]]] = {}

    def note(way: str, before: int, seconds: float) -> None:
        found.setdefault(way, {}).setdefault(before, []).append(1000 * seconds / trials)

    automl_cost(5, ray=False)  # imports what it takes
    for before in [each for each in counts for _ in range(rounds)]:
        for sampler in ("random", "tpe"):
            alone = automl_cost(trials, before, sampler, ray=False)
            note(f"{sampler}: {OWN}", before, alone.seconds - alone.sampling)
            note(f"{sampler}: {SAMPLER}", before, alone.sampling)
        note(f"tpe: {OVER_RAY}", before, automl_cost(trials, before).seconds)
        if has_ray_tune():
            note(f"tpe: {TUNE}", before, tune_seconds(trials, True, before))
    return {way: {before: min(each) for before, each in at.items()} for way, at in found.items()}


def has_ray_tune() -> bool:
    """Whether Ray Tune is installed with all that it needs."""
    try:
        import ray.tune  # noqa: F401
    except ImportError:
        return False
    return True


def report_curve(found: Mapping[str, Mapping[int, float]]) -> str:
    """A row for each way, a column for each number of trials that were there before."""
    counts = sorted({before for at in found.values() for before in at})
    rows = [f"{'ms a trial, after so many trials':34}" + "".join(f"{each:>9,}" for each in counts)]
    rows += [
        f"{way:34}" + "".join(f"{at[each]:9.1f}" for each in counts) for way, at in found.items()
    ]
    return "\n".join(rows)


def draw(found: Mapping[str, Mapping[int, float]], file: Path) -> None:
    """Draw the curve of each way."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.subplots()
    for way, at in found.items():
        axes.plot(list(at), list(at.values()), marker="o", label=way)
    axes.set(xlabel="trials in the study", ylabel="ms a trial", yscale="log")
    axes.grid(alpha=0.3)
    axes.legend(fontsize="small")
    figure.savefig(file)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--trials", type=int, default=250)
    parser.add_argument("--fresh-trials", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--curve", type=int, nargs="+", metavar="BEFORE")
    parser.add_argument("--figure", type=Path, metavar="FILE", help="where the curve is drawn")
    flags = parser.parse_args()
    os.environ.update(
        RAY_USAGE_STATS_ENABLED="0", RAY_AIR_NEW_OUTPUT="0", RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO="0"
    )
    warnings.simplefilter("ignore")
    if flags.curve:
        points = curve(flags.curve, flags.trials, flags.rounds)
        print(json.dumps(points) if flags.json else report_curve(points))
        if flags.figure:
            draw(points, flags.figure)
        return
    found = measure(flags.rounds, flags.trials, flags.fresh_trials)
    print(json.dumps(found) if flags.json else report(found))


if __name__ == "__main__":
    main()
