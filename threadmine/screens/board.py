"""The board: fields (series, people, threads) on the left, their issues or claims on the right, one of them
in full below. The same keys work in every view."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.events import Resize
from textual.message import Message as Event
from textual.timer import Timer
from textual.widgets import Static, Tree

from threadmine.errors import ThreadmineError
from threadmine.memmap import Layout
from threadmine.model import IssueRow, Unknown
from threadmine.render import safe_line
from threadmine.screens.acting import Desk, Here, here_of
from threadmine.screens.bar import PromptBar
from threadmine.screens.fieldtree import FieldTree
from threadmine.screens.keyline import KeyLine
from threadmine.screens.keys import key
from threadmine.screens.layout import LayoutScreen
from threadmine.screens.limiting import LimitingScreen
from threadmine.screens.listing import Listing
from threadmine.screens.loading import Answers, Look
from threadmine.screens.memory import keep, recall
from threadmine.screens.moving import Pane
from threadmine.screens.paper import Line, Paper, line
from threadmine.screens.reply import address_of
from threadmine.screens.rows import Mode, Row, RowList, Wanted, cell, columns, next_order, part, words_of_row
from threadmine.screens.sides import SIGNS, Ask, Entry, Seen, View, overlapping
from threadmine.screens.updating import Updater

LOOK_AGAIN = 5.0
"""Seconds between looks whether another process has written."""
REST = 0.15
"""Seconds that the cursor rests on a row before its later versions are read."""

VIEW_NAMES = {View.FIELDS: "field", View.SERIES: "series", View.PEOPLE: "who", View.THREADS: "thread"}


class BoardScreen(LimitingScreen):
    """Three panes that follow each other: left pane, rows, detail.

    Args:
        desk: what it works with.
        update_command: what ``u`` runs in place of ``threadmine update`` (tests).
    """

    KEYS_TITLE = "The board"
    SIGNS = SIGNS
    BINDINGS: ClassVar = [
        key("enter,right", "enter", "In", show=False, tooltip="In: field, issue, detail, thread"),
        key("h,left", "out", "Out", show=False, tooltip="Out: detail, issues, fields"),
        key("1", "view('fields')", "By field", show=False),
        key("2", "view('series')", "By series", show=False),
        key("3", "view('people')", "By person", show=False),
        key("4", "view('threads')", "By thread", show=False),
        key("c", "toggle_claims", "Claims", tooltip="Issues or claims"),
        key("a", "toggle_open", "All", tooltip="All issues, or only those still open"),
        key("S", "order", "Sort", show=False, tooltip="Sort: newest, oldest, by state, by person"),
        key("m", "model", "Model", tooltip="The struct drawn word by word, beside another kernel"),
        key(
            "space",
            "mark",
            "Mark",
            show=False,
            tooltip="In the list: mark the issue, triage acts on all marked; else open, page down",
        ),
        key("u", "update", "Update", show=False, tooltip="Bring new mail in the background; again: cancel"),
        key("r", "refresh", "Refresh", show=False, tooltip="Ask the database again"),
        key("q", "leave", "Quit", tooltip="Close this view (here: quit)"),
    ]

    class Listed(Event):
        """A list of rows has come back from its worker."""

        def __init__(self, answer: RowList) -> None:
            super().__init__()
            self.answer = answer

    class Detailed(Event):
        """The text of one row has come back from its worker."""

        def __init__(self, row_id: str, lines: tuple[Line, ...], whole: bool) -> None:
            super().__init__()
            self.row_id = row_id
            self.lines = lines
            self.whole = whole

    class Drawn(Event):
        """The left pane's entries have come back from their worker."""

        def __init__(self, view: View, made: tuple[Entry, ...], layout: Layout | Unknown) -> None:
            super().__init__()
            self.view = view
            self.made = made
            self.layout = layout

    def __init__(self, desk: Desk, update_command: tuple[str, ...] = ()) -> None:
        super().__init__(desk)
        database = desk.queries.database
        self._marked: frozenset[str] = frozenset()
        self.memory = recall()
        self._database = database.where
        self._updater = Updater(database.url.render_as_string(hide_password=False), update_command)
        self._progress = ""
        self._answers = Answers(desk, Look())
        self._view = View.FIELDS
        self._drawn_view: View | None = None
        self._rows: tuple[Row, ...] = ()
        self._more = False
        self._problem = ""
        self._detail_of = ""
        self._layout: Layout | Unknown = Unknown("the model is not loaded yet")
        self._written = desk.queries.changed()
        self._resting: Timer | None = None
        self._room = 0
        self._filled_order = self.wanted.order

    # ------------------------------------------------------------------------------------- widgets

    def compose(self) -> ComposeResult:
        yield Static("threadmine", id="title", markup=False)
        with Horizontal(id="body"):
            with Vertical(id="left"):
                yield Static("", id="views", markup=False)
                yield FieldTree(id="fields")
            with Vertical(id="right"):
                yield Listing(id="rows")
                yield Paper[object](id="detail")
        yield Static("", id="status", markup=False)
        yield PromptBar()
        yield KeyLine()

    @property
    def tree_pane(self) -> FieldTree:
        return self.query_one("#fields", FieldTree)

    @property
    def listing(self) -> Listing:
        return self.query_one("#rows", Listing)

    @property
    def detail(self) -> Paper[object]:
        return self.query_one("#detail", Paper)

    def main_pane(self) -> Pane:
        return self.listing

    def on_mount(self) -> None:
        self.set_focus(self.tree_pane)
        self._show_views()
        self.load_rows()
        self.set_interval(LOOK_AGAIN, self._look_again)

    # ------------------------------------------------------------------------------------- workers

    def load_side(self) -> None:
        self.in_background("side", self._ask_side)

    def _ask_side(self) -> None:
        view, now = self._view, self.desk.clock()
        seen = Seen(now, self.memory.last_visit(self._database), self._room)
        layout = self._answers.layout_at(now)
        made = self._answers.entries(view, seen, address_of(self.triaging.who), layout)
        self.post_message(self.Drawn(view, made, layout))

    def load_rows(self) -> None:
        wanted = self.wanted
        self.in_background("rows", lambda: self._ask_rows(wanted))

    def _ask_rows(self, wanted: Wanted) -> None:
        self.post_message(self.Listed(self._answers.rows(wanted)))

    def load_detail(self, row: Row) -> None:
        self.in_background("detail", lambda: self._ask_detail(row, whole=False))
        if self._resting is not None:
            self._resting.stop()
        self._resting = self.set_timer(REST, lambda: self._load_whole(row))

    def _load_whole(self, row: Row) -> None:
        if isinstance(row, IssueRow) and row.series_id and part(row).id == self._detail_of:
            self.in_background("history", lambda: self._ask_detail(row, whole=True))

    def _ask_detail(self, row: Row, whole: bool) -> None:
        self.post_message(self.Detailed(part(row).id, self._answers.detail(row, whole, self._layout), whole))

    # ------------------------------------------------------------------------------------ handlers

    def on_board_screen_drawn(self, event: Drawn) -> None:
        if event.view is not self._view:
            return
        self._layout = event.layout
        self.tree_pane.show(event.made, keep=self._drawn_view is event.view)
        self._drawn_view = event.view
        self._show_title()

    def on_board_screen_listed(self, event: Listed) -> None:
        if event.answer.wanted != self.wanted:
            return
        self._problem = event.answer.problem
        if not self._problem:
            self._rows, self._more = event.answer.rows, event.answer.more
            self._fill()
        self.say("")

    def on_board_screen_detailed(self, event: Detailed) -> None:
        if event.row_id == self._detail_of:
            self.detail.show(event.lines, keep=event.whole)

    def failed(self, words: str) -> None:
        self._problem = words
        self.say("")

    def on_tree_node_highlighted(self, event: Tree.NodeHighlighted[Entry]) -> None:
        ask = event.node.data.ask if event.node.data is not None else None
        if ask is not None and ask != self.wanted.ask:
            self.want(ask=ask)

    def on_tree_node_selected(self, event: Tree.NodeSelected[Entry]) -> None:
        if event.node.data is not None and event.node.data.ask is not None:
            self.set_focus(self.listing)

    def on_listing_highlighted(self, event: Listing.Highlighted) -> None:
        row = self.current_row()
        if row is not None and part(row).id != self._detail_of:
            self._detail_of = part(row).id
            self.load_detail(row)

    def on_listing_chosen(self, event: Listing.Chosen) -> None:
        self.set_focus(self.detail)

    def on_listing_near_end(self, event: Listing.NearEnd) -> None:
        if self._more and self.wanted.more() != self.wanted:
            self.wanted = self.wanted.more()
            self.load_rows()

    def on_resize(self, event: Resize) -> None:
        self.call_after_refresh(self._fit_side)

    def _fit_side(self) -> None:
        """The entries of the left pane are made as wide as the pane is."""
        room = self.tree_pane.scrollable_content_region.width - 2
        if room != self._room and room > 0:
            self._room = room
            self.load_side()

    def on_unmount(self) -> None:
        self._updater.cancel()
        keep(replace(self.memory, theme=recall().theme).visited(self._database, self.desk.clock()))

    # ------------------------------------------------------------------------------------- filling

    def _fill(self) -> None:
        """Puts the rows into the list; the cursor stays on the row it was on."""
        rows, now = self._rows, self.desk.clock()
        ids = [part(row).id for row in rows]
        stays = self._detail_of in ids and self._filled_order is self.wanted.order
        self._filled_order = self.wanted.order
        cursor = ids.index(self._detail_of) if stays else 0  # sorted anew: what is first now is wanted
        if stays:
            self.load_detail(rows[cursor])  # the same row may have changed
        elif not rows:
            self._detail_of = ""
            self.detail.show((line((self._nothing(), "dim")),))
        self.listing.show(
            len(rows),
            columns,
            lambda index, name, _: self._cell(rows[index], name, now),
            lambda index: words_of_row(rows[index]),
            cursor,
        )

    def _cell(self, row: Row, name: str, now: datetime) -> Text:
        return cell(row, name, now, part(row).id in self._marked)

    def _nothing(self) -> str:
        limited = f" with “{self.wanted.limit}”; Esc clears the limit" if self.wanted.limit else ""
        hint = "; a shows the closed ones too" if self.wanted.mode is Mode.OPEN else ""
        return f"no {self.wanted.mode} here{limited}{hint}"

    def _show_views(self) -> None:
        """The four views of the left pane and their keys, the one in force standing out."""
        text = Text()
        for number, view in enumerate(View, 1):
            style = "bold reverse" if view is self._view else ""
            text.append(f"{number}", style="bold yellow").append(f"{VIEW_NAMES[view]}", style=style).append(
                " "
            )
        self.query_one("#views", Static).update(text, layout=False)

    def _show_title(self) -> None:
        ask = self.wanted.ask
        fields = self.tree_pane.fields() if ask.field else ()
        shared = overlapping(self._layout, ask.field, fields) if ask.field else ()
        self.tree_pane.share(shared)
        same_bytes = f"   ≡ shares bytes with {', '.join(shared[:6])}" if shared else ""
        title = f"threadmine  {ask.title}{same_bytes}"
        self.entitle(title)

    def say(self, words: str, kind: str = "") -> None:
        if self._problem and not words:
            words, kind = self._problem, "warning"
        super().say(words, kind)

    def status(self) -> str:
        if self._progress:
            return self._progress
        wanted = self.wanted
        marked = f", {len(self._marked)} marked" if self._marked else ""
        limited = f"   limit: {wanted.limit}" if wanted.limit else ""
        count = f"{len(self._rows):,}{'+' if self._more else ''}"
        names = " (its other names included)" if wanted.ask.field else ""
        return f"{count} {wanted.mode}{names}, {wanted.order}{marked}{limited}"

    def want(self, **changes: Any) -> None:
        """Asks for other rows: ``ask``, ``mode``, ``limit`` and ``order`` are what may change."""
        self.wanted = replace(self.wanted, most=Wanted().most, **changes)
        self._show_title()
        self.load_rows()

    def current_row(self) -> Row | None:
        at = self.listing.cursor_row
        return self._rows[at] if 0 <= at < len(self._rows) else None

    def current(self) -> Here | None:
        row = self.current_row()
        return here_of(row) if row is not None else None

    def _look_again(self) -> None:
        try:
            written = self.queries.changed()
        except ThreadmineError as error:
            self.post_message(self.Failed(error.line()))
            return
        if written != self._written:
            self._written = written
            self.action_refresh()

    # ------------------------------------------------------------------------------------- actions

    def chosen_issues(self) -> tuple[IssueRow, ...]:
        marked = tuple(
            row for row in self._rows if isinstance(row, IssueRow) and row.concern.id in self._marked
        )
        return marked or super().chosen_issues()

    def triaged(self, what: str) -> None:
        self._marked = frozenset()
        self.notify(what, markup=False)
        self._written = self.queries.changed()
        self.action_refresh()

    def action_leave(self) -> None:
        self.app.exit()

    def action_mark(self) -> None:
        if self.focused is self.detail:
            self.action_page(1)
            return
        if self.focused is self.tree_pane:
            self.tree_pane.toggle()
            return
        row = self.current_row()
        if not isinstance(row, IssueRow):
            self.say("triage is for issues; c shows them" if row else "nothing is chosen", "warning")
            return
        self._marked ^= {row.concern.id}
        self.listing.refresh()
        self.listing.move(1)
        self.say("")

    def action_enter(self) -> None:
        tree = self.tree_pane
        if self.focused is tree:
            node = tree.cursor_node
            if node is not None and node.data is not None and node.data.ask is None:
                node.toggle()
            else:
                self.set_focus(self.listing)
        elif self.focused is self.listing:
            self.set_focus(self.detail)
        elif self.focused is self.detail:
            self.action_thread()

    def action_out(self) -> None:
        self.set_focus(self.listing if self.focused is self.detail else self.tree_pane)

    def action_step(self, step: int) -> None:
        """The next issue, from any pane."""
        self.listing.move(step)

    def action_view(self, name: str) -> None:
        self._view = View(name)
        self._drawn_view = None
        self._show_views()
        self.load_side()
        self.want(ask=Ask())
        self.set_focus(self.tree_pane)

    def action_toggle_claims(self) -> None:
        self.want(mode=Mode.OPEN if self.wanted.mode is Mode.CLAIMS else Mode.CLAIMS)
        self.refresh_bindings()

    def action_toggle_open(self) -> None:
        self.want(mode=Mode.ALL if self.wanted.mode is Mode.OPEN else Mode.OPEN)
        self.refresh_bindings()

    def action_order(self) -> None:
        self.want(order=next_order(self.wanted.order))

    def action_model(self) -> None:
        struct, _, member = (self.wanted.ask.field or "folio").partition(".")
        kernel = self._layout.kernel if isinstance(self._layout, Layout) else ""
        self.app.push_screen(LayoutScreen(struct, member, kernel), self._go_to_field)

    def _go_to_field(self, field: str | None) -> None:
        """Shows the issues of a member chosen in the model view; a member nobody spoke of has none."""
        if field is not None:
            self.tree_pane.go_to(Ask(field=field))
            self.want(ask=Ask(field=field))
            self.set_focus(self.listing)

    def action_update(self) -> None:
        if self._updater.running:
            self._updater.cancel()
            self.notify("update cancelled")
        else:
            self.run_worker(self._update(), exclusive=True, group="update")

    async def _update(self) -> None:
        self._tell_progress("starting")
        try:
            result = await self._updater.run(self._tell_progress)
        except OSError as error:
            self.notify(f"the update can not be started: {error.strerror}", severity="error", markup=False)
            return
        finally:
            self._progress = ""
            self.say("")
        severity = "information" if result.status == 0 else "warning"
        self.notify(safe_line(result.text()), severity=severity, markup=False)  # type: ignore[arg-type] # a literal
        self.action_refresh()

    def _tell_progress(self, words: str) -> None:
        self._progress = f"updating: {safe_line(words)}   u cancels"
        self.say("")

    def action_refresh(self) -> None:
        self.load_side()
        self.load_rows()
