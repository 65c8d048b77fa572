"""What trials in this process add: they end where they stand."""

from __future__ import annotations

import execution_runners as runners
from execution_driver import first_event

from automl.core.trial import CONTINUE, Status
from automl.execution import EXECUTORS
from automl.execution.resources import Resources


def test_a_cancelled_trial_cleans_up() -> None:
    executor = EXECUTORS["local"](runners.make, Resources())
    closed: list[int] = []
    executor.submit(runners.make_spec(7, "tidy"), closed)
    first_event(executor)
    executor.answer(7, CONTINUE)

    executor.cancel(7, "enough")

    assert closed == [7]
    (event,) = executor.poll(0)
    assert event.result.status is Status.LOST  # type: ignore[union-attr]
    assert executor.poll(0) == []
