"""The problem that a search is given, and the setting that its watcher is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl.api.parts import Datasets
from automl.api.settling import Settled
from automl.core.trial import Config
from automl.tuning.watch import Setting

if TYPE_CHECKING:
    from automl.core.final import Final
    from automl.core.inspection import Inspection
    from automl.core.protocols import Executor
    from automl.core.records import StudyRecord
    from automl.tuning.problem import Problem


def make_setting(
    settled: Settled, executor: Executor, study: StudyRecord, final: Final | None
) -> Setting:
    """What is known when a search begins.

    Args:
        settled: What the study is to do.
        executor: Where trials run.
        study: Its trials so far.
        final: How its final model was made; None while there is none.
    """
    plan = settled.plan
    return Setting(
        study=plan.name,
        space=plan.space,
        data=settled.data.describe(),
        device=executor.device,
        trials=plan.trials,
        done=study.counted,
        best=study.best,
        baseline=study.baseline,
        final=final,
        epochs=plan.epochs,
        steps=settled.steps,
        timeout=plan.timeout,
        metric=settled.metric,
        maximize=settled.maximize,
        slots=executor.slots,
        minimize=plan.minimize,
    )


def make_problem(settled: Settled, setting: Setting, datasets: Datasets) -> Problem:
    """What is searched for.

    Args:
        settled: What the study is to do.
        setting: What is known of it.
        datasets: Its data.
    """
    from automl.trials.inspector import inspect
    from automl.tuning.problem import Problem

    plan, space = settled.plan, settled.space

    def inspected(config: Config) -> Inspection:
        return inspect(config, datasets(config), space.objective.constraints)

    return Problem(
        setting=setting,
        space=space,
        inspect=inspected,
        load=datasets,
        task=plan.task,
        data=plan.data,
        seed=plan.seed,
        pruner=plan.pruner,
        limits=plan.limits,
        deterministic=plan.deterministic,
        max_latency=space.objective.constraints.get("latency"),
    )
