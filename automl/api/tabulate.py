"""Trials as a pandas DataFrame."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl.core.records import StudyRecord, TrialRecord

if TYPE_CHECKING:
    from pandas import DataFrame


def tabulate(study: StudyRecord) -> DataFrame:
    """A row for each trial, the index its number.

    Columns are ``status``, the metric by its name, ``epoch``, ``seconds``, ``size`` (weights),
    ``flops``, ``latency`` (milliseconds), ``device``, ``reason``, and one for each parameter that
    was ever drawn; what a trial has not is missing there.
    """
    from pandas import DataFrame, Index

    rows = [{**_facts(study, trial), **trial.parameters} for trial in study.trials]
    index = Index([trial.number for trial in study.trials], name="trial")
    return DataFrame(rows, index=index)


def _facts(study: StudyRecord, trial: TrialRecord) -> dict[str, object]:
    return {
        "status": trial.status,
        study.metric: trial.value,
        "epoch": trial.epoch,
        "seconds": trial.seconds,
        "size": trial.size,
        "flops": trial.flops,
        "latency": trial.latency,
        "device": trial.device,
        "reason": trial.reason,
    }
