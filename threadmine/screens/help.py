"""The page behind ``?``: made from the bindings of the screen in front, so that it can not drift."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.events import Resize
from textual.screen import Screen
from textual.widgets import Footer, Static

from threadmine.screens.bar import PromptBar
from threadmine.screens.moving import MovingScreen, Pane
from threadmine.screens.paper import BLANK, Line, Paper

KEY_NAMES = {
    "question_mark": "?",
    "slash": "/",
    "colon": ":",
    "enter": "Enter",
    "tab": "Tab",
    "shift+tab": "Shift-Tab",
    "escape": "Esc",
    "space": "Space",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "full_stop": ".",
    "comma": ",",
    "less_than_sign": "<",
    "greater_than_sign": ">",
    "left": "←",
    "right": "→",
    "up": "↑",
    "down": "↓",
    "home": "Home",
    "end": "End",
    "pagedown": "PgDn",
    "pageup": "PgUp",
    "ctrl+f": "^F",
    "ctrl+b": "^B",
    "ctrl+c": "^C",
}
KEYS = 16
"""Cells of the keys before what they do."""
TWO_COLUMNS = 130


def key_table(*bindings: Binding) -> tuple[tuple[str, str], ...]:
    """Keys and what they do, keys of the same action on one line, in the order they were declared."""
    by_text: dict[str, list[str]] = {}
    for binding in bindings:
        if binding.description:
            keys = by_text.setdefault(binding.tooltip or binding.description, [])
            keys.extend(KEY_NAMES.get(key, key) for key in binding.key.split(","))
    return tuple((" ".join(dict.fromkeys(keys)), text) for text, keys in by_text.items())


def groups_of(*kinds: type[object]) -> Iterator[tuple[str, tuple[Binding, ...]]]:
    """The bindings that screens and applications declare, with the title of each class that does.

    A key that a class binds hides the same key of its bases.
    """
    taken: set[str] = set()
    for kind in kinds:
        for base in kind.__mro__:
            if not base.__module__.startswith("threadmine."):
                continue
            own: list[Binding] = []
            for binding in vars(base).get("BINDINGS", ()):
                free = [key for key in binding.key.split(",") if key not in taken]
                if free:
                    own.append(
                        Binding(",".join(free), binding.action, binding.description, tooltip=binding.tooltip)
                    )
            taken.update(key for one in own for key in one.key.split(","))
            if own:
                yield vars(base).get("KEYS_TITLE", "This view"), tuple(own)


def help_lines(screen: type[object], app: type[object], room: int) -> tuple[Line, ...]:
    """The page: the keys of a screen, in two columns where there is room."""
    blocks = []
    for title, bindings in groups_of(screen, app):
        block = [Text(title, style="bold underline")]
        for keys, what in key_table(*bindings):
            text = Text(f"{keys:<{KEYS}}", style="bold")
            block.append(text.append(f" {what}", style="not bold"))
        blocks.append([*block, Text()])
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
        Binding("q,h,left,question_mark", "app.pop_screen", "Close", tooltip="Close this page"),
        Binding("escape", "escape", "Close", show=False, tooltip="End the search, or close this page"),
    ]

    def __init__(self, screen: Screen[object]) -> None:
        super().__init__()
        self._about = type(screen)

    def compose(self) -> ComposeResult:
        yield Static("keys", id="title")
        yield Paper[object](id="page")
        yield Static("", id="status", markup=False)
        yield PromptBar()
        yield Footer(compact=True, show_command_palette=False)

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
