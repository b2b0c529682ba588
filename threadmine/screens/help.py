"""The page behind ``?``: made from the bindings of the screen in front, so that it can not drift."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

KEY_NAMES = {
    "question_mark": "?",
    "slash": "/",
    "colon": ":",
    "enter": "Enter",
    "tab": "Tab",
    "shift+tab": "Shift-Tab",
    "escape": "Esc",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "full_stop": ".",
    "comma": ",",
}


def key_table(*bindings: Binding) -> tuple[tuple[str, str], ...]:
    """Keys and what they do, keys of the same action on one line, in the order they were declared."""
    by_text: dict[str, list[str]] = {}
    for binding in bindings:
        if binding.description:
            keys = by_text.setdefault(binding.tooltip or binding.description, [])
            keys.extend(KEY_NAMES.get(key, key) for key in binding.key.split(","))
    return tuple((" ".join(dict.fromkeys(keys)), text) for text, keys in by_text.items())


def bindings_of(kind: type[object]) -> tuple[Binding, ...]:
    """The bindings that a screen or application declares, those of its bases in this project included."""
    bases = [base for base in kind.__mro__ if base.__module__.startswith("threadmine.")]
    declared = (binding for base in bases for binding in vars(base).get("BINDINGS", ()))
    return tuple(binding for binding in declared if isinstance(binding, Binding))


class HelpScreen(ModalScreen[None]):
    """Lists the keys of ``screen`` and those of the application."""

    BINDINGS: ClassVar = [Binding("q,escape,question_mark,enter", "app.pop_screen", "Close", show=False)]

    def __init__(self, screen: Screen[object]) -> None:
        super().__init__()
        self._about = screen

    def compose(self) -> ComposeResult:
        own = bindings_of(type(self._about))
        common = bindings_of(type(self.app))
        text = Text("Keys\n\n", style="bold")
        for keys, what in key_table(*own, *common):
            text.append(f"  {keys:<16}", style="bold")
            text.append(f"{what}\n", style="not bold")
        with VerticalScroll(id="help"):
            yield Static(text)
