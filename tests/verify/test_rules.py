"""Tests made from the cases that each rule carries (Fixit's way): one test a case."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from threadmine import memmap
from threadmine.model import Claim, Message, Origin, Person, Polarity, Predicate, Subject, VerdictKind
from threadmine.parse.diff import parse_patch
from threadmine.verify.engine import judge
from threadmine.verify.rule import Case, Rule, Trace
from threadmine.verify.rules import RULES

AUTHOR = Person("Ada Example", "ada@example.org")
WHEN = datetime(2026, 3, 1, tzinfo=UTC)


def question_of(case: Case) -> tuple[Claim, Message]:
    """A claim and the mail it stands in, from a rule's case."""
    verb = {Predicate.OFFSET: "is at", Predicate.SIZE: "has"}.get(case.predicate, str(case.predicate))
    says = f"does not {verb}" if case.polarity is Polarity.NEGATIVE else verb
    quote = case.quote or f"{case.subject} {says} {case.object} {case.value}".replace("_of", " of struct")
    body = case.body or quote
    message = Message(
        message_id="case@example.org",
        subject=Subject("[PATCH] mm: example", "mm: example"),
        author=AUTHOR,
        date=WHEN,
        body=body,
        origin=Origin("case"),
        patch=parse_patch(case.body) if case.body else None,
    )
    claim = Claim(
        id="c1",
        message_id=message.message_id,
        author=AUTHOR,
        date=WHEN,
        quote=quote,
        start=0,
        end=len(quote),
        predicate=case.predicate,
        subject=case.subject,
        object=case.object,
        value=case.value,
        condition=case.condition,
        polarity=case.polarity,
        modality=case.modality,
        tense=case.tense,
    )
    return claim, message


def every_case() -> list[object]:
    return [
        pytest.param(rule, case, id=f"{rule.name}-{number}-{case.subject.split(',')[0]}")
        for rule in RULES
        for number, case in enumerate(rule.cases)
    ]


@pytest.mark.parametrize(("rule", "case"), every_case())
def test_case(rule: Rule, case: Case) -> None:
    claim, message = question_of(case)
    trace = Trace()
    verdict = judge(claim, message, memmap.load(), kernel=case.kernel, trace=trace)
    assert verdict.kind is case.verdict, verdict.reason
    if verdict.kind in (VerdictKind.CONFIRMED, VerdictKind.REFUTED, VerdictKind.CONDITIONAL):
        assert verdict.evidence, "a verdict without a fact"
        assert {e.rule for e in verdict.evidence} == {rule.name}
        assert all(e.fact and e.source for e in verdict.evidence)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_every_rule_has_a_case_it_decides_and_one_it_leaves(rule: Rule) -> None:
    kinds = {case.verdict for case in rule.cases}
    assert kinds & {VerdictKind.CONFIRMED, VerdictKind.REFUTED}
    assert len(kinds) > 1


def test_rule_names_are_unique() -> None:
    names = [rule.name for rule in RULES]
    assert len(set(names)) == len(names)
