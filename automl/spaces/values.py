"""Single values, plain or drawn from a distribution, and mappings with a fixed set of keys."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeVar, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from automl.core.distributions import Choices, Distribution, Range, Value
from automl.core.registry import nearest
from automl.spaces import domain
from automl.spaces.context import Context, Problems
from automl.spaces.document import Yaml, YamlList, YamlScalar, YamlTable, shown, without_lines
from automl.spaces.nodes import DrawNode, FixedNode
from automl.spaces.settings import complaint


@dataclass(frozen=True)
class ValueRule:
    """The rule for a value at one place.

    Args:
        label: The place, for messages.
        wrong: Function that says what is wrong with a value; empty if it is right.
        floats: Whether ints are meant as floats.
        words: The allowed texts, if only a few are.
    """

    label: str
    wrong: Callable[[Any], str]
    floats: bool = False
    words: tuple[str, ...] = ()

    def check(self, problems: Problems, yaml: Yaml, part: str = "") -> None:
        """Check a value, or a ``part`` of its distribution such as ``low``."""
        value = without_lines(yaml)
        wrong = self.wrong(value)
        if wrong:
            label = f"{self.label}: {part}" if part else self.label
            guess = nearest(value, self.words) if isinstance(value, str) else None
            hint = f"did you mean {guess!r}?" if guess else ""
            problems.add(yaml.line, f"{label} (={shown(yaml)}) {wrong}", hint)

    def converted(self, value: Any) -> Any:
        """The value in the right type: 1 becomes 1.0 where a float is meant."""
        return float(value) if self.floats and type(value) is int else value


def rule_of(model: type[BaseModel], field: str, owner: str) -> ValueRule:
    """The rule of a field of a settings class, with all its validators.

    Args:
        model: The class.
        field: Name of the field.
        owner: What the field belongs to, for messages.
    """

    def wrong(value: Any) -> str:
        try:
            model.model_validate_json(json.dumps({field: value}), strict=True)
        except ValidationError as error:
            # Other fields are missing here, which does not matter.
            own = (each for each in error.errors() if each["loc"][:1] == (field,))
            return " or ".join(dict.fromkeys(map(complaint, own))).replace(" or must be ", " or ")
        return ""

    types = tuple(_leaf_types(model.model_fields[field].annotation))
    words = tuple(each for each in types if isinstance(each, str))
    return ValueRule(f"`{field}` of {owner}", wrong, float in types and int not in types, words)


def any_scalar(label: str) -> ValueRule:
    """The rule that accepts every single value."""

    def wrong(value: Any) -> str:
        return "must be a single value" if isinstance(value, (list, dict)) else ""

    return ValueRule(label, wrong)


def _leaf_types(annotation: Any) -> Iterator[Any]:
    """The types and literal values that an annotation consists of."""
    if get_origin(annotation) is Literal or not get_args(annotation):
        yield from get_args(annotation) or (annotation,)
    else:
        for each in get_args(annotation):
            yield from _leaf_types(each)


class MappingForm(BaseModel):
    """A mapping with a fixed set of keys; a field of type ``Any`` is read separately."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


FormT = TypeVar("FormT", bound=MappingForm)


def read_form(problems: Problems, model: type[FormT], yaml: Yaml, what: str) -> FormT | None:
    """Read a mapping with fixed keys.

    Args:
        problems: Collector of what is wrong.
        model: Class with the keys.
        yaml: The mapping.
        what: What the mapping describes, for messages.

    Returns:
        The filled class, or None if something is wrong.
    """
    if not isinstance(yaml, YamlTable):
        keys = ", ".join(model.model_fields)
        problems.add(yaml.line, f"{what} must be a mapping, not {shown(yaml)}", f"keys: {keys}")
        return None
    before = len(problems)
    known = tuple(model.model_fields)
    for key, entry in yaml.entries.items():
        if key not in known:
            problems.unknown(entry.line, "key", key, known, what)
        elif (inner := _form_of(model, key)) is not None:
            read_form(problems, inner, entry.value, f"`{key}`")
        else:
            rule_of(model, key, what).check(problems, entry.value)
    for key, field in model.model_fields.items():
        if field.is_required() and key not in yaml.entries:
            problems.add(yaml.line, f"{what} needs `{key}`")
    return model.model_validate(without_lines(yaml)) if len(problems) == before else None


