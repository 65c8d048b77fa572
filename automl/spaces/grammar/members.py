"""Members of families and their options: layers, optimizers, the training itself.

member = name | {name: options} | {name: value of its first option}
options = {option: value or distribution | member | choice of members | list of members}
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial

from pydantic import BaseModel

from automl.core.errors import Infeasible
from automl.spaces.document import Entry, Items, Scalar, Table, Yaml, located, shown
from automl.spaces.fixed_suggest import FixedSuggest
from automl.spaces.grammar.choice import ChoiceForm, read_choice
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


@dataclass(frozen=True)
class Owner:
    """Whose options are read: the class that knows them, and its name in words."""

    label: str
    model: type[BaseModel]


def read_members(context: Context, family: str, yaml: Yaml, what: str) -> Sequence:
    """The members of a family in a list; ``what`` holds the list, in words."""
    return read_list(context, yaml, what, partial(_read_member, family))


def read_settings(context: Context, owner: Owner, table: Table) -> Settings:
    """The options in ``table``."""
    before = len(context.problems)
    known = tuple(owner.model.model_fields)
    options: dict[str, Node] = {}
    for key, entry in table.entries.items():
        if key in known:
            options[key] = _read_option(context, owner, key, entry.value, key)
        else:
            context.problems.unknown(entry.line, "option", key, known, owner.label)
    return _complete(context, Settings(owner.label, owner.model, options), table.line, before)


def _read_member(family: str, context: Context, yaml: Yaml) -> Node:
    if isinstance(yaml, Scalar) and isinstance(yaml.value, str):
        return _read_named(family, context, yaml.value, Entry(Scalar(None, yaml.line), yaml.line))
    if not isinstance(yaml, Table) or not yaml.entries:
        message = f"{family}: this must be a name, alone or with options, not {shown(yaml)}"
        context.problems.add(yaml.line, message)
        return Fixed({})
    (name, entry), *others = yaml.entries.items()
    for other, misplaced in others:
        message = f"{other!r} stands beside {name!r} as if it were another {family}"
        hint = f"options of {name!r} go one level deeper; another {family} is an item of its own"
        context.problems.add(misplaced.line, message, hint)
    return _read_named(family, context, name, entry)


def _read_named(family: str, context: Context, name: str, entry: Entry) -> Node:
    registry = context.vocabulary.families[family]
    if name not in registry:
        context.problems.unknown(entry.line, registry.kind, name, registry.names)
        return Fixed({})
    owner = Owner(name, registry[name])
    if _is_shorthand(owner.model, entry.value):
        return Member(name, _read_shorthand(context, owner, entry))
    table = entry.value if isinstance(entry.value, Table) else Table({}, entry.line)
    return Member(name, read_settings(_inside(context, family, name), owner, table))


def _is_shorthand(model: type[BaseModel], yaml: Yaml) -> bool:
    if isinstance(yaml, Table):
        return bool(drawn_keys(yaml) - set(model.model_fields))
    return not (isinstance(yaml, Scalar) and yaml.value is None)


def _read_shorthand(context: Context, owner: Owner, entry: Entry) -> Settings:
    """The value of the first option; a draw has the name of its owner."""
    before = len(context.problems)
    options: dict[str, Node] = {}
    first = next(iter(owner.model.model_fields), None)
    if first is None:
        context.problems.add(entry.line, f"{owner.label} has no options", "write its name alone")
    else:
        options[first] = _read_option(context, owner, first, entry.value, owner.label)
    return _complete(context, Settings(owner.label, owner.model, options), entry.line, before)


def _read_option(context: Context, owner: Owner, field: str, yaml: Yaml, name: str) -> Node:
    """One option; what is drawn for it is called ``name``."""
    rule, named = rule_of(owner.model, field, owner.label), named_of(owner.model, field)
    if named is None:
        return read_value(context, rule, yaml, name)
    inside = _inside(context, named.family, name)
    if named.many:
        if owner.model.model_fields[field].is_required() and yaml == Items((), yaml.line):
            context.problems.add(yaml.line, f"{rule.label} is empty", "give it at least one")
        return read_members(inside, named.family, yaml, rule.label)
    if isinstance(yaml, Table) and "choices" in yaml.entries:
        form = read_form(context.problems, ChoiceForm, yaml, f"a choice for {rule.label}")
        return read_choice(context, yaml, name, form, partial(_read_named, named.family))
    return _read_member(named.family, inside, yaml)


def _inside(context: Context, family: str, name: str) -> Context:
    """Layers are what a space is about: their options are named without a path."""
    return context if family == LAYER else context.inside(name)


def _complete(context: Context, settings: Settings, line: int, before: int) -> Settings:
    """The settings with their defaults, checked; ``before`` is how many problems there were."""
    label, model, given = settings.label, settings.model, settings.options
    for field, info in model.model_fields.items():
        if info.is_required() and field not in given:
            context.problems.add(line, f"{label} needs `{field}`")
    is_fixed = next(settings.parameters(Scope()), None) is None
    if is_fixed and len(context.problems) == before:
        _check_together(context, settings, line)
    return replace(settings, options={**given, **_family_defaults(context, settings, line)})


def _check_together(context: Context, settings: Settings, line: int) -> None:
    """Note options that never go together; where some are drawn, sampling says so."""
    try:
        settings.sample(FixedSuggest({}), Scope())
    except Infeasible as error:
        context.problems.add(line, error.reason)


def _family_defaults(context: Context, settings: Settings, line: int) -> Mapping[str, Node]:
    """What is not given and is a family's member by default: with all its options."""
    owner, fields = Owner(settings.label, settings.model), settings.model.model_fields
    return {
        field: _read_option(context, owner, field, located(default, line), field)
        for field, info in fields.items()
        if field not in settings.options and named_of(owner.model, field) is not None
        if (default := info.get_default(call_default_factory=True))
    }
