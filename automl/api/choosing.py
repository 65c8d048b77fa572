"""Which of a study's models is taken away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from automl.core.costs import COSTS, in_words
from automl.core.errors import StudyError
from automl.core.records import StudyRecord, TrialRecord
from automl.core.text import count
from automl.finalizing.record import read_final
from automl.store import StudyFolder

if TYPE_CHECKING:
    from automl.export.bundle import Bundle


def choose(
    study: StudyRecord, folder: StudyFolder, trial: int | None, limits: Mapping[str, float]
) -> TrialRecord:
    """The trial that was asked for, or the best of those that keep all limits.

    Args:
        study: The study.
        folder: Its folder, which has the weights of some trials.
        trial: A trial's number, or None.
        limits: Of ``COSTS`` -> the most that the model may cost.

    Raises:
        StudyError: if there are no such weights.
    """
    kept = [each for each in study.ranked if folder.trial(each.number).weights.is_file()]
    if not kept:
        raise StudyError(
            f"study {study.name!r} has no model yet; go on: automl resume {study.name}"
        )
    if trial is not None:
        kept = [_numbered(kept, trial)]
    fitting = [each for each in kept if _keeps(each, limits)]
    if not fitting:
        raise StudyError(_too_much(kept, limits))
    return fitting[0]


def final_bundle(
    study: StudyRecord, folder: StudyFolder, limits: Mapping[str, float]
) -> Bundle | None:
    """The bundle of a study's final model, if there is one and its trial keeps all limits."""
    from automl.export.bundle import Bundle

    final = read_final(folder)
    if final is None or not _keeps(study.trials[final.trial], limits):
        return None
    return Bundle.load(folder.best)


def ensemble_bundle(folder: StudyFolder) -> Bundle:
    """The bundle of a study's ensemble.

    Raises:
        StudyError: if there is none.
    """
    from automl.export.bundle import Bundle

    if not folder.ensemble.is_dir():
        name = folder.name
        raise StudyError(
            f"--ensemble: study {name!r} has none; make one: automl finalize {name} --ensemble 5"
        )
    return Bundle.load(folder.ensemble)


def check_alone(flag: str, trial: int | None, limits: Mapping[str, float]) -> None:
    """Check that a model that is named by ``flag`` is not named in another way, too.

    Raises:
        StudyError: if it is.
    """
    others = ["--trial"] if trial is not None else [f"--max-{name}" for name in limits]
    if others:
        raise StudyError(f"{flag} and {others[0]} are two ways to name a model; give one of them")


def _numbered(kept: Sequence[TrialRecord], number: int) -> TrialRecord:
    for each in kept:
        if each.number == number:
            return each
    numbers = ", ".join(str(each.number) for each in kept)
    raise StudyError(
        f"--trial {number}: its weights were not kept; those of {numbers} were (the best few)"
    )


def _keeps(trial: TrialRecord, limits: Mapping[str, float]) -> bool:
    costs = {name: trial.cost(name) for name in limits}
    return all(cost is not None and cost <= limits[name] for name, cost in costs.items())


def _too_much(kept: Sequence[TrialRecord], limits: Mapping[str, float]) -> str:
    """That none of the models keeps the limits, and the least that each limit could be."""
    units = {"latency": "ms"}
    asked = " ".join(
        f"--max-{name} {limits[name]:.10g}{units.get(name, '')}" for name in COSTS if name in limits
    )
    least = ", ".join(_least(kept, name) for name in COSTS if name in limits)
    models = count(len(kept), "model")
    return f"{asked}: no model with weights fits ({models}); the least is {least}"


def _least(kept: Sequence[TrialRecord], name: str) -> str:
    known = [(cost, each.number) for each in kept if (cost := each.cost(name)) is not None]
    if not known:
        return f"not known ({name} was not measured by the version that trained them)"
    cost, number = min(known)
    return f"{in_words(name, cost)} (trial {number})"
