"""The digest as a mail to a list: 72 columns, no markup, addresses at the end."""

from __future__ import annotations

from collections.abc import Iterator

from threadmine.digest.items import Digest
from threadmine.digest.layout import Block, Kind, blocks, links
from threadmine.render.style import PLAIN, Style
from threadmine.render.text import wrap

COLUMNS = 72


def plain_lines(found: Digest, style: Style = PLAIN) -> Iterator[str]:
    """Lines of at most 72 columns (a longer address or name stands on a line of its own)."""
    parts = list(blocks(found))
    numbers = links(parts)
    for place, block in enumerate(parts):
        if place and (block.kind is Kind.HEADING or _opens(block, parts[place - 1])):
            yield ""
        yield from _block(block, numbers, style)
    if numbers:
        yield ""
        yield from _heading("Messages", style)
        for link, number in numbers.items():
            yield f"[{number}] {style(link, 'url')}"


def _opens(block: Block, before: Block) -> bool:
    """Whether a blank line stands before this block: items apart, but close below their heading."""
    if block.kind is Kind.PARAGRAPH:
        return before.kind is not Kind.HEADING
    return block.kind is Kind.ITEM and before.kind in (Kind.ITEM, Kind.SUB)


def _block(block: Block, numbers: dict[str, int], style: Style) -> Iterator[str]:
    if block.kind is Kind.TITLE:
        yield style(block.text, "title")
        yield "=" * min(len(block.text), COLUMNS)
    elif block.kind is Kind.HEADING:
        yield from _heading(block.text, style)
    elif block.kind is Kind.PARAGRAPH:
        yield from wrap(block.text, COLUMNS)
    else:
        tail = f" [{numbers[block.link]}]" if block.link else ""
        own = f" {block.id}" if block.id else ""
        lead, hanging = ("* ", "  ") if block.kind is Kind.ITEM else ("  - ", "    ")
        text = f"{'NEW ' if block.new else ''}{block.text}{own}{tail}"
        yield from wrap(text, COLUMNS, lead, hanging)


def _heading(text: str, style: Style) -> Iterator[str]:
    yield style(text, "title")
    yield "-" * len(text)
