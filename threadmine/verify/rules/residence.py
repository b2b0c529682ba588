"""Where a flag, a packed quantity or a member lives: which word, which page of the compound."""

from __future__ import annotations

import re

from threadmine.memmap import Layout
from threadmine.memmap.versions import in_range, parse_version
from threadmine.model import Polarity, Predicate, Unknown, VerdictKind
from threadmine.verify.layouts import LayoutRule
from threadmine.verify.refs import Kind, Ref, page_index, unnamed
from threadmine.verify.rule import Case, Finding, Question, Truth
from threadmine.verify.tables import Packed, packed, tail_page_of

_PART = re.compile(r"^__page_(\d)$")
_ONLY = re.compile(r"\b(?:only|solely|exclusively)\b", re.I)
_TAILS = re.compile(r"(?:an? |the |any |some |its )?tail pages?")
_FIRST = re.compile(r"(?:the |a )?(?:head|first) (?:struct )?page(?: of (?:a|the) folio)?")
_HEAD = re.compile(r"\bhead page\b|\bfolio\.flags\b|\bpage\[0\]")


class ResidenceRule(LayoutRule):
    """``_nr_pages`` resides in page[1]; the order in the low byte of page[1].flags; PG_locked in
    page.flags."""

    name = "residence"
    predicates = frozenset({Predicate.RESIDES})

    cases = (
        Case(Predicate.RESIDES, "folio._nr_pages", "folio.__page_1"),
        Case(Predicate.RESIDES, "folio._nr_pages", "page[1]"),
        Case(Predicate.RESIDES, "folio order", "page.flags", condition="page[1]"),
        Case(Predicate.RESIDES, "folio_order", "folio._flags_1"),
        Case(Predicate.RESIDES, "PG_locked", "page.flags"),
        Case(Predicate.RESIDES, "page.compound_order", "page[1]", kernel="5.15"),
        Case(Predicate.RESIDES, "PG_has_hwpoisoned", "folio._flags_1"),
        Case(Predicate.RESIDES, "zone id", "page.flags"),
        Case(Predicate.RESIDES, "folio order", "page.compound_order", kernel="5.15"),
        Case(Predicate.RESIDES, "swap entry", "folio.swap"),
        Case(Predicate.RESIDES, "swap entry", "page.private", kernel="6.1"),
        Case(Predicate.RESIDES, "PGTY_slab", "page.page_type"),
        Case(Predicate.RESIDES, "folio._pincount", "a tail page"),
        Case(Predicate.RESIDES, "PG_locked", "page.page_type", verdict=VerdictKind.UNDECIDED),
        Case(Predicate.RESIDES, "folio._nr_pages", "page[2]", verdict=VerdictKind.REFUTED),
        Case(Predicate.RESIDES, "folio._nr_pages", "head page", verdict=VerdictKind.REFUTED),
        Case(Predicate.RESIDES, "folio._refcount", "the head page"),
        Case(
            Predicate.RESIDES,
            "folio order",
            "page.flags",
            condition="page[1]",
            kernel="6.1",
            verdict=VerdictKind.UNDECIDED,
        ),
        Case(Predicate.RESIDES, "page.pp_magic", "struct page"),
        Case(Predicate.RESIDES, "zone id", "the page structure"),
        Case(Predicate.RESIDES, "PG_hwpoison", "page"),
        Case(Predicate.RESIDES, "folio._pincount", "struct page", polarity=Polarity.NEGATIVE),
        Case(Predicate.RESIDES, "folio._pincount", "struct page", verdict=VerdictKind.UNDECIDED),
        Case(Predicate.RESIDES, "most flags", "page.flags", verdict=VerdictKind.UNDECIDED),
    )

    def at(self, question: Question, layout: Layout) -> Finding | Unknown:
        subject, place = question.subject, question.object
        if (struct := _struct_named(place)) and subject.kind is not Kind.NOTHING:
            return self._in_struct(layout, subject, struct)
        if subject.kind is Kind.FLAG:
            return self._flag(question, layout, subject, place)
        quantities = packed_quantities(subject.text)
        if quantities and not (subject.kind is Kind.MEMBER and _is_page(place)):
            return self._quantity(question, layout, quantities, place)
        if subject.kind is Kind.MEMBER:
            return self._member(question, layout, subject, place)
        return unnamed(subject, "member, flag or packed quantity")

    def _in_struct(self, layout: Layout, subject: Ref, struct: str) -> Finding | Unknown:
        """Whether a struct has the member, or the word that a flag or a quantity is kept in."""
        if layout.struct(struct) is None:
            return Unknown(f"{layout.kernel} has no struct {struct}")
        word, why = _word_of(layout, subject)
        if not word:
            return Unknown(why)
        found = layout.find(struct, word)
        if isinstance(found, Unknown):
            text = f"struct {struct} has no {word} ({layout.kernel})"
            return Finding(Truth.FALSE, text, self.fact(text, layout.source), firm=False)
        text = f"{found.full_name} is a member of struct {struct} ({layout.kernel})"
        text = f"{why}; {text}" if why else text
        return Finding(Truth.TRUE, text, self.fact(text, layout.source), firm=False)

    def _flag(self, question: Question, layout: Layout, flag: Ref, place: Ref) -> Finding | Unknown:
        known = layout.flag(flag.text)
        if known is None:
            return Unknown(f"{layout.kernel} has no {flag.text}")
        if place.kind is not Kind.MEMBER or place.member not in ("flags", "_flags_1", "page_type"):
            return Unknown(f"{place.text!r} is no word of flags")
        index = place.page if place.page is not None else page_index(question.words)
        second = place.member == "_flags_1" or index == 1
        text = f"{flag.text} is bit {known.bit} of {known.word}, {known.where} ({layout.kernel})"
        if _ONLY.search(question.claim.quote):
            return Unknown(f"{text}; that it lives nowhere else is not a fact about one word")
        if place.member == "page_type" and known.word == "page.page_type":
            text = f"{flag.text} is the value {known.bit} of the top byte of page_type ({layout.kernel})"
            return Finding(Truth.TRUE, text, self.fact(text, layout.source))
        if place.member == "page_type" or known.word == "page.page_type":
            where = "a page type" if known.word == "page.page_type" else f"bit {known.bit} of {known.word}"
            return Unknown(f"{flag.text} is {where} in {layout.kernel}")
        right = (known.page == "page[1]") == second
        if second and known.page == "any":
            right = True
        truth = Truth.TRUE if right else Truth.FALSE
        return Finding(truth, text, self.fact(text, layout.source), firm=False)

    def _quantity(
        self, question: Question, layout: Layout, every: tuple[Packed, ...], place: Ref
    ) -> Finding | Unknown:
        """One of the facts of a quantity that hold in this kernel: the one about the place, if there is."""
        version = parse_version(layout.kernel)
        known = [p for p in every if version is not None and in_range(version, p.kernels)]
        answers = [self._packed(question, layout, p, place) for p in known]
        found = next((a for a in answers if isinstance(a, Finding)), None)
        if found is not None:
            return found
        return answers[0] if answers else Unknown(f"no fact about where {layout.kernel} keeps it")

    def _packed(self, question: Question, layout: Layout, what: Packed, place: Ref) -> Finding | Unknown:
        if what.config and not _names_option(question, what.config):
            return Finding(Truth.PARTLY, what.fact, self.fact(what.fact, f"code {layout.kernel}"))
        if what.page and (page := _page_named(place)) is not None:
            truth = Truth.TRUE if page == what.page else Truth.FALSE
            return Finding(truth, what.fact, self.fact(what.fact, layout.source), firm=False)
        if place.kind is not Kind.MEMBER:
            return unnamed(place, "word")
        index = place.page if place.page is not None else page_index(question.words)
        same_word = place.name == what.word or (
            place.member == "flags"
            and what.word.endswith(("flags", "_flags_1"))
            and index in (None, what.page)
        )
        if not same_word:
            return Unknown(f"{what.fact}; no fact about {place.text}")
        if what.page and index is None and place.member == "flags" and _HEAD.search(question.words):
            return Unknown(f"{what.fact}; whether the head page is meant is not clear")
        return Finding(Truth.TRUE, what.fact, self.fact(what.fact, layout.source))

    def _member(self, question: Question, layout: Layout, member: Ref, place: Ref) -> Finding | Unknown:
        if not member.overlays:
            return Unknown(f"struct {member.struct} does not lie over struct page")
        where = layout.place(member.reference)
        if isinstance(where, Unknown):
            return where
        index = _page_named(place)
        if _TAILS.fullmatch(place.text.lower()):
            truth = Truth.TRUE if where.page else Truth.FALSE
            text = f"{member.name} is {where} ({layout.kernel}, {layout.arch})"
            return Finding(truth, text, self.fact(text, layout.source), firm=False)
        if index is None:
            index = page_index(question.words) if place.kind is not Kind.MEMBER else None
        if index is None and place.kind is Kind.MEMBER:
            overlap = layout.overlap(member.reference, place.reference)
            if isinstance(overlap, Unknown):
                return overlap
            truth = Truth.TRUE if overlap.meets else Truth.FALSE
            return Finding(truth, overlap.text(), self.fact(overlap.text(), layout.source), firm=False)
        if index is None:
            return unnamed(place, "page of the compound")
        text = f"{member.name} is {where} ({layout.kernel}, {layout.arch})"
        tail = tail_page_of(member.member) if member.struct == "page" and member.page is None else 0
        if tail:
            text = f"{member.name} is kept in page[{tail}] of a compound page ({layout.kernel})"
        truth = Truth.TRUE if (tail or where.page) == index else Truth.FALSE
        return Finding(truth, text, self.fact(text, layout.source), firm=member.struct == "folio")


