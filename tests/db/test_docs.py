"""docs/database.md says what is there; its views and examples work."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

from tests.conftest import ROOT
from tests.db.letters import fresh_database, letter, mined, series
from threadmine.db.store import Store
from threadmine.model import Access, VerdictKind
from tools.database_doc import PAGE, page


def test_the_page_has_every_table_and_column_as_the_schema_says() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert page(text) == text, "run: python tools/database_doc.py"


def filled(tmp_path: Path) -> sqlite3.Connection:
    with fresh_database(tmp_path) as database:
        mails = [mined(m, touched=[("folio", "_nr_pages", Access.WRITE)]) for m in series("alpha", 2)]
        mails.append(mined(letter("why", ["alpha-1"], hours=3), verdict=VerdictKind.REFUTED))
        mails.append(mined(letter("zero", ["alpha-1"], body="A folio of order 0 here.\n")))
        Store(database).store_thread(mails)
    return sqlite3.connect(f"file:{tmp_path / 'test.db'}?mode=ro", uri=True)


def test_every_example_of_the_page_runs(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "database.md").read_text(encoding="utf-8")
    examples = re.findall(r"`(SELECT [^`]+)`", text)
    assert len(examples) == 6
    connection = filled(tmp_path)
    for example in examples:
        found = connection.execute(example).fetchall()
        assert found or "memcg_data" in example, example
    connection.close()


def test_the_views_hold_what_they_say(tmp_path: Path) -> None:
    connection = filled(tmp_path)

    def ask(question: str) -> list[tuple[object, ...]]:
        return connection.execute(question).fetchall()

    assert ask("SELECT count(*), count(DISTINCT id) FROM v_open_issues WHERE member = '_nr_pages'") == [
        (5, 5)
    ]
    assert ask("SELECT message_id, series, version, patch FROM v_claims WHERE verdict = 'refuted'") == [
        ("why@example.org", "alpha", "v1", 1),
        ("why@example.org", "alpha", "v1", 1),  # one row for each name in it
    ]
    assert ask("SELECT struct, member, writes, series FROM v_field_series") == [
        ("folio", "_nr_pages", 2, "alpha")
    ]
    assert ask("SELECT DISTINCT access, file, series FROM v_touches WHERE patch = 1") == [
        ("write", "mm/example.c", "alpha")
    ]
    connection.close()


def test_every_column_of_every_view_is_on_the_page(tmp_path: Path) -> None:
    lines = re.findall(r"^\| `(v_\w+)` \| (`(?:id|struct)`.*) \|$", PAGE.read_text(encoding="utf-8"), re.M)
    told = {name: set(re.findall(r"`(\w+)`", columns)) for name, columns in lines}
    connection = filled(tmp_path)
    views = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'view'")]
    have = {
        view: {row[1] for row in connection.execute(f"PRAGMA table_info({view})")} for view in sorted(views)
    }
    connection.close()
    assert told == have
