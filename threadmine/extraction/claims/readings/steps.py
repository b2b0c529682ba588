"""Readings of the order of steps, where no verb of order says it.

"page->x is cleared before the refcount drops", "move the f() call in front of g()", "only after f() may g()
be called".
"""

from __future__ import annotations

from threadmine.extraction.claims.clauses import MEMBERISH, Candidate
from threadmine.extraction.claims.readings.phrases import Look, Words, listed
from threadmine.extraction.claims.sentence import Sort, Thing
from threadmine.extraction.claims.words import GRAMMAR
from threadmine.model import Predicate

_MOVING = listed("steps", "moving")
_DONE = listed("steps", "done")
_BEFORE = listed("steps", "before")
_AFTER = listed("steps", "after")
_NEEDING = frozenset({"must", "needs", "need", "has", "have", "should", "required"})
_ON_THE_WAY = frozenset(
    {
        "call",
        "calls",
        "to",
        "of",
        "calling",
        "setting",
        "clearing",
        "it",
        "after",
        "store",
        "load",
        "write",
        "read",
        "update",
    }
)
NEAR = 4
"""The most tokens from "before" to what comes after it ("before we drop the refcount")."""

_HELPING = GRAMMAR.be | {"gets", "get", "got"}

REACH = 5
"""The most tokens between a word of order and what comes before or after."""

_WORDS = _MOVING | {"after", "before", "prior"}


def may_order(look: Look, here: Words) -> bool:
    """Whether a word of order is in a clause or behind it: the cheap test before :func:`steps`."""
    if not look.clause.things:
        return False
    behind = look.words[look.clause.last : look.clause.last + 1]
    return not _WORDS.isdisjoint(here) or behind in (("before",), ("after",), ("prior",))


def steps(look: Look) -> list[Candidate]:
    """precedes: what happens first, and what then; empty for anything else."""
    found = _only_after(look) or _moved(look) or _done_before(look)
    return found or _told_before(look) or _side_by_side(look)


def _make(look: Look, first: Thing, second: Thing, at: int) -> list[Candidate]:
    if first.entity == second.entity:
        return []
    return [look.make(Predicate.PRECEDES, first, second, at, 7, sure=False)]


def _only_after(look: Look) -> list[Candidate]:
    """ "Only after f() may g() be called"."""
    if look.words[:2] != ("only", "after") or look.clause.first > 1:
        return []
    functions = [t for t in look.read.things if t.sort is Sort.FUNCTION]
    if len(functions) != 2 or not {"may", "can", "is", "must", "should"} & set(
        look.words[functions[0].last : functions[1].first]
    ):
        return []
    return _make(look, functions[0], functions[1], 1)


def _ordering(look: Look, first: int, last: int) -> tuple[int, bool] | None:
    """The token behind a word of order in tokens ``first`` to ``last``, and whether it means "before"."""
    for at in range(first, min(last, len(look.words) - 1)):
        if look.words[at] in _BEFORE:
            return at + 1 + (look.words[at + 1] in ("of", "to")), look.words[at] != "until"
        if look.words[at] in _AFTER:
            return at + 1, False
    return None


def _moved(look: Look) -> list[Candidate]:
    """ "Move the f() call in front of g()", "postpone f() until after g()"."""
    for at in range(look.clause.first, look.clause.last):
        if look.words[at] not in _MOVING or at in look.inside:
            continue
        moved = look.inside.get(look.past_determiners(at + 1))
        if moved is None or moved.sort is not Sort.FUNCTION:
            continue
        found = _ordering(look, moved.last, moved.last + REACH)
        other = _named_at(look, found[0]) if found is not None else None
        if found is None or other is None:
            continue
        pair = (moved, other) if found[1] else (other, moved)
        return _make(look, *pair, at)
    return []


def _named_at(look: Look, at: int) -> Thing | None:
    """The function or member that is named from token ``at`` on, beyond "the call to"."""
    while at < len(look.words) and (look.words[at] in GRAMMAR.determiners or look.words[at] in _ON_THE_WAY):
        at += 1
    thing = look.inside.get(at)
    return thing if thing is not None and (thing.sort is Sort.FUNCTION or thing.sort in MEMBERISH) else None


def _done_before(look: Look) -> list[Candidate]:
    """ "page->x is cleared before the refcount drops", "x is set up prior to the f() call"."""
    members = [t for t in look.clause.things if t.sort in MEMBERISH]
    if not members:
        return []
    first = members[0]
    done = next(
        (i for i in range(first.last, min(first.last + REACH, look.clause.last)) if look.words[i] in _DONE), 0
    )
    if not done or _HELPING.isdisjoint(look.words[first.last : done]):
        return []
    found = _ordering(look, done + 1, done + REACH)
    second = _named_at(look, found[0]) if found is not None else None
    if found is None or second is None:
        return []
    told = not _NEEDING.isdisjoint(look.words[look.clause.first : done])
    if told and second.sort is Sort.FUNCTION:
        return []  # "x must be cleared before f() is called": f needs it
    pair = (first, second) if found[1] else (second, first)
    return _make(look, *pair, found[0] - 1)


def _told_before(look: Look) -> list[Candidate]:
    """ "We have to set x after y is written", "f() must be called before reading x": what must come first.

    A member that must be set before a function is called is what the function needs: no order of steps.
    """
    entities = [t for t in look.clause.things if t.sort is Sort.FUNCTION or t.sort in MEMBERISH]
    if not entities or _NEEDING.isdisjoint(look.words[look.clause.first : look.clause.last]):
        return []
    for at in range(entities[0].last, min(look.clause.last + 1, len(look.words) - 1)):
        if look.words[at] not in ("before", "after"):
            continue
        first = [t for t in entities if t.last <= at][-1]
        second = next((t for t in look.read.things if at < t.first <= at + NEAR), None)
        if at - first.last > REACH or second is None or second.sort not in MEMBERISH:
            return []
        pair = (first, second) if look.words[at] == "before" else (second, first)
        return _make(look, *pair, at)
    return []


def _side_by_side(look: Look) -> list[Candidate]:
    """ "f() reads slab->stride before slab->obj_exts": two members with nothing between but the order."""
    for at in range(look.clause.first + 1, min(look.clause.last + 1, len(look.words) - 1)):
        if look.words[at] not in ("before", "after"):
            continue
        first, second = look.inside.get(at - 1), look.inside.get(look.past_determiners(at + 1))
        if first is None or second is None or not {first.sort, second.sort} <= {Sort.MEMBER}:
            continue
        pair = (first, second) if look.words[at] == "before" else (second, first)
        return _make(look, *pair, at)
    return []
