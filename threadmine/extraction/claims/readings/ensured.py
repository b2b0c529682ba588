"""Readings of words of need that tell none, and of what is ensured.

"This guarantees that x is set" says how things are, "make sure that x is set" what is needed; "we want to
rework f()" and "the lock wait" need nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from threadmine.extraction.claims.clauses import MEMBERISH, Candidate, value_from
from threadmine.extraction.claims.readings.around import Around
from threadmine.extraction.claims.readings.phrases import listed
from threadmine.extraction.claims.referents import referent_words
from threadmine.extraction.claims.words import GRAMMAR
from threadmine.model import Predicate

_LOCKS = listed("provisos", "locks")
_WISHES = listed("ensured", "wishes")
_SPEAKERS = listed("ensured", "speakers")
_HOLDING = listed("ensured", "holding")
_HELD = listed("ensured", "held")
_LETS = listed("ensured", "lets")
_ENSURING = listed("ensured", "ensuring")
_EFFECTS = listed("ensured", "effects")
_DUTIES = listed("ensured", "duties")
_STAYING = listed("ensured", "staying")

HELD = 5
"""The most words from "hold" to the lock that is held."""


def is_no_need(around: Around, cue: str) -> bool:
    """Whether a word of need tells none: a wish ("we want to rework f()"), what f() holds that is no lock, a
    purpose or an effect ("to prevent the race"), a noun ("the lock wait").
    """
    words, first = around.read.words, around.cue.first
    behind = words[around.cue.last : around.cue.last + HELD]
    before = words[max(around.clause.first, first - 3) : first]
    if cue in _WISHES:
        return not _SPEAKERS.isdisjoint(before)
    if cue in _HOLDING or cue.endswith(" hold"):
        if words[first - 1] in referent_words().strangers:
            return True  # "someone holds a reference"
        named = {t.entity for t in around.right if t.sort in MEMBERISH}
        lockish = any(w.endswith(("lock", "locks")) for w in behind) or not _HELD.isdisjoint(behind)
        return not lockish and not any(n.endswith(("lock", "ref", "count", "mutex")) for n in named)
    if cue.startswith("prevent"):
        return around.by() is None and not _prevented(around)
    if cue in _EFFECTS:
        return not any(t.sort in MEMBERISH for t in around.right) and _DUTIES.isdisjoint(words[:first])
    if cue == "wait":
        return first == 0 or words[first - 1] in _LOCKS
    return cue == "assume" and not _LETS.isdisjoint(before)


def is_bidden(before: Sequence[str]) -> bool:
    """Whether the words before a verb say that it has to be done."""
    return not _DUTIES.isdisjoint(before)


def is_so(around: Around, cue: str) -> bool:
    """Whether it is only said how things are: something is guaranteed, and nobody has to see to it."""
    words, first = around.read.words, around.cue.first
    before = words[around.clause.first : first]
    ordered = first == around.clause.first or before[-1:] == ("to",) or is_bidden(before)
    named = any(t in around.clause.things for t in around.functions(around.left))
    return cue in _ENSURING and not ordered and not named


def effected(around: Around, cue: str) -> list[Candidate]:
    """state: what is ensured or guaranteed, where nobody is told to see to it ("this guarantees that x is
    set"); a lock that guarantees it is needed.
    """
    if cue.startswith("prevent"):
        return _prevented(around)
    if cue == "stable" and (stable := [t for t in around.left if t.sort in MEMBERISH]):
        return [around.make(Predicate.STATE, stable[-1], None, 4, "stable")]
    if cue not in _ENSURING:
        return []
    words = around.read.words
    before = words[around.clause.first : around.cue.first]
    told = around.cue.first == around.clause.first or not _DUTIES.isdisjoint(before)
    if told or (before[-1:] == ("to",) and not _DUTIES.isdisjoint(words[: around.cue.first])):
        return []
    subject = around.left[-1] if around.left and around.left[-1] in around.clause.things else None
    member = next((t for t in around.right if t.sort in MEMBERISH), None)
    if around.passive and member is None and subject is not None and subject.sort in MEMBERISH:
        return [around.make(Predicate.STATE, subject, None, 5, around.behind())]
    if member is None or words[around.cue.last : member.first][:1] not in (("that",), ()):
        return []
    said = words[member.last : member.last + 2]
    if not said or (said[0] not in GRAMMAR.be and said[0] not in _STAYING):
        return []
    if subject is not None and subject.sort in MEMBERISH:
        return [around.make(Predicate.REQUIRES, member, subject, 6)]
    value = value_from(around.read, around.clause, member.last + 1)
    return [around.make(Predicate.STATE, member, None, 6, value)]


def _prevented(around: Around) -> list[Candidate]:
    """ "The page lock prevents page->mapping from going away": the member needs the lock."""
    locks = [t for t in around.left if t.sort in MEMBERISH]
    members = [t for t in around.right if t.sort in MEMBERISH]
    if around.passive or not locks or not members or members[0].first > around.cue.last + 2:
        return []
    return [around.make(Predicate.REQUIRES, members[0], locks[-1], 6)]
