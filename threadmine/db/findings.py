"""Concerns, claims, touched lines and findings, each with the message and series it stands in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    func,
    select,
)

from threadmine.db import rows
from threadmine.db.same import issues_of
from threadmine.db.schema import (
    ClaimRecord,
    ConcernRecord,
    FindingRecord,
    KnownId,
    Message,
    SeriesVersion,
    TouchRecord,
    id_hash,
)
from threadmine.db.terms import (
    CHUNK,
    PLACE,
    joined,
    newest,
    oldest,
    row_order,
)
from threadmine.model import (
    ClaimRow,
    FindingRow,
    IssueRow,
    Person,
    RowOrder,
    TouchRow,
    VerdictKind,
    message_url,
)

if TYPE_CHECKING:
    from threadmine.db.rows import AnyRow, AnySelect


def issue_rows(
    connection: Connection,
    conditions: Sequence[ColumnElement[bool]],
    limit: int | None,
    offset: int = 0,
    order: RowOrder = RowOrder.NEWEST,
) -> tuple[IssueRow, ...]:
    sorting = (*row_order(ConcernRecord, order), ConcernRecord.id)
    statement = (
        select(ConcernRecord, *PLACE)
        .join(Message, Message.key == ConcernRecord.message_key)
        .outerjoin(SeriesVersion, SeriesVersion.id == Message.series_id)
        .where(*_chosen(ConcernRecord, conditions, sorting, limit, offset))
        .order_by(*sorting)
    )
    found = connection.execute(statement).all()
    refuted = _refuted_behind(connection, found)
    again = issues_of(connection, [row.id for row in found])
    return tuple(_issue_row(row, row.id in refuted, again.get(row.id, ("", 1))) for row in found)


def _chosen(
    table: type[ConcernRecord] | type[ClaimRecord],
    conditions: Sequence[ColumnElement[bool]],
    sorting: Sequence[Any],
    limit: int | None,
    offset: int,
) -> Sequence[ColumnElement[bool]]:
    """The conditions, or, of a part of the rows, that they are among the ids of that part.

    The ids are sorted alone, and the message and the series only joined where a condition looks at them.
    """
    if limit is None and not offset:
        return conditions
    ids = joined(select(table.id).where(*conditions), table.message_key)
    return [table.id.in_(ids.order_by(*sorting).limit(limit).offset(offset or None))]


def _refuted_behind(connection: Connection, concerns: Sequence[AnyRow]) -> set[str]:
    """The concerns with a refuted claim behind them.

    That is one in the same sentence, or in the text of the message before that the concern answers.
    """
    if not concerns:
        return set()
    statement = select(
        Message.message_id, ClaimRecord.verdict, ClaimRecord.start, ClaimRecord.end, ClaimRecord.quote
    ).join(Message, Message.key == ClaimRecord.message_key)
    names = {row.message_id for row in concerns} | {row.in_reply_to or "" for row in concerns}
    if len(names) <= CHUNK:
        hashes = sorted(id_hash(name) for name in names)
        numbers = select(KnownId.key).where(KnownId.id_hash.in_(hashes))
        statement = statement.where(ClaimRecord.message_key.in_(numbers))  # few: looked at one by one
    else:
        statement = statement.where(ClaimRecord.verdict == VerdictKind.REFUTED)
    refuted: dict[str, list[AnyRow]] = {}
    for row in connection.execute(statement):
        if row.verdict is VerdictKind.REFUTED:
            refuted.setdefault(row.message_id, []).append(row)
    return {row.id for row in concerns if _has_behind(row, refuted)} if refuted else set()


def _has_behind(concern: AnyRow, refuted: dict[str, list[AnyRow]]) -> bool:
    if any(c.start < concern.end and concern.start < c.end for c in refuted.get(concern.message_id, ())):
        return True
    if not concern.in_reply_to or not concern.about_text:
        return False
    return any(c.quote in concern.about_text for c in refuted.get(concern.in_reply_to, ()))


def _issue_row(row: AnyRow, refuted: bool, issue: tuple[str, int]) -> IssueRow:
    return IssueRow(
        concern=rows.to_concern(row),
        status=rows.to_status(row),
        subject=row.mail_subject,
        series_id=row.series_id,
        series_title=row.series_title or "",
        version=row.series_version or 0,
        patch=rows.patch_text(row.patch_number, row.series_total),
        list_name=row.list_name,
        severity="refuted-claim" if refuted else "",
        triage=row.triage,
        url=message_url(row.message_id),
        waits_for=_waits_for(row),
        issue_id=issue[0],
        occurrences=issue[1],
    )


def _waits_for(row: AnyRow) -> Person | None:
    """Who has to act on an open concern: the author of the series, unless that is who raised it."""
    if not row.state.is_open or row.series_author is None or row.series_address == row.author_address:
        return None
    return Person(row.series_author, row.series_address)


def claim_rows(
    connection: Connection,
    conditions: Sequence[ColumnElement[bool]],
    limit: int | None,
    offset: int = 0,
    order: RowOrder = RowOrder.NEWEST,
    once: bool = False,
) -> tuple[ClaimRow, ...]:
    """Claims with all places where they stand; with ``once`` the first in order of each restated one."""
    sorting = (*row_order(ClaimRecord, order), ClaimRecord.id)
    statement: AnySelect = (
        select(ClaimRecord, *PLACE)
        .join(Message, Message.key == ClaimRecord.message_key)
        .outerjoin(SeriesVersion, SeriesVersion.id == Message.series_id)
    )
    if once:
        ids = _told_once(connection, conditions, sorting, limit, offset)
        chunks = [ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK)]
        asked = [statement.where(ClaimRecord.id.in_(chunk)) for chunk in chunks]
        by_id = {row.id: row for one in asked for row in connection.execute(one)}
        found = [by_id[own_id] for own_id in ids]
    else:
        chosen = _chosen(ClaimRecord, conditions, sorting, limit, offset)
        found = list(connection.execute(statement.where(*chosen).order_by(*sorting)))
    places = _places(connection, {row.sameness for row in found})
    return tuple(_claim_row(row, places.get(row.sameness, ())) for row in found)


def _told_once(
    connection: Connection,
    conditions: Sequence[ColumnElement[bool]],
    sorting: Sequence[Any],
    limit: int | None,
    offset: int,
) -> list[str]:
    """The ids of claims, the first of those that say the same and were judged alike; stops at ``limit``."""
    chosen: AnySelect = select(ClaimRecord.id, ClaimRecord.sameness, ClaimRecord.verdict).where(*conditions)
    seen: dict[tuple[str, VerdictKind], str] = {}
    found = connection.execute(joined(chosen, ClaimRecord.message_key).order_by(*sorting))
    for row in found:
        seen.setdefault((row.sameness or row.id, row.verdict), row.id)
        if limit is not None and len(seen) >= offset + limit:
            break
    found.close()
    return list(seen.values())[offset:]


def _places(connection: Connection, wanted: set[str]) -> dict[str, list[str]]:
    """The messages in which claims stand, oldest first, by what their restatements share."""
    places = (
        select(ClaimRecord.sameness, Message.message_id)
        .join(Message, Message.key == ClaimRecord.message_key)
        .order_by(*oldest(ClaimRecord.sent_at), Message.message_id)
    )
    names = sorted(wanted - {""})
    several = select(ClaimRecord.sameness).group_by(ClaimRecord.sameness).having(func.count() > 1)
    among = ClaimRecord.sameness.in_(names if len(names) <= CHUNK else several)
    found: dict[str, list[str]] = {}
    for name, message_id in connection.execute(places.where(among)):
        stands = found.setdefault(name, [])
        if message_id not in stands:
            stands.append(message_id)
    return found


def _claim_row(row: AnyRow, places: Sequence[str]) -> ClaimRow:
    return ClaimRow(
        claim=rows.to_claim(row),
        verdict=rows.to_verdict(row),
        subject=row.mail_subject,
        series_id=row.series_id,
        series_title=row.series_title or "",
        version=row.series_version or 0,
        patch=rows.patch_text(row.patch_number, row.series_total),
        list_name=row.list_name,
        places=tuple(places) or (row.message_id,),
        url=message_url(row.message_id),
    )


def select_touches() -> AnySelect:
    return (
        select(
            TouchRecord,
            *PLACE,
            Message.date,
            Message.date_problem,
            Message.author_name,
            Message.author_address,
        )
        .join(Message, Message.key == TouchRecord.message_key)
        .outerjoin(SeriesVersion, SeriesVersion.id == Message.series_id)
    )


def touch_row(row: AnyRow) -> TouchRow:
    return TouchRow(
        touch=rows.to_touch(row),
        series_id=row.series_id,
        series_title=row.series_title or row.mail_subject,
        version=row.series_version or 0,
        patch=rows.patch_text(row.patch_number, row.series_total),
        message_id=row.message_id,
        date=rows.moment(row.date, row.date_problem),
        author=Person(row.author_name, row.author_address),
        list_name=row.list_name,
    )


def finding_rows(
    connection: Connection, conditions: Sequence[ColumnElement[bool]], limit: int | None
) -> tuple[FindingRow, ...]:
    """The program's own findings, newest patch first."""
    statement = (
        select(
            FindingRecord,
            *PLACE,
            Message.date,
            Message.date_problem,
            Message.author_name,
            Message.author_address,
        )
        .join(Message, Message.key == FindingRecord.message_key)
        .outerjoin(SeriesVersion, SeriesVersion.id == Message.series_id)
        .where(*conditions)
        .order_by(*newest(Message.sent_at), Message.message_id, FindingRecord.start, FindingRecord.id)
        .limit(limit)
    )
    return tuple(
        FindingRow(
            finding=rows.to_finding(row),
            subject=row.mail_subject,
            author=Person(row.author_name, row.author_address),
            date=rows.moment(row.date, row.date_problem),
            series_id=row.series_id,
            series_title=row.series_title or "",
            version=row.series_version or 0,
            patch=rows.patch_text(row.patch_number, row.series_total),
            list_name=row.list_name,
            url=message_url(row.message_id),
        )
        for row in connection.execute(statement)
    )
