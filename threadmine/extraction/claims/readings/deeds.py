"""Readings of what a function does, said with a noun or gerund ("the check of x in f()")."""

from __future__ import annotations

from dataclasses import replace

from threadmine.extraction.claims.clauses import Candidate
from threadmine.extraction.claims.readings.around import Around
from threadmine.extraction.claims.referents import referent_words
from threadmine.extraction.claims.sentence import Sort, Thing
from threadmine.extraction.claims.words import GRAMMAR
from threadmine.model import Predicate
from threadmine.vocab.lists import word_list

_WORDS = word_list("deeds")
_MOVING = frozenset(_WORDS["moving"]["words"])
_DROPPING = frozenset(_WORDS["moving"]["dropping"])
_LEFT_TO = frozenset(_WORDS["delegating"]["left"])
_IN_CHARGE = frozenset(_WORDS["delegating"]["charge"])
_INTO = frozenset({"into", "to", "inside", "onto"})
_WORKING = (Predicate.SETS, Predicate.CLEARS, Predicate.READS)

REACH = 5
"""The most tokens from the deed to a word that says whose it is."""


def nominal(around: Around) -> list[Candidate]:
    """ "The check of PG_lru in f()", "the PG_lru check that f() does", "clearing x is left to f()"."""
    members, place = around.members(around.left), around.functions(around.left)
    if not members or not place:
        return []
    found = []
    for thing in members:
        done, at = _deed(around, thing)
        who = _whose(around, thing, at, place) if done else None
        if who is not None:
            one = around.make(Predicate(done), who, thing, 5)
            dropped = not _DROPPING.isdisjoint(around.read.words[around.clause.first : at])
            found.append(replace(one, cue=f"{done} no" if dropped else done, cue_at=at))
    return found


def _deed(around: Around, thing: Thing) -> tuple[str, int]:
    """The predicate of the noun or gerund of doing beside a member, and its token; empty where none is."""
    words, behind = around.read.words, thing.last
    if behind < len(words) and words[behind] in GRAMMAR.nouns:
        return GRAMMAR.nouns[words[behind]], behind
    for at in range(thing.first - 1, max(-1, thing.first - 4), -1):
        if words[at] in GRAMMAR.of_nouns and at > 0 and words[at - 1] in GRAMMAR.nouns:
            return GRAMMAR.nouns[words[at - 1]], at - 1
        if words[at].endswith("ing"):
            cue = next((c for c in around.clause.cues if c.first == at and c.value in _WORKING), None)
            return (cue.value, at) if cue is not None else ("", 0)
        if words[at] not in GRAMMAR.determiners and words[at] not in GRAMMAR.of_nouns:
            return "", 0
    return "", 0


def _whose(around: Around, thing: Thing, at: int, place: list[Thing]) -> Thing | None:
    """The function whose deed it is: the one that it is moved into, left to or done in."""
    words, first = around.read.words, around.clause.first
    behind = [t for t in place if t.first > thing.last]
    if not _MOVING.isdisjoint(words[first:at]):
        into = next((t for t in behind if words[t.first - 1] in _INTO), None)
        if into is not None:
            return into
    for one in behind:
        between = words[thing.last : one.first]
        if between[-1:] == ("to",) and len(between) <= REACH and not _LEFT_TO.isdisjoint(between):
            return one
        done = words[one.last] if one.last < len(words) else ""
        if done in ("does", "performs", "makes") and between[-1:] in (("that",), ("which",)):
            return one
    gerund = words[at].endswith("ing") and words[at] not in GRAMMAR.nouns
    where = [] if gerund else [t for t in behind if around.word_before(t) in GRAMMAR.places]
    if where:
        return where[0]
    performing = referent_words().performing
    for one in (t for t in place if t.last < at + 1):
        charged = not _IN_CHARGE.isdisjoint(words[one.last : min(at, one.last + REACH)])
        if (words[one.last] in performing and not gerund) or (charged and one.sort is Sort.FUNCTION):
            return one
    return None
