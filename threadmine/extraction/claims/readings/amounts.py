"""Readings of what a count is made to be, where no verb of setting says so.

"The driver hands out pages with an elevated refcount", "f() brings the refcount to 0", "the pages start life
at reference count 0": the number, or "elevated", beside the count says what it is then.
"""

from __future__ import annotations

from threadmine.extraction.claims.clauses import Candidate
from threadmine.extraction.claims.readings.phrases import Look, Words, listed
from threadmine.extraction.claims.sentence import Sort, Thing
from threadmine.extraction.claims.words import GRAMMAR
from threadmine.model import Predicate

_BEFORE = listed("amounts", "before")
_NUMBERS = listed("amounts", "numbers")
_JOINS = listed("amounts", "joins")
_MAKING = listed("amounts", "making")
_BRINGING = listed("amounts", "bringing")
_LIVING = listed("amounts", "living")
_COUNTS = ("_refcount", "_mapcount", "_pincount", "dev_pagemap.ref")
_PAGES = frozenset({"page", "pages", "folio", "folios", "struct"})
_WITH = frozenset({"with", "at", "to", "having"})
_DOERS = (Sort.FUNCTION, Sort.AGENT)
_SOMEBODY = frozenset({"we", "it", "they", "you", "that", "this", "to", "which"})
_WORDS = _MAKING | _BRINGING | _LIVING

NEAR = 12
"""The most tokens from the verb to the count."""


def may_amount(look: Look, here: Words) -> bool:
    """Whether a count and one of the verbs are in a clause: the cheap test before :func:`amounts`."""
    return not _WORDS.isdisjoint(here) and any(_is_count(thing) for thing in look.clause.things)


def amounts(look: Look) -> list[Candidate]:
    """sets or state: what a count is made to be; empty for anything else."""
    for thing in look.clause.things:
        if not _is_count(thing):
            continue
        told, last = _amount(look, thing)
        if told and (found := _made(look, thing, told, last)):
            return [found]
    return []


def _is_count(thing: Thing) -> bool:
    return thing.sort is Sort.MEMBER and thing.entity.endswith(_COUNTS)


def _amount(look: Look, thing: Thing) -> tuple[str, int]:
    """What the count is, by the word before it or the number behind it, and the token behind that."""
    at = thing.last
    while look.word(at) in _JOINS or look.word(at) in GRAMMAR.determiners:
        at += 1
    if look.word(at) in _NUMBERS:
        return look.read.tokens[at], at + 1
    for word in (thing.text.split()[0].lower(), look.words[thing.first - 1] if thing.first else ""):
        if word in _BEFORE:
            return word, thing.last
    return "", thing.last


def _made(look: Look, thing: Thing, told: str, last: int) -> Candidate | None:
    """Who brings the count to that, by the verb before it; a state where nobody does."""
    words = look.words
    for at in range(thing.first - 1, max(look.clause.first, thing.first - NEAR) - 1, -1):
        word = words[at]
        if at in look.inside:
            continue
        between = words[at + 1 : thing.first]
        if word in _BRINGING and GRAMMAR.determiners.issuperset(between) and last > thing.last:
            return _sets(look, thing, told, at)
        with_it = not _WITH.isdisjoint(between)
        if word in _MAKING and not _PAGES.isdisjoint(between) and with_it:
            return _sets(look, thing, told, at)
        if word in _LIVING and with_it:
            return look.make(Predicate.STATE, thing, None, at, 5, told, sure=False)
    return None


def _sets(look: Look, thing: Thing, told: str, at: int) -> Candidate | None:
    """sets: by whoever stands before the verb at token ``at``."""
    before = at - 1
    while before >= look.clause.first and (
        look.words[before] in GRAMMAR.helpers
        or look.words[before] in GRAMMAR.fillers
        or look.words[before].endswith("ly")
    ):
        before -= 1
    doer = look.inside.get(before) if before >= look.clause.first else None
    if doer is not None and doer.sort not in _DOERS:
        return None
    somebody = before < look.clause.first or look.words[before] in _SOMEBODY
    if doer is None and not somebody and look.words[before].isalpha() and look.words[at - 1] != "to":
        return None
    who = doer if doer is not None else look.memory.context
    return look.make(Predicate.SETS, who, thing, at, 5, told, sure=False)
