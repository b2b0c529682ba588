"""Members against patches: what a series touches, drawn as a grid, and listed line by line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from threadmine.model import Access, Side, TouchRow, Unknown, unique
from threadmine.render.lists import person
from threadmine.render.style import PLAIN, Style
from threadmine.render.table import Cell, Column, table
from threadmine.render.text import age, function_text, join_words, safe_line

LETTERS = {Access.WRITE: "W", Access.DECLARE: "D", Access.REMOVE: "X", Access.READ: "R", Access.COMMENT: "c"}
"""Letter of each access, the strongest first: a cell shows the first that applies."""

LEGEND = (
    "W write, R read, D declare, X declaration taken away, c comment",
    "+ on added lines, - on removed lines, ~ on both",
)

Place = Callable[[TouchRow], tuple[int, int] | None]


def mark(rows: Sequence[TouchRow]) -> str:
    """Two characters for what some lines do to one member: side and the strongest access (``+W``)."""
    sides = {row.touch.side for row in rows}
    both = Side.ADDED in sides and Side.REMOVED in sides
    side = "~" if both else "+" if Side.ADDED in sides else "-" if Side.REMOVED in sides else " "
    accesses = {row.touch.access for row in rows}
    return side + next(letter for access, letter in LETTERS.items() if access in accesses)


def patch_key(patch: str) -> tuple[int, str]:
    """Patches in their order: ``2/12`` before ``10/12``."""
    number = patch.split("/")[0]
    return (int(number), patch) if number.isdigit() else (0, patch)


def fields_lines(rows: Sequence[TouchRow], place: Place, columns: int, style: Style = PLAIN) -> Iterator[str]:
    """The grid of one series version: a row per member (in layout order), a column per patch."""
    patches = sorted({row.patch for row in rows}, key=patch_key)
    cells: dict[str, dict[str, list[TouchRow]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        cells[row.touch.name][row.patch].append(row)
    spots = {name: place(next(iter(by.values()))[0]) for name, by in cells.items()}
    head = [
        Column("Member", flexible=True, least=16, style="field"),
        Column("Bytes", right=True),
        *(Column(patch.split("/")[0] or "1", right=True) for patch in patches),
        Column("Through", flexible=True, least=8, style="dim"),
    ]
    names = sorted(cells, key=lambda name: _layout_key(name, spots[name]))
    body: list[list[str | Cell]] = [
        [
            name,
            _bytes(spots[name]),
            *(_grid_cell(cells[name].get(patch, [])) for patch in patches),
            join_words(unique(_helper(row) for by in cells[name].values() for row in by if row.touch.via), 2),
        ]
        for name in names
    ]
    yield from table(head, body, columns, style)


def _layout_key(name: str, spot: tuple[int, int] | None) -> tuple[str, int, str]:
    struct, _, member = name.rpartition(".")
    return struct or "~", spot[0] if spot else 1 << 20, member


def _bytes(spot: tuple[int, int] | None) -> str:
    return "" if spot is None else f"+{spot[0]} ({spot[1]})"


def _grid_cell(rows: Sequence[TouchRow]) -> Cell:
    if not rows:
        return Cell(".", "dim")
    text = mark(rows)
    return Cell(text, {"+": "add", "-": "remove"}.get(text[0], ""))


def _helper(row: TouchRow) -> str:
    return f"{row.touch.via}()"


def touch_lines(
    rows: Iterable[TouchRow], columns: int, style: Style = PLAIN, member: bool = True
) -> Iterator[str]:
    """One line per touching line: patch, side and access, member, place, helper."""
    head = [
        Column("Patch"),
        Column(""),
        Column("Access"),
        Column("Member", flexible=True, least=16, style="field"),
        Column("Place", flexible=True, least=20),
        Column("Through", flexible=True, least=8, style="dim"),
    ]
    body: list[list[str | Cell]] = [
        [
            row.patch or "-",
            Cell(row.touch.side.value, {"+": "add", "-": "remove"}.get(row.touch.side.value, "")),
            row.touch.access.value,
            row.touch.name,
            place_text(row),
            _helper(row) if row.touch.via else "",
        ]
        for row in rows
    ]
    if not member:
        head.pop(3)
        for line in body:
            line.pop(3)
    yield from table(head, body, columns, style)


def place_text(row: TouchRow) -> str:
    """``mm/memremap.c:478 zone_device_page_init()``."""
    touch = row.touch
    return safe_line(f"{touch.file}:{touch.line} {function_text(touch.function)}")


def by_series(rows: Iterable[TouchRow]) -> Mapping[tuple[str, int], list[TouchRow]]:
    """Rows by (series, version); a patch outside any series stands under its own message."""
    groups: dict[tuple[str, int], list[TouchRow]] = {}
    for row in rows:
        groups.setdefault((row.series_id or row.message_id, row.version), []).append(row)
    return groups


def touching_lines(
    rows: Sequence[TouchRow], columns: int, now: datetime, style: Style = PLAIN, every_line: bool = False
) -> Iterator[str]:
    """The series versions that touch a member: each with its patches, how and where."""
    for (own_id, version), group in by_series(rows).items():
        first = min(group, key=_sent)  # answers may hold code, too; the patch itself comes first
        title = safe_line(first.series_title) or safe_line(first.message_id)
        label = f"v{version}" if version else ""
        who = style(person(first.author), "person")
        head = f"{style(safe_line(own_id), 'id')}  {style(label, 'bold')}  {who}"
        yield f"{head}  {age(first.date, now)}  {title}"
        if every_line:
            yield from (f"    {line}" for line in touch_lines(group, columns - 4, style))
        else:
            yield from (f"    {line}" for line in _patch_lines(group, columns - 4, style))
        yield ""


def _sent(row: TouchRow) -> float:
    return float("inf") if isinstance(row.date, Unknown) else row.date.timestamp()


def _patch_lines(group: Sequence[TouchRow], columns: int, style: Style) -> Iterator[str]:
    """One line per patch: its mark, the members as it names them, the functions."""
    by_patch: dict[str, list[TouchRow]] = defaultdict(list)
    for row in group:
        by_patch[row.patch].append(row)
    head = [
        Column("patch", right=True),
        Column("how"),
        Column("member", flexible=True, least=12, style="field"),
        Column("where", flexible=True, least=20),
    ]
    body: list[list[str | Cell]] = [
        [
            patch or "-",
            _grid_cell(rows),
            join_words(unique(row.touch.name for row in rows), 2),
            join_words(unique(_function(row) for row in rows), 3),
        ]
        for patch, rows in sorted(by_patch.items(), key=lambda item: patch_key(item[0]))
    ]
    yield from table(head, body, columns, style, heading=False)


def _function(row: TouchRow) -> str:
    return function_text(row.touch.function) or safe_line(row.touch.file)


def changes(before: Sequence[TouchRow], after: Sequence[TouchRow]) -> tuple[tuple[str, str, str], ...]:
    """Members that two versions of a series touch differently: (member, mark before, mark after), sorted.

    A mark is empty where that version does not touch the member.
    """
    old, new = _marks(before), _marks(after)
    return tuple(
        (name, old.get(name, ""), new.get(name, ""))
        for name in sorted(old.keys() | new.keys())
        if old.get(name, "") != new.get(name, "")
    )


def _marks(rows: Iterable[TouchRow]) -> dict[str, str]:
    grouped: dict[str, list[TouchRow]] = defaultdict(list)
    for row in rows:
        grouped[row.touch.name].append(row)
    return {name: mark(group) for name, group in grouped.items()}
