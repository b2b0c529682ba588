"""Readings of members that are named behind the struct they lie in.

"Two fields in struct lruvec, x and y, feed it", "the two counters of struct page (x, y)", "a per-folio x":
what is named is a member of that struct, whatever else the sentence says.
"""

from __future__ import annotations

from threadmine.extraction.claims.clauses import Candidate
from threadmine.extraction.claims.readings.phrases import Look, Words, listed
from threadmine.extraction.claims.readings.several import run
from threadmine.extraction.claims.sentence import Sort, Thing
from threadmine.extraction.claims.words import GRAMMAR
from threadmine.model import Predicate

_NOUNS = listed("enumerated", "nouns")
_OPENING = frozenset({",", "(", ":", "-", "–"})
_INSIDE = frozenset({"in", "of", "inside", "within", "to"})
_PER = "per-"
_FIRST = frozenset({"a", "an", "the", "new", "this", "that", "dedicated", "separate", "each", "its"})

MAX_BETWEEN = 4
"""The most tokens between "per-folio" and the member."""


def may_enumerate(look: Look, here: Words) -> bool:
    """Whether a struct may be told of with its members: the cheap test before :func:`enumerated`."""
    if not look.clause.things or look.read.sentence.text.endswith("?"):
        return False
    return not _NOUNS.isdisjoint(here) or _PER in look.read.sentence.text


def enumerated(look: Look) -> list[Candidate]:
    """member_of: the members that are named behind their struct; empty for anything else."""
    return _of_struct(look) or _per(look)


def _of_struct(look: Look) -> list[Candidate]:
    """ "Two fields in struct lruvec, x and y"."""
    for thing in look.clause.things:
        if thing.sort is not Sort.STRUCT or thing.last >= len(look.words) - 1:
            continue
        at = thing.first - 1
        while at > look.clause.first and look.words[at] in GRAMMAR.determiners:
            at -= 1
        led = at > look.clause.first and look.words[at] in _INSIDE and look.words[at - 1] in _NOUNS
        if not led or look.words[thing.last] not in _OPENING:
            continue
        named = [t for t in look.read.things if t.first > thing.last and t.sort is Sort.MEMBER]
        if named and named[0].first == thing.last + 1:
            return [
                look.make(Predicate.MEMBER_OF, one, thing, at - 1)
                for one in run(named, look.read)
                if _lies_in(one, thing.entity)
            ]
    return []


def _per(look: Look) -> list[Candidate]:
    """ "A per-folio x", "a dedicated per-folio lock, x": x is a member of struct folio."""
    for at in range(look.clause.first + 1, look.clause.last - 1):
        word = look.words[at]
        if not word.startswith(_PER) or look.words[at - 1] not in _FIRST:
            continue
        struct = word.removeprefix(_PER)
        behind = range(at + 1, min(at + 1 + MAX_BETWEEN, len(look.words)))
        member = next((look.inside[i] for i in behind if i in look.inside), None)
        if member is not None and member.sort is Sort.MEMBER and _lies_in(member, struct):
            owner = Thing(
                at, at + 1, struct, struct, Sort.STRUCT, inferred=f"{struct}: “{look.read.tokens[at]}”"
            )
            return [look.make(Predicate.MEMBER_OF, member, owner, at)]
    return []


def _lies_in(member: Thing, struct: str) -> bool:
    return not member.concept and member.entity.split(".")[0] == struct
