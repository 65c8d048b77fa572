"""What ``automl show STUDY --trial N`` prints: all that is known of a trial."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from automl.cli.mistakes import mistakes
from automl.cli.tables import table
from automl.cli.terminal import USUAL_WIDTH, terminal_width, wrap
from automl.cli.text import next_steps, where
from automl.core.costs import in_words
from automl.core.inspection import Inspection
from automl.core.one_line import one_line
from automl.core.records import StudyRecord, TrialRecord
from automl.core.review import Review
from automl.core.text import duration, plain, value
from automl.core.trial import Measurement
from automl.report.curve import draw_curve

# Rows of a curve's table, and lines of a log.
SHOWN = 12


@dataclass(frozen=True)
class Details:
    """A trial and what its folder holds of it."""

    study: StudyRecord
    trial: TrialRecord
    network: Inspection | None
    curve: tuple[Measurement, ...]
    review: Review | None
    log: str
    artifacts: tuple[Path, ...]
    results: str

    @classmethod
    def read(cls, study: StudyRecord, number: int, results: str) -> Details:
        """The details of trial ``number``, which the study has."""
        from automl import api

        trial, at = study.trials[number], (study.name, number, results)
        network = api.network(*at) if trial.size is not None else None
        files = api.review(*at), api.log(*at), api.artifacts(*at)
        return cls(study, trial, network, api.curve(*at), *files, results)

    def as_json(self) -> dict[str, object]:
        """All of it, for scripts."""
        return {
            **asdict(self.trial),
            "network": asdict(self.network) if self.network else None,
            "curve": [asdict(each) for each in self.curve],
            "review": asdict(self.review) if self.review else None,
            "log": self.log,
            "artifacts": list(map(str, self.artifacts)),
        }

    def as_text(self) -> str:
        """The part of it that people read."""
        return "\n\n".join(filter(None, self._parts()))

    def _parts(self) -> Iterator[str]:
        yield _head(self.study, self.trial)
        parameters = self.trial.parameters.items()
        yield table(("parameter", "value"), ((name, plain(each)) for name, each in parameters))
        if self.network:
            yield _network(self.network, self.trial.latency)
        yield from _charts(self.study.metric, self.curve)
        if self.curve:
            yield _measurements(self.curve)
        if self.review:
            yield wrap(mistakes(self.review))
        if self.trial.status == "failed" and self.log:
            yield _log_end(self.log)
        if self.artifacts:
            yield f"Pictures  {self.artifacts[0].parent}"
        yield next_steps([(f"show {self.study.name}{where(self.results)}", "all trials")])


def _head(study: StudyRecord, trial: TrialRecord) -> str:
    reason = f": {trial.reason}" if trial.reason else ""
    ran = f", {duration(trial.seconds)} on {trial.device}" if trial.device else ""
    measured = f", {study.metric} {value(trial.value)}" if trial.value is not None else ""
    begun = f"; begun as {trial.origin}" if trial.origin else ""
    return wrap(
        f"trial {trial.number} of {study.name} {trial.status}{reason}{measured}{ran}{begun}"
    )


def _network(network: Inspection, latency: float | None) -> str:
    rows = (
        (layer, " × ".join(map(str, shape)), f"{size:,}") for layer, shape, size in network.rows
    )
    total = f"{network.size:,} parameters, {network.flops:,} FLOPs an example"
    if latency is not None:
        total += f", {in_words('latency', latency)} for one example"
    return f"{table(('layer', 'output', 'parameters'), rows)}\n{wrap(total)}"


def _charts(metric: str, curve: tuple[Measurement, ...]) -> Iterator[str]:
    for name in dict.fromkeys((metric, "train_loss")):
        points = [(each.epoch, each.metrics[name]) for each in curve if name in each.metrics]
        yield draw_curve(name, points, terminal_width() or USUAL_WIDTH)


def _measurements(curve: tuple[Measurement, ...]) -> str:
    """The measurements; of many some, evenly, with the first and the last."""
    last = len(curve) - 1
    shown = curve
    if len(curve) > SHOWN:
        shown = tuple(curve[round(last * row / (SHOWN - 1))] for row in range(SHOWN))
    names = tuple(curve[0].metrics)
    rows = ((f"{each.epoch:g}", *(value(each.metrics[n]) for n in names)) for each in shown)
    text = table(("epoch", *names), rows)
    left = f"\n{len(shown)} of {len(curve):,} measurements; all of them: --json"
    return text + (left if len(curve) > SHOWN else "")


def _log_end(log: str) -> str:
    lines = log.rstrip().splitlines()
    cut = f" (its last {SHOWN} of {len(lines):,} lines)" if len(lines) > SHOWN else ""
    return "\n".join([f"Its log{cut}:", *(f"  {one_line(line)}" for line in lines[-SHOWN:])])
