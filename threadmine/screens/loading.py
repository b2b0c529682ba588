"""What the board asks for in its workers, as values: entries of the left pane, rows, one row in full."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from threadmine import memmap
from threadmine.memmap import Layout
from threadmine.model import ClaimRow, IssueRow, Unknown
from threadmine.screens.acting import Desk
from threadmine.screens.detail import Around, detail
from threadmine.screens.paper import Line
from threadmine.screens.rows import Row, RowList, Wanted, ask_rows, part
from threadmine.screens.sides import Entry, Seen, View, entries

if TYPE_CHECKING:
    from threadmine.track.history import Step

MOST_KEPT = 200


@dataclass(frozen=True, slots=True)
class Look:
    """Which machine the bytes are drawn for."""

    arch: str = "x86-64"


class Answers:
    """Asks and draws; called from worker threads.

    Args:
        desk: what to ask.
        look: how bytes are drawn.
    """

    def __init__(self, desk: Desk, look: Look) -> None:
        self._desk = desk
        self._look = look
        self._steps: dict[tuple[str, int], tuple[Step, ...]] = {}

    def layout_at(self, now: datetime) -> Layout | Unknown:
        """The layout of the kernel of the day."""
        model = memmap.load()
        return model.nearest(model.release_at(now), self._look.arch)

    def entries(self, view: View, seen: Seen, me: str, layout: Layout | Unknown) -> tuple[Entry, ...]:
        return entries(view, self._desk.queries, layout, seen, me)

    def rows(self, wanted: Wanted) -> RowList:
        return ask_rows(self._desk.queries, wanted, self._desk.clock())

    def detail(self, row: Row, whole: bool, layout: Layout | Unknown) -> tuple[Line, ...]:
        """One row in full; ``whole``: with the later versions, which take a moment to read.

        Raises:
            StoreError: the database cannot be read.
        """
        names = [part(row).message_id]
        if isinstance(row, IssueRow):
            names += [evidence.message_id for evidence in row.status.evidence]
        mails = {m.message_id: m for m in self._desk.queries.messages_by_id(names, people=False)}
        if isinstance(row, ClaimRow):
            kernel = row.verdict.kernel
            layout = memmap.load().nearest(kernel.version, kernel.arch)
        steps = self._history(row, whole) if isinstance(row, IssueRow) else ()
        return detail(row, Around(self._desk.clock(), mails, layout, steps))

    def _history(self, row: IssueRow, whole: bool) -> tuple[Step, ...] | None:
        if not row.series_id:
            return ()
        key = (row.concern.id, self._desk.queries.changed())
        if key not in self._steps:
            if not whole:
                return None
            if len(self._steps) > MOST_KEPT:
                self._steps.clear()
            from threadmine.track.history import history  # not before the first screen

            self._steps[key] = history(self._desk.queries, row.concern, row.series_id)
        return self._steps[key]
