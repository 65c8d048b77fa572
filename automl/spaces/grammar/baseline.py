"""The baseline section: values of parameters for the first trial."""

from __future__ import annotations

from collections.abc import Mapping

from automl.core.distributions import Parameter, Value
from automl.core.registry import nearest
from automl.spaces import domain
from automl.spaces.document import Entry, Scalar, Table, Yaml, shown
from automl.spaces.grammar.context import Context


def read_baseline(
    context: Context, parameters: Mapping[str, Parameter], yaml: Yaml
) -> dict[str, Value]:
    """What the file says of the first trial; ``parameters`` are all of the space, by name."""
    if not isinstance(yaml, Table):
        message = f"the baseline must be a mapping of parameters to values, not {shown(yaml)}"
        context.problems.add(yaml.line, message)
        return {}
    baseline: dict[str, Value] = {}
    for name, entry in yaml.entries.items():
        if name in parameters:
            baseline[name] = _read_value(context, parameters[name], entry.value)
        else:
            _explain_unknown(context, name, tuple(parameters), entry)
    return baseline


def _read_value(context: Context, parameter: Parameter, yaml: Yaml) -> Value:
    rule = domain.words(parameter.distribution)
    if not isinstance(yaml, Scalar):
        message = f"the baseline of `{parameter.name}` must be a single value, not {shown(yaml)}"
        context.problems.add(yaml.line, message, f"it is drawn from {rule}")
        return None
    try:
        return domain.accept(parameter.distribution, yaml.value)
    except ValueError as error:
        message = f"the baseline of `{parameter.name}` (={shown(yaml)}) {error}"
        context.problems.add(yaml.line, message)
        return None


def _explain_unknown(context: Context, name: str, known: tuple[str, ...], entry: Entry) -> None:
    head = name.partition(".")[0]
    heads = tuple(dict.fromkeys(each.partition(".")[0] for each in sorted(context.taken)))
    if "." in name and head not in heads:
        guess = nearest(head, heads)
        hint = f"did you mean {guess!r}?" if guess else f"known: {', '.join(heads)}"
        context.problems.add(entry.line, f"no stage or setting {head!r} for `{name}`", hint)
    elif not context.problems or head not in heads:
        # Beside other problems, what it names may be missing only because of those.
        context.problems.unknown(entry.line, "parameter", name, known)
