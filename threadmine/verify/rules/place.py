"""A member lies at an offset, a flag is a bit: the numbers in the claim against those of the layout."""

from __future__ import annotations

import re

from threadmine.memmap import Layout, Member
from threadmine.memmap.layout import OVERLAYS
from threadmine.memmap.versions import in_range, parse_version
from threadmine.model import Predicate, Unknown, VerdictKind
from threadmine.verify.layouts import LayoutRule
from threadmine.verify.refs import Kind, Ref, numbers, page_index, unnamed
from threadmine.verify.rule import Case, Finding, Question, Truth
from threadmine.verify.rules.residence import packed_quantities

_LAST = re.compile(r"\b(last|final|first)\s+(\d{1,3}|four|eight|two)\s+bytes?\b")
_WORDS = {"two": 2, "four": 4, "eight": 8}
_BIT = re.compile(r"\bbits?\b")
_STATED_SIZE = re.compile(r"\bsize\s*(?:of\s*)?(\d{1,3})\b")
_IN_PAGE = re.compile(r"page\[(\d{1,3})\]\s*\+\s*(\d{1,3})")
_UNIT = re.compile(r"\bbytes?\b|\boffset\b|\+|0x|^\s*\d+\s*\|")
_COUNTS = "one|two|three|four|five|six|seven|eight|nine|ten|sixteen"
_AMOUNT = re.compile(
    rf"(?<![\w-])(\d{{1,5}}|{_COUNTS})[- ]?(bytes?|bits?|(?:unsigned )?longs?|words?|pointers?)\b"
)
_NUMBERS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "sixteen": 16,
}  # fmt: skip
_NTH = re.compile(
    r"\b(first|second|third|fourth|fifth|sixth|seventh|eighth|last) "
    r"(word|long|unsigned long|member|field)\b"
)
_WORD = re.compile(r"\bwords?\b")
_NTHS = {"first": 0, "second": 1, "third": 2, "fourth": 3, "fifth": 4, "sixth": 5, "seventh": 6, "eighth": 7}
_ENDS = ("first", "last")


