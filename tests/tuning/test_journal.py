"""The journal, whatever becomes of its writers: every whole line stays, none is half there."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

import optuna
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from automl.core.errors import StudyError
from automl.tuning.storage import open_storage


def begin(path: Path, trials: int) -> optuna.Study:
    study = optuna.create_study(study_name="s", storage=open_storage(path))
    go_on(study, trials)
    return study


def go_on(study: optuna.Study, trials: int) -> None:
    for _ in range(trials):
        study.tell(study.ask(), 1.0)


def ended(path: Path) -> int:
    """How many trials of the study have ended, by a reader that knows nothing yet."""
    study = optuna.load_study(study_name="s", storage=open_storage(path))
    return len(study.get_trials(states=[optuna.trial.TrialState.COMPLETE]))


@settings(max_examples=60, deadline=None)
@given(cut=st.integers(1, 2000), garbage=st.binary(max_size=40))
def test_a_file_cut_anywhere_is_read_and_gone_on_with(
    cut: int, garbage: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """As a power cut leaves it: short of its last bytes, or with others in their place."""
    path = tmp_path_factory.mktemp("cut") / "studies.journal"
    begin(path, 8)
    whole = path.read_bytes()
    create = whole.index(b"\n") + 1
    kept = whole[: max(create, len(whole) - cut)] + garbage.replace(b"\n", b"")
    lines = kept.count(b"\n")
    path.write_bytes(kept)
    before = ended(path)
    assert before <= 8
    go_on(optuna.load_study(study_name="s", storage=open_storage(path)), 3)
    assert ended(path) == before + 3
    assert path.read_bytes().split(b"\n")[:lines] == whole.split(b"\n")[:lines]


def test_zeros_where_a_power_cut_left_no_data(tmp_path: Path) -> None:
    path = tmp_path / "studies.journal"
    begin(path, 3)
    with path.open("ab") as file:
        file.write(bytes(3 * 2**20))
    assert ended(path) == 3
    go_on(optuna.load_study(study_name="s", storage=open_storage(path)), 2)
    assert ended(path) == 5
    assert b"\0" not in path.read_bytes()


def test_a_lock_that_was_left_behind_holds_nobody_up(tmp_path: Path) -> None:
    path = tmp_path / "studies.journal"
    path.with_name("studies.journal.lock").symlink_to(path)  # as Optuna's own lock would be
    begin(path, 1)
    assert ended(path) == 1


def test_a_reader_that_saw_a_torn_line_sees_what_replaced_it(tmp_path: Path) -> None:
    """Even where the new line ends at the very byte where the torn one did."""
    path = tmp_path / "studies.journal"
    study = begin(path, 1)
    size = path.stat().st_size
    study.ask()
    line = path.read_bytes()[size:]
    path.write_bytes(path.read_bytes()[:size] + b"x" * len(line))
    reader = optuna.load_study(study_name="s", storage=open_storage(path))
    assert len(reader.trials) == 1
    path.write_bytes(path.read_bytes()[:size] + line)
    assert len(reader.trials) == 2


def test_a_line_that_is_damaged_is_named(tmp_path: Path) -> None:
    path = tmp_path / "studies.journal"
    begin(path, 2)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:3], b"damaged\n", *lines[3:]]))
    with pytest.raises(StudyError, match=r"studies\.journal:4: is damaged .*head -n 3 "):
        open_storage(path)


FILL = """
import optuna, pathlib, signal, sys
from automl.tuning.storage import open_storage
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
optuna.logging.set_verbosity(optuna.logging.ERROR)
study = optuna.load_study(study_name="s", storage=open_storage(pathlib.Path(sys.argv[1])))
told = 0
try:
    while True:
        study.tell(study.ask(), 1.0)
        told += 1
except OSError as error:
    print(told, error.strerror)
"""


def test_a_full_disk_costs_nothing_that_was_told(tmp_path: Path) -> None:
    path = tmp_path / "studies.journal"
    begin(path, 2)

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4000, 4000))

    run = subprocess.run(
        [sys.executable, "-c", FILL, str(path)],
        preexec_fn=limit,
        capture_output=True,
        text=True,
        check=True,
    )
    told, _, why = run.stdout.strip().partition(" ")
    assert why == "File too large"
    assert int(told) > 3
    assert path.read_bytes().endswith(b"\n")  # no half line is left
    assert ended(path) == 2 + int(told)
    go_on(optuna.load_study(study_name="s", storage=open_storage(path)), 1)
    assert ended(path) == 3 + int(told)
