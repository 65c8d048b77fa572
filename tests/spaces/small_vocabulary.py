"""A vocabulary small enough to see through, with one of everything that options can be."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from automl.core.registry import MemberOf, Registry
from automl.spaces.context import Vocabulary
from automl.tuning import PRUNERS, SAMPLERS


class Options(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Conv(Options):
    filters: Annotated[int, Field(ge=1)]
    kernel_size: Annotated[int, Field(ge=1)] = 3
    padding: Literal["same", "valid"] = "same"


class Grouped(Options):
    filters: int
    groups: int = 1

    @model_validator(mode="after")
    def divisible(self) -> Grouped:
        if self.filters % self.groups:
            raise ValueError(
                f"`filters` (={self.filters}) must be divisible by `groups` (={self.groups})"
            )
        return self


class Dense(Options):
    units: Annotated[int, Field(ge=1, le=4096)]
    bias: bool = True


class Activation(Options):
    name: Literal["relu", "gelu", "silu"]


class Dropout(Options):
    rate: Annotated[float, Field(ge=0, lt=1)]


class Pool(Options):
    size: int | tuple[int, int] = 2


class Bare(Options):
    pass


class Residual(Options):
    layers: Annotated[tuple[dict[str, Any], ...], MemberOf("layer", many=True)]


class AdamW(Options):
    lr: Annotated[float, Field(gt=0)] = 1e-3
    weight_decay: Annotated[float, Field(ge=0)] = 0.0


class Sgd(Options):
    lr: Annotated[float, Field(gt=0)]
    momentum: Annotated[float, Field(ge=0, lt=1)] = 0.0


class Step(Options):
    gamma: float = 0.1


class Crop(Options):
    pad: Annotated[int, Field(ge=0)] = 2
    fill: Literal["zero", "edge"] = "zero"


class Training(Options):
    epochs: Annotated[int, Field(ge=1)] = 10
    batch_size: Annotated[int, Field(ge=1)] = 64
    optimizer: Annotated[dict[str, Any], MemberOf("optimizer")] = Field({"adamw": {}})
    schedule: Annotated[dict[str, Any], MemberOf("schedule")] = Field({"constant": {}})
    augment: Annotated[tuple[dict[str, Any], ...], MemberOf("augmentation", many=True)] = ()
    clip_norm: Annotated[float, Field(gt=0)] | None = None


def _family(kind: str, **members: str) -> Registry[type[BaseModel]]:
    table = {name: f"small_vocabulary:{member}" for name, member in members.items()}
    return Registry(kind, table)


VOCABULARY = Vocabulary(
    tasks=Registry(
        "task", {"image_classification": "x:y", "text_rating": "x:y", "text_topic": "x:y"}
    ),
    datasets=Registry("dataset", {"fashion_mini": "x:y", "digits": "x:y"}),
    families={
        "layer": _family(
            "layer",
            conv2d="Conv",
            grouped="Grouped",
            dense="Dense",
            activation="Activation",
            dropout="Dropout",
            max_pool2d="Pool",
            flatten="Bare",
            batch_norm="Bare",
            residual="Residual",
        ),
        "optimizer": _family("optimizer", adamw="AdamW", sgd="Sgd"),
        "schedule": _family("schedule", constant="Bare", cosine="Bare", step="Step"),
        "augmentation": _family("augmentation", flip="Bare", crop="Crop"),
    },
    training=Training,
    samplers=SAMPLERS,
    pruners=PRUNERS,
    metrics=lambda task: ["mae" if task == "text_rating" else "accuracy", "loss"],
    reads=lambda task: task.split("_")[0],
)

# A space that uses most of it.
SPACE = """
task: image_classification
data: {name: digits, size: {choices: [8, 16]}}
network:
  - stage: conv
    repeat: {low: 1, high: 4}
    layers:
      - conv2d:
          filters: {choices: [16, 32], grow: 2}
          kernel_size: {choices: [3, 5], shared: true}
      - batch_norm
      - residual: [{activation: {choices: [relu, gelu]}}, {grouped: {filters: 4, groups: 2}}]
      - dropout: {low: 0.0, high: 0.4, step: 0.1}
  - choices:
      flat: [flatten, {dense: {units: {low: 32, high: 256, log: true}}}]
      pool: []
    name: head
training:
  epochs: 10
  optimizer:
    choices:
      adamw: {lr: {low: 1e-4, high: 1e-2, log: true}}
      sgd: &sgd {lr: 0.1, momentum: {low: 0.8, high: 0.99}}
  schedule: {choices: [constant, cosine]}
  augment: [flip, {crop: {low: 0, high: 4}}]
objective: {metric: accuracy, constraints: {parameters: {max: 2000000}}}
search: {trials: 30, sampler: tpe, pruner: asha}
baseline: {conv.repeat: 1, conv.1.dropout: 0.2}
"""
