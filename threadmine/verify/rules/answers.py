"""What a function answers for a kind of page: ``folio_mapping()`` gives NULL for slabs.

The fact is a conditional return, ``return NULL`` behind the test that tells the kind.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from threadmine.memmap.calls import Guard
from threadmine.memmap.effects import flag_operation
from threadmine.model import Polarity, Predicate, Unknown, VerdictKind
from threadmine.verify.kinds import kinds_in
from threadmine.verify.refs import Kind, unnamed
from threadmine.verify.rule import Case, Finding, Question, Rule, Truth
from threadmine.verify.tables import tests_of

_RESULT = re.compile(r"(?<![\w.>-])(NULL|true|false|-E[A-Z]{2,}|0|zero|-?[1-9]\d?)(?![\w.])")
_SAME = {"zero": ("0",), "NULL": ("NULL", "ERR_PTR(0)"), "0": ("0", "false"), "false": ("false", "0")}
_NOT = re.compile(r"\b(?:not|no|non|without|unless|except|never|isn't|aren't)\b", re.I)
MAX_WORDS = 8


class AnswerRule(Rule):
    """``folio_mapping()`` returns NULL for a slab folio."""

    name = "answer"
    told_as_order = True
    predicates = frozenset({Predicate.EQUALS, Predicate.OTHER, Predicate.STATE})

    cases = (
        Case(Predicate.EQUALS, "folio_mapping", "NULL", condition="slab folio", kernel="6.12"),
        Case(Predicate.EQUALS, "folio_mapping", value="NULL", condition="for slab pages", kernel="6.12"),
        Case(
            Predicate.EQUALS,
            "folio_mapping",
            "NULL",
            condition="hugetlb folio",
            kernel="6.12",
            verdict=VerdictKind.UNDECIDED,
        ),
        Case(
            Predicate.EQUALS,
            "folio_mapping",
            "NULL",
            condition="not a slab folio",
            kernel="6.12",
            verdict=VerdictKind.UNDECIDED,
        ),
        Case(
            Predicate.EQUALS,
            "folio_mapping",
            "NULL",
            condition="slab folio",
            kernel="6.12",
            polarity=Polarity.NEGATIVE,
            verdict=VerdictKind.UNDECIDED,
        ),
    )

    def applies(self, question: Question) -> bool:
        return question.subject.kind is Kind.FUNCTION and bool(_stated(question))

    def find(self, question: Question, version: str) -> Finding | Unknown:
        subject, wanted = question.subject, _stated(question)
        if subject.kind is not Kind.FUNCTION:
            return unnamed(subject, "function")
        tests = _tests(question)
        if not wanted or not tests:
            return Unknown("no constant is told that it returns for a kind of page")
        facts = question.code.function(subject.text, version)
        if isinstance(facts, Unknown):
            return facts
        guard = _guard(facts.guards, tests, _SAME.get(wanted, (wanted,)))
        if guard is None:
            return Unknown(f"no return of {wanted} for that is known in {subject.text}() ({facts.kernel})")
        text = f"{subject.text}() has a {guard.effect} if {guard.test} ({facts.kernel})"
        return Finding(Truth.TRUE, text, self.fact(text, facts.source), firm=False)


def _stated(question: Question) -> str:
    """The constant that object or value say it is, or the empty text."""
    claim = question.claim
    for words in (claim.object, claim.value):
        found = _RESULT.search(words)
        if found is not None and len(words.split()) <= MAX_WORDS and not _NOT.search(words):
            return found[1]
    return ""


def _tests(question: Question) -> frozenset[str]:
    """The tests that tell the kind of page or the flag of the condition; none where it denies one."""
    said = question.claim.condition or question.claim.value
    if _NOT.search(said):
        return frozenset()
    found = {test for kind in kinds_in(said) for test in (*kind.tests, *_by_words(kind.words))}
    for name in re.findall(r"\b(?:folio_test_\w+|Page[A-Z]\w+|is_\w+_page|folio_is_\w+)\b", said):
        found.add(name)
    for flag in re.findall(r"\bPG_\w+", said):
        low = flag.removeprefix("PG_")
        camel = "".join(part.capitalize() for part in low.split("_"))
        found |= {f"folio_test_{low}", f"Page{camel}"}
    return frozenset(found)


def _by_words(words: Iterable[str]) -> set[str]:
    return {test for word in words for test in tests_of(word)}


def _guard(guards: Iterable[Guard], tests: frozenset[str], results: tuple[str, ...]) -> Guard | None:
    """The conditional return of one of some results behind one of some tests that came out true."""
    for guard in guards:
        name = guard.test.removesuffix("()")
        known = name in tests or (flag_operation(name) is not None and name in tests)
        if known and guard.effect in {f"return {result}" for result in results}:
            return guard
    return None
