"""Readings of what must hold for something to be allowed or to work, said with a condition.

"f() only works as long as PG_lru is clear", "this is fine provided that page->x is zero in f()", "without
PG_locked, f() races".
"""

from __future__ import annotations

from threadmine.extraction.claims.clauses import MEMBERISH, Candidate
from threadmine.extraction.claims.readings.phrases import Look, Words, listed
from threadmine.extraction.claims.sentence import Sort, Thing
from threadmine.extraction.claims.words import GRAMMAR
from threadmine.model import Predicate

_ALLOWED = listed("provisos", "allowed")
_OPENING = frozenset({"if", "when", "while", "provided", "providing"})
_AS_LONG = (("as", "long", "as"), ("so", "long", "as"), ("on", "condition", "that"))
_HELPERS = GRAMMAR.helpers | {"gets", "get", "becomes", "seems", "looks", "quite", "very", "perfectly"}
_NO = frozenset({"not", "n't", "never", "no", "cannot", "nothing"})
_LOCKS = listed("provisos", "locks")
REACH = 8
"""The most tokens from the word that opens a condition to the member it is about."""

_WORDS = _OPENING | {"long", "condition", "without", "unless"}


def may_bind(look: Look, here: Words) -> bool:
    """Whether a clause, or the word behind it, may tell a condition: the cheap test before
    :func:`provisos`.
    """
    if look.clause.conditional or not look.read.things:
        return False
    words, last = look.words, look.clause.last
    behind = last < len(words) and words[last] in _OPENING | {"unless"}
    return behind or not _WORDS.isdisjoint(here) or (look.clause.first > 0 and words[0] == "without")


def provisos(look: Look) -> list[Candidate]:
    """requires: a function or member, and what must hold for it; empty for anything else."""
    return _without(look) or _only_if(look)


def _only_if(look: Look) -> list[Candidate]:
    """ "f() only works as long as x is zero", "x is only stable while PG_locked is set"."""
    found = _opened(look)
    if found is None:
        return []
    at, end, strict, refused = found
    left = look.words[look.clause.first : at]
    allowed = not _ALLOWED.isdisjoint(left)
    only = "only" in left[-1:] or ("only" in left and (allowed or "be" in left))
    strict = strict or _is_fine(look, at)
    denied = not _NO.isdisjoint(left)
    if refused:
        if not (allowed and denied) and not {"fails", "fail", "refuses", "crashes"}.intersection(left):
            return []
    elif denied or not (only or (strict and allowed)):
        return []
    need = _needed(look, end)
    subject = _bound(look, at, need) if need is not None else None
    if need is None or subject is None or subject.entity == need.entity:
        return []
    return [look.make(Predicate.REQUIRES, subject, need, at, 6, _value(look, need), sure=False)]


def _is_fine(look: Look, at: int) -> bool:
    """Whether a function is said to be allowed or content right before the condition ("f() is fine if x is
    zero").
    """
    words, adjective = look.words, at - 1
    while words[adjective] in GRAMMAR.fillers and adjective > look.clause.first:
        adjective -= 1
    first = adjective - 1
    while first >= look.clause.first and words[first] in _HELPERS:
        first -= 1
    doer = look.inside.get(first)
    told = words[adjective] in _ALLOWED and first < adjective - 1
    return told and doer is not None and doer.sort is Sort.FUNCTION


def _opened(look: Look) -> tuple[int, int, bool, bool] | None:
    """Where the condition of a clause begins, the token behind the words that open it, whether they are
    strict ("as long as") and whether they turn it round ("unless").
    """
    words = look.words
    for at in range(look.clause.first + 2, min(look.clause.last + 1, len(words) - 2)):
        if words[at : at + 3] in _AS_LONG:
            return at, at + 3, True, False
        if words[at] in _OPENING:
            strict = words[at].startswith("provid") or words[at - 1] == "only"
            return at, at + 1, strict, False
        if words[at] == "unless":
            return at, at + 1, False, True
    return None


def _needed(look: Look, first: int) -> Thing | None:
    """The member or flag that a condition is about, named soon behind the word that opens it."""
    for thing in look.read.things:
        if first <= thing.first < first + REACH and thing.sort in MEMBERISH:
            return thing
        if first <= thing.first < first + REACH and thing.sort is Sort.FUNCTION:
            return None
    return None


def _value(look: Look, need: Thing) -> str:
    """What must hold of it: the words behind it."""
    last = need.last
    while last < len(look.words) and last < need.last + 4 and look.words[last] not in GRAMMAR.marks:
        last += 1
    return look.text(need.last, last)


def _bound(look: Look, at: int, need: Thing) -> Thing | None:
    """What the condition is for: the function or member before it, the function it is named in, or the one
    the text is about.
    """
    left = [t for t in look.clause.things if t.last <= at]
    functions = [t for t in left if t.sort is Sort.FUNCTION]
    if functions:
        return functions[-1]
    for thing in look.read.things:
        inside = thing.sort is Sort.FUNCTION and 0 < thing.first - need.last <= REACH
        if inside and look.words[thing.first - 1] in ("in", "inside", "within", "for"):
            return thing
    members = [t for t in left if t.sort in MEMBERISH]
    return members[-1] if members else look.memory.context


def _without(look: Look) -> list[Candidate]:
    """ "Without PG_locked, f() races", "without the lock x isn't stable"."""
    words, first = look.words, look.clause.first
    begin = first if words[first] == "without" else 0
    if words[begin] != "without":
        return []
    comma = next((i for i in range(begin + 1, min(begin + REACH, len(words))) if words[i] == ","), 0)
    if not comma or comma > look.clause.last:
        return []
    need = next((t for t in look.read.things if begin < t.first < comma and t.sort in MEMBERISH), None)
    if need is None and words[comma - 1] in _LOCKS:
        start = begin + 1
        while words[start] in GRAMMAR.determiners or words[start] in ("holding", "taking"):
            start += 1
        text = look.text(start, comma)
        need = Thing(start, comma, text, text, Sort.AGENT) if 0 < comma - start <= 4 else None
    behind = [t for t in look.read.things if comma < t.first < comma + REACH]
    who = next((t for t in behind if t.sort is Sort.FUNCTION), None) or next(
        (t for t in behind if t.sort in MEMBERISH), None
    )
    if need is None or who is None or who.entity == need.entity:
        return []
    return [look.make(Predicate.REQUIRES, who, need, begin, 7, sure=False)]
