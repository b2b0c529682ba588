"""How far a folio of an order reaches: what lies in its second page does not exist for order 0."""

from __future__ import annotations

import re

from threadmine.memmap import Layout
from threadmine.model import Polarity, Predicate, Unknown, VerdictKind
from threadmine.verify.layouts import LayoutRule
from threadmine.verify.refs import Kind, Ref
from threadmine.verify.rule import Case, Finding, Question, Truth

_ORDER = re.compile(r"\border[- ]?(?:==?\s?|is\s)?(\d{1,2}|zero)\b")
_EXISTS = re.compile(r"\b(?:exist|available|there|has|have|valid|present|usable)\w*\b", re.I)


class SpanRule(LayoutRule):
    """``folio._nr_pages`` does not exist in an order-0 folio: it lies in page[1]."""

    name = "span"
    checks_limits = True
    predicates = frozenset({Predicate.STATE, Predicate.MEMBER_OF, Predicate.OTHER})

    cases = (
        Case(
            Predicate.MEMBER_OF,
            "folio._deferred_list",
            polarity=Polarity.NEGATIVE,
            quote="folio->_deferred_list does not exist for order-1 folios.",
        ),
        Case(
            Predicate.STATE,
            "folio._nr_pages",
            value="exists",
            condition="order 0",
            polarity=Polarity.NEGATIVE,
        ),
        Case(
            Predicate.STATE,
            "folio._deferred_list",
            value="exists",
            condition="order-1 folio",
            polarity=Polarity.NEGATIVE,
        ),
        Case(Predicate.STATE, "folio._nr_pages", value="exists", condition="order 9"),
        Case(
            Predicate.STATE,
            "folio._nr_pages",
            value="stale",
            condition="order 0",
            verdict=VerdictKind.UNDECIDED,
        ),
    )

    def applies(self, question: Question) -> bool:
        return _speaks_of_existence(question) and _member(question) is not None

    def at(self, question: Question, layout: Layout) -> Finding | Unknown:
        subject = _member(question)
        order = _ORDER.search(question.words) or _ORDER.search(question.claim.subject.lower())
        if order is None and question.claim.predicate is Predicate.MEMBER_OF:
            order = _ORDER.search(question.claim.quote.lower())
        if subject is None or order is None:
            return Unknown("does not say that a member exists for an order")
        place = layout.place(subject.reference)
        if isinstance(place, Unknown):
            return place
        number = 0 if order[1] == "zero" else int(order[1])
        pages = 1 << number
        truth = Truth.TRUE if place.page < pages else Truth.FALSE
        text = f"{subject.name} is {place}; an order-{number} folio has {pages} page(s) ({layout.kernel})"
        return Finding(truth, text, self.fact(text, layout.source))


def _speaks_of_existence(question: Question) -> bool:
    claim = question.claim
    said = claim.quote if claim.predicate is Predicate.MEMBER_OF else claim.value
    return _EXISTS.search(said) is not None


def _member(question: Question) -> Ref | None:
    found = [
        r for r in (*question.subjects, *question.objects) if r.kind is Kind.MEMBER and r.struct == "folio"
    ]
    return found[0] if found else None
