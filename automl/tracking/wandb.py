"""Tracking with Weights & Biases: a run for each trial, a group for each study."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

from automl.core.errors import UserError
from automl.tracking.require import require
from automl.tracking.tracker import Track, Tracked, Tracker
from automl.tracking.wandb_run import FOLDER, OFFLINE, Run

PROJECT = "automl"
# Its modes that need a server.
ONLINE = ("online", "run", "shared")


class WeightsAndBiases(Tracker):
    """Runs on a server, or in files where WANDB_MODE is offline."""

    def __init__(self) -> None:
        require("wandb")
        # Before it and in this thread: wandb takes modules as it finds them, halves that another
        # thread is about to import too, and puts stand-ins in the place of others.
        import numpy as np  # noqa: F401
        import PIL.Image  # noqa: F401
        import requests  # noqa: F401
        import wandb

        try:
            settings = wandb.setup(wandb.Settings(silent=True)).settings
            # Without a look at the server: a slow network must not hold up the search.
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

    def begin(self, trial: Tracked) -> Track:
        """Begin the trial's run, or take it up again."""
        return Run(trial, self._project)

    def abandon(self) -> None:
        """End the library's service process, which waits for the network.

        At the end of the program the library waits for that process: a minute and a half if the
        network is gone. There is no public way to say that nobody has the time. Offline it is quick
        to write what is left, and is given that time.
        """
        import wandb

        if not self._online:
            return
        with suppress(Exception):
            library: Any = wandb.setup()
            service = library._connection._proc._process
            service.kill()
            service.wait()
        with suppress(Exception, SystemExit):  # that of a service that did not end well
            wandb.teardown()

    @staticmethod
    def look(trials: Path) -> tuple[str, str] | None:
        """The command that sends what was written without a network."""
        if not any(trials.glob(f"*/{FOLDER}/{OFFLINE}")):
            return None
        return f"wandb sync {trials}/*/{FOLDER}/{OFFLINE}", "send the runs to Weights & Biases"
