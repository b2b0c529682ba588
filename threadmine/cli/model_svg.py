"""Drawings of struct bytes as SVG: the same rows as on the terminal, one box a member."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from threadmine.memmap.drawing import Box, Row, lanes_for, rows
from threadmine.memmap.layout import Layout

BYTE = 58
LINE = 18
LABEL = 70
GAP = 28
MARGIN = 16
FILLS = ("#dbeafe", "#dcfce7", "#fef3c7", "#fce7f3", "#ede9fe", "#e0f2fe")


def svg_text(layout: Layout, structs: Sequence[str], title: str) -> str:
    """An SVG document with one drawing below the other.

    Args:
        layout: the kernel's layout.
        structs: names of structs it has.
        title: what stands above.
    """
    parts: list[str] = []
    y = MARGIN + 24
    width = 400
    for name in structs:
        y, right = _struct(parts, layout, name, y)
        width = max(width, right)
        y += 24
    head = f'<text x="{MARGIN}" y="{MARGIN + 4}" class="title">{escape(title)}</text>'
    style = (
        "<style>text{font:11px ui-monospace,monospace;fill:#111}.title{font-size:13px;font-weight:bold}"
        ".dim{fill:#666}rect{stroke:#555;stroke-width:.7}</style>"
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width + MARGIN}" height="{y + MARGIN}">'
        f"{style}{head}{''.join(parts)}</svg>\n"
    )


def _struct(parts: list[str], layout: Layout, name: str, y: int) -> tuple[int, int]:
    """Draws one struct from ``y`` on; returns the y below it and its right edge."""
    lanes = lanes_for(layout, name)
    word = layout.pointer_size
    shape = layout.struct(name)
    assert shape is not None  # the caller names structs of this layout
    parts.append(f'<text x="{MARGIN}" y="{y}" class="title">struct {name}: {shape.size} bytes</text>')
    for index, lane in enumerate(lanes):
        parts.append(f'<text x="{_lane_x(index, word)}" y="{y + LINE}" class="dim">struct {lane}</text>')
    y += LINE + 6
    page = -1
    for row in rows(layout, name):
        if "page" in lanes and row.page != page:
            page = row.page
            parts.append(f'<text x="{MARGIN}" y="{y + 13}" class="title">page[{page}]</text>')
            y += LINE
        y += _row(parts, row, y, word)
    return y, _lane_x(len(lanes), word)


def _lane_x(index: int, word: int) -> int:
    return MARGIN + LABEL + index * (word * BYTE + GAP)


def _row(parts: list[str], row: Row, y: int, word: int) -> int:
    """Draws one word; members of a union stand below each other. Returns the height."""
    stacks = [_stacked(lane) for lane in row.lanes]
    height = max([len(stack) for stack in stacks] + [1]) * LINE
    parts.append(f'<text x="{MARGIN}" y="{y + 13}" class="dim">+{row.offset}</text>')
    for index, stack in enumerate(stacks):
        left = _lane_x(index, word)
        for level, boxes in enumerate(stack):
            for box in boxes:
                parts.append(_box(box, left, y + level * LINE, row.offset))
    return height + 4


def _stacked(boxes: Sequence[Box]) -> list[list[Box]]:
    """Boxes in levels, so that none lies on another."""
    levels: list[list[Box]] = []
    for box in boxes:
        for level in levels:
            if all(box.end <= other.start or other.end <= box.start for other in level):
                level.append(box)
                break
        else:
            levels.append([box])
    return levels


def _box(box: Box, left: int, y: int, offset: int) -> str:
    x, width = left + (box.start - offset) * BYTE, (box.end - box.start) * BYTE
    fill = FILLS[sum(box.name.encode()) % len(FILLS)]
    room = max(1, width // 7)
    text = box.name if len(box.name) <= room else box.name[: room - 1] + "…"
    return (
        f'<rect x="{x}" y="{y}" width="{width}" height="{LINE}" fill="{fill}"/>'
        f'<text x="{x + 4}" y="{y + 13}">{escape(text)}</text>'
    )
