"""The bytes that members lie in, drawn: a box for each name over the bytes of a machine word."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.text import Text

from threadmine.memmap import Layout
from threadmine.memmap.drawing import Box, Row, lanes_for
from threadmine.model import Unknown
from threadmine.render import safe
from threadmine.screens.paper import Line, heading

BYTE = 4
"""Cells that a byte is wide."""
NAME = 8
"""Cells of the struct's name before its boxes."""


def byte_lines(names: Iterable[str], layout: Layout | Unknown) -> tuple[Line, ...]:
    """The words that the members lie in, with all names of page and folio for their bytes; may be empty.

    Args:
        names: ``struct.member``; those that the layout does not know are passed over.
        layout: the kernel.
    """
    from threadmine.verify.asking import rows_of  # brings the rules along: not before the first screen

    names = tuple(names)
    if isinstance(layout, Unknown):
        return ()
    found = rows_of(names, layout)
    if not found:
        return ()
    structs = lanes_for(layout, "folio" if layout.struct("folio") else "page")
    asked = {
        name.split("[")[0].split(".")[0] + "." + name.rpartition(".")[2] for name in names if "." in name
    }
    made = list(heading(f"The bytes in {layout.kernel} ({layout.arch})"))
    for row in found:
        made.append(_ruler(row))
        for struct, lane in zip(structs, row.lanes, strict=True):
            for boxes in _stacked(lane):
                made.append(_boxes(struct, boxes, row, asked))
    return tuple(made)


def _ruler(row: Row) -> Line:
    text = Text(f"{f'page[{row.page}]':<{NAME}} ", style="bold cyan")
    for byte in range(row.size):
        text.append(f"{f'+{row.offset + byte}':<{BYTE}}", style="dim not bold")
    return Line(text)


def _stacked(lane: Sequence[Box]) -> list[list[Box]]:
    """The boxes of a lane in as few lines as hold them side by side: members of a union lie on top."""
    lines: list[list[Box]] = []
    for box in lane:
        free = (boxes for boxes in lines if all(box.start >= b.end or box.end <= b.start for b in boxes))
        there = next(free, None)
        if there is None:
            lines.append([box])
        else:
            there.append(box)
    return [sorted(boxes, key=lambda box: box.start) for boxes in lines]


def _boxes(struct: str, boxes: Sequence[Box], row: Row, asked: set[str]) -> Line:
    text = Text(f"{struct:<{NAME}} ", style="dim")
    at = row.offset
    for box in boxes:
        text.append(" " * BYTE * (box.start - at))
        plain = f"{struct}.{box.name.split(':')[0]}"
        style = "not dim bold yellow" if plain in asked else "not dim"
        text.append(_box(box, BYTE * (box.end - box.start)), style=style)
        at = box.end
    return Line(text)


def _box(box: Box, cells: int) -> str:
    """``├ name ────┤``; a member that began in the word before has no left edge."""
    name = safe(box.name)
    inside = cells - 2
    shown = f" {name} " if len(name) + 2 <= inside else name[:inside]
    return f"{'├' if box.begins else '╌'}{shown:─<{inside}}┤"
