"""Writes the series of a thread: versions, their patches, the members they touch, the trailers they got.

Series are always written anew as a whole, from what ``places`` finds in all messages of the thread; only
their links to other versions, which tracking has found, are carried over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
WHERE s.thread_id = {mark} AND t.side <> ' '
GROUP BY p.series_id, t.member, t.struct
"""

_TRAILERS = """
SELECT m.series_id, t.tag, COUNT(DISTINCT m.patch_number || ' ' || COALESCE(t.address, t.value))
FROM messages m
JOIN trailers t ON t.message_key = m.key
WHERE m.thread_id = {mark} AND m.series_id <> ''
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


def clear_series(
    sql: Statements, connection: Connection, lights: Sequence[Light], thread_ids: Sequence[str]
) -> Links:
    """Removes the series of threads whose messages are ``lights``; returns their links by series id."""
    if not any(light.is_candidate for light in lights):
        return {}
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


def write_series(
    sql: Statements,
    connection: Connection,
    numbers: Mapping[str, int],
    thread_id: str,
    lights: Sequence[Light],
    arranged: Arranged,
    links: Links,
) -> None:
    """Writes the series of a thread whose messages are stored.

    Args:
        sql, connection: how and where.
        numbers: the numbers of the messages by their ids.
        thread_id: the thread.
        lights: its messages.
        arranged: the series found in them.
        links: what :func:`clear_series` gave, kept for the series that are still there.
    """
    if not arranged.series:
        return
    last: dict[str, int] = {}
    for light in lights:
        series_id = arranged.places[light.message_id][0]
        last[series_id] = max(last.get(series_id, 0), light.sent_at or 0)
    by_series: dict[str, list[tuple[str, int]]] = {}
    found = connection.exec_driver_sql(_TRAILERS.format(mark=sql.mark), (thread_id,))
    for series_id, tag, count in found:
        by_series.setdefault(series_id, []).append((tag, count))
    series = [
        _series_values(
            thread_id,
            draft,
            numbers[draft.head.message_id],
            last.get(draft.id) or None,
            by_series.get(draft.id, []),
            links.get(draft.id, ("", "", "")),
        )
        for draft in arranged.series
    ]
    sql.insert(connection, SeriesVersion, SERIES_COLUMNS, series)
    patches: list[tuple[object, ...]] = [
        (draft.id, number, numbers[patch.message_id])
        for draft in arranged.series
        for number, patch in sorted(draft.patches.items())
    ]
    columns = ("series_id", "number", "message_key")
    sql.insert(connection, SeriesPatch, columns, patches)
    connection.exec_driver_sql(_FIELDS.format(mark=sql.mark), (thread_id,))


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
