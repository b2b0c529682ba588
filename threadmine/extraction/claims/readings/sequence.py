"""The order in which two functions are called, told by the words between them.

"f() before g()", "f() has to be done after g()", "first f() ..., then g()", "this must be called before g()".
"""

from __future__ import annotations

from collections.abc import Sequence

from threadmine.extraction.claims.clauses import Candidate, Clause, Memory
from threadmine.extraction.claims.readings.partners import CALLED, LEADS, Pair, goes_on, is_subject
from threadmine.extraction.claims.sentence import Read, Thing
from threadmine.extraction.text import Place
from threadmine.model import Predicate
from threadmine.vocab.lists import word_list

_WORDS = word_list("dealings")["order"]
_BEFORE = frozenset(_WORDS["before"])
_AFTER = frozenset(_WORDS["after"])
_BESIDE_ORDER = frozenset(_WORDS["beside"])
_STEPS = frozenset(_WORDS["steps"])
_SECOND = frozenset({"second", "next", "afterwards", "later"})


def ordered(pair: Pair) -> list[Candidate]:
    """ "f() has to be done after g()", "first f() ..., then g()", "after f() is done, g() ..."."""
    between, words = pair.between, pair.read.words
    if between[:2] == ("followed", "by") and all(w in _BESIDE_ORDER or w in LEADS for w in between[2:]):
        return _steps(pair, True, pair.one.last)
    first = next((i for i, word in enumerate(between) if word in _BEFORE or word in _AFTER), -1)
    if first >= 0:
        beside = all(w in _STEPS or w in _BESIDE_ORDER or w.endswith("ly") for w in between[:first])
        behind = all(w in _BESIDE_ORDER or w in LEADS for w in between[first + 1 :])
        bare = first == 0 and goes_on(pair.read, pair.other.last)  # "f() after g() is wrong"
        if bare or not (beside and behind and is_subject(pair, pair.one)):
            return []
        return _steps(pair, between[first] in _BEFORE, pair.one.last + first)
    after = words[pair.other.last : pair.other.last + 1] in (
        ("second",),
        ("next",),
        ("afterwards",),
        ("later",),
    )
    if after and "first" in between and between[-1] in (",", "and") and is_subject(pair, pair.one):
        return _steps(pair, True, pair.one.last)
    if between[-1:] in (("then",), ("afterwards",)) or between[-2:] == ("then", "call"):
        lead = words[max(0, pair.one.first - 3) : pair.one.first]
        if "first" in lead or "first" in between[:2]:
            return _steps(pair, True, pair.other.first - 1)
    return _when_done(pair)


def _when_done(pair: Pair) -> list[Candidate]:
    """ "After f() has run, g() ...", "before f() is called, g() ..."."""
    between, words = pair.between, pair.read.words
    at = pair.one.first - 1
    while at > 0 and words[at] in ("calling", "the", "call", "to", "we", "running"):
        at -= 1
    if at < 0 or words[at] not in ("after", "once", "before") or "," not in between:
        return []
    mark = between.index(",")
    if mark > 3 or not all(
        w in _STEPS or w in _BESIDE_ORDER or w.endswith(("s", "ed")) for w in between[:mark]
    ):
        return []
    if any(w not in _BESIDE_ORDER for w in between[mark + 1 :]):
        return []
    return _steps(pair, words[at] != "before", at)


def before_this(read: Read, every: Sequence[Clause], thing: Thing, memory: Memory) -> list[Candidate]:
    """ "This must be called before g()": in a comment, the function that it stands before."""
    words, at = read.words, thing.first - 1
    while at > 0 and (words[at] in _BESIDE_ORDER or words[at] in LEADS) and words[at] != "called":
        at -= 1
    here = memory.context
    if words[at] not in _BEFORE | _AFTER or read.sentence.place is not Place.COMMENT or here is None:
        return []
    first = 1 + (words[1:2] in (("function",), ("routine",), ("helper",)))
    called = not CALLED.isdisjoint(words[first:at]) and all(
        w in _STEPS or w.endswith("ly") for w in words[first:at]
    )
    clause = next((c for c in every if c.first <= thing.first < c.last), None)
    if words[0] not in ("this", "it", "must", "should") or not called or clause is None:
        return []
    pair = (here, thing) if words[at] in _BEFORE else (thing, here)
    return [Candidate(Predicate.PRECEDES, *pair, clause, read.tokens[at], at, 6)]


def _steps(pair: Pair, forward: bool, at: int) -> list[Candidate]:
    one, other = ([pair.one], [pair.other]) if forward else ([pair.other], [pair.one])
    return pair.make(Predicate.PRECEDES, one, other, at)
