"""Whether a search fits itself to the data, the machine and the time: one table of real searches.

    python benchmarks/fits.py                           # everything: two to three hours
    python benchmarks/fits.py timeouts --timeout 2m     # a group, or a case by its name
    python benchmarks/fits.py budgets --again           # also what has a result already

Each case is a command that a user types, in a process of its own. Its final model is compared on
the test split with what costs nothing: a constant answer, a linear model, and for images a random
forest on thumbnails of 32 pixels. What was found is kept in benchmarks/results/fits/, a file per
case, and benchmarks/results/fits.md is the table of them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch
from baselines import forest
from fits_data import SETS, made

from automl import api
from automl.api.datasets import DatasetLoader
from automl.api.stored_study import StoredStudy
from automl.cli.options import parse_duration
from automl.core.records import Reference
from automl.core.trial import Config
from automl.data.dataset import Dataset
from automl.data.images.encoding import ImageEncoding
from automl.tasks import TASKS
from automl.trials.references import find_references
from automl.tuning.context import Watcher

ROOT = Path(__file__).resolve().parents[1]
FOUND = Path(__file__).parent / "results" / "fits"
PAGE = FOUND.with_suffix(".md")

# Share of a time limit, and seconds, by which a search may miss it; the larger counts.
LATE_SHARE, LATE_SECONDS = 0.1, 10.0
# Share of the draws that may be infeasible.
MOST_INFEASIBLE = 0.2
# Networks that are sampled for a share.
SAMPLES = 200


@dataclass(frozen=True)
class FitCase:
    """A command, and how it is told from others.

    Args:
        group: Group of the case.
        space: Name of the search space.
        data: Name of a dataset, or of a set of fits_data.py; empty is the space's own.
        flags: Further flags.
        name: Name of the case in its group.
    """

    group: str
    space: str
    data: str
    flags: str
    name: str

    @property
    def key(self) -> str:
        """Name of the case's file."""
        return f"{self.group}-{self.name}"

    @property
    def command(self) -> str:
        """What a user types."""
        verb = "check" if self.group == "shares" else "search"
        data = f" --data {self.data}" if self.data else ""
        return f"automl {verb} {self.space}{data} {self.flags}".rstrip()


PICTURES = (*("stamps-224", "stamps-mixed", "digits-16", "clothes-64", "stamps-256", "stamps-512"),)
SPACES = (
    *("cnn", "mlp", "text", "lstm", "text_cnn", "transformer", "forecast", "series"),
    *("keras_cnn", "keras_lstm"),
)
SMALL = (("cnn", "digits"), ("mlp", "breast_cancer"), ("forecast", "sunspots"))


def cases(timeout: str) -> Iterator[FitCase]:
    """All cases, the searches with a time limit at this one."""
    limit = f"--timeout {timeout}"
    for space in SPACES:
        yield FitCase("timeouts", space, "", limit, f"{space}-{timeout}")
    for data in PICTURES:
        yield FitCase("shares", "cnn", data, "", data)
    for space in SPACES:
        yield FitCase("shares", space, "", "", space)
    for space, data in SMALL:
        for trials in (4, 8, 12):
            yield FitCase("budgets", space, data, f"--trials {trials}", f"{space}-{trials}")
    for data in ("flights.csv", "eights.csv"):
        name = f"{data.removesuffix('.csv')}-{timeout}"
        yield FitCase("imbalance", "mlp", data, limit, name)
    for data in PICTURES:
        yield FitCase("pictures", "cnn", data, limit, f"{data}-{timeout}")
    few = "--trials 4 --epochs 2"
    yield FitCase("gate", "mlp", "noise.csv", "--trials 8", "noise")
    yield FitCase("gate", "text_cnn", "reviews.csv", few, "short")


