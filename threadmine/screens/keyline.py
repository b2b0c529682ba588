"""The last line of a view: its main keys, made from the bindings.

(Textual's own footer builds a dozen widgets anew whenever the focus moves, which takes longer than all else
that a key does; and it cuts off what does not fit.)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual.binding import Binding
from textual.events import Click
from textual.widget import Widget

from threadmine.screens.keys import KEY_NAMES, groups_of

LAST = ("q", "question_mark")
"""Keys that stand at the end, and are shown however narrow the terminal is."""
GAPS = (2, 1)
"""Cells between keys, where there is room and where there is little."""


class KeyLine(Widget):
    """Shows the keys that their bindings want shown, as many as fit; each can be clicked."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"keyline--key"}
    DEFAULT_CSS = """
    KeyLine { height: 1; background: $footer-background; color: $footer-foreground; }
    KeyLine > .keyline--key { color: $footer-key-foreground; text-style: bold; }
    """

    def __init__(self) -> None:
        super().__init__(id="keys")

    def _fitting(self) -> tuple[list[Binding], int]:
        """The keys, and the gap between them."""
        groups = groups_of(type(self.screen), type(self.app))
        wanted = [one for _, bindings in groups for one in bindings if one.show]
        room = self.app.size.width
        gap = next((gap for gap in GAPS if len(fitting(wanted, room, gap)) == len(wanted)), GAPS[-1])
        return fitting(wanted, room, gap), gap

    def render(self) -> Text:
        key_style = self.get_component_rich_style("keyline--key", partial=True)
        text = Text(no_wrap=True, end="")
        shown, gap = self._fitting()
        for binding in shown:
            text.append(key_of(binding), style=key_style)
            text.append(f" {binding.description}{' ' * gap}", style=Style.null())
        return text

    async def on_click(self, event: Click) -> None:
        left = event.get_content_offset_capture(self).x
        shown, gap = self._fitting()
        for binding in shown:
            left -= _width(binding, gap)
            if left < 0:
                target = self.app if binding.key.startswith("question_mark") else self.screen
                await target.run_action(binding.action)
                return


def fitting(bindings: Sequence[Binding], room: int, gap: int) -> list[Binding]:
    """The bindings that fit into a line, in their order, those of :data:`LAST` at the end."""
    last = [one for name in LAST for one in bindings if one.key.split(",")[0] == name]
    room -= sum(_width(one, gap) for one in last)
    made = []
    for one in bindings:
        if one not in last and _width(one, gap) <= room:
            made.append(one)
            room -= _width(one, gap)
    return made + last


def key_of(binding: Binding) -> str:
    """The first key of a binding, as it is written."""
    key = binding.key.split(",")[0]
    return KEY_NAMES.get(key, key)


def _width(binding: Binding, gap: int) -> int:
    return len(key_of(binding)) + 1 + len(binding.description) + gap
