"""Tables for people: columns that fit the terminal, wide characters counted as they are shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from threadmine.render.style import PLAIN, Style
from threadmine.render.text import pad, safe_line, width

GAP = 2


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Args:
        title: heading.
        right: figures stand to the right.
        least: columns it keeps when space is short.
        flexible: gives up space first; a table wider than the terminal shrinks these.
        style: name of the style of its cells (a cell may override it).
    """

    title: str
    right: bool = False
    least: int = 4
    flexible: bool = False
    style: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """Text with a style of its own."""

    text: str
    style: str = ""


def table(
    columns: Sequence[Column],
    rows: Sequence[Sequence[str | Cell]],
    total: int,
    style: Style = PLAIN,
    heading: bool = True,
) -> Iterator[str]:
    """Lines of a table of at most ``total`` terminal columns (no trailing blanks).

    Every cell is made safe here, so that no caller can forget it.
    """
    cells = [[_cell(value, column) for value, column in zip(row, columns, strict=True)] for row in rows]
    sizes = _sizes(columns, cells, total, heading)
    if heading:
        yield _line([Cell(column.title, "bold") for column in columns], columns, sizes, style)
    for row in cells:
        yield _line(row, columns, sizes, style)


def _cell(value: str | Cell, column: Column) -> Cell:
    if isinstance(value, str):
        return Cell(safe_line(value), column.style)
    return replace(value, text=safe_line(value.text), style=value.style or column.style)


def _sizes(
    columns: Sequence[Column], cells: Sequence[Sequence[Cell]], total: int, heading: bool
) -> list[int]:
    """Width of each column: the widest cell, then the widest flexible columns shrink until all fit."""
    room = total - GAP * (len(columns) - 1)
    sizes = [
        min(room, max([width(column.title) if heading else 0, *(width(row[place].text) for row in cells)]))
        for place, column in enumerate(columns)
    ]
    while sum(sizes) > room:
        shrinkable = [
            place for place, column in enumerate(columns) if column.flexible and sizes[place] > column.least
        ]
        if not shrinkable:
            break
        sizes[max(shrinkable, key=lambda place: sizes[place])] -= 1
    return sizes


def _line(cells: Sequence[Cell], columns: Sequence[Column], sizes: Sequence[int], style: Style) -> str:
    parts = []
    last = len(cells) - 1
    for place, (cell, column, size) in enumerate(zip(cells, columns, sizes, strict=True)):
        text = pad(cell.text, size, column.right)
        if place == last and not column.right:
            text = text.rstrip()
        bare = text.strip()
        parts.append(text.replace(bare, style(bare, cell.style), 1) if bare else text)
    return (" " * GAP).join(parts).rstrip()
