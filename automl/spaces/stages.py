"""Stages, which repeat a part of a network, and choices between branches."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any

from pydantic import Field

from automl.core.distributions import Range
from automl.spaces.context import Context, Name, Problems
from automl.spaces.document import (
    Yaml,
    YamlEntry,
    YamlList,
    YamlScalar,
    YamlTable,
    shown,
    without_lines,
)
from automl.spaces.nodes import (
    REPEAT,
    ChoiceNode,
    DrawNode,
    FixedNode,
    FollowingNode,
    ListNode,
    Node,
    StageNode,
)
from automl.spaces.values import MappingForm, check_shareable, read_form, read_value, rule_of

# Maximum number of repeats of a layer in one network, all stages around it counted.
MAX_REPEATS = 100
# Maximum number of branches in the name of a choice.
MAX_NAMED_BRANCHES = 3

# Reads the content of the branch with a name.
ReadBranch = Callable[[Context, str, YamlEntry], Node]


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


def read_stage(
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


def name_after(branches: Sequence[str]) -> str:
    """The name of a choice that was given none: ``"flat_or_pool"``."""
    if len(branches) < 2:
        return "choice"
    named = (
        branches
        if len(branches) <= MAX_NAMED_BRANCHES
        else [*branches[: MAX_NAMED_BRANCHES - 1], "more"]
    )
    return "_or_".join(named)


def read_choice(
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
    context.choices[claimed] = choice = ChoiceNode(claimed, nodes, shared)
    return choice


class FollowingForm(MappingForm):
    """A member of a family for each branch of a choice in the network."""

    follows: str
    """The name of the choice."""
    branches: Any
    """Each of its branches, with the member that goes with it or a choice between members."""


def read_following(
    context: Context, table: YamlTable, form: FollowingForm, read_branch: ReadBranch
) -> FollowingNode | FixedNode:
    """Read what follows a choice.

    Args:
        context: The place.
        table: The mapping with ``follows``.
        form: The mapping as it was read.
        read_branch: Function that reads a branch.
    """
    followed, entry = table.entries["follows"], table.entries["branches"]
    # In a repeated stage there may be a branch for each repeat.
    known = {name: each for name, each in context.choices.items() if REPEAT not in name}
    if form.follows not in known:
        context.problems.unknown(followed.line, "choice", form.follows, tuple(known))
        return FixedNode({})
    choice = known[form.follows]
    given = entry.value.entries if isinstance(entry.value, YamlTable) else {}
    for branch, each in given.items():
        if branch not in choice.branches:
            names = tuple(choice.branches)
            context.problems.unknown(each.line, "branch", branch, names, form.follows)
    if missing := [branch for branch in choice.branches if branch not in given]:
        context.problems.add(entry.line, f"`branches` needs {', '.join(map(repr, missing))}")
        return FixedNode({})
    inside = context.inside(form.follows)
    return FollowingNode(
        choice, {branch: read_branch(inside, branch, given[branch]) for branch in choice.branches}
    )


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
