"""Two stores do the same: only where both write the same bytes; a 4-byte store is half of an 8-byte one."""

from __future__ import annotations

import re

from threadmine.memmap import Layout, Place
from threadmine.model import Predicate, Unknown, VerdictKind
from threadmine.verify.layouts import LayoutRule
from threadmine.verify.refs import Kind
from threadmine.verify.rule import Case, Finding, Question, Truth

SAME_EFFECT = re.compile(
    r"\b(?:same (?:thing|effect|result|as)|equivalent|amounts? to|achiev\w+|as good as|identical)\b", re.I
)
_STORE = re.compile(r"(?<![=!<>])=(?!=)")


class SameStoreRule(LayoutRule):
    """``_nr_pages = 0`` is not the same as ``memcg_data = 0``."""

    name = "same-store"
    needs_names = False
    predicates = frozenset({Predicate.EQUALS})

    cases = (
        Case(
            Predicate.EQUALS,
            "folio._nr_pages = 0",
            "page.memcg_data = 0",
            verdict=VerdictKind.REFUTED,
            quote="it achieves the same thing",
        ),
        Case(Predicate.EQUALS, "folio.memcg_data = 0", "page.memcg_data = 0", quote="it has the same effect"),
        Case(
            Predicate.EQUALS,
            "folio._nr_pages = 0",
            "page.mapping = NULL",
            quote="it has the same effect",
            verdict=VerdictKind.REFUTED,
        ),
    )

    def applies(self, question: Question) -> bool:
        claim = question.claim
        return "=" in f"{claim.subject}{claim.object}{claim.value}"

    def at(self, question: Question, layout: Layout) -> Finding | Unknown:
        claim = question.claim
        text = f"{claim.subject} {claim.object} {claim.value}"
        if not (_STORE.search(text) and SAME_EFFECT.search(f"{claim.quote} {claim.value}")):
            return Unknown("does not say that two stores do the same")
        a, b = question.subject, question.object
        if a.kind is not Kind.MEMBER or b.kind is not Kind.MEMBER or not (a.overlays and b.overlays):
            return Unknown(f"{a.text!r} and {b.text!r} are no stores to members")
        overlap = layout.overlap(a.reference, b.reference)
        if isinstance(overlap, Unknown):
            return overlap
        spelled = overlap.text()
        if overlap.meets and not overlap.same:
            spelled += f": {overlap.shared} of {max(_sizes(overlap.a), _sizes(overlap.b))} bytes"
        truth = Truth.TRUE if overlap.same else Truth.FALSE
        return Finding(
            truth, f"{spelled} ({layout.kernel}, {layout.arch})", self.fact(spelled, layout.source)
        )


def _sizes(place: Place) -> int:
    return place.end - place.start
