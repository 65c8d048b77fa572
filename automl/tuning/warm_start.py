"""Warm start: try the best configurations of another study first, as far as they fit the space."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from automl.core.distributions import Distribution, Parameter, Value
from automl.core.records import StudyRecord, TrialRecord
from automl.core.text import plain

# Most configurations that a study takes over.
MOST = 5
# Most lines that say what was not taken over.
SHOWN = 6

# Converts a value to one of a distribution; raises ValueError, which says what values it has.
Accept = Callable[[Distribution, Value], Value]


@dataclass(frozen=True)
class Start:
    """A configuration of another study, as far as it fits.

    Args:
        trial: Number of its trial there.
        values: Parameter name -> value; parameters without a value are sampled.
        left: Reasons why other parameters do not fit, one each.
    """

    trial: int
    values: Mapping[str, Value]
    left: tuple[str, ...]


@dataclass(frozen=True)
class WarmStart:
    """What a study takes over from another one.

    Args:
        study: Name of the other study.
        starts: Configurations that fit at least partly, best first.
        strange: Configurations that do not fit at all.
    """

    study: str
    starts: tuple[Start, ...]
    strange: tuple[Start, ...]

    def in_words(self) -> str:
        """A few lines that say what is taken over, and what is not and why."""
        return "\n".join([self._headline(), *self._left()])

    def _headline(self) -> str:
        if self.starts:
            trials = _trials(str(each.trial) for each in self.starts)
            return (
                f"right after the baseline: the best configurations of {self.study}, from {trials}"
            )
        if self.strange:
            return f"nothing of {self.study} fits this space; the search begins as usual"
        return f"{self.study} has no complete trial to begin with; the search begins as usual"

    def _left(self) -> Iterator[str]:
        trials: dict[str, list[str]] = {}
        for start in self.starts or self.strange:
            for reason in start.left:
                trials.setdefault(reason, []).append(str(start.trial))
        for reason, numbers in list(trials.items())[:SHOWN]:
            yield f"  not taken over: {reason} ({_trials(numbers)})"
        if len(trials) > SHOWN:
            yield f"  and {len(trials) - SHOWN} more"


@dataclass(frozen=True)
class Fitting:
    """Fits configurations of one space into another.

    Args:
        there: Parameters of the other study's space, by name.
        here: Parameters of this study's space, by name.
        accept: Function that converts a value to one of a distribution, or raises ValueError.
    """

    there: Mapping[str, Parameter]
    here: Mapping[str, Parameter]
    accept: Accept

    @classmethod
    def between(
        cls, there: Sequence[Parameter], here: Sequence[Parameter], accept: Accept
    ) -> Fitting:
        """The same from lists of parameters."""
        return cls({each.name: each for each in there}, {each.name: each for each in here}, accept)

    def warm_start(self, study: StudyRecord, most: int = MOST) -> WarmStart:
        """The best complete configurations of ``study`` that are distinct here."""
        starts: list[Start] = []
        strange: list[Start] = []
        for trial in study.ranked:
            if trial.status != "complete" or len(starts) >= most:
                continue
            start = self.fit(trial)
            if not start.values:
                strange.append(start)
            elif all(start.values != each.values for each in starts):
                starts.append(start)
        return WarmStart(study.name, tuple(starts), tuple(strange[:most]))

    def fit(self, trial: TrialRecord) -> Start:
        """The configuration of a trial, as far as it fits."""
        values: dict[str, Value] = {}
        left: dict[str, str] = {}
        for name, value in trial.parameters.items():
            try:
                values[name] = self._fitted(name, value, values)
            except ValueError as error:
                left[name] = str(error)
            else:
                values |= self._implied(name, trial.parameters)
        told = (why for name, why in left.items() if not self._goes_with_another(name, left))
        return Start(trial.number, values, tuple(told))

    def _fitted(self, name: str, value: Value, values: Mapping[str, Value]) -> Value:
        """A value as this space has it.

        Raises:
            ValueError: if it has no such value; says why.
        """
        if name not in self.here:
            raise ValueError(f"{name}: not in this space")
        for parent, allowed in self.here[name].when.items():
            if parent in values and values[parent] not in allowed:
                raise ValueError(f"{name}: not drawn here where {parent} is {values[parent]}")
        try:
            return self.accept(self.here[name].distribution, value)
        except ValueError as error:
            raise ValueError(f"{name}={plain(value)}: {error} here") from error

    def _implied(self, name: str, known: Mapping[str, Value]) -> dict[str, Value]:
        """The choices that lead to a parameter here, where the other space had no such choice."""
        when = self.here[name].when
        return {up: to[0] for up, to in when.items() if up not in known and len(to) == 1}

    def _goes_with_another(self, name: str, left: Mapping[str, str]) -> bool:
        """Whether it depends on a choice that does not fit either, which is told already."""
        known = self.there.get(name)
        return name not in self.here and known is not None and any(p in left for p in known.when)


def _trials(numbers: Iterable[str]) -> str:
    """``"trial 3"``, ``"trials 3, 5"``."""
    listed = list(numbers)
    return f"trial{'' if len(listed) == 1 else 's'} {', '.join(listed)}"
