"""The structure of a network: layers with their options, lists of them, stages and choices.

member = name | {name: options} | {name: value of its first option}
options = {option: value or distribution | member | choice of members | list of members}
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

from pydantic import BaseModel

from automl.core.errors import Infeasible
from automl.spaces.context import LAYER, Context, check_name, named_of
from automl.spaces.document import (
    Yaml,
    YamlEntry,
    YamlList,
    YamlScalar,
    YamlTable,
    shown,
    with_line,
)
from automl.spaces.domain import FixedSuggest
from automl.spaces.nodes import FixedNode, ListNode, Node, Scope
from automl.spaces.settings import ListedMember, MemberNode, SettingsNode
from automl.spaces.stages import (
    ChoiceForm,
    FollowingForm,
    LayersChoiceForm,
    name_after,
    read_choice,
    read_following,
    read_stage,
)
from automl.spaces.values import drawn_keys, read_form, read_value, rule_of

# Reads a member of a list.
ReadMember = Callable[[Context, Yaml], Node]


@dataclass(frozen=True)
class OptionsOwner:
    """A settings class whose options are read, and its name for messages."""

    label: str
    model: type[BaseModel]


def read_members(context: Context, family: str, yaml: Yaml, what: str) -> ListNode:
    """Read a list of a family's members, with stages and choices.

    Args:
        context: The place.
        family: The family: ``"layer"``.
        yaml: The list.
        what: What holds the list, for messages.
    """
    return _read_list(context, yaml, what, partial(_read_member, family))


def read_settings(context: Context, owner: OptionsOwner, table: YamlTable) -> SettingsNode:
    """Read the options of a settings class from a mapping."""
    before = len(context.problems)
    known = tuple(owner.model.model_fields)
    options: dict[str, Node] = {}
    for key, entry in table.entries.items():
        if key in known:
            options[key] = _read_option(context, owner, key, entry.value, key)
        else:
            context.problems.unknown(entry.line, "option", key, known, owner.label)
    return _complete(context, SettingsNode(owner.label, owner.model, options), table.line, before)


def _read_member(family: str, context: Context, yaml: Yaml) -> Node:
    if isinstance(yaml, YamlScalar) and isinstance(yaml.value, str):
        return _read_named(
            family, context, yaml.value, YamlEntry(YamlScalar(None, yaml.line), yaml.line)
        )
    if not isinstance(yaml, YamlTable) or not yaml.entries:
        message = f"{family}: this must be a name, alone or with options, not {shown(yaml)}"
        context.problems.add(yaml.line, message)
        return FixedNode({})
    (name, entry), *others = yaml.entries.items()
    for other, misplaced in others:
        message = f"{other!r} stands beside {name!r} as if it were another {family}"
        hint = f"options of {name!r} go one level deeper; another {family} is an item of its own"
        context.problems.add(misplaced.line, message, hint)
    return _read_named(family, context, name, entry)


def _read_named(family: str, context: Context, name: str, entry: YamlEntry) -> Node:
    registry = context.vocabulary.families[family]
    if name not in registry:
        context.problems.unknown(entry.line, registry.kind, name, registry.names)
        return FixedNode({})
    owner = OptionsOwner(name, registry[name])
    if _is_shorthand(owner.model, entry.value):
        return MemberNode(name, _read_shorthand(context, owner, entry))
    table = entry.value if isinstance(entry.value, YamlTable) else YamlTable({}, entry.line)
    return MemberNode(name, read_settings(_inside(context, family, name), owner, table))


def _is_shorthand(model: type[BaseModel], yaml: Yaml) -> bool:
    if isinstance(yaml, YamlTable):
        return bool(drawn_keys(yaml) - set(model.model_fields))
    return not (isinstance(yaml, YamlScalar) and yaml.value is None)


def _read_shorthand(context: Context, owner: OptionsOwner, entry: YamlEntry) -> SettingsNode:
    """Read ``{name: value}``, where the value is that of the first option.

    If it is drawn, the parameter has the name of its owner.
    """
    before = len(context.problems)
    options: dict[str, Node] = {}
    first = next(iter(owner.model.model_fields), None)
    if first is None:
        context.problems.add(entry.line, f"{owner.label} has no options", "write its name alone")
    else:
        options[first] = _read_option(context, owner, first, entry.value, owner.label)
    return _complete(context, SettingsNode(owner.label, owner.model, options), entry.line, before)


def _read_option(context: Context, owner: OptionsOwner, field: str, yaml: Yaml, name: str) -> Node:
    """Read one option; if it is drawn, the parameter is called ``name``."""
    rule, named = rule_of(owner.model, field, owner.label), named_of(owner.model, field)
    if named is None:
        return read_value(context, rule, yaml, name)
    inside = _inside(context, named.family, name)
    if named.many:
        if owner.model.model_fields[field].is_required() and yaml == YamlList((), yaml.line):
            context.problems.add(yaml.line, f"{rule.label} is empty", "give it at least one")
        return read_members(inside, named.family, yaml, rule.label)
    if isinstance(yaml, YamlTable) and "follows" in yaml.entries:

        def read_branch(path: Context, branch: str, entry: YamlEntry) -> Node:
            return _read_option(path.inside(branch), owner, field, entry.value, name)

        following = read_form(context.problems, FollowingForm, yaml, rule.label)
        if following is None:
            return FixedNode({})
        return read_following(context, yaml, following, read_branch)
    if isinstance(yaml, YamlTable) and "choices" in yaml.entries:
        form = read_form(context.problems, ChoiceForm, yaml, f"a choice for {rule.label}")
        return read_choice(context, yaml, name, form, partial(_read_named, named.family))
    return _read_member(named.family, inside, yaml)


def _inside(context: Context, family: str, name: str) -> Context:
    """The context of options: parameters of layers have no path before their names."""
    return context if family == LAYER else context.inside(name)


def _complete(context: Context, settings: SettingsNode, line: int, before: int) -> SettingsNode:
    """Check settings and add defaults; ``before`` is the number of earlier problems."""
    label, model, given = settings.label, settings.model, settings.options
    for field, info in model.model_fields.items():
        if info.is_required() and field not in given:
            context.problems.add(line, f"{label} needs `{field}`")
    is_fixed = next(settings.parameters(Scope()), None) is None
    if is_fixed and len(context.problems) == before:
        _check_together(context, settings, line)
    return replace(settings, options={**given, **_family_defaults(context, settings, line)})


def _check_together(context: Context, settings: SettingsNode, line: int) -> None:
    """Report fixed options that do not go together; sampling reports drawn ones."""
    try:
        settings.sample(FixedSuggest({}), Scope())
    except Infeasible as error:
        context.problems.add(line, error.reason)


def _family_defaults(context: Context, settings: SettingsNode, line: int) -> Mapping[str, Node]:
    """Options that are left out and default to a family's member, with all its options."""
    owner, fields = OptionsOwner(settings.label, settings.model), settings.model.model_fields
    return {
        field: _read_option(context, owner, field, with_line(default, line), field)
        for field, info in fields.items()
        if field not in settings.options and named_of(owner.model, field) is not None
        if (default := info.get_default(call_default_factory=True))
    }


