"""Opening a database, and each fault as one clear line."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import event, text

from tests.db.letters import fresh_database, letter
from threadmine.db.migrate import HEAD
from threadmine.db.queries import Queries
from threadmine.db.session import default_path, open_database
from threadmine.db.store import Store
from threadmine.errors import NoDatabaseError, OldSchemaError, StoreError
from threadmine.model import Mined


def failing(url: str, **options: bool) -> str:
    with pytest.raises(StoreError) as caught:
        open_database(url, **options)
    line = caught.value.line()
    assert "\n" not in line
    return line


def test_the_default_is_below_xdg_data_home_and_made_on_demand() -> None:
    assert str(default_path()).startswith(os.environ["XDG_DATA_HOME"])
    with open_database() as database:
        assert Queries(database).counts().messages == 0
    assert default_path().is_file()


def test_threadmine_db_names_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THREADMINE_DB", f"sqlite:///{tmp_path}/deep/er/mail.db")
    with open_database():
        pass
    assert (tmp_path / "deep/er/mail.db").is_file()


def test_sqlite_is_set_up_for_many_readers_and_checked_references(tmp_path: Path) -> None:
    with fresh_database(tmp_path) as database, database.read() as connection:

        def pragma(name: str) -> object:
            return connection.execute(text(f"PRAGMA {name}")).scalar()

        assert pragma("journal_mode") == "wal"
        assert pragma("foreign_keys") == 1
        assert pragma("synchronous") == 1
        assert int(str(pragma("busy_timeout"))) >= 30_000


def test_a_database_in_memory_works() -> None:
    with open_database("sqlite://") as database:
        Store(database).store_thread([Mined(letter("a"))])
        assert Queries(database).counts().messages == 1


def test_reading_only_never_writes(tmp_path: Path) -> None:
    fresh_database(tmp_path).close()
    with open_database(str(tmp_path / "test.db"), readonly=True) as database:
        assert Queries(database).counts().messages == 0
        with pytest.raises(StoreError, match="for reading only"):
            Store(database).store_thread([Mined(letter("a"))])
        with pytest.raises(StoreError, match="read-only"), database.read() as connection:
            connection.execute(text("DELETE FROM messages"))


def test_nothing_there_to_read(tmp_path: Path) -> None:
    with pytest.raises(NoDatabaseError, match="there is no database yet"):
        open_database(str(tmp_path / "none.db"), readonly=True)
    assert not (tmp_path / "none.db").exists()


def test_a_folder_is_no_database(tmp_path: Path) -> None:
    assert "is a folder" in failing(str(tmp_path))


def test_something_else_is_no_database(tmp_path: Path) -> None:
    other = tmp_path / "notes.txt"
    other.write_text("These are notes, and long enough to be no header of SQLite. " * 40)
    assert "not a database" in failing(str(other))
    assert "not a database" in failing(str(other), readonly=True)
    assert other.read_text().startswith("These are notes")


def test_a_stranger_s_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE plants (name TEXT)")
    connection.close()
    assert "holds other tables" in failing(str(path))
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("plants",)]
    connection.close()


def test_a_newer_schema_is_refused(tmp_path: Path) -> None:
    with fresh_database(tmp_path) as database, database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    line = failing(str(tmp_path / "test.db"))
    assert "9999" in line and HEAD in line and "update threadmine" in line


def test_an_older_schema_is_not_touched_when_reading_only(tmp_path: Path) -> None:
    with fresh_database(tmp_path) as database, database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    with pytest.raises(OldSchemaError, match="0000"):
        open_database(str(tmp_path / "test.db"), readonly=True)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("nonsense://x", "no driver"),
        ("postgresql+nodriver://user:secret@localhost/x", "no driver"),
        ("://", "not a database URL"),
    ],
)
def test_bad_addresses(url: str, says: str) -> None:
    line = failing(url)
    assert says in line
    assert "secret" not in line


def test_a_full_disk_keeps_what_was_stored(tmp_path: Path) -> None:
    with fresh_database(tmp_path) as database:
        store = Store(database)
        store.store_thread([Mined(letter("kept"))])
        with database.read() as connection:
            pages = connection.execute(text("PRAGMA page_count")).scalar_one()
        database.engine.dispose()
        event.listen(
            database.engine, "connect", lambda c, _: c.execute(f"PRAGMA max_page_count = {pages + 3}")
        )
        with pytest.raises(StoreError, match="disk is full") as caught:
            store.store_thread([Mined(letter("big", body="x" * 200_000))])
        assert "make room" in caught.value.line()
        assert [m.message_id for m in Queries(database).messages()] == ["kept@example.org"]
    with open_database(str(tmp_path / "test.db")) as again:
        assert Store(again).store_thread([Mined(letter("big", body="x" * 200_000))]) == 1


WRITE_AS_NOBODY = """
import os, sys
from tests.db.letters import letter
from threadmine.db.queries import Queries
from threadmine.db.session import open_database
from threadmine.db.store import Store
from threadmine.errors import StoreError
from threadmine.model import Mined

def work(name, mode):
    try:
        with open_database(name, readonly=mode == "ro") as database:
            if mode == "rw":
                Store(database).store_thread([Mined(letter("b"))])
            return str(Queries(database).counts().messages)
    except StoreError as error:
        return error.line()

work("sqlite://", "rw")  # imports all that is needed while we may still read it
if os.geteuid() == 0:
    os.setuid(65534)
print(work(sys.argv[1], sys.argv[2]))
"""


def test_a_file_that_may_not_be_written(tmp_path: Path) -> None:
    """As another user where we are root, whom permissions do not stop."""
    folder = Path("/var/tmp") / f"threadmine-test-{os.getpid()}"
    folder.mkdir()
    path = folder / "test.db"
    try:
        with fresh_database(folder) as database:
            Store(database).store_thread([Mined(letter("a"))])
        path.chmod(0o444)
        folder.chmod(0o555)

        def run(mode: str) -> str:
            root = Path(__file__).resolve().parents[2]
            command = [sys.executable, "-c", WRITE_AS_NOBODY, str(path), mode]
            done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=60)
            assert done.returncode == 0, done.stderr
            return done.stdout.strip()

        assert "read-only" in run("rw") or "cannot open" in run("rw")
        assert run("ro") == "1"
    finally:
        folder.chmod(0o755)
        for left in folder.iterdir():
            left.unlink()
        folder.rmdir()


def test_another_process_s_writes_are_noticed(tmp_path: Path) -> None:
    with fresh_database(tmp_path) as ours, open_database(str(tmp_path / "test.db")) as theirs:
        before = Queries(ours).changed()
        assert Queries(ours).changed() == before
        Store(theirs).store_thread([Mined(letter("a"))])
        assert Queries(ours).changed() != before
