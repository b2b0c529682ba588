"""Messages that stand in for real mail: known from quotations or archive pages alone.

They are loaded back whole and taken out whole, with everything found in them, when the real mail is there;
what answered them is taken out with them and stored again under its new parent by the caller.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, exists, or_, select

from threadmine.db import rows
from threadmine.db.schema import Body, Copy, KnownId, SeriesVersion, Thread, Waiting, id_hash
from threadmine.db.schema import Message as Row
from threadmine.db.session import Database
from threadmine.db.told import forget
from threadmine.model import Defect, Message, Moment, Origin, Person, Subject, Unknown

PAGE_MARK = "Archive-Page"
STANDS_FOR_MARK = "Stands-For"
_CHUNK = 400


def load_stand_ins(database: Database) -> tuple[Message, ...]:
    """The stored stand-ins; without patch and trailers, which their text gives again."""
    with database.read() as connection:
        return load_messages_where(connection, or_(Row.quoted_only, Row.headers.contains(PAGE_MARK + ": ")))


def load_messages(database: Database, ids: Iterable[str]) -> tuple[Message, ...]:
    """The stored ones of these messages, likewise without patch and trailers."""
    hashes = sorted({id_hash(rows.clean(name)) for name in ids})
    found: list[Message] = []
    with database.read() as connection:
        for start in range(0, len(hashes), _CHUNK):
            keys = select(KnownId.key).where(KnownId.id_hash.in_(hashes[start : start + _CHUNK]))
            found += load_messages_where(connection, Row.key.in_(keys))
    return tuple(found)


def load_messages_where(connection: Connection, wanted: ColumnElement[bool]) -> tuple[Message, ...]:
    """The stored messages that meet a condition, likewise; those that wait to be mined are bare."""
    waits = exists().where(Waiting.message_key == Row.key).label("waits")
    texts = (Body.text.label("body_text"), Body.stretches.label("body_stretches"))
    statement = (
        select(*Row.__table__.columns, *texts, waits)
        .join(Body, Body.message_key == Row.key)
        .where(wanted)
        .order_by(Row.message_id)
    )
    return tuple(_message(row) for row in connection.execute(statement))


def _message(row: rows.AnyRow) -> Message:
    body: str = row.body_text
    headers = _pairs(row.headers)
    stands_for = next((value for name, value in headers if name == STANDS_FOR_MARK), "")
    return Message(
        message_id=row.message_id,
        subject=_subject(row),
        author=Person(row.author_name, row.author_address),
        date=_moment(row),
        body=body,
        origin=Origin(row.source, row.place),
        id_made_up=row.id_made_up,
        in_reply_to=row.in_reply_to,
        references=tuple(row.refs),
        to=rows.people_of(row.recipients, "To: "),
        cc=rows.people_of(row.recipients, "Cc: "),
        list_id=row.list_name,
        stretches=rows.stretches_of(row.body_stretches),
        is_cover=row.is_cover,
        quoted_only=row.quoted_only,
        defects=tuple(Defect(code, detail) for code, detail in _pairs(row.defects)),
        bot=row.bot,
        headers=headers,
        stands_for=stands_for,
        from_page=any(name == PAGE_MARK for name, _ in headers),
        attestation=row.attestation,
        bare=bool(row.waits),
    )


def _pairs(text: str) -> tuple[tuple[str, str], ...]:
    """Lines ``name: value`` as pairs."""
    parts = (line.partition(": ") for line in text.split("\n") if line)
    return tuple((name, value) for name, _, value in parts)


def _subject(row: rows.AnyRow) -> Subject:
    return Subject(
        raw=row.subject,
        title=row.title,
        is_reply=row.is_reply,
        is_patch=row.is_patch,
        is_rfc=row.is_rfc,
        is_resend=row.is_resend,
        version=row.version,
        version_stated=row.version_stated,
        subversion=row.subversion,
        number=row.number,
        total=row.total,
        tags=tuple(row.tags),
    )


def _moment(row: rows.AnyRow) -> Moment:
    return Unknown(row.date_problem) if row.date is None else datetime.fromisoformat(row.date)


def remove_messages(connection: Connection, ids: Iterable[str], full_text: bool) -> list[str]:
    """Takes messages out with all that was found in them; ids that are not stored are passed over.

    The series of their threads go too, because a patch of theirs may have gone: the caller, who owns the
    transaction, has to make these threads anew.

    Returns:
        The threads that lost a message and have others left.
    """
    wanted = sorted({rows.clean(name) for name in ids})
    threads: set[str] = set()
    for start in range(0, len(wanted), _CHUNK):
        threads.update(_remove(connection, wanted[start : start + _CHUNK], full_text))
    left = select(Thread.id).where(Thread.id.in_(threads)).order_by(Thread.id)
    return list(connection.scalars(left))


def _remove(connection: Connection, ids: Sequence[str], full_text: bool) -> list[str]:
    numbers = select(KnownId.key).where(KnownId.id_hash.in_([id_hash(name) for name in ids]))
    found = connection.execute(select(Row.key, Row.thread_id).where(Row.key.in_(numbers))).all()
    keys = [key for key, _ in found]
    threads = sorted({thread_id for _, thread_id in found})
    if not keys:
        return []
    connection.execute(delete(SeriesVersion).where(SeriesVersion.thread_id.in_(threads)))
    connection.execute(delete(Row).where(Row.key.in_(keys)))
    if full_text:
        for key in keys:
            connection.exec_driver_sql("DELETE FROM search WHERE rowid = ?", (key,))
    connection.execute(delete(Copy).where(Copy.message_key.in_(keys)))
    forget(connection, keys)
    connection.execute(delete(KnownId).where(KnownId.key.in_(keys)))
    still = exists().where(KnownId.thread_id == Thread.id)
    connection.execute(delete(Thread).where(Thread.id.in_(threads), ~still))
    return threads
