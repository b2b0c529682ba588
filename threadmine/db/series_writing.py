"""Writes the series of a thread: versions, their patches, the members they touch, the trailers they got.

Series are always written anew as a whole, from what ``places`` finds in all messages of the thread; only
their links to other versions, which tracking has found, are carried over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from threadmine.db import rows
from threadmine.db.bulk import Statements
from threadmine.db.places import Arranged, Light, SeriesDraft
from threadmine.db.schema import SeriesPatch, SeriesVersion

Links = dict[str, tuple[Any, ...]]
"""supersedes, superseded_by and linked_by by series id."""

_FIELDS = """
INSERT INTO series_fields (series_id, member, struct, reads, writes, others)
SELECT p.series_id, t.member, t.struct,
       SUM(CASE t.access WHEN 'read' THEN 1 ELSE 0 END),
       SUM(CASE t.access WHEN 'write' THEN 1 ELSE 0 END),
       SUM(CASE t.access WHEN 'read' THEN 0 WHEN 'write' THEN 0 ELSE 1 END)
FROM series_patches p
JOIN series s ON s.id = p.series_id
JOIN touches t ON t.message_key = p.message_key
WHERE s.thread_id IN ({marks}) AND t.side <> ' '
GROUP BY p.series_id, t.member, t.struct
"""

_TRAILERS = """
SELECT m.series_id, t.tag, COUNT(DISTINCT m.patch_number || ' ' || COALESCE(t.address, t.value))
FROM messages m
JOIN trailers t ON t.message_key = m.key
WHERE m.thread_id IN ({marks}) AND m.series_id <> ''
GROUP BY m.series_id, t.tag
ORDER BY m.series_id, t.tag
"""

SERIES_COLUMNS = [
    "id",
    "thread_id",
    "head_key",
    "title",
    "author_name",
    "author_address",
    "list_name",
    "version",
    "version_text",
    "cover",
    "total",
    "complete",
    "sent_at",
    "last_at",
    "base",
    "change_id",
    "trailers",
    "supersedes",
    "superseded_by",
    "linked_by",
]


def clear_series(sql: Statements, connection: Connection, thread_ids: Sequence[str]) -> Links:
    """Removes the series of threads; returns their links by series id."""
    columns = (
        SeriesVersion.id,
        SeriesVersion.supersedes,
        SeriesVersion.superseded_by,
        SeriesVersion.linked_by,
    )
    where = SeriesVersion.thread_id
    found = sql.fetch(connection, columns, where, thread_ids)
    sql.delete(connection, where, thread_ids)
    return {row[0]: row[1:] for row in found}


@dataclass(frozen=True, slots=True)
class SeriesOf:
    """A thread, its messages, and the series found in them."""

    thread_id: str
    lights: Sequence[Light]
    arranged: Arranged


def write_series(
    sql: Statements,
    connection: Connection,
    numbers: Mapping[str, int],
    threads: Sequence[SeriesOf],
    links: Links,
) -> None:
    """Writes the series of threads whose messages are stored.

    Args:
        sql, connection: how and where.
        numbers: the numbers of the messages by their ids.
        threads: what was found in each.
        links: what :func:`clear_series` gave; those of series that are still there are kept.
    """
    threads = [thread for thread in threads if thread.arranged.series]
    ids = [thread.thread_id for thread in threads]
    by_series = _trailer_counts(sql, connection, ids)
    series: list[tuple[object, ...]] = []
    patches: list[tuple[object, ...]] = []
    for thread in threads:
        last: dict[str, int] = {}
        for light in thread.lights:
            series_id = thread.arranged.places[light.message_id][0]
            last[series_id] = max(last.get(series_id, 0), light.sent_at or 0)
        for draft in thread.arranged.series:
            own = links.get(draft.id, ("", "", ""))
            key = numbers[draft.head.message_id]
            counts = by_series.get(draft.id, [])
            series.append(
                _series_values(thread.thread_id, draft, key, last.get(draft.id) or None, counts, own)
            )
            patches += [(draft.id, n, numbers[one.message_id]) for n, one in sorted(draft.patches.items())]
    sql.insert(connection, SeriesVersion, SERIES_COLUMNS, series)
    sql.insert(connection, SeriesPatch, ("series_id", "number", "message_key"), patches)
    for chunk, marks in sql.chunks(ids):
        connection.exec_driver_sql(_FIELDS.format(marks=marks), chunk)


def _trailer_counts(
    sql: Statements, connection: Connection, thread_ids: Sequence[str]
) -> dict[str, list[tuple[str, int]]]:
    """How many trailers of each tag the patches and answers of each series of some threads give."""
    found: dict[str, list[tuple[str, int]]] = {}
    for chunk, marks in sql.chunks(thread_ids):
        for series_id, tag, count in connection.exec_driver_sql(_TRAILERS.format(marks=marks), chunk):
            found.setdefault(series_id, []).append((tag, count))
    return found


def _series_values(
    thread_id: str,
    draft: SeriesDraft,
    head_key: int,
    last_at: int | None,
    trailers: list[tuple[str, int]],
    links: tuple[Any, ...],
) -> tuple[object, ...]:
    head = draft.head
    return (
        draft.id,
        thread_id,
        head_key,
        head.title,
        head.author_name,
        head.author,
        head.list_name,
        head.version,
        draft.version_text,
        draft.cover.message_id if draft.cover else None,
        draft.total,
        draft.is_complete,
        head.sent_at,
        last_at,
        draft.first_stated("base"),
        draft.first_stated("change_id"),
        rows.as_json(trailers),
        *links,
    )
