"""What a bundle says of its model: ``bundle.json``."""

from __future__ import annotations

from importlib.metadata import version as installed
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, FiniteFloat, ValidationError

from automl.core.errors import UserError
from automl.core.version import __version__
from automl.export.fields import EncodingField, TargetField, first_problem
from automl.tasks import TASKS
from automl.tasks.task import Task

# Grows whenever an older reader could not make sense of a newer bundle, or the other way round.
VERSION: Final = 3

# Of a model: with more, a stranger's would take minutes to build.
MOST_LAYERS: Final = 1000

ResolvedLayer = Annotated[dict[str, dict[str, Any]], Field(min_length=1, max_length=1)]


class _Facts(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Score(_Facts):
    """How good the model is, by one metric on one split."""

    metric: str
    value: FiniteFloat
    split: Literal["validation", "test"] = "validation"
    """What it was measured on."""
    low: FiniteFloat | None = None
    """Lower end of its 95% interval."""
    high: FiniteFloat | None = None
    """Upper end of it."""
    basis: str = ""
    """What value and interval were made of, in words: ``"mean of 3 seeds"``."""


class Quantized(_Facts):
    """What numbers the model was written with in place of float32, and what that cost."""

    kind: Literal["int8", "fp16"]
    metric: str
    """The study's objective."""
    original: FiniteFloat
    """The metric before."""
    value: FiniteFloat
    """The metric as written."""
    examples: Annotated[int, Field(ge=1)]
    """Of the validation split, that both were measured on."""
    equal_decisions: Annotated[float, Field(ge=0, le=1)] | None = None
    """Share of those whose largest logit is the same one; None where numbers are predicted."""

    def __str__(self) -> str:
        change = self.value - self.original
        return (
            f"on {self.examples:,} validation examples {self.metric} is {self.value:.5g}, "
            f"{self.original:.5g} in float32 ({change:+.2g})"
        )


class Member(_Facts):
    """One of the models of an ensemble."""

    trial: Annotated[int, Field(ge=0)]
    """Whose configuration it has."""
    network: Annotated[tuple[ResolvedLayer, ...], Field(max_length=MOST_LAYERS)]
    """Its layers."""
    share: Annotated[float, Field(gt=0, le=1)]
    """Its say in the average; all of them add up to 1."""


def _check_members(members: tuple[Member, ...]) -> tuple[Member, ...]:
    layers = sum(len(each.network) for each in members)
    if max(layers, len(members)) > MOST_LAYERS:
        raise ValueError(f"{len(members)} networks have {layers} layers, over {MOST_LAYERS:,}")
    return members


class Origin(_Facts):
    """Where the model comes from."""

    study: str
    trial: Annotated[int, Field(ge=0)]
    """Its number in the study, from 0."""
    epochs: Annotated[int, Field(ge=1)]
    """Full length of its training."""
    data: str
    """Name of the dataset."""
    fingerprint: str
    """SHA-256 of the dataset's content, in hexadecimal."""
    examples: dict[str, int] = Field(default_factory=dict)
    """Split -> how many examples it has."""
    found: str = ""
    """How the search came by it, in a sentence without its full stop."""
    seconds: Annotated[float, Field(ge=0)] = 0
    """Wall-clock time that the study took."""
    seed: int | None = None
    """Of the training; what it draws is the same for the same seed."""
    test_opened: Annotated[int, Field(ge=0)] = 0
    """How many times the test split was looked at."""
    final: bool = False
    """Whether the model was trained on train and validation together."""


def _versions() -> dict[str, str]:
    return {"automl": __version__, "torch": installed("torch")}


class ModelFacts(_Facts):
    """All there is to know about a bundle's model; it names no files."""

    version: Literal[3] = VERSION
    """Of the bundle format."""
    format: str = "safetensors"
    """Which of the exporters wrote the model."""
    task: str
    encoding: EncodingField
    """How a user's files become what the model takes."""
    target: TargetField
    """What it predicts: the n-th logit is the n-th label's, the n-th value the n-th name's."""
    network: Annotated[tuple[ResolvedLayer, ...], Field(max_length=MOST_LAYERS)]
    """The layers, each ``{name: options}``; the task's output layer is not among them."""
    ensemble: Annotated[tuple[Member, ...], AfterValidator(_check_members)] = ()
    """The models that answer together, in place of the one that ``network`` is."""
    parameters: Annotated[int, Field(ge=0)]
    """Trainable numbers in all."""
    scores: Annotated[tuple[Score, ...], Field(min_length=1)]
    """The first is the study's objective on the validation split."""
    quantized: Quantized | None = None
    """None where the weights are as they were trained."""
    origin: Origin
    versions: dict[str, str] = Field(default_factory=_versions)
    """Of the software that made the bundle."""

    def make_task(self) -> Task:
        """The task, which makes the model's output layer and reads its outputs.

        Raises:
            UnknownName: if there is no such task.
            UserError: if it is not about such a target.
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
        """Read what ``to_json`` gave.

        Args:
            text: Content of the file.
            source: How to call it in an error.

        Raises:
            UserError: if it is damaged, foreign, or of another version of the bundle format.
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
