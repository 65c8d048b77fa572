"""The structure of a network: layers with their options, lists of them, stages and choices.

member = name | {name: options} | {name: value of its first option}
options = {option: value or distribution | member | choice of members | list of members}
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Annotated, Any

from pydantic import BaseModel, Field

from automl.core.distributions import Range
from automl.core.errors import Infeasible
from automl.spaces.context import LAYER, Context, Name, Problems, check_name, named_of
from automl.spaces.document import (
    Yaml,
    YamlEntry,
    YamlList,
    YamlScalar,
    YamlTable,
    shown,
    with_line,
    without_lines,
)
from automl.spaces.nodes import ChoiceNode, DrawNode, FixedNode, ListNode, Node, Scope, StageNode
from automl.spaces.settings import ListedMember, MemberNode, SettingsNode
from automl.spaces.suggest import FixedSuggest
from automl.spaces.values import (
    MappingForm,
    check_shareable,
    drawn_keys,
    read_form,
    read_value,
    rule_of,
)

# Maximum number of repeats of a layer in one network, all stages around it counted.
MAX_REPEATS = 100
# Maximum number of branches in the name of a choice.
MAX_NAMED_BRANCHES = 3

# Reads a member of a list.
ReadMember = Callable[[Context, Yaml], Node]
# Reads the content of the branch with a name.
ReadBranch = Callable[[Context, str, YamlEntry], Node]


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
    if isinstance(yaml, YamlTable) and "choices" in yaml.entries:
        form = read_form(context.problems, ChoiceForm, yaml, f"a choice for {rule.label}")
        return _read_choice(context, yaml, name, form, partial(_read_named, named.family))
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
        return _read_stage(context, yaml, partial(_read_list, read_member=read_member))
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
    name = named or _name_after(list(branches.entries) if isinstance(branches, YamlTable) else [])
    return _read_choice(context, table, name, form, read_branch)


class StageForm(MappingForm):
    """A named part of a network that is repeated."""

    stage: Name
    """The stage's name; it begins the names of its parameters."""
    repeat: Any = 1
    """How often its layers are repeated; 0 leaves them out."""
    layers: Any
    """What is repeated."""


class RepeatForm(MappingForm):
    """How often a stage is repeated."""

    repeat: Annotated[int, Field(ge=0)] = 1
    """Number of repeats."""


def _read_stage(
    context: Context, table: YamlTable, read_layers: Callable[[Context, Yaml, str], ListNode]
) -> Node:
    """Read a stage; ``read_layers`` reads the list that it repeats."""
    read_form(context.problems, StageForm, table, "a stage")
    name = str(without_lines(table.entries["stage"].value))
    repeat, most = _read_repeat(context.inside(name), name, table)
    inside = context.repeated(name, most)
    if inside.once in context.taken:
        line = table.entries["stage"].line
        context.problems.add(line, f"a stage {name!r} is here already", "give it another name")
    context.taken.add(inside.once)
    if "layers" not in table.entries:
        return FixedNode(())
    entry = table.entries["layers"]
    if isinstance(entry.value, YamlList) and not entry.value.items:
        context.problems.add(entry.line, f"stage {name!r} has no layers", "give it at least one")
    return StageNode(repeat, read_layers(inside, entry.value, f"stage {name!r}"))


def _read_repeat(
    context: Context, stage: str, table: YamlTable
) -> tuple[FixedNode | DrawNode, int]:
    """The number of repeats and its maximum; both are 1 if something is wrong."""
    if "repeat" not in table.entries:
        return FixedNode(1), 1
    entry, before = table.entries["repeat"], len(context.problems)
    rule = rule_of(RepeatForm, "repeat", f"stage {stage!r}")
    repeat = read_value(context, rule, entry.value, "repeat")
    if len(context.problems) == before:
        _check_repeat(context, repeat, entry.line)
    return (repeat, _most(repeat)) if len(context.problems) == before else (FixedNode(1), 1)


def _check_repeat(context: Context, repeat: FixedNode | DrawNode, line: int) -> None:
    most = _most(repeat)
    total = most * context.repeats
    if most < 1:
        hint = "a stage with no repeat has no effect"
        context.problems.add(line, "`repeat` must reach 1", hint)
    if total > MAX_REPEATS:
        context.problems.add(line, f"up to {total:,} repeats", f"at most {MAX_REPEATS:,}")
    if isinstance(repeat, DrawNode) and repeat.grow is not None:
        context.problems.add(line, "`repeat` cannot grow")


def _most(repeat: FixedNode | DrawNode) -> int:
    if isinstance(repeat, FixedNode):
        return int(repeat.value)
    if isinstance(repeat.distribution, Range):
        return int(repeat.distribution.high)
    return max(value for value in repeat.distribution.values if isinstance(value, int))


class ChoiceForm(MappingForm):
    """A choice between the members of a family."""

    choices: Any
    """The names, or each name with its options, which are drawn only if it is chosen."""
    shared: bool = False
    """Draw once for all repeats of the stage."""


class LayersChoiceForm(ChoiceForm):
    """A choice between parts of a network."""

    name: Name | None = None
    """The name of the choice among the parameters; by default made of its branches."""


def _name_after(branches: Sequence[str]) -> str:
    """The name of a choice that was given none: ``"flat_or_pool"``."""
    if len(branches) < 2:
        return "choice"
    named = (
        branches
        if len(branches) <= MAX_NAMED_BRANCHES
        else [*branches[: MAX_NAMED_BRANCHES - 1], "more"]
    )
    return "_or_".join(named)


def _read_choice(
    context: Context, table: YamlTable, name: str, form: ChoiceForm | None, read_branch: ReadBranch
) -> ChoiceNode:
    """Read a choice.

    Args:
        context: The place.
        table: The mapping with ``choices``.
        name: Name of the choice.
        form: The mapping as it was read, or None if that found it wrong.
        read_branch: Function that reads a branch.
    """
    shared = form is not None and form.shared
    if shared:
        check_shareable(context, "shared", table.entries["shared"].line)
    branches = _branches(context.problems, name, table.entries["choices"].value)
    claimed = context.claim(name, shared)
    inside = context.inside(claimed.rpartition(".")[2])
    nodes = {branch: read_branch(inside, branch, entry) for branch, entry in branches.items()}
    return ChoiceNode(claimed, nodes, shared)


def _branches(problems: Problems, name: str, yaml: Yaml) -> Mapping[str, YamlEntry]:
    if isinstance(yaml, YamlScalar):
        problems.add(yaml.line, f"choices of `{name}` must be a mapping or list, not {shown(yaml)}")
        return {}
    if not without_lines(yaml):
        problems.add(yaml.line, f"choices of `{name}` are empty", "give at least one")
    return yaml.entries if isinstance(yaml, YamlTable) else _named_branches(problems, name, yaml)


def _named_branches(problems: Problems, name: str, yaml: YamlList) -> dict[str, YamlEntry]:
    """Branches of a list of names, which is short for a mapping of each name to nothing."""
    branches: dict[str, YamlEntry] = {}
    for item in yaml.items:
        if not isinstance(item, YamlScalar) or not isinstance(item.value, str):
            message = f"a list of choices for `{name}` holds names, not {shown(item)}"
            problems.add(item.line, message, "with options, make it a mapping of name to options")
        elif item.value in branches:
            problems.add(item.line, f"choices of `{name}` hold {item.value!r} twice")
        else:
            branches[item.value] = YamlEntry(YamlScalar(None, item.line), item.line)
    return branches
