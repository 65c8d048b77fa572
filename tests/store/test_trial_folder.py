"""What a study keeps of one trial."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from automl.core.errors import StudyError
from automl.core.records import NetworkProfile
from automl.core.trial import Config, Measurement, Segment, Status, TrialResult, TrialSpec
from automl.store import FINISHED, HEARTBEAT, SEGMENTS, StudyFolder, TrialFolder

NETWORK = NetworkProfile(1234, 56789, (("conv2d", (8, 4, 4), 1000), ("output", (10,), 234)))
SPEC = TrialSpec(
    number=7,
    config=Config([{"flatten": {}}], {"batch_size": 32}),
    seed=5,
    epochs=2,
    metric="accuracy",
    maximize=True,
    folder="/somewhere/7",
)


@pytest.fixture
def folder(tmp_path: Path) -> TrialFolder:
    return StudyFolder(tmp_path / "s").trial(7)


def leave_everything(folder: TrialFolder) -> tuple[Path, ...]:
    """The files of an attempt that came to its end, and is not told yet."""
    folder.path.mkdir(parents=True)
    files = (folder.weights, folder.state, folder.path / FINISHED, folder.path / HEARTBEAT)
    for file in files:
        file.touch()
    return files


def test_a_curve_comes_back_as_it_was(folder: TrialFolder) -> None:
    curve = tuple(Measurement(step, step / 2, {"loss": 1 / step}, 0.1) for step in (1, 2, 3))
    assert folder.curve() == ()
    folder.path.mkdir(parents=True)
    folder.end(TrialResult(7, Status.COMPLETE, curve), SPEC, NETWORK)
    assert folder.curve() == curve


def test_what_an_attempt_began_with_comes_back(folder: TrialFolder) -> None:
    folder.begin(SPEC, NETWORK)
    assert folder.spec() == SPEC
    assert Config(**folder.config()) == SPEC.config
    assert folder.network() == NETWORK


def test_an_attempt_goes_on_from_what_is_left_only_if_it_resumes(folder: TrialFolder) -> None:
    files = leave_everything(folder)
    folder.begin(replace(SPEC, resume=True), NETWORK)
    assert all(each.exists() for each in files)
    folder.begin(SPEC, NETWORK)
    assert not any(each.exists() for each in files)


def test_a_trial_that_has_ended_keeps_its_weights(folder: TrialFolder) -> None:
    weights, *others = leave_everything(folder)
    assert folder.heartbeat == (folder.path / HEARTBEAT).stat().st_mtime
    folder.drop_state()
    assert weights.exists()
    assert not any(each.exists() for each in others)
    assert folder.heartbeat is None


def test_a_trial_that_there_is_no_room_for_does_not_begin(folder: TrialFolder) -> None:
    with pytest.raises(StudyError, match=r"cannot write to .*/s: its disk has .*automl resume s$"):
        folder.begin(SPEC, replace(NETWORK, num_parameters=10**18))
    with pytest.raises(StudyError, match="trial 7 of 's' has no network: it never ran"):
        folder.spec()


def test_a_trial_of_an_earlier_version_is_read(folder: TrialFolder) -> None:
    folder.begin(replace(SPEC, grad_accumulation=2), NETWORK)
    assert '"accumulate": 2' in (folder.path / "spec.json").read_text()
    segment = Segment(0, 1, 4)
    row = json.dumps(asdict(segment)).replace("grad_accumulation", "accumulate")
    (folder.path / SEGMENTS).write_text(f"{row}\n")
    assert folder.spec().grad_accumulation == 2
    assert folder.segments() == (segment,)
