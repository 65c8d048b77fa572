"""What a search for several objectives may be."""

from __future__ import annotations

from collections.abc import Collection

from automl.core.costs import COSTS
from automl.core.errors import UserError
from automl.core.registry import nearest
from automl.tuning.plan import Plan

# CMA-ES follows one number alone, and so do the other pruners.
SAMPLERS_OF_SEVERAL = ("tpe", "gp", "qmc", "random", "grid")
PRUNERS_OF_SEVERAL = ("asha", "none")


def check_objectives(plan: Plan, limited: Collection[str]) -> None:
    """Check that a plan can be carried out with its objectives.

    Args:
        plan: The study's.
        limited: What its space sets limits on.

    Raises:
        UserError: if it names no such objective, or what goes with one objective alone.
    """
    for name in plan.minimize:
        _check_cost(name)
    if plan.deterministic and "latency" in {*plan.minimize, *limited}:
        raise UserError(
            "--deterministic: latency is measured, and no two measurements are the same; leave it "
            "out of what is minimized or limited, or search without --deterministic"
        )
    if plan.minimize:
        _check_goes("sampler", plan.sampler, SAMPLERS_OF_SEVERAL)
        _check_goes("pruner", plan.pruner, PRUNERS_OF_SEVERAL)


def _check_cost(name: str) -> None:
    if name not in COSTS:
        guess = nearest(name, COSTS)
        hint = f"did you mean {guess!r}?" if guess else f"there are: {', '.join(COSTS)}"
        raise UserError(f"--minimize {name!r}: nothing of that name is measured; {hint}")


def _check_goes(kind: str, name: str, fitting: tuple[str, ...]) -> None:
    if name not in fitting:
        raise UserError(
            f"--{kind} {name}: follows one objective, and there are several; "
            f"choose {', '.join(fitting[:-1])} or {fitting[-1]}"
        )
