"""A single value: plain, or drawn from a distribution."""

from __future__ import annotations

from automl.core.distributions import Choices, Distribution
from automl.spaces.document import Table, Yaml, plain
from automl.spaces.grammar.context import Context
from automl.spaces.grammar.distribution import drawn_keys, read_distribution
from automl.spaces.grammar.rule import Rule
from automl.spaces.nodes.draw import Draw
from automl.spaces.nodes.fixed import Fixed


def read_value(context: Context, rule: Rule, yaml: Yaml, name: str) -> Fixed | Draw:
    """The value or distribution in ``yaml``; a draw is called ``name`` in this context."""
    if isinstance(yaml, Table) and drawn_keys(yaml):
        return _read_draw(context, rule, yaml, name)
    rule.check(context.problems, yaml)
    return Fixed(rule.converted(plain(yaml)))


def check_shareable(context: Context, word: str, line: int) -> None:
    """Note a ``shared`` or ``grow`` where nothing repeats."""
    if not context.in_stage:
        hint = "it is for values inside a repeated stage"
        context.problems.add(line, f"`{word}` means nothing here", hint)


def _read_draw(context: Context, rule: Rule, table: Table, name: str) -> Fixed | Draw:
    declared = read_distribution(context.problems, rule, table)
    if declared is None:
        return Fixed(None)
    distribution, sharing = declared.distribution, declared.sharing
    for word in ("shared", "grow"):
        if getattr(sharing, word):
            check_shareable(context, word, table.entries[word].line)
    if sharing.grow is not None and not _is_number(distribution):
        context.problems.add(table.line, f"{rule.label} cannot grow", "only numbers can")
    shared = sharing.shared or sharing.grow is not None
    return Draw(context.claim(name, shared), distribution, shared, sharing.grow)


def _is_number(distribution: Distribution) -> bool:
    if not isinstance(distribution, Choices):
        return True
    return all(type(value) in (int, float) for value in distribution.values)