_STRUCT = re.compile(
    r"(?:the |an? |each |every |its |our )?(?:struct )?"
    r"(page|folio|slab|ptdesc|zpdesc|netmem_desc|net_iov|dev_pagemap)s?"
    r"(?: struct(?:ure)?| descriptors?| itself)?",
    re.I,
)


def _struct_named(place: Ref) -> str:
    """The struct that a place is, however it is called ("the page structure", "struct pages"); or empty."""
    if place.kind is Kind.STRUCT:
        return place.text
    found = _STRUCT.fullmatch(place.text) if place.kind is Kind.WORDS else None
    return found[1].lower() if found is not None else ""


def _word_of(layout: Layout, subject: Ref) -> tuple[str, str]:
    """The member that a subject is or is kept in, and how that is known; the reason where it is not."""
    if subject.kind is Kind.MEMBER:
        return subject.member, ""
    if subject.kind is Kind.FLAG:
        known = layout.flag(subject.text)
        if known is None:
            return "", f"{layout.kernel} has no {subject.text}"
        return known.word.rsplit(".", 1)[-1], f"{subject.text} is bit {known.bit} of {known.word}"
    version = parse_version(layout.kernel)
    for what in packed_quantities(subject.text):
        if version is not None and in_range(version, what.kernels) and not what.config:
            return what.word.rsplit(".", 1)[-1], what.fact
    return "", f"{subject.text!r} is no member, flag or packed quantity that is known"


def _names_option(question: Question, config: str) -> bool:
    """Whether the claim says itself with which option it holds."""
    said = f"{question.claim.condition} {question.claim.quote}"
    return any(word in said for word in re.findall(r"[A-Z][A-Z0-9_]{4,}", config))


def packed_quantities(words: str) -> tuple[Packed, ...]:
    """What is known of the packed quantity that a subject names, for all kernels; empty where none is."""
    plain = words.lower().removesuffix("()").strip()
    return tuple(p for p in packed() if plain in p.words or (plain == p.word and p.page))


def _page_named(place: Ref) -> int | None:
    """The page that is named as such ("second tail page", ``folio.__page_2``), None for a word."""
    part = _PART.match(place.member)
    return int(part[1]) if part else _page_of(place)


def _is_page(place: Ref) -> bool:
    return place.kind is Kind.WORDS or _PART.match(place.member) is not None


def _page_of(place: Ref) -> int | None:
    if place.kind is Kind.MEMBER:
        return None
    if _FIRST.fullmatch(place.text.lower()):
        return 0
    bare = re.fullmatch(r"(?:struct )?page\[(\d)\](?:\+\d+)?", place.text)
    return int(bare[1]) if bare else page_index(place.text)
