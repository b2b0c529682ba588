"""A claim that is said again, in a later version or by a quotation, is one claim with several places."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from tests.db.letters import REV, START, fresh_database, letter, mined, series
from threadmine.asking import Asking
from threadmine.db.migrate import HEAD
from threadmine.db.queries import Queries
from threadmine.db.session import Database, open_database
from threadmine.db.store import Store
from threadmine.db.values import sameness
from threadmine.model import Message, Mined, Polarity, RowOrder, VerdictKind

SENTENCE = "compound_head and pgmap are the same bytes here"


def said(message: Message, quote: str = SENTENCE, verdict: VerdictKind = VerdictKind.CONFIRMED) -> Mined:
    one = mined(message, verdict=verdict)
    return replace(one, claims=tuple(replace(claim, quote=quote) for claim in one.claims))


def versions(count: int) -> list[Message]:
    """The first patch of several versions of a series, a day apart."""
    return [series(f"v{n}", 1, version=n, hours=24 * n)[1] for n in range(1, count + 1)]


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return fresh_database(tmp_path)


def test_ten_versions_are_one_row_with_ten_places(database: Database) -> None:
    mails = versions(10)
    Store(database).store_thread([said(mail) for mail in mails])
    queries = Queries(database)
    (row,) = queries.claims(once=True)
    assert row.claim.message_id == mails[-1].message_id  # newest first: the last one tells of all
    assert row.places == tuple(mail.message_id for mail in mails)
    (oldest,) = queries.claims(once=True, order=RowOrder.OLDEST)
    assert oldest.claim.message_id == mails[0].message_id and oldest.places == row.places
    every = queries.claims()
    assert len(every) == 10 and all(one.places == row.places for one in every)
    assert queries.claim(every[3].claim.id).places == row.places


def test_line_breaks_and_capitals_do_not_make_another_claim(database: Database) -> None:
    one, other = versions(2)
    Store(database).store_thread([said(one), said(other, f"{SENTENCE.upper()}.")])
    assert len(Queries(database).claims(once=True)) == 1


def test_what_differs_is_apart(database: Database) -> None:
    mails = versions(5)
    denied = said(mails[1])
    denied = replace(denied, claims=(replace(denied.claims[0], polarity=Polarity.NEGATIVE),))
    somebody = said(replace(mails[2], author=REV))
    Store(database).store_thread([
        said(mails[0]),
        denied,
        somebody,
        said(mails[3], "compound_head and pgmap are two things"),
        said(mails[4], verdict=VerdictKind.REFUTED),  # judged by another kernel: the reader must see both
    ])  # fmt: skip
    assert len(Queries(database).claims(once=True)) == 5


def test_limits_and_pages_count_claims_and_not_places(database: Database) -> None:
    first, second = versions(4), [letter(f"r{n}", hours=200 + n) for n in range(3)]
    Store(database).store_thread([said(mail) for mail in first])
    Store(database).store_thread([said(mail, f"sentence {n}") for n, mail in enumerate(second)])
    queries = Queries(database)
    every = queries.claims(once=True)
    assert len(every) == 4
    assert queries.claims(once=True, limit=2) == every[:2]
    assert queries.claims(once=True, limit=2, offset=2) == every[2:]
    asked = Asking(queries, f'"{SENTENCE}" OR "sentence 1"', START)
    assert [row.claim.id for row in asked.claims(once=True)] == [every[1].claim.id, every[3].claim.id]


def test_a_series_shows_its_own_place(database: Database) -> None:
    mails = versions(3)
    Store(database).store_thread([said(mail) for mail in mails])
    queries = Queries(database)
    (row,) = queries.claims(series=mails[0].message_id, once=True)
    assert row.claim.message_id == mails[0].message_id and len(row.places) == 3


def test_an_older_database_learns_it(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    script = (Path(__file__).with_name("frozen") / "0005.sql").read_text(encoding="utf-8")
    with sqlite3.connect(path) as connection:
        connection.executescript(script)
    connection.close()
    assert HEAD >= "0006"
    with open_database(str(path)) as opened, opened.read() as reading:
        names = dict(reading.exec_driver_sql("SELECT id, sameness FROM claims").all())
        rows = {row.claim.id: row.claim for row in Queries(opened).claims()}
    assert names and {own_id: sameness(claim) for own_id, claim in rows.items()} == names
