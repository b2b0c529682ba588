"""The board: fields (series, people, threads) on the left, their issues or claims on the right, one of them
in full below. The same keys work in every view."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.events import Key
from textual.message import Message as Event
from textual.widgets import DataTable, Footer, Input, Static, Tree
from textual.widgets.tree import TreeNode

from threadmine import memmap
from threadmine.db.queries import Queries
from threadmine.db.triage import Triage
from threadmine.errors import ThreadmineError
from threadmine.memmap import Layout
from threadmine.model import IssueRow, Unknown
from threadmine.render import safe
from threadmine.screens.acting import RowScreen
from threadmine.screens.layout import LayoutScreen
from threadmine.screens.memory import keep, recall
from threadmine.screens.reply import address_of
from threadmine.screens.rows import (
    Mode,
    Row,
    RowList,
    Wanted,
    arranged,
    ask_rows,
    cells,
    columns,
    detail,
    part,
)
from threadmine.screens.sides import Ask, Entry, Seen, View, entries, overlapping
from threadmine.screens.triage import Triaging
from threadmine.screens.updating import Updater

LOOK_AGAIN = 5.0  # seconds between looks whether another process has written


class BoardScreen(RowScreen):
    """Three panes that follow each other: left pane, rows, detail.

    Args:
        queries: what to ask (from worker threads).
        clock: the present moment, for ages.
        who: the person at the keyboard, for triage.
        update_command: what ``u`` runs in place of ``threadmine update`` (tests).
    """

    BINDINGS: ClassVar = [
        Binding("enter,l,right", "enter", "In", tooltip="Go in: field, issue, detail, thread"),
        Binding("h,left", "out", "Out", tooltip="Go out: detail, issues, fields"),
        Binding("tab", "app.focus_next", "Pane", tooltip="Next pane", show=False),
        Binding("shift+tab", "app.focus_previous", "Pane before", show=False),
        Binding("n", "step(1)", "Next issue", show=False),
        Binding("p", "step(-1)", "Issue before", show=False),
        Binding("1", "view('fields')", "By field", show=False),
        Binding("2", "view('series')", "By series", show=False),
        Binding("3", "view('people')", "By person", show=False),
        Binding("4", "view('threads')", "By thread", show=False),
        Binding("c", "toggle_claims", "Claims", tooltip="Issues or claims"),
        Binding("a", "toggle_open", "All/open", tooltip="All issues, or only those still open"),
        Binding("S", "order", "Sort", show=False, tooltip="Sort: newest, oldest, by state, by person"),
        Binding("m", "model", "Model", tooltip="The struct drawn word by word, beside another kernel"),
        Binding(
            "slash",
            "limit",
            "Limit",
            priority=True,
            tooltip="Limit the list: words and terms of the query language",
        ),
        Binding("escape", "no_limit", "Clear", show=False, tooltip="Clear the search"),
        Binding(
            "u", "update", "Update", show=False, tooltip="Bring new mail of what was pulled; again: cancel"
        ),
        Binding("r", "refresh", "Refresh", show=False, tooltip="Ask the database again"),
        Binding("q", "app.quit", "Quit", tooltip="Close this view (here: quit)"),
    ]

    class Listed(Event):
        """A list of rows has come back from its worker."""

        def __init__(self, answer: RowList) -> None:
            super().__init__()
            self.answer = answer

    class Detailed(Event):
        """The text of one row has come back from its worker."""

        def __init__(self, row_id: str, text: Text) -> None:
            super().__init__()
            self.row_id = row_id
            self.text = text

    class Drawn(Event):
        """The left pane's entries have come back from their worker."""

        def __init__(self, view: View, made: tuple[Entry, ...], layout: Layout | Unknown) -> None:
            super().__init__()
            self.view = view
            self.made = made
            self.layout = layout

    def __init__(
        self,
        queries: Queries,
        clock: Callable[[], datetime],
        who: str = "",
        update_command: tuple[str, ...] = (),
    ) -> None:
        super().__init__()
        self.triaging = Triaging(Triage(queries.database), who, clock)
        self._marked: frozenset[str] = frozenset()
        self._memory = recall()
        self._recalled = -1
        self._database = queries.database.where
        url = queries.database.url.render_as_string(hide_password=False)
        self._updater = Updater(url, update_command)
        self.queries = queries
        self.clock = clock
        self._view = View.FIELDS
        self._wanted = Wanted()
        self._rows: tuple[Row, ...] = ()
        self._shown: tuple[Row, ...] = ()
        self._problem = ""
        self._detail_of = ""
        self._layout: Layout | Unknown = Unknown("the model is not loaded yet")
        self._fields: tuple[str, ...] = ()
        self._written = queries.changed()

    # ------------------------------------------------------------------------------------- widgets

    def compose(self) -> ComposeResult:
        yield Static("threadmine", id="title")
        with Horizontal(id="body"):
            yield Tree[Ask]("everything", id="fields")
            with Vertical(id="right"):
                yield DataTable[Text](id="rows", cursor_type="row", show_header=True)
                with VerticalScroll(id="detail"):
                    yield Static("", id="text")
        yield Input(
            placeholder="words or terms: author:name state:open age:>2w; Enter keeps, Esc clears",
            id="limit",
            compact=True,
        )
        yield Static("", id="status")
        yield Footer(compact=True)

    @property
    def tree_pane(self) -> Tree[Ask]:
        return self.query_one("#fields", Tree)

    @property
    def table(self) -> DataTable[Text]:
        return self.query_one("#rows", DataTable)

    @property
    def detail(self) -> VerticalScroll:
        return self.query_one("#detail", VerticalScroll)

    def on_mount(self) -> None:
        self.tree_pane.guide_depth = 2
        self.load_side(self._view)
        self.load_rows(self._wanted)
        self.set_focus(self.tree_pane)
        self.query_one("#limit", Input).display = False
        self.set_interval(LOOK_AGAIN, self._look_again)

    # ------------------------------------------------------------------------------------- workers

    @work(thread=True, exclusive=True, group="side")
    def load_side(self, view: View) -> None:
        model = memmap.load()
        layout = model.nearest(model.release_at(self.clock()), "x86-64")
        seen = Seen(self.clock(), self._memory.last_visit(self._database))
        made = entries(view, self.queries, layout, seen, address_of(self.triaging.who))
        self.post_message(self.Drawn(view, made, layout))

    @work(thread=True, exclusive=True, group="rows")
    def load_rows(self, wanted: Wanted) -> None:
        self.post_message(self.Listed(ask_rows(self.queries, wanted, self.clock())))

    @work(thread=True, exclusive=True, group="detail")
    def load_detail(self, row: Row) -> None:
        said = part(row)
        try:
            body = self.queries.message(said.message_id).body
        except ThreadmineError as error:
            self.post_message(self.Detailed(said.id, Text(error.line(), style="red")))
            return
        self.post_message(self.Detailed(said.id, detail(row, body, self.clock())))

    # ------------------------------------------------------------------------------------ handlers

    def on_board_screen_drawn(self, event: Drawn) -> None:
        if event.view is not self._view:
            return
        self._layout = event.layout
        tree = self.tree_pane
        line = tree.cursor_line
        tree.clear()
        tree.root.set_label(Text(f"everything by {_noun(event.view)}", style="bold"))
        tree.root.data = Ask()
        fields: list[str] = []
        for entry in event.made:
            _add(tree.root, entry, fields)
        self._fields = tuple(fields)
        tree.root.expand()
        self.call_after_refresh(tree.move_cursor_to_line, max(0, min(line, tree.last_line)))

    def on_board_screen_listed(self, event: Listed) -> None:
        if event.answer.wanted != self._wanted:
            return
        self._problem = event.answer.problem
        if self._problem:
            self._show_status()
        else:
            self._rows = event.answer.rows
            self._fill_table()

    def on_board_screen_detailed(self, event: Detailed) -> None:
        if event.row_id == self._detail_of:
            self.query_one("#text", Static).update(event.text)
            self.detail.scroll_home(animate=False)

    def on_tree_node_highlighted(self, event: Tree.NodeHighlighted[Ask]) -> None:
        ask = event.node.data
        if ask is not None and ask != self._wanted.ask:
            self._want(ask=ask)

    def on_tree_node_selected(self, event: Tree.NodeSelected[Ask]) -> None:
        if event.node.data is not None and event.node is not self.tree_pane.root:
            self.set_focus(self.table)

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        row = self.current_row()
        if row is not None and part(row).id != self._detail_of:
            self._detail_of = part(row).id
            self.load_detail(row)

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        self.set_focus(self.detail)

    def on_input_changed(self, event: Input.Changed) -> None:
        self._want(limit=event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self._memory = self._memory.with_limit(event.value)
        keep(self._memory)
        self._recalled = -1
        self._close_limit()

    def on_key(self, event: Key) -> None:
        """Up and down in the limit bring back the limits that were used before."""
        if isinstance(self.focused, Input) and event.key in ("up", "down") and self._memory.limits:
            step = 1 if event.key == "up" else -1
            self._recalled = min(max(0, self._recalled + step), len(self._memory.limits) - 1)
            self.focused.value = self._memory.limits[self._recalled]
            event.prevent_default()

    def on_resize(self) -> None:
        if self._shown:
            self._fill_table()

    def on_unmount(self) -> None:
        self._updater.cancel()
        keep(self._memory.visited(self._database, self.clock()))

    # ------------------------------------------------------------------------------------- filling

    def _fill_table(self) -> None:
        now = self.clock()
        self._shown = arranged(self._rows, self._wanted.order)
        before = self._detail_of
        shape = columns(self.table.size.width)
        self.table.clear(columns=True)
        for name, width in shape:
            self.table.add_column(name, width=width)
        for row in self._shown:
            shown = cells(row, now, part(row).id in self._marked)
            self.table.add_row(*(shown[name] for name, _ in shape))
        ids = [part(row).id for row in self._shown]
        if before in ids:
            self.table.move_cursor(row=ids.index(before))
        elif not ids:
            self._detail_of = ""
            self.query_one("#text", Static).update(Text(self._nothing(), style="dim"))
        self._show_status()

    def _nothing(self) -> str:
        limited = f" with “{self._wanted.limit}”" if self._wanted.limit else ""
        hint = "; a shows the closed ones too" if self._wanted.mode is Mode.OPEN else ""
        return f"no {self._wanted.mode}{limited} here{hint}"

    def _show_status(self) -> None:
        ask = self._wanted.ask
        shared = overlapping(self._layout, ask.field, self._fields) if ask.field else ()
        same_bytes = f"  shares bytes with {', '.join(shared[:6])}" if shared else ""
        title = f"threadmine  {safe(ask.title)}{same_bytes}"
        self.query_one("#title", Static).update(Text(title, overflow="ellipsis", no_wrap=True))
        if self._problem:
            self.query_one("#status", Static).update(Text(safe(self._problem), style="bold red"))
            return
        limited = f"  limit: {self._wanted.limit}" if self._wanted.limit else ""
        count = f"{len(self._shown)}{'+' if len(self._rows) >= self._wanted.most else ''}"
        status = f"{count} {self._wanted.mode}, {self._wanted.order}{limited}"
        self.query_one("#status", Static).update(Text(status))

    def _want(self, **changes: Any) -> None:
        """Asks for other rows: ``ask``, ``mode``, ``limit`` and ``order`` are what may change."""
        self._wanted = replace(self._wanted, **changes)
        self.load_rows(self._wanted)

    def current_row(self) -> Row | None:
        position = self.table.cursor_row
        return self._shown[position] if 0 <= position < len(self._shown) else None

    def _look_again(self) -> None:
        written = self.queries.changed()
        if written != self._written:
            self._written = written
            self.action_refresh()

    # ------------------------------------------------------------------------------------- actions

    def chosen_issues(self) -> tuple[IssueRow, ...]:
        issues = [row for row in self._shown if isinstance(row, IssueRow)]
        marked = tuple(row for row in issues if row.concern.id in self._marked)
        current = self.chosen_row()
        if marked or not isinstance(current, IssueRow):
            if not marked and current is not None:
                self.notify("triage is for issues; c shows them")
            return marked
        return (current,)

    def triaged(self, what: str) -> None:
        self._marked = frozenset()
        self.notify(what)
        self._written = self.queries.changed()
        self.action_refresh()

    def action_mark(self) -> None:
        row = self.chosen_row()
        if row is not None:
            self._marked ^= {part(row).id}
            self._fill_table()
            self.action_step(1)

    def action_enter(self) -> None:
        tree = self.tree_pane
        if self.focused is tree:
            node = tree.cursor_node
            if node is not None and node.data is None:
                node.toggle()
            else:
                self.set_focus(self.table)
        elif self.focused is self.table:
            self.set_focus(self.detail)
        elif self.focused is self.detail:
            self.action_thread()

    def action_out(self) -> None:
        self.set_focus(self.table if self.focused is self.detail else self.tree_pane)

    def action_step(self, step: int) -> None:
        if self._shown:
            self.table.move_cursor(row=min(max(0, self.table.cursor_row + step), len(self._shown) - 1))

    def action_view(self, name: str) -> None:
        self._view = View(name)
        self.tree_pane.move_cursor_to_line(0)
        self.load_side(self._view)
        self._want(ask=Ask())
        self.set_focus(self.tree_pane)

    def action_toggle_claims(self) -> None:
        self._want(mode=Mode.OPEN if self._wanted.mode is Mode.CLAIMS else Mode.CLAIMS)

    def action_toggle_open(self) -> None:
        self._want(mode=Mode.ALL if self._wanted.mode is Mode.OPEN else Mode.OPEN)

    def action_order(self) -> None:
        self._want(order=self._wanted.order.next())

    def action_model(self) -> None:
        struct, _, member = (self._wanted.ask.field or "folio").partition(".")
        kernel = self._layout.kernel if isinstance(self._layout, Layout) else ""
        self.app.push_screen(LayoutScreen(struct, member, kernel), self._go_to_field)

    def _go_to_field(self, field: str | None) -> None:
        """Shows the issues of a member chosen in the model view; a member nobody spoke of has none."""
        if field is None:
            return
        self._want(ask=Ask(field=field))
        self.set_focus(self.table)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A slash typed into the limit is text. (The key has priority so that what is typed right after it
        goes to the limit and not to the list.)"""
        return not (action == "limit" and isinstance(self.focused, Input))

    def action_limit(self) -> None:
        box = self.query_one("#limit", Input)
        box.display = True
        self.set_focus(box)  # at once: the next key must not act on the list

    def action_no_limit(self) -> None:
        self.query_one("#limit", Input).value = ""
        self._close_limit()

    def _close_limit(self) -> None:
        self.query_one("#limit", Input).display = False
        self.set_focus(self.table)

    def action_update(self) -> None:
        if self._updater.running:
            self._updater.cancel()
            self.notify("update cancelled")
        else:
            self.notify("updating in the background; u cancels")
            self.run_update()

    @work(exclusive=True, group="update")
    async def run_update(self) -> None:
        try:
            result = await self._updater.run()
        except OSError as error:
            self.notify(f"the update can not be started: {error.strerror}", severity="error")
            return
        self.notify(safe(result.text()), severity="information" if result.status == 0 else "warning")
        self.action_refresh()

    def action_refresh(self) -> None:
        self.load_side(self._view)
        self.load_rows(self._wanted)


def _noun(view: View) -> str:
    return {View.FIELDS: "field", View.SERIES: "series", View.PEOPLE: "person", View.THREADS: "thread"}[view]


def _add(parent: TreeNode[Ask], entry: Entry, fields: list[str]) -> None:
    """Puts an entry and what is below it into the tree; collects the fields it meets."""
    if not entry.children:
        parent.add_leaf(entry.label, data=entry.ask)
        if entry.ask is not None and entry.ask.field:
            fields.append(entry.ask.field)
        return
    node = parent.add(entry.label, data=entry.ask, expand=entry.expanded)
    for child in entry.children:
        _add(node, child, fields)
