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
    scored = [each.study for each in found.studies if each.study.best is not None]
    if not scored:
        return "None of them has a complete trial yet."
    if len({each.metric for each in scored}) > 1:
        told = ", ".join(f"{each.name} by {each.metric}" for each in scored)
        return wrap(f"They were searched by different metrics: {told}")
    scored.sort(key=lambda study: study.rank(study.ranked[0]))
    top = scored[0].ranked[0].objective
    first = [each.name for each in scored if each.ranked[0].objective == top]
    behind = [f"{each.name} {value(each.ranked[0].objective)}" for each in scored[len(first) :]]
    ahead = f"{first[0]} is ahead" if len(first) == 1 else f"{' and '.join(first)} are level"
    others = f" ({', '.join(behind)})" if behind else ""
    return wrap(f"{ahead}: {scored[0].metric} {value(top)} on validation{others}")


def _metrics(found: StudyComparison) -> str:
    """The metrics of the best trials, and which study is ahead in each."""
    if not found.metrics:
        return ""
    names = [each.study.name for each in found.studies]
    rows = [
        [metric, *(value(each.metrics[metric]) for each in found.studies)]
        for metric in found.metrics
    ]
    if not found.differences:
        names = [*names, "ahead"]
        rows = [[*row, _ahead(found.ahead(row[0]), len(found.studies))] for row in rows]
    title = wrap("What the best trial of each measured on validation:")
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
        "task": compared.task,
        "data": compared.data.split(",")[0],
        "SHA-256 of the data": f"{compared.fingerprint[:12]}…",
        "seed": str(compared.seed),
        "metric": study.metric,
        "best": value(best.objective if best else None),
        "baseline": value(study.baseline.objective if study.baseline else None),
        "better by": value(compared.gain),
        "trials": count(study.counted, "trial"),
        **{f"  {each}": f"{study.count(each):,}" for each in statuses},
        "training time": duration(sum(each.seconds for each in study.trials)),
    }
    return facts | dict(_best_facts(compared))


def _best_facts(compared: ComparedStudy) -> Iterator[tuple[str, str]]:
    best = compared.study.best
    if best is None:
        return
    yield "best trial", str(best.number)
    yield "  parameters", f"{best.num_parameters or 0:,}"
    yield "  FLOPs an example", f"{best.flops or 0:,}"
    for name, drawn in best.parameters.items():
        yield f"  {name}", plain(drawn)


def _json(found: StudyComparison) -> dict[str, object]:
    return {
        "comparable": not found.differences,
        "differences": list(found.differences),
        "metrics": {
            metric: {
                "maximize": larger,
                "values": {each.study.name: each.metrics[metric] for each in found.studies},
            }
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
        "best": to_stored(best) if best else None,
        "baseline": to_stored(baseline) if baseline else None,
        "gain": compared.gain,
        "trials": {each: study.count(each) for each in statuses},
        "seconds": sum(each.seconds for each in study.trials),
    }
