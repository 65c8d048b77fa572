"""From a file to a search space: the entry to the language."""

from __future__ import annotations

from pathlib import Path

from automl.core.errors import Problem, SpaceError
from automl.spaces.grammar.context import Context
from automl.spaces.grammar.whole import read_whole
from automl.spaces.problems import Problems
from automl.spaces.space import SearchSpace
from automl.spaces.vocabulary import Vocabulary
from automl.spaces.yaml_file import parse_yaml

# The parser takes seconds for so many bytes; no shipped space has a thirtieth of it.
LARGEST = 100_000


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
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
        if len(content) > LARGEST:
            raise SpaceError(source, (Problem(1, f"too large: over {LARGEST:,} bytes"),))
        text = content.decode("utf-8-sig")
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
        raise SpaceError(source, (Problem(1, "the file is empty", "try: automl new NAME"),))
    return read_whole(Context(vocabulary, problems, set()), document, text, source)
