"""The note that optuna-dashboard shows beside a trial or a study."""

from __future__ import annotations

import optuna
from optuna_dashboard import save_note

from automl.core.inspection import Inspection
from automl.core.trial import Status, TrialResult, TrialSpec


def trial_note(network: Inspection, spec: TrialSpec, result: TrialResult) -> str:
    """A trial in Markdown: how it ended and why, then its layers with shapes and parameters."""
    if not network.rows:
        return ""
    ended = {Status.COMPLETE: "Ran to its end"}.get(result.status, result.status.value.capitalize())
    reason = f": {result.reason}" if result.reason else ""
    parts = f" Each batch in {spec.accumulate} parts, for memory." if spec.accumulate > 1 else ""
    speed = f"{_seconds_per_epoch(result):.2f} s an epoch on {result.device}"
    layers = (f"| {name} | {_shape(shape)} | {size:,} |" for name, shape, size in network.rows)
    return "\n".join(
        [
            f"**{ended}{reason}**{parts}",
            "",
            f"{network.size:,} parameters, {network.flops:,} FLOPs an example, {speed}",
            "",
            "| layer | output | parameters |",
            "|---|---|---|",
            *layers,
        ]
    )


def write_note(subject: optuna.Trial | optuna.Study, markdown: str) -> None:
    """Set the note of a trial or of a study; an empty one is not written."""
    if markdown:
        save_note(subject, markdown)


def _shape(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape))


def _seconds_per_epoch(result: TrialResult) -> float:
    if not result.measurements:
        return 0.0
    last = result.measurements[-1]
    return last.seconds / last.epoch
