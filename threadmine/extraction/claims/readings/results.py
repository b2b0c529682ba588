"""Readings of what a function gives back: a value, or what another function gives."""

from __future__ import annotations

import re

from threadmine.extraction.claims.clauses import Candidate
from threadmine.extraction.claims.readings.around import Around
from threadmine.extraction.claims.readings.several import every, last_run
from threadmine.extraction.claims.sentence import Sort, Thing
from threadmine.extraction.claims.words import GRAMMAR
from threadmine.model import Predicate

_VALUE = re.compile(
    r"-?E[A-Z]{2,}$|-?(?:0|[1-9]\d*|0x\w+)[UuLl]{0,3}$|(?:NULL|true|false|TRUE|FALSE|zero|one|VM_FAULT_[A-Z]+)$"
)

REACH = 4
"""Tokens behind the verb in which the value begins ("returns either 0 or 1")."""


def result(around: Around) -> list[Candidate]:
    """equals: "f() returns NULL", "NULL is returned by f()", "f() is always false"; empty for anything
    else.
    """
    cue = around.cue.text.lower()
    returning = cue in GRAMMAR.returning
    if around.passive and returning:
        doers = around.functions(around.right)
        before = around.cue.first
        while before > around.clause.first and around.read.words[before - 1] in GRAMMAR.helpers:
            before -= 1
        value = _value_at(around, before - 1) if before > around.clause.first else None
        return _each(around, doers[:1], [value], 6) if doers and value else []
    if returning:
        return _given(around)
    if cue in GRAMMAR.be and (named := around.functions(around.left)) and not around.passive:
        between = around.read.words[named[-1].last : around.cue.first]
        values = _values(around) if GRAMMAR.helpers.issuperset(between) else []
        return _each(around, last_run(named, around.read), values, 5)
    if cue in GRAMMAR.getting:
        return _got(around)
    return []


def _given(around: Around) -> list[Candidate]:
    """ "f() returns 0 or 1", "f() returns the same as g()"."""
    doers = last_run(around.functions(around.left), around.read) or around.where()  # "return 0 from f()"
    if not doers and (who := around.unsaid):
        doers = [who]
    if not doers:
        return []
    values = _values(around)
    if values:
        return _each(around, doers, values, 6)
    right = around.functions(around.right) + around.members(around.right)
    words = around.read.words
    if not right or right[0].first > around.cue.last + REACH:
        return []
    between = words[around.cue.last : right[0].first]
    if right[0].sort is Sort.FUNCTION and "same" not in between:
        return []
    return [around.make(Predicate.EQUALS, who, right[0], 6) for who in doers]


def _got(around: Around) -> list[Candidate]:
    """ "We get NULL from f() then"."""
    values, doers = _values(around), around.functions(around.right)
    if not values or not doers or around.word_before(doers[0]) not in ("from", "by"):
        return []
    return _each(around, doers[:1], values, 5)


def _each(around: Around, doers: list[Thing], values: list[Thing], fit: int) -> list[Candidate]:
    """Each function with each value, which is the statement's value as well."""
    pairs = every(doers, values)
    return [around.make(Predicate.EQUALS, who, one, fit, one.text) for who, one in pairs]


def _values(around: Around) -> list[Thing]:
    """The values right behind the cue, joined by "or"."""
    words, last = around.read.words, around.clause.last
    at = around.cue.last
    stop = min(last, at + REACH)
    while at < stop and words[at] in GRAMMAR.before_values:
        at += 1
    found: list[Thing] = []
    while at < last and (one := _value_at(around, at)):
        found.append(one)
        at = one.last
        if at + 1 >= last or words[at] not in ("or", "and", "/"):
            break
        at += 1
    return found


def _value_at(around: Around, at: int) -> Thing | None:
    """The value that is token ``at``, None where something else stands there."""
    tokens = around.read.tokens
    if at >= len(tokens):
        return None
    named = next((t for t in around.read.things if t.first <= at < t.last), None)
    if named is not None:
        return named if named.sort is Sort.CONSTANT and "page" not in named.entity.split() else None
    text = tokens[at].strip("'\"`")
    behind = around.read.words[at + 1] if at + 1 < len(tokens) else ""
    if not _VALUE.match(text) or (text in ("one", "zero") and behind.isalpha() and not _ends(behind)):
        return None
    return Thing(at, at + 1, text, text, Sort.CONSTANT)


def _ends(word: str) -> bool:
    """Whether a value ends before ``word``; before a noun "one" is no value ("is the one place")."""
    return word in GRAMMAR.no_nouns and word != "of"
