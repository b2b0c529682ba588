"""A function does not handle a kind of page: wrong where it, or what it hands the page to, has code for
that kind."""

from __future__ import annotations

import re

from threadmine.model import Modality, Polarity, Predicate, Unknown, VerdictKind
from threadmine.verify.code import Step, reach
from threadmine.verify.refs import Kind
from threadmine.verify.rule import Case, Finding, Question, Rule, Truth
from threadmine.verify.tables import tests_of

DEPTH = 3
_VERB = re.compile(r"\b(?:operat|handl|work|support|deal|cop)\w*\b", re.I)


class HandlesRule(Rule):
    """``free_frozen_pages()`` has a branch for compound pages three calls down."""

    name = "handles"
    predicates = frozenset({Predicate.VALID_FOR, Predicate.OTHER, Predicate.USES})

    cases = (
        Case(
            Predicate.VALID_FOR,
            "free_frozen_pages",
            "compound page",
            polarity=Polarity.NEGATIVE,
            verdict=VerdictKind.REFUTED,
        ),
        Case(
            Predicate.OTHER,
            "free_frozen_pages",
            "compound pages",
            polarity=Polarity.NEGATIVE,
            modality=Modality.HEDGED,
            quote="IIRC free_frozen_pages() cannot handle compound pages.",
            verdict=VerdictKind.REFUTED,
        ),
        Case(Predicate.VALID_FOR, "free_frozen_pages", "compound page"),
        Case(Predicate.VALID_FOR, "page_to_pfn", "compound page", verdict=VerdictKind.UNDECIDED),
        Case(
            Predicate.OTHER,
            "free_frozen_pages",
            "compound page",
            quote="free_frozen_pages() and compound pages",
            verdict=VerdictKind.UNDECIDED,
        ),
    )

    def applies(self, question: Question) -> bool:
        return question.subject.kind is Kind.FUNCTION and question.object.kind is Kind.WORDS

    def find(self, question: Question, version: str) -> Finding | Unknown:
        claim, subject = question.claim, question.subject
        if subject.kind is not Kind.FUNCTION or question.object.kind is not Kind.WORDS:
            return Unknown("not about a function and a kind of page")
        if claim.predicate is not Predicate.VALID_FOR and not _VERB.search(claim.quote):
            return Unknown("does not say that a function handles a kind of page")
        kind = question.object.text.lower()
        tests = tests_of(kind) | tests_of(kind.removesuffix("s"))
        if not tests:
            return Unknown(f"no check is known that tells {kind}")
        found = reach(subject.text, version, DEPTH)
        if isinstance(found, Unknown):
            return found
        for step in found.steps:
            test = _branches_on(step, tests) if step.sure else ""
            if test:
                text = f"{step.spelled} has a branch on {test}() ({found.start.kernel})"
                return Finding(Truth.TRUE, text, self.fact(text, step.facts.source))
        return Unknown(f"no branch for {kind} is known in {subject.text}()")


def _branches_on(step: Step, tests: frozenset[str]) -> str:
    """A test that the function makes and does not answer by turning the page away."""
    for name in sorted(tests & step.facts.callees.keys()):
        if not any(g.test.lstrip("!").startswith(f"{name}(") for g in step.facts.guards):
            return name
    return ""
