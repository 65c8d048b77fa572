"""Tables as aligned text: readable in a pipe, without colour, at any width."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from automl.core.one_line import one_line


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Columns two spaces apart; numbers to the right, the last column as it is.

    Cells may be the words of a file: what a terminal would act on is spelled out.
    """
    cells = [list(headings), *([one_line(cell) for cell in row] for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(headings))]
    right = [all(_is_number(row[column]) for row in cells[1:]) for column in range(len(headings))]
    lines = []
    for row in cells:
        aligned = (
            cell.rjust(width) if to_right else cell.ljust(width)
            for cell, width, to_right in zip(row, widths, right, strict=True)
        )
        lines.append("  ".join(aligned).rstrip())
    return "\n".join(lines)


def _is_number(cell: str) -> bool:
    return cell == "-" or cell.replace(",", "").replace(".", "", 1).isdigit()
