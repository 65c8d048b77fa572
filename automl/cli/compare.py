"""``automl compare``."""

from __future__ import annotations

import json as json_module
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from automl.cli.completion import complete_study
from automl.cli.options import Json, Results
from automl.cli.tables import fits, table
from automl.cli.terminal import echo, wrap
from automl.cli.text import next_steps, where
from automl.core.defaults import RESULTS
from automl.core.text import count, duration, plain, value

if TYPE_CHECKING:
    from automl.api.comparing import Compared, Comparison

Names = Annotated[
    list[str],
    typer.Argument(metavar="STUDY", help="Two or more studies.", autocompletion=complete_study),
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("compare")(compare)


def compare(studies: Names, results: Results = RESULTS, json: Json = False) -> None:
    """Put studies side by side."""
    from automl import api

    found = api.compare(studies, results)
    if json:
        echo(json_module.dumps(_json(found)))
    else:
        steps = [(f"show {each}{where(results)}", "more of it") for each in studies]
        echo("\n\n".join([_verdict(found), _side_by_side(found.studies), next_steps(steps)]))


def _verdict(found: Comparison) -> str:
    """Which is ahead, or why that cannot be said."""
    if found.differences:
        lines = ["Their values cannot be compared:", *(f"- {each}" for each in found.differences)]
        return "\n".join(map(wrap, lines))
    scored = [each.study for each in found.studies if each.study.best is not None]
    if not scored:
        return "None of them has a complete trial yet."
    scored.sort(key=lambda study: study.rank(study.ranked[0]))
    top = scored[0].ranked[0].value
    first = [each.name for each in scored if each.ranked[0].value == top]
    behind = [f"{each.name} {value(each.ranked[0].value)}" for each in scored[len(first) :]]
    ahead = f"{first[0]} is ahead" if len(first) == 1 else f"{' and '.join(first)} are level"
    others = f" ({', '.join(behind)})" if behind else ""
    return wrap(f"{ahead}: {scored[0].metric} {value(top)} on validation{others}")


def _side_by_side(studies: Sequence[Compared]) -> str:
    """A column a study; one below the other where a terminal has no room for that."""
    facts = [_facts(each) for each in studies]
    labels = list(dict.fromkeys(label for each in facts for label in each))
    headings = ("", *(each.study.name for each in studies))
    rows = [(label, *(each.get(label, "-") for each in facts)) for label in labels]
    if fits([headings, *rows]):
        return table(headings, rows)
    pairs = (table((each.study.name, ""), _facts(each).items()) for each in studies)
    return "\n\n".join(pairs)


def _facts(compared: Compared) -> dict[str, str]:
    study, best = compared.study, compared.study.best
    statuses = dict.fromkeys(each.status for each in study.trials)
    facts = {
        "task": compared.task,
        "data": compared.data.split(",")[0],
        "SHA-256 of the data": f"{compared.fingerprint[:12]}…",
        "seed": str(compared.seed),
        "metric": study.metric,
        "best": value(best.value if best else None),
        "baseline": value(study.baseline.value if study.baseline else None),
        "better by": value(compared.gain),
        "trials": count(study.counted, "trial"),
        **{f"  {each}": f"{study.count(each):,}" for each in statuses},
        "training time": duration(sum(each.seconds for each in study.trials)),
    }
    return facts | dict(_best_facts(compared))


def _best_facts(compared: Compared) -> Iterator[tuple[str, str]]:
    best = compared.study.best
    if best is None:
        return
    yield "best trial", str(best.number)
    yield "  parameters", f"{best.size or 0:,}"
    yield "  FLOPs an example", f"{best.flops or 0:,}"
    for name, drawn in best.parameters.items():
        yield f"  {name}", plain(drawn)


def _json(found: Comparison) -> dict[str, object]:
    return {
        "comparable": not found.differences,
        "differences": list(found.differences),
        "studies": [_study_json(each) for each in found.studies],
    }


def _study_json(compared: Compared) -> dict[str, object]:
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
        "best": asdict(best) if best else None,
        "baseline": asdict(baseline) if baseline else None,
        "gain": compared.gain,
        "trials": {each: study.count(each) for each in statuses},
        "seconds": sum(each.seconds for each in study.trials),
    }
