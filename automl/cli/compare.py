"""``automl compare``."""

from __future__ import annotations

import json as json_module
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from automl.cli.options import Json, Results, complete_study
from automl.cli.terminal import echo, fits, next_steps, results_flag, table, wrap
from automl.core.defaults import RESULTS
from automl.core.records import to_stored
from automl.core.text import count, duration, plain, shell_word, value

if TYPE_CHECKING:
    from automl.api.compare import ComparedStudy, StudyComparison
    from automl.core.final import Estimate

Names = Annotated[
    list[str],
    typer.Argument(metavar="STUDY", help="Two or more studies.", autocompletion=complete_study),
]


def compare(studies: Names, results: Results = RESULTS, json: Json = False) -> None:
    """Compare studies side by side."""
    from automl import api

    found = api.compare(studies, results)
    if json:
        echo(json_module.dumps(_json(found)))
    else:
        steps = [
            (f"show {shell_word(each)}{results_flag(results)}", "its details") for each in studies
        ]
        sections = [
            _verdict(found),
            _metrics(found),
            _side_by_side(found.studies),
            next_steps(steps),
        ]
        echo("\n\n".join(filter(None, sections)))


def _verdict(found: StudyComparison) -> str:
    """Which study is ahead, or why that is not known."""
    if found.differences:
        lines = ["Their values cannot be compared:", *(f"- {each}" for each in found.differences)]
        return "\n".join(map(wrap, lines))
    having = [each for each in found.studies if each.delivered is not None]
    if not having:
        return "None of them has a complete trial yet."
    if len({each.study.metric for each in having}) > 1:
        told = ", ".join(f"{each.study.name} by {each.study.metric}" for each in having)
        return wrap(f"They were searched by different metrics: {told}")
    metric, maximize = having[0].study.metric, having[0].study.maximize
    scored = {each.study.name: score for each in having if (score := _score(each, found.split))}
    ordered = sorted(scored, key=lambda name: scored[name].value, reverse=maximize)
    first = [name for name in ordered if scored[name].value == scored[ordered[0]].value]
    behind = [f"{name} {_valued(scored[name])}" for name in ordered[len(first) :]]
    ahead = f"{first[0]} is ahead" if len(first) == 1 else f"{' and '.join(first)} are level"
    others = f"; {', '.join(behind)}" if behind else ""
    told = f"{ahead}: {metric} {_valued(scored[first[0]])} on {found.split}{others}"
    return "\n".join(map(wrap, filter(None, [told, _why_validation(having)])))


def _why_validation(having: Sequence[ComparedStudy]) -> str:
    """Why models are compared on validation though some were measured on test; or ""."""
    finals = [e.study.name for e in having if e.delivered and e.delivered.split == "test"]
    if len(finals) in (0, len(having)):
        return ""
    return f"Only {' and '.join(finals)} {'has' if len(finals) == 1 else 'have'} a final model."


def _score(compared: ComparedStudy, split: str) -> Estimate | None:
    """The objective of the delivered model on a split."""
    delivered = compared.delivered
    if delivered is None:
        return None
    return delivered.score if split == delivered.split else delivered.validation


def _valued(score: Estimate) -> str:
    return f"{value(score.value)}{f' ({score.interval})' if score.interval else ''}"


def _metrics(found: StudyComparison) -> str:
    """The metrics of the delivered models, and which study is ahead in each."""
    if not found.metrics:
        return ""
    names = [each.study.name for each in found.studies]
    rows = [[metric, *map(value, found.values(metric).values())] for metric in found.metrics]
    if not found.differences:
        names = [*names, "ahead"]
        rows = [[*row, _ahead(found.ahead(row[0]), len(found.studies))] for row in rows]
    title = wrap(f"What the model of each measured on {found.split}:")
    return f"{title}\n{table(['metric', *names], rows)}"


def _ahead(names: Sequence[str], studies: int) -> str:
    return "level" if len(names) == studies else ", ".join(names)


def _side_by_side(studies: Sequence[ComparedStudy]) -> str:
    """A column for each study; one below the other on a narrow terminal."""
    facts = [_facts(each) for each in studies]
    labels = list(dict.fromkeys(label for each in facts for label in each))
    headings = ("", *(each.study.name for each in studies))
    rows = [(label, *(each.get(label, "-") for each in facts)) for label in labels]
    if fits([headings, *rows]):
        return table(headings, rows)
    pairs = (table((each.study.name, ""), _facts(each).items()) for each in studies)
    return "\n\n".join(pairs)


def _facts(compared: ComparedStudy) -> dict[str, str]:
    study, best = compared.study, compared.study.best
    statuses = dict.fromkeys(each.status for each in study.trials)
    facts = {
        **dict(_model_facts(compared)),
        "task": compared.task,
        "data": compared.data.split(",")[0],
        "SHA-256 of the data": f"{compared.fingerprint[:12]}…",
        "seed": str(compared.seed),
        "metric": study.metric,
        "best trial": f"{value(best.objective)}, trial {best.number}" if best else "-",
        "baseline": value(study.baseline.objective if study.baseline else None),
        "better by": value(compared.gain),
        "trials": count(study.counted, "trial"),
        **{f"  {each}": f"{study.count(each):,}" for each in statuses},
        "training time": duration(sum(each.seconds for each in study.trials)),
    }
    parameters = compared.delivered.trial.parameters if compared.delivered else {}
    return facts | {f"  {name}": plain(drawn) for name, drawn in parameters.items()}


def _model_facts(compared: ComparedStudy) -> Iterator[tuple[str, str]]:
    """The model that a study delivers, and how good it is."""
    delivered = compared.delivered
    if delivered is None:
        return
    yield "model", f"{delivered.kind}, trial {delivered.trial.number}"
    yield f"  {delivered.score.metric} on {delivered.split}", _valued(delivered.score)
    if delivered.split != "validation":
        yield f"  {delivered.validation.metric} on validation", _valued(delivered.validation)
    times = f"{delivered.members} × " if delivered.members > 1 else ""
    yield "  parameters", f"{times}{delivered.trial.num_parameters or 0:,}"
    yield "  FLOPs an example", f"{times}{delivered.trial.flops or 0:,}"


def _json(found: StudyComparison) -> dict[str, object]:
    return {
        "comparable": not found.differences,
        "differences": list(found.differences),
        "split": found.split,
        "metrics": {
            metric: {"maximize": larger, "values": found.values(metric)}
            for metric, larger in found.metrics.items()
        },
        "studies": [_study_json(each) for each in found.studies],
    }


def _study_json(compared: ComparedStudy) -> dict[str, object]:
    study, best, baseline = compared.study, compared.study.best, compared.study.baseline
    statuses = dict.fromkeys(each.status for each in study.trials)
    return {
        "name": study.name,
        "task": compared.task,
        "data": compared.data,
        "data_sha256": compared.fingerprint,
        "columns": dict(compared.columns),
        "seed": compared.seed,
        "metric": study.metric,
        "maximize": study.maximize,
        "delivered": compared.delivered.as_stored() if compared.delivered else None,
        "best": to_stored(best) if best else None,
        "baseline": to_stored(baseline) if baseline else None,
        "gain": compared.gain,
        "trials": {each: study.count(each) for each in statuses},
        "seconds": sum(each.seconds for each in study.trials),
    }
