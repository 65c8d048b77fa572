"""From what a user typed to a dataset."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from automl.core.errors import UserError
from automl.core.registry import nearest
from automl.data import DATASETS
from automl.data.dataset import Dataset
from automl.data.images.folder import ImageFolder
from automl.data.source import Announce, Source

LOOKS_LIKE_A_NAME = re.compile(r"[\w-]{1,64}")


def load_dataset(
    name_or_path: str, options: Mapping[str, Any], seed: int, announce: Announce
) -> Dataset:
    """Load a named dataset, or a folder of images.

    Args:
        name_or_path: A name of ``DATASETS``, or a folder; ``./digits`` is the folder of that name.
        options: The dataset's options, as in a space's ``data``.
        seed: Seed of the splits that a user's own data does not come with.
        announce: Is told, a line at a time, of work that takes seconds.

    Raises:
        UnknownName: It looks like a name, but there is no dataset and no folder of that name.
        DataError: The data is missing, unreadable or not enough.
        UserError: An option is unknown, or its value is wrong.
    """
    source = configure(find_source(name_or_path), name_or_path, options)
    return source.load(name_or_path, seed, announce)


def find_source(name_or_path: str) -> type[Source]:
    """The kind of data that ``name_or_path`` is; its fields are the options it takes.

    Raises:
        UnknownName: It looks like a name, but there is no dataset and no folder of that name.
    """
    is_name = LOOKS_LIKE_A_NAME.fullmatch(name_or_path) and not Path(name_or_path).exists()
    if is_name or name_or_path in DATASETS:
        return DATASETS[name_or_path]
    return ImageFolder


def configure(source: type[Source], name: str, options: Mapping[str, Any]) -> Source:
    """The source with a user's options.

    Raises:
        UserError: An option is unknown, or its value is wrong.
    """
    try:
        return source.model_validate(dict(options))
    except ValidationError as error:
        problem = error.errors()[0]
        option = str(problem["loc"][0])
    known = tuple(source.model_fields)
    if option in known:
        rule = problem["msg"].lower()
        raise UserError(f"data {name!r}: option {option!r} (={problem['input']!r}): {rule}")
    if not known:
        raise UserError(f"data {name!r} takes no options, but was given {option!r}")
    close = nearest(option, known)
    guess = f"did you mean {close!r}? " if close else ""
    raise UserError(f"data {name!r} has no option {option!r}; {guess}known: {', '.join(known)}")
