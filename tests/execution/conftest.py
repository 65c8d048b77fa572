from __future__ import annotations

from collections.abc import Callable, Iterator

import execution_runners as runners
import pytest
from execution_driver import IMPORTABLE

from automl.core.executor import Executor
from automl.execution import EXECUTORS
from automl.execution.ray import QUIET, silence_ray
from automl.execution.resources import Resources


@pytest.fixture(scope="module")
def ray_with_room() -> Iterator[None]:
    """One Ray for the tests of a file, with room for more than one executor."""
    silence_ray()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", IMPORTABLE)
        import ray

        # GPUs are numbers to Ray, which asks for none that is not there.
        ray.init(address="local", num_cpus=6, num_gpus=2, include_dashboard=False, **QUIET)
        yield
        ray.shutdown()


@pytest.fixture(scope="module")
def started(ray_with_room: None) -> Iterator[Callable[[str], Executor]]:
    """Executors by name with the tests' runner, each started once."""
    running: dict[str, Executor] = {}

    def start(name: str) -> Executor:
        if name not in running:
            of_ray = {"workers": 2, "gpus_per_trial": 0} if name == "ray" else {}
            resources = Resources(cpus_per_trial=1, **of_ray)
            running[name] = EXECUTORS[name](runners.make, resources)
        return running[name]

    yield start
    for executor in running.values():
        executor.close()


@pytest.fixture(params=EXECUTORS.names)
def executor(request: pytest.FixtureRequest, started: Callable[[str], Executor]) -> Executor:
    """Each executor there is."""
    return started(request.param)


@pytest.fixture
def ray_executor(started: Callable[[str], Executor]) -> Executor:
    return started("ray")
