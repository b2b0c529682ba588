"""What a member is like for a kind of page at a point of its life: the count of an idle device page."""

from __future__ import annotations

import re
from dataclasses import replace

from threadmine.memmap.versions import in_range, parse_version
from threadmine.model import Polarity, Predicate, Unknown, VerdictKind
from threadmine.verify.kinds import PageKind, StateFact, kind, kinds_in, states
from threadmine.verify.refs import Kind, Ref
from threadmine.verify.rule import Case, Finding, Question, Rule, Truth

MAX_VALUE_WORDS = 8
PARAGRAPH = 800
"""Characters before a sentence in which its paragraph is looked for."""

_PARAGRAPH = re.compile(r"\n[ \t>]*\n|\n>[^\n]*")


class LifecycleRule(Rule):
    """A free device private page has a count of 1 up to 6.0, and of 0 since."""

    name = "life"
    about_code = False
    checks_limits = True
    predicates = frozenset({Predicate.STATE, Predicate.REQUIRES})

    cases = (
        Case(
            Predicate.STATE, "page._refcount", value="1", condition="free device private page", kernel="5.19"
        ),
        Case(
            Predicate.STATE,
            "page._refcount",
            value="1",
            condition="free device private page",
            verdict=VerdictKind.UNDECIDED,
        ),
        Case(
            Predicate.STATE,
            "page._refcount",
            value="one extra reference",
            condition="device private page in use",
            polarity=Polarity.NEGATIVE,
        ),
        Case(Predicate.STATE, "page.lru", value="unused", condition="ZONE_DEVICE page"),
        Case(Predicate.STATE, "page._refcount", value="always 0", condition="tail pages"),
        Case(Predicate.STATE, "page.flags", "PG_lru", value="not set yet", condition="isolated page"),
        Case(Predicate.STATE, "page.private", value="0", condition="tail page", kernel="6.12"),
        Case(
            Predicate.STATE,
            "page.mapping",
            value="not NULL",
            condition="page in the buddy allocator",
            verdict=VerdictKind.UNDECIDED,
        ),
        Case(
            Predicate.STATE, "page._refcount", value="3", condition="tail page", verdict=VerdictKind.UNDECIDED
        ),
        Case(Predicate.STATE, "page._refcount", value="0", verdict=VerdictKind.UNDECIDED),
        Case(Predicate.REQUIRES, "page pool pages", "page.pp_magic", value="PP_SIGNATURE"),
        Case(
            Predicate.REQUIRES, "page pool pages", "page.pp_magic", value="0", verdict=VerdictKind.UNDECIDED
        ),
    )

    def applies(self, question: Question) -> bool:
        claim = question.claim
        if claim.predicate is Predicate.REQUIRES:  # what such pages must have is what they have
            said = question.subject.kind is Kind.WORDS and claim.polarity is Polarity.POSITIVE
            return said and bool(_special(kinds_in(claim.subject)) or "free" in claim.subject)
        return any(_members(question))

    def find(self, question: Question, version: str) -> Finding | Unknown:
        claim = question.claim
        subject = claim.subject if question.subject.kind is Kind.WORDS else ""
        said = f"{claim.condition} | {subject} | {claim.value}".lower()
        value = claim.value.lower() or (claim.object.lower() if question.object.kind is Kind.WORDS else "")
        if not value or len(value.split()) > MAX_VALUE_WORDS:
            return Unknown("no state of a member is said")
        kinds = kinds_in(said)
        if all(kind.name in ("page", "folio") for kind in kinds):
            kinds += _only_kind(claim.quote)  # "the page" of a sentence about one kind is of that kind
        around = () if _special(kinds) else _around(question)
        members = _members(question)
        for fact in states():
            if not any(_is_member(ref, fact.member) for ref in members):
                continue
            told = _says(value, fact.values)
            quote = claim.quote.lower() if _named_apart(fact, claim.quote) else ""
            meant = self._matches(fact, kinds, said, quote)
            if told is None or not (
                meant or (fact.when and told and self._matches(fact, around, said, quote))
            ):
                continue
            answer = self._in_kernel(fact, version)
            if (
                answer is not None
                and claim.predicate is Predicate.REQUIRES
                and answer.truth is not Truth.TRUE
            ):
                continue
            if answer is not None and not meant and answer.truth is not Truth.TRUE:
                continue  # what kind it is was taken from around the sentence: good enough to confirm
            if answer is not None:
                twice = claim.polarity is Polarity.NEGATIVE  # the word of denial has made the claim negative
                return answer if told or twice else replace(answer, truth=answer.truth.opposite)
        return Unknown("no fact about that state of such a page")

    @staticmethod
    def _matches(fact: StateFact, kinds: tuple[PageKind, ...], said: str, quote: str) -> bool:
        meant = [k for k in kinds if k.name in fact.kinds or fact.kinds & k.part_of]
        if not meant:
            return False
        return not fact.when or any(_stands_in(word, said) or _stands_in(word, quote) for word in fact.when)

    def _in_kernel(self, fact: StateFact, version: str) -> Finding | None:
        parsed = parse_version(version)
        if parsed is None:
            return None
        evidence = self.fact(fact.fact, fact.source)
        if in_range(parsed, fact.kernels):
            return Finding(Truth.TRUE, f"{fact.fact} ({version})", evidence, firm=False)
        if fact.not_kernels and in_range(parsed, fact.not_kernels):
            return Finding(Truth.FALSE, f"{fact.fact} ({version})", evidence, firm=False)
        return None


