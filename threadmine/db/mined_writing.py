"""Writes what was found in messages that are stored: trailers, lines that touch members, the words that a
search finds, claims with their verdicts, concerns and the program's own findings.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection

from threadmine.db import rows, values
from threadmine.db.bulk import Statements
from threadmine.db.schema import (
    ClaimName,
    ClaimRecord,
    ConcernName,
    ConcernRecord,
    FindingRecord,
    TouchRecord,
    TrailerRow,
)
from threadmine.model import Mined, VerdictKind

_CLAIM_NAMES = ("member", "struct", "claim_id", "is_refuted", "sent_at")
_CONCERN_NAMES = ("member", "struct", "concern_id", "sent_at")


def write_mined(
    sql: Statements, connection: Connection, fresh: Sequence[tuple[int, Mined]], full_text: bool
) -> None:
    """Writes what was found in messages.

    Args:
        sql: the statements of the database.
        connection: in a transaction.
        fresh: the messages by their keys, in ascending order of these.
        full_text: whether the database has a table of words to search.
    """
    trailers: list[tuple[object, ...]] = []
    touches: list[tuple[object, ...]] = []
    search: list[tuple[object, ...]] = []
    for key, mined in fresh:
        message = mined.message
        trailers += values.trailer_values(key, message.trailers)
        touches += values.touch_values(key, mined.touches)
        search.append((key, rows.clean(message.subject.title), rows.clean(values.own_text(message))))
    sql.insert(connection, TrailerRow, values.TRAILER_COLUMNS, trailers)
    sql.insert(connection, TouchRecord, values.TOUCH_COLUMNS, touches)
    if full_text and search:
        connection.exec_driver_sql("INSERT INTO search (rowid, subject, text) VALUES (?, ?, ?)", search)
    _write_claims(sql, connection, fresh)
    _write_concerns(sql, connection, fresh)
    findings: dict[str, tuple[object, ...]] = {}
    for key, mined in fresh:
        for finding in mined.findings:
            findings.setdefault(finding.id, values.finding_values(key, finding))
    sql.insert(connection, FindingRecord, values.FINDING_COLUMNS, list(findings.values()))


def _write_claims(sql: Statements, connection: Connection, fresh: Iterable[tuple[int, Mined]]) -> None:
    """Claims with their verdicts, and the names in them."""
    claims: dict[str, tuple[object, ...]] = {}
    names: set[tuple[object, ...]] = set()
    for key, mined in fresh:
        for claim, verdict in zip(mined.claims, mined.verdicts, strict=True):
            if claim.id not in claims:
                claims[claim.id] = values.claim_values(key, claim, verdict)
                more = (claim.id, verdict.kind is VerdictKind.REFUTED, rows.seconds(claim.date))
                names |= {(*_member_first(name), *more) for name in claim.entities if name}
    sql.insert(connection, ClaimRecord, values.CLAIM_COLUMNS, list(claims.values()))
    sql.insert(connection, ClaimName, _CLAIM_NAMES, sorted(names, key=_first_three))


def _write_concerns(sql: Statements, connection: Connection, fresh: Iterable[tuple[int, Mined]]) -> None:
    """Concerns, and the names that they are about."""
    concerns: dict[str, tuple[object, ...]] = {}
    names: set[tuple[object, ...]] = set()
    for key, mined in fresh:
        for concern in mined.concerns:
            if concern.id not in concerns:
                concerns[concern.id] = values.concern_values(key, concern)
                dated = (concern.id, rows.seconds(concern.date))
                names |= {(*_member_first(name), *dated) for name in concern.targets if name}
    sql.insert(connection, ConcernRecord, values.CONCERN_COLUMNS, list(concerns.values()))
    sql.insert(connection, ConcernName, _CONCERN_NAMES, sorted(names, key=_first_three))


def _first_three(values: tuple[object, ...]) -> tuple[str, ...]:
    return tuple(str(value) for value in values[:3])


def _member_first(name: str) -> tuple[str, str]:
    # not at the top: a whole language comes with it, and only what was mined has names
    from threadmine.query.names import split_name

    struct, member = split_name(rows.clean(name))
    return member, struct
