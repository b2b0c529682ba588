"""Opens the database: where it is, how its connections behave, and what its faults mean in one line.

Reading and writing are told apart when a transaction begins: a writer takes SQLite's write lock at once
(BEGIN IMMEDIATE), so that two writers queue up and never fail half way; readers never wait (WAL).
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Any, Self

import platformdirs
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, OperationalError
from sqlalchemy.pool import PoolProxiedConnection, StaticPool

from threadmine.db.migrate import HEAD, current_revision, make, upgrade
from threadmine.errors import NoDatabaseError, OldSchemaError, StoreError

BUSY_SECONDS = 60
WRITER_LOCK = 0x7468726D
"""The advisory lock that writers of a PostgreSQL database take, one at a time."""
CACHE_KIB = 16_000
CHECKPOINT_PAGES = 4_000
_WRITING = "threadmine_writing"

# What SQLite says -> (what we say, what to do).
_FAULTS: tuple[tuple[str, str, str], ...] = (
    (
        "readonly database",
        "the database is read-only",
        "make the file and its folder writable, or name another one with --db",
    ),
    (
        "disk is full",
        "the disk is full",
        "what was stored before is kept: make room and run the same command again",
    ),
    ("file is not a database", "not a database", "name a database made by threadmine with --db"),
    ("file is encrypted", "not a database", "name a database made by threadmine with --db"),
    (
        "disk image is malformed",
        "the database file is damaged",
        "restore it, or delete it and ingest the mail again",
    ),
    (
        "unable to open database file",
        "cannot open the database file",
        "check that its folder exists and may be read and written",
    ),
    ("database is locked", "another program keeps the database locked", "try again when it has finished"),
    ("disk i/o error", "the disk reports an error", "check the disk; what was stored before is kept"),
    ("no such table", "not a threadmine database", "name a database made by threadmine with --db"),
)


def default_path() -> Path:
    """Where the database is when none is named: below XDG_DATA_HOME."""
    return Path(platformdirs.user_data_dir("threadmine", appauthor=False)) / "threadmine.db"


def _database_url(name: str | None) -> URL:
    """The SQLAlchemy URL of ``name``: a URL, a plain file name, or nothing (THREADMINE_DB, the default)."""
    text = name or os.environ.get("THREADMINE_DB") or ""
    if not text:
        return URL.create("sqlite", database=str(default_path()))
    if "://" not in text:
        return URL.create("sqlite", database=text)
    try:
        return make_url(text)
    except ArgumentError as error:
        raise StoreError("not a database URL", text, "write it like sqlite:////folder/file.db") from error


def shown(url: URL) -> str:
    """How a database is named in messages: the file, or the URL without its password."""
    if url.get_backend_name() == "sqlite" and url.database:
        return url.database
    return url.render_as_string(hide_password=True)


@contextmanager
def faults(where: str) -> Iterator[None]:
    """Turns what the database driver raises into a :class:`StoreError` of one line."""
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        text = str(error.orig if isinstance(error, DBAPIError) else error)
        lowered = text.lower()
        for sign, what, remedy in _FAULTS:
            if sign in lowered:
                raise StoreError(what, where, remedy) from error
        if isinstance(error, OperationalError):
            raise StoreError(text, where, "check that the database can be reached") from error
        raise StoreError(f"the database failed: {text}", where) from error


class Database:
    """An open database. Use it as a context manager, or call :meth:`close`.

    Threads may share it: each transaction has a connection of its own.
    """

    def __init__(self, engine: Engine, url: URL, readonly: bool) -> None:
        self.engine = engine
        self.url = url
        self.readonly = readonly
        self.where = shown(url)
        self._watch: PoolProxiedConnection | None = None
        self._watch_lock = Lock()

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that sees one state of the database from beginning to end."""
        with faults(self.where), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that is kept when the block ends and rolled back when it raises.

        Raises:
            StoreError: the database cannot be written (read-only, full disk, locked for a minute).
        """
        if self.readonly:
            raise StoreError("the database was opened for reading only", self.where)
        with faults(self.where), self.engine.connect() as connection:
            connection = connection.execution_options(**{_WRITING: True})
            with connection.begin():
                if self.engine.dialect.name == "postgresql":  # writers queue up, as they do with SQLite
                    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITER_LOCK})")
                yield connection

    def data_version(self) -> int:
        """A number that changes when another process has changed the database (SQLite; else 0)."""
        if not self.is_sqlite:
            return 0
        with faults(self.where), self._watch_lock:  # the number is told for one and the same connection
            if self._watch is None:
                self._watch = self.engine.raw_connection()
            cursor = self._watch.cursor()
            cursor.execute("PRAGMA data_version")
            row = cursor.fetchone()
            cursor.close()
            return int(row[0]) if row else 0

    def close(self) -> None:
        if self._watch is not None:
            self._watch.close()
            self._watch = None
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_database(url: str | None = None, *, readonly: bool = False) -> Database:
    """Opens a database, makes it where there is none, and brings its schema up to date.

    Args:
        url: a SQLAlchemy URL or the name of an SQLite file; None takes THREADMINE_DB, or else the file
            below XDG_DATA_HOME.
        readonly: never write, not even a newer schema; the database must be there.

    Raises:
        StoreError: it cannot be opened, is no threadmine database, or has a newer schema than this program.
    """
    parsed = _database_url(url)
    where = shown(parsed)
    is_sqlite = parsed.get_backend_name() == "sqlite"
    if is_sqlite and not _is_memory(parsed) and "uri" not in parsed.query:
        _check_file(Path(parsed.database or ""), readonly)
        if readonly:
            parsed = _readonly_url(parsed)
    engine = _make_engine(parsed, where, readonly)
    database = Database(engine, parsed, readonly)
    database.where = where
    try:
        _bring_up_to_date(database)
    except BaseException:
        engine.dispose()
        raise
    return database


def _is_memory(url: URL) -> bool:
    return url.database in (None, "", ":memory:")


def _check_file(path: Path, readonly: bool) -> None:
    """Makes the folder of a database that is to be written; says plainly what is in the way."""
    if path.is_dir():
        raise StoreError("is a folder, not a database", str(path), "name a file with --db")
    if readonly:
        if not path.exists():
            raise NoDatabaseError("there is no database yet", str(path), "run: threadmine ingest PATH")
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"cannot make the folder of the database ({error.strerror})", str(path.parent)
        ) from error


def _readonly_url(url: URL) -> URL:
    """The URL that opens an SQLite file for reading, also where the folder must not be written."""
    path = Path(url.database or "").absolute()
    query = {"mode": "ro", "uri": "true"}
    log = path.with_name(path.name + "-wal")
    if not os.access(path.parent, os.W_OK) and not log.exists():
        query["immutable"] = "1"  # WAL needs a file beside it, which nobody can make there
    return url.set(database=path.as_uri(), query={**url.query, **query})


def _make_engine(url: URL, where: str, readonly: bool) -> Engine:
    """The engine, its SQLite connections set up by :func:`_set_up`."""
    options: dict[str, Any] = {}
    if url.get_backend_name() == "sqlite":
        options["connect_args"] = {"timeout": BUSY_SECONDS, "check_same_thread": False}
        if _is_memory(url):
            options["poolclass"] = StaticPool
    try:
        engine = create_engine(url, **options)
    except (NoSuchModuleError, ModuleNotFoundError, ArgumentError) as error:
        raise StoreError(
            f"no driver for this kind of database ({error})", where, "install its SQLAlchemy driver"
        ) from error
    if engine.dialect.name == "sqlite":
        _set_up(engine, readonly)
    return engine


def _set_up(engine: Engine, readonly: bool) -> None:
    def on_connect(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # transactions begin where on_begin says
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        if readonly:
            cursor.execute("PRAGMA query_only = ON")
        else:
            _keep_a_log(cursor)
            cursor.execute("PRAGMA synchronous = NORMAL")
            cursor.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
        cursor.close()

    def on_begin(connection: Connection) -> None:
        writing = connection.get_execution_options().get(_WRITING)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    event.listen(engine, "connect", on_connect)
    event.listen(engine, "begin", on_begin)


def _keep_a_log(cursor: sqlite3.Cursor) -> None:
    """Switches to a write-ahead log; SQLite itself does not wait while another program makes the switch."""
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def _bring_up_to_date(database: Database) -> None:
    """Migrates an older schema; refuses a newer one and what is no database of ours."""
    with database.read() as connection:
        revision, foreign = current_revision(connection)
    if revision == HEAD:
        return
    if foreign:
        raise StoreError(
            "holds other tables than threadmine's", database.where, "name another database with --db"
        )
    if revision is not None and revision > HEAD:
        raise StoreError(
            f"the database has schema {revision}, this threadmine knows schemas up to {HEAD}",
            database.where,
            "update threadmine, or name another database with --db",
        )
    if database.readonly:
        raise OldSchemaError(
            f"the database has the older schema {revision or '(none)'}",
            database.where,
            "run any threadmine command that may write to bring it up to date",
        )
    with database.write() as connection:
        revision = current_revision(connection)[0]
        if revision is None:
            make(connection)
        elif revision != HEAD:  # else another process was quicker
            upgrade(connection)
