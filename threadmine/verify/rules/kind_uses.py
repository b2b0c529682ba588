"""Which members a kind of page uses: hugetlb folios have _hugetlb_cgroup, device private ones no ->share."""

from __future__ import annotations

import re

from threadmine.memmap.layout import OVERLAYS
from threadmine.model import Polarity, Predicate, Unknown, VerdictKind
from threadmine.verify.kinds import Limited, PageKind, kind, kind_of, kinds, spelled
from threadmine.verify.layouts import layouts_for
from threadmine.verify.members import same_bytes
from threadmine.verify.refs import Kind, Ref
from threadmine.verify.rule import Case, Finding, Question, Rule, Truth, spell

_RESERVED = re.compile(r"\b(?:is|are) (?:for|reserved|owned|meant)\b|\bbelongs? to\b", re.I)
_ONLY = re.compile(r"\b(?:only|solely|exclusively|just)\b", re.I)


_FOR = re.compile(r"(?:for|to|as|in order to)\b", re.I)
"""What something is needed for; another value is a state that is needed."""


class KindUsesRule(Rule):
    """Page tables use ``ptdesc.pmd_huge_pte``; device private pages do not use ``folio.share``."""

    name = "kind-uses"
    about_code = False
    predicates = frozenset({Predicate.USES, Predicate.VALID_FOR, Predicate.REQUIRES})

    cases = (
        Case(Predicate.USES, "hugetlb folios", "folio._hugetlb_cgroup"),
        Case(Predicate.USES, "device private", "folio.share", polarity=Polarity.NEGATIVE),
        Case(Predicate.USES, "ZONE_DEVICE", "dev_pagemap.ref", value="waits for users"),
        Case(Predicate.USES, "anonymous folio", "folio.index", value="virtual page offset"),
        Case(Predicate.USES, "page tables", "ptdesc.pt_mm"),
        Case(Predicate.USES, "the driver", "folio.zone_device_data"),
        Case(Predicate.VALID_FOR, "hugetlb folios", "folio._deferred_list", polarity=Polarity.NEGATIVE),
        Case(Predicate.REQUIRES, "the rmap code", "folio.index", value="to find the address"),
        Case(
            Predicate.REQUIRES, "the rmap code", "folio.index", value="stable", verdict=VerdictKind.UNDECIDED
        ),
        Case(Predicate.VALID_FOR, "hugetlb folios", "folio._deferred_list", verdict=VerdictKind.UNDECIDED),
        Case(Predicate.USES, "page_pool", "page.pp_magic"),
        Case(Predicate.USES, "folio.pgmap", "device private pages"),
        Case(
            Predicate.USES,
            "filesystem",
            "page.private",
            quote="page->private is reserved for the filesystem",
            verdict=VerdictKind.CONDITIONAL,
        ),
        Case(Predicate.USES, "anonymous folio", "folio._hugetlb_cgroup", verdict=VerdictKind.UNDECIDED),
        Case(Predicate.USES, "device private", "folio.share", verdict=VerdictKind.UNDECIDED),
        Case(
            Predicate.USES,
            "hugetlb folios",
            "folio._hugetlb_cgroup",
            quote="only hugetlb folios use _hugetlb_cgroup",
            verdict=VerdictKind.UNDECIDED,
        ),
    )

    def applies(self, question: Question) -> bool:
        others = [ref for ref in (question.subject, question.object) if ref.kind is not Kind.MEMBER]
        code = any(ref.kind in (Kind.FUNCTION, Kind.FILE) and kind_of(ref.text) is None for ref in others)
        return len(others) == 1 and not code

    def find(self, question: Question, version: str) -> Finding | Unknown:
        claim, subject, target = question.claim, question.subject, question.object
        if claim.predicate is Predicate.VALID_FOR and claim.polarity is Polarity.POSITIVE:
            return Unknown("that a kind of page can have a member is not looked at")
        if claim.predicate is Predicate.REQUIRES and (
            subject.kind is not Kind.WORDS or (claim.value and not _FOR.match(claim.value))
        ):
            return Unknown("not about a member that is in use")
        words = claim.subject
        if subject.kind is Kind.MEMBER:
            words, target = claim.object, subject
        found = kind_of(words)
        if found is None or target.kind is not Kind.MEMBER or found.name in ("page", "folio"):
            return Unknown("no kind of page and member named")
        if _ONLY.search(claim.quote) and claim.polarity is Polarity.POSITIVE:
            return Unknown("whether nobody else uses it is not known")
        names, _ = same_bytes(question.model, target, version)
        used = _named(found, names, version, "uses")
        unused = _named(found, names, version, "not_uses")
        if (used or unused) and not _exists(question, target, version):
            return Unknown(f"no fact that {target.name} is there in {version}")
        if used or unused:
            text = f"{target.name} is {'used' if used else 'not used'} by {spelled(found)}"
            truth = Truth.TRUE if used else Truth.FALSE
            others = _others(found, names, version) if used and _reserves(claim.quote, target) else []
            if others:
                truth, text = Truth.PARTLY, f"{text}; others use it, too: {spell(others)}"
            return Finding(truth, f"{text} ({version})", self.fact(text, f"kinds {version}"), firm=False)
        return Unknown(f"no fact whether {spelled(found)} use {target.name}")


def _named(found: PageKind, names: frozenset[str], version: str, key: str) -> bool:
    """Whether the kind, or a wider one it is part of, lists one of the names."""
    for each in (found.name, *sorted(found.part_of)):
        listed: tuple[Limited, ...] = getattr(kind(each), key)
        if any(entry.name in names and entry.holds(version) for entry in listed):
            return True
    return False


def _reserves(quote: str, target: Ref) -> bool:
    """Whether the sentence says that the member is for them alone ("->private is for the filesystem")."""
    at = quote.find(target.member)
    return at >= 0 and _RESERVED.match(quote[at + len(target.member) :].lstrip("`'\" ")) is not None


def _others(found: PageKind, names: frozenset[str], version: str) -> list[str]:
    """Other kinds, none of them part of the one or the other way, that use the member."""
    near = {found.name, *found.part_of}
    return [
        spelled(each)
        for name, each in sorted(kinds().items())
        if name not in near
        and found.name not in each.part_of
        and any(entry.name in names and entry.holds(version) for entry in each.uses)
    ]


def _exists(question: Question, target: Ref, version: str) -> bool:
    if target.overlays or target.struct == "dev_pagemap":
        layouts = layouts_for(question.model, version, "x86-64")
        structs = {"folio": ("folio", "page"), "page": OVERLAYS}.get(target.struct, (target.struct,))
        return any(layout.member(s, target.member) is not None for layout in layouts for s in structs)
    members = question.code.struct_members(target.struct, version)
    return not isinstance(members, Unknown) and target.member in members
