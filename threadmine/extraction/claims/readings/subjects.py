"""Whether what stands before a verb is its subject, or only named on the way to it."""

from __future__ import annotations

from threadmine.extraction.claims.clauses import Clause
from threadmine.extraction.claims.sentence import Read, Sort, Thing
from threadmine.extraction.claims.words import GRAMMAR, before_determiners
from threadmine.extraction.nlp import Term

_BEHIND = frozenset({"off", "to", "onto", "into", "as", "with", "for", "on", "than", "via", "through"})
_NO_CALLERS = frozenset({"page", "pages", "folio", "folios", "list", "range", "memory", "table", "mapping"})
_RELATIVE = frozenset({"who", "which", "that"})
_BETWEEN = frozenset({"that", "which", "who", "itself", "both", "all", "often", "ca", "cannot"})


def stands_beside(read: Read, clause: Clause, cue: Term, thing: Thing) -> bool:
    """Whether a kind of page or part of the kernel stands before a verb and is not its subject ("off the free
    list it calls f()", "pages are freed using f()").
    """
    words, at = read.words, thing.first - 1
    named = thing.first >= 0 and " ".join(words[thing.first : thing.last]) == thing.text.lower()
    if thing.sort not in (Sort.AGENT, Sort.KIND, Sort.STRUCT) or not named:
        return False
    if thing.first >= cue.first or GRAMMAR.places & set(words[max(0, at - 1) : at + 1]):
        return False
    if thing.entity.split()[-1] in _NO_CALLERS:
        return True  # pages and lists call nobody
    goes_on = thing.last - thing.first == 1 and words[thing.first - 1] in ("and", "then", "but")
    if goes_on and words[thing.first].endswith("s") and cue.text.lower().endswith("ing"):
        return True  # "marks them and frees using f()"
    if not _RELATIVE.isdisjoint(words[max(thing.last, cue.first - 2) : cue.first]):
        return False  # "owners of the page who call f()"
    before = thing.first < clause.first
    floor = 0 if before else clause.first
    at = before_determiners(words, at, floor)
    if at >= floor and words[at] in _BEHIND:
        return True
    if before:
        return False
    doing = cue.text.lower().endswith("ing")
    between = words[thing.last : cue.first]
    return any(not _is_helping(w) and (not doing or w.endswith("ed")) for w in between)


def _is_helping(word: str) -> bool:
    """Whether a word stands between a subject and its verb and is neither."""
    return (
        word in GRAMMAR.helpers
        or word in GRAMMAR.fillers
        or word in GRAMMAR.heads
        or word in _BETWEEN
        or word.endswith("ly")
    )
