"""Functions for struct page are not for what is no page: a net_iov has none."""

from __future__ import annotations

import re

from threadmine.model import Polarity, Predicate, Unknown, VerdictKind
from threadmine.verify.kinds import kind_of, relation
from threadmine.verify.refs import Kind
from threadmine.verify.rule import Case, Finding, Question, Rule, Truth

MACROS = re.compile(r"page_to_\w+$|__?page_to_\w+$|(?:Test)?(?:Set|Clear)?Page[A-Z]\w+$|folio_test_\w+$")
"""Macros of the kernel that take a page or folio; no function of that name is read."""

PAGE_PARAMETERS = frozenset({"page", "folio", "head", "tail"})


class WrongTypeRule(Rule):
    """``put_page()`` does not work for a net_iov: it takes a page."""

    name = "wrong-type"
    predicates = frozenset({Predicate.VALID_FOR})

    cases = (
        Case(Predicate.VALID_FOR, "put_page", "net_iov", polarity=Polarity.NEGATIVE, kernel="6.12"),
        Case(Predicate.VALID_FOR, "page_to_pfn", "net_iov", polarity=Polarity.NEGATIVE),
        Case(Predicate.VALID_FOR, "put_page", "net_iov", kernel="6.12", verdict=VerdictKind.UNDECIDED),
        Case(
            Predicate.VALID_FOR,
            "put_page",
            "anon page",
            polarity=Polarity.NEGATIVE,
            verdict=VerdictKind.UNDECIDED,
        ),
    )

    def applies(self, question: Question) -> bool:
        return question.subject.kind is Kind.FUNCTION

    def find(self, question: Question, version: str) -> Finding | Unknown:
        claim = question.claim
        found = kind_of(f"{claim.object} {claim.value}")
        if found is None or relation(found.name, "page", version) is not False:
            return Unknown("no kind of memory is named that is no page")
        name = question.subject.text
        facts = question.code.function(name, version)
        if isinstance(facts, Unknown):
            taken, where = "page" if MACROS.match(name) else "", version
        else:
            taken, where = facts.parameters[0] if facts.parameters else "", facts.kernel
        if taken not in PAGE_PARAMETERS:
            return Unknown(f"no fact that {name}() cannot be called for a {found.name}")
        text = f"{name}() takes a {taken}, which a {found.name} is not ({where})"
        return Finding(Truth.FALSE, text, self.fact(text, f"code {where}"), firm=False)
