"""A list that draws only the lines in sight, so that twenty thousand rows cost no more than twenty.

(Textual's own table measures every cell it is given, which takes a second for a few thousand.)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.events import Click, Resize
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

Columns = Sequence[tuple[str, int]]
"""Names and widths of columns; the last takes what is left of the line."""


class Listing(ScrollView, can_focus=True, inherit_bindings=False):
    """Rows under a line of column names, one of them under the cursor.

    Args:
        id: of the widget.
        header: whether the column names are shown.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {"listing--header", "listing--cursor", "listing--match"}
    DEFAULT_CSS = """
    Listing { overflow-x: hidden; scrollbar-size-vertical: 1; }
    Listing > .listing--header { text-style: bold underline; color: $foreground-muted; }
    Listing > .listing--cursor { background: $surface-lighten-2; text-style: bold; }
    Listing:focus > .listing--cursor {
        background: $block-cursor-background; color: $block-cursor-foreground; text-style: bold;
    }
    Listing > .listing--match { text-style: underline bold; }
    """

    class Highlighted(Message):
        """The cursor stands on another row, or on other contents of the same row."""

        def __init__(self, listing: Listing, index: int) -> None:
            super().__init__()
            self.listing = listing
            self.index = index

        @property
        def control(self) -> Listing:
            return self.listing

    class Chosen(Highlighted):
        """The row under the cursor was clicked."""

    class NearEnd(Message):
        """The cursor has come near the last row: the time to bring more."""

    def __init__(self, *, id: str, header: bool = True) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self._head = 1 if header else 0
        self._columns: Callable[[int], Columns] = lambda width: (("", width),)
        self._cells: Callable[[int, str, int], Text] = lambda index, name, width: Text()
        self._text: Callable[[int], str] = lambda index: ""
        self.row_count = 0
        self.cursor_row = 0
        self._words = ""
        self._matches: tuple[int, ...] = ()

    # ------------------------------------------------------------------------------------ contents

    def show(
        self,
        count: int,
        columns: Callable[[int], Columns],
        cell: Callable[[int, str, int], Text],
        text: Callable[[int], str],
        cursor: int = 0,
    ) -> None:
        """Shows other rows.

        Args:
            count: how many there are.
            columns: the columns of a list so many cells wide.
            cell: what a row shows in a column of some width (row, column's name, width).
            text: the words of a row that a search looks through.
            cursor: the row to stand on.
        """
        self._columns, self._cells, self._text = columns, cell, text
        self.row_count = count
        self.cursor_row = max(0, min(cursor, count - 1))
        if self._words:
            self.search(self._words)
        self._fit()
        self.post_message(self.Highlighted(self, self.cursor_row))

    @property
    def room(self) -> int:
        """Cells that a line has."""
        return self.scrollable_content_region.width

    def column_names(self) -> tuple[str, ...]:
        """The names of the columns in sight."""
        return tuple(name for name, _ in self._columns(self.room))

    def _fit(self) -> None:
        self.virtual_size = Size(self.room, self.row_count + self._head)
        self._keep_in_sight()
        self.refresh()

    def on_resize(self, event: Resize) -> None:
        self._fit()

    # -------------------------------------------------------------------------------------- moving

    def move_to(self, index: int) -> None:
        """Puts the cursor on a row, the nearest there is."""
        index = max(0, min(index, self.row_count - 1))
        if self.row_count and index > self.row_count - 60:
            self.post_message(self.NearEnd())
        if index != self.cursor_row:
            self.cursor_row = index
            self._keep_in_sight()
            self.refresh()
            self.post_message(self.Highlighted(self, index))

    def move(self, step: int) -> None:
        self.move_to(self.cursor_row + step)

    def edge(self, last: bool) -> None:
        self.move_to(self.row_count - 1 if last else 0)

    def page(self, step: int) -> None:
        self.move_to(self.cursor_row + step * max(1, self._rows_in_sight() - 1))

    def _rows_in_sight(self) -> int:
        return max(1, self.size.height - self._head)

    def _keep_in_sight(self) -> None:
        top, height = int(self.scroll_offset.y), self._rows_in_sight()
        if self.cursor_row < top:
            top = self.cursor_row
        elif self.cursor_row >= top + height:
            top = self.cursor_row - height + 1
        if top != int(self.scroll_offset.y):
            self.scroll_to(y=top, animate=False, force=True, immediate=True)

    def on_click(self, event: Click) -> None:
        row = int(self.scroll_offset.y) + event.get_content_offset_capture(self).y - self._head
        if 0 <= row < self.row_count:
            again = row == self.cursor_row
            self.move_to(row)
            if again:
                self.post_message(self.Chosen(self, row))

    # ------------------------------------------------------------------------------------- searching

    def search(self, words: str) -> int:
        """Marks the rows that hold ``words`` (capitals aside); how many there are. Empty: no search."""
        self._words = words
        wanted = words.casefold()
        found = (index for index in range(self.row_count) if wanted in self._text(index).casefold())
        self._matches = tuple(found) if words else ()
        self.refresh()
        return len(self._matches)

    def to_match(self, step: int, here: bool = False) -> tuple[int, int]:
        """Moves to the next match (or the one before), round the end.

        Returns:
            The number of the match, counted from one, and how many there are.
        """
        if not self._matches:
            return 0, 0
        at = self.cursor_row
        if step > 0:
            after = (n for n, row in enumerate(self._matches) if row > at or (here and row == at))
            number = next(after, 0)
        else:
            before = [n for n, row in enumerate(self._matches) if row < at]
            number = before[-1] if before else len(self._matches) - 1
        self.move_to(self._matches[number])
        return number + 1, len(self._matches)

    # ------------------------------------------------------------------------------------- drawing

    def render_line(self, y: int) -> Strip:
        width = self.room
        base = self.rich_style
        if y < self._head:
            line = self._line(lambda name, _: Text(name))
            style = self.get_component_rich_style("listing--header", partial=True)
            return strip_of(line, width, self.app.console, base, style)
        row = int(self.scroll_offset.y) + y - self._head
        if row >= self.row_count:
            return Strip.blank(width, base)
        line = self._line(lambda name, room: self._cells(row, name, room))
        if row == self.cursor_row:
            over = self.get_component_rich_style("listing--cursor", partial=True)
            return strip_of(line, width, self.app.console, base, over)
        if row in self._matches:
            return strip_of(
                line,
                width,
                self.app.console,
                base,
                self.get_component_rich_style("listing--match", partial=True),
            )
        return strip_of(line, width, self.app.console, base, Style.null())

    def _line(self, cell: Callable[[str, int], Text]) -> Text:
        """One line of cells, each cut or filled to the width of its column."""
        line = Text(no_wrap=True, end="")
        left = self.room
        columns = self._columns(left)
        for position, (name, wanted) in enumerate(columns):
            room = left if position == len(columns) - 1 else min(wanted, left)
            if room <= 0:
                break
            shown = cell(name, room).copy()
            shown.truncate(room, overflow="ellipsis", pad=True)
            line.append_text(shown)
            line.append(" ")
            left -= room + 1
        return line


def strip_of(line: Text, width: int, console: Console, base: Style, over: Style) -> Strip:
    """A line as Textual draws it: ``base`` below the styles of its words, ``over`` above them."""
    below = base + (line.style if isinstance(line.style, Style) else console.get_style(line.style))
    segments = [
        Segment(part.text, below + (part.style or Style.null()) + over)
        for part in line.render(console, end="")
    ]
    return Strip(segments).adjust_cell_length(width, base + over)
