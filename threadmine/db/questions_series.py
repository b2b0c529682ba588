"""Questions about series and the members that their patches touch.

What the arguments take is told in :mod:`threadmine.db.queries`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import (
    select,
)

from threadmine.db import rows
from threadmine.db.asked import condition, to_list
from threadmine.db.asked_kinds import SERIES, TOUCHES
from threadmine.db.asker import Asker
from threadmine.db.findings import select_touches, touch_row
from threadmine.db.schema import (
    Message,
    SeriesField,
    SeriesPatch,
    TouchRecord,
)
from threadmine.db.series import resolve_series, series_rows
from threadmine.db.terms import (
    CHUNK,
    SERIES_FIELD,
    TOUCH_FIELD,
    between,
    newest,
    one_of,
)
from threadmine.model import (
    Access,
    SeriesRow,
    TouchRow,
)
from threadmine.query import Where
from threadmine.query.match import list_key


class SeriesQuestions(Asker):
    """The series of one database."""

    # --------------------------------------------------------------------- series and members

    def series(
        self,
        ref: str | None = None,
        limit: int | None = None,
        *,
        where: Where | None = None,
        offset: int = 0,
    ) -> tuple[SeriesRow, ...]:
        """Versions of series, newest first; with ``ref`` those it means, oldest version first.

        ``where`` is a query: every version that meets it comes, and perhaps a few others.

        Raises:
            NotFoundError: ``ref`` means nothing in the database.
        """
        known = condition(where, SERIES).sql
        with self.database.read() as connection:
            ids = None if ref is None else resolve_series(connection, ref)
            return series_rows(connection, ids, limit, known, offset)

    def series_by_id(self, ids: Iterable[str]) -> tuple[SeriesRow, ...]:
        """Those of the series versions that the database holds."""
        names = sorted(set(ids))
        found: list[SeriesRow] = []
        with self.database.read() as connection:
            for start in range(0, len(names), CHUNK):
                found += series_rows(connection, names[start : start + CHUNK], None)
        return tuple(found)

    def sent_to(self, name: str) -> frozenset[str]:
        """The ids of the messages that have a mailing list (``linux-mm``) among their recipients."""
        wanted = list_key(rows.clean(name))
        with self.database.read() as connection:
            return frozenset(connection.scalars(select(Message.message_id).where(to_list(wanted))))

    def writers(self, member: str) -> frozenset[str]:
        """The ids of the series versions that write a member on changed lines."""
        statement = select(SeriesField.series_id).where(SERIES_FIELD.match(member), SeriesField.writes > 0)
        with self.database.read() as connection:
            return frozenset(connection.scalars(statement))

    def fields(self, series_ref: str, version: int | None = None) -> tuple[TouchRow, ...]:
        """The members that the patches of a series touch, by patch and line.

        Args:
            series_ref: see the module; words of a title mean its newest version.
            version: the vN to take, where not the one that ``series_ref`` means.

        Raises:
            NotFoundError: there is no such series, or it has no such version in hand.
        """
        with self.database.read() as connection:
            ids = resolve_series(connection, series_ref, version, one=True)
            statement = (
                select_touches()
                .join(SeriesPatch, SeriesPatch.message_key == TouchRecord.message_key)
                .where(SeriesPatch.series_id.in_(ids))
                .order_by(SeriesPatch.series_id, SeriesPatch.number, TouchRecord.position)
            )
            return tuple(touch_row(row) for row in connection.execute(statement))

    def touched(self, ids: Iterable[str]) -> dict[str, tuple[TouchRow, ...]]:
        """What the patches of each of these series versions touch, by patch and line."""
        names = sorted(set(ids))
        found: dict[str, list[TouchRow]] = {name: [] for name in names}
        statement = (
            select_touches()
            .add_columns(SeriesPatch.series_id.label("version_id"))
            .join(SeriesPatch, SeriesPatch.message_key == TouchRecord.message_key)
            .order_by(SeriesPatch.series_id, SeriesPatch.number, TouchRecord.position)
        )
        with self.database.read() as connection:
            for start in range(0, len(names), CHUNK):
                among = SeriesPatch.series_id.in_(names[start : start + CHUNK])
                for row in connection.execute(statement.where(among)):
                    found[row.version_id].append(touch_row(row))
        return {name: tuple(rows) for name, rows in found.items()}

    def touches(
        self,
        member: str | Iterable[str],
        access: Access | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int | None = None,
        where: Where | None = None,
        offset: int = 0,
    ) -> tuple[TouchRow, ...]:
        """The lines of patches that touch a member (or one of several), newest patch first.

        ``where`` is a query: every row that meets it comes, and perhaps a few others.
        """
        conditions = [
            one_of(TOUCH_FIELD, member),
            *between(Message.sent_at, since, until),
            condition(where, TOUCHES).sql,
        ]
        if access is not None:
            conditions.append(TouchRecord.access == access)
        statement = (
            select_touches()
            .where(*conditions)
            .order_by(*newest(Message.sent_at), Message.message_id, TouchRecord.position)
            .limit(limit)
            .offset(offset or None)
        )
        with self.database.read() as connection:
            return tuple(touch_row(row) for row in connection.execute(statement))
