"""The report of a study."""

from __future__ import annotations

from pathlib import Path

from automl.api.gathering import Progress, gather
from automl.api.parts import find_study
from automl.core.defaults import RESULTS
from automl.core.errors import UserError
from automl.report import FORMATS
from automl.store import Store, write_text


def report(
    name: str,
    format: str = "html",
    output: str | None = None,
    results: str = RESULTS,
    progress: Progress = lambda done, total: None,
) -> Path:
    """Write the report of a study, as it stands now: one file that needs no other.

    Args:
        name: The study's name.
        format: ``"html"``, or ``"md"`` for a repository or a pull request.
        output: The file to write; None is ``report.html`` or ``report.md`` in the study's folder.
        results: Folder that the study is in.
        progress: Hears how many of how many plots are drawn.

    Returns:
        The file.

    Raises:
        StudyError: if there is no such study.
        UserError: if there is no such format, or the file cannot be written.
    """
    FORMATS.check(format)
    folder, _ = find_study(Store(Path(results)), name)
    path = Path(output) if output else folder.path / f"report.{format}"
    text = report_text(name, format, results, progress)
    try:
        write_text(path, text)
    except OSError as error:
        raise UserError(
            f"cannot write {path} ({error.strerror}); choose another file with --output FILE"
        ) from error
    return path


def report_text(
    name: str,
    format: str = "html",
    results: str = RESULTS,
    progress: Progress = lambda done, total: None,
) -> str:
    """The report of a study as text.

    Args:
        name: The study's name.
        format: ``"html"`` or ``"md"``.
        results: Folder that the study is in.
        progress: Hears how many of how many plots are drawn.

    Raises:
        StudyError: if there is no such study.
        UnknownName: if there is no such format; says the nearest.
    """
    return FORMATS[format](gather(name, results, progress))