class OffsetRule(LayoutRule):
    """``page.mapping`` is at offset 24; ``PG_head`` is bit 6; ``_nr_pages`` is the last 8 bytes of struct
    page."""

    name = "offset"
    predicates = frozenset({Predicate.OFFSET})

    cases = (
        Case(Predicate.OFFSET, "page.mapping", value="offset 24"),
        Case(Predicate.OFFSET, "PG_head", value="bit 6"),
        Case(Predicate.OFFSET, "PG_waiters", value="bit 7"),
        Case(Predicate.OFFSET, "folio._nr_pages", "page[1]+56"),
        Case(Predicate.OFFSET, "page.memcg_data", "struct page", value="last 8 bytes"),
        Case(Predicate.OFFSET, "page.compound_info", value="second word", kernel="7.1"),
        Case(Predicate.OFFSET, "page.flags", value="first member"),
        Case(Predicate.OFFSET, "page.memcg_data", value="last word"),
        Case(Predicate.OFFSET, "page.mapping", value="second word", verdict=VerdictKind.UNDECIDED),
        Case(Predicate.OFFSET, "page.mapping", value="second member", verdict=VerdictKind.UNDECIDED),
        Case(Predicate.OFFSET, "PG_head", value="bit 16", verdict=VerdictKind.REFUTED),
        Case(Predicate.OFFSET, "page.mapping", value="offset 32", verdict=VerdictKind.REFUTED),
        Case(
            Predicate.OFFSET,
            "folio._nr_pages",
            "struct page",
            value="last 8 bytes",
            condition="size 8",
            verdict=VerdictKind.CONDITIONAL,
        ),
        Case(Predicate.OFFSET, "page.mapping", value="the same cache line", verdict=VerdictKind.UNDECIDED),
    )

    def at(self, question: Question, layout: Layout) -> Finding | Unknown:
        subject, words = question.subject, question.words
        if subject.kind is Kind.FLAG:
            return self._bit(layout, subject, words, question.claim.quote.lower())
        if subject.kind is not Kind.MEMBER:
            return unnamed(subject, "member or flag")
        member = layout.find(subject.struct, subject.member)
        if isinstance(member, Unknown):
            return member
        nth = _NTH.search(words)
        if nth:
            whole = any(r.kind is Kind.STRUCT for r in question.objects)
            return self._nth(layout, member, nth[1], nth[2], whole)
        edge = _LAST.search(words) or _LAST.search(question.claim.quote.lower())
        if edge:
            return self._edge(question, layout, member, edge)
        return self._number(question, layout, member)

    def _bit(self, layout: Layout, flag: Ref, words: str, quote: str) -> Finding | Unknown:
        known = layout.flag(flag.text)
        stated = numbers(words)
        if known is None:
            return Unknown(f"{layout.kernel} has no {flag.text}")
        if len(stated) != 1 or not _BIT.search(f"{words} {quote}"):
            return Unknown("no bit number stated")
        text = f"{flag.text} is bit {known.bit} ({layout.kernel}, {layout.arch})"
        truth = Truth.TRUE if stated[0] == known.bit else Truth.FALSE
        return Finding(truth, text, self.fact(text, layout.source))

    def _number(self, question: Question, layout: Layout, member: Member) -> Finding | Unknown:
        words = question.words
        in_page = _IN_PAGE.search(words)
        size = layout.page_size
        page, start = divmod(member.offset, size) if member.struct == "folio" else (0, member.offset)
        text = f"{_spell(member, size)} ({layout.kernel}, {layout.arch})"
        if in_page:
            stated = (int(in_page[1]), int(in_page[2]))
            right = stated == (page, start) or (member.struct != "folio" and stated[1] == start)
            truth = Truth.TRUE if right else Truth.FALSE
            wrong_size = _STATED_SIZE.search(words)
            if truth is Truth.TRUE and wrong_size and int(wrong_size[1]) != member.size:
                truth, text = Truth.PARTLY, f"{text}; the size is {member.size}, not {wrong_size[1]}"
            return Finding(truth, text, self.fact(text, layout.source))
        plain = re.sub(r"page\[\d+\]", "", words)
        found = numbers(plain)
        if len(found) != 1 or not _UNIT.search(
            f"{question.claim.value} |" if question.claim.value else plain
        ):
            return Unknown("no offset stated")
        truth = Truth.TRUE if found[0] in (member.offset, start) else Truth.FALSE
        firm = "offset" in words or "offset" in question.claim.quote
        return Finding(truth, text, self.fact(text, layout.source), firm=firm)

    def _nth(self, layout: Layout, member: Member, number: str, noun: str, firm: bool) -> Finding | Unknown:
        """The second word of struct page, its first member; ``firm``: it is said of which struct."""
        whole = layout.struct(member.struct)
        if whole is None or (noun in ("member", "field") and number not in _ENDS):
            return Unknown(f"members of struct {member.struct} are not counted")
        word = layout.pointer_size
        size = layout.page_size if member.struct in OVERLAYS else whole.size
        start = member.offset % size
        wanted = size - word if number == "last" else _NTHS[number] * word
        text = f"{_spell(member, layout.page_size)} ({layout.kernel}, {layout.arch}); a word has {word} bytes"
        truth = Truth.TRUE if start == wanted else Truth.FALSE
        if noun in ("member", "field") and truth is Truth.FALSE:
            return Unknown(f"{text}; members are not counted")
        return Finding(truth, text, self.fact(text, layout.source), firm=firm)

    def _edge(
        self, question: Question, layout: Layout, member: Member, edge: re.Match[str]
    ) -> Finding | Unknown:
        count = _WORDS.get(edge[2]) or int(edge[2])
        whole = layout.struct("page")
        if whole is None:
            return Unknown(f"{layout.kernel} has no struct page")
        start = member.offset % whole.size if member.struct == "folio" else member.offset
        wanted = 0 if edge[1] == "first" else whole.size - count
        where = f"({layout.kernel}, {layout.arch})"
        text = f"{_spell(member, whole.size)}; struct page has {whole.size} bytes {where}"
        truth = Truth.TRUE if start == wanted else Truth.FALSE
        if truth is Truth.TRUE and member.size != count:
            truth = Truth.PARTLY
            text += f"; the place is right, the size is {member.size}, not {count}"
        return Finding(truth, text, self.fact(text, layout.source), firm=page_index(question.words) is None)


