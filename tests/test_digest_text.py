"""How a digest is cut so that it can be read: quiet series in a line, nothing twice, links to who quotes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.db.letters import ADA, REV, START, fresh_database, letter, mined, series
from threadmine.db.queries import Queries
from threadmine.db.store import Store
from threadmine.digest import Digest, digest
from threadmine.digest.block import Block, Kind
from threadmine.digest.items import Point, topics
from threadmine.digest.layout import blocks
from threadmine.model import (
    Access,
    ConcernState,
    Mined,
    Modality,
    Tense,
    VerdictKind,
)

WEEK = timedelta(days=7)
UNTIL = START + timedelta(days=30)


def made(queries: Queries, days: int = 7) -> Digest:
    return digest(queries, UNTIL - timedelta(days=days), UNTIL)


def section(found: Digest, heading: str) -> list[Block]:
    """The blocks below a heading."""
    every = list(blocks(found))
    start = next(n for n, block in enumerate(every) if block.text.startswith(heading))
    rest = every[start + 1 :]
    end = next((n for n, block in enumerate(rest) if block.kind is Kind.HEADING), len(rest))
    return rest[:end]


def asked(name: str, count: int, hours: float) -> list[Mined]:
    """A single patch and ``count`` questions about it that nobody answers, all at ``hours``."""
    patch, *_ = series(name, 1, hours=hours)[1:]
    replies = [
        letter(f"{name}-q{n}", [f"{name}-1"], hours=hours + 1 + n / 10, author=REV) for n in range(count)
    ]
    return [Mined(patch), *(replace(mined(mail), claims=(), verdicts=()) for mail in replies)]


def test_a_quiet_series_is_one_line_beside_one_that_moved(tmp_path: Path) -> None:
    with fresh_database(tmp_path) as database:
        store = Store(database)
        for n in range(6):
            store.store_thread(asked(f"old{n}", 12, 24.0 * n))
        store.store_thread(asked("fresh", 5, 24 * 28))
        lines = section(made(Queries(database)), "No reply yet")
    heads = [block for block in lines if block.kind is Kind.ITEM]
    assert len(heads) == 7 and [block.new for block in heads] == [False] * 6 + [True]
    points = [block for block in lines if block.kind is Kind.SUB]
    assert [block.new for block in points] == [True, True, True, False]
    assert points[-1].text == "... and 2 more"


def test_in_a_quiet_week_old_points_are_shown_again(tmp_path: Path) -> None:
    with fresh_database(tmp_path) as database:
        Store(database).store_thread(asked("old", 3, 24))
        lines = section(made(Queries(database)), "No reply yet")
    assert len([block for block in lines if block.kind is Kind.SUB]) == 3


def test_a_version_with_missing_patches_drops_no_member(tmp_path: Path) -> None:
    first = series("alpha", 2)
    second = series("alpha2", 2, version=2, hours=24 * 28)[:2]  # its second patch was not read
    touched = [("folio", "_nr_pages", Access.WRITE)]
    with fresh_database(tmp_path) as database:
        store = Store(database)
        store.store_thread([Mined(first[0]), Mined(first[1]), mined(first[2], touched=touched)])
        store.store_thread([Mined(second[0]), mined(second[1], touched=[("page", "mapping", Access.WRITE)])])
        text = " ".join(block.text for block in blocks(made(Queries(database))))
    assert "Only 1 of 2 patches in hand. Changes: page.mapping" in text
    assert "no longer" not in text


def test_what_only_a_quotation_shows_links_to_who_quotes_it(tmp_path: Path) -> None:
    first = letter("x", hours=None, author=ADA)
    first = replace(first, message_id="x@quoted.invalid", quoted_only=True)
    answer = letter("real", hours=24 * 25, author=REV)
    answer = replace(answer, in_reply_to=first.message_id, references=(first.message_id,))
    question = replace(mined(first), claims=(), verdicts=())
    with fresh_database(tmp_path) as database:
        Store(database).store_thread([question, Mined(answer)])
        (point,) = made(Queries(database)).unanswered
        lines = section(made(Queries(database)), "No reply yet")
    assert point.link == "https://lore.kernel.org/all/real@example.org/"
    assert point.date == answer.date
    shown = next(block for block in lines if block.kind is Kind.SUB)
    assert "(over 5d" in shown.text and shown.link == point.link


@pytest.mark.parametrize(
    ("cue", "modality", "told"),
    [
        ("will", Modality.ASSERTED, True),
        ("later", Modality.ASSERTED, False),
        ("will", Modality.CONDITIONAL, False),
    ],
)
def test_plans_are_what_people_announce(cue: str, modality: Modality, told: bool, tmp_path: Path) -> None:
    one = mined(letter("plan", hours=24 * 28), verdict=VerdictKind.PLANNED)
    claims = tuple(
        replace(claim, tense=Tense.PLANNED, modality=modality, inferred=(f"planned: “{cue}”",))
        for claim in one.claims
    )
    with fresh_database(tmp_path) as database:
        Store(database).store_thread([replace(one, claims=claims, concerns=())])
        assert bool(made(Queries(database)).plans) is told


def test_a_refuted_statement_stands_in_one_place(tmp_path: Path) -> None:
    mails = series("alpha", 1, hours=24 * 28)
    one = replace(mined(mails[1], verdict=VerdictKind.REFUTED), concerns=())
    with fresh_database(tmp_path) as database:
        Store(database).store_thread([Mined(mails[0]), one])
        every = list(blocks(made(Queries(database))))
    quote = one.claims[0].quote
    assert len([block for block in every if quote in block.text]) == 1
    assert any("1 statement refuted, see below." in block.text for block in every)


def test_points_of_a_series_stand_together_oldest_first(tmp_path: Path) -> None:
    with fresh_database(tmp_path) as database:
        store = Store(database)
        store.store_thread(asked("beta", 2, 48))
        store.store_thread(asked("alpha", 1, 24))
        points: list[Point] = list(made(Queries(database)).unanswered)
    found = topics(points)
    assert [(topic.title.split(":")[0], len(topic.points)) for topic in found] == [("alpha", 1), ("beta", 2)]
    assert found[0].about == ("folio._nr_pages",) and found[0].since < datetime(2026, 2, 1, tzinfo=UTC)  # type: ignore[operator] # dated
    assert {point.state for point in points} == {ConcernState.OPEN}
