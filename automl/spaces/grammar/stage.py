"""Stages: ``{stage: name, repeat: …, layers: […]}``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import Field

from automl.core.distributions import Range
from automl.spaces.document import Items, Table, Yaml, plain
from automl.spaces.grammar.context import Context
from automl.spaces.grammar.form import Form, read_form
from automl.spaces.grammar.names import Name
from automl.spaces.grammar.rule import rule_of
from automl.spaces.grammar.value import read_value
from automl.spaces.nodes.draw import Draw
from automl.spaces.nodes.fixed import Fixed
from automl.spaces.nodes.node import Node
from automl.spaces.nodes.sequence import Sequence
from automl.spaces.nodes.stage import Stage

MOST_REPEATS = 100


class StageForm(Form):
    """A named part of a network that is repeated."""

    stage: Name
    """The stage's name; it begins the names of its parameters."""
    repeat: Any = 1
    """How often its layers come, one after the other; 0 is never."""
    layers: Any
    """What is repeated."""


class RepeatForm(Form):
    """How often a stage is repeated."""

    repeat: Annotated[int, Field(ge=0)] = 1
    """Number of repeats."""


def read_stage(
    context: Context, table: Table, read_layers: Callable[[Context, Yaml, str], Sequence]
) -> Node:
    """The stage in ``table``; ``read_layers`` reads what it repeats."""
    read_form(context.problems, StageForm, table, "a stage")
    name = str(plain(table.entries["stage"].value))
    repeat, most = _read_repeat(context.inside(name), name, table)
    inside = context.repeated(name, most)
    if inside.once in context.taken:
        line = table.entries["stage"].line
        context.problems.add(line, f"a stage {name!r} is here already", "give it another name")
    context.taken.add(inside.once)
    if "layers" not in table.entries:
        return Fixed(())
    entry = table.entries["layers"]
    if isinstance(entry.value, Items) and not entry.value.items:
        context.problems.add(entry.line, f"stage {name!r} has no layers", "give it at least one")
    return Stage(repeat, read_layers(inside, entry.value, f"stage {name!r}"))


def _read_repeat(context: Context, stage: str, table: Table) -> tuple[Fixed | Draw, int]:
    """How often, and how often at most; once if that is wrong."""
    if "repeat" not in table.entries:
        return Fixed(1), 1
    entry, before = table.entries["repeat"], len(context.problems)
    rule = rule_of(RepeatForm, "repeat", f"stage {stage!r}")
    repeat = read_value(context, rule, entry.value, "repeat")
    if len(context.problems) == before:
        _check_repeat(context, repeat, entry.line)
    return (repeat, _most(repeat)) if len(context.problems) == before else (Fixed(1), 1)


def _check_repeat(context: Context, repeat: Fixed | Draw, line: int) -> None:
    most = _most(repeat)
    total = most * context.repeats
    if most < 1:
        hint = "a stage that never comes is none"
        context.problems.add(line, "`repeat` must reach 1", hint)
    if total > MOST_REPEATS:
        context.problems.add(line, f"up to {total:,} repeats", f"at most {MOST_REPEATS:,}")
    if isinstance(repeat, Draw) and repeat.grow is not None:
        context.problems.add(line, "`repeat` cannot grow")


def _most(repeat: Fixed | Draw) -> int:
    if isinstance(repeat, Fixed):
        return int(repeat.value)
    if isinstance(repeat.distribution, Range):
        return int(repeat.distribution.high)
    return max(value for value in repeat.distribution.values if isinstance(value, int))
