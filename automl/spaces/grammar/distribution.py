"""Distributions: ``{low, high}`` with ``log`` or ``step``, and ``{choices: […]}``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field

from automl.core.distributions import Choices, Distribution, Range, Value
from automl.spaces import domain
from automl.spaces.document import Items, Scalar, Table, shown
from automl.spaces.grammar.form import Form, read_form
from automl.spaces.grammar.rule import Rule
from automl.spaces.problems import Problems

Number = int | float
Positive = Annotated[int, Field(gt=0)] | Annotated[float, Field(gt=0)]


class Sharing(Form):
    """What any distribution inside a repeated stage may say."""

    shared: bool = False
    """Draw once for all repeats of the stage."""
    grow: Annotated[float, Field(gt=0)] | None = None
    """Draw once, and multiply by this from each repeat to the next."""


class RangeForm(Sharing):
    """Numbers from low to high, both included."""

    low: Number
    """Smallest value."""
    high: Number
    """Largest value."""
    log: bool = False
    """Draw evenly on a logarithmic scale."""
    step: Positive | None = None
    """Distance between values."""


class ChoicesForm(Sharing):
    """One of a few values."""

    choices: Annotated[list[Any], Field(min_length=1)]
    """The values."""


@dataclass(frozen=True)
class Declared:
    """A distribution with how the repeats of a stage share it."""

    distribution: Distribution
    sharing: Sharing


def drawn_keys(table: Table) -> set[str]:
    """The keys that tell a distribution from another mapping."""
    return {"choices", "low", "high"}.intersection(table.entries)


def read_distribution(problems: Problems, rule: Rule, table: Table) -> Declared | None:
    """What a table declares, or None after saying what is wrong with it."""
    before = len(problems)
    if "choices" in table.entries and len(drawn_keys(table)) > 1:
        line = table.entries["choices"].line
        problems.add(line, f"{rule.label} is drawn from choices, or from low to high, not both")
        return None
    read = _read_choices if "choices" in table.entries else _read_range
    declared = read(problems, rule, table)
    return declared if len(problems) == before else None


def _read_choices(problems: Problems, rule: Rule, table: Table) -> Declared | None:
    form = read_form(problems, ChoicesForm, table, f"choices for {rule.label}")
    yaml = table.entries["choices"].value
    if form is None or not isinstance(yaml, Items):
        return None
    values: list[Value] = []
    for item in yaml.items:
        if not isinstance(item, Scalar):
            problems.add(
                item.line, f"{rule.label}: a choice must be a single value, not {shown(item)}"
            )
            continue
        rule.check(problems, item, "choice")
        value = rule.converted(item.value)
        if any(value == each and type(value) is type(each) for each in values):
            problems.add(item.line, f"{rule.label}: choices hold {shown(item)} twice")
        values.append(value)
    return Declared(Choices(tuple(values)), form)


def _read_range(problems: Problems, rule: Rule, table: Table) -> Declared | None:
    form = read_form(problems, RangeForm, table, f"a range for {rule.label}")
    if form is None:
        return None
    for end in ("low", "high"):
        rule.check(problems, table.entries[end].value, end)
    _check_range(problems, rule, form, table)
    numbers = (form.low, form.high, form.step)
    if rule.floats or any(isinstance(each, float) for each in numbers):
        step = None if form.step is None else float(form.step)
        drawn = Range(float(form.low), float(form.high), form.log, step)
    else:
        drawn = Range(form.low, form.high, form.log, form.step)
    return Declared(domain.trimmed(drawn), form)


def _check_range(problems: Problems, rule: Rule, form: RangeForm, table: Table) -> None:
    low, high, step = form.low, form.high, form.step
    line = table.entries["low"].line
    if low > high:
        problems.add(
            line, f"{rule.label}: the range is empty, low (={low}) is above high (={high})"
        )
    if form.log and low <= 0:
        problems.add(line, f"{rule.label}: low (={low}) must be above 0 with log")
    if form.log and step is not None:
        problems.add(table.entries["step"].line, f"{rule.label}: a range has log or step, not both")
    if isinstance(step, float) and rule.wrong(float(low)):
        wrong = f"{rule.label}: step (={step}) must be a whole number"
        problems.add(table.entries["step"].line, wrong)
