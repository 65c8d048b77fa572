"""The run of one trial in Weights & Biases."""

from __future__ import annotations

import re
import secrets
import shutil
from pathlib import Path
from typing import Any

from automl.core.one_line import one_line
from automl.core.trial import Measurement
from automl.tracking.table import read_table
from automl.tracking.tracker import Ending, Track, Tracked

# The library keeps its files in a folder of that name.
FOLDER = "wandb"
# What it writes while there is no network, or shall be none, for `wandb sync` to send.
OFFLINE = "offline-run-*"
# Seconds it may take to send the rest of a run; what is not sent by then is on disk.
FINISH_SECONDS = 60.0
# Longest name that its server takes.
LONGEST = 128


class Run(Track):
    """The run of one trial.

    Args:
        trial: The trial.
        project: The project of the library that it belongs to.
    """

    def __init__(self, trial: Tracked, project: str) -> None:
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
        # A run on a server that goes on has its first steps already.
        self._step = self._first = self._run.starting_step

    def measure(self, measurement: Measurement) -> None:
        """Log every metric and the epoch at the trial's own step."""
        if measurement.step >= self._first:
            self._step = measurement.step
            metrics = {**measurement.metrics, "epoch": measurement.epoch}
            self._run.log(metrics, step=self._step)

    def end(self, ending: Ending) -> None:
        """Log pictures and tables, say how the trial ended, and finish the run."""
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
        others = (tag for tag in self._run.tags or () if tag != "paused")
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
    """Nothing on the terminal, and no look at the code, the packages or the driver's machine."""
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


def _identity(trial: Tracked) -> str:
    """The run's name for the library, the same whenever the trial goes on.

    It is kept beside the run, for it must not be that of a study of the same name elsewhere.
    """
    file = trial.folder / FOLDER / "run-id"
    if not file.is_file():
        file.parent.mkdir(exist_ok=True)
        study = re.sub(r"[^a-zA-Z0-9_-]+", "-", trial.study)[:40]
        file.write_text(f"{study}-{trial.number:04d}-{secrets.token_hex(4)}", encoding="utf-8")
    return file.read_text(encoding="utf-8")


def _without_offline_runs(folder: Path) -> Path:
    """A trial's folder, rid of what was written offline before: all steps are handed up again."""
    for old in (folder / FOLDER).glob(OFFLINE):
        shutil.rmtree(old)
    return folder
