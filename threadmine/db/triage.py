"""What people set by hand, kept apart from what is mined: triage of issues, ties between series.

Events are only ever added, so that who did what and when stays readable, and two people's files merge by
adding lines. What stands now follows from the events in the order of their times. Nothing here is lost by
an ingest: the ids of issues and series come from their messages and stay the same.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import delete, insert, select, update

from threadmine.db.schema import ConcernRecord, SeriesMark, TriageEvent
from threadmine.db.session import Database
from threadmine.errors import ParseError
from threadmine.model import stable_id

SCHEMA = 1


class Action(StrEnum):
    """What can be done to an issue."""

    CLOSE = "close"
    REOPEN = "reopen"
    ASSIGN = "assign"
    SNOOZE = "snooze"
    NOTE = "note"
    MERGE = "merge"
    SPLIT = "split"  # undoes a merge


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that somebody did; ``at`` is ISO 8601, ``value`` what the action needs (see ``Action``)."""

    issue_id: str
    action: Action
    value: str = ""
    note: str = ""
    who: str = ""
    at: str = ""

    @property
    def id(self) -> str:
        return stable_id("e", self.issue_id, self.action.value, self.value, self.note, self.who, self.at)


@dataclass(frozen=True, slots=True)
class Mark:
    """Two series tied together by hand, or kept ``apart``."""

    one: str
    other: str
    apart: bool = False
    who: str = ""
    at: str = ""


def triage_text(events: Iterable[Event]) -> str:
    """What stands after all events: ``closed; assigned to Ada``, or the empty text."""
    state = assigned = snoozed = merged = ""
    notes = 0
    for event in sorted(events, key=_order):
        match event.action:
            case Action.CLOSE:
                state, snoozed = "closed", ""
            case Action.REOPEN:
                state, snoozed, merged = "", "", ""
            case Action.ASSIGN:
                assigned = event.value
            case Action.SNOOZE:
                snoozed = event.value
            case Action.MERGE:
                merged = event.value
            case Action.SPLIT:
                merged = ""
            case Action.NOTE:
                notes += 1
    parts = [
        state,
        f"merged into {merged}" if merged else "",
        f"snoozed until {snoozed}" if snoozed else "",
        f"assigned to {assigned}" if assigned else "",
        f"{notes} note{'s' if notes > 1 else ''}" if notes else "",
    ]
    return "; ".join(part for part in parts if part)


def _order(event: Event) -> tuple[float, str]:
    """By moment, whatever zone each was written in; what has no time comes first."""
    try:
        at = datetime.fromisoformat(event.at)
    except ValueError:
        return 0.0, event.id
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp(), event.id


class Triage:
    """Triage events and series marks of one database.

    Args:
        database: where they are kept.

    Raises:
        StoreError: (every method) the database cannot be read or written.
    """

    def __init__(self, database: Database) -> None:
        self.database = database

    def add(self, events: Iterable[Event]) -> int:
        """Stores events and what follows from them; returns how many were new."""
        given = {event.id: event for event in map(_storable, events)}
        if not given:
            return 0
        with self.database.write() as connection:
            known = set(connection.scalars(select(TriageEvent.id).where(TriageEvent.id.in_(list(given)))))
            fresh = [event for name, event in sorted(given.items()) if name not in known]
            if fresh:
                connection.execute(insert(TriageEvent), [_values(event) for event in fresh])
        self.refresh({event.issue_id for event in fresh})
        return len(fresh)

    def events(self, issue_id: str | None = None) -> tuple[Event, ...]:
        """All events, or those of one issue, oldest first."""
        statement = select(TriageEvent)
        if issue_id is not None:
            statement = statement.where(TriageEvent.issue_id == issue_id)
        with self.database.read() as connection:
            found = [
                Event(row.issue_id, Action(row.action), row.value, row.note, row.who, row.at)
                for row in connection.execute(statement)
            ]
        return tuple(sorted(found, key=_order))

    def refresh(self, issue_ids: Iterable[str] | None = None) -> None:
        """Writes what stands into the issues' rows; an ingest that stored them anew has emptied it.

        Args:
            issue_ids: only these issues; None for all that somebody triaged.
        """
        wanted = None if issue_ids is None else set(issue_ids)
        events: dict[str, list[Event]] = {}
        for event in self.events():
            if wanted is None or event.issue_id in wanted:
                events.setdefault(event.issue_id, []).append(event)
        if not events:
            return
        with self.database.write() as connection:
            for issue_id, group in sorted(events.items()):
                text = triage_text(group)
                connection.execute(
                    update(ConcernRecord)
                    .where(ConcernRecord.id == issue_id, ConcernRecord.triage != text)
                    .values(triage=text)
                )

    def marks(self) -> tuple[Mark, ...]:
        """What was said by hand of pairs of series."""
        with self.database.read() as connection:
            statement = select(SeriesMark).order_by(SeriesMark.one, SeriesMark.other)
            rows = connection.execute(statement)
            return tuple(Mark(row.one, row.other, row.apart, row.who, row.at) for row in rows)

    def mark(self, mark: Mark) -> None:
        """Ties two series together or keeps them apart; what was said of the pair before is replaced."""
        one, other = sorted((mark.one, mark.other))
        with self.database.write() as connection:
            connection.execute(delete(SeriesMark).where(SeriesMark.one == one, SeriesMark.other == other))
            values = {"one": one, "other": other, "apart": mark.apart, "who": mark.who, "at": mark.at}
            connection.execute(insert(SeriesMark), [values])


def _storable(event: Event) -> Event:
    """The event with what is no character (half a surrogate pair) replaced: databases hold text only."""
    texts = (event.issue_id, event.value, event.note, event.who, event.at)
    whole = [text.encode("utf-8", "replace").decode("utf-8") for text in texts]
    return Event(whole[0], event.action, *whole[1:])


def _values(event: Event) -> dict[str, str]:
    return {
        "id": event.id,
        "issue_id": event.issue_id,
        "action": event.action.value,
        "value": event.value,
        "note": event.note,
        "who": event.who,
        "at": event.at,
    }


def to_lines(events: Iterable[Event]) -> Iterator[str]:
    """Events as JSON Lines, in an order that does not depend on the database: fit for git.

    What turns or hides text (controls, bidirectional marks, invisible characters) is escaped, so that a diff
    of two such files shows what is in them; it reads back equal.
    """
    for event in sorted(events, key=lambda event: (event.issue_id, *_order(event))):
        row = {key: value for key, value in _values(event).items() if key != "id"}
        text = json.dumps({"schema": SCHEMA, **row}, ensure_ascii=False)
        yield _HIDDEN.sub(lambda found: json.dumps(found.group())[1:-1], text)


_HIDDEN = re.compile(
    "[\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff"
    "\U000e0000-\U000e0fff]"
)


def from_lines(lines: Sequence[str], where: str = "") -> tuple[Event, ...]:
    """Events from JSON Lines; empty lines are passed over.

    Raises:
        ParseError: a line is no event; it names the line.
    """
    found = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            texts = [str(row.get(key, "")) for key in ("value", "note", "who", "at")]
            found.append(Event(str(row["issue_id"]), Action(row["action"]), *texts))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ParseError(
                "no triage event", f"{where}:{number}", "see docs/tracking.md for the format"
            ) from error
    return tuple(found)
