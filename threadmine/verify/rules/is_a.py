"""What a kind of page is: a slab page can be a compound page, a device private page is no LRU page."""

from __future__ import annotations

import re

from threadmine.memmap.layout import OVERLAYS
from threadmine.model import Polarity, Predicate, Unknown, VerdictKind
from threadmine.verify.kinds import PageKind, kind_of, kinds_in, relation, singular, sometimes
from threadmine.verify.layouts import layouts_for
from threadmine.verify.refs import Kind
from threadmine.verify.rule import Case, Finding, Question, Rule, Truth

_MAY = re.compile(r"\b(?:can|could|may|might|sometimes|some|possibl[ey])\b", re.I)
_NOT = re.compile(r"^(?:is |are )?(?:not|no|never) ")
_ORDER = re.compile(r"\border\b|\blarge\b|\bhigh[- ]order\b", re.I)
_BARE = re.compile(r"(?:an?|the|one|struct|real|actual|any|every|all|\s)*(?:page|folio)s?")
MAX_OTHER_WORDS = 4
"""Words beside those of the kind: "a page that nobody has initialised yet" is no plain page."""


class IsARule(Rule):
    """A slab page can be a compound page; an fsdax page is none before 6.15."""

    name = "kind"
    about_code = False
    checks_limits = True
    predicates = frozenset({Predicate.IS_A, Predicate.STATE, Predicate.VALID_FOR})

    cases = (
        Case(Predicate.IS_A, "slab page", "compound page", quote="slab pages can be compound pages"),
        Case(Predicate.IS_A, "slab page", "compound page", verdict=VerdictKind.CONDITIONAL),
        Case(Predicate.IS_A, "compound page", "folio", verdict=VerdictKind.CONDITIONAL),
        Case(Predicate.IS_A, "compound page", "high-order page"),
        Case(Predicate.IS_A, "ptdesc", "abstraction on top of pages"),
        Case(Predicate.IS_A, "fsdax huge page", "compound page", kernel="5.19", polarity=Polarity.NEGATIVE),
        Case(Predicate.IS_A, "device private page", "LRU page", polarity=Polarity.NEGATIVE),
        Case(Predicate.IS_A, "device private page", "LRU page", verdict=VerdictKind.UNDECIDED),
        Case(Predicate.IS_A, "net_iov", "struct page", polarity=Polarity.NEGATIVE),
        Case(Predicate.IS_A, "hugetlb folio", "driver page", verdict=VerdictKind.UNDECIDED),
        Case(Predicate.STATE, "hugetlb folios", value="not on the LRU"),
        Case(Predicate.STATE, "LRU folios", value="not on the LRU", verdict=VerdictKind.UNDECIDED),
        Case(Predicate.VALID_FOR, "hugetlb", "device-private pages", polarity=Polarity.NEGATIVE),
        Case(
            Predicate.VALID_FOR,
            "anonymous folios",
            "large folios",
            polarity=Polarity.NEGATIVE,
            verdict=VerdictKind.UNDECIDED,
        ),
        Case(Predicate.IS_A, "page", "folio", verdict=VerdictKind.UNDECIDED),
    )

    def find(self, question: Question, version: str) -> Finding | Unknown:
        claim = question.claim
        said = claim.object or claim.value
        denied = _NOT.match(said) is not None
        a, b = _plain_kind(claim.subject), _plain_kind(_NOT.sub("", said))
        if claim.predicate is Predicate.STATE and (a is None or question.subject.kind is not Kind.WORDS):
            return Unknown("no kind of page is told of another")
        if a is None or b is None:
            return Unknown("no two kinds of page named")
        if a is b:
            return Unknown("a kind of page compared with itself")
        if claim.predicate is Predicate.VALID_FOR:
            return self._never(question, a, b, version)
        if b.name == "overlay":
            return self._overlay(question, a, version)
        if (
            _MAY.search(claim.quote)
            and claim.polarity is Polarity.POSITIVE
            and sometimes(a.name, b.name, version)
        ):
            return self._found(Truth.TRUE, f"a {singular(a)} can be a {singular(b)}", version)
        known = relation(a.name, b.name, version)
        if known is not None and denied:
            known, b_name = not known, singular(b)
            text = f"a {singular(a)} is {'no' if known else 'a'} {b_name}"
            return self._found(Truth.TRUE if known else Truth.FALSE, text, version)
        if denied:
            return Unknown(f"no fact whether a {singular(a)} is no {singular(b)}")
        if known is not None:
            text = f"a {singular(a)} is {'a' if known else 'no'} {singular(b)}"
            return self._found(Truth.TRUE if known else Truth.FALSE, text, version)
        if sometimes(a.name, b.name, version) or sometimes(b.name, a.name, version):
            if _ORDER.search(claim.condition) and sometimes(a.name, b.name, version):
                return self._found(
                    Truth.TRUE, f"a {singular(a)} of such an order is a {singular(b)}", version
                )
            return self._found(
                Truth.PARTLY, f"some {singular(a)}s are {singular(b)}s, others are not", version
            )
        return Unknown(f"no fact whether a {singular(a)} is a {singular(b)}")

    def _never(self, question: Question, a: PageKind, b: PageKind, version: str) -> Finding | Unknown:
        """That the one does not work with the other: no page is of both kinds."""
        plain = {"page", "folio"} & {a.name, b.name}
        if (
            question.claim.polarity is Polarity.POSITIVE
            or plain
            or relation(a.name, b.name, version) is not False
        ):
            return Unknown(f"no fact that no {singular(a)} is a {singular(b)}")
        return self._found(Truth.FALSE, f"a {singular(a)} is no {singular(b)}", version)

    def _overlay(self, question: Question, a: PageKind, version: str) -> Finding | Unknown:
        for layout in layouts_for(question.model, version, "x86-64")[:1]:
            if a.struct in OVERLAYS and layout.struct(a.struct) is not None:
                text = f"struct {a.struct} lies over struct page ({layout.kernel})"
                return Finding(Truth.TRUE, text, self.fact(text, layout.source), firm=False)
        return Unknown(f"no fact that a {singular(a)} is described by a struct over struct page")

    def _found(self, truth: Truth, text: str, version: str) -> Finding:
        return Finding(truth, f"{text} ({version})", self.fact(text, f"kinds {version}"), firm=False)


def _plain_kind(words: str) -> PageKind | None:
    """The kind that words name, if they say little else."""
    found = kind_of(words)
    if found is None:
        return None
    if len(kinds_in(words)) > 2 or "{" in words:
        return None
    if found.name in ("page", "folio") and not _BARE.fullmatch(words.lower()):
        return None
    longest = max((len(w.split()) for w in found.words if w in words.lower()), default=1)
    return found if len(words.split()) - longest <= MAX_OTHER_WORDS else None
