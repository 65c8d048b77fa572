"""The journal, whatever becomes of its writers: every whole line stays, none is half there."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from pathlib import Path

import optuna
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from optuna.samplers import RandomSampler
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.trial import TrialState

from automl.core.errors import StudyError
from automl.tuning import PRUNERS
from automl.tuning.storage import open_storage
from automl.tuning.study import create_study


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


def begin_whole(path: Path, trials: int) -> None:
    """A study as this tool makes it, with trials that have a parameter, a report and a fact."""
    pruner = PRUNERS["none"](1)
    lock = path.with_name("lock")
    create_study(open_storage(path), "s", "score", True, RandomSampler(seed=0), pruner, lock)
    study = optuna.load_study(study_name="s", storage=open_storage(path))
    for number in range(trials):
        trial = study.ask()
        trial.suggest_float("x", 0, 1)
        trial.report(number, 1)
        trial.set_user_attr("is", number)
        study.tell(trial, number)


def whole_trials(path: Path) -> dict[int, float]:
    """The trials that have all that was written of them, by what they noted of themselves."""
    trials = optuna.load_study(study_name="s", storage=open_storage(path)).trials
    return {
        each.user_attrs["is"]: each.number
        for each in trials
        if each.state == TrialState.COMPLETE
        and each.values == [each.user_attrs.get("is")]
        and set(each.params) == {"x"}
        and each.intermediate_values == {1: each.values[0]}
    }


@settings(max_examples=60, deadline=None)
@given(
    start=st.floats(0.0, 1.0),
    length=st.integers(1, 1500),
    garbage=st.one_of(st.just(b""), st.binary(max_size=60)),
)
def test_a_file_damaged_in_the_middle_is_mended_and_all_that_is_left_is_used(
    start: float, length: int, garbage: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("damaged") / "studies.journal"
    begin_whole(path, 12)
    whole = path.read_bytes()
    first = whole.index(b"automl:identity")  # what is before that is the next test's
    first = whole.index(b"\n", first) + 1
    cut = first + int(start * (len(whole) - first))
    path.write_bytes(whole[:cut] + garbage + whole[cut + length :])
    lost = range(whole.count(b"\n", 0, cut) + 1, whole.count(b"\n", 0, cut + length) + 2)
    lines = whole.splitlines()
    touched = {json.loads(lines[at - 1]).get("trial_id") for at in lost if at <= len(lines)}
    begun = [at for at, line in enumerate(lines, 1) if b'"op_code":4' in line]
    touched |= {begun.index(at) for at in lost if at in begun}
    found = whole_trials(path)
    assert all(number == noted for noted, number in found.items())  # none is taken for another
    assert set(range(12)) - touched <= set(found)
    plain = JournalStorage(JournalFileBackend(str(path)))
    study = optuna.load_study(study_name="s", storage=plain)
    assert [each.number for each in study.trials] == list(range(len(study.trials)))
    go_on(optuna.load_study(study_name="s", storage=open_storage(path)), 1)


def test_a_damaged_beginning_is_told_by_what_follows(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "studies.journal"
    begin_whole(path, 2)
    damaged = b"{" + path.read_bytes()
    path.write_bytes(damaged)
    assert whole_trials(path) == {0: 0, 1: 1}
    assert caplog.messages == [
        f"{path}: 1 line of {damaged.count(10)} damaged; the other lines are used, and missing "
        "work is done again. The original file: studies.journal.damaged"
    ]
    assert path.with_name("studies.journal.damaged").read_bytes() == damaged
    assert whole_trials(path) == {0: 0, 1: 1}
    assert len(caplog.messages) == 1  # it was told, and is mended


def test_a_beginning_that_nothing_tells_is_one_clear_line(tmp_path: Path) -> None:
    path = tmp_path / "studies.journal"
    begin(path, 2)
    path.write_bytes(b"{" + path.read_bytes())
    with pytest.raises(StudyError, match="the line that begins its study 1 is damaged"):
        open_storage(path)


@pytest.mark.parametrize(
    "line",
    [
        b"damaged",
        b"",
        b"[1]",
        b'{"op_code":44}',
        b'{"op_code":8,"trial_id":0,"worker_id":"x"}',
        b'{"op_code":5,"trial_id":0,"worker_id":"x","param_name":"y","param_value_internal":1,'
        b'"distribution":"{nonsense"}',
        b"\xff\xfe" + bytes(40),
    ],
)
def test_a_line_that_makes_no_sense_is_left_out(
    line: bytes, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "studies.journal"
    begin_whole(path, 3)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:6], line + b"\n", *lines[6:]]))
    assert whole_trials(path) == {0: 0, 1: 1, 2: 2}
    assert [each.partition(": ")[2][:15] for each in caplog.messages] == ["1 line of 19 da"]
    assert path.read_bytes() == b"".join(lines)


def test_who_reads_and_writes_already_goes_on_in_the_mended_file(tmp_path: Path) -> None:
    path = tmp_path / "studies.journal"
    begin_whole(path, 3)
    living = optuna.load_study(study_name="s", storage=open_storage(path))
    content = path.read_bytes()
    at = content.index(b'"op_code":4')
    with path.open("r+b") as file:  # the same file, as a failing disk changes it
        file.seek(at - 1)
        file.write(b"#" * 30)
    assert ended(path) == 3
    go_on(living, 2)
    assert ended(path) == 5
    assert len(living.trials) == 5


def test_a_journal_that_is_gone_is_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "studies.journal"
    study = begin(path, 1)
    path.unlink()
    with pytest.raises(FileNotFoundError):
        study.ask()
    path.write_bytes(b"")
    with pytest.raises(StudyError, match="another file was put in its place"):
        study.ask()


FILL = """
import optuna, pathlib, signal, sys
from automl.tuning import PRUNERS
from automl.tuning.study import create_study
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


@pytest.mark.slow
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
