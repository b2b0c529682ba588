"""Which candidate statements are about the memory map.

A member, a flag or a function with facts makes a statement one of ours wherever it stands. Of other functions
of memory management people say a lot that nobody would look up here; what counts is what the clause itself
says of them in so many words: whom they call, what they need, write or read, in what order they come.
"""

from __future__ import annotations

from threadmine.extraction.claims import scan
from threadmine.extraction.claims.clauses import Candidate
from threadmine.extraction.claims.sentence import Sort, Thing
from threadmine.extraction.names import Lexicon
from threadmine.model import Predicate

_OF_FUNCTIONS = (
    Predicate.CALLS,
    Predicate.REQUIRES,
    Predicate.SETS,
    Predicate.CLEARS,
    Predicate.READS,
    Predicate.VALID_FOR,
    Predicate.PRECEDES,
    Predicate.EQUALS,
)
"""What is worth knowing of a function that the model does not know; its state is nothing of the kind."""

_BESIDE = 2
"""The most words between a function and the verb that says something of it, whatever the verb is."""


def relevant(one: Candidate, lexicon: Lexicon) -> bool:
    """Whether a candidate is about the memory map: a member, a flag, a kind of page, or a function that
    deals with them.
    """
    pair = [t for t in (one.subject, one.object) if t is not None and t.entity in lexicon.structs]
    if one.predicate is Predicate.SIZE and one.sure and pair:
        return True
    if one.predicate is Predicate.OVERLAPS and len(pair) == 2:
        return True
    if one.predicate is Predicate.RESIDES and one.object in pair:
        return True
    if one.predicate is Predicate.IS_A and any(t.sort is Sort.STRUCT for t in pair):
        return True
    slots = [t for t in (one.subject, one.object) if t is not None]
    if any(_is_ours(one, thing, lexicon) for thing in (*slots, *one.clause.things)):
        return True
    return _of_function(one, slots, lexicon)


def _is_ours(one: Candidate, thing: Thing, lexicon: Lexicon) -> bool:
    """Whether a thing makes any statement that names it one about the memory map."""
    if thing.sort in (Sort.MEMBER, Sort.FLAG):
        if not thing.known and "." not in thing.entity:  # a name in C that nobody declares here
            return scan.wanted(lexicon).in_names((thing.entity.lower(),))
        return thing.known or one.predicate is not Predicate.OTHER
    if thing.sort is Sort.FUNCTION:
        return bool(thing.implied) or thing.entity in lexicon.functions
    if thing.sort is Sort.CONSTANT:
        return bool(thing.implied)
    return thing.sort is Sort.KIND and one.fit > 1


def _of_function(one: Candidate, slots: list[Thing], lexicon: Lexicon) -> bool:
    """Whether the clause says something worth knowing of another function of memory management."""
    worth = scan.wanted(lexicon)
    named = [t for t in (*slots, *one.clause.things) if t.sort is Sort.FUNCTION]
    ours = any(worth.in_names((t.entity.lower(),)) for t in named)
    if (
        one.predicate is Predicate.OTHER
        and one.fit
        and one.value
        and any(t.sort is Sort.FUNCTION for t in slots)
    ):
        return True  # something is said of it in so many words
    if not ours and not any(t.entity in lexicon.routines for t in named):
        return False
    if one.predicate is Predicate.OTHER:
        subject = one.subject
        beside = subject is not None and 0 <= one.cue_at - subject.last <= _BESIDE
        return bool(one.cue) and (beside or (ours and not one.inherited))
    if one.predicate not in _OF_FUNCTIONS:
        return False
    return any(one.clause.first <= thing.first < one.clause.last for thing in slots)
