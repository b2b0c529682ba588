"""Readings of who locks and unlocks pages: "f() locks the folio", "it takes a ref and unlocks the page".

The lock of a page is the flag PG_locked, so locking sets it and unlocking clears it.
"""

from __future__ import annotations

from threadmine.extraction.claims.clauses import Candidate
from threadmine.extraction.claims.readings.phrases import Look, Words, listed
from threadmine.extraction.claims.sentence import Sort, Thing
from threadmine.extraction.claims.words import GRAMMAR
from threadmine.model import Predicate

_LOCKS = listed("locking", "locks")
_UNLOCKS = listed("locking", "unlocks")
_BETWEEN = listed("locking", "between") | GRAMMAR.determiners
_BEFORE = listed("locking", "before")
_VERBS = _LOCKS | _UNLOCKS
_PAGES = frozenset({"page", "pages", "folio", "folios"})
_DOERS = (Sort.FUNCTION, Sort.AGENT)
_NOUNS = frozenset(
    {"table", "tables", "lock", "locks", "cache", "allocator", "lru", "fault", "tree", "flags"}
)
_AT = GRAMMAR.places | {"like", "unlike", "as"}
_SUBJECTS = frozenset({"it", "that", "which", "this", "and"})

MAX_BETWEEN = 5
"""The most tokens between the verb and the page that is locked."""

MAX_BEFORE = 4
"""The most tokens between the doer and the verb."""


def may_lock_page(look: Look, here: Words) -> bool:
    """Whether a verb of locking and a page are in a clause: the cheap test before :func:`page_lock`."""
    return not _VERBS.isdisjoint(here) and not _PAGES.isdisjoint(here)


def page_lock(look: Look) -> list[Candidate]:
    """sets or clears PG_locked: who locks or unlocks a page; empty for anything else."""
    for at in range(look.clause.first, look.clause.last):
        if look.words[at] in _VERBS and at not in look.inside and (last := _page_behind(look, at)):
            who = _doer(look, at)
            if who is not None or look.words[at - 1] in _SUBJECTS:
                predicate = Predicate.SETS if look.words[at] in _LOCKS else Predicate.CLEARS
                text = look.text(at, last)
                lock = Thing(
                    at, last, text, "PG_locked", Sort.FLAG, ("page.flags",), inferred=f"“{text}”: PG_locked"
                )
                return [look.make(predicate, who, lock, at, 5, sure=False)]
    return []


def _page_behind(look: Look, at: int) -> int:
    """The token behind the page that the verb at token ``at`` has as its object, 0 where it has none."""
    for behind in range(at + 1, min(at + 1 + MAX_BETWEEN, look.clause.last)):
        word = look.words[behind]
        if word in _PAGES:
            bare = behind == at + 1 and look.words[at].endswith("ed")  # "locked folios"
            noun = look.word(behind + 1) in _NOUNS  # "locks the page table"
            return 0 if bare or noun else behind + 1
        kind = look.inside.get(behind)
        if word not in _BETWEEN and (kind is None or kind.sort is not Sort.KIND):
            return 0
        if kind is not None and kind.text.lower().split()[-1] in _PAGES:
            return kind.last
    return 0


def _doer(look: Look, at: int) -> Thing | None:
    """Who does it: the function or part of the kernel before the verb, or the one that did the step before
    ("f() takes a reference and locks the page").
    """
    before = at - 1
    while before >= look.clause.first and at - before <= MAX_BEFORE:
        word = look.words[before]
        thing = look.inside.get(before)
        if thing is not None and thing.sort in _DOERS:
            return thing
        if thing is not None:
            break
        if word not in GRAMMAR.helpers and word not in GRAMMAR.fillers and not word.endswith("ly"):
            break
        before -= 1
    if look.words[at - 1] not in _BEFORE and at > look.clause.first:
        return None
    doers = [t for t in look.read.things if t.sort is Sort.FUNCTION and t.last <= at]
    led = [t for t in doers if t.first == 0 or look.words[t.first - 1] not in _AT]
    return next(iter(led), None) or _where(look, at) or look.memory.context


def _where(look: Look, at: int) -> Thing | None:
    """The function in which it is done ("we lock the page in f()")."""
    behind = (t for t in look.clause.things if t.first > at and t.sort is Sort.FUNCTION)
    return next((t for t in behind if look.words[t.first - 1] in GRAMMAR.places), None)
