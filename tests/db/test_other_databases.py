"""Another kind of database than SQLite: the same rows and answers.

Needs an empty one: THREADMINE_TEST_URL=postgresql+psycopg://user@host/name. It is left full.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.db.letters import dump, fresh_database, letter, mined, rich_letter, series
from threadmine import pipeline
from threadmine.db.queries import Queries
from threadmine.db.session import Database, open_database
from threadmine.model import Access, Message, Mined, VerdictKind

URL = os.environ.get("THREADMINE_TEST_URL", "")


def found_in(message: Message) -> Mined:
    touched = [("folio", "_nr_pages", Access.WRITE), ("page", "flags.f", Access.READ)]
    return mined(message, verdict=VerdictKind.REFUTED, touched=touched if message.subject.is_patch else ())


def answers(database: Database) -> list[object]:
    queries = Queries(database)
    return [
        queries.counts(),
        queries.board(),
        queries.people(),
        queries.threads(),
        queries.series(),
        queries.issues(field="folio._nr_pages", state="open", author="ada"),
        queries.claims(verdict=VerdictKind.REFUTED, limit=3, offset=1),
        queries.touches("page.flags"),
        queries.fields("alpha"),
        queries.thread("alpha-0@example.org"),
        list(queries.messages()),
        sorted(m.message_id for m in queries.search('part "alpha"')),
    ]


@pytest.mark.skipif(not URL, reason="no THREADMINE_TEST_URL: an empty database of another kind")
def test_the_same_rows_and_answers_as_with_sqlite(tmp_path: Path) -> None:
    mails = [*series("alpha", 3), *series("beta", 2, version=2, hours=5), rich_letter()]
    mails += [letter("odd", ["beta-1"], hours=None, body="NUL \x00 and \udcff.\n"), letter("r", ["alpha-2"])]
    with open_database(URL) as other, fresh_database(tmp_path) as ours:
        assert Queries(other).counts().messages == 0, "the database must be empty"
        for database in (other, ours):
            assert pipeline.ingest_messages(database, mails[4:], miner=found_in).failures == ()
            assert pipeline.ingest_messages(database, mails, miner=found_in).new == 4
            assert pipeline.ingest_messages(database, mails, miner=found_in).new == 0
        rows = dump(ours)
        del rows["search"]  # SQLite's own
        assert dump(other) == rows
        assert answers(other) == answers(ours)
