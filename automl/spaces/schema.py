"""A JSON schema of search spaces for editors, made of the classes that validate them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from automl.core.records import COSTS
from automl.core.registry import Registry
from automl.spaces.context import LAYER, Vocabulary, named_of
from automl.spaces.sections import ObjectiveForm, SearchForm
from automl.spaces.space import SpaceForm
from automl.spaces.stages import ChoiceForm, FollowingForm, LayersChoiceForm, RepeatForm, StageForm
from automl.spaces.values import ChoicesForm, RangeForm

Schema = dict[str, Any]


def json_schema(vocabulary: Vocabulary) -> Schema:
    """The JSON schema (draft 2020-12) of the spaces that ``vocabulary`` allows.

    It checks each value alone. Rules between values, such as an empty range or a name given twice,
    are checked when a space is read.
    """
    writer = _SchemaWriter()
    for family, registry in vocabulary.families.items():
        writer.define_family(family, registry)
    sampling = {"sampler": _enum(vocabulary.samplers), "pruner": _enum(vocabulary.pruners)}
    sections = {
        "task": _one_or_several(_enum(vocabulary.tasks)),
        "data": _data(vocabulary.datasets),
        "network": {**_list_of(LAYER), "minItems": 1},
        "training": writer.options(vocabulary.training),
        "objective": writer.form(
            ObjectiveForm, {"minimize": _one_or_several({"enum": list(COSTS)})}
        ),
        "search": writer.form(SearchForm, sampling),
        "baseline": {"type": "object"},
        "portfolio": {"type": "array", "items": {"type": "object"}},
    }
    space = writer.form(SpaceForm, sections)
    dialect = "https://json-schema.org/draft/2020-12/schema"
    return {"$schema": dialect, **space, "$defs": writer.definitions}


class _SchemaWriter:
    """Writes schemas and collects the definitions that they refer to."""

    def __init__(self) -> None:
        self.definitions: Schema = {}

    def form(self, model: type[BaseModel], parts: Mapping[str, Schema]) -> Schema:
        """A mapping with the keys of a class; ``parts`` replace the schemas of some keys."""
        schema = model.model_json_schema()
        self.definitions |= schema.pop("$defs", {})
        properties = schema.setdefault("properties", {})
        for key, part in parts.items():
            described = {"description": properties[key].get("description", "")}
            properties[key] = described | part
        return schema

    def options(self, model: type[BaseModel]) -> Schema:
        """A mapping of options, each a value or a distribution; ``epochs`` is never drawn."""
        plain = self.form(model, {})["properties"]
        drawn = {key: self._option(model, key, plain[key]) for key in plain if key != "epochs"}
        return self.form(model, drawn)

    def define_family(self, family: str, registry: Registry[type[BaseModel]]) -> None:
        """Define a member of a family, a choice between members and a list of them."""
        models = {name: registry[name] for name in registry}
        bare = {"enum": [name for name, model in models.items() if not _required(model)]}
        members = {f"{family}.{name}": self._member(model) for name, model in models.items()}
        properties = {name: _ref(f"{family}.{name}") for name in models}
        named = {"type": "object", "properties": properties, "additionalProperties": False}
        named["minProperties"] = 1
        names = {"type": "array", "items": bare, "minItems": 1, "uniqueItems": True}
        branches = {"type": "object", "additionalProperties": _list_of(family), "minProperties": 1}
        self.definitions |= members | {
            family: {"anyOf": [bare, {**named, "maxProperties": 1}]},
            f"{family}_choice": self.form(ChoiceForm, {"choices": {"anyOf": [names, named]}}),
            f"{family}_following": self.form(
                FollowingForm,
                {
                    "branches": {
                        "type": "object",
                        "additionalProperties": {"anyOf": [_ref(family), _ref(f"{family}_choice")]},
                    }
                },
            ),
            f"{family}_branches": self.form(LayersChoiceForm, {"choices": branches}),
            f"{family}_stage": self._stage(family),
        }

    def _stage(self, family: str) -> Schema:
        repeat = self.form(RepeatForm, {})["properties"]["repeat"]
        layers = {**_list_of(family), "minItems": 1}
        return self.form(StageForm, {"repeat": self._drawn(repeat), "layers": layers})

    def _member(self, model: type[BaseModel]) -> Schema:
        """The value of a member's name: its options, or the value of its first option."""
        ways = [self.options(model)]
        required, first = _required(model), next(iter(model.model_fields), None)
        if first is not None and required <= {first}:
            ways.append(self.options(model)["properties"][first])
        if not required:
            ways.append({"type": "null"})
        return {"anyOf": ways}

    def _option(self, model: type[BaseModel], field: str, plain: Schema) -> Schema:
        named = named_of(model, field)
        if named is None:
            return self._drawn(plain)
        if named.many:
            return _list_of(named.family)
        ways = ("", "_choice", "_following")
        return {"anyOf": [_ref(f"{named.family}{way}") for way in ways]}

    def _drawn(self, plain: Schema) -> Schema:
        values = {"type": "array", "items": plain, "minItems": 1}
        ways = [plain, self.form(ChoicesForm, {"choices": values})]
        if _is_numeric(plain):
            ways.append(self.form(RangeForm, {"low": plain, "high": plain}))
        return {"anyOf": ways}


def _required(model: type[BaseModel]) -> set[str]:
    return {name for name, field in model.model_fields.items() if field.is_required()}


def _is_numeric(plain: Schema) -> bool:
    return any(each.get("type") in ("integer", "number") for each in plain.get("anyOf", [plain]))


def _list_of(family: str) -> Schema:
    parts = [_ref(family), _ref(f"{family}_stage"), _ref(f"{family}_branches")]
    return {"type": "array", "items": {"anyOf": parts}}


def _one_or_several(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "array", "items": schema, "minItems": 1}]}


def _data(datasets: Registry[Any]) -> Schema:
    name = {"type": "string", "examples": list(datasets.names)}
    options = {"type": "object", "properties": {"name": name}, "required": ["name"]}
    return {"anyOf": [name, options]}


def _enum(registry: Registry[Any]) -> Schema:
    return {"enum": list(registry.names)}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}
