"""The parts of a digest's text, before any format: headings, paragraphs and items."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from threadmine.digest.items import Point
from threadmine.model import ConcernState, IssueRow, Unknown
from threadmine.render.lists import concern_place, person
from threadmine.render.text import age, clip, join_words, safe_line

QUOTE_CELLS = 150
"""Columns of a quotation."""

POINT_CELLS = 120
"""Columns of what a point says, and of the words that answer it."""


class Kind(StrEnum):
    """What a block is."""

    TITLE = "title"
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "item"
    SUB = "sub"  # belongs to the item before it


@dataclass(frozen=True, slots=True)
class Block:
    """One block; ``text`` is safe and folded, ``link`` the address of the message it is from (or empty).

    ``new`` marks what came up within the time; ``id`` is the id to ask ``threadmine show`` for.
    """

    kind: Kind
    text: str
    link: str = ""
    new: bool = False
    id: str = ""


def quoted(text: str, cells: int = QUOTE_CELLS) -> str:
    """Words of a mail, safe and cut."""
    return clip(safe_line(text), cells)


def more(count: int, most: int, command: str = "", kind: Kind = Kind.ITEM) -> Iterator[Block]:
    """What is left of ``count`` after ``most``, with the command that lists it."""
    if count > most:
        hint = f" ({command})" if command else ""
        yield Block(kind, f"... and {count - most:,} more{hint}")


def age_of(point: Point, until: datetime) -> str:
    """How old a point is: ``3w``; ``over 19w`` where only the mail that quotes it has a date."""
    if isinstance(point.date, Unknown):
        return "no date"
    known = not isinstance(point.row.concern.date, Unknown)
    return f"{'' if known else 'over '}{age(point.date, until)}"


_IMPLIED = (ConcernState.OPEN, ConcernState.ACKNOWLEDGED)
"""States that the heading of a section says."""


def point_block(point: Point, until: datetime, kind: Kind) -> Block:
    """One point: who, on what, in which words, how old, where it stands."""
    row = point.row
    concern = row.concern
    about = join_words(map(safe_line, concern.targets), 2) or concern_place(row)
    place = f" on {about}" if about else ""
    state = "" if point.state in _IMPLIED else point.state.value
    if point.state.value == "addressed" and row.status.addressed_in:
        state = f"fixed in {safe_line(row.status.addressed_in)}"
    words = join_words(word for word in (age_of(point, until), _patch(row), state) if word)
    text = f'{person(concern.author)}{place}: "{quoted(concern.quote, POINT_CELLS)}" ({words})'
    return Block(kind, text, point.link or row.url, point.is_new, concern.id)


def _patch(row: IssueRow) -> str:
    version = f"v{row.version}" if row.version else ""
    return safe_line(" ".join(part for part in (version, row.patch) if part))
