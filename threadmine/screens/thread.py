"""A whole thread: the tree of mails above, the chosen mail below, the sentence that led here marked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import ClassVar

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.message import Message as Event
from textual.widgets import DataTable, Footer, Static

from threadmine.db.queries import Queries
from threadmine.model import ThreadRow
from threadmine.screens import drawing
from threadmine.screens.moving import MovingScreen


class ThreadScreen(MovingScreen[None]):
    """Shows the thread that holds ``message_id``.

    Args:
        queries: what to ask.
        message_id: the mail to open on.
        mark: characters of its body to show reversed.
        clock: the present moment, for ages.
    """

    BINDINGS: ClassVar = [
        Binding("n", "step(1)", "Next mail"),
        Binding("p", "step(-1)", "Mail before"),
        Binding("enter,l,right", "enter", "Read", tooltip="Into the mail"),
        Binding("tab", "app.focus_next", "Pane", tooltip="Next pane"),
        Binding("h,left", "out", "Out", tooltip="Out: the mail, the thread, the board"),
        Binding("q,escape", "app.pop_screen", "Close", tooltip="Close this view"),
    ]

    class Loaded(Event):
        """The thread has come back from its worker."""

        def __init__(self, rows: tuple[ThreadRow, ...]) -> None:
            super().__init__()
            self.rows = rows

    class Read(Event):
        """One mail has come back from its worker."""

        def __init__(self, message_id: str, text: Text, line: int) -> None:
            super().__init__()
            self.message_id = message_id
            self.text = text
            self.line = line

    def __init__(
        self, queries: Queries, message_id: str, mark: tuple[int, int], clock: Callable[[], datetime]
    ) -> None:
        super().__init__()
        self._queries = queries
        self._opened_on = message_id
        self._mark = mark
        self._clock = clock
        self._rows: tuple[ThreadRow, ...] = ()
        self._reading = ""

    def compose(self) -> ComposeResult:
        yield Static("thread", id="title")
        yield DataTable[Text](id="mails", cursor_type="row", show_header=False)
        with VerticalScroll(id="mail"):
            yield Static("", id="text")
        yield Footer(compact=True)

    @property
    def table(self) -> DataTable[Text]:
        return self.query_one("#mails", DataTable)

    @property
    def mail(self) -> VerticalScroll:
        return self.query_one("#mail", VerticalScroll)

    def on_mount(self) -> None:
        for width in (5, 18, 4, 200):
            self.table.add_column("", width=width)
        self.load_thread()
        self.set_focus(self.table)

    @work(thread=True, exclusive=True, group="thread")
    def load_thread(self) -> None:
        self.post_message(self.Loaded(self._queries.thread(self._opened_on)))

    @work(thread=True, exclusive=True, group="mail")
    def load_mail(self, message_id: str) -> None:
        message = self._queries.message(message_id)
        marks = (self._mark,) if message_id == self._opened_on else ()
        above = message.body.count("\n", 0, self._mark[0]) if marks else 0
        self.post_message(self.Read(message_id, drawing.mail_text(message, marks), above))

    def on_thread_screen_loaded(self, event: Loaded) -> None:
        now = self._clock()
        self._rows = event.rows
        for row in event.rows:
            self.table.add_row(*drawing.thread_cells(row, now))
        ids = [row.message_id for row in event.rows]
        if self._opened_on in ids:
            self.table.move_cursor(row=ids.index(self._opened_on))
        self.query_one("#title", Static).update(Text(f"thread of {len(ids)} messages"))

    def on_thread_screen_read(self, event: Read) -> None:
        if event.message_id == self._reading:
            self.query_one("#text", Static).update(event.text)
            self.call_after_refresh(self.mail.scroll_to, y=max(0, event.line - 2), animate=False)

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        position = self.table.cursor_row
        if 0 <= position < len(self._rows) and self._rows[position].message_id != self._reading:
            self._reading = self._rows[position].message_id
            self.load_mail(self._reading)

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        self.set_focus(self.mail)

    def action_step(self, step: int) -> None:
        self.table.move_cursor(row=min(max(0, self.table.cursor_row + step), max(0, len(self._rows) - 1)))

    def action_enter(self) -> None:
        self.set_focus(self.mail)

    def action_out(self) -> None:
        if self.focused is self.mail:
            self.set_focus(self.table)
        else:
            self.app.pop_screen()
