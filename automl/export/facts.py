"""What a bundle says about its model: ``bundle.json``.

Encoding and target are checked when they are read, for the file may be a stranger's.
"""

from __future__ import annotations

from importlib.metadata import version as installed
from typing import Annotated, Any, Final, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    FiniteFloat,
    PlainSerializer,
    PlainValidator,
    ValidationError,
)

from automl.core.data_types import Classes, Quantities, Target
from automl.core.defaults import __version__
from automl.core.errors import UserError
from automl.core.text import one_line, value
from automl.data.encoding import ENCODINGS, Encoding
from automl.tasks import TASKS
from automl.tasks.task import Task

# Raised whenever an older reader could not make sense of a newer bundle, or the other way round.
VERSION: Final = 4
# With more layers, a stranger's model would take minutes to build.
MOST_LAYERS: Final = 1000


def first_problem(error: ValidationError) -> str:
    """The first thing that is wrong, and how many more there are, on one line."""
    problem, *more = error.errors(include_url=False)
    where = ".".join(str(key) for key in problem["loc"])
    others = f" (and {len(more)} more)" if more else ""
    return one_line(f"{f'{where}: ' if where else ''}{problem['msg']}{others}")


def _read_encoding(value: Any) -> Encoding:
    if isinstance(value, Encoding):
        return value
    if not isinstance(value, dict) or len(value) != 1:
        raise ValueError("should be one kind of encoding with its options: {kind: {…}}")
    ((kind, options),) = value.items()
    try:
        return ENCODINGS[kind].model_validate(options)
    except ValidationError as error:
        raise ValueError(f"{kind}: {first_problem(error)}") from None


def _write_encoding(encoding: Encoding) -> dict[str, Any]:
    return {encoding.kind: encoding.model_dump(mode="json")}


def _check_target(target: Target) -> Target:
    if isinstance(target, Classes):
        if not target.labels:
            raise ValueError("`labels` must have at least one")
        return target
    if not len(target.names) == len(target.mean) == len(target.std) > 0:
        raise ValueError(
            f"`names` (={target.names}), `mean` (={target.mean}) and `std` (={target.std}) "
            "must be of one length, at least 1"
        )
    if min(target.std) <= 0 or target.steps < 1:
        raise ValueError(f"`std` (={target.std}) must be above 0, `steps` (={target.steps}) too")
    return target


EncodingField = Annotated[
    Encoding,
    PlainValidator(_read_encoding),
    PlainSerializer(_write_encoding, return_type=dict[str, Any]),
]
"""An encoding, written as ``{kind: options}``; the kinds are those of ``ENCODINGS``."""
TargetField = Annotated[Classes | Quantities, AfterValidator(_check_target)]
"""A target, written as its fields, by which classes and quantities differ."""
ResolvedLayer = Annotated[dict[str, dict[str, Any]], Field(min_length=1, max_length=1)]
"""A layer, written as ``{name: options}``."""