def _named_apart(fact: StateFact, quote: str) -> bool:
    """Whether a sentence names a flag as one: that "the page is locked" says by itself of no locked page."""
    circular = fact.member.startswith("PG_") and fact.member.removeprefix("PG_") in fact.when
    return not circular or not quote or _AS_FLAG.search(quote) is not None


def _stands_in(word: str, text: str) -> bool:
    """Whether a word (or one that begins with it) stands in a text, not as a part of a name."""
    return word in text and re.search(rf"(?<!\w){re.escape(word)}", text) is not None


def _only_kind(quote: str) -> tuple[PageKind, ...]:
    """The kind of page that a sentence is about: none where it speaks of several."""
    found = tuple(kind for kind in kinds_in(quote) if kind.name in ("page", "folio") or not kind.user)
    special = tuple(kind for kind in found if kind.name not in ("page", "folio"))
    wider = {name for kind in special for name in kind.part_of}
    special = tuple(kind for kind in special if kind.name not in wider)
    return (special or found) if len(special) <= 1 else ()


def _special(kinds: tuple[PageKind, ...]) -> tuple[PageKind, ...]:
    """Those that are more than a page or folio.

    "Free pages" are the buddy allocator's only where nothing else is spoken of.
    """
    return tuple(kind for kind in kinds if kind.name not in ("page", "folio", "buddy"))


def _around(question: Question) -> tuple[PageKind, ...]:
    """What kind of page a sentence that names none is about: its paragraph's, its mail's, its member's."""
    claim, body = question.claim, question.message.body
    before = body[max(0, claim.start - PARAGRAPH) : claim.start]
    paragraph = _PARAGRAPH.split(before)[-1]
    own = tuple(kind(ref.struct) for ref in _members(question) if ref.struct in ("page", "folio"))
    title = question.message.subject.title
    return (*(_special(_only_kind(paragraph)) or _special(_only_kind(title))), *own)


def _members(question: Question) -> list[Ref]:
    """The member, or the flag and its word, whose state is told."""
    return [r for r in (*question.subjects, *question.objects) if r.kind in (Kind.MEMBER, Kind.FLAG)]


def _is_member(ref: Ref, member: str) -> bool:
    return ref.text == member if ref.kind is Kind.FLAG else ref.member == member


_AS_FLAG = re.compile(r"\bPG_\w|\bPage[A-Z]\w|_test_\w|\b(?:flag|bit)\b")
_DENIED = re.compile(r"\b(?:not|never|no|non|isn't|aren't|without|neither|nor|un)[ -](?:\w+ ){0,3}$")
"""What stands before a word of state that it is not in: "not yet set"."""


def _says(value: str, words: tuple[str, ...]) -> bool | None:
    """Whether a value says one of the words (True), or denies it ("not NULL": False); None for neither."""
    denied = None
    for word in words:
        found = re.search(rf"(?<![\w.-]){re.escape(word)}(?![\w.])", value) if word in value else None
        if found is not None and not _DENIED.search(value[: found.start()]):
            return True
        denied = False if found is not None else denied
    return denied
