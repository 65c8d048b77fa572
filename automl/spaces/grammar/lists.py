"""Lists of layers, or of another family: members with stages and choices between them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from automl.spaces.document import Entry, Items, Table, Yaml, shown
from automl.spaces.grammar.choice import LayersChoiceForm, read_choice
from automl.spaces.grammar.context import Context
from automl.spaces.grammar.form import read_form
from automl.spaces.grammar.names import check_name
from automl.spaces.grammar.stage import read_stage
from automl.spaces.nodes.fixed import Fixed
from automl.spaces.nodes.member import Member
from automl.spaces.nodes.node import Node
from automl.spaces.nodes.sequence import Item, Sequence

ReadMember = Callable[[Context, Yaml], Node]


def read_list(context: Context, yaml: Yaml, what: str, read_member: ReadMember) -> Sequence:
    """What a list holds; ``read_member`` reads all that is neither a stage nor a choice."""
    if not isinstance(yaml, Items):
        context.problems.add(yaml.line, f"{what} must hold a list, not {shown(yaml)}")
        return Sequence(())
    return Sequence(tuple(_read_part(context, item, read_member) for item in yaml.items))


def _read_part(context: Context, yaml: Yaml, read_member: ReadMember) -> Node:
    if isinstance(yaml, Table) and "stage" in yaml.entries:
        return read_stage(context, yaml, partial(read_list, read_member=read_member))
    if isinstance(yaml, Table) and "choices" in yaml.entries:
        return _read_parts_choice(context, yaml, read_member)
    member = read_member(context, yaml)
    return Item(member) if isinstance(member, Member) else Fixed(())


def _read_parts_choice(context: Context, table: Table, read_member: ReadMember) -> Node:
    def read_branch(inside: Context, branch: str, entry: Entry) -> Node:
        try:
            check_name(branch)
        except ValueError as error:
            context.problems.add(entry.line, f"the name of branch {branch!r} {error}")
        return read_list(inside.inside(branch), entry.value, f"branch {branch!r}", read_member)

    form = read_form(context.problems, LayersChoiceForm, table, "a choice")
    if isinstance(table.entries["choices"].value, Items):
        message, hint = "branches need names", "{choices: {NAME: [layer, …], …}}"
        context.problems.add(table.entries["choices"].line, message, hint)
        return Fixed(())
    name = form.name if form else "choice"
    return read_choice(context, table, name, form, read_branch)
