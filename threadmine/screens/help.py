"""The page behind ``?``: made from the bindings of the screen in front, so that it can not drift."""

from __future__ import annotations

from itertools import zip_longest
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.events import Resize
from textual.screen import Screen
from textual.widgets import Static

from threadmine.screens.bar import PromptBar
from threadmine.screens.keyline import KeyLine
from threadmine.screens.keys import groups_of, key, key_table
from threadmine.screens.moving import MovingScreen, Pane
from threadmine.screens.paper import BLANK, Line, Paper

KEYS = 16
"""Cells of the keys before what they do."""
TWO_COLUMNS = 130


def help_lines(screen: type[object], app: type[object], room: int) -> tuple[Line, ...]:
    """The page: the keys of a screen, in two columns where there is room."""
    blocks = []
    for title, bindings in groups_of(screen, app):
        block = [Text(title, style="bold underline")]
        for keys, what in key_table(*bindings):
            text = Text(f"{keys:<{KEYS}}", style="bold")
            block.append(text.append(f" {what}", style="not bold"))
        blocks.append([*block, Text()])
    signs = vars(screen).get("SIGNS", ())
    if signs:
        rows = [Text(f"{sign:<{KEYS}}").append(f" {what}") for sign, what in signs]
        blocks.append([Text("Signs", style="bold underline"), *rows, Text()])
    if room < TWO_COLUMNS:
        return tuple(Line(text, hang=KEYS + 1) for block in blocks for text in block)
    half = sum(map(len, blocks)) // 2
    left: list[Text] = []
    right: list[Text] = []
    for block in blocks:
        (left if len(left) + len(block) // 2 <= half else right).extend(block)
    made = []
    for one, other in zip_longest(left, right, fillvalue=Text()):
        shown = one.copy()
        shown.truncate(room // 2 - 2, overflow="ellipsis", pad=True)
        made.append(Line(shown.append_text(Text("  ")).append_text(other)))
    return tuple(made)


class HelpScreen(MovingScreen[None]):
    """Lists the keys of ``screen`` and those of the application."""

    BINDINGS: ClassVar = [
        key("q,h,left,question_mark", "leave", "Close", tooltip="Close this page"),
        key("escape", "escape", "Close", show=False, tooltip="End the search, or close this page"),
    ]

    def __init__(self, screen: Screen[object]) -> None:
        super().__init__()
        self._about = type(screen)

    def compose(self) -> ComposeResult:
        yield Static("keys", id="title")
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
        self._draw()

    def on_resize(self, event: Resize) -> None:
        self._draw()

    def _draw(self) -> None:
        lines = help_lines(self._about, type(self.app), self.app.size.width - 3)
        self.paper.show((BLANK, *lines))

    def action_escape(self) -> None:
        if not self.end_search():
            self.app.pop_screen()
