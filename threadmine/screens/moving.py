"""Moving as in mutt, the same in every view: the keys act on the pane that has the focus."""

from __future__ import annotations

from typing import ClassVar, TypeVar

from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.screen import Screen
from textual.widgets import DataTable, Tree

Result = TypeVar("Result")


class MovingScreen(Screen[Result]):
    """A view whose lists, trees and texts move by ``j k g G`` and the page keys."""

    BINDINGS: ClassVar = [
        Binding("j,down", "move(1)", "Next line", show=False),
        Binding("k,up", "move(-1)", "Line before", show=False),
        Binding("g,home", "edge(False)", "First line", show=False),
        Binding("G,end", "edge(True)", "Last line", show=False),
        Binding("space,pagedown", "page(1)", "Page down", show=False),
        Binding("b,pageup", "page(-1)", "Page up", show=False),
    ]

    def action_move(self, step: int) -> None:
        focused = self.focused
        if isinstance(focused, Tree | DataTable):
            (focused.action_cursor_down if step > 0 else focused.action_cursor_up)()
        elif isinstance(focused, VerticalScroll):
            focused.scroll_relative(y=step, animate=False)

    def action_edge(self, last: bool) -> None:
        focused = self.focused
        if isinstance(focused, Tree):
            focused.move_cursor_to_line(focused.last_line if last else 0)
        elif isinstance(focused, DataTable):
            focused.move_cursor(row=max(0, focused.row_count - 1) if last else 0)
        elif isinstance(focused, VerticalScroll):
            (focused.scroll_end if last else focused.scroll_home)(animate=False)

    def action_page(self, step: int) -> None:
        focused = self.focused
        if isinstance(focused, Tree | DataTable):
            (focused.action_page_down if step > 0 else focused.action_page_up)()
        elif isinstance(focused, VerticalScroll):
            (focused.scroll_page_down if step > 0 else focused.scroll_page_up)(animate=False)
