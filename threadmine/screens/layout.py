"""A struct drawn word by word for one kernel beside another; from a member to its issues and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import ClassVar

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.message import Message as Event
from textual.widgets import DataTable, Footer, Static

from threadmine import memmap
from threadmine.memmap import Layout
from threadmine.memmap.drawing import Box, Row, lanes_for, rows
from threadmine.model import Unknown
from threadmine.screens.moving import MovingScreen
from threadmine.screens.sides import STRUCTS

ARCH = "x86-64"
WIDE = 46


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


class LayoutScreen(MovingScreen[str | None]):
    """Shows ``struct``; leaves with the chosen ``struct.member``, or None.

    Args:
        struct: which struct to open on.
        member: the member to put the cursor on, empty for none.
        kernel: the kernel to show as the newer one.
    """

    BINDINGS: ClassVar = [
        Binding("enter,l,right", "choose", "Issues", tooltip="The issues of the member in this word"),
        Binding("n", "kernel(1)", "Newer", tooltip="Right side: next kernel"),
        Binding("p", "kernel(-1)", "Older", tooltip="Right side: kernel before"),
        Binding("N", "other(1)", "Left newer", show=False, tooltip="Left side: next kernel"),
        Binding("P", "other(-1)", "Left older", show=False, tooltip="Left side: kernel before"),
        Binding("tab", "struct(1)", "Struct", tooltip="Next struct"),
        Binding("q,escape,h,left", "leave", "Close", tooltip="Close this view"),
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
        yield Static("layout", id="title")
        yield DataTable[Text](id="words", cursor_type="row")
        yield Footer(compact=True)

    @property
    def table(self) -> DataTable[Text]:
        return self.query_one("#words", DataTable)

    def on_mount(self) -> None:
        self.set_focus(self.table)
        self.load_lines()

    @work(thread=True, exclusive=True)
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
        row = self.table.cursor_row
        self._lines = event.made
        self.query_one("#title", Static).update(Text(event.title, no_wrap=True, overflow="ellipsis"))
        table = self.table
        table.clear(columns=True)
        for name, width in (
            ("at", 12),
            ("", 1),
            (self._kernels[self._older], WIDE),
            (self._kernels[self._newer], WIDE),
        ):
            table.add_column(name, width=width)
        for line in event.made:
            style = "bold yellow" if line.differs else ""
            table.add_row(
                Text(line.place, style="dim"),
                Text("≠" if line.differs else " ", style=style),
                Text(line.older, style="dim"),
                Text(line.newer, style=style),
            )
        here = next((n for n, line in enumerate(event.made) if self._member in line.fields), row)
        self._member = ""
        table.move_cursor(row=max(0, min(here, len(event.made) - 1)))

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        self.action_choose()

    def action_kernel(self, step: int) -> None:
        self._newer = min(max(0, self._newer + step), len(self._kernels) - 1)
        self.load_lines()

    def action_other(self, step: int) -> None:
        self._older = min(max(0, self._older + step), len(self._kernels) - 1)
        self.load_lines()

    def action_struct(self, step: int) -> None:
        self._struct = STRUCTS[(STRUCTS.index(self._struct) + step) % len(STRUCTS)]
        self.load_lines()

    def action_choose(self) -> None:
        position = self.table.cursor_row
        fields = self._lines[position].fields if 0 <= position < len(self._lines) else ()
        if fields:
            self.dismiss(fields[0])
        else:
            self.notify("no member begins in this word")

    def action_leave(self) -> None:
        self.dismiss(None)
