"""Functions around a verb that are no plain subject: where it is done, when, by which of a list."""

from __future__ import annotations

from threadmine.extraction.claims.readings.around import Around
from threadmine.extraction.claims.readings.several import run
from threadmine.extraction.claims.sentence import Sort, Thing
from threadmine.extraction.claims.words import GRAMMAR

_INSIDE = frozenset({"in", "inside", "within"})
_WHEN = frozenset({"before", "after", "until", "till", "once", "when", "than", "as", "unlike", "while"})
_CALLING = frozenset({"we", "call", "calling", "calls", "the", "a", "you", "entering", "running", "it", "to"})


def placed(around: Around) -> Thing | None:
    """The function before the verb in which something is done: "in f() x is cleared", "it is in f() that
    x is cleared", "f() calls g(), where x is cleared", "f() is where x is cleared".
    """
    words, first = around.read.words, around.clause.first
    for thing in reversed(around.functions(around.left)):
        before = words[max(first, thing.first - 2) : thing.first] if thing.first >= 0 else ()
        if not _INSIDE.isdisjoint(before) or words[thing.last : thing.last + 2] == ("is", "where"):
            return thing
    if words[first] == "where":
        behind = [t for t in around.functions(around.right) if words[t.first - 1] in GRAMMAR.be]
        before_it = [t for t in around.read.things if t.last <= first and t.sort is Sort.FUNCTION]
        return next(iter(behind or before_it[-1:]), None)
    if "where" in words[first : around.cue.first]:
        return next((t for t in around.functions(around.right) if words[t.first - 1] in GRAMMAR.be), None)
    return None


def elsewhen(around: Around, thing: Thing) -> bool:
    """Whether a function only tells when or how something is done ("before f() runs", "unlike f()")."""
    words, at = around.read.words, thing.first - 1
    while at > around.cue.first and words[at] in _CALLING:
        at -= 1
    return at >= around.clause.first and words[at] in _WHEN


def listed_behind(around: Around) -> list[Thing]:
    """The functions behind a colon at the clause's end ("is called from two places: f() and g()")."""
    read, last = around.read, around.clause.last
    if last >= len(read.words) or read.words[last - 1] != ":":
        return []
    named = [t for t in read.things if t.first >= last and t.sort is Sort.FUNCTION]
    found = run(named, read) if named and named[0].first <= last + 1 else []
    ends = found and (found[-1].last >= len(read.words) or read.words[found[-1].last] in (".", ";", "("))
    return found if len(found) > 1 and ends else []
