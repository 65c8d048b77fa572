"""What is told about studies, spaces and machines: as plain values, and as files for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl.core.registry import Registry

if TYPE_CHECKING:
    from collections.abc import Callable

    from automl.report.content import Report

FORMATS: Registry[Callable[[Report], str]] = Registry(
    "format of a report",
    {
        "html": "automl.report.html:render_html",
        "md": "automl.report.markdown:render_markdown",
    },
)
