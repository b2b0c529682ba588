"""A struct drawn word by word for one kernel beside another; from a member to its issues and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.message import Message as Event
from textual.widgets import Static

from threadmine import memmap
from threadmine.memmap import Layout
from threadmine.memmap.drawing import Box, Row, lanes_for, rows
from threadmine.model import Unknown
from threadmine.screens.bar import PromptBar
from threadmine.screens.keyline import KeyLine
from threadmine.screens.keys import key
from threadmine.screens.listing import Columns, Listing
from threadmine.screens.moving import MovingScreen, Pane
from threadmine.screens.sides import STRUCTS

ARCH = "x86-64"


@dataclass(frozen=True, slots=True)
class Line:
    """One word of both kernels; ``fields`` are the members that begin here in the newer one."""

    place: str
    older: str
    newer: str
    fields: tuple[str, ...]

    @property
    def differs(self) -> bool:
        return self.older != self.newer


def lines(older: Layout, newer: Layout, struct: str) -> tuple[Line, ...]:
    """The words of ``struct`` in two kernels, side by side."""
    lane = lanes_for(newer, struct).index(struct)
    made = []
    for before, after in zip_longest(rows(older, struct), rows(newer, struct)):
        shown: Row = after or before
        made.append(
            Line(
                f"{'page[' + str(shown.page) + ']' if struct in ('page', 'folio') else ''}+{shown.offset}",
                _words(before, lane),
                _words(after, lane),
                tuple(f"{struct}.{box.name.split(':')[0]}" for box in _lane(after, lane) if box.begins),
            )
        )
    return tuple(made)


def _lane(row: Row | None, lane: int) -> Sequence[Box]:
    return row.lanes[lane] if row is not None and lane < len(row.lanes) else ()


def _words(row: Row | None, lane: int) -> str:
    """The members of a word: those that begin in it by name, those that go on in it with an ellipsis."""
    names = []
    for box in _lane(row, lane):
        at = f"+{box.start % 8}:" if box.start % 8 else ""
        names.append(f"{at}{'' if box.begins else '…'}{box.name}")
    return ", ".join(dict.fromkeys(names)) or "·"


def columns(names: Sequence[str], room: int) -> Columns:
    """Place, difference, the older and the newer kernel ``names``."""
    return (("at", 11), ("", 1), (names[0], (room - 15) // 2), (names[1], 0))


class LayoutScreen(MovingScreen[str | None]):
    """Shows ``struct``; leaves with the chosen ``struct.member``, or None.

    Args:
        struct: which struct to open on.
        member: the member to put the cursor on, empty for none.
        kernel: the kernel to show as the newer one.
    """

    BINDINGS: ClassVar = [
        key("enter,l,right", "choose", "Issues", tooltip="In: the issues of the member in this word"),
        key("full_stop", "kernel(1)", "Newer", tooltip="Right side: next kernel"),
        key("comma", "kernel(-1)", "Older", tooltip="Right side: kernel before"),
        key("greater_than_sign", "other(1)", "Left newer", show=False, tooltip="Left side: next kernel"),
        key("less_than_sign", "other(-1)", "Left older", show=False, tooltip="Left side: kernel before"),
        key("right_square_bracket,tab", "struct(1)", "Next struct", tooltip="Next struct"),
        key("left_square_bracket,shift+tab", "struct(-1)", "Struct before", show=False),
        key("q,h,left", "leave", "Close", tooltip="Out: close this view"),
        key("escape", "escape", "Close", show=False, tooltip="End the search, or close this view"),
    ]

    class Drawn(Event):
        """The lines have come back from their worker."""

        def __init__(self, title: str, made: tuple[Line, ...]) -> None:
            super().__init__()
            self.title = title
            self.made = made

    def __init__(self, struct: str, member: str, kernel: str) -> None:
        super().__init__()
        self._struct = struct if struct in STRUCTS else "folio"
        self._member = f"{self._struct}.{member}" if member else ""
        self._kernels = memmap.load().kernels(ARCH)
        self._newer = self._kernels.index(kernel) if kernel in self._kernels else len(self._kernels) - 1
        self._older = max(0, self._newer - 1)
        self._lines: tuple[Line, ...] = ()

    def compose(self) -> ComposeResult:
        yield Static("layout", id="title", markup=False)
        yield Listing(id="words")
        yield Static("", id="status", markup=False)
        yield PromptBar()
        yield KeyLine()

    @property
    def listing(self) -> Listing:
        return self.query_one("#words", Listing)

    def main_pane(self) -> Pane:
        return self.listing

    def on_mount(self) -> None:
        self.set_focus(self.listing)
        self._load()

    def _load(self) -> None:
        self.in_background("layout", self.load_lines)

    def load_lines(self) -> None:
        model = memmap.load()
        older = model.nearest(self._kernels[self._older], ARCH)
        newer = model.nearest(self._kernels[self._newer], ARCH)
        if isinstance(older, Unknown) or isinstance(newer, Unknown):
            self.post_message(self.Drawn("no facts about this kernel", ()))
            return
        shape = newer.struct(self._struct)
        size = f"{shape.size} bytes" if shape else "not in this kernel"
        title = f"struct {self._struct}, {size}: {older.kernel} beside {newer.kernel} ({ARCH}); ≠ differs"
        self.post_message(self.Drawn(title, lines(older, newer, self._struct) if shape else ()))

    def on_layout_screen_drawn(self, event: Drawn) -> None:
        row = self.listing.cursor_row
        made = self._lines = event.made
        self.entitle(event.title)
        names = (self._kernels[self._older], f"{self._kernels[self._newer]} ")
        here = next((n for n, line in enumerate(made) if self._member in line.fields), row)
        self._member = ""
        self.listing.show(
            len(made),
            lambda room: columns(names, room),
            lambda index, name, _: self._cell(made[index], name, names),
            lambda index: f"{made[index].place} {made[index].older} {made[index].newer}",
            cursor=here,
        )
        self.say("")

    def _cell(self, line: Line, name: str, names: Sequence[str]) -> Text:
        style = "bold yellow" if line.differs else ""
        if name == "at":
            return Text(line.place, style="dim")
        if name == names[0]:
            return Text(line.older, style="dim")
        if name == names[1]:
            return Text(line.newer, style=style)
        return Text("≠" if line.differs else " ", style=style)

    def status(self) -> str:
        changed = sum(line.differs for line in self._lines)
        return f"{changed} words differ (≠), n p go to them   , . right kernel   < > left kernel"

    def on_listing_chosen(self, event: Listing.Chosen) -> None:
        self.action_choose()

    def action_step(self, step: int) -> None:
        """The next word that differs."""
        at = self.listing.cursor_row
        if step > 0:
            places = [n for n, line in enumerate(self._lines) if line.differs and n > at][:1]
        else:
            places = [n for n, line in enumerate(self._lines) if line.differs and n < at][-1:]
        if places:
            self.listing.move_to(places[0])
        else:
            self.say("no further word differs", "warning")

    def action_kernel(self, step: int) -> None:
        self._newer = min(max(0, self._newer + step), len(self._kernels) - 1)
        self._load()

    def action_other(self, step: int) -> None:
        self._older = min(max(0, self._older + step), len(self._kernels) - 1)
        self._load()

    def action_struct(self, step: int) -> None:
        self._struct = STRUCTS[(STRUCTS.index(self._struct) + step) % len(STRUCTS)]
        self._load()

    def action_choose(self) -> None:
        position = self.listing.cursor_row
        fields = self._lines[position].fields if 0 <= position < len(self._lines) else ()
        if fields:
            self.dismiss(fields[0])
        else:
            self.say("no member begins in this word", "warning")

    def action_leave(self) -> None:
        self.dismiss(None)

    def action_escape(self) -> None:
        if not self.end_search():
            self.dismiss(None)
