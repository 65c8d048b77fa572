"""Mappings with a fixed set of keys: a range, a stage, the search section."""

from __future__ import annotations

from typing import TypeVar

from pydantic import BaseModel, ConfigDict

from automl.spaces.document import Table, Yaml, plain, shown
from automl.spaces.grammar.rule import leaves, rule_of
from automl.spaces.problems import Problems


class Form(BaseModel):
    """The keys of such a mapping and what each may hold; ``Any`` is read further elsewhere."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


FormT = TypeVar("FormT", bound=Form)


def read_form(problems: Problems, model: type[FormT], yaml: Yaml, what: str) -> FormT | None:
    """The filled form, or None after saying everything that is wrong with it.

    Args:
        problems: Where to say it.
        model: The form.
        yaml: What somebody filled in.
        what: What the form is for, in words.
    """
    if not isinstance(yaml, Table):
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
    return model.model_validate(plain(yaml)) if len(problems) == before else None


def _form_of(model: type[Form], field: str) -> type[Form] | None:
    for leaf in leaves(model.model_fields[field].annotation):
        if isinstance(leaf, type) and issubclass(leaf, Form):
            return leaf
    return None
