"""The keys that act on the row under the cursor: its thread, patch, series, verdict, a reply, its link."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import ClassVar

from textual.binding import Binding

from threadmine.db.queries import Queries
from threadmine.errors import ThreadmineError
from threadmine.model import ClaimRow
from threadmine.screens.diff import DiffScreen
from threadmine.screens.explain import ExplainScreen
from threadmine.screens.reply import prepare_reply
from threadmine.screens.rows import Row, part
from threadmine.screens.series import SeriesScreen
from threadmine.screens.thread import ThreadScreen
from threadmine.screens.triage import TriageScreen


class RowScreen(TriageScreen):
    """A view with a list of issues or claims, one of which is under the cursor."""

    BINDINGS: ClassVar = [
        Binding("e", "thread", "Thread", tooltip="The whole thread of this row"),
        Binding("d", "diff", "Diff", tooltip="The patch this row is about"),
        Binding("s", "series", "Series", tooltip="The series of this row, version by version"),
        Binding("v", "explain", "Verdict", show=False, tooltip="The verdict of this claim, explained"),
        Binding("R", "reply", "Reply", show=False, tooltip="Prepare a reply in $EDITOR; nothing is sent"),
        Binding("o", "browse", "Open", show=False, tooltip="Open the message in the browser"),
        Binding("y", "copy", "Copy", show=False, tooltip="Copy the link of the message"),
    ]

    queries: Queries
    clock: Callable[[], datetime]

    def current_row(self) -> Row | None:
        """The row under the cursor, if there is one."""
        raise NotImplementedError

    def chosen_row(self) -> Row | None:
        """The row under the cursor; says so where there is none."""
        row = self.current_row()
        if row is None:
            self.notify("nothing is chosen")
        return row

    def action_thread(self) -> None:
        row = self.chosen_row()
        if row is not None:
            said = part(row)
            self.app.push_screen(
                ThreadScreen(self.queries, said.message_id, (said.start, said.end), self.clock)
            )

    def action_diff(self) -> None:
        row = self.chosen_row()
        if row is not None:
            self.app.push_screen(DiffScreen(self.queries, part(row).message_id))

    def action_series(self) -> None:
        row = self.chosen_row()
        if row is None:
            return
        if row.series_id:
            self.app.push_screen(SeriesScreen(self.queries, row.series_id, self.clock))
        else:
            self.notify("this message belongs to no series")

    def action_explain(self) -> None:
        row = self.chosen_row()
        if isinstance(row, ClaimRow):
            self.app.push_screen(ExplainScreen(self.queries, row))
        elif row is not None:
            self.notify("verdicts are for claims; c shows them")

    def action_reply(self) -> None:
        row = self.chosen_row()
        if row is not None:
            try:
                message = self.queries.message(part(row).message_id)
                self.notify(prepare_reply(self.app, message, self.triaging.who))
            except ThreadmineError as error:
                self.notify(error.line(), severity="error")

    def action_browse(self) -> None:
        row = self.chosen_row()
        if row is not None and row.url:
            self.app.open_url(row.url)

    def action_copy(self) -> None:
        row = self.chosen_row()
        if row is not None:
            self.app.copy_to_clipboard(row.url or part(row).message_id)
            self.notify("link copied")
