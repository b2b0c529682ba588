"""What a function returns: ``page_folio()`` never returns NULL."""

from __future__ import annotations

import re

from threadmine.model import Polarity, Predicate, Unknown, VerdictKind
from threadmine.verify.refs import Kind
from threadmine.verify.rule import Case, Finding, Question, Rule, Truth

_RESULT = re.compile(r"(?<![\w-])(NULL|true|false|-E[A-Z]{2,}|zero|\d+)\b")
_RETURNS = re.compile(r"\breturn(?:s|ed|ing)?\b|\b(?:fail(?:s|ed)?|bails? out|errors? out) with\b", re.I)


class ResultRule(Rule):
    """``folio_test_large()`` returns false; only what stands as a constant in a return statement is a
    fact."""

    name = "result"
    told_as_order = True
    predicates = frozenset({Predicate.EQUALS, Predicate.OTHER, Predicate.STATE})

    cases = (
        Case(Predicate.OTHER, "validate_page_before_insert", value="returns -EINVAL"),
        Case(
            Predicate.EQUALS,
            "page_anon_vma",
            value="NULL",
            kernel="5.15",
            quote="page_anon_vma() returns NULL",
        ),
        Case(Predicate.EQUALS, "page_anon_vma", "NULL", kernel="5.15", quote="page_anon_vma() returns NULL"),
        Case(Predicate.OTHER, "prep_compound_page", value="returns NULL", verdict=VerdictKind.UNDECIDED),
        Case(
            Predicate.EQUALS,
            "page_anon_vma",
            value="NULL",
            polarity=Polarity.NEGATIVE,
            kernel="5.15",
            quote="page_anon_vma() never returns NULL",
            verdict=VerdictKind.UNDECIDED,
        ),
        Case(
            Predicate.EQUALS,
            "page_anon_vma",
            value="NULL",
            condition="for a file page",
            kernel="5.15",
            quote="page_anon_vma() returns NULL for a file page",
            verdict=VerdictKind.UNDECIDED,
        ),
    )

    def applies(self, question: Question) -> bool:
        claim = question.claim
        return question.subject.kind is Kind.FUNCTION and bool(
            _RETURNS.search(f"{claim.value} {claim.quote}")
        )

    def find(self, question: Question, version: str) -> Finding | Unknown:
        claim, subject = question.claim, question.subject
        if subject.kind is not Kind.FUNCTION or not _RETURNS.search(f"{claim.value} {claim.quote}"):
            return Unknown("not about what a function returns")
        stated = _RESULT.fullmatch(claim.object) or _RESULT.search(claim.value)
        facts = question.code.function(subject.text, version)
        if stated is None or isinstance(facts, Unknown):
            return facts if isinstance(facts, Unknown) else Unknown("no constant result stated")
        wanted = "0" if stated[1] == "zero" else stated[1]
        if claim.condition:
            return Unknown(f"{subject.text}() returns different things, and when is not known")
        if wanted in facts.results:
            text = f"{subject.text}() has a return of {wanted} ({facts.kernel})"
            return Finding(Truth.TRUE, text, self.fact(text, facts.source), firm=False)
        return Unknown(f"no return of {wanted} is known in {subject.text}()")
