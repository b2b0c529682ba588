"""A member points to a struct: by the member's declared type."""

from __future__ import annotations

from threadmine.memmap import Layout
from threadmine.model import Predicate, Unknown, VerdictKind
from threadmine.verify.layouts import LayoutRule
from threadmine.verify.refs import Kind
from threadmine.verify.rule import Case, Finding, Question, Truth


class PointsToRule(LayoutRule):
    """``folio.pgmap`` points to a struct dev_pagemap."""

    name = "points-to"
    predicates = frozenset({Predicate.POINTS_TO})

    cases = (
        Case(Predicate.POINTS_TO, "folio.pgmap", "dev_pagemap"),
        Case(Predicate.POINTS_TO, "page.pgmap", "struct dev_pagemap", kernel="5.19"),
        Case(Predicate.POINTS_TO, "page.mapping", "struct address_space"),
        Case(Predicate.POINTS_TO, "page.mapping", "anon_vma", verdict=VerdictKind.UNDECIDED),
    )

    def at(self, question: Question, layout: Layout) -> Finding | Unknown:
        subject = question.subject
        if subject.kind is not Kind.MEMBER:
            return Unknown(f"{subject.text!r} names no member")
        member = layout.find(subject.struct, subject.member)
        if isinstance(member, Unknown):
            return member
        wanted = question.claim.object.lower().removeprefix("struct ").strip(" *")
        declared = member.type.replace("struct ", "").strip(" *")
        if "*" not in member.type or declared != wanted:
            # a pointer may carry another type than the declared one (anon_vma in mapping)
            return Unknown(
                f"{member.full_name} is declared {member.type}; no fact that it points to {wanted}"
            )
        text = f"{member.full_name} is declared {member.type} ({layout.kernel})"
        return Finding(Truth.TRUE, text, self.fact(text, layout.source))
