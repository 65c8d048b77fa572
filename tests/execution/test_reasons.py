"""Why workers die, for those ways to die that a test cannot afford."""

from __future__ import annotations

from pathlib import Path

import pytest

from automl.execution import reasons


class TestReasonsOfDeath:
    @pytest.mark.parametrize(
        "message",
        [
            "Memory on the node (IP: 10.0.0.1, ID: ab) was 7.04GB used / 23.54GB limit (0.29)",
            "Memory on the node where the task was running was 7.04GB / 23.54GB (0.951), which",
        ],
    )
    def test_memory(self, message: str) -> None:
        words = "worker died: ended because memory ran low (7.04GB of 23.54GB used)"
        assert reasons.of_death(message, log=None) == words

    def test_a_log_on_another_machine_is_done_without(self, tmp_path: Path) -> None:
        assert "signal 9" in reasons.of_death("End of file", str(tmp_path / "elsewhere.err"))
