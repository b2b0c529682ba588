"""Several things in a row: which of them belong together, and how many statements they make.

"x, y and z are cleared by f() and g()" is one verb with five names; what stands further off belongs
to something else.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from threadmine.extraction.claims.sentence import Read, Thing
from threadmine.extraction.claims.words import GRAMMAR

Who = TypeVar("Who")
What = TypeVar("What")

_LINKS = frozenset({"and", "or", "nor"})
_AGAIN = frozenset(
    {"nor", "by", "in", "from", "via", "through", "once", "neither", "on", "of", "for", "under"}
)
"""Words that stand before each item of a list again ("neither by f() nor by g()")."""

MAX_PAIRS = 24
"""The most statements that one verb makes with all its subjects and objects."""


def run(things: list[Thing], read: Read) -> list[Thing]:
    """The first of ``things`` and those joined to it by commas, "and", "or" or a slash."""
    if things and all(t.first < 0 for t in things):
        return things
    found = things[:1]
    for thing in things[1:]:
        if not joined(read, found[-1], thing):
            break
        found.append(thing)
    return found


def last_run(things: list[Thing], read: Read) -> list[Thing]:
    """The last of ``things`` and those joined before it; all of them where they stand in the text before."""
    if things and all(t.last <= 0 for t in things):
        return things
    found = things[-1:]
    for thing in reversed(things[:-1]):
        if not joined(read, thing, found[0]):
            break
        found.insert(0, thing)
    return found


def every(doers: Sequence[Who], objects: Sequence[What]) -> list[tuple[Who, What]]:
    """Each of ``doers`` with each of ``objects``, no more than a sentence can mean."""
    return [(who, one) for who in doers for one in objects][:MAX_PAIRS]


def joined(read: Read, left: Thing, right: Thing) -> bool:
    """Whether nothing but a comma, "and", "or" or the like stands between two things."""
    gap = read.words[left.last : right.first]
    if len(gap) > 4 or left.last < 0:
        return False
    again = _AGAIN if not _LINKS.isdisjoint(gap) else frozenset()  # "in f() and once in g()"
    return all(w in GRAMMAR.joins or w in again or gap[i + 1 : i + 2] == ("'s",) for i, w in enumerate(gap))
