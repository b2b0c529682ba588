"""A page is freed when its count drops to 0: what a sentence says of that moment, of any sort of page."""

from __future__ import annotations

import re

from threadmine.model import Polarity, Predicate, Unknown, VerdictKind
from threadmine.verify.refs import Kind
from threadmine.verify.rule import Case, Finding, Question, Rule, Truth

_DROPS = re.compile(
    r"\b(?:ref ?counts?|reference counts?|page counts?|_refcount|references?)\b[^.;:,]{0,24}?"
    r"\b(?:drop\w*|go(?:es)?|went|fall\w*|gets?|reach\w*|hits?|becomes?) ?(?:down )?(?:to )?(?:zero|0)\b",
    re.I,
)
_FREED = re.compile(r"\b(?:freed|frees?|freeing|released?|(?:page|folio)_free|returned|given back)\b", re.I)
_IDLE = re.compile(
    r"\b(?:dax|fsdax|devdax|devmap|idle|frozen|freez\w+|not|never|no|without|instead|would|should|could)\b|n['’]t\b",
    re.I,
)
"""Pages that were idle at 1 for long, counts that are 0 for other reasons, and denials."""

_ZERO = re.compile(r"\b(?:zero|0)\b", re.I)


class FreedRule(Rule):
    """ "They are freed when their refcount drops to zero"."""

    name = "freed"
    predicates = frozenset({Predicate.STATE, Predicate.REQUIRES})
    kernel_free = True
    about_code = False

    cases = (
        Case(
            Predicate.STATE,
            "page._refcount",
            value="zero",
            condition="when it is freed",
            quote="The page is freed when its refcount drops to zero.",
        ),
        Case(
            Predicate.STATE,
            "page._refcount",
            value="0",
            quote="fsdax pages are freed when the refcount drops to 0.",
            kernel="5.19",
            verdict=VerdictKind.UNDECIDED,
        ),
        Case(
            Predicate.STATE,
            "page._refcount",
            value="1",
            quote="The page is freed when its refcount drops to zero.",
            verdict=VerdictKind.UNDECIDED,
        ),
    )

    def applies(self, question: Question) -> bool:
        claim = question.claim
        counts = any(
            ref.kind is Kind.MEMBER and ref.member == "_refcount"
            for ref in (*question.subjects, *question.objects)
        )
        said = claim.polarity is Polarity.POSITIVE and _ZERO.search(claim.value) is not None
        return counts and said and _DROPS.search(claim.quote) is not None

    def find(self, question: Question, version: str) -> Finding | Unknown:
        quote = question.claim.quote
        if not _FREED.search(quote) or _IDLE.search(quote):
            return Unknown("no page is said to be freed by that")
        text = "a page is freed when its reference count drops to 0"
        return Finding(Truth.TRUE, text, self.fact(text, "include/linux/mm.h put_page_testzero"), firm=False)
