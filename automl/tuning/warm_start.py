"""Beginning with the best configurations of another study, as far as they fit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from automl.core.distributions import Distribution, Parameter, Value
from automl.core.records import StudyRecord, TrialRecord
from automl.core.text import plain

# Configurations that a study takes over at most.
MOST = 5
# Lines that say what was not taken over.
SHOWN = 6

# Gives a value as a distribution holds it; raises ValueError, saying what is inside.
Accept = Callable[[Distribution, Value], Value]


@dataclass(frozen=True)
class Start:
    """A configuration of another study, as far as it fits.

    Args:
        trial: Its number there.
        values: Parameter name -> value; all others are drawn.
        left: What does not fit, each with its reason.
    """

    trial: int
    values: Mapping[str, Value]
    left: tuple[str, ...]


@dataclass(frozen=True)
class WarmStart:
    """What a study takes over from another one.

    Args:
        study: The other's name.
        starts: Those configurations of which something fits, the best first.
        strange: Those that were looked at and of which nothing does.
    """

    study: str
    starts: tuple[Start, ...]
    strange: tuple[Start, ...]

    def in_words(self) -> str:
        """What is taken over, and what is not and why: a few lines."""
        return "\n".join([self._headline(), *self._left()])

    def _headline(self) -> str:
        if self.starts:
            trials = _trials(str(each.trial) for each in self.starts)
            return f"right after the baseline: what {self.study} found best, its {trials}"
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
        there: The parameters of the space that they are from.
        here: The parameters of the space that they are to fit.
        accept: Says whether a distribution holds a value.
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
        """What of a trial's configuration fits."""
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
        """The branches that lead to a parameter here, where there was no choice there."""
        when = self.here[name].when
        return {up: to[0] for up, to in when.items() if up not in known and len(to) == 1}

    def _goes_with_another(self, name: str, left: Mapping[str, str]) -> bool:
        """Whether it hangs on what does not fit either, and so need not be told by itself."""
        known = self.there.get(name)
        return name not in self.here and known is not None and any(p in left for p in known.when)


def _trials(numbers: Iterable[str]) -> str:
    """``"trial 3"``, ``"trials 3, 5"``."""
    listed = list(numbers)
    return f"trial{'' if len(listed) == 1 else 's'} {', '.join(listed)}"
