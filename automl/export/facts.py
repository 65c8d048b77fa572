"""What a bundle says of its model: ``bundle.json``."""

from __future__ import annotations

from importlib.metadata import version as installed
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, ValidationError, model_validator

from automl import __version__
from automl.core.errors import UserError

# Grows whenever an older reader could not make sense of a newer bundle.
VERSION: Final = 1

Count = Annotated[int, Field(ge=1)]
ResolvedLayer = Annotated[dict[str, dict[str, Any]], Field(min_length=1, max_length=1)]


class _Facts(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Input(_Facts):
    """What the model takes. Normalising is part of it, so that raw images go in."""

    shape: tuple[Count, Count, Count]
    """(channels, height, width) of an image; the batch axis comes first and is of any length."""
    dtype: Literal["uint8"] = "uint8"
    """Pixels go from 0 to 255."""
    mean: tuple[FiniteFloat, ...]
    """Per channel, on the 0..1 scale: what the model subtracts."""
    std: tuple[FiniteFloat, ...]
    """Per channel, on the 0..1 scale: what the model divides by."""

    @model_validator(mode="after")
    def _one_number_per_channel(self) -> Input:
        if not len(self.mean) == len(self.std) == self.shape[0]:
            raise ValueError(
                f"`mean` (={self.mean}) and `std` (={self.std}) must have a number for each of the "
                f"{self.shape[0]} channels"
            )
        return self


class Score(_Facts):
    """How good the model is."""

    metric: str
    value: FiniteFloat
    split: Literal["validation", "test"] = "validation"
    """What it was measured on."""


class Origin(_Facts):
    """Where the model comes from."""

    study: str
    trial: Annotated[int, Field(ge=0)]
    """Its number in the study, from 0."""
    epochs: Count
    """Full length of its training."""
    data: str
    """Name of the dataset."""
    fingerprint: str
    """SHA-256 of the dataset's content, in hexadecimal."""


def _versions() -> dict[str, str]:
    return {"automl": __version__, "torch": installed("torch")}


class ModelFacts(_Facts):
    """All there is to know about a bundle's model; it names no files."""

    version: Literal[1] = VERSION
    """Of the bundle format."""
    format: str = "safetensors"
    """Which of the exporters wrote the model."""
    task: str
    labels: Annotated[tuple[str, ...], Field(min_length=1)]
    """Class names; the n-th logit is the n-th label's."""
    input: Input
    network: tuple[ResolvedLayer, ...]
    """The layers, each ``{name: options}``; the task's output layer is not among them."""
    parameters: Annotated[int, Field(ge=0)]
    """Trainable numbers in all."""
    score: Score
    origin: Origin
    versions: dict[str, str] = Field(default_factory=_versions)
    """Of the software that made the bundle."""

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
            UserError: if it is damaged, foreign, or of a newer version of this package.
        """
        try:
            _check_version(text, source)
            return cls.model_validate_json(text)
        except ValidationError as error:
            raise UserError(f"{source} is no description of a bundle: {_first(error)}") from None


class _Versioned(BaseModel):
    version: int


def _check_version(text: str, source: str) -> None:
    found = _Versioned.model_validate_json(text).version
    if found > VERSION:
        raise UserError(
            f"{source} has bundle version {found}, and automl {__version__} reads up to {VERSION}; "
            "get a newer one: pip install --upgrade automl"
        )


def _first(error: ValidationError) -> str:
    problem, *more = error.errors(include_url=False)
    where = ".".join(str(part) for part in problem["loc"])
    others = f" (and {len(more)} more)" if more else ""
    return f"{f'{where}: ' if where else ''}{problem['msg']}{others}"
