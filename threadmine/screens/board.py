"""The board: structs and members on the left, their issues or claims on the right, one in full below."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.message import Message as Event
from textual.screen import Screen
from textual.widgets import DataTable, Footer, Input, Static, Tree
from textual.widgets.tree import TreeNode

from threadmine.db.queries import Queries
from threadmine.model import ClaimRow, FieldCount, IssueRow
from threadmine.render import safe
from threadmine.screens import drawing
from threadmine.screens.thread import ThreadScreen

Row = IssueRow | ClaimRow
ROWS_SHOWN = 500
COLUMNS = (("state", 6), ("age", 4), ("who", 16), ("kind", 8), ("what", 200))


@dataclass(frozen=True, slots=True)
class RowList:
    """One answer for the list: what was asked, and the rows."""

    field: str | None
    rows: tuple[Row, ...]


class BoardScreen(Screen[None]):
    """Three panes that follow each other: fields, rows, detail.

    Args:
        queries: what to ask (from worker threads).
        clock: the present moment, for ages.
    """

    BINDINGS: ClassVar = [
        Binding("j,down", "move(1)", "Next line", show=False),
        Binding("k,up", "move(-1)", "Line before", show=False),
        Binding("g,home", "edge(False)", "First line", show=False),
        Binding("G,end", "edge(True)", "Last line", show=False),
        Binding("enter,l,right", "enter", "In", tooltip="Go in: field, issue, detail, thread"),
        Binding("h,left", "out", "Out", tooltip="Go out: detail, issues, fields"),
        Binding("tab", "app.focus_next", "Pane", tooltip="Next pane"),
        Binding("shift+tab", "app.focus_previous", "Pane before", show=False),
        Binding("n", "step(1)", "Next issue", show=False),
        Binding("p", "step(-1)", "Issue before", show=False),
        Binding("c", "toggle_claims", "Claims", tooltip="Issues or claims of this field"),
        Binding("a", "toggle_open", "All/open", tooltip="All issues, or only those still open"),
        Binding("e", "thread", "Thread", tooltip="The whole thread of this issue"),
        Binding("slash", "limit", "Search", tooltip="Limit the list to rows with a word"),
        Binding("escape", "no_limit", "Clear", show=False, tooltip="Clear the search"),
        Binding("r", "refresh", "Refresh", show=False),
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

    class Counted(Event):
        """The counts of the tree have come back from their worker."""

        def __init__(self, counts: tuple[FieldCount, ...]) -> None:
            super().__init__()
            self.counts = counts

    def __init__(self, queries: Queries, clock: Callable[[], datetime]) -> None:
        super().__init__()
        self._queries = queries
        self._clock = clock
        self._rows: tuple[Row, ...] = ()
        self._shown: tuple[Row, ...] = ()
        self._field: str | None = None
        self._claims = False
        self._only_open = True
        self._limit = ""
        self._detail_of = ""

    # ------------------------------------------------------------------------------------- widgets

    def compose(self) -> ComposeResult:
        yield Static("threadmine", id="title")
        with Horizontal(id="body"):
            yield Tree[str]("fields", id="fields")
            with Vertical(id="right"):
                yield DataTable[Text](id="rows", cursor_type="row", zebra_stripes=False, show_header=True)
                with VerticalScroll(id="detail"):
                    yield Static("", id="text")
        yield Input(placeholder="words the row must have; Enter keeps, Esc clears", id="limit", compact=True)
        yield Static("", id="status")
        yield Footer(compact=True)

    @property
    def tree_pane(self) -> Tree[str]:
        return self.query_one("#fields", Tree)

    @property
    def table(self) -> DataTable[Text]:
        return self.query_one("#rows", DataTable)

    @property
    def detail(self) -> VerticalScroll:
        return self.query_one("#detail", VerticalScroll)

    def on_mount(self) -> None:
        for name, width in COLUMNS:
            self.table.add_column(name, width=width)
        self.tree_pane.show_root = True
        self.tree_pane.guide_depth = 2
        self.load_counts()
        self.load_rows(None)
        self.tree_pane.focus()

    # ------------------------------------------------------------------------------------- workers

    @work(thread=True, exclusive=True, group="counts")
    def load_counts(self) -> None:
        self.post_message(self.Counted(self._queries.board()))

    @work(thread=True, exclusive=True, group="rows")
    def load_rows(self, field: str | None) -> None:
        rows: tuple[Row, ...]
        if self._claims:
            rows = self._queries.claims(field=field, limit=ROWS_SHOWN)
        elif self._only_open:
            rows = self._queries.issues(field=field, state="open", limit=ROWS_SHOWN)
        else:
            rows = self._queries.issues(field=field, limit=ROWS_SHOWN)
        self.post_message(self.Listed(RowList(field, rows)))

    @work(thread=True, exclusive=True, group="detail")
    def load_detail(self, row: Row) -> None:
        now = self._clock()
        if isinstance(row, IssueRow):
            body = self._queries.message(row.concern.message_id).body
            self.post_message(self.Detailed(row.concern.id, drawing.issue_detail(row, body, now)))
        else:
            body = self._queries.message(row.claim.message_id).body
            self.post_message(self.Detailed(row.claim.id, drawing.claim_detail(row, body, now)))

    # ------------------------------------------------------------------------------------ handlers

    def on_board_screen_counted(self, event: Counted) -> None:
        tree = self.tree_pane
        line = tree.cursor_line
        tree.clear()
        tree.root.set_label(Text("all fields", style="bold"))
        structs: dict[str, TreeNode[str]] = {}
        for count in event.counts:
            if count.struct not in structs:
                structs[count.struct] = tree.root.add(
                    Text(safe(count.struct or "other"), style="bold"), expand=True
                )
            name = f"{count.struct}.{count.member}" if count.struct else count.member
            structs[count.struct].add_leaf(drawing.field_label(count), data=name)
        tree.root.expand()
        self.call_after_refresh(tree.move_cursor_to_line, max(0, line))

    def on_board_screen_listed(self, event: Listed) -> None:
        if event.answer.field != self._field:
            return
        self._rows = event.answer.rows
        self._fill_table()

    def on_board_screen_detailed(self, event: Detailed) -> None:
        if event.row_id == self._detail_of:
            self.query_one("#text", Static).update(event.text)
            self.detail.scroll_home(animate=False)

    def on_tree_node_highlighted(self, event: Tree.NodeHighlighted[str]) -> None:
        field = event.node.data
        if field != self._field:
            self._field = field
            self.load_rows(field)

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        row = self._current()
        if row is not None and _row_id(row) != self._detail_of:
            self._detail_of = _row_id(row)
            self.load_detail(row)

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        self.detail.focus()

    def on_tree_node_selected(self, event: Tree.NodeSelected[str]) -> None:
        if event.node.data is not None:
            self.table.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        self._limit = event.value
        self._fill_table()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self._close_limit()

    # ------------------------------------------------------------------------------------- filling

    def _fill_table(self) -> None:
        now = self._clock()
        words = self._limit.lower().split()
        self._shown = tuple(row for row in self._rows if all(word in _searched(row) for word in words))
        before = self._detail_of
        self.table.clear()
        for row in self._shown:
            cells = (
                drawing.issue_cells(row, now) if isinstance(row, IssueRow) else drawing.claim_cells(row, now)
            )
            self.table.add_row(*cells)
        ids = [_row_id(row) for row in self._shown]
        if before in ids:
            self.table.move_cursor(row=ids.index(before))
        elif not ids:
            self._detail_of = ""
            self.query_one("#text", Static).update(Text(self._nothing(), style="dim"))
        self._show_status()

    def _nothing(self) -> str:
        what = "claims" if self._claims else "open issues" if self._only_open else "issues"
        limited = f" with “{self._limit}”" if self._limit else ""
        hint = "; a shows the closed ones too" if self._only_open and not self._claims else ""
        return f"no {what}{limited} here{hint}"

    def _show_status(self) -> None:
        what = "claims" if self._claims else "open issues" if self._only_open else "issues"
        limited = f"  limit: {self._limit}" if self._limit else ""
        more = "+" if len(self._rows) == ROWS_SHOWN else ""
        where = safe(self._field or "all fields")
        self.query_one("#title", Static).update(Text(f"threadmine  {where}"))
        self.query_one("#status", Static).update(Text(f"{len(self._shown)}{more} {what}{limited}"))

    def _current(self) -> Row | None:
        position = self.table.cursor_row
        return self._shown[position] if 0 <= position < len(self._shown) else None

    # ------------------------------------------------------------------------------------- actions

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

    def action_enter(self) -> None:
        if self.focused is self.tree_pane:
            self.table.focus()
        elif self.focused is self.table:
            self.detail.focus()
        elif self.focused is self.detail:
            self.action_thread()

    def action_out(self) -> None:
        (self.table if self.focused is self.detail else self.tree_pane).focus()

    def action_step(self, step: int) -> None:
        if self._shown:
            self.table.move_cursor(row=min(max(0, self.table.cursor_row + step), len(self._shown) - 1))

    def action_toggle_claims(self) -> None:
        self._claims = not self._claims
        self.load_rows(self._field)

    def action_toggle_open(self) -> None:
        self._only_open = not self._only_open
        self.load_rows(self._field)

    def action_thread(self) -> None:
        row = self._current()
        if row is None:
            self.notify("nothing is chosen")
            return
        part = row.concern if isinstance(row, IssueRow) else row.claim
        self.app.push_screen(
            ThreadScreen(self._queries, part.message_id, (part.start, part.end), self._clock)
        )

    def action_limit(self) -> None:
        box = self.query_one("#limit", Input)
        box.add_class("shown")
        box.focus()

    def action_no_limit(self) -> None:
        self.query_one("#limit", Input).value = ""
        self._close_limit()

    def _close_limit(self) -> None:
        self.query_one("#limit", Input).remove_class("shown")
        self.table.focus()

    def action_refresh(self) -> None:
        self.load_counts()
        self.load_rows(self._field)


def _row_id(row: Row) -> str:
    return row.concern.id if isinstance(row, IssueRow) else row.claim.id


def _searched(row: Row) -> str:
    """The text that a search looks through: what was said, by whom, about what, where."""
    if isinstance(row, IssueRow):
        parts = (
            row.concern.quote,
            row.concern.author.name,
            *row.concern.targets,
            row.series_title,
            row.subject,
            row.status.state,
            row.concern.kind,
        )
    else:
        parts = (
            row.claim.quote,
            row.claim.author.name,
            *row.claim.entities,
            row.series_title,
            row.subject,
            row.verdict.kind,
            row.claim.predicate,
        )
    return " ".join(parts).lower()
