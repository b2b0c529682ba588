"""What holds inside a function because it insists on it: the folio is locked, there is no writeback."""

from __future__ import annotations

import re
from dataclasses import replace

from threadmine.model import Polarity, Predicate, Unknown, VerdictKind
from threadmine.verify.readings import quoted_function
from threadmine.verify.refs import Kind
from threadmine.verify.rule import Case, Finding, Question, Rule, Truth
from threadmine.verify.rules.insists import InsistsRule

_WITHIN = re.compile(
    r"^(?:is |already )?(?:in|inside|within|at|on entry (?:to|of)|when (?:entering|calling)|during) "
    r"([a-z_]\w{3,60})\(\)$"
)


class WithinRule(Rule):
    """In ``__filemap_remove_folio()`` the folio is locked."""

    name = "within"
    predicates = frozenset({Predicate.STATE})

    cases = (
        Case(
            Predicate.STATE,
            "folio.flags",
            "PG_locked",
            value="set",
            condition="in __delete_from_swap_cache()",
            kernel="6.12",
        ),
        Case(
            Predicate.STATE,
            "PG_writeback",
            value="clear",
            condition="in __delete_from_swap_cache()",
            kernel="6.12",
        ),
        Case(
            Predicate.STATE,
            "PG_writeback",
            value="set",
            condition="in __delete_from_swap_cache()",
            kernel="6.12",
            verdict=VerdictKind.UNDECIDED,
        ),
        Case(
            Predicate.STATE,
            "PG_writeback",
            value="clear",
            condition="in page_to_pfn()",
            verdict=VerdictKind.UNDECIDED,
        ),
    )

    def applies(self, question: Question) -> bool:
        claim = question.claim
        return claim.polarity is Polarity.POSITIVE and bool(_function(question))

    def find(self, question: Question, version: str) -> Finding | Unknown:
        claim = question.claim
        inside = _function(question)
        ends = (question.object, question.subject)
        target = next((r for r in ends if r.kind in (Kind.FLAG, Kind.MEMBER) and r.member != "flags"), None)
        if not inside or target is None or not claim.value.strip():
            return Unknown("no state of a member inside a function is said")
        needed = replace(
            claim, predicate=Predicate.REQUIRES, subject=inside, object=target.text, condition=""
        )
        found = InsistsRule().find(Question(needed, question.message, question.model), version)
        if isinstance(found, Unknown) or found.truth is not Truth.TRUE:
            return Unknown(f"no fact that {inside}() insists on that")
        return replace(found, evidence=self.fact(found.reason, found.evidence[0].source))


_HERE = re.compile(r"\b(?:here|at this point|by (?:now|then)|there|anyway|already)\b", re.I)


def _function(question: Question) -> str:
    """The function that the condition names; for what is so "here", that of the lines quoted above."""
    claim = question.claim
    named = _WITHIN.match(claim.condition.strip())
    if named is not None:
        return named[1]
    if claim.condition or "(" in claim.quote or not _HERE.search(claim.quote):
        return ""
    return quoted_function(question.message, claim)