def _form_of(model: type[MappingForm], field: str) -> type[MappingForm] | None:
    for leaf in _leaf_types(model.model_fields[field].annotation):
        if isinstance(leaf, type) and issubclass(leaf, MappingForm):
            return leaf
    return None


Number = int | float

Positive = Annotated[int, Field(gt=0)] | Annotated[float, Field(gt=0)]


class Sharing(MappingForm):
    """Keys of every distribution inside a repeated stage."""

    shared: bool = False
    """Draw once for all repeats of the stage."""
    grow: Annotated[float, Field(gt=0)] | None = None
    """Draw once, and multiply by this factor from each repeat to the next."""


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
class SharedDistribution:
    """A distribution, and how the repeats of a stage share it."""

    distribution: Distribution
    sharing: Sharing


def drawn_keys(table: YamlTable) -> set[str]:
    """The keys of a mapping that make it a distribution."""
    return {"choices", "low", "high"}.intersection(table.entries)


def _read_distribution(
    problems: Problems, rule: ValueRule, table: YamlTable
) -> SharedDistribution | None:
    """Read a distribution; None if something is wrong with it."""
    before = len(problems)
    if "choices" in table.entries and len(drawn_keys(table)) > 1:
        line = table.entries["choices"].line
        problems.add(line, f"{rule.label} is drawn from choices, or from low to high, not both")
        return None
    read = _read_choices if "choices" in table.entries else _read_range
    declared = read(problems, rule, table)
    return declared if len(problems) == before else None


def _read_choices(
    problems: Problems, rule: ValueRule, table: YamlTable
) -> SharedDistribution | None:
    form = read_form(problems, ChoicesForm, table, f"choices for {rule.label}")
    yaml = table.entries["choices"].value
    if form is None or not isinstance(yaml, YamlList):
        return None
    values: list[Value] = []
    for item in yaml.items:
        if not isinstance(item, YamlScalar):
            problems.add(
                item.line, f"{rule.label}: a choice must be a single value, not {shown(item)}"
            )
            continue
        rule.check(problems, item, "choice")
        value = rule.converted(item.value)
        if any(value == each and type(value) is type(each) for each in values):
            problems.add(item.line, f"{rule.label}: choices hold {shown(item)} twice")
        values.append(value)
    return SharedDistribution(Choices(tuple(values)), form)


def _read_range(problems: Problems, rule: ValueRule, table: YamlTable) -> SharedDistribution | None:
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
    return SharedDistribution(domain.trimmed(drawn), form)


def _check_range(problems: Problems, rule: ValueRule, form: RangeForm, table: YamlTable) -> None:
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


def read_value(context: Context, rule: ValueRule, yaml: Yaml, name: str) -> FixedNode | DrawNode:
    """Read a plain value or a distribution.

    Args:
        context: The place.
        rule: Rule for the value.
        yaml: What the file says.
        name: Name of the parameter if the value is drawn.
    """
    if isinstance(yaml, YamlTable) and drawn_keys(yaml):
        return _read_draw(context, rule, yaml, name)
    rule.check(context.problems, yaml)
    return FixedNode(rule.converted(without_lines(yaml)))


def check_shareable(context: Context, word: str, line: int) -> None:
    """Check that ``word``, which is ``shared`` or ``grow``, stands inside a repeated stage."""
    if not context.in_stage:
        hint = "it is for values inside a repeated stage"
        context.problems.add(line, f"`{word}` means nothing here", hint)


def _read_draw(
    context: Context, rule: ValueRule, table: YamlTable, name: str
) -> FixedNode | DrawNode:
    declared = _read_distribution(context.problems, rule, table)
    if declared is None:
        return FixedNode(None)
    distribution, sharing = declared.distribution, declared.sharing
    for word in ("shared", "grow"):
        if getattr(sharing, word):
            check_shareable(context, word, table.entries[word].line)
    if sharing.grow is not None and not _is_number(distribution):
        context.problems.add(table.line, f"{rule.label} cannot grow", "only numbers can")
    shared = sharing.shared or sharing.grow is not None
    return DrawNode(context.claim(name, shared), distribution, shared, sharing.grow)


def _is_number(distribution: Distribution) -> bool:
    if not isinstance(distribution, Choices):
        return True
    return all(type(value) in (int, float) for value in distribution.values)
