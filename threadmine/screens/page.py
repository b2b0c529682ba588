"""A view of one long text: the common shape of the diff, the series and the verdict explained.

A text is made in a worker and shown whole; some of its lines stand for issues, claims or mails, which can be
gone to and acted upon with the same keys as in the board.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.message import Message as Event
from textual.widgets import Static

from threadmine.model import ClaimRow, IssueRow
from threadmine.screens.acting import Desk, Here, RowScreen, here_of
from threadmine.screens.bar import PromptBar
from threadmine.screens.keyline import KeyLine
from threadmine.screens.keys import key
from threadmine.screens.moving import Pane
from threadmine.screens.paper import BLANK, Line, Paper, line


@dataclass(frozen=True, slots=True)
class Page:
    """A text ready to be shown."""

    title: str
    lines: tuple[Line, ...]


class PageScreen(RowScreen[None]):
    """Shows a page; the views that are one say how it is made.

    Args:
        desk: what it works with.
    """

    KEYS_TITLE = "This text"
    BINDINGS: ClassVar = [
        key("full_stop", "mark(1)", "Next concern"),
        key("comma", "mark(-1)", "Concern before", show=False),
        key("tab", "heading(1)", "Part", show=False, tooltip="Next part of the text"),
        key("shift+tab", "heading(-1)", "Part before", show=False, tooltip="Part before"),
        key("enter,l,right", "thread", "In", show=False, tooltip="In: the thread, at this concern"),
        key("r", "refresh", "Refresh", show=False, tooltip="Ask the database again"),
        key("q,h,left", "leave", "Close", tooltip="Out: close this view"),
        key("escape", "escape", "Close", show=False, tooltip="End the search, or close this view"),
    ]
    WAITING = "reading …"

    class Made(Event):
        """The page has come back from its worker."""

        def __init__(self, page: Page) -> None:
            super().__init__()
            self.page = page

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._is_new = True

    def make(self) -> Page:
        """The page; called in a worker."""
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        yield Static(self.WAITING, id="title", markup=False)
        yield Paper[object](id="page")
        yield Static("", id="status", markup=False)
        yield PromptBar()
        yield KeyLine()

    @property
    def paper(self) -> Paper[object]:
        return self.query_one("#page", Paper)

    def main_pane(self) -> Pane:
        return self.paper

    def on_mount(self) -> None:
        self.set_focus(self.paper)
        self.paper.show((line((self.WAITING, "dim")),))
        self.load()

    def load(self) -> None:
        """Makes the page anew, in the background."""
        self.in_background("page", lambda: void(self.post_message(self.Made(self.make()))))

    def on_page_screen_made(self, event: Made) -> None:
        page = event.page
        self.entitle(page.title)
        self.paper.show(page.lines or (BLANK,), keep=not self._is_new)
        self._is_new = False
        self.say("")

    def status(self) -> str:
        marks = self.paper.marks
        return f"{marks} concern{'' if marks == 1 else 's'}; . and , go to them" if marks else ""

    def failed(self, words: str) -> None:
        self.paper.show((line((words, "bold red")),))

    def on_paper_clicked(self, event: Paper.Clicked) -> None:
        self.action_thread()

    # -------------------------------------------------------------------------------------- acting

    def current(self) -> Here | None:
        mark = self.paper.mark
        if isinstance(mark, IssueRow | ClaimRow):
            return here_of(mark)
        return mark if isinstance(mark, Here) else None

    def nothing_here(self) -> str:
        return ". goes to the first concern" if self.paper.marks else "there is no concern on this page"

    def triaged(self, what: str) -> None:
        self.notify(what, markup=False)
        self.load()

    def action_refresh(self) -> None:
        self.load()

    def action_mark(self, step: int) -> None:
        self.go_to(step, object)

    def go_to(self, step: int, kind: type[object]) -> None:
        """Goes to the next line that stands for something of this kind, or the one before."""
        place, count = self.paper.to_mark(step, kind)
        if count:
            self.say(f"{place} of {count}")
        else:
            self.say("there is none on this page", "warning")

    def action_heading(self, step: int) -> None:
        self.paper.to_heading(step)

    def action_step(self, step: int) -> None:
        self.action_mark(step)

    def action_escape(self) -> None:
        if not self.end_search():
            self.app.pop_screen()


def void(_: object) -> None:
    """Nothing of a value that is not wanted."""
