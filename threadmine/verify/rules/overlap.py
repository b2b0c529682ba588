"""Two members, or a flag and a word, share bytes: decided by their places in the array of struct pages."""

from __future__ import annotations

import re

from threadmine.memmap import Layout
from threadmine.memmap.layout import OVERLAYS
from threadmine.model import Polarity, Predicate, Unknown, VerdictKind
from threadmine.verify.layouts import LayoutRule
from threadmine.verify.refs import Kind, Ref
from threadmine.verify.rule import Case, Finding, Question, Truth
from threadmine.verify.rules.store import SAME_EFFECT

ORDER_WORDS = frozenset({"folio._flags_1"})
ORDER_BITS = 8
"""The order of a large folio is the low byte of its second page's flags."""


_VARIABLE = re.compile(r"\*?(?:new_|old_|head_|tail_|tmp_)?(?:page|folio)")


_OFFSETS = re.compile(r"\bsame (?:offset|place|position)\b|\bmirror\w*", re.I)


class OverlapRule(LayoutRule):
    """``folio._nr_pages`` overlaps ``page[1].memcg_data``."""

    name = "overlap"
    predicates = frozenset({Predicate.OVERLAPS, Predicate.EQUALS})

    cases = (
        Case(Predicate.OVERLAPS, "folio._nr_pages", "page[1].memcg_data"),
        Case(Predicate.OVERLAPS, "folio.pgmap", "page.compound_head"),
        Case(Predicate.OVERLAPS, "page.lru", "page.compound_head", kernel="6.1"),
        Case(Predicate.OVERLAPS, "PG_head", "folio._flags_1", value="bit 6 of the order byte"),
        Case(Predicate.EQUALS, "folio.memcg_data", "page.memcg_data"),
        Case(Predicate.EQUALS, "folio._nr_pages", "page[1].memcg_data", value="addresses"),
        Case(
            Predicate.EQUALS,
            "folio._nr_pages",
            "page[1].memcg_data",
            quote="clearing it achieves the same thing",
            verdict=VerdictKind.CONDITIONAL,
        ),
        Case(Predicate.EQUALS, "folio.page", "struct page"),
        Case(Predicate.OVERLAPS, "struct ptdesc", "struct page"),
        Case(Predicate.OVERLAPS, "page.mapping", "page.private", polarity=Polarity.NEGATIVE),
        Case(
            Predicate.OVERLAPS,
            "folio._nr_pages",
            "page.memcg_data",
            kernel="6.14",
            verdict=VerdictKind.REFUTED,
        ),
        Case(Predicate.OVERLAPS, "page.mapping", "page._refcount", verdict=VerdictKind.REFUTED),
        Case(
            Predicate.OVERLAPS,
            "folio.pgmap",
            "page.compound_head",
            polarity=Polarity.NEGATIVE,
            verdict=VerdictKind.REFUTED,
        ),
        Case(Predicate.OVERLAPS, "page.mapping", "page.no_such_member", verdict=VerdictKind.UNDECIDED),
        Case(Predicate.OVERLAPS, "the slab code", "page.mapping", verdict=VerdictKind.UNDECIDED),
    )

    def applies(self, question: Question) -> bool:
        names = (Kind.MEMBER, Kind.FLAG, Kind.STRUCT)
        known = question.object.kind in names or _VARIABLE.fullmatch(question.object.text) is not None
        return question.subject.kind in names and known

    def at(self, question: Question, layout: Layout) -> Finding | Unknown:
        answers = [self._pair(question, layout, a, b) for a in question.subjects for b in question.objects]
        unknown = next((a for a in answers if isinstance(a, Unknown)), None)
        findings = [a for a in answers if not isinstance(a, Unknown)]
        if unknown is not None or not findings:
            return unknown or Unknown("nothing to compare")
        return next((f for f in findings if f.truth is not Truth.TRUE), findings[0])

    def _pair(self, question: Question, layout: Layout, a: Ref, b: Ref) -> Finding | Unknown:
        if a.kind is Kind.STRUCT and b.kind is Kind.STRUCT and question.claim.predicate is Predicate.OVERLAPS:
            return self._structs(layout, a.text, b.text)
        if Kind.FLAG in (a.kind, b.kind):
            flag, word = (a, b) if a.kind is Kind.FLAG else (b, a)
            return self._flag(layout, flag, word)
        if (
            a.kind is Kind.MEMBER
            and _VARIABLE.fullmatch(b.text)
            and question.claim.predicate is Predicate.EQUALS
        ):
            return self._first(layout, a, Ref(Kind.STRUCT, "folio" if "folio" in b.text else "page"))
        if a.kind is Kind.MEMBER and b.kind is Kind.STRUCT and question.claim.predicate is Predicate.EQUALS:
            return self._first(layout, a, b)
        if a.kind is not Kind.MEMBER or b.kind is not Kind.MEMBER:
            return Unknown(f"{a.text!r} and {b.text!r} are not two members")
        if a.name == b.name:
            return Unknown("a member compared with itself")
        if a.overlays and b.overlays:
            return self._places(question, layout, a, b)
        return self._plain(question, layout, a, b)

    def _structs(self, layout: Layout, first: str, second: str) -> Finding | Unknown:
        """struct ptdesc lies over struct page."""
        if first == second or not {first, second} <= set(OVERLAYS):
            return Unknown(f"no fact that struct {first} and struct {second} lie over each other")
        shapes = [layout.struct(name) for name in (first, second)]
        if None in shapes:
            return Unknown(f"{layout.kernel} has not both of struct {first} and struct {second}")
        text = f"struct {first} and struct {second} both start where a struct page starts ({layout.kernel})"
        return Finding(Truth.TRUE, text, self.fact(text, layout.source))

    def _places(self, question: Question, layout: Layout, a: Ref, b: Ref) -> Finding | Unknown:
        overlap = layout.overlap(a.reference, b.reference)
        if isinstance(overlap, Unknown):
            return overlap
        if overlap.a.member == overlap.b.member and a.member != b.member:
            return Unknown(f"{a.name} and {b.name} are two names of one member")
        text = f"{overlap.text()} ({layout.kernel}, {layout.arch})"
        truth = Truth.TRUE if overlap.meets else Truth.FALSE
        firm = question.claim.predicate is Predicate.OVERLAPS
        if overlap.meets and not overlap.same and not firm and SAME_EFFECT.search(question.claim.quote):
            truth, text = Truth.PARTLY, f"{text}: the same place, not the same size"
        return Finding(truth, text, self.fact(overlap.text(), layout.source), firm=firm)

    def _first(self, layout: Layout, part: Ref, whole: Ref) -> Finding | Unknown:
        """``&folio->page`` is the page: a struct that is the other's first member."""
        member = layout.find(part.struct, part.member)
        if isinstance(member, Unknown):
            return member
        if member.offset or member.type != f"struct {whole.text}":
            return Unknown(f"{part.name} is a {member.type} at offset {member.offset}")
        text = f"{part.name} is a struct {whole.text} at offset 0 ({layout.kernel})"
        return Finding(Truth.TRUE, text, self.fact(text, layout.source))

    def _plain(self, question: Question, layout: Layout, a: Ref, b: Ref) -> Finding | Unknown:
        if a.struct != b.struct and "net_iov" in (a.struct, b.struct):
            return self._mirrored(question, layout, a, b)
        if a.struct != b.struct:
            return Unknown(f"struct {a.struct} and struct {b.struct} are different memory")
        first, second = layout.find(a.struct, a.member), layout.find(b.struct, b.member)
        if isinstance(first, Unknown):
            return first
        if isinstance(second, Unknown):
            return second
        meets = first.offset < second.end and second.offset < first.end
        text = (
            f"{a.name} is {first.offset}..{first.end - 1}, {b.name} is {second.offset}..{second.end - 1} "
            f"({layout.kernel}, {layout.arch})"
        )
        truth = Truth.TRUE if meets else Truth.FALSE
        return Finding(truth, text, self.fact(text, layout.source))

    def _mirrored(self, question: Question, layout: Layout, a: Ref, b: Ref) -> Finding | Unknown:
        """struct net_iov is other memory, with some members at the places that a page has them at."""
        first, second = layout.find(a.struct, a.member), layout.find(b.struct, b.member)
        if isinstance(first, Unknown) or isinstance(second, Unknown):
            return Unknown(f"{layout.kernel} has not both of {a.name} and {b.name}")
        same = question.claim.predicate is Predicate.EQUALS or _OFFSETS.search(question.claim.quote)
        if not same or first.offset != second.offset:
            return Unknown(f"struct {a.struct} and struct {b.struct} are different memory")
        text = f"{a.name} and {b.name} are both at offset {first.offset} of their structs ({layout.kernel})"
        return Finding(Truth.TRUE, text, self.fact(text, layout.source), firm=False)

    def _flag(self, layout: Layout, flag: Ref, word: Ref) -> Finding | Unknown:
        known = layout.flag(flag.text)
        if known is None:
            return Unknown(f"{layout.kernel} has no {flag.text}")
        if word.kind is Kind.FLAG:
            other = layout.flag(word.text)
            if other is None:
                return Unknown(f"{layout.kernel} has no {word.text}")
            text = f"{flag.text} is bit {known.bit}, {word.text} is bit {other.bit} ({layout.kernel})"
            truth = Truth.TRUE if known.bit == other.bit else Truth.FALSE
            return Finding(truth, text, self.fact(text, layout.source), firm=False)
        if word.name in ORDER_WORDS and layout.member("folio", "_flags_1") is not None:
            if known.bit >= ORDER_BITS:
                return Unknown(f"{flag.text} is bit {known.bit}; the order byte is bits 0..7 of {word.name}")
            order = f"the order is in bits 0..7 of page[1].flags ({layout.kernel})"
            text = f"{flag.text} is bit {known.bit}; {order}"
            return Finding(Truth.TRUE, text, self.fact(text, layout.source))
        return Unknown(f"no fact ties {flag.text} to {word.text!r}")
