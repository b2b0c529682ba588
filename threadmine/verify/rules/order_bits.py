"""Flags that a large folio's order sets by itself: the order is the low byte of page[1].flags.

So page[1] of an order-9 folio (0b1001) looks locked and uptodate to whoever takes it for a page of its own.
"""

from __future__ import annotations

import re

from threadmine.memmap import Layout
from threadmine.model import Polarity, Predicate, Unknown, VerdictKind
from threadmine.verify.layouts import LayoutRule
from threadmine.verify.refs import Kind, Ref, page_index
from threadmine.verify.rule import Case, Finding, Question, Truth

_ORDER = re.compile(r"\border[- ]?(\d{1,2})\b")
_ODD = re.compile(r"\bodd order\b")


class OrderBitsRule(LayoutRule):
    """In page[1] of an order-9 folio PG_locked is set."""

    name = "order-bits"
    predicates = frozenset({Predicate.STATE})

    cases = (
        Case(
            Predicate.STATE, "page.flags", "PG_locked", value="set", condition="page[1] of an order-9 folio"
        ),
        Case(
            Predicate.STATE, "page.flags", "PG_uptodate", value="set", condition="page[1] of an order-9 folio"
        ),
        Case(Predicate.STATE, "PG_locked", value="set", condition="page[1] of a folio of odd order"),
        Case(
            Predicate.STATE,
            "page.flags",
            "PG_dirty",
            value="set",
            condition="page[1] of an order-9 folio",
            polarity=Polarity.NEGATIVE,
        ),
        Case(
            Predicate.STATE,
            "page.flags",
            "PG_dirty",
            value="set",
            condition="page[1] of an order-9 folio",
            verdict=VerdictKind.UNDECIDED,
        ),
        Case(Predicate.STATE, "page.flags", "PG_locked", value="set", verdict=VerdictKind.UNDECIDED),
    )

    def applies(self, question: Question) -> bool:
        return page_index(question.words) == 1 and _flag_of(question) is not None

    def at(self, question: Question, layout: Layout) -> Finding | Unknown:
        flag = _flag_of(question)
        text = f"{question.words} {question.claim.quote.lower()}"
        if flag is None or page_index(question.words) != 1:
            return Unknown("no flag of page[1] named")
        if layout.member("folio", "_flags_1") is None:
            return Unknown(f"{layout.kernel} keeps the order elsewhere")
        known = layout.flag(flag.text)
        if known is None or known.bit > 7:
            return Unknown(f"{flag.text} is not in the order byte in {layout.kernel}")
        order, odd = _ORDER.search(text), _ODD.search(text)
        if order is None and not (odd and known.bit == 0):
            return Unknown("no order stated")
        number = int(order[1]) if order else 1
        shown = f"order {number} = {number:#b}" if order else "an odd order"
        is_set = bool(number >> known.bit & 1)
        fact = f"{shown}, in the low byte of page[1].flags; {flag.text} is bit {known.bit} ({layout.kernel})"
        truth = Truth.TRUE if is_set else Truth.FALSE
        if "clear" in question.claim.value.lower():
            truth = truth.opposite
        return Finding(truth, fact, self.fact(fact, layout.source), firm=False)


def _flag_of(question: Question) -> Ref | None:
    for ref in (*question.subjects, *question.objects):
        if ref.kind is Kind.FLAG:
            return ref
    return None
