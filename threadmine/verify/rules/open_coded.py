"""A function is another one written out: it calls what that calls, without calling that itself."""

from __future__ import annotations

import re

from threadmine.memmap.calls import FunctionFacts
from threadmine.memmap.effects import flag_operation
from threadmine.model import Predicate, Unknown, VerdictKind
from threadmine.verify.refs import Kind
from threadmine.verify.rule import Case, Finding, Question, Rule, Truth, spell
from threadmine.verify.tables import hubs

_OPEN_CODED = re.compile(
    r"\bopen[- ]?cod\w*\b|\bdoes (?:exactly )?(?:what|the same)\b|\bopen variant\b", re.I
)
MIN_SHARED = 2
"""Calls that both must have, and that few others have."""

MOST = 0.6
_COMMON = re.compile(
    r"^(?:VM_|WARN|BUG|[A-Z_]+$|likely|unlikely|page_folio|folio_page|compound_head|pfn_to_page)"
)


class OpenCodedRule(Rule):
    """``memmap_init_compound()`` is an open-coded ``prep_compound_page()``."""

    name = "open-coded"
    predicates = frozenset({Predicate.EQUALS, Predicate.IS_A, Predicate.OTHER})

    cases = (
        Case(
            Predicate.EQUALS,
            "memmap_init_compound",
            "prep_compound_page",
            value="open-coded",
            quote="memmap_init_compound() is an open-coded prep_compound_page()",
            kernel="6.12",
        ),
        Case(
            Predicate.EQUALS,
            "hugetlb_folio_init_vmemmap",
            "prep_compound_page",
            value="open-coded",
            kernel="6.12",
        ),
        Case(
            Predicate.EQUALS,
            "page_to_pfn",
            "prep_compound_page",
            value="open-coded",
            verdict=VerdictKind.UNDECIDED,
        ),
        Case(
            Predicate.EQUALS,
            "prep_compound_page",
            "prep_compound_head",
            value="open-coded",
            verdict=VerdictKind.UNDECIDED,
        ),
    )

    def applies(self, question: Question) -> bool:
        said = _OPEN_CODED.search(f"{question.claim.value} {question.claim.quote}") is not None
        return said and question.subject.kind is Kind.FUNCTION and question.object.kind is Kind.FUNCTION

    def find(self, question: Question, version: str) -> Finding | Unknown:
        inner, outer = (question.code.function(r.text, version) for r in (question.object, question.subject))
        if isinstance(inner, Unknown):
            return inner
        if isinstance(outer, Unknown):
            return outer
        if inner.name == outer.name or inner.name in outer.callees:
            return Unknown(f"{outer.name}() does not write {inner.name}() out ({outer.kernel})")
        wanted = _telling(inner)
        below = [question.code.function(name, version) for name in outer.callees]
        there = set(_telling(outer)).union(*(_telling(f) for f in below if not isinstance(f, Unknown)))
        shared = [act for act in wanted if act in there]
        if len(shared) < MIN_SHARED or len(shared) < MOST * len(wanted):
            return Unknown(f"no fact that {outer.name}() does what {inner.name}() does")
        text = f"{outer.name}() does {spell(shared)} as {inner.name}() does, without it ({outer.kernel})"
        return Finding(Truth.TRUE, text, self.fact(text, outer.source), firm=False)


def _telling(facts: FunctionFacts) -> list[str]:
    """The calls that tell what a function does: no assertions, conversions, or what everybody calls.

    Accessors of a flag count by what they do (``set PG_head``), for pages and folios alike.
    """
    found = dict.fromkeys(
        f"{operation.kind} {operation.flag}"
        if (operation := flag_operation(name)) is not None
        else f"{name}()"
        for name in facts.callees
        if not _COMMON.match(name) and name not in hubs() and name != "*"
    )
    return list(found)
