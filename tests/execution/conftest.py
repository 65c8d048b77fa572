from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import execution_runners as runners
import pytest

from automl.core.protocols import Executor
from automl.execution import EXECUTORS
from automl.execution.quiet import QUIET, silence_ray
from automl.execution.resources import Resources

HERE = Path(__file__).parent
IMPORTABLE = os.pathsep.join([str(HERE), str(HERE.parents[1])])  # by workers, by name


@pytest.fixture(scope="session")
def ray_with_room() -> Iterator[None]:
    """One Ray for all tests of this process, with room for two executors of two workers."""
    silence_ray()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", IMPORTABLE)
        import ray

        ray.init(address="local", num_cpus=4, include_dashboard=False, **QUIET)
        yield
        ray.shutdown()


@pytest.fixture(scope="session", params=EXECUTORS.names)
def executor(request: pytest.FixtureRequest, ray_with_room: None) -> Iterator[Executor]:
    """Each executor there is, with the tests' runner."""
    workers = 2 if request.param == "ray" else None
    made = EXECUTORS[request.param](runners.make, Resources(workers=workers))
    yield made
    made.close()


@pytest.fixture(scope="module")
def ray_executor(ray_with_room: None) -> Iterator[Executor]:
    made = EXECUTORS["ray"](runners.make, Resources(workers=2))
    yield made
    made.close()
