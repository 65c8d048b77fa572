"""The final model of a study: how it was chosen, what it is worth, and how far its making is."""

from __future__ import annotations

from dataclasses import dataclass

from automl.core.text import count, epochs, value

# Number of the best trials that are refitted, and of refits of each that can win.
FINALISTS = 3
SEEDS = 3
# Number of finalists that are refitted with all seeds, at most.
CONTENDERS = 2
# Number of refits at most.
MOST_REFITS = FINALISTS + CONTENDERS * (SEEDS - 1)

# Why a final model is a single training and no average.
ASKED_FOR = "as asked for"

CHOSEN_ON_VALIDATION = (
    "The search chose this model by its score on the validation split, so expect a little less on "
    "new data."
)


def refit_rounds(finalists: int, contenders: int, slots: int) -> int:
    """The number of refits that follow one another on each worker.

    Args:
        finalists: Number of finalists, each of which is refitted once.
        contenders: Number of finalists that are refitted with all further seeds.
        slots: Number of refits that run at once.
    """
    further = contenders * (SEEDS - 1)
    return -(-finalists // slots) + -(-further // slots) if finalists else 0


@dataclass(frozen=True)
class Estimate:
    """A metric with its 95% interval.

    Args:
        metric: Name of the metric.
        value: The estimate: a mean over seeds, or the value on the examples at hand.
        low: Lower end of the interval, or None if there is no interval.
        high: Upper end of the interval, or None.
        basis: How the interval was computed, or why there is none.
    """

    metric: str
    value: float
    low: float | None = None
    high: float | None = None
    basis: str = ""

    @property
    def interval(self) -> str:
        """The interval in words: ``"0.8710 to 0.9749"``; empty if there is none."""
        sure = self.low is not None and self.high is not None
        return f"{value(self.low)} to {value(self.high)}" if sure else ""

    def __str__(self) -> str:
        beside = f" ({self.interval})" if self.interval else ""
        return f"{self.metric} {value(self.value)}{beside}"


@dataclass(frozen=True)
class Finalist:
    """One of the best trials, refitted with several seeds.

    Args:
        trial: Number of the trial.
        num_parameters: Number of parameters of its network.
        values: The objective of each refit on the validation split, in the order of the seeds.
        score: Mean of ``values`` with its interval; None if the finalist was ruled out.
        reason: Why it was ruled out, in words; empty otherwise.
        error: Standard error of the mean over the validation examples, or None if unknown.
    """

    trial: int
    num_parameters: int
    values: tuple[float, ...] = ()
    score: Estimate | None = None
    reason: str = ""
    error: float | None = None

    @property
    def mean(self) -> Estimate:
        """The score of a finalist that was not ruled out."""
        assert self.score is not None, f"trial {self.trial} was ruled out: {self.reason}"
        return self.score


@dataclass(frozen=True)
class EnsembleMember:
    """One of the models of an ensemble.

    Args:
        trial: Number of the trial with its configuration.
        share: Weight in the average.
        seed: Seed of the refit; None for the trial's own weights.
    """

    trial: int
    share: float
    seed: int | None = None

    def __str__(self) -> str:
        refit = "" if self.seed is None else f" seed {self.seed}"
        return f"{self.trial}{refit} ({self.share:.0%})"


@dataclass(frozen=True)
class EnsembleRecord:
    """Models whose average is the answer, beside the single final model.

    Args:
        choices: Maximum number of times that a model was chosen, repeats included.
        members: The chosen models; their shares add up to 1.
        validation: The objective on the validation split, which chose them.
        test: Every metric of the task on the test split, the objective first.
    """

    choices: int
    members: tuple[EnsembleMember, ...]
    validation: Estimate
    test: tuple[Estimate, ...]

    def made(self) -> str:
        """In words: ``"the average of trials 3 (50%), 7 seed 1000001 (50%)"``."""
        if len(self.members) == 1:
            return f"trial {self.members[0].trial} alone: no average is better"
        trials = ", ".join(map(str, self.members))
        return f"the average of trials {trials}"


# Why a final model is the search's own training.
NO_REFIT = "since no time was left for a refit"


@dataclass(frozen=True)
class FinalRecord:
    """How a study's final model was chosen and trained, and how good it is.

    Args:
        finalists: The finalists by their mean, best first; those that were ruled out last.
        seeds: Seeds of the refits; a finalist has them all, or as many as the race took.
        trial: Number of the trial whose configuration the final model has.
        told_apart: Whether the first two are not in a practical tie; None if there is only one.
        epochs: Epochs of its training: of each member, or on train and validation together.
        examples: Number of examples that it was trained on.
        test: Every metric of the task on the test split, the objective first.
        basis: How the test's intervals were computed: ``"1,000 examples, bootstrap of 100 draws,
            Wilson's interval for accuracy"``.
        test_opened: How many times the test split was opened so far, by all studies and evaluations
            of this data.
        ensemble: The ensemble, if one was asked for.
        outdated: Whether other trials would be the finalists by now.
        members: Number of refits that the final model is the average of; 0 if it is one training on
            train and validation together.
        single_because: Why it is no average, in words; empty if it is one, or if the version that
            made it knew no other.
        validation: The objective of the average on the validation split; None if it is none.
        doubts: Sentences that say what speaks against the model.
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
    ensemble: EnsembleRecord | None = None
    outdated: bool = False
    members: int = 0
    single_because: str = ""
    validation: Estimate | None = None
    doubts: tuple[str, ...] = ()

    @property
    def chosen(self) -> Finalist:
        """The finalist whose configuration the final model has."""
        return next(each for each in self.finalists if each.trial == self.trial)

    @property
    def score(self) -> Estimate:
        """The objective on the validation split: of the average, or the mean of the refits."""
        return self.validation or self.chosen.mean

    def left_out(self) -> tuple[str, ...]:
        """A sentence for each reason for which finalists are out, without its full stop."""
        reasons = dict.fromkeys(each.reason for each in self.finalists if each.reason)
        return tuple(self._left_out(reason) for reason in reasons)

    def _left_out(self, reason: str) -> str:
        numbers = [str(each.trial) for each in self.finalists if each.reason == reason]
        if len(numbers) == 1:
            return f"Trial {numbers[0]} was out: {reason}"
        return f"Trials {', '.join(numbers[:-1])} and {numbers[-1]} were out: {reason}"

    def made(self) -> str:
        """In words: ``"trial 7, the average of its 3 refits"``."""
        if self.single_because == NO_REFIT:
            return f"trial {self.trial}, as the search trained it, {NO_REFIT}"
        if self.members == 1:
            return f"trial {self.trial}, its refit with a new seed"
        if self.members:
            return f"trial {self.trial}, the average of its {self.members} refits"
        why = f" (a single model {self.single_because})" if self.single_because else ""
        return (
            f"trial {self.trial}, refitted over {count(len(self.chosen.values), 'seed')}, then "
            f"trained for {epochs(self.epochs)} on train + validation{why}"
        )

    def why(self) -> str:
        """Why this finalist and no other, in a sentence without its full stop."""
        if self.told_apart is None:
            alone = len(self.finalists) == 1
            return "no other trial to choose from" if alone else "the only finalist that is left"
        first, second = self.finalists[:2]
        other = second if first.trial == self.trial else first
        means = f"{value(self.chosen.mean.value)} against {value(other.mean.value)}"
        if self.told_apart:
            return f"its refits have the best mean, {means} of trial {other.trial}"
        tie = f"in a practical tie with trial {other.trial} ({means}{_within(first)})"
        if self.chosen.num_parameters > other.num_parameters:
            return f"{tie}, which was refitted less often"
        smaller = f"{self.chosen.num_parameters:,} against {other.num_parameters:,} parameters"
        return f"{tie}, and no larger ({smaller})"


def _within(leader: Finalist) -> str:
    """The standard error within which means are in a practical tie."""
    return "" if leader.error is None else f", one standard error is {value(leader.error)}"


def openings(times: int) -> str:
    """How often a test split was opened, and what that means, as a sentence."""
    if not times:
        return "The test split has not been opened."
    if times == 1:
        return "The test split was opened once."
    return (
        f"The test split was opened {opened(times)}, by all studies and evaluations of this data: "
        "the later, the less it says of new data."
    )


def opened(times: int) -> str:
    """How often a test split was opened: ``"once"``, ``"2 times"``."""
    return "once" if times == 1 else f"{times} times"


@dataclass(frozen=True)
class RunningRefit:
    """A training for the final model that is under way.

    Args:
        name: The training in words: ``"trial 7, seed 1000001"``.
        epoch: Epochs trained so far; 0 until the first report.
        epochs: Epochs in all; 0 while unknown.
        value: The last measured objective; None before the first.
    """

    name: str
    epoch: float = 0.0
    epochs: float = 0.0
    value: float | None = None


@dataclass(frozen=True)
class FinalProgress:
    """Progress of the trainings for the final model.

    Args:
        done: Trainings done, with the fractions of those under way.
        total: Trainings in all, at most: fewer are needed once one finalist is ahead.
        running: The trainings under way.
        alone: Number of trainings that follow the others and run alone, 0 or 1.
    """

    done: float
    total: int
    running: tuple[RunningRefit, ...] = ()
    alone: int = 0

    @property
    def whole(self) -> int:
        """Number of trainings that are done."""
        return int(self.done + 1e-9)  # a sum of parts may be a little less than what it is
