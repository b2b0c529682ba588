"""How what is needed has to be: the words that say it, and no more of the clause."""

from __future__ import annotations

from threadmine.extraction.claims.clauses import VALUE_WORDS, text_of
from threadmine.extraction.claims.readings.around import Around
from threadmine.extraction.claims.sentence import Sort, Thing
from threadmine.extraction.claims.words import GRAMMAR

_BEFORE = GRAMMAR.determiners | {"either", "both", "page", "folio", "that", "a", "stable", "valid"}
_SKIPPED = GRAMMAR.be | {
    "to",
    "has",
    "have",
    "itself",
    "still",
    "already",
    "must",
    "should",
    "then",
    "will",
    "would",
}
_PLACES = frozenset({"in", "by", "before", "when", "for", "inside", "within", "from", "across", "around"})


def said_of(around: Around, one: Thing | None) -> str:
    """What is said of ``one``, which is needed: the words behind it ("needs x to be zero": "zero"), else
    those behind the verb ("x must be zero in f()").
    """
    words, first, last = around.read.words, around.cue.last, around.clause.last
    behind = one is not None and first <= one.first < last
    if one is not None and behind:
        if not _BEFORE.issuperset(words[first : one.first]):
            return around.behind()  # "has to take a reference"
        first = one.last
        while first < last and words[first] in _SKIPPED:
            first += 1
    elif one is None:
        return around.behind()
    return text_of(around.read, first, min(_end(around, first), first + VALUE_WORDS))


def _end(around: Around, first: int) -> int:
    """The token where what is said ends: a mark, a place, or the next thing of a list."""
    words = around.read.words
    for at in range(first, around.clause.last):
        if words[at] in GRAMMAR.value_ends:
            return at
        thing = next((t for t in around.clause.things if at < t.first <= at + 2), None)
        if thing is None:
            continue
        if words[at] in ("and", "or") or (words[at] in _PLACES and thing.sort is Sort.FUNCTION):
            return at
    return around.clause.last
