"""Freezes a small database of the present schema: run once when a revision is added, then keep the file.

Writes the statements that make a new database, too, as the migrations lead to them.

python -m tests.db.freeze
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import create_engine

from tests.db.letters import fresh_database, mined, series
from threadmine.db.migrate import HEAD, NEWEST, upgrade
from threadmine.db.store import Store
from threadmine.model import Access

FROZEN = Path(__file__).with_name("frozen")


def script_of(path: Path) -> str:
    """The database as SQL. Full text search is made again by its CREATE; its inner tables are left out."""
    with sqlite3.connect(path) as connection:
        lines = list(connection.iterdump())
        (search,) = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'search'").fetchone()
        words = connection.execute("SELECT rowid, subject, text FROM search ORDER BY rowid").fetchall()
        quoted = [
            tuple(connection.execute("SELECT quote(?)", (value,)).fetchone()[0] for value in row)
            for row in words
        ]
    connection.close()
    kept = [
        line for line in lines if "search" not in line.split("VALUES")[0] and "writable_schema" not in line
    ]
    kept = [line for line in kept if not line.startswith("INSERT INTO sqlite_master") and line != "COMMIT;"]
    kept.append(f"{search};")
    kept += [
        f"INSERT INTO search (rowid, subject, text) VALUES ({key}, {subject}, {text});"
        for key, subject, text in quoted
    ]
    return "\n".join([*kept, "COMMIT;"]) + "\n"


def newest() -> str:
    """What all migrations together make of an empty SQLite database, as statements that blank lines part."""
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        upgrade(connection)
        found = connection.exec_driver_sql(
            "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'search\\_%' ESCAPE '\\'"
        ).scalars()
        statements = [sql.strip() for sql in found]
    engine.dispose()
    statements.append(f"INSERT INTO alembic_version (version_num) VALUES ('{HEAD}')")
    return "\n\n".join(statements) + "\n"


def main() -> None:
    NEWEST.write_text(newest(), encoding="utf-8")
    with TemporaryDirectory() as folder:
        with fresh_database(Path(folder)) as database:
            letters = [mined(m, touched=[("folio", "_nr_pages", Access.WRITE)]) for m in series("alpha", 2)]
            Store(database).store_thread(letters)
        FROZEN.mkdir(exist_ok=True)
        script = script_of(Path(folder) / "test.db")
        (FROZEN / f"{HEAD}.sql").write_text(script, encoding="utf-8")


if __name__ == "__main__":
    main()
