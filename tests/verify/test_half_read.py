"""Rows that were read by half: what the facts say of them all the same, and what they must not say."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest

from threadmine import memmap
from threadmine.model import Claim, Message, Modality, Person, Polarity, Predicate, Tense, Verdict
from threadmine.verify.asking import message_of
from threadmine.verify.engine import judge

WRITTEN = datetime(2026, 1, 5, tzinfo=UTC)
RIGHT, HELD = 0.95, 0.78
"""The share of the rows that get what they should; of the third held aside."""


def _rows() -> list[dict[str, Any]]:
    text = Path(__file__).with_name("half_read.toml").read_text(encoding="utf-8")
    return list(tomllib.loads(text)["rows"])


def _message(row: dict[str, Any]) -> Message:
    body = row.get("body", f"{row['quote']}\n").lstrip("\n")
    return replace(message_of(body, WRITTEN), author=Person("Mia Example", "mia@example.org"))


def _claim(row: dict[str, Any], message: Message) -> Claim:
    predicate, subject, target, value, condition, sign = (part.strip() for part in row["row"].split("|"))
    start = message.body.find(row["quote"])
    assert start >= 0, row["quote"]
    return Claim(
        id="c",
        message_id=message.message_id,
        author=message.author,
        date=WRITTEN,
        quote=row["quote"],
        start=start,
        end=start + len(row["quote"]),
        predicate=Predicate(predicate),
        subject=subject,
        object=target,
        value=value,
        condition=condition,
        polarity=Polarity.NEGATIVE if sign == "-" else Polarity.POSITIVE,
        modality=Modality(row.get("modality", "asserted")),
        tense=Tense(row.get("tense", "present")),
        inferred=tuple(row.get("inferred", ())),
    )


def verdict_of(row: dict[str, Any]) -> Verdict:
    message = _message(row)
    return judge(_claim(row, message), message, memmap.load(), kernel=row["kernel"])


def held_aside(row: dict[str, Any]) -> bool:
    """Whether a row is of the third that nobody looks at while making rules."""
    return crc32(row["quote"].encode()) % 3 == 0


def as_wanted(row: dict[str, Any], verdict: Verdict) -> bool:
    decided = verdict.kind.value in ("confirmed", "refuted", "conditional")
    return not decided if row["want"] == "left" else verdict.kind.value == row["want"]


@pytest.mark.parametrize(("held", "share"), [(False, RIGHT), (True, HELD)])
def test_most_rows_get_what_they_should(held: bool, share: float) -> None:
    rows = [row for row in _rows() if held_aside(row) is held]
    assert sum(as_wanted(row, verdict_of(row)) for row in rows) >= share * len(rows)


def test_no_row_is_decided_wrongly() -> None:
    wrong = []
    for row in _rows():
        verdict = verdict_of(row)
        if verdict.kind.value in ("confirmed", "refuted") and verdict.kind.value != row["want"]:
            wrong.append((row["quote"], verdict.kind, verdict.reason))
    assert not wrong
