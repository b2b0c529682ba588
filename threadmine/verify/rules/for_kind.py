"""A call for one kind of page: ``put_page()`` ends in ``free_zone_device_folio()`` for ZONE_DEVICE pages.

What a function does a few calls deep, or through one that half the kernel calls, is not its own doing; but
where the claim itself says for which kind of page, and the call stands behind the test that tells it, it is.
"""

from __future__ import annotations

from threadmine.memmap.effects import flag_operation
from threadmine.model import Polarity, Predicate, Unknown, VerdictKind
from threadmine.verify.code import reach
from threadmine.verify.kinds import kinds_in
from threadmine.verify.locks import callers_of
from threadmine.verify.refs import Kind, unnamed
from threadmine.verify.rule import Case, Finding, Question, Rule, Truth
from threadmine.verify.tables import tests_of

DEPTH = 3
MAX_WORDS = 4


class ForKindRule(Rule):
    """``put_page()`` calls ``free_zone_device_folio()`` for ZONE_DEVICE pages."""

    name = "for-kind"
    predicates = frozenset({Predicate.CALLS})

    cases = (
        Case(
            Predicate.CALLS,
            "put_page",
            "free_zone_device_folio",
            condition="for ZONE_DEVICE pages",
            kernel="6.12",
        ),
        Case(Predicate.CALLS, "ZONE_DEVICE pages", "free_zone_device_folio", kernel="6.12"),
        Case(
            Predicate.CALLS,
            "slab pages",
            "free_zone_device_folio",
            kernel="6.12",
            verdict=VerdictKind.UNDECIDED,
        ),
        Case(
            Predicate.CALLS,
            "put_page",
            "free_zone_device_folio",
            condition="for hugetlb pages",
            kernel="6.12",
            verdict=VerdictKind.UNDECIDED,
        ),
        Case(
            Predicate.CALLS,
            "put_page",
            "free_zone_device_folio",
            condition="for ZONE_DEVICE pages",
            kernel="6.12",
            polarity=Polarity.NEGATIVE,
            verdict=VerdictKind.UNDECIDED,
        ),
    )

    def applies(self, question: Question) -> bool:
        claim = question.claim
        if question.object.kind is not Kind.FUNCTION or claim.polarity is not Polarity.POSITIVE:
            return False
        if question.subject.kind is Kind.FUNCTION:
            return bool(kinds_in(claim.condition))
        return question.subject.kind is Kind.WORDS and bool(_tests(claim.subject))

    def find(self, question: Question, version: str) -> Finding | Unknown:
        subject, target = question.subject, question.object
        if target.kind is not Kind.FUNCTION:
            return unnamed(target, "function")
        if subject.kind is not Kind.FUNCTION:
            return self._anybody(question, version)
        found = reach(subject.text, version, DEPTH, True)
        if isinstance(found, Unknown):
            return found
        tests = _tests(question.claim.condition)
        for step in found.steps:
            call = step.facts.callees.get(target.text)
            behind = step.facts.places.get(target.text, frozenset()) & tests
            if call is not None and behind and len(step.way) <= DEPTH:
                test = min(behind)
                text = f"{step.spelled} -> {target.text}() where {test} ({found.start.kernel})"
                return Finding(Truth.TRUE, text, self.fact(text, step.facts.source), firm=False)
        return Unknown(f"no call of {target.text}() behind a test of that kind is known in {subject.text}()")

    def _anybody(self, question: Question, version: str) -> Finding | Unknown:
        """The subject is a kind of page: somebody calls the function behind the test that tells it."""
        claim, target = question.claim, question.object
        if len(claim.subject.split()) > MAX_WORDS:
            return Unknown(f"{claim.subject!r} says more than a kind of page")
        tests = _tests(claim.subject)
        for caller in callers_of(target.text, version):
            behind = caller.places.get(target.text, frozenset()) & tests
            if behind:
                text = f"{caller.name}() calls {target.text}() where {min(behind)} ({caller.kernel})"
                return Finding(Truth.TRUE, text, self.fact(text, caller.source), firm=False)
        return Unknown(f"nobody is known to call {target.text}() behind a test of that kind")


def _tests(condition: str) -> frozenset[str]:
    """The tests that tell the kinds of page of the condition, as places name them."""
    plain = {kind.name: kind for kind in kinds_in(condition) if kind.name not in ("page", "folio")}
    names = {test for kind in plain.values() for test in kind.tests}
    names |= {test for kind in plain.values() for word in kind.words for test in tests_of(word)}
    return frozenset(f"{name}()" for name in names if flag_operation(name) is not None or "_" in name)
