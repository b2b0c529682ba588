"""Functions for struct page are not for what is no page: a net_iov has none."""

from __future__ import annotations

from threadmine.model import Polarity, Predicate, Unknown, VerdictKind
from threadmine.verify.kinds import kind_of, relation
from threadmine.verify.refs import Kind
from threadmine.verify.rule import Case, Finding, Question, Rule, Truth

PAGE_PARAMETERS = frozenset({"page", "folio", "head", "tail"})


class WrongTypeRule(Rule):
    """``put_page()`` does not work for a net_iov: it takes a page."""

    name = "wrong-type"
    predicates = frozenset({Predicate.VALID_FOR})

    cases = (
        Case(Predicate.VALID_FOR, "put_page", "net_iov", polarity=Polarity.NEGATIVE, kernel="6.12"),
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
        facts = question.code.function(question.subject.text, version)
        if isinstance(facts, Unknown) or found is None or not facts.parameters:
            return facts if isinstance(facts, Unknown) else Unknown("no kind of memory is named")
        if facts.parameters[0] not in PAGE_PARAMETERS or relation(found.name, "page", version) is not False:
            return Unknown(f"no fact that {facts.name}() cannot be called for a {found.name}")
        text = f"{facts.name}() takes a {facts.parameters[0]}, which a {found.name} is not ({facts.kernel})"
        return Finding(Truth.FALSE, text, self.fact(text, facts.source), firm=False)
