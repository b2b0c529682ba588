"""Readings of where members lie, how big they are, and whether they exist."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from threadmine.extraction.claims.clauses import Candidate, Clause, Memory
from threadmine.extraction.claims.plain_names import noun_phrase
from threadmine.extraction.claims.readings.amounts import amounts, may_amount
from threadmine.extraction.claims.readings.around import Around
from threadmine.extraction.claims.readings.being import being, may_be
from threadmine.extraction.claims.readings.calls import calls
from threadmine.extraction.claims.readings.contents import order
from threadmine.extraction.claims.readings.dwelling import dwelling, may_dwell
from threadmine.extraction.claims.readings.enumerated import enumerated, may_enumerate
from threadmine.extraction.claims.readings.flag_calls import flag_calls, may_call_flag
from threadmine.extraction.claims.readings.levels import levels, may_level
from threadmine.extraction.claims.readings.locks import locks, may_lock
from threadmine.extraction.claims.readings.looking import looking, may_look
from threadmine.extraction.claims.readings.measures import may_measure, measured
from threadmine.extraction.claims.readings.page_lock import may_lock_page, page_lock
from threadmine.extraction.claims.readings.phrases import PARTS, Look
from threadmine.extraction.claims.readings.pointing import may_point, pointing
from threadmine.extraction.claims.readings.provisos import may_bind, provisos
from threadmine.extraction.claims.readings.several import last_run, run
from threadmine.extraction.claims.readings.sharing import may_share, sharing
from threadmine.extraction.claims.readings.states import state
from threadmine.extraction.claims.readings.steps import may_order, steps
from threadmine.extraction.claims.sentence import Read, Sort, Thing
from threadmine.extraction.claims.words import GRAMMAR
from threadmine.model import Predicate

LAYOUT = (
    Predicate.RESIDES,
    Predicate.OVERLAPS,
    Predicate.MEMBER_OF,
    Predicate.SIZE,
    Predicate.OFFSET,
    Predicate.POINTS_TO,
)
"""The predicates of this room."""

_READINGS = (
    (may_share, sharing),
    (may_be, being),
    (may_measure, measured),
    (may_dwell, dwelling),
    (may_point, pointing),
    (may_look, looking),
    (may_lock, locks),
    (may_bind, provisos),
    (may_order, steps),
    (may_enumerate, enumerated),
    (may_call_flag, flag_calls),
    (may_amount, amounts),
    (may_lock_page, page_lock),
    (may_level, levels),
)


def layout(read: Read, clause: Clause, memory: Memory) -> Iterator[list[Candidate]]:
    """What a clause says of where its members lie, how big they are, what they share and whether they exist.

    Each list is a reading of its own; empty where the clause holds none of the words of layout.
    """
    look = Look(read, clause, memory)
    here = frozenset(read.words[clause.first : clause.last])
    for may, reading in _READINGS:
        if may(look, here) and (found := reading(look)):
            yield found


REACH = 3
"""Tokens between "remove" and the member that is removed."""


def about(around: Around) -> list[Candidate]:
    """What the readings of whole clauses leave of resides: what is moved to a function."""
    if around.predicate is not Predicate.RESIDES:
        return []
    return _kept(around, around.members(around.left), around.members(around.right))


def _kept(around: Around, left: list[Thing], right: list[Thing]) -> list[Candidate]:
    """resides, where it turns on the verb: what is moved to a function, moved into a struct, or held by a
    member ("the flags include the node id", "stores the order in the flags").
    """
    words = around.read.words
    target = around.functions(around.right)
    lower = around.cue.text.lower()
    if left and target and not right:
        sets = GRAMMAR.setting & set(words[around.clause.first : around.cue.first])
        moved = Predicate.SETS if sets else Predicate.OTHER
        return [around.make(moved, target[-1], one, 4) for one in last_run(left, around.read)]
    if right and not around.passive and lower in GRAMMAR.storing:
        kept = around.plain(around.cue.last)  # "encodes the order in the flags bits"
        inside = [t for t in right if around.word_before(t) in ("in", "into", "the", "its", "our")]
        if kept is not None and inside and kept.last <= inside[0].first:
            return [around.make(Predicate.RESIDES, order(kept), inside[0], 5)]
        return []
    here = left and left[-1] in around.clause.things
    if here and not around.passive and not right and lower in GRAMMAR.holding:
        return [around.make(Predicate.RESIDES, one, left[-1], 4) for one in _held(around)]
    return []


def container(around: Around) -> list[Candidate]:
    """resides: what a page, a struct or a word is said to store; it does nothing, so nothing is written."""
    lower = around.cue.text.lower()
    if around.passive or not around.left or lower not in (*GRAMMAR.containing, *GRAMMAR.storing):
        return []
    keeper = around.left[-1]
    if keeper.sort is Sort.AGENT and (kept := around.plain(around.cue.last)):
        return _stored(around, keeper, kept)
    if lower not in GRAMMAR.containing:
        return []
    if not around.cue.text.endswith("s") and not keeper.text.endswith("s"):
        return []  # "the page->lru store gets reordered": a noun
    right = [t for t in around.right if t.sort in (Sort.MEMBER, Sort.FLAG, Sort.FUNCTION)]
    near = keeper.last >= around.cue.first - 2 and right and right[0].first <= around.cue.last + REACH
    plain = keeper.sort in (Sort.KIND, Sort.STRUCT, Sort.MEMBER) and not keeper.entity.endswith("._refcount")
    if not near or not plain or right[0].entity.endswith("._refcount") or right[0].entity in GRAMMAR.locks:
        return []
    return [around.make(Predicate.RESIDES, one, keeper, 5) for one in run(right, around.read)]


def _stored(around: Around, keeper: Thing, kept: Thing) -> list[Candidate]:
    """ "zsmalloc keeps its handle in page->index": it uses the member."""
    words = around.read.words
    inside = [t for t in around.members(around.right) if t.first > kept.last - 1]
    if inside and not PARTS.isdisjoint(words[kept.last : inside[0].first]):
        return []  # "in the upper bits of x": what lies there is told (:mod:`.dwelling`)
    if not inside or words[kept.last : kept.last + 1] not in (("in",), ("into",), ("inside",)):
        return []
    return [around.make(Predicate.USES, keeper, inside[0], 5, kept.text)]


def _held(around: Around) -> list[Thing]:
    """The plain things behind "include", one for each of "zone and node id"."""
    words = around.read.words
    first = around.cue.last
    while first < around.clause.last and (
        words[first] in GRAMMAR.determiners or words[first] in ("also", "both")
    ):
        first += 1
    last = first
    while last < around.clause.last and (
        words[last] == "and" or (words[last].isalpha() and words[last] not in GRAMMAR.no_nouns)
    ):
        last += 1
    if "and" not in words[first:last]:
        one = noun_phrase(around.read, first, last)
        return [order(one)] if one else []
    at = words.index("and", first)
    second = noun_phrase(around.read, at + 1, last)
    if second is None or at - first != 1:
        return [second] if second else []
    head = (
        " ".join([words[first], *second.entity.split()[1:]])
        if second.last - second.first > 1
        else words[first]
    )
    return [replace(second, first=first, last=at, text=head, entity=head), second]


def member_of(around: Around) -> list[Candidate]:
    """A member or function exists, is gone, is added to or removed from a struct."""
    left, right = around.members(around.left), around.members(around.right)
    lower = around.cue.text.lower()
    if lower.startswith("mov"):
        return _moved(around, left if around.passive else right) or _step_moved(around)
    if found := _flag_taken(around, lower):
        return found
    if lower in GRAMMAR.lacking:
        return state(around)
    if left and lower not in GRAMMAR.taking:
        return state(around)
    functions = around.functions(around.left if around.passive else around.right)
    near = functions and (around.passive or functions[0].first - around.cue.last <= REACH)
    gone = GRAMMAR.removing & set(lower.split())
    if near and gone and not right:
        return [around.make(Predicate.OTHER, one, None, 2) for one in run(functions, around.read)]
    return []


def _step_moved(around: Around) -> list[Candidate]:
    """ "Move the f() call into g()": who calls it then; a function moved to a file is called by nobody."""
    functions = around.functions(list(around.clause.things))
    call = not {"call", "calls", "calling"}.isdisjoint(
        around.read.words[around.clause.first : around.clause.last]
    )
    apart = len(run(functions, around.read)) < len(functions)
    gap = around.read.words[around.cue.last : functions[0].first] if functions else ()
    if not {"from", "out", "into"}.isdisjoint(gap):
        return []  # "move the comments from f() to g()"
    return calls(around) if apart or (call and functions) else []


def _moved(around: Around, moved: list[Thing]) -> list[Candidate]:
    """ "Moves lru_lock into lruvec": the lock is a member of that struct."""
    words = around.read.words
    for at in range(around.cue.last, around.clause.last - 1):
        if words[at] in ("into", "to") and moved:
            first = at + 2 if words[at + 1] in ("struct", "the") else at + 1
            name = words[first] if first < around.clause.last else ""
            if name == moved[0].entity.split(".")[0] and name:
                goal = Thing(first, first + 1, name, name, Sort.STRUCT)
                return [around.make(Predicate.MEMBER_OF, moved[0], goal, 5)]
    return []


def _flag_taken(around: Around, cue: str) -> list[Candidate]:
    """ "f() removes the flag", "the flag is removed by f()": f clears it."""
    if not GRAMMAR.removing & set(cue.split()) or cue in GRAMMAR.lacking:
        return []
    doers, things = around.left, around.right
    if around.passive:
        doers, things = things, doers
    functions = around.functions(doers)
    flags = [t for t in things if t.sort is Sort.FLAG]
    return [around.make(Predicate.CLEARS, functions[-1], one, 5) for one in flags[:1]] if functions else []
