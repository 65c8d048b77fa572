"""What ``automl show`` prints: a study, what it found and what to do next; or all of a trial."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from automl.cli.summary import front_text, result_text, tally
from automl.cli.terminal import USUAL_WIDTH, next_steps, results_flag, table, terminal_width, wrap
from automl.core.error_analysis import Confusion, ErrorAnalysis
from automl.core.final import FinalRecord
from automl.core.records import NetworkProfile, StudyRecord, TrialRecord, in_words, to_stored
from automl.core.text import count, duration, epoch, one_line, plain, shell_word, value
from automl.core.trial import Measurement
from automl.report.charts import draw_bars, draw_curve
from automl.report.summary import endings

if TYPE_CHECKING:
    from automl.api.studies import StudyOverview, TrialDetails
    from automl.tuning.importances import Importances

# Rows of the table of trials, and parameters with a bar.
TOP = 10
# Statuses that are not in the table, for no worker had these trials.
_NEVER_RAN = ("infeasible", "duplicate")
# Rows of a curve's table, and lines of a log.
SHOWN = 12
WORST = 3


def study_text(look: StudyOverview, results: str) -> str:
    """A study for people."""
    study, final = look.study, look.final
    found = [result_text(study, look.delivered), front_text(study)]
    found += [_importances(look.importances), _trials(study), _next(study, final, results)]
    return "\n\n".join(filter(None, found))


def _importances(found: Importances) -> str:
    title = wrap(f"Importances: {found.basis}")
    if not found.shares:
        return title
    shares = list(found.shares.items())
    lines = [title, draw_bars(dict(shares[:TOP]), terminal_width() or USUAL_WIDTH)]
    rest = shares[TOP:]
    if rest:
        lines.append(f"{count(len(rest), 'other')}: {sum(share for _, share in rest):.0%} in all")
    return "\n".join(lines)


def _trials(study: StudyRecord) -> str:
    """The best measured trials; if they are few, also the latest of the others."""
    headings = ("trial", "status", study.metric, "epochs", "seconds", "parameters", "reason")
    best, known = study.measured[:TOP], {each.number for each in study.measured}
    others = [each for each in study.trials if each.number not in known]
    ran = [each for each in others if each.status not in _NEVER_RAN]
    shown = [*best, *ran[max(len(ran) - (TOP - len(best)), 0) :]]
    number = count(study.counted, "trial")
    lines = [wrap(f"{study.name}: {number}, ranked by {study.metric} ({tally(study)})")]
    lines += [table(headings, map(_row, shown))] if shown else []
    return "\n".join([*lines, *map(wrap, _infeasible(study))])


def _infeasible(study: StudyRecord) -> Iterator[str]:
    """The number of infeasible draws for each reason, with an example."""
    for each in endings(study)[:TOP]:
        if each.status == "infeasible":
            drawn, alike = count(each.trials, "infeasible draw"), each.trials > 1
            yield f"{drawn}{', such as' if alike else ':'} trial {each.first}: {each.reason}"


def _row(trial: TrialRecord) -> tuple[str, ...]:
    size = f"{trial.num_parameters:,}" if trial.num_parameters is not None else "-"
    return (
        str(trial.number),
        trial.status,
        value(trial.objective),
        epoch(trial.epoch),
        f"{trial.seconds:,.1f}",
        size,
        trial.reason,
    )


def _next(study: StudyRecord, final: FinalRecord | None, results: str) -> str:
    name, flag = shell_word(study.name), results_flag(results)
    steps = [(f"show {name} --trial N{flag}", "one trial in full")]
    if study.count("running"):
        steps.append((f"watch {name}{flag}", "watch it continue"))
    elif study.unfinished:
        steps.append((f"resume {name}{flag}", "continue where it stopped"))
    if study.count("complete") and (final is None or final.outdated):
        steps.append((f"finalize {name}{flag}", "refit the best, measure one on the test split"))
    if study.best is not None:
        steps.append((f"export {name} --format onnx{flag}", "export the best model"))
    return next_steps(steps)


def trial_json(found: TrialDetails) -> dict[str, object]:
    """A trial for scripts, with everything that is kept of it."""
    return {
        **to_stored(found.trial),
        "network": to_stored(found.network) if found.network else None,
        "curve": [to_stored(each) for each in found.curve],
        "review": to_stored(found.review) if found.review else None,
        "log": found.log,
        "artifacts": list(map(str, found.artifacts)),
    }


def trial_text(found: TrialDetails, results: str) -> str:
    """A trial for people."""
    return "\n\n".join(filter(None, _sections(found, results)))


def _sections(found: TrialDetails, results: str) -> Iterator[str]:
    study, trial = found.study, found.trial
    yield _head(study, trial)
    parameters = ((name, plain(each)) for name, each in trial.parameters.items())
    yield table(("parameter", "value"), parameters)
    if found.network:
        yield _network(found.network, trial.latency)
    yield from _charts(study.metric, found.curve)
    if found.curve:
        yield _measurements(found.curve)
    if found.review:
        yield wrap(mistakes_text(found.review))
    if trial.status == "failed" and found.log:
        yield _log_end(found.log)
    if found.artifacts:
        yield f"Pictures  {found.artifacts[0].parent}"
    yield next_steps([(f"show {shell_word(study.name)}{results_flag(results)}", "all trials")])


def _head(study: StudyRecord, trial: TrialRecord) -> str:
    reason = f": {trial.reason}" if trial.reason else ""
    ran = f", {duration(trial.seconds)} on {trial.device}" if trial.device else ""
    measured = f", {study.metric} {value(trial.objective)}" if trial.objective is not None else ""
    begun = f"; begun as {trial.origin}" if trial.origin else ""
    return wrap(
        f"trial {trial.number} of {study.name} {trial.status}{reason}{measured}{ran}{begun}"
    )


def _network(network: NetworkProfile, latency: float | None) -> str:
    rows = (
        (layer, " × ".join(map(str, shape)), f"{size:,}") for layer, shape, size in network.rows
    )
    total = f"{network.num_parameters:,} parameters, {network.flops:,} FLOPs an example"
    if latency is not None:
        total += f", {in_words('latency', latency)} for one example"
    return f"{table(('layer', 'output', 'parameters'), rows)}\n{wrap(total)}"


def _charts(metric: str, curve: tuple[Measurement, ...]) -> Iterator[str]:
    for name in dict.fromkeys((metric, "train_loss")):
        points = [(each.epoch, each.metrics[name]) for each in curve if name in each.metrics]
        yield draw_curve(name, points, terminal_width() or USUAL_WIDTH)


def _measurements(curve: tuple[Measurement, ...]) -> str:
    """A table of the measurements; of many, an even sample with the first and the last."""
    last = len(curve) - 1
    shown = curve
    if len(curve) > SHOWN:
        shown = tuple(curve[round(last * row / (SHOWN - 1))] for row in range(SHOWN))
    names = tuple(curve[-1].metrics)  # some are measured at the end alone
    rows = (
        (epoch(each.epoch), *(value(each.metrics[n]) if n in each.metrics else "" for n in names))
        for each in shown
    )
    text = table(("epoch", *names), rows)
    left = f"\n{len(shown)} of {len(curve):,} measurements; all of them: --json"
    return text + (left if len(curve) > SHOWN else "")


def _log_end(log: str) -> str:
    lines = log.rstrip().splitlines()
    cut = f" (its last {SHOWN} of {len(lines):,} lines)" if len(lines) > SHOWN else ""
    return "\n".join([f"Its log{cut}:", *(f"  {one_line(line)}" for line in lines[-SHOWN:])])


def mistakes_text(review: ErrorAnalysis) -> str:
    """The most frequent confusion, or the worst errors, in a sentence."""
    seen = f"Of {count(review.examples, 'validation example')}"
    if isinstance(review.errors, Confusion):
        return f"{seen}, {_confusion(review.errors)}."
    worst = review.mistakes[:WORST]
    told = (f"{each.answer} where {each.truth} is right ({each.degree})" for each in worst)
    return f"{seen}, worst: {'; '.join(told)}."


def _confusion(errors: Confusion) -> str:
    wrong = {
        (true, said): number
        for true, row in enumerate(errors.counts)
        for said, number in enumerate(row)
        if true != said and number
    }
    if not wrong:
        return "none is taken for another class"
    true, said = max(wrong, key=lambda pair: wrong[pair])
    of = f"{wrong[true, said]:,} of {sum(errors.counts[true]):,}"
    return f"most often wrong: {errors.labels[true]} taken for {errors.labels[said]}, {of}"