def _read_list(context: Context, yaml: Yaml, what: str, read_member: ReadMember) -> ListNode:
    """Read a list; ``read_member`` reads what is neither a stage nor a choice."""
    if not isinstance(yaml, YamlList):
        context.problems.add(yaml.line, f"{what} must hold a list, not {shown(yaml)}")
        return ListNode(())
    return ListNode(tuple(_read_part(context, item, read_member) for item in yaml.items))


def _read_part(context: Context, yaml: Yaml, read_member: ReadMember) -> Node:
    if isinstance(yaml, YamlTable) and "stage" in yaml.entries:
        return read_stage(context, yaml, partial(_read_list, read_member=read_member))
    if isinstance(yaml, YamlTable) and "choices" in yaml.entries:
        return _read_parts_choice(context, yaml, read_member)
    member = read_member(context, yaml)
    return ListedMember(member) if isinstance(member, MemberNode) else FixedNode(())


def _read_parts_choice(context: Context, table: YamlTable, read_member: ReadMember) -> Node:
    def read_branch(inside: Context, branch: str, entry: YamlEntry) -> Node:
        try:
            check_name(branch)
        except ValueError as error:
            context.problems.add(entry.line, f"the name of branch {branch!r} {error}")
        return _read_list(inside.inside(branch), entry.value, f"branch {branch!r}", read_member)

    form = read_form(context.problems, LayersChoiceForm, table, "a choice")
    if isinstance(table.entries["choices"].value, YamlList):
        message, hint = "branches need names", "{choices: {NAME: [layer, …], …}}"
        context.problems.add(table.entries["choices"].line, message, hint)
        return FixedNode(())
    branches = table.entries["choices"].value
    named = form.name if form else None
    name = named or name_after(list(branches.entries) if isinstance(branches, YamlTable) else [])
    return read_choice(context, table, name, form, read_branch)