@dataclass(frozen=True)
class Fit:
    """What came of a case.

    Args:
        group: Group of the case.
        command: The command.
        seconds: Wall-clock seconds from the start of the process to its end.
        load: Load average of the machine before the command and after it.
        timeout: Time limit in seconds, or None.
        data: The data in a line.
        ends: How many trials ended how.
        completed: Numbers of the complete trials.
        samples: Networks that were sampled for a share, 0 for a search.
        infeasible: How many of them cannot be trained, and for a search how many trials.
        problem: What is wrong with the space for the data, or why the command failed.
        metric: Metric that ranks trials.
        maximize: Whether larger is better.
        test: The final model on the test split, with the ends of its interval; empty without one.
        made: How the final model was made.
        free: Name -> test score of a model that costs nothing.
        doubts: What the search said against its final model.
    """

    group: str
    command: str
    seconds: float
    load: tuple[float, float]
    timeout: float | None = None
    data: str = ""
    ends: Mapping[str, int] = field(default_factory=dict)
    completed: tuple[int, ...] = ()
    samples: int = 0
    infeasible: int = 0
    problem: str = ""
    metric: str = ""
    maximize: bool = True
    test: tuple[float | None, ...] = ()
    made: str = ""
    free: Mapping[str, float] = field(default_factory=dict)
    doubts: tuple[str, ...] = ()

    @property
    def faults(self) -> tuple[str, ...]:
        """What falls short, in words; none if all is well."""
        return tuple(self._faults())

    def _faults(self) -> Iterator[str]:
        if self.problem:
            yield self.problem
        if self.samples:
            if self.infeasible > MOST_INFEASIBLE * self.samples:
                yield "more than a fifth infeasible"
            return
        late = self.seconds - (self.timeout or self.seconds)
        if late > max(LATE_SHARE * (self.timeout or 0), LATE_SECONDS):
            yield f"{late:.0f} s late"
        if not self.test:
            yield "no final model"
        if self.completed in ((), (0,)):
            yield "only the baseline completed" if self.completed else "no trial completed"
        below = self.below
        if below and not self.doubts:
            yield f"silently below {' and '.join(below)}"
        elif below and self.group != "gate":  # there it is what the case is for
            yield f"below {' and '.join(below)}, which it says"

    @property
    def below(self) -> tuple[str, ...]:
        """What costs nothing and is better on test."""
        value = self.test[0] if self.test else None
        if value is None:
            return ()
        sign = 1 if self.maximize else -1
        return tuple(name for name, each in self.free.items() if sign * (each - value) > 0)


def check(case: FitCase) -> Fit:
    """Count the networks of a space that cannot be trained on the data, without a device."""
    data = str(made(case.data)) if case.data in SETS else case.data or None
    before, began = os.getloadavg()[0], time.perf_counter()
    found = api.check(case.space, data, samples=SAMPLES)
    return Fit(
        case.group,
        case.command,
        time.perf_counter() - began,
        (before, os.getloadavg()[0]),
        samples=found.samples,
        infeasible=found.infeasible,
        problem=found.problem,
    )


def search(case: FitCase) -> Fit:
    """Run the command of a case, and measure what came of it."""
    folder = [made(case.data)] if case.data in SETS else []
    with TemporaryDirectory() as results:
        typed = case.command.removeprefix("automl ").split()
        typed += ["--name", "fits", "--results", results]
        before, began = os.getloadavg()[0], time.perf_counter()
        ended = subprocess.run(
            (sys.executable, "-m", "automl", *typed, "--json"),
            cwd=folder[0].parent if folder else ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )
        seconds = time.perf_counter() - began
        fit = Fit(case.group, case.command, seconds, (before, os.getloadavg()[0]))
        (FOUND / f"{case.key}.log").write_text(ended.stdout + ended.stderr, encoding="utf-8")
        return _with_study(fit, results, ended)


def _with_study(fit: Fit, results: str, ended: subprocess.CompletedProcess[str]) -> Fit:
    begun = [json.loads(line) for line in ended.stdout.splitlines()[:1]]
    if not begun:
        return _changed(fit, problem=_last_line(ended.stderr))
    study, final = api.show("fits", results), api.final("fits", results)
    ends = Counter(each.status for each in study.trials)
    fit = _changed(
        fit,
        timeout=begun[0]["timeout"],
        data=begun[0]["data"],
        ends=dict(ends),
        completed=tuple(each.number for each in study.having("complete")),
        infeasible=ends["infeasible"],
        metric=study.metric,
        maximize=study.maximize,
    )
    stored = StoredStudy.find("fits", results)
    data = DatasetLoader.of(stored.plan, Watcher())(Config(**stored.folder.trial(0).config()))
    free = {each.name: each.metrics[study.metric] for each in free_models(data, study.metric)}
    if final is None:
        return _changed(fit, free=free)
    test = final.test[0]
    scores = (test.value, test.low, test.high)
    return _changed(fit, free=free, test=scores, made=final.made(), doubts=final.doubts)


