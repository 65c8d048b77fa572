"""Tracking with Weights & Biases: a run for each trial, a group for each study."""

from __future__ import annotations

import re
import secrets
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any

from automl.core.errors import UserError, require
from automl.core.text import one_line
from automl.core.trial import Measurement
from automl.tracking.tracker import TrackedTrial, Tracker, TrialEnd, TrialTracker, read_table

PROJECT = "automl"
# Modes of the library that need a server.
ONLINE = ("online", "run", "shared")
# Folder of the library's files.
FOLDER = "wandb"
# Runs that were written offline, for `wandb sync` to send.
OFFLINE = "offline-run-*"
# Seconds for sending the rest of a run; the remainder stays on disk.
FINISH_SECONDS = 60.0
# Longest name that the server accepts.
LONGEST = 128


class WeightsAndBiases(Tracker):
    """Runs on a server, or in files where WANDB_MODE is offline."""

    def __init__(self) -> None:
        require("wandb", "wandb")
        # Imported here first: wandb uses modules that another thread has only half imported, and
        # replaces others by stand-ins.
        import numpy as np  # noqa: F401
        import PIL.Image  # noqa: F401
        import requests  # noqa: F401
        import wandb

        try:
            settings = wandb.setup(wandb.Settings(silent=True)).settings
            # Without asking the server: a slow network must not delay the search.
            self._online = settings.mode in ONLINE
            ready = not self._online or wandb.login(prompt=False, verify=False)
        except Exception as error:
            raise UserError(f"--track wandb: {' '.join(str(error).split())}") from None
        if not ready:
            raise UserError(
                "--track wandb: nobody is logged in to Weights & Biases here; log in with "
                "`wandb login`, or set WANDB_MODE=offline to keep the runs in files"
            )
        self._project = settings.project or PROJECT

    def begin(self, trial: TrackedTrial) -> TrialTracker:
        """Start the run of a trial, or resume it."""
        return WandbRun(trial, self._project)

    def abandon(self) -> None:
        """End the library's service process, which waits for the network.

        At the end of the program the library waits for that process: a minute and a half if the
        network is gone. There is no public way to skip that. Offline, writing the rest is quick
        and is waited for.
        """
        import wandb

        if not self._online:
            return
        with suppress(Exception):
            library: Any = wandb.setup()
            service = library._connection._proc._process
            service.kill()
            service.wait()
        with suppress(Exception, SystemExit):  # raised by a service that was killed
            wandb.teardown()

    @staticmethod
    def look(trials: Path) -> tuple[str, str] | None:
        """The command that sends what was written without a network."""
        if not any(trials.glob(f"*/{FOLDER}/{OFFLINE}")):
            return None
        return f"wandb sync {trials}/*/{FOLDER}/{OFFLINE}", "send the runs to Weights & Biases"


class WandbRun(TrialTracker):
    """The run of one trial.

    Args:
        trial: The trial.
        project: Name of the project in the library.
    """

    def __init__(self, trial: TrackedTrial, project: str) -> None:
        import wandb

        name = one_line(trial.study)
        self._run = wandb.init(
            project=project,
            group=name[:LONGEST],
            name=f"{name[: LONGEST - 10]} {trial.number}",
            id=_identity(trial),
            job_type="trial",
            config={**trial.setting, **trial.parameters},
            dir=str(_without_offline_runs(trial.folder)),
            resume="allow",
            allow_val_change=True,
            reinit="create_new",
            settings=_quiet(),
        )
        # A resumed run on a server has its first steps already.
        self._step = self._first = self._run.starting_step

    def measure(self, measurement: Measurement) -> None:
        """Log all metrics and the epoch at the step of the trial."""
        if measurement.step >= self._first:
            self._step = measurement.step
            metrics = {**measurement.metrics, "epoch": measurement.epoch}
            self._run.log(metrics, step=self._step)

    def end(self, ending: TrialEnd) -> None:
        """Log pictures, tables and the end of the trial, and finish the run."""
        for file in ending.artifacts:
            self._show(file)
        self._run.summary.update(
            {
                "status": ending.status,
                "reason": ending.reason,
                "value": ending.value,
                "parameters": ending.size,
                "flops": ending.flops,
                "seconds": ending.seconds,
            }
        )
        # A trial that has gone on since had another status before.
        others = (tag for tag in self._run.tags or () if tag not in ("paused", "pruned"))
        self._run.tags = tuple(dict.fromkeys((*others, ending.status)))
        self._run.finish(exit_code=int(ending.status == "failed"))

    def _show(self, file: Path) -> None:
        import wandb

        if file.suffix == ".csv":
            columns, rows = read_table(file)
            self._run.log({file.stem: wandb.Table(columns=[*columns], data=rows)}, step=self._step)
        elif file.suffix == ".png":
            self._run.log({file.stem: wandb.Image(str(file))}, step=self._step)


def _quiet() -> Any:
    """Settings for no output, and no reading of code, packages or machine."""
    import wandb

    return wandb.Settings(
        silent=True,
        console="off",
        disable_code=True,
        disable_git=True,
        use_dot_wandb=False,
        x_disable_stats=True,
        x_save_requirements=False,
        finish_timeout=FINISH_SECONDS,
        finish_timeout_raises=True,
    )


def _identity(trial: TrackedTrial) -> str:
    """The id of the run, the same whenever the trial continues.

    It is kept in a file, for a study of the same name elsewhere must have another one.
    """
    file = trial.folder / FOLDER / "run-id"
    if not file.is_file():
        file.parent.mkdir(exist_ok=True)
        study = re.sub(r"[^a-zA-Z0-9_-]+", "-", trial.study)[:40]
        file.write_text(f"{study}-{trial.number:04d}-{secrets.token_hex(4)}", encoding="utf-8")
    return file.read_text(encoding="utf-8")


def _without_offline_runs(folder: Path) -> Path:
    """The folder of a trial without earlier offline runs, for all steps are reported again."""
    for old in (folder / FOLDER).glob(OFFLINE):
        shutil.rmtree(old)
    return folder
