"""What is done before or after something that has no name in C, and which lock is taken inside which.

"f() is called after deferred init is complete", "move the f() call after the zero check", "lru_lock nests
inside xa_lock": one side is a function or a lock, the other one plain words or a lock.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from threadmine.extraction.claims import nouns
from threadmine.extraction.claims.clauses import Candidate, Clause, text_of
from threadmine.extraction.claims.readings.partners import LEADS
from threadmine.extraction.claims.sentence import MEMBERISH, Read, Sort, Thing
from threadmine.extraction.claims.words import GRAMMAR
from threadmine.model import Predicate
from threadmine.vocab.lists import word_list

_WORDS = word_list("dealings")["milestones"]
_STEPS = frozenset(word_list("dealings")["order"]["steps"])
_DONE = frozenset(_WORDS["done"])
_TOLD = frozenset(_WORDS["told"])
_BETWEEN = frozenset(_WORDS["between"])
_NO_STEP = frozenset(_WORDS["no_step"])
_NESTED = frozenset(_WORDS["nested"])
_ORDER = frozenset({"before", "after", "until"})
_NOTS = frozenset({"not", "n't", "n’t", "never", "no", "cannot"})
_LOCKS = ("lock", "mutex", "sem")

MAX_NAME = 4
"""The most words of a name."""

REACH = 6
"""The most tokens between a function and the word of order behind it."""


def milestones(read: Read, every: Sequence[Clause]) -> Iterator[Candidate]:
    """precedes: a function and plain words, or two locks; empty for anything else."""
    words = read.words
    if not _NESTED.isdisjoint(words):
        yield from _nested(read, every)
    if _ORDER.isdisjoint(words):
        return
    for thing in read.things:
        if thing.sort is Sort.FUNCTION:
            found = _told(read, every, thing)
            if found is not None:
                yield found


def _told(read: Read, every: Sequence[Clause], thing: Thing) -> Candidate | None:
    words, at = read.words, thing.last
    done = _is_told(read, thing)
    while at < len(words) and at - thing.last < REACH and words[at] not in _ORDER:
        if words[at] not in _STEPS and words[at] not in _BETWEEN and not words[at].endswith("ly"):
            return None
        done = done or words[at] in _DONE
        at += 1
    if at >= len(words) or words[at] not in _ORDER or not done:
        return None
    other = _what(read, at + 1)
    clause = next((c for c in every if c.first <= thing.first < c.last), None)
    if other is None or clause is None:
        return None
    denied = not _NOTS.isdisjoint(words[thing.last : at])
    forward = words[at] == "before" or (denied and words[at] == "after")
    if denied and words[at] == "before":
        forward = False  # "must not be called before x": x comes first
    clause = replace(clause, first=at) if denied and clause.first <= at < clause.last else clause
    first, second = (thing, other) if forward else (other, thing)
    return Candidate(Predicate.PRECEDES, first, second, clause, words[at], at, 5)


def _is_told(read: Read, thing: Thing) -> bool:
    """Whether somebody is told to call a function, or to move the call ("do the f() call")."""
    at = thing.first - 1
    while at > 0 and (read.words[at] in LEADS or read.words[at] == "of"):
        at -= 1
    return at >= 0 and read.words[at] in _TOLD


def _what(read: Read, at: int) -> Thing | None:
    """The plain words that name a step from token ``at`` on ("deferred init", "the zero check")."""
    words, last = read.words, len(read.words)
    while at < last and (words[at] in GRAMMAR.determiners or words[at] in ("all", "both")):
        at += 1
    stop = at
    named = {i for t in read.things if t.sort in (Sort.FUNCTION, *MEMBERISH) for i in range(t.first, t.last)}
    while stop < last and _is_of_name(words[stop]) and words[stop] not in GRAMMAR.no_nouns:
        if stop in named:
            return None
        stop += 1
    if stop >= last or stop in named or not 0 < stop - at <= MAX_NAME:
        return None
    kind = next((t for t in read.things if t.first == at and t.sort in (Sort.KIND, Sort.AGENT)), None)
    if kind is not None and kind.last == stop:
        return kind
    if not _NO_STEP.isdisjoint(words[at:stop]) or words[stop - 1].endswith(("ed", "ly")):
        return None
    text = text_of(read, at, stop)
    return Thing(at, stop, text, nouns.singular(text), Sort.AGENT)


def _is_of_name(word: str) -> bool:
    return word == "/" or word.replace("-", "").isalpha()


def _is_lock(thing: Thing) -> bool:
    if thing.sort is Sort.FUNCTION:
        return any(part in thing.entity for part in _LOCKS)
    return thing.sort in MEMBERISH and thing.entity.endswith(_LOCKS)


def _nested(read: Read, every: Sequence[Clause]) -> Iterator[Candidate]:
    """ "lru_lock nests inside xa_lock": xa_lock is taken first."""
    locks = [t for t in read.things if _is_lock(t)]
    for one, other in pairwise(locks):
        between = read.words[one.last : other.first]
        at = next((i for i, word in enumerate(between) if word in _NESTED), -1)
        clause = next((c for c in every if c.first <= one.first < c.last), None)
        if at < 0 or at + 1 >= len(between) or clause is None or len(between) > REACH:
            continue
        if any(word not in LEADS for word in between[at + 2 :]):
            continue
        inside = between[at + 1] in ("inside", "within", "under", "in")
        if not inside and between[at + 1] != "outside":
            continue
        pair = (other, one) if inside else (one, other)
        yield Candidate(Predicate.PRECEDES, *pair, clause, between[at], one.last + at, 6)
