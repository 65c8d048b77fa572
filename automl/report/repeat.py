"""The commands that repeat a study."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from typing import Any

# What changes a study's numbers. Where trials ran and were kept is left out: it is of one place,
# and a storage's URL may hold a password.
_FLAGS = (
    "name",
    "data",
    "trials",
    "epochs",
    "timeout",
    "sampler",
    "pruner",
    "metric",
    "seed",
    "workers",
    "cpus_per_trial",
    "gpus_per_trial",
    "trial_timeout",
)


def commands(settings: Mapping[str, Any]) -> dict[str, str]:
    """What to type, by what it does.

    Args:
        settings: What the study was told to do, as study.yaml has it.
    """
    name = shlex.quote(settings["name"])
    return {
        "search again": " ".join(_search(settings)),
        "go on with it": f"automl resume {name}",
        "make the final model": f"automl finalize {name}",
        "see every trial": f"automl show {name}",
        "take the model away": f"automl export {name} --format onnx",
    }


def _search(settings: Mapping[str, Any]) -> Iterator[str]:
    yield f"automl search {shlex.quote(settings['space'])}"
    for flag in _FLAGS:
        if settings.get(flag) is not None:
            yield _flag(flag, settings[flag])
    for name in settings.get("minimize", ()):
        yield _flag("minimize", name)
    for flag, column in settings["options"].items():
        yield _flag(flag, column)
    if not settings["finalize"]:
        yield "--no-finalize"
    if settings["deterministic"]:
        yield "--deterministic"
    if settings["executor"] != "ray":
        yield _flag("executor", settings["executor"])


def _flag(name: str, value: object) -> str:
    text = f"{value:.10g}" if isinstance(value, float) else str(value)
    return f"--{name.replace('_', '-')} {shlex.quote(text)}"