class SizeRule(LayoutRule):
    """``folio._nr_pages`` has 4 bytes; ``struct page`` has 64."""

    name = "size"
    predicates = frozenset({Predicate.SIZE})

    cases = (
        Case(Predicate.SIZE, "folio._nr_pages", value="4 bytes"),
        Case(Predicate.SIZE, "struct page", value="64 bytes"),
        Case(Predicate.SIZE, "page._refcount", value="32 bits"),
        Case(Predicate.SIZE, "page.lru", value="two pointers"),
        Case(Predicate.SIZE, "page.flags", value="one word"),
        Case(
            Predicate.SIZE,
            "page._refcount",
            value="one word",
            quote="page->_refcount is one word",
            verdict=VerdictKind.UNDECIDED,
        ),
        Case(Predicate.SIZE, "folio order", value="8 bits"),
        Case(Predicate.SIZE, "zone id", value="8 bits", verdict=VerdictKind.UNDECIDED),
        Case(Predicate.SIZE, "folio._nr_pages", value="8 bytes", verdict=VerdictKind.REFUTED),
        Case(Predicate.SIZE, "page.memcg_data", value="large", verdict=VerdictKind.UNDECIDED),
        Case(Predicate.SIZE, "dev_pagemap.type", value="bits 0-3", verdict=VerdictKind.UNDECIDED),
    )

    def at(self, question: Question, layout: Layout) -> Finding | Unknown:
        subject, words = question.subject, question.words
        stated = [_bits(number, unit, layout) for number, unit in _AMOUNT.findall(words)]
        if len(stated) != 1:
            return Unknown("no size stated in bytes or bits")
        amount = stated[0]
        if subject.kind is Kind.MEMBER:
            member = layout.find(subject.struct, subject.member)
            if isinstance(member, Unknown):
                return member
            size, name = (member.bit_size or member.size * 8), member.full_name
        elif subject.kind in (Kind.STRUCT, Kind.WORDS) and (whole := layout.struct(subject.text)) is not None:
            size, name = whole.size * 8, f"struct {whole.name}"
        elif packed := next((p for p in packed_quantities(subject.text) if p.bits), None):
            version = parse_version(layout.kernel)
            if version is None or not in_range(version, packed.kernels):
                return Unknown(f"no fact about the bits of {subject.text} in {layout.kernel}")
            size, name = packed.bits, subject.text
        else:
            return unnamed(subject, "member or struct")
        many = f"{size} bits" if size % 8 else f"{size // 8} bytes"
        text = f"{name} has {many} ({layout.kernel}, {layout.arch})"
        truth = Truth.TRUE if amount == size else Truth.FALSE
        plain = subject.kind in (Kind.MEMBER, Kind.STRUCT)
        exact = plain and not _WORD.search(words)  # a word has 4 bytes for some
        return Finding(truth, text, self.fact(text, layout.source), firm=exact)


def _bits(number: str, unit: str, layout: Layout) -> int:
    """An amount in bits: of bytes, of words as long as a pointer, or of bits."""
    count = _NUMBERS.get(number) or int(number)
    if unit.startswith("bit"):
        return count
    return count * 8 * (1 if unit.startswith("byte") else layout.pointer_size)


def _spell(member: Member, page_size: int) -> str:
    end = member.end - 1
    plain = f"{member.full_name} is {member.struct}+{member.offset}..{end}"
    if member.struct != "folio" or member.offset < page_size:
        return plain
    page, start = divmod(member.offset, page_size)
    return f"{plain} = page[{page}]+{start}..{start + member.size - 1}"
