"""The page of unseen.py: what was found on each set, and the table of wins and losses."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import isnan
from statistics import fmean

# Share of a time limit, and seconds, by which a search may miss it; the larger counts.
LATE_SHARE, LATE_SECONDS = 0.1, 10.0
# Share of the trials that may be infeasible.
MOST_INFEASIBLE = 0.2
# Cores that a simple model could use in the time of a search.
CORES = 2
# Time limit of the main table, in seconds.
MAIN = 300.0

INTRODUCTION = (
    "A search is `automl search SPACE --data DATA --timeout T --seed S` and nothing else. Simple "
    "models are fitted on the same train split; the best of them on the same validation split, "
    "among those that are fitted within T on two cores, is beside the search (of several with the "
    "same score, the better on test). The difference has "
    "the sign that makes a positive one good, and the standard error of a paired bootstrap over "
    "the test examples, or over blocks of them where they overlap; over several seeds both are "
    "means. Free is what needs no search at all. Test splits are those that automl makes: the "
    "published ones where the data has them, else 15 % at random for each seed, and for forecasts "
    "the latest 15 %.\n\n"
)


@dataclass(frozen=True)
class SimpleScore:
    """A simple model on a set.

    Args:
        validation: Score on the validation split.
        test: Score on the test split.
        cpu_seconds: CPU time of fitting and predicting, all threads together.
    """

    validation: float
    test: float
    cpu_seconds: float


@dataclass(frozen=True)
class SimpleResults:
    """The simple models on a set.

    Args:
        name: Name of the set.
        kind: Kind of the data.
        seed: Seed of the split.
        data: The set in a line.
        metric: Metric that is compared.
        maximize: Whether larger is better.
        models: Name -> score of each model.
        free: Name -> test score of what needs no search.
    """

    name: str
    kind: str
    seed: int
    data: str
    metric: str
    maximize: bool
    models: Mapping[str, SimpleScore]
    free: Mapping[str, float]

    def best(self, timeout: float) -> str:
        """Name of the model with the best validation score, of those that are fitted in time.

        Of several with the same score it is the one with the best test score.
        """
        sign = 1 if self.maximize else -1

        def rank(name: str) -> tuple[float, float]:
            score = self.models[name]
            return sign * score.validation, sign * score.test

        within = {
            name: score
            for name, score in self.models.items()
            if score.cpu_seconds <= CORES * timeout
        }
        return max(within or self.models, key=rank)


@dataclass(frozen=True)
class UnseenSearch:
    """What came of a search.

    Args:
        name: Name of the set.
        command: The command.
        seed: Seed of the search.
        timeout: Time limit in seconds.
        seconds: Wall-clock seconds from the start of the process to its end.
        load: Load average of the machine before the command and after it.
        problem: Why there is no score; empty if all went well.
        ends: How many trials ended how.
        ranked_by: Metric that ranked the trials.
        test: The final model on the test split, with the ends of its interval; empty without one.
        simple: Name of the simple model beside it.
        difference: How much better than that model it is, in the compared metric.
        error: Standard error of the difference.
        doubts: What the search said against its final model.
    """

    name: str
    command: str
    seed: int
    timeout: float
    seconds: float
    load: tuple[float, float]
    problem: str = ""
    ends: Mapping[str, int] = field(default_factory=dict)
    ranked_by: str = ""
    test: tuple[float | None, ...] = ()
    simple: str = ""
    difference: float = float("nan")
    error: float = float("nan")
    doubts: tuple[str, ...] = ()

    @property
    def infeasible(self) -> float:
        """Share of the trials that were infeasible."""
        return self.ends.get("infeasible", 0) / max(sum(self.ends.values()), 1)

    @property
    def is_late(self) -> bool:
        """Whether the time limit was not kept."""
        allowed = max(LATE_SHARE * self.timeout, LATE_SECONDS)
        return self.seconds > self.timeout + allowed


@dataclass(frozen=True)
class Row:
    """Searches of one set with one time limit, one for each seed, beside the simple models.

    Args:
        simple: Simple models of each seed's split.
        searches: The searches; none if it was not searched yet.
    """

    simple: Sequence[SimpleResults]
    searches: Sequence[UnseenSearch]

    @property
    def scored(self) -> Sequence[UnseenSearch]:
        """The searches that have a score."""
        return [each for each in self.searches if each.test]

    @property
    def difference(self) -> float:
        """Mean difference to the best simple model; NaN without a search."""
        return fmean(each.difference for each in self.scored) if self.scored else float("nan")

    @property
    def error(self) -> float:
        """Mean standard error of the difference; NaN without a search."""
        return fmean(each.error for each in self.scored) if self.scored else float("nan")

    @property
    def verdict(self) -> str:
        """Which is ahead, in words; empty without a search."""
        if not self.searches:
            return ""
        problems = [each.problem for each in self.searches if each.problem]
        if problems:
            return f"**failed**: {problems[0]}"
        if self.difference > 0:
            return "ahead"
        return "level" if self.difference >= -self.error else "**behind**"

    def cells(self) -> Iterator[str]:
        """The cells of the main table."""
        first = self.simple[0]
        timeout = self.searches[0].timeout if self.searches else MAIN
        chosen = [(each.best(timeout), each) for each in self.simple]
        yield first.name
        yield first.metric
        yield self._search_score()
        yield ", ".join(f"{name} {value:.4g}" for name, value in first.free.items())
        names = dict.fromkeys(name for name, _ in chosen)
        yield f"{' or '.join(names)} {fmean(each.models[n].test for n, each in chosen):.4g}"
        yield "" if isnan(self.difference) else f"{self.difference:+.2g} ± {self.error:.1g}"
        yield self.verdict
        yield f"{max(each.infeasible for each in self.searches):.0%}" if self.searches else ""
        yield self._seconds()

    def _search_score(self) -> str:
        scored = self.scored
        if not scored:
            return ""
        mean = fmean(each.test[0] or 0.0 for each in scored)
        if len(scored) > 1:
            values = [each.test[0] or 0.0 for each in scored]
            return f"{mean:.4g} ({min(values):.4g} to {max(values):.4g} over {len(scored)} seeds)"
        low, high = scored[0].test[1:]
        return f"{mean:.4g}" + (f" ({low:.4g} to {high:.4g})" if low and high else "")

    def _seconds(self) -> str:
        if not self.searches:
            return ""
        most = max(self.searches, key=lambda each: each.seconds)
        late = ", **late**" if any(each.is_late for each in self.searches) else ""
        return f"{most.seconds:.0f} of {most.timeout:.0f}{late}"


HEADINGS = (
    *("set", "metric", "search, test", "free, test", "best simple model, test"),
    *("difference", "verdict", "infeasible", "seconds"),
)


def page(
    names: Sequence[str], simple: Sequence[SimpleResults], searches: Sequence[UnseenSearch]
) -> str:
    """The page of what was found.

    Args:
        names: Names of all sets, in their order.
        simple: Simple models of all sets and seeds that were measured.
        searches: All searches that ran.
    """
    beside = {name: [each for each in simple if each.name == name] for name in names}
    rows = [
        Row(beside[name], [s for s in searches if s.name == name and s.timeout == MAIN])
        for name in names
        if beside[name]
    ]
    return (
        "# Searches on data that they were not made for\n\n"
        f"Written by benchmarks/unseen.py, {time.strftime('%Y-%m-%d')}. {os.cpu_count()} CPU "
        f"cores. {INTRODUCTION}"
        f"{summary(rows)}\n\n{_table(HEADINGS, (row.cells() for row in rows))}\n"
        f"{_curves(names, beside, searches)}{_all_models(simple)}"
    )


def summary(rows: Sequence[Row]) -> str:
    """How many sets are won and lost, and how many searches kept to their limits."""
    done = [row for row in rows if row.searches]
    if not done:
        return "No search with a limit of five minutes ran yet; the simple models stand alone."
    counted = {
        word: sum(row.verdict.startswith(word) for row in done)
        for word in ("ahead", "level", "**behind**", "**failed**")
    }
    searches = [each for row in done for each in row.searches]
    crowded = sum(each.infeasible > MOST_INFEASIBLE for each in searches)
    loads = [load for each in searches for load in each.load]
    return (
        f"Of {len(done)} sets, the search is ahead on {counted['ahead']}, behind by at most a "
        f"standard error on {counted['level']}, by more on {counted['**behind**']}, and has no "
        f"score on {counted['**failed**']}. Of {len(searches)} searches, "
        f"{sum(each.is_late for each in searches)} missed their time limit and {crowded} had more "
        f"than a fifth of their trials infeasible. The load average was {min(loads):.0f} to "
        f"{max(loads):.0f}."
    )


def _curves(
    names: Sequence[str],
    beside: Mapping[str, Sequence[SimpleResults]],
    searches: Sequence[UnseenSearch],
) -> str:
    limits = sorted({each.timeout for each in searches})
    found = {
        (name, limit): Row(beside[name], of_both)
        for name in names
        for limit in limits
        if (of_both := [s for s in searches if s.name == name and s.timeout == limit])
    }
    several = [name for name in names if any(limit != MAIN for n, limit in found if n == name)]
    if not several:
        return ""

    def cells(name: str) -> Iterator[str]:
        yield name
        for limit in limits:
            row = found.get((name, limit))
            scored = row.scored if row else []
            yield f"{fmean(each.test[0] or 0.0 for each in scored):.4g}" if scored else ""

    headings = ("set", *(f"{limit / 60:.0f} min" for limit in limits))
    return f"\n## The curve over time\n\n{_table(headings, map(cells, several))}"


def _all_models(simple: Sequence[SimpleResults]) -> str:
    rows = (
        (each.name, str(each.seed), each.metric, name, *_numbers(score))
        for each in simple
        for name, score in each.models.items()
    )
    headings = ("set", "seed", "metric", "model", "validation", "test", "CPU seconds")
    return f"\n## All simple models\n\n{_table(headings, rows)}"


def _numbers(score: SimpleScore) -> tuple[str, ...]:
    return (f"{score.validation:.4g}", f"{score.test:.4g}", f"{score.cpu_seconds:.0f}")


def _table(headings: Sequence[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [headings, ["---"] * len(headings), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
