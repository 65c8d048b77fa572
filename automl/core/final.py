"""The final model of a study: how it was chosen, and what it is worth on the test split."""

from __future__ import annotations

from dataclasses import dataclass

from automl.core.text import count, value


@dataclass(frozen=True)
class Estimate:
    """A metric and how sure it is.

    Args:
        metric: Its name.
        value: The best guess: a mean over seeds, or the value on the examples there are.
        low: Lower end of the 95% interval, or None where there is none.
        high: Upper end of it.
    """

    metric: str
    value: float
    low: float | None = None
    high: float | None = None

    def __str__(self) -> str:
        sure = self.low is not None and self.high is not None
        interval = f" ({value(self.low)} to {value(self.high)})" if sure else ""
        return f"{self.metric} {value(self.value)}{interval}"


@dataclass(frozen=True)
class Finalist:
    """One of the best trials, trained anew over several seeds.

    Args:
        trial: Its number in the study.
        size: Number of weights of its network.
        values: The objective of each refit on validation, in the order of the seeds.
        score: Their mean with its interval; None for one that is out.
        reason: Why it is out, in words; empty for one that is not.
    """

    trial: int
    size: int
    values: tuple[float, ...] = ()
    score: Estimate | None = None
    reason: str = ""

    @property
    def mean(self) -> Estimate:
        """The score of one that is not out."""
        assert self.score is not None, f"trial {self.trial} is out: {self.reason}"
        return self.score


@dataclass(frozen=True)
class Member:
    """One of the models of an ensemble.

    Args:
        trial: Whose configuration it has.
        share: Its say in the average.
        seed: Of the refit that it is; None is the trial's own training.
    """

    trial: int
    share: float
    seed: int | None = None

    def __str__(self) -> str:
        refit = "" if self.seed is None else f" seed {self.seed}"
        return f"{self.trial}{refit} ({self.share:.0%})"


@dataclass(frozen=True)
class Ensemble:
    """Models that answer as one, beside the final one.

    Args:
        choices: How many times a model was chosen at most.
        members: Those that were, with shares that add up to 1.
        validation: The objective on validation, by which they were chosen.
        test: Every metric of the task on the test split, the objective first.
    """

    choices: int
    members: tuple[Member, ...]
    validation: Estimate
    test: tuple[Estimate, ...]

    def made(self) -> str:
        """What it is: ``"the average of trials 3 (50%), 7 seed 1000001 (50%)"``."""
        if len(self.members) == 1:
            return f"trial {self.members[0].trial} alone, than which no average is better"
        trials = ", ".join(map(str, self.members))
        return f"the average of trials {trials}"


@dataclass(frozen=True)
class Final:
    """How a study's final model was chosen and trained, and how good it is.

    Args:
        finalists: By their mean, the best first; those that are out last.
        seeds: Of the refits, the same for each finalist, so that their values are pairs.
        trial: Whose configuration the final model has.
        told_apart: Whether the first two differ by more than chance; None if there is one alone.
        epochs: How long it was trained on train and validation together.
        examples: How many those were.
        test: Every metric of the task on the test split, the objective first.
        basis: What the test's intervals were made of: ``"1,000 examples, bootstrap"``.
        test_opened: How many times the study's test split was looked at until now.
        ensemble: What several models are worth together, if that was asked for.
        outdated: Whether other trials would be the finalists by now.
    """

    finalists: tuple[Finalist, ...]
    seeds: tuple[int, ...]
    trial: int
    told_apart: bool | None
    epochs: float
    examples: int
    test: tuple[Estimate, ...]
    basis: str
    test_opened: int = 0
    ensemble: Ensemble | None = None
    outdated: bool = False

    @property
    def chosen(self) -> Finalist:
        """The finalist whose configuration it is."""
        return next(each for each in self.finalists if each.trial == self.trial)

    @property
    def score(self) -> Estimate:
        """What its configuration is worth on validation, over several seeds."""
        return self.chosen.mean

    def made(self) -> str:
        """What it is: ``"trial 7, refitted over 3 seeds, then trained on train + validation"``."""
        return (
            f"trial {self.trial}, refitted over {count(len(self.seeds), 'seed')}, then trained for "
            f"{self.epochs:g} epochs on train + validation"
        )

    def why(self) -> str:
        """Why this finalist and no other, in a sentence without its full stop."""
        if self.told_apart is None:
            return "no other trial to choose from"
        first, second = self.finalists[:2]
        if self.told_apart:
            return f"better than trial {second.trial} by more than chance"
        other = second if first.trial == self.trial else first
        smaller = f"{self.chosen.size:,} against {other.size:,} parameters"
        return f"not told apart from trial {other.trial}, and no larger ({smaller})"


def openings(times: int) -> str:
    """How often a test split was opened, and what that means, as a sentence."""
    if not times:
        return "The test split has not been opened."
    later = "" if times == 1 else ": the later, the less it says of new data"
    return f"The test split was opened {opened(times)}{later}."


def opened(times: int) -> str:
    """How often a test split was opened: ``"once"``, ``"2 times"``."""
    return "once" if times == 1 else f"{times} times"
