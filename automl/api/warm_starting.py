"""Beginning a study with what another one of the same results folder has found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl.api.parts import find_study, read_back, storage_of
from automl.core.errors import UserError
from automl.store import Store

if TYPE_CHECKING:
    from automl.spaces.space import SearchSpace
    from automl.tuning.plan import Plan
    from automl.tuning.warm_start import WarmStart


def check_origin(plan: Plan, store: Store) -> None:
    """Check, before anything is begun, that there is a study to take over from, and room for it.

    Raises:
        StudyError: if there is no such study; says the nearest.
        UserError: if the study's total has room for the baseline alone.
    """
    if plan.init_from is None:
        return
    find_study(store, plan.init_from)
    if plan.trials < 2:
        raise UserError(
            f"--init-from {plan.init_from}: one trial is the baseline, and there is room for no "
            f"other (--trials {plan.trials}); give it at least --trials 2"
        )


def warm_start(plan: Plan, other: str, space: SearchSpace, store: Store) -> WarmStart:
    """What a study takes over.

    Args:
        plan: The study's; the baseline and what is taken over have room in its total.
        other: Name of the study to take over from.
        space: What configurations must fit.
        store: The results folder of both.

    Raises:
        StudyError: if there is no study ``other``; says the nearest.
    """
    from automl.spaces import domain
    from automl.tuning.reading import load_record
    from automl.tuning.warm_start import MOST, Fitting

    folder, theirs = find_study(store, other)
    there = read_back(folder).parameters()
    record = load_record(storage_of(theirs, store), other)
    fitting = Fitting.between(there, space.parameters(), domain.accept)
    return fitting.warm_start(record, min(MOST, plan.trials - 1))
