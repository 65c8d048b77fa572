"""How workers die, for those ways to die that a test cannot afford."""

from __future__ import annotations

from pathlib import Path

import pytest

from automl.core.trial import Status
from automl.execution.worker import WorkerFailure


class TestDeath:
    @pytest.mark.parametrize(
        ("message", "words", "violation"),
        [
            (
                "Memory on the node (IP: 10.0.0.1, ID: ab) was 22.40GB used / 23.54GB limit (0.95)",
                "22.40GB of 23.54GB used",
                0.01,
            ),
            (
                "Memory on the node where the task was running was 7.04GB / 23.54GB (0.951), which",
                "7.04GB of 23.54GB used",
                0.01,
            ),
            (
                "Memory on the node (IP: 10.0.0.1, ID: ab) was 3.00GB used / 2.00GB limit (1.5)",
                "3.00GB of 2.00GB used",
                0.5,
            ),
        ],
    )
    def test_memory(self, message: str, words: str, violation: float) -> None:
        reason = f"worker died: ended because memory ran low ({words})"

        assert WorkerFailure.of_death(message, log=None) == WorkerFailure(
            Status.OUT_OF_MEMORY, reason, violation
        )

    def test_a_machine_that_is_gone(self) -> None:
        ending = WorkerFailure.of_death("The actor died because its node has died.", log=None)

        assert (ending.status, "machine" in ending.reason) == (Status.LOST, True)

    def test_a_log_on_another_machine_is_done_without(self, tmp_path: Path) -> None:
        ending = WorkerFailure.of_death("End of file", str(tmp_path / "elsewhere.err"))

        assert (ending.status, "signal 9" in ending.reason) == (Status.LOST, True)
