"""Moving and searching as in mutt and less, the same in every view: the keys act on the pane in focus."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar, TypeVar

from rich.text import Text
from textual.message import Message as Event
from textual.screen import Screen
from textual.widgets import Input, Static

from threadmine.errors import ThreadmineError
from threadmine.render import safe
from threadmine.screens.bar import PromptBar, Question
from threadmine.screens.fieldtree import FieldTree
from threadmine.screens.keys import key
from threadmine.screens.listing import Listing
from threadmine.screens.paper import Paper

Result = TypeVar("Result")
Pane = Listing | Paper[Any] | FieldTree


class MovingScreen(Screen[Result]):
    """A view whose panes move by ``j k g G`` and the page keys, and are searched by ``/``."""

    KEYS_TITLE = "Moving and searching"
    BINDINGS: ClassVar = [
        key("j,down", "move(1)", "Next line", show=False),
        key("k,up", "move(-1)", "Line before", show=False),
        key("g,home", "edge(False)", "First line", show=False),
        key("G,end", "edge(True)", "Last line", show=False),
        key("space,pagedown,ctrl+f", "page(1)", "Page down", show=False),
        key("b,pageup,ctrl+b", "page(-1)", "Page up", show=False),
        key("slash", "search", "Search", show=False, tooltip="Search in the pane in focus"),
        key("n", "next", "Next", show=False, tooltip="Next match of the search; without one, next issue"),
        key("p", "step(-1)", "Before", show=False, tooltip="Issue before"),
        key("N", "match(-1)", "Match before", show=False, tooltip="Match before"),
        key("tab", "pane(1)", "Pane", show=False, tooltip="Next pane"),
        key("shift+tab", "pane(-1)", "Pane before", show=False, tooltip="Pane before"),
    ]

    class Failed(Event):
        """What was asked of the database or the disk could not be done."""

        def __init__(self, words: str) -> None:
            super().__init__()
            self.words = words

    searched = ""
    """What was last searched for here."""

    # ------------------------------------------------------------------------------------- workers

    def in_background(self, group: str, work: Callable[[], None]) -> None:
        """Runs ``work`` in a thread; a newer one of the same group takes its place. Faults are told."""
        self.run_worker(partial(self._guarded, work), thread=True, exclusive=True, group=group)

    def _guarded(self, work: Callable[[], None]) -> None:
        try:
            work()
        except ThreadmineError as error:
            self.post_message(self.Failed(error.line()))

    def on_moving_screen_failed(self, event: Failed) -> None:
        self.failed(event.words)

    def failed(self, words: str) -> None:
        """Tells what went wrong in the background."""
        self.say(words, "error")

    # -------------------------------------------------------------------------------------- moving

    @property
    def pane(self) -> Pane | None:
        """The pane in focus."""
        focused = self.focused
        return focused if isinstance(focused, Listing | Paper | FieldTree) else None

    @property
    def bar(self) -> PromptBar:
        return self.query_one(PromptBar)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys typed into a line are text; a view that is not there yet takes none."""
        return self.is_mounted and not isinstance(self.focused, Input)

    def action_leave(self) -> None:
        """Closes this view."""
        self.app.pop_screen()

    def action_pane(self, step: int) -> None:
        """The focus to the next pane, or the one before."""
        (self.focus_next if step > 0 else self.focus_previous)()

    def action_move(self, step: int) -> None:
        if self.pane is not None:
            self.pane.move(step)

    def action_edge(self, last: bool) -> None:
        if self.pane is not None:
            self.pane.edge(last)

    def action_page(self, step: int) -> None:
        if self.pane is not None:
            self.pane.page(step)

    # ------------------------------------------------------------------------------------- searching

    def action_search(self) -> None:
        pane = self.pane or self.main_pane()

        def done(words: str) -> None:
            self.search_in(pane, words)

        def cancelled() -> None:
            pane.search(self.searched)

        self.bar.ask(
            Question("/", done, hint="words to search for in this pane; n and N repeat", cancelled=cancelled)
        )

    def search_in(self, pane: Pane, words: str) -> None:
        """Looks for words in a pane and goes to the first match from where it stands."""
        self.searched = words
        found = pane.search(words)
        if not words:
            self.say("")
        elif not found:
            self.say(f"no “{words}” here", "warning")
        else:
            self._say_match(pane.to_match(1, here=True))

    def action_match(self, step: int) -> None:
        pane = self.pane
        if not self.searched:
            self.say("nothing is searched for; / searches")
        elif pane is not None:
            if not pane.search(self.searched):
                self.say(f"no “{self.searched}” here", "warning")
            else:
                self._say_match(pane.to_match(step))

    def _say_match(self, place: tuple[int, int]) -> None:
        self.say(f"“{self.searched}”: match {place[0]} of {place[1]}; Esc ends the search")

    def action_next(self) -> None:
        """The next match while something is searched for, else what is next in this view."""
        if self.searched:
            self.action_match(1)
        else:
            self.action_step(1)

    def end_search(self) -> bool:
        """Forgets what was searched for; whether there was anything."""
        if not self.searched:
            return False
        self.searched = ""
        for pane in self.query("Listing, Paper, FieldTree").results():
            if isinstance(pane, Listing | Paper | FieldTree):
                pane.search("")
        self.say("")
        return True

    # ------------------------------------------------------------------------------ for the views

    def main_pane(self) -> Pane:
        """The pane that keys act on where none has the focus."""
        raise NotImplementedError

    def action_step(self, step: int) -> None:
        """The next thing of this view, or the one before."""

    def say(self, words: str, kind: str = "") -> None:
        """Tells the user something in the line of status; ``kind`` "warning" makes it stand out.

        Nothing said: the view's own status comes back.
        """
        text = Text(words or self.status(), style="bold red" if kind else "")
        self.query_one("#status", Static).update(text, layout=False)

    def entitle(self, words: str) -> None:
        """Puts words into the first line; cut where they do not fit."""
        text = Text(safe(words).replace("\n", " "), overflow="ellipsis", no_wrap=True)
        self.query_one("#title", Static).update(text, layout=False)

    def status(self) -> str:
        """What the line of status says while there is nothing else to say."""
        return ""
