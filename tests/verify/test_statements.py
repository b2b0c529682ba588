"""How much of what people say of mm the facts decide: statements of our own about many parts of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zlib import crc32

import pytest

from threadmine import memmap
from threadmine.model import (
    Claim,
    Message,
    Modality,
    Origin,
    Person,
    Polarity,
    Predicate,
    Subject,
    Tense,
    Verdict,
    VerdictKind,
)
from threadmine.verify.engine import judge

EXPECTED = {"T": VerdictKind.CONFIRMED, "F": VerdictKind.REFUTED, "D": VerdictKind.CONDITIONAL}
DECIDED = 0.81
"""The share of these statements that is decided; it may grow."""

WIDE, HELD = 0.78, 0.76
"""The same of statements_wide.txt: of those that rules were made with, and of the third held aside."""

USERS, USERS_HELD = 0.85, 0.78
"""The same of statements_users.txt."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A line of statements.txt."""

    kernel: str
    claim: Claim
    expected: VerdictKind

    def verdict(self) -> Verdict:
        claim = self.claim
        message = Message(
            "statement@example.org",
            Subject("", ""),
            claim.author,
            claim.date,
            f"{claim.quote}\n",
            Origin("test"),
        )
        return judge(claim, message, memmap.load(), kernel=self.kernel)


def statements(name: str = "statements.txt") -> Iterator[Statement]:
    text = Path(__file__).with_name(name).read_text(encoding="utf-8")
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        kernel, predicate, subject, target, value, condition, sign, expected, quote = (
            part.strip() for part in line.split("|", 8)
        )
        claim = Claim(
            id="c",
            message_id="statement@example.org",
            author=Person("Mia Example", "mia@example.org"),
            date=datetime(2026, 1, 5, tzinfo=UTC),
            quote=quote,
            start=0,
            end=len(quote),
            predicate=Predicate(predicate),
            subject=subject,
            object=target,
            value=value,
            condition=condition,
            polarity=Polarity.NEGATIVE if sign == "-" else Polarity.POSITIVE,
            modality=Modality.ASSERTED,
            tense=Tense.PRESENT,
        )
        yield Statement(kernel, claim, EXPECTED[expected])


def held_aside(statement: Statement) -> bool:
    """Whether a wide statement is of the third that nobody looks at while making rules."""
    return crc32(statement.claim.quote.encode()) % 3 == 0


@pytest.fixture(scope="module")
def judged() -> list[tuple[Statement, Verdict]]:
    return [(statement, statement.verdict()) for statement in statements()]


@pytest.fixture(scope="module")
def judged_widely() -> list[tuple[Statement, Verdict]]:
    return [(statement, statement.verdict()) for statement in statements("statements_wide.txt")]


@pytest.fixture(scope="module")
def judged_users() -> list[tuple[Statement, Verdict]]:
    return [(statement, statement.verdict()) for statement in statements("statements_users.txt")]


@pytest.mark.parametrize(("held", "share"), [(False, WIDE), (True, HELD)])
def test_most_wide_statements_are_decided(
    judged_widely: list[tuple[Statement, Verdict]], held: bool, share: float
) -> None:
    meant = [verdict for statement, verdict in judged_widely if held_aside(statement) is held]
    decided = [verdict for verdict in meant if verdict.kind is not VerdictKind.UNDECIDED]
    assert len(decided) >= share * len(meant)


@pytest.mark.parametrize(("held", "share"), [(False, USERS), (True, USERS_HELD)])
def test_most_statements_about_users_are_decided(
    judged_users: list[tuple[Statement, Verdict]], held: bool, share: float
) -> None:
    meant = [verdict for statement, verdict in judged_users if held_aside(statement) is held]
    decided = [verdict for verdict in meant if verdict.kind is not VerdictKind.UNDECIDED]
    assert len(decided) >= share * len(meant)


def test_no_statement_is_decided_wrongly(
    judged: list[tuple[Statement, Verdict]],
    judged_widely: list[tuple[Statement, Verdict]],
    judged_users: list[tuple[Statement, Verdict]],
) -> None:
    wrong = [
        (statement.claim.quote, verdict.kind, verdict.reason)
        for statement, verdict in (*judged, *judged_widely, *judged_users)
        if verdict.kind is not VerdictKind.UNDECIDED and verdict.kind is not statement.expected
    ]
    assert not wrong


def test_most_statements_are_decided(judged: list[tuple[Statement, Verdict]]) -> None:
    decided = [1 for _, verdict in judged if verdict.kind is not VerdictKind.UNDECIDED]
    assert len(decided) >= DECIDED * len(judged)


def test_wrong_statements_are_called_wrong(judged: list[tuple[Statement, Verdict]]) -> None:
    missed = [
        (statement.claim.quote, verdict.reason)
        for statement, verdict in judged
        if statement.expected is VerdictKind.REFUTED and verdict.kind is not VerdictKind.REFUTED
    ]
    assert not missed
