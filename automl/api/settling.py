"""What only the data can say: which of a space's tasks it is, and so what ranks trials."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from automl.core.errors import DataError, UserError
from automl.core.registry import nearest

if TYPE_CHECKING:
    from automl.data.dataset import Dataset
    from automl.spaces.space import SearchSpace
    from automl.tuning.plan import Plan


@dataclass(frozen=True)
class Settled:
    """A plan of which nothing is open any more; see ``settle``.

    Args:
        plan: What the study is to do, with its task and metric.
        space: What configurations are drawn from.
        data: The dataset as the simplest configuration asks for it.
    """

    plan: Plan
    space: SearchSpace
    data: Dataset

    @property
    def metric(self) -> str:
        """What ranks trials."""
        assert self.plan.metric is not None, "the plan is not settled"
        return self.plan.metric

    @property
    def maximize(self) -> bool:
        """Whether larger is better."""
        from automl.tasks import TASKS

        return TASKS[self.plan.task].metrics[self.metric]

    @property
    def steps(self) -> int:
        """Reporting steps of a full trial."""
        from automl.training.steps import reports_per_epoch

        return self.plan.epochs * reports_per_epoch(self.plan.epochs)


def settle(plan: Plan, space: SearchSpace, data: Dataset) -> Settled:
    """The plan now that the data has said what the task is.

    Raises:
        DataError: if the data's target calls for another task than the space's.
        UserError: if the task does not measure the metric.
    """
    check_task(data, space)
    metric = choose_metric(plan.metric or space.objective.metric, data.task)
    return Settled(replace(plan, task=data.task, metric=metric), space, data)


def check_task(data: Dataset, space: SearchSpace) -> None:
    """Check that a space is for such data.

    Raises:
        DataError: if the data's target calls for another task.
    """
    if data.task not in space.tasks:
        raise DataError(
            f"{data.name} is for {data.task} ({data.target}), and {space.source} is for "
            f"{' or '.join(space.tasks)}; choose another space (see: automl spaces) or target"
        )


def choose_metric(name: str | None, *tasks: str) -> str:
    """The metric that ranks trials: ``name``, or by default the first task's own.

    Raises:
        UserError: if none of the tasks measures it.
    """
    from automl.tasks import TASKS

    if name is None:
        return TASKS[tasks[0]].default_metric
    metrics = tuple(dict.fromkeys(each for task in tasks for each in TASKS[task].metrics))
    if name not in metrics:
        guess = nearest(name, metrics)
        hint = f"did you mean {guess!r}?" if guess else f"there are: {', '.join(metrics)}"
        raise UserError(f"--metric {name!r}: {' or '.join(tasks)} does not measure it; {hint}")
    return name
