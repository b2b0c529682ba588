"""The keys that act on what is under the cursor: its thread, patch, series, verdict, a reply, its link.

The same in the board, in a thread, in a patch, in a series: each view only says what is under its cursor.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from threadmine.db.queries import Queries
from threadmine.errors import ThreadmineError
from threadmine.model import ClaimRow, IssueRow
from threadmine.screens.keys import key
from threadmine.screens.moving import Result
from threadmine.screens.reply import prepare_reply
from threadmine.screens.rows import Row, part
from threadmine.screens.triage import TriageScreen, Triaging


@dataclass(frozen=True, slots=True)
class Here:
    """What is under the cursor: a mail, a span of its body, its series, the row if it is one."""

    message_id: str
    span: tuple[int, int] = (0, 0)
    series_id: str = ""
    url: str = ""
    row: Row | None = None


def here_of(row: Row) -> Here:
    """A row as something to act on."""
    said = part(row)
    return Here(said.message_id, (said.start, said.end), row.series_id, row.url, row)


@dataclass(frozen=True, slots=True)
class Desk:
    """What every view works with.

    Args:
        queries: what to ask (from worker threads).
        clock: the present moment, for ages.
        triaging: writes what people set by hand.
    """

    queries: Queries
    clock: Callable[[], datetime]
    triaging: Triaging


class RowScreen(TriageScreen[Result]):
    """A view in which something is under the cursor.

    Args:
        desk: what it works with.
    """

    KEYS_TITLE = "What is under the cursor"
    BINDINGS: ClassVar = [
        key("e", "thread", "Thread", tooltip="The whole thread as a tree, opened on this mail"),
        key("d", "diff", "Diff", tooltip="The patch this is about, concerns between its lines"),
        key("s", "series", "Series", tooltip="The series: versions side by side, what was dropped"),
        key("v", "explain", "Verdict", tooltip="The verdict of this claim, explained"),
        key("R", "reply", "Reply", show=False, tooltip="Draft a reply in $EDITOR; nothing is sent"),
        key("o", "browse", "Open", show=False, tooltip="Open the message in the browser"),
        key("y", "copy", "Copy", show=False, tooltip="Copy the link of the message"),
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.triaging = desk.triaging

    @property
    def queries(self) -> Queries:
        return self.desk.queries

    def current(self) -> Here | None:
        """What is under the cursor, if anything."""
        raise NotImplementedError

    def here(self) -> Here | None:
        """What is under the cursor; says so where there is nothing."""
        found = self.current()
        if found is None:
            self.say(self.nothing_here(), "warning")
        return found

    def nothing_here(self) -> str:
        """What to say where nothing is under the cursor."""
        return "nothing is chosen"

    def chosen_issues(self) -> tuple[IssueRow, ...]:
        found = self.here()
        if found is None:
            return ()
        if not isinstance(found.row, IssueRow):
            self.say("triage is for issues; c shows them", "warning")
            return ()
        return (found.row,)

    def action_thread(self) -> None:
        from threadmine.screens.thread import ThreadScreen

        if found := self.here():
            self.app.push_screen(ThreadScreen(self.desk, found.message_id, found.span))

    def action_diff(self) -> None:
        from threadmine.screens.diff import DiffScreen

        if found := self.here():
            self.app.push_screen(DiffScreen(self.desk, found.message_id))

    def action_series(self) -> None:
        from threadmine.screens.series import SeriesScreen

        found = self.here()
        if found is None:
            return
        if found.series_id:
            self.app.push_screen(SeriesScreen(self.desk, found.series_id))
        else:
            self.say("this message belongs to no series", "warning")

    def action_explain(self) -> None:
        from threadmine.screens.explain import ExplainScreen

        found = self.here()
        if found is None:
            return
        if isinstance(found.row, ClaimRow):
            self.app.push_screen(ExplainScreen(self.desk, found.row))
        else:
            self.say("verdicts are for claims; c shows them", "warning")

    def action_reply(self) -> None:
        if found := self.here():
            try:
                message = self.queries.message(found.message_id)
                self.notify(prepare_reply(self.app, message, self.triaging.who), markup=False)
            except ThreadmineError as error:
                self.notify(error.line(), severity="error", markup=False)

    def action_browse(self) -> None:
        if found := self.here():
            if found.url:
                self.app.open_url(found.url)
            else:
                self.say("this message has no address on the web", "warning")

    def action_copy(self) -> None:
        if found := self.here():
            self.app.copy_to_clipboard(found.url or found.message_id)
            self.notify("link copied")
