"""Places that are no word of struct page: another table, or a struct as a whole.

"page->x is stored in the lower layer's swap table", "we still need a refcount in struct page".
"""

from __future__ import annotations

from threadmine.extraction.claims.clauses import MEMBERISH, Candidate
from threadmine.extraction.claims.plain_names import noun_phrase
from threadmine.extraction.claims.readings.contents import (
    contents_before,
    contents_behind,
    is_quantity,
    residing,
)
from threadmine.extraction.claims.readings.phrases import Look, Place, listed
from threadmine.extraction.claims.sentence import Sort
from threadmine.extraction.claims.words import GRAMMAR

_STORED = listed("living", "stored")
_SPACES = listed("spaces")
_NOWHERE = listed("living", "nowhere")
_ENDS = frozenset({"end", "start", "beginning", "tail", "head", "top", "bottom", "rest", "remainder"})
_ITSELF = frozenset({"itself", "themselves", "alone", "proper"})
_LEFT = frozenset({"left", "stays", "stay", "remains", "remain", "remaining", "kept", "staying"})
_RESTS = frozenset({"all", "what", "thing", "things", "everything", "only", "ones"})
_HAD = frozenset(
    {"need", "needs", "needed", "leaves", "leave", "left", "is", "be", "are", "have", "has", "want", "wants"}
)
"""Who needs, leaves or has something in a struct, says that it lies there."""

LONGEST = 6
"""The most words of a place that is no word of struct page ("the lower layer's swap table")."""

TOLD = 3
"""The words with which a space is a place of its own ("the unused slab space")."""

NEAR = 12
"""The most tokens between a verb and what is in the struct."""


def plain_place(look: Look, at: int, verb: int) -> list[Candidate]:
    """ "page->x is stored in the swap table": a place that is no word of struct page."""
    if look.word(at) not in ("in", "into", "inside", "within", "at") or look.word(verb) not in _STORED:
        return []
    things = [t for t in contents_before(look, verb) if t.sort in MEMBERISH and not t.concept]
    first = look.past_determiners(at + 1)
    if look.word(first) in _ENDS and look.word(first + 1) == "of":
        first = look.past_determiners(first + 2)
    goal = noun_phrase(look.read, first, _end_of_noun(look, first), LONGEST) if things else None
    head = goal.entity.split()[-1].lower() if goal is not None else ""
    if goal is None or head in _NOWHERE or (head in _SPACES and goal.last - goal.first < TOLD):
        return []
    return residing(look, things, Place(first, goal.last, goal), verb)


def _end_of_noun(look: Look, first: int) -> int:
    """The token behind the plain words that begin at ``first``."""
    last = first
    ends = GRAMMAR.no_nouns | _ITSELF
    while (word := look.word(last)) == "'s" or (word.replace("-", "").isalpha() and word not in ends):
        last += 1
    return last


def in_struct(look: Look, at: int, place: Place) -> list[Candidate]:
    """ "We still need a refcount in struct page", "all that is left in struct page are the flags"."""
    before = look.words[look.clause.first : at]
    if any(t.sort is Sort.FUNCTION for t in look.clause.things):
        return []
    if look.word(at - 1) in _LEFT and not _RESTS.isdisjoint(before) and look.word(place.last) in GRAMMAR.be:
        things = [t for t in contents_behind(look, place.last + 1) if t.sort in MEMBERISH or is_quantity(t)]
        return residing(look, things, place, at - 1)
    end = at - (look.word(at - 1) in ("bit", "flag", "field", "member"))
    things = [
        t for t in contents_before(look, end) if t.sort in MEMBERISH and (t.concept or t.sort is Sort.FLAG)
    ]
    verb = max((i for i in range(look.clause.first, at) if look.words[i] in _HAD), default=-1)
    if verb < 0 or not things or not verb < things[0].first <= verb + NEAR:
        return []
    return residing(look, things, place, verb)
