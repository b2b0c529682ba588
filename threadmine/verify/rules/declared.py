"""A struct that no layout is known of has a member: as the trees that were read declare it."""

from __future__ import annotations

from threadmine.memmap.layout import OVERLAYS
from threadmine.model import Polarity, Predicate, Unknown, VerdictKind
from threadmine.verify.refs import Kind
from threadmine.verify.rule import Case, Finding, Question, Rule, Truth
from threadmine.verify.rules.exists import speaks_of_definition


class DeclaredRule(Rule):
    """``lruvec.lru_lock`` is a member since 5.11; before, ``pglist_data`` had it."""

    name = "declared"
    predicates = frozenset({Predicate.MEMBER_OF, Predicate.RESIDES})

    cases = (
        Case(Predicate.MEMBER_OF, "lruvec.lru_lock", quote="lru_lock is a member of struct lruvec"),
        Case(
            Predicate.MEMBER_OF,
            "lruvec.lru_lock",
            kernel="5.10",
            polarity=Polarity.NEGATIVE,
            quote="struct lruvec has no lru_lock",
        ),
        Case(Predicate.RESIDES, "pglist_data.lru_lock", "struct pglist_data", kernel="5.10"),
        Case(
            Predicate.MEMBER_OF,
            "lruvec.colour",
            quote="struct lruvec has a member colour",
            verdict=VerdictKind.UNDECIDED,
        ),
    )

    def applies(self, question: Question) -> bool:
        subject, whole = question.subject, question.object
        if subject.kind is not Kind.MEMBER or subject.struct in OVERLAYS:
            return False
        if question.claim.predicate is Predicate.RESIDES:
            return whole.text.removeprefix("struct ").strip() == subject.struct
        return speaks_of_definition(question)

    def find(self, question: Question, version: str) -> Finding | Unknown:
        code, subject = question.code, question.subject
        members = code.struct_members(subject.struct, version)
        if isinstance(members, Unknown):
            return members
        span = code.span(version)
        kernel = "/".join(code.versions[n] for n in span) if not isinstance(span, Unknown) else version
        if subject.member in members:
            text = f"struct {subject.struct} has {subject.member} ({kernel})"
            return Finding(Truth.TRUE, text, self.fact(text, f"code {kernel}"), firm=False)
        known = any(
            not isinstance(other := code.struct_members(subject.struct, v), Unknown)
            and subject.member in other
            for v in code.versions
        )
        if not known or not code.exact(version):
            return Unknown(
                f"no kernel is known to have {subject.name}" if not known else f"not known for {kernel}"
            )
        text = f"struct {subject.struct} has no {subject.member} ({kernel})"
        return Finding(Truth.FALSE, text, self.fact(text, f"code {kernel}"), firm=False)
