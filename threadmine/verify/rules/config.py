"""A member is there only with an option: ``page.memcg_data`` with CONFIG_MEMCG."""

from __future__ import annotations

import re

from threadmine.errors import ModelError
from threadmine.memmap import Layout
from threadmine.memmap.ask import depends_on
from threadmine.model import Polarity, Predicate, Unknown, VerdictKind
from threadmine.verify.refs import Kind
from threadmine.verify.rule import Case, Finding, Question, Rule, Truth

_OPTION = re.compile(r"(!|\bnot |\bwithout |\bno )?\bCONFIG_([A-Z0-9_]{2,60})\b")
_BARE = re.compile(r"\b([A-Z][A-Z0-9]*_[A-Z0-9_]{3,60}|MEMCG|KMSAN)\b")
_HIDDEN = re.compile(
    r"\b(?:hidden|only (?:there|present|available|defined|visible)|conditional|guarded|depends?)\b"
    r"[^.;,]{0,12}\b(?:behind|under|by|on|with|inside) (?:an? |some |the )?"
    r"(?:#?ifdefs?|k?config(?:uration)?s?(?: options?| symbols?)?|options?)\b"
    r"|\b(?:behind|under) an? (?:#?ifdef|k?config(?: option| symbol)?)\b",
    re.I,
)
"""That an option decides whether a member is there, without the option's name."""

_THERE = re.compile(
    r"\bmember of\b"
    r"|\b(?:only|just) (?:there|present|exists?|available|defined|declared|compiled in|visible)\b"
    r"|\b(?:exists?|there|present|available|defined|declared) only\b|\bhidden (?:behind|under)\b",
    re.I,
)

_ONLY = re.compile(r"\b(?:only|behind|hidden|depends?|under|guarded|ifdef\w*|#if\w*|if|with|when)\b", re.I)


class ConfigRule(Rule):
    """``page.memcg_data`` is there with CONFIG_MEMCG only."""

    name = "option"
    checks_limits = True
    predicates = frozenset({Predicate.MEMBER_OF, Predicate.STATE, Predicate.IS_A, Predicate.OTHER})

    cases = (
        Case(
            Predicate.MEMBER_OF, "page.memcg_data", condition="CONFIG_MEMCG", quote="hidden behind a Kconfig"
        ),
        Case(
            Predicate.MEMBER_OF,
            "page.memcg_data",
            "struct page",
            quote="memcg_data is a member of struct page only with CONFIG_MEMCG",
        ),
        Case(
            Predicate.MEMBER_OF,
            "page.mapping",
            quote="mapping is a member of struct page only with CONFIG_MEMCG",
            condition="CONFIG_MEMCG",
            verdict=VerdictKind.UNDECIDED,
        ),
        Case(Predicate.STATE, "page.memcg_data", value="hidden behind a Kconfig option"),
        Case(Predicate.OTHER, "page.memcg_data", quote="memcg_data is only there with CONFIG_MEMCG"),
        Case(Predicate.STATE, "page.mapping", value="behind an #ifdef", verdict=VerdictKind.UNDECIDED),
        Case(
            Predicate.STATE,
            "page.memcg_data",
            value="0",
            quote="memcg_data is 0 with CONFIG_MEMCG",
            verdict=VerdictKind.UNDECIDED,
        ),
    )

    def applies(self, question: Question) -> bool:
        claim = question.claim
        member = question.subject.kind is Kind.MEMBER and question.subject.overlays
        if member and _HIDDEN.search(claim.value or claim.quote):
            return True
        if claim.predicate is not Predicate.MEMBER_OF and not _THERE.search(f"{claim.value} {claim.quote}"):
            return False
        said = _OPTION.search(f"{claim.condition} {claim.quote}") or _BARE.search(claim.condition)
        return member and said is not None and _ONLY.search(f"{claim.condition} {claim.quote}") is not None

    def find(self, question: Question, version: str) -> Finding | Unknown:
        claim, subject = question.claim, question.subject
        if claim.polarity is Polarity.NEGATIVE:
            return Unknown("that a member is missing with an option is not looked at")
        said = _OPTION.search(f"{claim.condition} {claim.quote}")
        bare = _BARE.search(claim.condition)
        if said is not None and said[1]:
            return Unknown("that a member is there without an option is not looked at")
        option = said[2] if said is not None else bare[1] if bare is not None else ""
        any_option = not option and _HIDDEN.search(claim.value or claim.quote) is not None

        def has(layout: Layout) -> bool:
            return layout.member(subject.struct, subject.member) is not None

        try:
            changing = depends_on(question.model, version, "x86-64", has)
        except ModelError as error:
            return Unknown(str(error))
        gone = [name for name, value, there in changing if not value and not there]
        if option in gone or (any_option and gone):
            option = option or gone[0]
            text = f"{subject.name} is gone without CONFIG_{option} ({version})"
            return Finding(Truth.TRUE, text, self.fact(text, f"layout {version} not {option}"), firm=False)
        return Unknown(f"no fact that {subject.name} depends on CONFIG_{option}")
