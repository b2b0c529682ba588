"""Functions around a verb that are no plain subject: where it is done, when, by which of a list."""

from __future__ import annotations

from threadmine.extraction.claims.readings.around import Around
from threadmine.extraction.claims.readings.several import run
from threadmine.extraction.claims.referents import Want, subject_of
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


_MEANWHILE = frozenset({"without", "before", "after", "when", "while"})
_DONE = frozenset({"sets", "clears", "reads", "calls", "requires", "uses"})


def main_doers(around: Around) -> list[Thing] | None:
    """Who does what a gerund says: the subject of the main verb ("f() calls g() without checking x": f).

    None where no gerund stands behind another verb, or nobody is named before that.
    """
    words, at = around.read.words, around.cue.first - 1
    if not words[around.cue.first].endswith("ing"):
        return None
    while at > around.clause.first and words[at] in GRAMMAR.fillers:
        at -= 1
    main = next((c for c in reversed(around.clause.cues) if c.last <= at and c.value in _DONE), None)
    if words[at] not in _MEANWHILE or main is None:
        return None
    named = around.functions(around.left)
    inside = [t for t in named if t.first >= main.last and around.word_before(t) in _INSIDE]
    first = inside or [t for t in named if t.last <= main.first]
    if first or any(t.last <= main.first for t in around.clause.things):
        return first[-1:] or None
    meant = subject_of(around.read, around.clause, main, around.memory, Want.DOER).things
    return [t for t in meant if t.sort is Sort.FUNCTION] or None
