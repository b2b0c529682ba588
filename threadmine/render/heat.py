"""Series against members: as a table for a terminal, as CSV, and as an SVG heat map."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape

from threadmine.model import Access, SeriesRow, TouchRow
from threadmine.render.lists import person
from threadmine.render.matrix import LETTERS, mark
from threadmine.render.style import PLAIN, Style
from threadmine.render.table import Cell, Column, table
from threadmine.render.text import clip, safe_line

Marks = Mapping[str, Mapping[str, str]]
"""Series id -> member -> mark (``+W``)."""

STRENGTH = {letter: place for place, letter in enumerate(reversed(LETTERS.values()), 1)}


def marks(rows: Iterable[tuple[SeriesRow, Sequence[TouchRow]]]) -> Marks:
    """What each series does to each member; context lines and comments do not count."""
    found: dict[str, dict[str, str]] = {}
    for series, touches in rows:
        by_member: dict[str, list[TouchRow]] = {}
        for row in touches:
            if row.touch.struct and row.touch.access is not Access.COMMENT:
                by_member.setdefault(row.touch.name, []).append(row)
        found[series.id] = {name: mark(group) for name, group in sorted(by_member.items())}
    return found


def members(found: Marks) -> list[str]:
    """All members, those touched by most series first."""
    counts: dict[str, int] = {}
    for row in found.values():
        for name in row:
            counts[name] = counts.get(name, 0) + 1
    return sorted(counts, key=lambda name: (-counts[name], name))


def heat_lines(
    series: Sequence[SeriesRow], found: Marks, columns: int, style: Style = PLAIN
) -> Iterator[str]:
    """Members down, series across by number, the numbers' legend below; what does not fit is counted."""
    names = members(found)
    widest = max((len(name) for name in names), default=10)
    room = max(1, (columns - min(widest, 28) - 2) // 4)
    shown = series[:room]
    head = [Column("Member", flexible=True, least=16, style="field")]
    head += [Column(str(number), right=True) for number in range(1, len(shown) + 1)]
    body: list[list[str | Cell]] = [
        [name, *(_cell(found[row.id].get(name, "")) for row in shown)]
        for name in names
        if any(name in found[row.id] for row in shown)
    ]
    yield from table(head, body, columns, style)
    yield ""
    for number, row in enumerate(shown, 1):
        label = row.version_text or f"v{row.version}"
        yield clip(f"{number:>3}  {row.id} {label} {safe_line(row.title)} ({person(row.author)})", columns)
    if len(shown) < len(series):
        yield f"{len(series) - len(shown)} more series do not fit; --format csv has them all"


def _cell(text: str) -> Cell:
    return Cell(text, {"+": "add", "-": "remove"}.get(text[:1], "")) if text else Cell(".", "dim")


def heat_rows(series: Sequence[SeriesRow], found: Marks) -> Iterator[list[str]]:
    """Rows of a CSV: heading, then a row for each series."""
    names = members(found)
    yield ["series", "version", "title", "author", *names]
    for row in series:
        label = row.version_text or f"v{row.version}"
        cells = (found[row.id].get(name, "").strip() for name in names)
        yield [row.id, label, row.title, row.author.display, *cells]


CELL = 18
LEFT = 330
TOP = 190
SHADES = ("#eef2f7", "#b7c9e2", "#7aa2d2", "#d9a441", "#c8553d")


def heat_svg(series: Sequence[SeriesRow], found: Marks) -> Iterator[str]:
    """A heat map: series down, members across; darker where a series does more. Runs and loads nothing."""
    names = members(found)
    width, height = LEFT + CELL * len(names) + 20, TOP + CELL * len(series) + 20
    yield f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" role="img" '
    yield f'viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="11">'
    yield "<title>Members touched by series</title>"
    yield f'<rect width="{width}" height="{height}" fill="#ffffff"/>'
    for column, name in enumerate(names):
        x = LEFT + CELL * column + CELL * 0.7
        turned = f"translate({x:.1f} {TOP - 6}) rotate(-60)"
        yield f'<text transform="{turned}" fill="#222222">{escape(name)}</text>'
    for line, row in enumerate(series):
        y = TOP + CELL * line
        label = f"{row.version_text or f'v{row.version}'} {safe_line(row.title)}"
        text = escape(clip(label, 52))
        yield f'<text x="{LEFT - 8}" y="{y + 13}" text-anchor="end" fill="#222222">{text}</text>'
        for column, name in enumerate(names):
            yield from _square(LEFT + CELL * column, y, name, label, found[row.id].get(name, ""))
    yield "</svg>"


def _square(x: int, y: int, name: str, label: str, text: str) -> Iterator[str]:
    strength = min(STRENGTH.get(text[-1:], 0), len(SHADES) - 1)
    tip = f"<title>{escape(f'{label}: {name} {text.strip()}')}</title>" if text else ""
    size = f'width="{CELL - 1}" height="{CELL - 1}"'
    yield f'<rect x="{x}" y="{y}" {size} fill="{SHADES[strength]}">{tip}</rect>'
