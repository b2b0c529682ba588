"""Statements whose text is made once: the quick way in and out for many small rows.

Building and compiling a statement costs SQLAlchemy more than SQLite needs to run it. Here the text comes from
SQLAlchemy (names quoted as the dialect wants them), is kept, and goes to the driver with plain tuples.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Dialect
from sqlalchemy.orm import InstrumentedAttribute

from threadmine.db.schema import Base

MOST_PARAMETERS = 512
"""Values in one IN list; SQLite has allowed 999 from its beginning."""


class Statements:
    """The statements of one dialect, made when first used."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.mark = "?" if dialect.paramstyle == "qmark" else "%s"
        self._texts: dict[object, str] = {}

    def insert(
        self,
        connection: Connection,
        table: type[Base],
        columns: Sequence[str],
        values: Sequence[tuple[object, ...]],
    ) -> None:
        """Inserts rows given as tuples in the order of ``columns``, converted as the driver wants them."""
        if not values:
            return
        text = self._texts.get(table)
        if text is None:
            names = ", ".join(self.quote(name) for name in columns)
            marks = ", ".join(self.mark for _ in columns)
            text = f"INSERT INTO {self.quote(table.__tablename__)} ({names}) VALUES ({marks})"
            self._texts[table] = text
        connection.exec_driver_sql(text, list(values))

    def quote(self, name: str) -> str:
        """A column's name as this dialect writes it."""
        return self.dialect.identifier_preparer.quote(name)

    def fetch(
        self,
        connection: Connection,
        columns: Sequence[InstrumentedAttribute[Any]],
        where: InstrumentedAttribute[Any],
        values: Sequence[object],
    ) -> list[tuple[Any, ...]]:
        """The plain values of ``columns`` of all rows whose ``where`` is one of ``values``."""
        found: list[tuple[Any, ...]] = []
        for start in range(0, len(values), MOST_PARAMETERS):
            chunk = values[start : start + MOST_PARAMETERS]
            text, size = self._in_list(("fetch", tuple(columns), where), len(chunk), where, columns)
            padded = (*chunk, *[chunk[-1]] * (size - len(chunk)))
            result = connection.exec_driver_sql(text, padded)
            if result.cursor is not None:  # plain tuples, without a Row around each
                found += result.cursor.fetchall()
            result.close()
        return found

    def delete(
        self, connection: Connection, where: InstrumentedAttribute[Any], values: Sequence[object]
    ) -> None:
        """Deletes the rows whose ``where`` is one of ``values``."""
        for start in range(0, len(values), MOST_PARAMETERS):
            chunk = values[start : start + MOST_PARAMETERS]
            text, size = self._in_list(("delete", where), len(chunk), where)
            connection.exec_driver_sql(text, (*chunk, *[chunk[-1]] * (size - len(chunk))))

    def update(
        self,
        connection: Connection,
        columns: Sequence[InstrumentedAttribute[Any]],
        where: InstrumentedAttribute[Any],
        values: Sequence[tuple[object, ...]],
    ) -> None:
        """Sets ``columns``, one tuple a row: their values, then the value that ``where`` must have."""
        if not values:
            return
        name = ("update", tuple(columns), where)
        text = self._texts.get(name)
        if text is None:
            table = self.quote(where.class_.__tablename__)
            sets = ", ".join(f"{self.quote(column.key)} = {self.mark}" for column in columns)
            text = f"UPDATE {table} SET {sets} WHERE {self.quote(where.key)} = {self.mark}"
            self._texts[name] = text
        connection.exec_driver_sql(text, list(values))

    def chunks(self, values: Sequence[object]) -> Iterator[tuple[tuple[object, ...], str]]:
        """``values`` in portions, each with the marks of its IN list; a last value may be repeated."""
        for start in range(0, len(values), MOST_PARAMETERS):
            chunk = values[start : start + MOST_PARAMETERS]
            size = 1 << (len(chunk) - 1).bit_length()
            yield (*chunk, *[chunk[-1]] * (size - len(chunk))), ", ".join([self.mark] * size)

    def _in_list(
        self,
        name: tuple[object, ...],
        count: int,
        where: InstrumentedAttribute[Any],
        columns: Sequence[InstrumentedAttribute[Any]] = (),
    ) -> tuple[str, int]:
        """A statement for ``count`` values or more, and for how many: few sizes stay prepared."""
        size = 1 << (count - 1).bit_length()
        text = self._texts.get((name, size))
        if text is None:
            table = self.quote(where.class_.__tablename__)
            if name[0] == "delete":
                head = f"DELETE FROM {table}"
            else:
                head = f"SELECT {', '.join(self.quote(column.key) for column in columns)} FROM {table}"
            marks = ", ".join([self.mark] * size)
            text = f"{head} WHERE {self.quote(where.key)} IN ({marks})"
            self._texts[(name, size)] = text
        return text, size
