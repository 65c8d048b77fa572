"""What the shell offers for a word that is begun: names that are known without a heavy import."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import typer

from automl.core.costs import COSTS
from automl.core.defaults import RESULTS


def complete_space(incomplete: str) -> list[str]:
    """Search spaces at hand; a path is the shell's own to complete."""
    from automl.spaces.find import list_spaces

    return _beginning(incomplete, (name for name, _ in list_spaces(Path.cwd())))


def complete_study(ctx: typer.Context, incomplete: str) -> list[str]:
    """Studies of the results folder, of the one that --results names if that came before."""
    from automl.store import Store

    results = ctx.params.get("results") or RESULTS
    return _beginning(incomplete, Store(Path(results)).names())


def complete_dataset(incomplete: str) -> list[str]:
    """Datasets that have a name; a path is the shell's own to complete."""
    from automl.data import DATASETS

    return _beginning(incomplete, DATASETS)


def complete_sampler(incomplete: str) -> list[str]:
    """Samplers."""
    from automl.tuning import SAMPLERS

    return _beginning(incomplete, SAMPLERS)


def complete_pruner(incomplete: str) -> list[str]:
    """Pruners."""
    from automl.tuning import PRUNERS

    return _beginning(incomplete, PRUNERS)


def complete_cost(incomplete: str) -> list[str]:
    """What may be small beside the metric."""
    return _beginning(incomplete, COSTS)


def complete_executor(incomplete: str) -> list[str]:
    """Where trials may run."""
    from automl.execution import EXECUTORS

    return _beginning(incomplete, EXECUTORS)


def complete_tracker(incomplete: str) -> list[str]:
    """Trackers."""
    from automl.tracking import TRACKERS

    return _beginning(incomplete, TRACKERS)


def complete_format(incomplete: str) -> list[str]:
    """Formats of a model that is taken away."""
    from automl.export import EXPORTERS

    return _beginning(incomplete, EXPORTERS)


def _beginning(incomplete: str, names: Iterable[str]) -> list[str]:
    return [name for name in names if name.startswith(incomplete)]
