"""Drawings of bytes as data: one row a machine word, with what struct page and struct folio call it.

The terminal and the SVG make their pictures of the same rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from threadmine.memmap.layout import Layout, Member


@dataclass(frozen=True, slots=True)
class Box:
    """A member's part in one row: bytes ``start`` to ``end`` (exclusive) of the page, and its name.

    ``begins`` tells that the member starts here; a member over several rows repeats its box.
    """

    start: int
    end: int
    name: str
    begins: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One word: ``page`` and ``offset`` within it, and a lane of boxes for each struct.

    Members of a union stand in several boxes over the same bytes.
    """

    page: int
    offset: int
    size: int
    lanes: tuple[tuple[Box, ...], ...]


def lanes_for(layout: Layout, struct: str) -> tuple[str, ...]:
    """Which structs stand side by side in a drawing of ``struct``."""
    if struct in ("page", "folio"):
        return ("page", "folio") if layout.struct("folio") else ("page",)
    return (struct, "page") if struct in ("slab", "ptdesc", "zpdesc", "netmem_desc") else (struct,)


def rows(layout: Layout, struct: str) -> Iterator[Row]:
    """The words of ``struct`` from its first byte to its last; a folio's go over its pages."""
    shape = layout.struct(struct)
    if shape is None:
        return
    names = lanes_for(layout, struct)
    overlay = "page" in names
    word = layout.pointer_size
    for absolute in range(0, max(shape.size, 1), word):
        page, offset = divmod(absolute, layout.page_size) if overlay else (0, absolute)
        lanes = []
        for name in names:
            start = absolute if name == struct or name == "folio" else offset
            lanes.append(tuple(_boxes(layout, name, start, word, offset - start)))
        yield Row(page, offset, min(word, shape.size - absolute), tuple(lanes))


def _boxes(layout: Layout, struct: str, start: int, word: int, shift: int) -> Iterator[Box]:
    for member in layout.members_at(struct, start, word):
        whole_page = member.type.startswith("struct page") and not member.type.endswith("*")
        if whole_page or member.name.startswith("_usable_"):
            continue
        first, last = max(member.offset, start), min(member.end, start + word)
        yield Box(first + shift, last + shift, _label(member), member.offset >= start)


def _label(member: Member) -> str:
    return f"{member.name}:{member.bit_size}" if member.bit_size is not None else member.name
