"""A function is not for a kind of page, because of what it insists on.

``folio_get()`` wants a count above 0, and that of a frozen page is 0.
"""

from __future__ import annotations

from threadmine.memmap.versions import in_range, parse_version
from threadmine.model import Polarity, Predicate, Unknown, VerdictKind
from threadmine.verify.code import guards_of, reach
from threadmine.verify.kinds import StateFact, kind_of, states
from threadmine.verify.members import same_bytes
from threadmine.verify.refs import Kind, Ref, unnamed
from threadmine.verify.rule import Case, Finding, Question, Rule, Truth
from threadmine.verify.rules.insists import NEAR, told

COUNT = Ref(Kind.MEMBER, "folio._refcount", "folio", "_refcount")
_ZERO = frozenset({"0", "zero"})


class UnfitRule(Rule):
    """``get_page()`` is not for free pages: it insists on a count above 0."""

    name = "unfit"
    predicates = frozenset({Predicate.VALID_FOR})

    cases = (
        Case(Predicate.VALID_FOR, "folio_get", "frozen page", polarity=Polarity.NEGATIVE, kernel="6.19"),
        Case(Predicate.VALID_FOR, "get_page", "tail page", kernel="6.19", verdict=VerdictKind.UNDECIDED),
        Case(Predicate.VALID_FOR, "folio_get", "frozen page", kernel="6.19", verdict=VerdictKind.UNDECIDED),
        Case(
            Predicate.VALID_FOR,
            "folio_get",
            "anonymous folio",
            polarity=Polarity.NEGATIVE,
            kernel="6.19",
            verdict=VerdictKind.UNDECIDED,
        ),
    )

    def applies(self, question: Question) -> bool:
        negative = question.claim.polarity is Polarity.NEGATIVE
        return negative and question.subject.kind is Kind.FUNCTION and question.object.kind is Kind.WORDS

    def find(self, question: Question, version: str) -> Finding | Unknown:
        subject = question.subject
        if subject.kind is not Kind.FUNCTION:
            return unnamed(subject, "function")
        fact = _zero_count(question.object.text, version)
        if fact is None:
            return Unknown("no fact about the count of such pages")
        found = reach(subject.text, version, NEAR)
        if isinstance(found, Unknown):
            return found
        names, _ = same_bytes(question.model, COUNT, version)
        for guarded in guards_of(found, NEAR, sure=True):
            if guarded.guard.rejects and told(guarded.guard.test, COUNT, names) is True:
                text = f"{guarded.spelled} ({found.start.kernel}); {fact.fact}"
                return Finding(Truth.FALSE, text, self.fact(text, guarded.step.facts.source), firm=False)
        return Unknown(f"no check of the count is known in {subject.text}()")


def _zero_count(words: str, version: str) -> StateFact | None:
    """The fact that the count of that kind of page is always 0; not of tail pages, whose head is meant."""
    kind, parsed = kind_of(words), parse_version(version)
    if kind is None or parsed is None or kind.name in ("page", "folio", "tail"):
        return None
    for fact in states():
        always = fact.member == "_refcount" and not fact.when and _ZERO & set(fact.values)
        if always and kind.name in fact.kinds and in_range(parsed, fact.kernels):
            return fact
    return None
