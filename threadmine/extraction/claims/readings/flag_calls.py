"""Readings of the functions that set, clear and test a flag, where they stand for what they do.

"f() calls folio_set_dirty()", "f() is to TestClearPageLRU first", "the PageDirty() in f()": each is told of
the flag, by the accessor's own name.
"""

from __future__ import annotations

import re

from threadmine.extraction.claims.clauses import Candidate
from threadmine.extraction.claims.readings.around import CORE
from threadmine.extraction.claims.readings.phrases import Look, Words, listed
from threadmine.extraction.claims.sentence import Sort, Thing
from threadmine.extraction.claims.words import GRAMMAR
from threadmine.model import Predicate

_CALL = re.compile(
    r"(?:__)?(?:(?P<set>(?:Test)?SetPage|folio_(?:test_)?set_|folio_mark_)"
    r"|(?P<clear>(?:Test)?ClearPage|folio_(?:test_)?clear_)"
    r"|(?P<test>Page(?=[A-Z])|folio_test_))"
)
_CALLING = listed("flag_calls", "calling")
_MODAL = listed("flag_calls", "modal")
_NOUNS = listed("flag_calls", "nouns")
_ON = frozenset({"on", "for", "of", "with", "before", "after"})
_DOERS = (Sort.FUNCTION, Sort.AGENT)
_BETWEEN = GRAMMAR.determiners | {"non-atomic", "atomic", "explicit", "extra", "single", "no", "unneeded"}

MAX_BEFORE = 6
"""The most tokens between a doer and the verb."""


def may_call_flag(look: Look, here: Words) -> bool:
    """Whether an accessor of a flag and somebody who uses it are in a clause: the cheap test before
    :func:`flag_calls`.
    """
    things = look.clause.things
    return len(here) > 1 and any(
        t.sort is Sort.FLAG and not t.concept and _CALL.match(t.text) for t in things
    )


def flag_calls(look: Look) -> list[Candidate]:
    """sets, clears or reads: who calls an accessor of which flag; empty for anything else."""
    found = []
    for thing in look.clause.things:
        match = _CALL.match(thing.text) if thing.sort is Sort.FLAG and not thing.concept else None
        if match is None:
            continue
        doer, at = _doer(look, thing, test=match["test"] is not None)
        if doer is not None:
            predicate = (
                Predicate.SETS if match["set"] else Predicate.CLEARS if match["clear"] else Predicate.READS
            )
            found.append(look.make(predicate, doer, thing, at, 6, sure=False))
    return found


def _doer(look: Look, flag: Thing, test: bool) -> tuple[Thing | None, int]:
    """Who calls the accessor, and the token of the verb."""
    at = flag.first - 1
    while look.word(at) in _BETWEEN:
        at -= 1
    word = look.word(at)
    verb = not test and word in _MODAL  # "f() will TestClearPageLRU"
    if word in _CALLING or verb:
        before = at if word in _CALLING else at + 1
        if (doer := _before(look, before)) is not None:
            return doer, at
    noun = look.word(flag.last) in _NOUNS
    if test and not noun and not look.read.tokens[flag.last - 1].endswith(")"):
        return None, flag.first  # "guard PageDirty in f()": the flag
    behind = flag.last + noun
    if look.word(behind) in GRAMMAR.places and word not in GRAMMAR.places and not _ON.intersection((word,)):
        thing = look.inside.get(look.past_determiners(behind + 1))
        if thing is not None and thing.sort is Sort.FUNCTION and thing.first <= behind + 2:
            return thing, flag.first
    return None, flag.first


def _before(look: Look, at: int) -> Thing | None:
    """The function or part of the kernel before the verb at token ``at``, beyond "will", "is going to"."""
    first = at
    at -= 1
    while (
        at >= look.clause.first
        and first - at <= MAX_BEFORE
        and (
            look.words[at] in GRAMMAR.helpers
            or look.words[at] in GRAMMAR.fillers
            or look.words[at] in _MODAL
            or look.words[at].endswith("ly")
        )
    ):
        at -= 1
    thing = look.inside.get(at) if at >= look.clause.first else None
    if thing is not None and thing.entity in GRAMMAR.nobody:
        return CORE
    return thing if thing is not None and thing.sort in _DOERS else None
