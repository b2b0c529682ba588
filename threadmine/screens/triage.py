"""Triage from the keyboard: what a person sets by hand, with undo.

Triage events are only ever added (``db/triage``); undoing adds the event that brings back what stood before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import ClassVar

from threadmine.db.triage import Action, Event, Triage
from threadmine.errors import ThreadmineError
from threadmine.model import IssueRow
from threadmine.screens.bar import Question
from threadmine.screens.keys import key
from threadmine.screens.moving import MovingScreen, Result

SNOOZE = timedelta(days=14)


def inverse(event: Event, before: Iterable[Event]) -> Event | None:
    """The event that undoes ``event``, given those of its issue that came before; None for a note."""
    if event.action is Action.NOTE:
        return None
    if event.action is Action.CLOSE:
        return Event(event.issue_id, Action.REOPEN)
    if event.action is Action.MERGE:
        return Event(event.issue_id, Action.SPLIT)
    earlier = [e for e in before if e.action is event.action]
    if event.action in (Action.ASSIGN, Action.SNOOZE):
        return Event(event.issue_id, event.action, earlier[-1].value if earlier else "")
    return Event(event.issue_id, Action.CLOSE)


class Triaging:
    """Writes triage and remembers how to undo it.

    Args:
        triage: where events are kept.
        who: the person at the keyboard, as git knows them.
        clock: the present moment.
    """

    def __init__(self, triage: Triage, who: str, clock: Callable[[], datetime]) -> None:
        self._triage = triage
        self.who = who
        self._clock = clock
        self._done: list[tuple[Event, ...]] = []

    def close_or_reopen(self, rows: Sequence[IssueRow]) -> str:
        """Closes the issues; where all are closed already, opens them again."""
        closed = all("closed" in row.triage.split("; ") for row in rows)
        action = Action.REOPEN if closed else Action.CLOSE
        return self._add([Event(row.concern.id, action) for row in rows])

    def snooze(self, rows: Sequence[IssueRow]) -> str:
        """Lets the issues sleep for two weeks."""
        until = (self._clock() + SNOOZE).date().isoformat()
        return self._add([Event(row.concern.id, Action.SNOOZE, until) for row in rows])

    def assign(self, rows: Sequence[IssueRow], name: str) -> str:
        return self._add([Event(row.concern.id, Action.ASSIGN, name) for row in rows])

    def note(self, rows: Sequence[IssueRow], text: str) -> str:
        return self._add([Event(row.concern.id, Action.NOTE, note=text) for row in rows])

    def undo(self) -> str:
        """Takes the last action back; says what it did."""
        if not self._done:
            return "nothing to undo"
        back = [self._inverse(event) for event in self._done.pop()]
        events = [event for event in back if event is not None]
        if not events:
            return "a note stays; it can not be undone"
        self._write(events)
        return f"undone for {_count(events)}"

    def _inverse(self, event: Event) -> Event | None:
        before = [other for other in self._triage.events(event.issue_id) if other.at < event.at]
        return inverse(event, before)

    def _add(self, events: list[Event]) -> str:
        self._done.append(tuple(self._write(events)))
        return f"{events[0].action.value}: {_count(events)}; U undoes"

    def _write(self, events: Iterable[Event]) -> list[Event]:
        at = self._clock().isoformat()
        stamped = [Event(e.issue_id, e.action, e.value, e.note, self.who, at) for e in events]
        self._triage.add(stamped)
        return stamped


def _count(events: Sequence[object]) -> str:
    return f"{len(events)} issue{'s' if len(events) > 1 else ''}"


class TriageScreen(MovingScreen[Result]):
    """The keys of triage for a view that shows issues: on the marked rows, or on the one chosen."""

    KEYS_TITLE = "Triage"
    BINDINGS: ClassVar = [
        key("x", "close", "Close", show=False, tooltip="Close the issue, or open it again"),
        key("z", "snooze", "Snooze", show=False, tooltip="Let the issue sleep for two weeks"),
        key("t", "assign", "Assign", show=False, tooltip="Assign: say who has to act"),
        key("i", "note", "Note", show=False, tooltip="Add a note"),
        key("U", "undo", "Undo", show=False, tooltip="Take the last triage back"),
    ]

    triaging: Triaging

    def chosen_issues(self) -> tuple[IssueRow, ...]:
        """The issues that triage acts on; the view says so where there are none."""
        raise NotImplementedError

    def triaged(self, what: str) -> None:
        """Called after each action with what to tell the user."""
        raise NotImplementedError

    def action_close(self) -> None:
        self._with_issues(self.triaging.close_or_reopen)

    def action_snooze(self) -> None:
        self._with_issues(self.triaging.snooze)

    def action_assign(self) -> None:
        self._ask("assign to", self.triaging.assign)

    def action_note(self) -> None:
        self._ask("note", self.triaging.note)

    def action_undo(self) -> None:
        self._tell(self.triaging.undo)

    def _with_issues(self, act: Callable[[Sequence[IssueRow]], str]) -> None:
        rows = self.chosen_issues()
        if rows:
            self._tell(lambda: act(rows))

    def _ask(self, question: str, act: Callable[[Sequence[IssueRow], str], str]) -> None:
        rows = self.chosen_issues()

        def answered(text: str) -> None:
            if text.strip():
                self._tell(lambda: act(rows, text.strip()))

        if rows:
            self.bar.ask(
                Question(f"{question} ({_count(rows)}):", answered, hint="Enter keeps, Esc leaves it")
            )

    def _tell(self, act: Callable[[], str]) -> None:
        try:
            self.triaged(act())
        except ThreadmineError as error:
            self.notify(error.line(), severity="error", markup=False)
