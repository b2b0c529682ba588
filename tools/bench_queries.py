"""The questions of ``make bench``: CPU time of each, and by which indexes SQLite answers it.

A plan that reads a table from end to end is named; one that reads an index from end to end (the newest issues
until enough meet a word) is not, since it stops early.
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from threadmine.db.queries import Queries
    from threadmine.db.session import Database

LIMIT_MS = 50.0
RUNS = 5
_INDEX = re.compile(r"(?:SEARCH|SCAN) (\w+).*? USING (?:COVERING )?INDEX (\w+)")
_KEY = re.compile(r"SEARCH (\w+) USING (?:INTEGER )?PRIMARY KEY")
_SCAN = re.compile(r"SCAN (messages|bodies|claims|concerns|touches|trailers|known_ids|copies)(?:_\d+)?$")

Question = Callable[[], object]

TERMS = (
    "is:open age:>2w",
    "field:folio._nr_pages is:open",
    "author:david",
    "person:nobody-of-this-name",
    "is:current NOT is:rfc version:>1",
    "touches:page.mapping is:open",
    "function:prep_compound",
    "file:mm/memremap.c",
    "list:linux-mm since:30d",
    '"order 0" OR kind:objection',
)
"""Queries of the language that lists of issues are asked for."""


def questions(queries: Queries) -> dict[str, Question]:
    """What is measured, by name."""
    from threadmine.asking import Asking
    from threadmine.model import Access, ConcernState, Unknown, VerdictKind

    newest = queries.threads(limit=1)[0]
    some = queries.series(limit=1)[0]
    last = queries.counts().last_activity
    assert not isinstance(last, Unknown)

    def asked(text: str) -> Asking:
        return Asking(queries, text, last)

    found: dict[str, Question] = {
        "counts": queries.counts,
        "board": queries.board,
        "people": queries.people,
        "threads, 200": queries.threads,
        "series, 200": lambda: queries.series(limit=200),
        "series by words": lambda: queries.series(some.title),
        "issues, 200": lambda: queries.issues(limit=200),
        "issues open, 200": lambda: queries.issues(state=ConcernState.OPEN, limit=200),
        "issues of a member": lambda: queries.issues(field="folio._refcount", limit=200),
        "issues by author": lambda: queries.issues(author="david", limit=200),
        "claims refuted, 200": lambda: queries.claims(verdict=VerdictKind.REFUTED, limit=200),
        "claims on a member": lambda: queries.claims(field="page.flags", limit=200),
        "claims once, 200": lambda: queries.claims(once=True, limit=200),
        "touches of a member": lambda: queries.touches("folio.mapping", limit=200),
        "touches, writes": lambda: queries.touches("page.flags", Access.WRITE, limit=200),
        "fields of a series": lambda: queries.fields(some.id),
        "a thread": lambda: queries.thread(newest.message_id),
        "a message": lambda: queries.message(newest.message_id),
        "full text": lambda: queries.search("folio refcount", limit=50),
        "words and a term": lambda: asked("folio author:david").found(50),
        "messages by author": lambda: [*islice(asked("author:david").messages(newest_first=True), 50)],
        "series by a term": lambda: asked("touches:page.flags").series(limit=50),
    }
    found |= {f"issues {text}": lambda text=text: asked(text).issues(limit=50) for text in TERMS}  # type: ignore[misc] # bound now
    return found


def time_queries(path: Path) -> int:
    """Prints each question on the database at ``path``: the best of some runs, and its plan.

    Returns how many took longer than :data:`LIMIT_MS` or read a table from end to end.
    """
    from threadmine.db.queries import Queries
    from threadmine.db.session import open_database
    from threadmine.errors import NotFoundError

    over = 0
    with open_database(str(path), readonly=True) as database:
        queries = Queries(database)
        counts = queries.counts()
        held = f"{counts.messages:,} messages, {counts.claims:,} claims, {counts.concerns:,} concerns"
        print(f"\nqueries, CPU time and indexes used, on {held}")
        for name, ask in questions(queries).items():
            try:
                plan, scanned = plan_of(database, ask)
            except NotFoundError as error:  # this mail has nothing to answer with
                print(f"{name:44} {error.what}")
                continue
            best = min(timed(ask) for _ in range(RUNS)) * 1000
            bad = ["OVER"] * (best > LIMIT_MS) + [f"READS ALL OF {table}" for table in scanned]
            over += bool(bad)
            print(f"{name:44} {best:8.2f} ms  {', '.join(plan)}{'  ' + ', '.join(bad) if bad else ''}")
    return over


def plan_of(database: Database, ask: Question) -> tuple[list[str], list[str]]:
    """The indexes that the statements of a question use, and the tables that they read whole."""
    from sqlalchemy import event

    asked: list[tuple[str, object]] = []

    def note(_c: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        asked.append((statement, parameters))

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        ask()
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
    used: dict[str, None] = {}
    scanned: dict[str, None] = {}
    with database.read() as connection:
        for statement, values in asked:
            if not statement.startswith("SELECT"):
                continue
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values):  # type: ignore[arg-type] # as the driver got them
                if match := _INDEX.search(row[3]):
                    used[match[2].removeprefix("ix_").replace("sqlite_autoindex_", "")] = None
                elif match := _KEY.search(row[3]):
                    used[f"{match[1]}.key"] = None
                elif match := _SCAN.match(row[3]):
                    scanned[match[1]] = None
    return [*used], [*scanned]


def timed(ask: Callable[[], object]) -> float:
    """CPU seconds: SQLite runs in this process, and other programs do not count."""
    start = time.process_time()
    ask()
    return time.process_time() - start


if __name__ == "__main__":
    sys.exit(time_queries(Path(sys.argv[1])) > 0)
