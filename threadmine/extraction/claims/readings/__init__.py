"""One reading of a clause: a cue, the things around it, and the statement they make together.

There is one rule for each family of predicates. A rule returns one candidate for each item of an
enumeration, with a ``fit`` that says how much of the clause the reading explains, so that the best of
several readings can be chosen: 6 both slots are named and the cue is plain, 5 both are named, 4 one is
named and the cue is plain, down to 0.
"""

from __future__ import annotations

from threadmine.extraction.claims.readings.around import Around
from threadmine.extraction.claims.readings.calls import as_verb, call_said, calls, precedes
from threadmine.extraction.claims.readings.conditions import minded
from threadmine.extraction.claims.readings.contracts import asserted, contract, only_with
from threadmine.extraction.claims.readings.deeds import nominal
from threadmine.extraction.claims.readings.effects import effect, overwritten
from threadmine.extraction.claims.readings.keepers import kept
from threadmine.extraction.claims.readings.kinds import kind_is
from threadmine.extraction.claims.readings.layout import about, container, member_of
from threadmine.extraction.claims.readings.legal import legal
from threadmine.extraction.claims.readings.needs import requires
from threadmine.extraction.claims.readings.pairs import equals, pair
from threadmine.extraction.claims.readings.results import result
from threadmine.extraction.claims.readings.states import state
from threadmine.extraction.claims.readings.usage import placed, usable, uses
from threadmine.extraction.claims.readings.users import users
from threadmine.model import Predicate

__all__ = ["RULES", "SPECIAL", "Around", "as_verb", "call_said", "minded", "nominal"]

SPECIAL = (asserted, overwritten, contract, only_with, result, kind_is, legal, users, kept, placed, container)
"""Readings that turn on the form of a clause, whatever predicate its cue belongs to; the first that says
something is taken, before the rule of the predicate.
"""

RULES = {
    Predicate.SETS: effect,
    Predicate.CLEARS: effect,
    Predicate.READS: effect,
    Predicate.CALLS: calls,
    Predicate.REQUIRES: requires,
    Predicate.STATE: state,
    Predicate.OVERLAPS: pair,
    Predicate.EQUALS: equals,
    Predicate.RESIDES: about,
    Predicate.POINTS_TO: about,
    Predicate.OFFSET: about,
    Predicate.SIZE: about,
    Predicate.MEMBER_OF: member_of,
    Predicate.VALID_FOR: usable,
    Predicate.IS_A: usable,
    Predicate.USES: uses,
    Predicate.PRECEDES: precedes,
}
"""The rule of each predicate that has cues."""