def _changed(fit: Fit, **changes: Any) -> Fit:
    return Fit(**{**fit.__dict__, **changes})


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1] if lines else "it said nothing"


def free_models(data: Dataset, metric: str) -> Iterator[Reference]:
    """Models that cost nothing, measured on the test split."""
    yield from find_references(data, metric, data.test)
    if isinstance(data.encoding, ImageEncoding):
        outputs = torch.from_numpy(forest("", data)(data.test))
        targets = torch.from_numpy(np.asarray(data.test.targets))
        yield Reference("a forest", TASKS[data.task](data.target).measure(outputs, targets))


def page(found: Mapping[str, Fit]) -> str:
    """The table of what was found."""
    loads = [each for fit in found.values() for each in fit.load]
    wrong = sum(bool(fit.faults) for fit in found.values())
    head = (
        "# Whether a search fits the data, the machine and the time\n\n"
        f"Written by benchmarks/fits.py, {time.strftime('%Y-%m-%d')}: {len(found)} cases, of which "
        f"{wrong} fall short. {os.cpu_count()} CPU cores that other programs used as well: the "
        f"load average was {min(loads, default=0):.1f} to {max(loads, default=0):.1f}. Seconds are "
        "the wall clock of the whole command. Digits (8 pixels), clothes (28 pixels) and stamps "
        "(photographs and drawings) were scaled to the size in their name. The forest sees "
        "thumbnails of 32 pixels. A row is the last run of its case, of various versions.\n\n"
        "| command | seconds | load | trials | infeasible | final on test | free | verdict |\n"
        f"|{'---|' * 8}\n"
    )
    return head + "".join(row(fit) for fit in found.values())


def row(fit: Fit) -> str:
    """A line of the table."""
    limit = f" of {fit.timeout:.0f}" if fit.timeout else ""
    ends = (f"{fit.ends[each]} {each}" for each in fit.ends if each != "infeasible")
    drawn = fit.samples or sum(fit.ends.values())
    share = f"{fit.infeasible / drawn:.0%} of {drawn:,}" if drawn else ""
    free = ", ".join(f"{name} {value:.4g}" for name, value in fit.free.items())
    cells = (
        f"`{fit.command}`",
        f"{fit.seconds:.0f}{limit}",
        "{:.0f} to {:.0f}".format(*fit.load),
        ", ".join(ends),
        share,
        _scored(fit),
        free,
        "; ".join(fit.faults) or " ".join(("well.", *fit.doubts)).rstrip("."),
    )
    return f"| {' | '.join(cells)} |\n"


def _scored(fit: Fit) -> str:
    if not fit.test:
        return ""
    value, low, high = fit.test
    sure = low is not None and high is not None
    return f"{fit.metric} {value:.4g}" + (f" ({low:.4g} to {high:.4g})" if sure else "")


def read_found() -> dict[str, Fit]:
    """What was found so far, by group."""
    files = sorted(FOUND.glob("*.json"))
    found = {file.stem: Fit(**json.loads(file.read_text(encoding="utf-8"))) for file in files}
    return {key: _changed(fit, completed=tuple(fit.completed)) for key, fit in found.items()}


def main() -> None:
    """Read the command line, run what is asked for, write the table."""
    parser = ArgumentParser(description="Searches that fit the data, the machine and the time.")
    parser.add_argument("names", nargs="*", help="groups or cases; none is all")
    parser.add_argument("--timeout", default="2m", help="time limit of the searches that have one")
    parser.add_argument("--again", action="store_true", help="repeat what has a result")
    parser.add_argument("--page", action="store_true", help="run nothing, write the table")
    given = parser.parse_args()
    parse_duration(given.timeout, "--timeout")
    FOUND.mkdir(parents=True, exist_ok=True)
    for case in () if given.page else cases(given.timeout):
        file = FOUND / f"{case.key}.json"
        wanted = not given.names or {case.group, case.key, case.space} & set(given.names)
        if wanted and (given.again or not file.is_file()):
            fit = check(case) if case.group == "shares" else search(case)
            file.write_text(json.dumps(asdict(fit), indent=1), encoding="utf-8")
            print(row(fit), end="", flush=True)
    PAGE.write_text(page(read_found()), encoding="utf-8")


if __name__ == "__main__":
    main()
