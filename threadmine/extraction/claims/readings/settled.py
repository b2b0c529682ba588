"""The statements of a sentence about its functions, once each pair of them was read by its form.

What :mod:`.dealings` reads stands in for lesser readings of the same functions; who calls "f() via g()" calls
g as well; who uses f "instead of g()" does not call g.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from threadmine.extraction.claims.clauses import Candidate
from threadmine.extraction.claims.readings.dealings import GUESS
from threadmine.extraction.claims.readings.partners import MEANS, MEANS_SAID, NOUNS
from threadmine.extraction.claims.sentence import Read, Sort, Thing
from threadmine.model import Predicate

_LEADING = frozenset({"calling", "using", "the", "a", "an", "also", "with", "via", "through", "by", "to"})


def joined_to(said: Sequence[Candidate], dealt: Sequence[Candidate]) -> list[Candidate]:
    """The statements of ``said`` that ``dealt`` leaves, and those of ``dealt``; a guess at who calls gives
    way to what ``said`` tells.
    """
    known = {one.object for one in said if one.predicate is Predicate.CALLS}
    firm = [one for one in dealt if one.fit > GUESS or one.object not in known]
    return [*(one for one in said if not any(_is_outdone(one, other) for other in firm)), *firm]


def _is_outdone(one: Candidate, other: Candidate) -> bool:
    subject, object_ = one.subject, one.object
    named = [t.entity for t in (other.subject, other.object) if t is not None]
    if one.predicate is Predicate.OTHER:
        here = one.clause.first <= other.cue_at < one.clause.last
        apart = object_ is not None and object_.entity not in named
        return here and subject is not None and subject.entity in named and not apart
    if object_ is None:
        return False
    who = subject.entity if subject is not None else ""
    if {who, object_.entity} == set(named):
        return True
    if object_.sort is not Sort.FUNCTION:
        return False
    unsaid = subject is None or subject.sort is not Sort.FUNCTION or subject not in one.clause.things
    calls = one.predicate is Predicate.CALLS and other.fit > one.fit
    lesser = one.predicate in (Predicate.CALLS, Predicate.VALID_FOR, Predicate.USES) and unsaid
    return object_ is other.object and other.predicate is Predicate.CALLS and (lesser or calls)


def by_means(read: Read, said: Sequence[Candidate]) -> list[Candidate]:
    """The statements of ``said``; who calls "f() via g()" calls g, and not f does."""
    doers = {one.object: one.subject for one in said if one.predicate is Predicate.CALLS and one.object}
    return [
        replace(one, subject=doers[one.subject])
        if one.predicate is Predicate.CALLS and one.subject in doers and one.object and _is_means(read, one)
        else one
        for one in said
    ]


def _is_means(read: Read, one: Candidate) -> bool:
    if one.subject is None or one.object is None:
        return False
    between = read.words[one.subject.last : one.object.first]
    return bool(between) and (between[0] in MEANS or between in MEANS_SAID) and len(between) <= NOUNS + 2


def in_place_of(read: Read, said: Sequence[Candidate]) -> list[Candidate]:
    """The statements of ``said``, and what is not called where it is told what is called in its place ("uses
    f() instead of g()").
    """
    found = list(said)
    for one in said if "request" not in read.marks else ():
        if one.predicate is not Predicate.CALLS or one.object is None or one.subject is None:
            continue
        at = one.object.last
        end = _not_behind(read, at)
        other = next((t for t in read.things if t.first == end and t.sort is Sort.FUNCTION), None)
        if other is None or other.entity == one.subject.entity:
            continue
        no = replace(one, object=other, cue=f"no ({read.tokens[at]})", cue_at=at, fit=6)
        found = [*(c for c in found if not _is_mere(c, other)), no]
    return found


def _not_behind(read: Read, at: int) -> int:
    """The token of what is not called, behind "instead of" or "but not" at token ``at``, else -1."""
    words = read.words
    if words[at : at + 2] in (("instead", "of"), ("rather", "than")):
        at += 2
    else:
        at += words[at : at + 1] == (",",)
        at += words[at : at + 1] in (("and",), ("but",))
        if words[at : at + 1] != ("not",):
            return -1
        at += 1
    while at < len(words) and words[at] in _LEADING:
        at += 1
    return at


def _is_mere(one: Candidate, thing: Thing) -> bool:
    """Whether a candidate does no more than name a thing."""
    return one.predicate is Predicate.OTHER and one.subject is thing and one.object is None
