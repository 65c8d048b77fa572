"""Tracking with TensorBoard: event files in each trial's own folder."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from types import ModuleType
from typing import Any

from automl.core.errors import require
from automl.core.markdown import table, text
from automl.core.text import one_line
from automl.core.trial import Measurement
from automl.tracking.tracker import TrackedTrial, Tracker, TrialEnd, TrialTracker, read_table

# How TensorBoard names its files.
EVENTS = "events.out.tfevents.*"


class TensorBoard(Tracker):
    """Scalars, parameters, pictures and tables, in files on this machine."""

    def __init__(self) -> None:
        require("tensorboard", "tensorboard")
        # TensorBoard would load an installed TensorFlow, which is slow and noisy, unless it finds
        # this module, as in its builds without TensorFlow.
        sys.modules.setdefault("tensorboard.compat.notf", ModuleType("notf"))
        # Here, for threads that import at the same time may get incomplete modules.
        import torch.utils.tensorboard  # noqa: F401

    def begin(self, trial: TrackedTrial) -> TrialTracker:
        """Write the trial's events anew."""
        return TrialEvents(trial)

    def abandon(self) -> None:
        """Do nothing: event files are always complete up to the last step."""

    @staticmethod
    def look(trials: Path) -> tuple[str, str] | None:
        """TensorBoard on all trials of the study."""
        if not any(trials.glob(f"*/{EVENTS}")):
            return None
        return f"tensorboard --logdir {trials}", "curves, parameters and mistakes, in the browser"


class TrialEvents(TrialTracker):
    """The event file of one trial; the trial's folder is what TensorBoard calls the run.

    Args:
        trial: The trial.
    """

    def __init__(self, trial: TrackedTrial) -> None:
        from tensorboard.plugins.hparams.summary_v2 import hparams_pb
        from torch.utils.tensorboard import SummaryWriter

        for file in trial.folder.glob(EVENTS):  # a continued trial reports all steps again
            file.unlink()
        self._metric, self._step, self._began = trial.metric, 0, time.time()
        self._writer: Any = SummaryWriter(str(trial.folder))
        # SummaryWriter.add_hparams would also write the columns of the table, which differ between
        # the trials of a conditional space.
        parameters = {name: _known(value) for name, value in trial.parameters.items()}
        name = f"{one_line(trial.study)}/{trial.number:04d}"
        self._add(hparams_pb(parameters, trial_id=name))

    def measure(self, measurement: Measurement) -> None:
        """Write every metric, dated by the seconds of training."""
        self._step = measurement.step
        at = self._began + measurement.seconds
        for name, value in {**measurement.metrics, "epoch": measurement.epoch}.items():
            self._writer.add_scalar(name, value, self._step, walltime=at)
        self._writer.flush()

    def end(self, ending: TrialEnd) -> None:
        """Write the objective at its best, how the trial ended, and its pictures and tables."""
        if ending.value is not None:
            self._writer.add_scalar(f"best/{self._metric}", ending.value, self._step)
        told = ": ".join(filter(None, (ending.status, ending.reason)))
        self._writer.add_text("status", text(told))
        for file in ending.artifacts:
            self._show(file)
        self._add(_session_end(ending.status))
        self._writer.close()

    def _show(self, file: Path) -> None:
        if file.suffix == ".csv":
            columns, rows = read_table(file)
            cells = [[text(cell) for cell in row] for row in (columns, *rows)]
            self._writer.add_text(file.stem, table(cells[0], cells[1:]), self._step)
        elif file.suffix == ".png":
            self._writer.add_image(file.stem, _pixels(file), self._step, dataformats="HWC")

    def _add(self, summary: Any) -> None:
        self._writer.file_writer.add_summary(summary)
        self._writer.flush()


def _known(value: object) -> bool | float | str:
    """A parameter as a type that the HParams tab supports."""
    return value if isinstance(value, bool | int | float | str) else str(value)


def _session_end(status: str) -> Any:
    """The status by which the HParams tab filters."""
    from tensorboard.compat.proto.summary_pb2 import Summary
    from tensorboard.plugins.hparams import api_pb2, metadata
    from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData, SessionEndInfo

    states = {
        "complete": api_pb2.STATUS_SUCCESS,
        "pruned": api_pb2.STATUS_SUCCESS,
        "paused": api_pb2.STATUS_RUNNING,
    }
    state = states.get(status, api_pb2.STATUS_FAILURE)
    ended = SessionEndInfo(status=state, end_time_secs=time.time())
    described = metadata.create_summary_metadata(HParamsPluginData(session_end_info=ended))
    return Summary(value=[Summary.Value(tag=metadata.SESSION_END_INFO_TAG, metadata=described)])


def _pixels(file: Path) -> Any:
    import numpy as np
    from PIL import Image

    with Image.open(file) as image:
        return np.asarray(image.convert("RGB"))