class _Facts(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class ModelScore(_Facts):
    """The model's value of one metric on one split."""

    metric: str
    value: FiniteFloat
    split: Literal["validation", "test"] = "validation"
    """Split that it was measured on."""
    low: FiniteFloat | None = None
    """Lower end of its 95% interval."""
    high: FiniteFloat | None = None
    """Upper end of its 95% interval."""
    basis: str = ""
    """How value and interval were found, in words: ``"mean of 3 seeds"``."""


class Quantized(_Facts):
    """The numbers that replace float32 in the written model, and what that costs."""

    kind: Literal["int8", "fp16"]
    metric: str
    """Name of the study's objective."""
    original: FiniteFloat
    """Value of the metric in float32."""
    value: FiniteFloat
    """Value of the metric as written."""
    examples: Annotated[int, Field(ge=1)]
    """Number of validation examples that both were measured on."""
    equal_decisions: Annotated[float, Field(ge=0, le=1)] | None = None
    """Share of the examples with the same likeliest class; None if numbers are predicted."""

    def __str__(self) -> str:
        change = self.value - self.original
        return (
            f"on {self.examples:,} validation examples {self.metric} is {value(self.value)}, "
            f"{value(self.original)} in float32 ({change:+.2g})"
        )


class MemberNetwork(_Facts):
    """One of the models of an ensemble."""

    trial: Annotated[int, Field(ge=0)]
    """Number of the trial whose configuration it has."""
    network: Annotated[tuple[ResolvedLayer, ...], Field(max_length=MOST_LAYERS)]
    """Its layers, without the output layer."""
    share: Annotated[float, Field(gt=0, le=1)]
    """Weight of its outputs in the average; the weights of all members add up to 1."""


def _check_members(members: tuple[MemberNetwork, ...]) -> tuple[MemberNetwork, ...]:
    layers = sum(len(each.network) for each in members)
    if max(layers, len(members)) > MOST_LAYERS:
        raise ValueError(f"{len(members)} networks have {layers} layers, over {MOST_LAYERS:,}")
    return members


class ModelOrigin(_Facts):
    """Where the model comes from."""

    study: str
    trial: Annotated[int, Field(ge=0)]
    """Its number in the study, from 0."""
    epochs: Annotated[int, Field(ge=1)]
    """Full length of its training, in epochs."""
    data: str
    """Name of the dataset."""
    fingerprint: str
    """SHA-256 of the dataset's content, in hexadecimal."""
    test_split: str = ""
    """Hash that identifies the test split; empty in bundles of versions before 1.0."""
    examples: dict[str, int] = Field(default_factory=dict)
    """Split -> number of its examples."""
    found: str = ""
    """How the search found the model: a sentence without its full stop."""
    seconds: Annotated[float, Field(ge=0)] = 0
    """Wall-clock seconds that the study took."""
    seed: int | None = None
    """Seed of all random draws of the training."""
    test_opened: Annotated[int, Field(ge=0)] = 0
    """Number of times that studies and evaluations have looked at the test split."""
    final: bool = False
    """Whether it is the study's final model; a single one saw train and validation together."""


def _versions() -> dict[str, str]:
    return {"automl": __version__, "torch": installed("torch")}


class ModelFacts(_Facts):
    """All that a bundle says about its model; it names no files."""

    version: Literal[4] = VERSION
    """Version of the bundle format."""
    format: str = "safetensors"
    """Name of the exporter that wrote the model."""
    task: str
    encoding: EncodingField
    """How a user's files become the model's inputs."""
    target: TargetField
    """What the model predicts: its n-th output is for the n-th label or name."""
    network: Annotated[tuple[ResolvedLayer, ...], Field(max_length=MOST_LAYERS)]
    """The layers, each ``{name: options}``; the task's output layer is not among them."""
    ensemble: Annotated[tuple[MemberNetwork, ...], AfterValidator(_check_members)] = ()
    """The models whose outputs are averaged; if there are any, ``network`` is empty."""
    parameters: Annotated[int, Field(ge=0)]
    """Number of trainable parameters."""
    scores: Annotated[tuple[ModelScore, ...], Field(min_length=1)]
    """The first is the study's objective on the validation split."""
    doubts: tuple[str, ...] = ()
    """Sentences that say what speaks against the model."""
    quantized: Quantized | None = None
    """What quantizing costs; None if the weights are as they were trained."""
    origin: ModelOrigin
    versions: dict[str, str] = Field(default_factory=_versions)
    """Versions of the software that made the bundle."""

    @property
    def title(self) -> str:
        """The model in words: ``"final model, of trial 7"``, ``"ensemble of trials 3, 7"``."""
        trial = f"trial {self.origin.trial}"
        if self.origin.final:
            return f"final model, of {trial}"
        members = sorted({each.trial for each in self.ensemble})
        named = f"trials {', '.join(map(str, members))}" if len(members) > 1 else trial
        return f"ensemble of {named}" if members else trial

    @property
    def trained_on_validation(self) -> bool:
        """Whether the model was trained on train and validation together."""
        return self.origin.final and not self.ensemble

    def make_task(self) -> Task:
        """The task, which makes the model's output layer and decodes its outputs.

        Raises:
            UnknownName: there is no such task.
            UserError: the target is not one of this task's.
        """
        try:
            return TASKS[self.task](self.target)
        except TypeError as error:
            raise UserError(f"the bundle is damaged: {error}") from None

    def to_json(self) -> str:
        """The content of ``bundle.json``."""
        return self.model_dump_json(indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str, source: str) -> ModelFacts:
        """The facts that ``to_json`` wrote.

        Args:
            text: Content of the file.
            source: Name of the file in error messages.

        Raises:
            UserError: the text is damaged or of another version of the bundle format.
        """
        try:
            _check_version(text, source)
            return cls.model_validate_json(text)
        except ValidationError as error:
            problem = first_problem(error)
            raise UserError(f"{source} is no description of a bundle: {problem}") from None


class _Versioned(BaseModel):
    version: int = Field(ge=1)


def _check_version(text: str, source: str) -> None:
    found = _Versioned.model_validate_json(text).version
    if found == VERSION:
        return
    remedy = "get a newer one: pip install --upgrade automl"
    if found < VERSION:
        remedy = "export the model again from its study: automl export"
    raise UserError(
        f"{source} has bundle version {found}, and automl {__version__} reads {VERSION}; {remedy}"
    )
