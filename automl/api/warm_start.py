"""Start a study with the best configurations of another one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl.api.stored_study import StoredStudy
from automl.core.errors import UserError
from automl.store import Store

if TYPE_CHECKING:
    from automl.spaces.space import SearchSpace
    from automl.tuning.plan import Plan
    from automl.tuning.warm_start import WarmStart


def check_origin(plan: Plan, store: Store) -> None:
    """Check, before a search begins, that the study of ``--init-from`` exists and can be used.

    Raises:
        StudyError: if there is no such study; names the nearest.
        UserError: if the plan has one trial, which is the baseline.
    """
    if plan.init_from is None:
        return
    StoredStudy.in_store(store, plan.init_from)
    if plan.trials < 2:
        raise UserError(
            f"--init-from {plan.init_from}: one trial is the baseline, and there is room for no "
            f"other (--trials {plan.trials}); give it at least --trials 2"
        )


def warm_start(plan: Plan, other: str, space: SearchSpace, store: Store) -> WarmStart:
    """The configurations of another study that a new one tries first.

    Args:
        plan: Plan of the new study, whose total leaves room for the baseline and these.
        other: Name of the other study.
        space: Search space of the new study, which the configurations must fit.
        store: Results folder of both studies.

    Raises:
        StudyError: if there is no study ``other``; names the nearest.
    """
    from automl.spaces import domain
    from automl.tuning.warm_start import MOST, Fitting

    source = StoredStudy.in_store(store, other)
    fitting = Fitting.between(source.space().parameters(), space.parameters(), domain.accept)
    return fitting.warm_start(source.record(), min(MOST, plan.trials - 1))
