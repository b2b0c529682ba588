"""Readings of who keeps something of its own in a member, or for whom a member keeps something.

"KSM stores its stable node in page->mapping", "for fsdax, folio->share counts the mappings".
"""

from __future__ import annotations

from threadmine.extraction.claims.clauses import Candidate, text_of
from threadmine.extraction.claims.plain_names import before
from threadmine.extraction.claims.readings.around import Around
from threadmine.extraction.claims.readings.several import last_run
from threadmine.extraction.claims.sentence import Sort, Thing
from threadmine.extraction.claims.words import GRAMMAR
from threadmine.model import Predicate

_INSIDE = ("in", "into", "inside", "through", "via", "with", "on", "onto", "within")


def kept(around: Around) -> list[Candidate]:
    """uses: a kind of page or a part of the kernel that keeps something of its own in a member, or a member
    that keeps something for it; empty for anything else.
    """
    cue = around.cue.text.lower()
    if around.passive or cue not in GRAMMAR.minding:
        return []
    keeper = (
        before(around.read, around.clause.first, around.cue.first) if not around.left else around.left[-1]
    )
    if keeper is None:
        return []
    words, doer = around.read.words, keeper
    between = words[doer.last : around.cue.first]
    if any(w not in GRAMMAR.helpers and w not in GRAMMAR.fillers and w != "both" for w in between):
        return []
    if doer.sort is Sort.MEMBER:
        return _for_its_kind(around, doer)
    if doer.sort not in (Sort.AGENT, Sort.KIND, Sort.CONSTANT) or doer.entity == "struct page":
        return []
    doers = [t for t in last_run(around.left, around.read) if t.sort is not Sort.MEMBER] or [doer]
    inside = [t for t in around.members(around.right) if _stands_in(around, t)]
    if not inside and len(around.left) > 1 and "where" in words[around.left[-2].last : doer.first]:
        inside = around.members(around.left[-2:-1])  # "the member is where X keeps its handle"
        return [around.make(Predicate.USES, doer, one, 6) for one in inside]
    own = not {"its", "their", "own"}.isdisjoint(words[around.cue.last : around.cue.last + 2])
    habit = around.cue.text.endswith("s") and doer.sort is not Sort.CONSTANT  # "KSM stores a pointer in x"
    if not inside or not (own or habit or cue in GRAMMAR.keeping_own):
        return []
    value = text_of(around.read, around.cue.last, inside[0].first - 1)
    return [around.make(Predicate.USES, who, inside[0], 6, value) for who in doers]


def _stands_in(around: Around, thing: Thing) -> bool:
    """Whether "in", "through" or the like stands before a thing."""
    before = around.read.words[max(around.cue.last, thing.first - 2) : thing.first]
    return bool(before) and (
        before[-1] in _INSIDE or (before[-1] in GRAMMAR.determiners and before[0] in _INSIDE)
    )


_EMPTY = frozenset({"zero", "null", "nothing", "garbage", "stale", "0", "random"})


def _for_its_kind(around: Around, member: Thing) -> list[Candidate]:
    """ "For fsdax, folio->share counts the mappings": fsdax uses it."""
    whom = around.for_whom()
    if whom is None or not around.cue.text.endswith("s"):
        return []
    words = around.read.words[around.cue.last : around.cue.last + 2]
    if not _EMPTY.isdisjoint(words) or (
        whom.first > around.cue.last and around.cue.text.lower() in GRAMMAR.containing
    ):
        return []  # "x holds zero for free pages", "x contains a PFN for a device page"
    return [around.make(Predicate.USES, whom, member, 5, around.from_cue())]
