"""The notes that optuna-dashboard shows beside trials and studies, in Markdown."""

from __future__ import annotations

from automl.core.costs import HEADINGS, in_words
from automl.core.final import Final, opened
from automl.core.inspection import Inspection
from automl.core.records import TrialRecord
from automl.core.text import value
from automl.core.trial import Status, TrialResult, TrialSpec
from automl.tuning.watch import Setting

# Of the log of a failed trial: its end says what went wrong.
LAST_LINES = 20


def trial_note(network: Inspection, spec: TrialSpec, result: TrialResult, log: str) -> str:
    """A trial in Markdown: how it ended and why, then its layers with shapes and parameters.

    Args:
        network: Its network.
        spec: What was to be run.
        result: What came of it.
        log: What it had to say of a failure; empty if nothing.
    """
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
            f"{network.size:,} parameters, {network.flops:,} FLOPs an example, {speed}"
            f"{_latency(result)}",
            "",
            "| layer | output | parameters |",
            "|---|---|---|",
            *layers,
            *_end_of(log),
        ]
    )


def study_note(setting: Setting, best: TrialRecord | None, baseline: TrialRecord | None) -> str:
    """A study in Markdown: the best so far, what is searched, and how to go on.

    Args:
        setting: What was known when the search began.
        best: The best trial that ran to its end, or None.
        baseline: Trial 0, if it has ended.
    """
    answer = "No trial has run to its end yet."
    if best is not None:
        answer = f"Best so far: trial {best.number}, {setting.metric} {value(best.value)}"
        if baseline is not None and baseline.number != best.number:
            answer += f" (the baseline, trial 0: {value(baseline.value)})"
    facts = {
        "space": setting.space,
        "data": setting.data,
        "objective": ", ".join(_objectives(setting)),
        "trials": f"{setting.trials} in all, of up to {setting.epochs} epochs",
        "runs on": setting.device,
    }
    if setting.final is not None:
        facts |= _final(setting.final)
    return "\n".join(
        [
            f"**{answer}**",
            "",
            "| | |",
            "|---|---|",
            *(f"| {name} | {_cell(fact)} |" for name, fact in facts.items()),
            "",
            f"Go on with it: `automl resume {setting.study}` (in the folder that holds `results`)",
        ]
    )


def _final(final: Final) -> dict[str, str]:
    """Its figure on the test split beside the one on validation."""
    return {
        "final model": f"{final.made()}: {final.score} on validation, a mean; {final.why()}",
        "test split": f"{', '.join(map(str, final.test))}; opened {opened(final.test_opened)}",
    }


def _objectives(setting: Setting) -> list[str]:
    metric = f"{'the largest' if setting.maximize else 'the smallest'} {setting.metric}"
    return [metric, *(f"the smallest {HEADINGS[each]}" for each in setting.minimize)]


def _latency(result: TrialResult) -> str:
    latency = result.measurements[-1].latency if result.measurements else None
    return "" if latency is None else f", {in_words('latency', latency)} for one example"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _end_of(log: str) -> list[str]:
    """The last lines as they are; none of them can end the block that they are in."""
    if not log:
        return []
    lines = log.rstrip().splitlines()[-LAST_LINES:]
    return ["", "The end of its log:", "", *(f"    {line}" for line in lines)]


def _shape(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape))


def _seconds_per_epoch(result: TrialResult) -> float:
    if not result.measurements:
        return 0.0
    last = result.measurements[-1]
    return last.seconds / last.epoch
