"""A long text that draws only the lines in sight, with marks to go between and words to search for.

Everything shown at length (a row in full, a mail, a patch, a series) is a tuple of :class:`Line`: made by
pure functions, broken to the width of the pane here.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar

from rich.style import Style
from rich.text import Text
from textual.events import Click, Resize
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from threadmine.render import safe, width
from threadmine.screens.listing import strip_of

LABEL = 9
"""Cells of the names before values."""

LINES_ABOVE = 3
"""Lines kept in sight above what was gone to."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line before it is broken. ``hang``: cells that the lines broken from it are indented by;
    ``mark``: what the line stands for, if it can be gone to; ``is_heading``: a part of the text begins here.
    """

    text: Text
    hang: int = 0
    mark: object | None = None
    is_heading: bool = False


def line(*parts: str | tuple[str, str], hang: int = 0, mark: object | None = None) -> Line:
    """A line of words, each plain or with its style; the words are made safe to show."""
    made = Text(no_wrap=False)
    for part in parts:
        words, style = part if isinstance(part, tuple) else (part, "")
        made.append(safe(words).replace("\n", " "), style=style)
    return Line(made, hang, mark)


def pair(label: str, value: str, style: str = "") -> tuple[Line, ...]:
    """A value behind its name; nothing where there is no value."""
    return (line((f"{label:<{LABEL}}", "dim"), (value, style), hang=LABEL),) if value else ()


def heading(words: str) -> tuple[Line, ...]:
    """A blank line and a heading."""
    return Line(Text()), Line(Text(safe(words), style="bold underline"), is_heading=True)


BLANK = Line(Text())

Mark = TypeVar("Mark")


@dataclass(frozen=True, slots=True)
class _Row:
    """One line as it is broken: which line it is from, and what it shows."""

    source: int
    text: Text


class Paper(ScrollView, Generic[Mark], can_focus=True, inherit_bindings=False):
    """Shows lines.

    Args:
        id: of the widget.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {"paper--match", "paper--mark"}
    DEFAULT_CSS = """
    Paper { overflow-x: hidden; scrollbar-size-vertical: 1; padding: 0 1; }
    Paper > .paper--match { background: $warning; color: $background; }
    Paper > .paper--mark { background: $surface-lighten-2; }
    """

    class Clicked(Message):
        """A line that can be gone to was clicked."""

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self.lines: tuple[Line, ...] = ()
        self._rows: list[_Row] = []
        self._starts: list[int] = []
        self._marked: list[int] = []
        self._at = -1
        self._words = ""
        self._matches: list[int] = []

    # ------------------------------------------------------------------------------------ contents

    def show(self, lines: Sequence[Line], keep: bool = False, top: int = 0) -> None:
        """Shows other lines, from line ``top`` on; ``keep``: where the text stands now."""
        here = self._source_at(int(self.scroll_offset.y)) if keep else top
        mark = self.mark
        self.lines = tuple(lines)
        self._marked = [number for number, one in enumerate(self.lines) if one.mark is not None]
        kept = [n for n in self._marked if keep and mark is not None and self.lines[n].mark == mark]
        self._at = kept[0] if kept else -1
        self._break()
        if self._words:
            self.search(self._words)
        self._to_source(here, above=0)

    @property
    def plain(self) -> str:
        """The whole text without styles."""
        return "\n".join(one.text.plain for one in self.lines)

    @property
    def mark(self) -> Mark | None:
        """What the line that was last gone to stands for."""
        return self.lines[self._at].mark if 0 <= self._at < len(self.lines) else None  # type: ignore[return-value] # only marks of one kind are put in

    @property
    def marks(self) -> int:
        """How many lines can be gone to."""
        return len(self._marked)

    def _break(self) -> None:
        room = max(1, self.scrollable_content_region.width)
        self._rows, self._starts = [], []
        for number, one in enumerate(self.lines):
            self._starts.append(len(self._rows))
            if width(one.text.plain) <= room:
                self._rows.append(_Row(number, one.text))
                continue
            for text in _broken(one, room, self):
                self._rows.append(_Row(number, text))
        self.virtual_size = Size(room, len(self._rows))
        self.refresh()

    def on_resize(self, event: Resize) -> None:
        here = self._source_at(int(self.scroll_offset.y))
        self._break()
        self._to_source(here, above=0)

    # -------------------------------------------------------------------------------------- moving

    def _source_at(self, row: int) -> int:
        return self._rows[row].source if 0 <= row < len(self._rows) else 0

    def _to_source(self, number: int, above: int = LINES_ABOVE) -> None:
        row = self._starts[number] if 0 <= number < len(self._starts) else 0
        self.scroll_to(y=max(0, row - above), animate=False, force=True, immediate=True)

    def move(self, step: int) -> None:
        self.scroll_relative(y=step, animate=False, immediate=True)

    def edge(self, last: bool) -> None:
        (self.scroll_end if last else self.scroll_home)(animate=False, immediate=True)

    def page(self, step: int) -> None:
        self.scroll_relative(y=step * max(1, self.size.height - 1), animate=False, immediate=True)

    def to_mark(self, step: int, kind: type[object] = object) -> tuple[int, int]:
        """Goes to the next line that stands for something of this kind, or the one before.

        Returns:
            Its number, counted from one, and how many there are.
        """
        marked = [number for number in self._marked if isinstance(self.lines[number].mark, kind)]
        if not marked:
            return 0, 0
        if self._at < 0:
            place = 0 if step > 0 else len(marked) - 1
        elif step > 0:
            place = bisect_right(marked, self._at)
        else:
            place = bisect_left(marked, self._at) - 1
        place = max(0, min(place, len(marked) - 1))
        self._at = marked[place]
        self._to_source(self._at)
        self.refresh()
        return place + 1, len(marked)

    def to_heading(self, step: int) -> None:
        """Shows the text from the next heading on, or from the one before; else from its start or end."""
        top = self._source_at(int(self.scroll_offset.y))
        heads = [number for number, one in enumerate(self.lines) if one.is_heading]
        if step > 0:
            after = [number for number in heads if number > top]
            self._to_source(after[0], above=0) if after else self.edge(True)
        else:
            before = [number for number in heads if number < top]
            self._to_source(before[-1], above=0) if before else self.edge(False)

    def on_click(self, event: Click) -> None:
        row = int(self.scroll_offset.y) + event.get_content_offset_capture(self).y
        source = self._source_at(row)
        if row < len(self._rows) and self.lines[source].mark is not None:
            again, self._at = self._at == source, source
            self.refresh()
            if again:
                self.post_message(self.Clicked())

    # ------------------------------------------------------------------------------------- searching

    def search(self, words: str) -> int:
        """Marks ``words`` where they stand (capitals aside); in how many lines. Empty: no search."""
        self._words = words
        wanted = words.casefold()
        found = (n for n, one in enumerate(self.lines) if wanted in one.text.plain.casefold())
        self._matches = list(found) if words else []
        self.refresh()
        return len(self._matches)

    def to_match(self, step: int, here: bool = False) -> tuple[int, int]:
        """Goes to the next line with a match (or the one before), round the end; as :meth:`to_mark`."""
        if not self._matches:
            return 0, 0
        top = self._source_at(min(int(self.scroll_offset.y) + LINES_ABOVE, len(self._rows) - 1))
        if self._at in self._matches:
            top = self._at
        if step > 0:
            place = (bisect_left if here else bisect_right)(self._matches, top)
            place = place if place < len(self._matches) else 0
        else:
            place = bisect_left(self._matches, top) - 1
        number = self._matches[place]
        self._at = number
        self._to_source(number)
        self.refresh()
        return self._matches.index(number) + 1, len(self._matches)

    # ------------------------------------------------------------------------------------- drawing

    def render_line(self, y: int) -> Strip:
        cells = self.scrollable_content_region.width
        base = self.rich_style
        row = int(self.scroll_offset.y) + y
        if row >= len(self._rows):
            return Strip.blank(cells, base)
        shown = self._rows[row]
        text = shown.text
        if self._words and shown.source in self._matches:
            text = text.copy()
            _mark_words(text, self._words, self.get_component_rich_style("paper--match", partial=True))
        below = base
        if shown.source == self._at:
            below = base + self.get_component_rich_style("paper--mark", partial=True)
        return strip_of(text, cells, self.app.console, below, Style.null())


def _broken(one: Line, room: int, widget: Paper[Mark]) -> list[Text]:
    """The lines that a long line becomes; all but the first are indented."""
    hang = one.hang if one.hang < room // 2 else 0
    first = one.text.wrap(widget.app.console, room, tab_size=8)
    if not hang or len(first) < 2:
        return list(first)
    head = first[0]
    rest = one.text[len(head.plain) :]
    rest = rest[len(rest.plain) - len(rest.plain.lstrip()) :]
    made = [head]
    for text in rest.wrap(widget.app.console, room - hang, tab_size=8):
        indented = Text(" " * hang)
        made.append(indented.append_text(text))
    return made


def _mark_words(text: Text, words: str, style: Style) -> None:
    plain, wanted = text.plain.casefold(), words.casefold()
    start = plain.find(wanted)
    while start >= 0:
        text.stylize(style, start, start + len(wanted))
        start = plain.find(wanted, start + len(wanted))
