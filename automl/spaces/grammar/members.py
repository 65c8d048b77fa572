"""Members of families and their options: layers, optimizers, the training itself.

member = name | {name: options} | {name: value of its first option}
options = {option: value or distribution | member | choice of members | list of members}
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from pydantic import BaseModel

from automl.core.errors import Infeasible
from automl.spaces.document import Entry, Scalar, Table, Yaml, located, shown
from automl.spaces.fixed_suggest import FixedSuggest
from automl.spaces.grammar.choice import ChoiceForm, is_choice, read_choice
from automl.spaces.grammar.context import Context
from automl.spaces.grammar.distribution import drawn_keys
from automl.spaces.grammar.form import read_form
from automl.spaces.grammar.lists import read_list
from automl.spaces.grammar.rule import rule_of
from automl.spaces.grammar.value import read_value
from automl.spaces.nodes.fixed import Fixed
from automl.spaces.nodes.member import Member
from automl.spaces.nodes.node import Node
from automl.spaces.nodes.scope import Scope
from automl.spaces.nodes.sequence import Sequence
from automl.spaces.nodes.settings import Settings
from automl.spaces.vocabulary import LAYER, named_of


def read_members(context: Context, family: str, yaml: Yaml) -> Sequence:
    """A list of a family's members."""
    return read_list(context, yaml, lambda inside, each: _read_member(inside, family, each))


def read_settings(context: Context, label: str, model: type[BaseModel], table: Table) -> Settings:
    """The options in ``table`` of a settings class."""
    problems, before = context.problems, len(context.problems)
    options: dict[str, Node] = {}
    for key, entry in table.entries.items():
        if key in model.model_fields:
            options[key] = _read_option(context, model, key, entry.value, key)
        else:
            problems.unknown(entry.line, f"option of {label}", key, tuple(model.model_fields))
    return _complete(context, Settings(label, model, options), table.line, before)


def _read_member(context: Context, family: str, yaml: Yaml) -> Node:
    if isinstance(yaml, Scalar) and isinstance(yaml.value, str):
        return _read_named(context, family, yaml.value, Entry(Scalar(None, yaml.line), yaml.line))
    if not isinstance(yaml, Table) or not yaml.entries:
        message = f"this must be the name of a {family}, alone or with options, not {shown(yaml)}"
        context.problems.add(yaml.line, message)
        return Fixed({})
    (name, entry), *others = yaml.entries.items()
    for other, misplaced in others:
        message = f"{other!r} stands beside {name!r} as if it were another {family}"
        hint = f"options of {name!r} go one level deeper; another {family} is an item of its own"
        context.problems.add(misplaced.line, message, hint)
    return _read_named(context, family, name, entry)


def _read_named(context: Context, family: str, name: str, entry: Entry) -> Node:
    registry = context.vocabulary.families[family]
    if name not in registry:
        context.problems.unknown(entry.line, registry.kind, name, (*registry.names, "choices"))
        return Fixed({})
    model = registry[name]
    if _is_shorthand(model, entry.value):
        return Member(name, _read_shorthand(context, name, model, entry))
    table = entry.value if isinstance(entry.value, Table) else Table({}, entry.line)
    return Member(name, read_settings(_inside(context, family, name), name, model, table))


def _is_shorthand(model: type[BaseModel], yaml: Yaml) -> bool:
    if isinstance(yaml, Table):
        return bool(drawn_keys(yaml) - set(model.model_fields))
    return not (isinstance(yaml, Scalar) and yaml.value is None)


def _read_shorthand(context: Context, name: str, model: type[BaseModel], entry: Entry) -> Settings:
    """The value of the first option; a draw has the name of the member itself."""
    before = len(context.problems)
    options: dict[str, Node] = {}
    first = next(iter(model.model_fields), None)
    if first is None:
        context.problems.add(entry.line, f"{name} has no options", "write its name alone")
    else:
        options[first] = _read_option(context, model, first, entry.value, name)
    return _complete(context, Settings(name, model, options), entry.line, before)


def _read_option(
    context: Context, model: type[BaseModel], field: str, yaml: Yaml, name: str
) -> Node:
    named = named_of(model, field)
    if named is None:
        return read_value(context, rule_of(model, field), yaml, name)
    if named.many:
        return read_members(_inside(context, named.family, name), named.family, yaml)
    if isinstance(yaml, Table) and is_choice(yaml):
        form = read_form(context.problems, ChoiceForm, yaml, f"the choice of `{name}`")
        read_branch = partial(_read_branch, named.family)
        return read_choice(context, yaml, name, form, read_branch)
    return _read_member(_inside(context, named.family, name), named.family, yaml)


def _read_branch(family: str, context: Context, name: str, entry: Entry) -> Node:
    return _read_named(context, family, name, entry)


def _inside(context: Context, family: str, name: str) -> Context:
    """Layers are what a space is about: their options are named without a path."""
    return context if family == LAYER else context.inside(name)


def _complete(context: Context, settings: Settings, line: int, before: int) -> Settings:
    """The settings with their defaults; ``before`` is how many problems there were."""
    label, model, given = settings.label, settings.model, settings.options
    for field, info in model.model_fields.items():
        if info.is_required() and field not in given:
            context.problems.add(line, f"{label} needs `{field}`")
    settings = Settings(label, model, {**given, **_family_defaults(context, settings, line)})
    if len(context.problems) == before and all(isinstance(node, Fixed) for node in given.values()):
        _check_together(context, settings, line)
    return settings


def _family_defaults(context: Context, settings: Settings, line: int) -> Mapping[str, Node]:
    """The options that are not given and have members of families as defaults, in full."""
    model = settings.model
    return {
        field: _read_option(context, model, field, located(default, line), field)
        for field, info in model.model_fields.items()
        if field not in settings.options and named_of(model, field) is not None
        if (default := info.get_default(call_default_factory=True))
    }


def _check_together(context: Context, settings: Settings, line: int) -> None:
    """Note options that never go together; where some are drawn, sampling says so."""
    try:
        settings.sample(FixedSuggest({}), Scope())
    except Infeasible as error:
        context.problems.add(line, error.reason)
