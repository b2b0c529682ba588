"""A whole thread: the tree of mails above, the chosen mail below, the sentence that led here marked."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.message import Message as Event
from textual.widgets import Static

from threadmine.model import IssueRow, StoredMessage, ThreadRow, message_url
from threadmine.screens import drawing
from threadmine.screens.acting import Desk, Here, RowScreen
from threadmine.screens.bar import PromptBar
from threadmine.screens.keyline import KeyLine
from threadmine.screens.keys import key
from threadmine.screens.listing import Columns, Listing
from threadmine.screens.moving import Pane
from threadmine.screens.paper import Line, Paper, line


def columns(room: int) -> Columns:
    """The columns of a thread ``room`` cells wide."""
    return (("age", 4), ("from", 12 if room < 100 else 22), ("asks", 4), ("says", 4), ("subject", 0))


class ThreadScreen(RowScreen[None]):
    """Shows the thread that holds ``message_id``.

    Args:
        desk: what it works with.
        message_id: the mail to open on.
        mark: characters of its body to show reversed.
    """

    BINDINGS: ClassVar = [
        key("enter,l,right", "enter", "Read", tooltip="In: into the mail"),
        key("h,left", "out", "Out", tooltip="Out: the mail, the thread, the view before"),
        key("r", "refresh", "Refresh", show=False, tooltip="Ask the database again"),
        key("q", "leave", "Close", tooltip="Close this view"),
        key("escape", "escape", "Close", show=False, tooltip="End the search, or close this view"),
    ]

    class Loaded(Event):
        """The thread has come back from its worker."""

        def __init__(self, rows: tuple[ThreadRow, ...]) -> None:
            super().__init__()
            self.rows = rows

    class Read(Event):
        """One mail has come back from its worker."""

        def __init__(self, mail: StoredMessage, lines: tuple[Line, ...], first: int) -> None:
            super().__init__()
            self.mail = mail
            self.lines = lines
            self.first = first

    def __init__(self, desk: Desk, message_id: str, mark: tuple[int, int]) -> None:
        super().__init__(desk)
        self._opened_on = message_id
        self._mark = mark
        self._rows: tuple[ThreadRow, ...] = ()
        self._reading = ""
        self._mail: StoredMessage | None = None

    def compose(self) -> ComposeResult:
        yield Static("thread", id="title", markup=False)
        yield Listing(id="mails")
        yield Paper[object](id="mail")
        yield Static("", id="status", markup=False)
        yield PromptBar()
        yield KeyLine()

    @property
    def listing(self) -> Listing:
        return self.query_one("#mails", Listing)

    @property
    def mail(self) -> Paper[object]:
        return self.query_one("#mail", Paper)

    def main_pane(self) -> Pane:
        return self.listing

    def on_mount(self) -> None:
        self.set_focus(self.listing)
        self.load_thread()

    def load_thread(self) -> None:
        self.in_background("thread", self._ask_thread)

    def _ask_thread(self) -> None:
        self.post_message(self.Loaded(self.queries.whole_thread(self._opened_on)))

    def _ask_mail(self, message_id: str) -> None:
        message = self.queries.message(message_id)
        marks = (self._mark,) if message_id == self._opened_on and self._mark[1] else ()
        lines, first = drawing.mail_lines(message, marks)
        self.post_message(self.Read(message, lines, first))

    def on_thread_screen_loaded(self, event: Loaded) -> None:
        now = self.desk.clock()
        rows = self._rows = event.rows
        ids = [row.message_id for row in rows]
        wanted = self._reading or self._opened_on
        self.listing.show(
            len(rows),
            columns,
            lambda index, name, _: drawing.thread_cell(rows[index], name, now),
            lambda index: f"{rows[index].subject}\n{rows[index].author.display}",
            cursor=ids.index(wanted) if wanted in ids else 0,
        )
        subject = rows[0].subject if rows else ""
        absent = sum(bool(row.known_from) for row in rows)
        here = f", {absent} of them not here" if absent else ""
        words = f"thread of {len(ids)} message{'' if len(ids) == 1 else 's'}{here}: {subject}"
        self.entitle(words)
        self.say("")

    def status(self) -> str:
        asked = sum(row.concerns for row in self._rows)
        return f"{asked} asked, {sum(row.claims for row in self._rows)} stated in it; patches stand out"

    def on_thread_screen_read(self, event: Read) -> None:
        if event.mail.message_id == self._reading:
            self._mail = event.mail
            self.mail.show(event.lines, top=max(0, event.first - 4))

    def failed(self, words: str) -> None:
        self.mail.show((line((words, "bold red")),))

    def on_listing_highlighted(self, event: Listing.Highlighted) -> None:
        row = self._rows[event.index] if 0 <= event.index < len(self._rows) else None
        if row is None or row.message_id == self._reading:
            return
        self._reading = message_id = row.message_id
        if row.known_from:
            self._mail = None
            self.mail.show(drawing.absent_lines(row))
        else:
            self.in_background("mail", lambda: self._ask_mail(message_id))

    def on_listing_chosen(self, event: Listing.Chosen) -> None:
        self.set_focus(self.mail)

    # -------------------------------------------------------------------------------------- acting

    def current(self) -> Here | None:
        mail = self._mail
        if mail is None:
            return None
        span = self._mark if mail.message_id == self._opened_on else (0, 0)
        return Here(mail.message_id, span, mail.series_id, message_url(mail.message_id))

    def nothing_here(self) -> str:
        return "this mail is not here"

    def chosen_issues(self) -> tuple[IssueRow, ...]:
        """The issue that led here, while its mail is read; else those raised in the mail."""
        found = self.here()
        if found is None:
            return ()
        rows = self.queries.issues(message=found.message_id)
        marked = tuple(row for row in rows if (row.concern.start, row.concern.end) == found.span)
        if not rows:
            self.say("nothing is asked in this mail", "warning")
        return marked or rows

    def triaged(self, what: str) -> None:
        self.say(what)

    def action_thread(self) -> None:
        self.say("this is the thread")

    def action_refresh(self) -> None:
        self.load_thread()

    def action_step(self, step: int) -> None:
        """The next mail, from either pane."""
        self.listing.move(step)

    def action_enter(self) -> None:
        self.set_focus(self.mail)

    def action_out(self) -> None:
        if self.focused is self.mail:
            self.set_focus(self.listing)
        else:
            self.app.pop_screen()

    def action_escape(self) -> None:
        if not self.end_search():
            self.app.pop_screen()
