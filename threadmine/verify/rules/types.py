"""What a member is declared as: a pointer, an atomic counter, a list, an unsigned long."""

from __future__ import annotations

import re

from threadmine.memmap import Layout, Member
from threadmine.model import Predicate, Unknown, VerdictKind
from threadmine.verify.layouts import LayoutRule
from threadmine.verify.refs import Kind
from threadmine.verify.rule import Case, Finding, Question, Truth

_IS = re.compile(r"\b(?:is|are|as|of type|type|declared|has type)\b", re.I)
_STATED: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = tuple(
    (re.compile(said, re.I), re.compile(declared))
    for said, declared in (
        (r"\batomic(?:_t)?\b(?! long)", r"^atomic_t$"),
        (r"\batomic_long(?:_t)?\b", r"^atomic_long_t$"),
        (r"\b(?:list_head|list head)\b", r"struct list_head$"),
        (r"\bunsigned long\b", r"^(?:long unsigned int|unsigned long|pgoff_t|memdesc_flags_t)$"),
        (r"\bunsigned int\b", r"^unsigned int$"),
        (r"\bunsigned short\b", r"^(?:short unsigned int|unsigned short)$"),
        (r"\bpointer\b", r"\*$"),
        (r"\bspinlock(?:_t)?\b", r"^spinlock_t$"),
    )
)


class TypeRule(LayoutRule):
    """``page._refcount`` is an atomic_t."""

    name = "type"
    predicates = frozenset({Predicate.STATE, Predicate.IS_A, Predicate.OTHER})

    cases = (
        Case(Predicate.IS_A, "page._refcount", value="an atomic_t", quote="_refcount is an atomic_t"),
        Case(Predicate.STATE, "folio.pgmap", value="is a pointer"),
        Case(Predicate.IS_A, "page.lru", value="a list_head", quote="page->lru is a list_head"),
        Case(Predicate.IS_A, "page._refcount", value="a pointer", verdict=VerdictKind.UNDECIDED),
        Case(Predicate.STATE, "page._refcount", value="0", verdict=VerdictKind.UNDECIDED),
    )

    def applies(self, question: Question) -> bool:
        return question.subject.kind is Kind.MEMBER and _said(question) is not None

    def at(self, question: Question, layout: Layout) -> Finding | Unknown:
        subject, declared = question.subject, _said(question)
        member = layout.find(subject.struct, subject.member)
        if isinstance(member, Unknown) or declared is None:
            return member if isinstance(member, Unknown) else Unknown("no type stated")
        if not declared.search(_plain(member)):
            return Unknown(f"{member.full_name} is declared {member.type} ({layout.kernel})")
        text = f"{member.full_name} is declared {member.type} ({layout.kernel})"
        return Finding(Truth.TRUE, text, self.fact(text, layout.source))


def _said(question: Question) -> re.Pattern[str] | None:
    """What the declared type must look like for the claim to hold, or None where it states no type."""
    words = f"{question.claim.object} | {question.claim.value}"
    if not _IS.search(f"{words} {question.claim.quote}"):
        return None
    return next((declared for said, declared in _STATED if said.search(words)), None)


def _plain(member: Member) -> str:
    return " ".join(member.type.replace("const ", "").replace("volatile ", "").split())
