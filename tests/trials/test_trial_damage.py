"""What is left of a trial may be damaged, or of another one, or hostile."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from cut_short import FINISHED, STATE, leave_at, resume
from small_trials import folder, make_spec, network, run, stop_at, values

from automl.core.trial import Status, Verdict
from automl.data.dataset import Dataset
from automl.trials import make_runner


class Payload:
    """What runs a command when it is unpickled."""

    def __init__(self, proof: Path) -> None:
        self.proof = proof

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, (f"touch {self.proof}",)


class TestTrialDamage:
    def of_another_network(self, place: Path, digits: Dataset) -> None:
        run(make_runner(1)(make_spec(place, network(17)), digits), stop_at(4, Verdict.PAUSE))

    def truncated(self, place: Path, digits: Dataset) -> None:
        leave_at(4, place, digits)
        whole = (place / STATE).read_bytes()
        (place / STATE).write_bytes(whole[: len(whole) // 2])

    def garbage(self, place: Path, digits: Dataset) -> None:
        (place / STATE).write_bytes(bytes(range(256)) * 40)

    def empty(self, place: Path, digits: Dataset) -> None:
        (place / STATE).touch()

    def another_object(self, place: Path, digits: Dataset) -> None:
        torch.save({"measurements": [{"step": 1}]}, place / STATE)

    def a_program(self, place: Path, digits: Dataset) -> None:
        torch.save(Payload(place / "proof"), place / STATE)

    def a_bare_pickle(self, place: Path, digits: Dataset) -> None:
        (place / STATE).write_bytes(pickle.dumps(Payload(place / "proof")))

    KINDS: tuple[Callable[..., None], ...] = (
        of_another_network,
        truncated,
        garbage,
        empty,
        another_object,
        a_program,
        a_bare_pickle,
    )

    @pytest.mark.parametrize("damage", KINDS)
    def test_a_damaged_checkpoint_means_a_fresh_start(self, damage, whole, digits, tmp_path):
        place = folder(tmp_path, "damaged")
        damage(self, place, digits)
        resumed = resume(place, digits)
        assert resumed.status is Status.COMPLETE
        assert values(resumed.measurements) == values(whole.measurements)
        assert not (place / "proof").exists()

    DAMAGED = (
        "",
        "[",
        "{}",
        "[1]",
        '[{"step": 1}]',
        '[{"step": 1, "epoch": 0.25, "metrics": {"loss": 0.1}, "seconds": 1}]',
    )

    @pytest.mark.parametrize("text", DAMAGED)
    def test_a_damaged_end_means_going_on_from_the_checkpoint(self, text, whole, digits, tmp_path):
        place = folder(tmp_path, "damaged")
        run(make_runner(1)(make_spec(place), digits))
        (place / FINISHED).write_text(text)
        resumed = resume(place, digits)
        assert resumed.status is Status.COMPLETE
        assert values(resumed.measurements) == values(whole.measurements)
