"""Old databases open; the migrations lead to the schema that the code declares."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine

from tests.db.freeze import newest
from tests.db.letters import letter
from threadmine.db.migrate import HEAD, MIGRATIONS, NEWEST, current_revision, upgrade
from threadmine.db.queries import Queries
from threadmine.db.schema import Base
from threadmine.db.session import open_database
from threadmine.db.store import Store
from threadmine.model import Mined

FROZEN = Path(__file__).with_name("frozen")
REVISIONS = sorted(path.name.split("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def test_head_is_the_newest_revision() -> None:
    assert REVISIONS[-1] == HEAD


def test_a_new_database_is_what_the_migrations_lead_to(tmp_path: Path) -> None:
    assert NEWEST.read_text(encoding="utf-8") == newest(), "run: python -m tests.db.freeze"
    with open_database(str(tmp_path / "new.db")) as database, database.read() as connection:
        assert current_revision(connection) == (HEAD, False)
        found = connection.exec_driver_sql(
            "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'search_%'"
        )
        made = NEWEST.read_text(encoding="utf-8").split("\n\n")
        assert [sql.strip() for sql in found.scalars()] == made[:-1]  # the last notes the revision


def test_migrations_lead_to_the_declared_schema(tmp_path: Path) -> None:
    def ours(thing: object, name: str | None, kind: str, reflected: bool, other: object) -> bool:
        return not (kind == "table" and str(name).startswith("search"))  # FTS5 keeps its own tables

    engine = create_engine(f"sqlite:///{tmp_path / 'old.db'}")
    with engine.begin() as connection:
        upgrade(connection)
        context = MigrationContext.configure(connection, opts={"include_object": ours})
        assert compare_metadata(context, Base.metadata) == []
    engine.dispose()


def test_every_column_and_table_says_what_it_is() -> None:
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            assert column.comment, f"{table.name}.{column.name}"


def test_every_old_schema_has_a_frozen_database() -> None:
    assert {path.stem for path in FROZEN.glob("*.sql")} == set(REVISIONS)


@pytest.mark.parametrize("revision", REVISIONS)
def test_a_frozen_database_opens_and_answers(revision: str, tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    with sqlite3.connect(path) as connection:
        script = (FROZEN / f"{revision}.sql").read_text(encoding="utf-8")
        connection.executescript(script)
    connection.close()
    with open_database(str(path)) as database:
        queries = Queries(database)
        assert queries.counts().messages == 3
        (series,) = queries.series()
        assert (series.title, series.complete, series.fields) == ("alpha", True, ("folio._nr_pages",))
        assert len(queries.issues(field="folio._nr_pages")) == 3
        assert [m.message_id for m in queries.search("alpha")] != []
        assert Store(database).store_thread([Mined(letter("new", ["alpha-1"], hours=9))]) == 1
        assert len(queries.thread("new@example.org")) == 4


def test_frozen_databases_hold_no_real_people() -> None:
    for path in FROZEN.glob("*.sql"):
        hosts = set(re.findall(r"[\w.+-]+@([\w-]+(?:\.[\w-]+)+)", path.read_text(encoding="utf-8")))
        assert hosts <= {"example.org"}
