"""From a file to a search space: the entry to the language."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

from automl.core.errors import Problem, SpaceError
from automl.spaces.document import Table, Yaml
from automl.spaces.grammar.baseline import read_baseline
from automl.spaces.grammar.context import Context
from automl.spaces.grammar.form import Form, read_form
from automl.spaces.grammar.members import read_members, read_settings
from automl.spaces.grammar.sections import read_data, read_objective, read_search, read_task
from automl.spaces.nodes.draw import Draw
from automl.spaces.nodes.fixed import Fixed
from automl.spaces.nodes.scope import Scope
from automl.spaces.nodes.sequence import Sequence
from automl.spaces.nodes.settings import Settings
from automl.spaces.problems import Problems
from automl.spaces.space import SearchSpace
from automl.spaces.vocabulary import LAYER, Vocabulary
from automl.spaces.yaml_file import parse_yaml

MOST_PARAMETERS = 10_000


class SpaceForm(Form):
    """A search space: the models that a search may try, and how it tries them."""

    task: Any
    """What kind of problem it is."""
    data: Any
    """A dataset's name, a path, or a mapping of `name` and the dataset's options."""
    network: Any
    """The layers in order; the task adds the output layer."""
    training: Any = None
    """How each model is trained."""
    objective: Any = None
    """What makes one model better than another."""
    search: Any = None
    """How the space is searched."""
    baseline: Any = None
    """Values of parameters for the first trial; simple is best."""


def read_space(path: Path, vocabulary: Vocabulary, shown_as: str | None = None) -> SearchSpace:
    """Read a search space from a file.

    Args:
        path: The file, UTF-8 and YAML 1.2.
        vocabulary: What it may speak of.
        shown_as: The file as the user named it, for messages.

    Raises:
        SpaceError: with everything that is wrong with it.
    """
    source = shown_as or str(path)
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise SpaceError(source, (Problem(line, "this is not text in UTF-8"),)) from error
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise SpaceError(source, (Problem(1, f"cannot read the file: {reason}"),)) from error
    return parse_space(text, vocabulary, source)


def parse_space(text: str, vocabulary: Vocabulary, source: str) -> SearchSpace:
    """Read a search space from its text.

    Args:
        text: YAML 1.2.
        vocabulary: What it may speak of.
        source: What the text is called in messages.

    Raises:
        SpaceError: with everything that is wrong with it.
    """
    problems = Problems()
    document = parse_yaml(text, problems)
    if document is None:
        problems.raise_any(source)
        raise SpaceError(source, (Problem(1, "the file is empty", "a space has at least …"),))
    read_form(problems, SpaceForm, document, "a space")
    if not isinstance(document, Table):
        problems.raise_any(source)
    space = _read_sections(Context(vocabulary, problems, set()), document, text, source)
    problems.raise_any(source)
    return space
