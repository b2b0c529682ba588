"""Readings of where something is: "x is where the order is kept", "no room is left in x for the order"."""

from __future__ import annotations

from threadmine.extraction.claims.clauses import Candidate
from threadmine.extraction.claims.readings.contents import before_helpers, contents, contents_behind, residing
from threadmine.extraction.claims.readings.phrases import Look, Place, listed, phrased
from threadmine.extraction.claims.sentence import Sort
from threadmine.extraction.claims.words import GRAMMAR

_LIVING = listed("living")
_LIVING_UP = phrased("living", "phrases")
ROOM = frozenset({"space", "room", "place", "bits"})
"""What may be left in a word for something."""


def room(look: Look) -> list[Candidate]:
    """ "There is no space left in struct page for the owner"."""
    for at in range(look.clause.first + 1, look.clause.last - 3):
        if look.words[at] not in ROOM:
            continue
        behind = at + 1 + (look.word(at + 1) in ("left", "available", "free"))
        place = look.place(behind + 1) if look.word(behind) == "in" else None
        if place is not None and look.word(place.last) == "for":
            return residing(look, contents_behind(look, place.last + 1), place, at)
    return []


def where(look: Look) -> list[Candidate]:
    """ "X is where the order is kept"."""
    words = look.words
    if "where" not in words[look.clause.first : look.clause.last]:
        return []
    at = words.index("where", look.clause.first)
    holder = [t for t in look.members(look.clause.first, at) if t.sort is Sort.MEMBER]
    if not holder or not GRAMMAR.be & set(words[holder[-1].last : at]):
        return []
    for verb in range(at + 1, look.clause.last):
        if words[verb] in _LIVING or look.phrase_at(verb, _LIVING_UP):
            things = contents(look, at + 1, before_helpers(look, verb))
            return residing(look, things, Place(holder[-1].first, holder[-1].last, holder[-1]), verb)
    return []
