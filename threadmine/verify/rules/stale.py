"""A member is stale in a page that was part of a larger folio before: that folio wrote other things there."""

from __future__ import annotations

import re

from threadmine.memmap import Layout
from threadmine.model import Polarity, Predicate, Unknown, VerdictKind
from threadmine.verify.layouts import LayoutRule
from threadmine.verify.refs import Kind, Ref
from threadmine.verify.rule import Case, Finding, Question, Truth

_STALE = re.compile(
    r"\b(?:stale|invalid|garbage|left-?overs?|corrupt\w*|clobber\w*|bogus|wrong|dangling)\b", re.I
)
_BEFORE = re.compile(
    r"\b(?:previous\w*|prior|earlier|former\w*|old|used to be|original(?:ly)?|re-?alloc\w*|re-?us\w+"
    r"|re-?init\w*"
    r"|was)\b",
    re.I,
)
_LARGER = re.compile(r"\b(?:tails?|large\w*|compound|orders?|sub-?pages?|folio)\b", re.I)
_PLACEHOLDER = re.compile(r"_(?:flags|head|refcount|mapcount|unused)_\w+")
"""Members of struct folio that only stand for what a tail page has there of its own."""

TAIL_WORDS = ("page.compound_head", "page.compound_info", "page.mapping", "page.private")
"""What prep_compound_tail() writes of every tail page."""


class StaleRule(LayoutRule):
    """``pgmap`` is invalid in a page that was a tail: its bytes held compound_head."""

    name = "stale"
    checks_limits = True
    predicates = frozenset({Predicate.STATE})

    cases = (
        Case(
            Predicate.STATE, "folio.pgmap", value="invalid", condition="page was a tail of an earlier folio"
        ),
        Case(
            Predicate.STATE, "page.memcg_data", value="stale", condition="page[1] of an earlier large folio"
        ),
        Case(Predicate.STATE, "folio.pgmap", value="invalid", verdict=VerdictKind.UNDECIDED),
        Case(
            Predicate.STATE,
            "folio.pgmap",
            value="invalid",
            condition="page was a tail of an earlier folio",
            polarity=Polarity.NEGATIVE,
            verdict=VerdictKind.UNDECIDED,
        ),
        Case(
            Predicate.STATE,
            "page._refcount",
            value="stale",
            condition="page was a tail of an earlier folio",
            verdict=VerdictKind.UNDECIDED,
        ),
    )

    def applies(self, question: Question) -> bool:
        claim = question.claim
        around = f"{claim.condition} {claim.quote}"
        stale = _STALE.search(claim.value) and question.subject.kind is Kind.MEMBER
        return bool(stale and _BEFORE.search(around) and _LARGER.search(around))

    def at(self, question: Question, layout: Layout) -> Finding | Unknown:
        if question.claim.polarity is Polarity.NEGATIVE:
            return Unknown("that a member is not stale is no fact about its place")
        subject = question.subject
        place = layout.place(subject.reference)
        if isinstance(place, Unknown) or not subject.overlays:
            return place if isinstance(place, Unknown) else Unknown(f"{subject.name} is not in a struct page")
        start, end = place.start, place.end
        for name in TAIL_WORDS:
            other = layout.place(name)
            if not isinstance(other, Unknown) and other.start < end and start < other.end:
                where = f"bytes {start}..{end - 1}, {layout.kernel}"
                text = f"in a tail page {name} lies over {subject.name} ({where})"
                return Finding(Truth.TRUE, text, self.fact(text, layout.source), firm=False)
        return self._later_pages(layout, subject, start, end)

    def _later_pages(self, layout: Layout, subject: Ref, start: int, end: int) -> Finding | Unknown:
        """A folio's members in its second and third page, over the same bytes of a page of its own."""
        shape = layout.struct("folio")
        for member in shape.members if shape is not None else ():
            page, at = divmod(member.offset, layout.page_size)
            if page == 0 or member.size > layout.page_size // 2 or member.name.startswith("__page"):
                continue
            if member.is_part or _PLACEHOLDER.fullmatch(member.name):
                continue
            if at < end and start < at + member.size:
                text = f"{member.full_name} lies over {subject.name} of page[{page}] ({layout.kernel})"
                return Finding(Truth.TRUE, text, self.fact(text, layout.source), firm=False)
        return Unknown(f"no member of a larger folio is known to lie over {subject.name}")
