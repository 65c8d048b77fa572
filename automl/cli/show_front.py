"""The models of a study that no other beats in everything."""

from __future__ import annotations

from automl.cli.tables import table
from automl.cli.terminal import wrap
from automl.core.records import StudyRecord
from automl.report.front import front_headings, front_rest, front_rows, front_title


def front_text(study: StudyRecord) -> str:
    """The front of a study as a table; "" where there is one objective, or no model yet."""
    rows = front_rows(study) if study.minimize else []
    if not rows:
        return ""
    title = wrap(f"Front: {front_title(study)}")
    return "\n".join(filter(None, [title, table(front_headings(study), rows), front_rest(study)]))


def objectives_json(study: StudyRecord) -> dict[str, object]:
    """The objectives, and the numbers of the trials on their front, for scripts."""
    metric = {"name": study.metric, "direction": "maximize" if study.maximize else "minimize"}
    costs = ({"name": name, "direction": "minimize"} for name in study.minimize)
    return {"objectives": [metric, *costs], "front": [each.number for each in study.front]}
