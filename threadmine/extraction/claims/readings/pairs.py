"""Readings of two things said to be one: members that share their bytes, expressions with the same value."""

from __future__ import annotations

import re

from threadmine.extraction.claims.clauses import MEMBERISH, Candidate
from threadmine.extraction.claims.readings.around import Around
from threadmine.extraction.claims.readings.calls import calls
from threadmine.extraction.claims.readings.several import last_run, run
from threadmine.extraction.claims.sentence import ENTITIES, Sort, Thing
from threadmine.extraction.claims.words import GRAMMAR
from threadmine.model import Predicate

_WRITING = ("overw", "clobber")
MANY = 8
"""The most pairs of one clause."""

_VARIABLE = re.compile(r"[a-z_]\w*$")
_ALIASES = ("alias for", "alias of", "another name for")
_CALLING = ("return", "returns")


def equals(around: Around) -> list[Candidate]:
    """equals, where no value is given back (:mod:`.results`)."""
    cue = around.cue.text.lower()
    if cue in _CALLING and around.read.words[around.cue.last : around.cue.last + 1] in (
        ("early",),
        ("from",),
    ):
        return []  # "return early from f()"
    if cue in _CALLING:
        right = around.functions(around.right)
        near = right and right[0].first <= around.cue.last + 2 and around.word_before(right[0]) != "to"
        return calls(around) if near or not right else []
    return [] if cue in GRAMMAR.returning else pair(around)


def pair(around: Around) -> list[Candidate]:
    """overlaps, equals: two members (or things) said to be one."""
    predicate = around.predicate
    overlaps = predicate is Predicate.OVERLAPS
    sides = (Sort.MEMBER, Sort.FLAG, Sort.STRUCT) if overlaps else (*ENTITIES, Sort.KIND, Sort.CONSTANT)
    left = [t for t in around.left if t.sort in sides]
    right = [t for t in around.right if t.sort in sides]
    if overlaps and (around.cue.text.lower() == "inside" or _has_lock(left, right)):
        return []  # a lock that nests inside another one
    if around.cue.text in ("==", "!="):
        left = _chained(around, left)
        if not left or left[-1].last != around.cue.first:
            left = _written(around, around.cue.first - 1)
        if not right or right[0].first > around.cue.last + 1:
            right = _written(around, around.cue.last)
        return _compared(around, left, right)
    if left and right:
        return _both(around, left, right)
    joined = last_run(left, around.read) if len(left) > 1 else run(right, around.read)
    if len(joined) > 1:
        return [around.make(predicate, joined[0], one, 5) for one in joined[1:]]
    if overlaps and right and not left and (users := _takers(around)):
        return [around.make(Predicate.USES, who, one, 5) for who in users for one in run(right, around.read)]
    if overlaps and (left or right):
        one = (left or right)[0]
        other = _before(around, one)
        if other is not None:
            return [around.make(predicate, one, other, 5)]
        if around.cue.text.lower() in GRAMMAR.sharing:
            return []  # "the risk is shared with f()"
    said = around.cue.text.lower().startswith(_WRITING) if overlaps else bool(left)  # not "same as for f()"
    if (left or right) and said:
        one = (left or right)[0]
        return [around.make(predicate, one, None, 3 if one.sort in MEMBERISH else 1, around.behind())]
    return []


def _takers(around: Around) -> list[Thing]:
    """The parts of the kernel or kinds of page that reuse a member ("memcg overloads its bits")."""
    doers = [t for t in around.left if t.sort in (Sort.AGENT, Sort.KIND)]
    return last_run(doers, around.read) if doers and not around.passive else []


def _compared(around: Around, left: list[Thing], right: list[Thing]) -> list[Candidate]:
    """ "a == b": a member with a number or a constant is a state."""
    number = _number(around)
    constant = right[0].entity if right and right[0].sort is Sort.CONSTANT else ""
    if not left or (left[-1].sort is Sort.AGENT and (number or not right or right[0].sort not in ENTITIES)):
        return []
    member = left[-1].sort is Sort.MEMBER
    if number or (member and constant):
        said = Predicate.STATE if member else Predicate.EQUALS
        other = "not " if around.cue.text == "!=" and member else ""
        return [around.make(said, left[-1], None, 5, f"{other}{number or constant}")]
    return _both(around, left, right) if right else []


def _written(around: Around, at: int) -> list[Thing]:
    """A variable that is token ``at``, as a thing of its own."""
    if not around.clause.first <= at < around.clause.last:
        return []
    text = around.read.tokens[at].strip("&*()")
    return [Thing(at, at + 1, text, text, Sort.AGENT)] if _VARIABLE.match(text) else []


def _has_lock(left: list[Thing], right: list[Thing]) -> bool:
    return any(t.entity in GRAMMAR.locks for t in (*left[-1:], *right[:1]))


def _both(around: Around, left: list[Thing], right: list[Thing]) -> list[Candidate]:
    predicate = around.predicate
    if predicate is Predicate.EQUALS and _is_one_place(around, left[-1], right[0]):
        predicate = Predicate.OVERLAPS
    strong = left[-1].sort in ENTITIES or right[0].sort in ENTITIES
    firsts, seconds = last_run(left, around.read), run(right, around.read)
    if len(firsts) > 1 and len(seconds) == len(firsts):
        return [around.make(predicate, a, b, 6) for a, b in zip(firsts, seconds, strict=True)]
    return [
        around.make(predicate, a, b, 6 if strong else 2)
        for a in firsts
        for b in seconds[: MANY // len(firsts) + 1]
    ]


def _is_one_place(around: Around, one: Thing, other: Thing) -> bool:
    """Whether members of two structs are called the same (descriptors that lie over struct page), or one a
    name for the other.
    """
    cue = around.cue.text.lower()
    alias = cue in _ALIASES
    if not (alias or "same as" in cue) or one.concept or {one.sort, other.sort} != {Sort.MEMBER}:
        return False
    if alias:
        return True
    return one.entity.split(".")[0] != other.entity.split(".")[0]


def _chained(around: Around, left: list[Thing]) -> list[Thing]:
    """What stands before a chain of "==": "a == b == c" says of a what it equals, twice."""
    words = around.read.words
    for at in range(len(left) - 1, 0, -1):
        between = words[left[at - 1].last : left[at].first]
        if {"==", "!="}.isdisjoint(between) or len(between) > 2:
            return left[at:]
    return left[:1]


def _number(around: Around) -> str:
    """The number or NULL right behind the cue, empty where there is something else."""
    words = around.read.tokens[around.cue.last : around.cue.last + 1]
    value = words[0].strip("'\"`") if words else ""
    return value if value.lstrip("-")[:1].isdigit() or value in ("NULL", "true", "false") else ""


def _before(around: Around, one: Thing) -> Thing | None:
    """The member of the text before that lies "in the same slot"."""
    if not around.cue.text.lower().startswith(("same ", "in the same")):
        return None
    member = around.memory.member
    return member if member is not None and member.entity != one.entity else None
