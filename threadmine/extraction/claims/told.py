"""What candidates of one clause name, and whether one says again what another has told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from threadmine.extraction.claims.clauses import Candidate
from threadmine.extraction.claims.readings.layout import LAYOUT
from threadmine.model import Predicate

_SEVERAL = (Predicate.SETS, Predicate.CLEARS, Predicate.REQUIRES, Predicate.STATE)
"""What a clause can say of one member after the other ("takes a reference and locks the page")."""


def names_of(found: Iterable[Candidate]) -> set[str]:
    """The names in the slots of candidates."""
    return {t.entity for c in found for t in (c.subject, c.object) if t is not None}


def pairs_of(found: Iterable[Candidate]) -> set[frozenset[str]]:
    """Which names each statement brings together."""
    return {frozenset(names_of([one])) for one in found}


def is_told(one: Candidate, laid: Sequence[Candidate]) -> bool:
    """Whether a reading of layout says the like of what a reading of a cue says; what a clause may tell of
    several members is alike only where it names the same one.
    """
    whose = one.subject.entity if one.subject else ""
    for told in laid:
        apart = told.predicate in _SEVERAL and names_of([one]) and _about(told) not in names_of([one])
        if told.predicate is one.predicate and not apart:
            return True
        if one.predicate in LAYOUT and told.subject is not None and told.subject.entity == whose:
            return True
    return False


def _about(one: Candidate) -> str:
    """The member that a statement is about: what is needed or changed, or whose state it is."""
    thing = one.subject if one.predicate is Predicate.STATE else one.object
    return thing.entity if thing is not None else ""


def is_governed(need: Candidate, one: Candidate) -> bool:
    """Whether a verb only says what has to be done ("device-dax needs to raise x"): who needs it was told."""
    near = need.predicate is Predicate.REQUIRES and 0 < one.cue_at - need.cue_at <= GOVERNED
    return near and need.object is not None and need.object == one.object


GOVERNED = 3
"""The most tokens from a word of need to the verb it governs."""
