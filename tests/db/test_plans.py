"""No question reads a big table from end to end: the plans of SQLite use the indexes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import event, text

from tests.db.letters import fresh_database, letter, mined, series
from threadmine.asking import Asking
from threadmine.db.queries import Queries
from threadmine.db.session import Database
from threadmine.db.store import Store
from threadmine.model import Access, ConcernState, VerdictKind

BIG = "messages|bodies|claims|concerns|touches|trailers|known_ids|copies"
SINCE = datetime(2026, 1, 5, tzinfo=UTC)

QUESTIONS: dict[str, Callable[[Queries], object]] = {
    "issues": lambda q: q.issues(limit=50),
    "issues by state": lambda q: q.issues(state=ConcernState.OPEN, limit=50),
    "issues of a member": lambda q: q.issues(field="folio._nr_pages", limit=50),
    "issues since": lambda q: q.issues(since=SINCE, limit=50),
    "issues of a message": lambda q: q.issues(message="alpha-1@example.org"),
    "issues of a series": lambda q: q.issues(series="alpha-1@example.org"),
    "an issue": lambda q: q.issue(q.issues(limit=1)[0].concern.id),
    "claims": lambda q: q.claims(limit=50),
    "claims by verdict": lambda q: q.claims(verdict=VerdictKind.CONFIRMED, limit=50),
    "claims on a member": lambda q: q.claims(field="_nr_pages", limit=50),
    "a claim": lambda q: q.claim(q.claims(limit=1)[0].claim.id),
    "a message": lambda q: q.message("alpha-1@example.org"),
    "a thread": lambda q: q.thread("alpha-1@example.org"),
    "mails of a thread": lambda q: q.thread_mails(q.message("alpha-1@example.org").thread_id),
    "concerns of a thread": lambda q: q.thread_concerns(q.message("alpha-1@example.org").thread_id),
    "threads": lambda q: q.threads(limit=50),
    "a series": lambda q: q.series("alpha-1@example.org"),
    "fields of a series": lambda q: q.fields("alpha-1@example.org"),
    "touches": lambda q: q.touches("folio._nr_pages", Access.WRITE, limit=50),
    "full text": lambda q: q.search("alpha"),
    "board": lambda q: q.board(),
    "ids by their beginning": lambda q: q.resolve("c1"),
    "claims once": lambda q: q.claims(once=True, limit=50),
    "issues by words": lambda q: asked(q, '"order 0" OR kind:objection').issues(limit=50),
    "issues by an author": lambda q: asked(q, "author:rev is:open").issues(limit=50),
    "issues of a series that touches": lambda q: asked(q, "touches:folio._nr_pages is:current").issues(
        limit=50
    ),
    "claims on a list": lambda q: asked(q, "list:linux-mm age:>1d").claims(limit=50),
    "messages by an author": lambda q: list(asked(q, "author:rev").messages(newest_first=True)),
    "words and a term": lambda q: asked(q, "alpha author:ada").found(50),
    "touches by a term": lambda q: asked(q, "file:mm/ -is:rfc").touches("folio._nr_pages", limit=50),
}


def asked(queries: Queries, query: str) -> Asking:
    return Asking(queries, query, SINCE)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    with fresh_database(Path(tmp_path_factory.mktemp("plans"))) as opened:
        touched = [("folio", "_nr_pages", Access.WRITE)]
        for name in ("alpha", "beta"):
            mails = [*series(name, 3), letter(f"{name}-r", [f"{name}-1"])]
            Store(opened).store_thread([mined(m, touched=touched) for m in mails])
        yield opened


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_reads_no_big_table_from_end_to_end(name: str, database: Database) -> None:
    asked: list[tuple[str, object]] = []

    def note(_c: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        asked.append((statement, parameters))

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        QUESTIONS[name](Queries(database))
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
    selects = [(statement, values) for statement, values in asked if statement.startswith("SELECT")]
    assert selects
    with database.read() as connection:
        for statement, values in selects:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()  # type: ignore[arg-type] # as the driver got them
            steps = [row[3] for row in plan]
            bad = [step for step in steps if re.fullmatch(rf"SCAN (?:{BIG})(?:_\d+)?", step)]
            assert not bad, f"{statement}\n{steps}"


def test_the_test_itself_sees_a_full_scan(database: Database) -> None:
    with database.read() as connection:
        plan = connection.execute(text("EXPLAIN QUERY PLAN SELECT * FROM messages WHERE title = 'x'")).all()
    assert re.fullmatch(rf"SCAN (?:{BIG})", plan[0][3])
