"""Choices between subtrees: ``{choices: {branch: …}}``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from automl.spaces.document import Entry, Items, Scalar, Table, Yaml, plain, shown
from automl.spaces.grammar.context import Context
from automl.spaces.grammar.form import Form
from automl.spaces.grammar.names import Name
from automl.spaces.grammar.value import check_shareable
from automl.spaces.nodes.choice import Choice
from automl.spaces.nodes.node import Node
from automl.spaces.problems import Problems

# Reads what one branch holds, given the branch's name.
ReadBranch = Callable[[Context, str, Entry], Node]


class ChoiceForm(Form):
    """A choice between the members of a family."""

    choices: Any
    """The names, or each name with its options, which are drawn only when it is taken."""
    shared: bool = False
    """Draw once for all repeats of the stage."""


class LayersChoiceForm(ChoiceForm):
    """A choice between parts of a network."""

    name: Name = "choice"
    """What the choice is called among the parameters."""


def read_choice(
    context: Context, table: Table, name: str, form: ChoiceForm | None, read_branch: ReadBranch
) -> Choice:
    """The choice in ``table``, called ``name``; without ``form`` it is known to be wrong."""
    shared = form is not None and form.shared
    if shared:
        check_shareable(context, "shared", table.entries["shared"].line)
    branches = _branches(context.problems, name, table.entries["choices"].value)
    claimed = context.claim(name, shared)
    inside = context.inside(claimed.rpartition(".")[2])
    nodes = {branch: read_branch(inside, branch, entry) for branch, entry in branches.items()}
    return Choice(claimed, nodes, shared)


def _branches(problems: Problems, name: str, yaml: Yaml) -> Mapping[str, Entry]:
    if isinstance(yaml, Scalar):
        problems.add(yaml.line, f"choices of `{name}` must be a mapping or list, not {shown(yaml)}")
        return {}
    if not plain(yaml):
        problems.add(yaml.line, f"choices of `{name}` are empty", "give at least one")
    return yaml.entries if isinstance(yaml, Table) else _named_branches(problems, name, yaml)


def _named_branches(problems: Problems, name: str, yaml: Items) -> dict[str, Entry]:
    """A list of names is short for a mapping of each name to nothing."""
    branches: dict[str, Entry] = {}
    for item in yaml.items:
        if not isinstance(item, Scalar) or not isinstance(item.value, str):
            message = f"a list of choices for `{name}` holds names, not {shown(item)}"
            problems.add(item.line, message, "with options, make it a mapping of name to options")
        elif item.value in branches:
            problems.add(item.line, f"choices of `{name}` hold {item.value!r} twice")
        else:
            branches[item.value] = Entry(Scalar(None, item.line), item.line)
    return branches
