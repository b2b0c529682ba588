"""Brings a database to the newest schema with Alembic, which is imported only when there is work to do.

A new SQLite database, the usual one, is made from the statements to which all migrations together lead, for
a twentieth of the time; tests hold the two against each other.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

HEAD = "0009"
"""The newest revision; a test holds it against the newest file in ``migrations/versions``."""

MIGRATIONS = Path(__file__).with_name("migrations")
NEWEST = MIGRATIONS / "newest.sql"
"""The newest schema as SQLite's statements, which blank lines part; ``tests/db/freeze.py`` writes it."""


def current_revision(connection: Connection) -> tuple[str | None, bool]:
    """The schema revision of a database (None: it has none), and whether it holds foreign tables instead."""
    names = inspect(connection).get_table_names()
    if "alembic_version" in names:
        revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        foreign = "known_ids" not in names
        return (None if foreign or revision is None else str(revision)), foreign
    return None, bool(names)


def make(connection: Connection) -> None:
    """Makes all tables of an empty database, inside the transaction of ``connection``."""
    if connection.dialect.name != "sqlite":
        upgrade(connection)
        return
    for statement in NEWEST.read_text(encoding="utf-8").split("\n\n"):
        connection.exec_driver_sql(statement)


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Runs the migrations up to ``revision`` inside the transaction of ``connection``."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
