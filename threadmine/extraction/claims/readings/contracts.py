"""What the description of a function demands of its callers, and what it gives them back.

"The caller holds a reference", "is returned with an increased refcount": the sentence names the caller or
the page, the statement is about the function that the comment stands before.
"""

from __future__ import annotations

from dataclasses import replace

from threadmine.extraction.claims.clauses import MEMBERISH, Candidate
from threadmine.extraction.claims.readings.around import Around, implied
from threadmine.extraction.claims.readings.several import run
from threadmine.extraction.claims.sentence import Sort, Thing
from threadmine.extraction.claims.words import GRAMMAR
from threadmine.extraction.text import Place
from threadmine.model import Predicate

_ASSERTING = ("vm_bug_on", "bug_on(", "vm_warn_on", "warn_on(", "warn_on_once(")
_ON = "_on"
"""What each of them has in it."""

_PAGES = frozenset({"page", "pages", "folio", "folios"})
_HAVING = frozenset({"with", "have", "has"})
_CALLERS = frozenset({"caller", "callers"})


def asserted(around: Around) -> list[Candidate]:
    """requires: what a function says must be so (``VM_BUG_ON_PAGE(page_ref_count(page) != 1, page)``)."""
    words, clause = around.read.words, around.clause
    if _ON not in around.read.sentence.text.lower():
        return []
    at = next((i for i in range(clause.first, clause.last) if words[i].startswith(_ASSERTING)), -1)
    if at < 0 or "(" not in words[at]:
        return []
    inside = [t for t in clause.things if t.first >= at]
    objects = [t if t.sort in MEMBERISH else implied(t) for t in inside if _only_looks(t)]
    meant = next((t for t in objects if t is not None), None)
    doers = [t for t in clause.things if t.sort is Sort.FUNCTION and t.implied == () and t is not meant]
    if meant is None:
        return []
    doer = next((t for t in doers if t.last <= at or around.word_before(t) in GRAMMAR.places), None)
    told = [t for t in around.left if t.sort is Sort.FUNCTION and t.first < 0]
    return [around.make(Predicate.REQUIRES, doer or next(iter(told), None) or around.context, meant, 7)]


def _only_looks(thing: Thing) -> bool:
    """Whether a thing in an assertion is a member, or a function that does nothing but look at one."""
    name = thing.entity.lower()
    return thing.sort is not Sort.FUNCTION or "count" in name or "test" in name or name.startswith("page")


def contract(around: Around) -> list[Candidate]:
    """requires, sets: what a function needs of its callers, or does for them; empty for anything else."""
    if around.read.sentence.place is not Place.COMMENT:
        return []
    right = [t for t in around.clause.things if t.sort in MEMBERISH and t.first >= around.cue.first]
    function = around.context if right else None  # it has to be looked up
    if function is None or function.sort is not Sort.FUNCTION:
        return []
    words = around.read.words
    before = words[around.clause.first : around.cue.first]
    between = words[around.cue.first : max(right[0].first, around.cue.last)]
    if not _CALLERS.isdisjoint(before) and not GRAMMAR.owning.isdisjoint((*between, *before)):
        return [
            around.make(Predicate.REQUIRES, function, one, 6, around.behind())
            for one in run(right, around.read)
        ]
    raised = not GRAMMAR.raised.isdisjoint(words[around.cue.first : right[0].last])
    if right[0].entity.endswith("._refcount") and raised and "returned" in words[: right[0].first]:
        return [around.make(Predicate.SETS, function, right[0], 6, "+1")]
    return []


def only_with(around: Around) -> list[Candidate]:
    """requires: a function that deals only with pages that have a member so ("only handles pages with PG_lru
    set"); empty for anything else.
    """
    words = around.read.words
    only = "only" in words[around.clause.first : around.cue.last]
    if around.predicate is not Predicate.VALID_FOR or not only:
        return []
    functions, members = around.functions(around.left), around.members(around.right)
    if not functions or not members:
        return []
    between = words[around.cue.last : members[0].first]
    if _HAVING.isdisjoint(between) or _PAGES.isdisjoint(between) or "without" in between:
        return []
    one = around.make(Predicate.REQUIRES, functions[-1], members[0], 6, around.behind())
    return [replace(one, cue="only")]
