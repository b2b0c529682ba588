"""Readings of how high a count is, said with no verb of being.

"Idle pages come back with a zero refcount", "a tail page has a refcount of zero", "it starts at mapcount
-1": what a function needs is read elsewhere.
"""

from __future__ import annotations

from threadmine.extraction.claims.clauses import Candidate
from threadmine.extraction.claims.readings.phrases import Look, Words, listed
from threadmine.extraction.claims.sentence import Sort, Thing
from threadmine.extraction.claims.words import GRAMMAR
from threadmine.model import Predicate

_COUNTS = ("._refcount", "._mapcount", "._pincount", "_mapcount", ".ref", ".share")
_LEVELS = listed("levels")
_HAVING = listed("levels", "having")
_BIDDEN = listed("levels", "bidden")
_GOING_ON = frozenset({"->", "-", "=>", "→", "to", "-->"})
"""Behind a number these make it the begin of a change ("the refcount 1 -> 0 transition")."""

_NEEDS = (Predicate.REQUIRES.value, Predicate.VALID_FOR.value)


def may_level(look: Look, here: Words) -> bool:
    """Whether a clause may tell how high a count is: the cheap test before :func:`levels`."""
    return not _HAVING.isdisjoint(here) and any(_is_count(t) for t in look.clause.things)


def _is_count(thing: Thing) -> bool:
    return thing.sort is Sort.MEMBER and thing.entity.endswith(_COUNTS)


def levels(look: Look) -> list[Candidate]:
    """state: a count and how high it is; empty where a function wants it so, or for anything else."""
    words, first, last = look.words, look.clause.first, look.clause.last
    if not _BIDDEN.isdisjoint(words[first:last]) or any(c.value in _NEEDS for c in look.clause.cues):
        return []
    found = []
    for thing in look.clause.things:
        if not _is_count(thing):
            continue
        value = _behind(look, thing) or _before(look, thing)
        at = _verb(look, thing) if value else -1
        if at >= 0:
            found.append(look.make(Predicate.STATE, thing, None, at, 6, value))
    return found


def _behind(look: Look, count: Thing) -> str:
    """ "A refcount of zero", "refcount 1"."""
    at = count.last + (look.word(count.last) == "of")
    word = look.word(at)
    if word in ("-", "−") and look.word(at + 1).isdigit():
        return f"-{look.word(at + 1)}"
    number = word.removeprefix("-").isdigit() and look.word(at + 1) not in _GOING_ON
    return look.text(at, at + 1) if number or (at > count.last and word in _LEVELS) else ""


def _before(look: Look, count: Thing) -> str:
    """ "An elevated refcount"; the word may belong to the phrase for the count."""
    for at in (count.first, count.first - 1, count.first - 2):
        word = look.word(at)
        if word in _LEVELS and (at < count.first or count.last - count.first > 1):
            return look.read.tokens[at].lower()
        if at < count.first and word not in ("page", "folio", "reference", "initial"):
            break
    return ""


def _verb(look: Look, count: Thing) -> int:
    """The token of "with", "have" or the like before a count; -1 where none stands there."""
    at = count.first - 1
    while at >= look.clause.first and (
        look.words[at] in GRAMMAR.determiners
        or look.words[at] in _LEVELS
        or look.words[at] in ("page", "folio", "initial")
    ):
        at -= 1
    joined = (
        at > look.clause.first
        and look.words[at] in ("and", ",")
        and _HAVING.intersection(look.words[look.clause.first : at])
    )
    return at if at >= look.clause.first and (look.words[at] in _HAVING or joined) else -1
