"""A trial that there is no time for is shorter, and is repeated as short as it was."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from cut_short import STATE
from small_trials import folder, make_spec, run, stop_at, values

from automl.core.records import NetworkProfile
from automl.core.trial import Status, Verdict
from automl.data.dataset import Dataset
from automl.store.trial_folder import TrialFolder
from automl.trials import make_runner

LONG = 200  # epochs of digits: minutes


def test_it_has_all_its_steps_and_says_how_much_there_was_time_for(
    digits: Dataset, tmp_path: Path
) -> None:
    spec = replace(make_spec(tmp_path, epochs=LONG), steps=20, max_seconds=0.5)
    result = run(make_runner(1)(spec, digits))
    assert result.status is Status.COMPLETE
    assert len(result.measurements) == 20
    assert result.measurements[-1].epoch < LONG
    assert result.reason.endswith(f" of {LONG} epochs, to fit the time limit")


def test_what_repeats_it_is_as_long_as_it_was(digits: Dataset, tmp_path: Path) -> None:
    place = folder(tmp_path, "trial")
    spec = replace(make_spec(place, epochs=LONG), steps=20, max_seconds=0.5)
    files = TrialFolder(place)
    files.begin(spec, NetworkProfile(1, 1))
    result = run(make_runner(1)(spec, digits))
    repeated = files.trained_spec()
    assert repeated.max_seconds is None
    again = folder(tmp_path, "again")
    found = run(make_runner(1)(replace(repeated, folder=str(again)), digits))
    assert values(found.measurements) == values(result.measurements)


def test_a_paused_one_goes_on_as_long_as_it_began(digits: Dataset, tmp_path: Path) -> None:
    spec = replace(make_spec(tmp_path, epochs=LONG), steps=20, max_seconds=0.5)
    paused = run(make_runner(1)(spec, digits), stop_at(3, Verdict.PAUSE))
    assert (tmp_path / STATE).is_file()
    unlimited = replace(spec, resume=True, max_seconds=None)
    result = run(make_runner(1)(unlimited, digits))
    assert result.measurements[2].epoch == paused.measurements[2].epoch
    assert len(result.measurements) == 20
