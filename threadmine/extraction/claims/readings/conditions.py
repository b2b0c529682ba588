"""Readings of needs that are told as what goes wrong otherwise, or as when a function is reached.

"f() complains if x is set", "f() is called once x is zero", "f() has an assumption that x is zero": a
condition, a member, and the function that minds. The condition often stands in another clause than the
function, so the sentence is looked at. What goes right under a condition is read by :mod:`.provisos`.
"""

from __future__ import annotations

from dataclasses import replace

from threadmine.extraction.claims.clauses import MEMBERISH, Candidate
from threadmine.extraction.claims.readings.around import Around
from threadmine.extraction.claims.sentence import Thing
from threadmine.extraction.claims.words import GRAMMAR, before_determiners
from threadmine.model import Predicate
from threadmine.vocab.lists import word_list

_WORDS = word_list("conditions")
_UPSET = frozenset(_WORDS["minding"]["upset"])
_NOUNS = frozenset(_WORDS["nouns"]["words"])
_FRIGHTS = frozenset(_WORDS["minding"]["frights"])
_REACHED = frozenset(_WORDS["minding"]["reached"])
_TELLING = frozenset(_WORDS["minding"]["telling"])
_HELPERS = GRAMMAR.helpers | {"gets", "get", "becomes", "seems", "looks", "quite", "very"}
_ANY = _UPSET | _NOUNS | _REACHED | {"triggers", "trigger"}

REACH = 8
"""The most tokens between the words of a need and the member that it is about."""


def minded(around: Around) -> list[Candidate]:
    """requires: a function and the member that it minds; empty for anything else."""
    if _ANY.isdisjoint(around.read.words):
        return []
    functions = around.functions(list(around.clause.things))
    if not functions:
        return []
    return _upset(around, functions) or _reached(around, functions) or _said(around, functions)


def _make(around: Around, function: Thing, member: Thing, at: int) -> list[Candidate]:
    found = around.make(Predicate.REQUIRES, function, member, 6)
    return [replace(found, cue=around.read.tokens[at], cue_at=at)]


def _members(around: Around, first: int, last: int) -> list[Thing]:
    """The members that begin in tokens ``first`` to ``last``."""
    return [t for t in around.read.things if first <= t.first < last and t.sort in MEMBERISH]


def _upset(around: Around, functions: list[Thing]) -> list[Candidate]:
    """ "f() complains if x is set", "f() triggers a warning when x is zero", "f() is upset if x is set"."""
    words = around.read.words
    for thing in functions:
        end = min(around.clause.last, thing.last + REACH)
        if words[thing.last : thing.last + 1] in (("triggers",), ("trigger",)):
            frightened = not _FRIGHTS.isdisjoint(words[thing.last : end])
            return _when(around, thing, thing.last) if frightened else []
        at = next((i for i in range(thing.last, end) if words[i] in _UPSET), -1)
        if at < thing.last or not _HELPERS.issuperset(words[thing.last : at]):
            continue
        if (found := _when(around, thing, at)) or at == thing.last:
            return found
    return []


def _reached(around: Around, functions: list[Thing]) -> list[Candidate]:
    """ "f() is called once x drops to zero", "the page is freed by f() when x is zero": f may rely on it."""
    words = around.read.words
    for thing in functions:
        at = thing.last
        while at < around.clause.last and words[at] in _HELPERS:
            at += 1
        helped = not GRAMMAR.be.isdisjoint(words[thing.last : at])
        done = helped and not _REACHED.isdisjoint(words[at : at + 1])
        by = words[thing.first - 1] == "by" and words[thing.first - 2] in _REACHED
        behind = at + 1 if done else thing.last
        if (done or by) and words[behind : behind + 1] in (("once",), ("when",), ("if",), ("whenever",)):
            return _when(around, thing, behind - 1)
    return []


def _when(around: Around, function: Thing, at: int) -> list[Candidate]:
    """The member of the condition behind the word at token ``at``."""
    words = around.read.words
    opener = next((i for i in range(at + 1, min(len(words), at + REACH)) if words[i] in _OPENERS), -1)
    if opener < 0 or any(function.last <= t.first < opener for t in around.read.things):
        return []
    members = _members(around, opener, opener + REACH)
    told = members and _is_told(words[members[0].last : members[0].last + 2])
    return _make(around, function, members[0], at) if told else []


_OPENERS = frozenset({"if", "when", "once", "while", "unless", "as", "whenever", "until", "with"})


def _is_told(behind: tuple[str, ...]) -> bool:
    """Whether something is said of a member right behind it ("x is zero", "x set", "x has been cleared")."""
    word = behind[0] if behind else ""
    return word in GRAMMAR.be or word in _TELLING or word.endswith(GRAMMAR.participles)


def _said(around: Around, functions: list[Thing]) -> list[Candidate]:
    """ "There is an assumption in f() that x is zero", "it is a precondition of f() that x is set"."""
    words = around.read.words
    for thing in functions:
        at = before_determiners(words, thing.first - 1, around.clause.first)
        before = words[at - 1] in _NOUNS and words[at] in ("in", "of", "for", "by", "from")
        behind = words[thing.last : thing.last + 1] == ("'s",) and words[thing.last + 1 :][:1] != ()
        noun = at - 1 if before else thing.last + 1
        if not before and not (behind and words[noun] in _NOUNS):
            continue
        members = _members(around, max(noun, thing.last), thing.last + REACH)
        if members:
            found = _make(around, thing, members[0], noun)
            gone = not GRAMMAR.removing.isdisjoint(words[around.clause.first : noun])
            return [replace(one, cue=f"{one.cue} no") for one in found] if gone else found
    return []
