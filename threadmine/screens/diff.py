"""The diff of a patch: what people want of it between its lines, the members it touches beside them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.message import Message as Event
from textual.widgets import Footer, Static

from threadmine.db.queries import Queries
from threadmine.errors import ThreadmineError
from threadmine.model import IssueRow, StoredMessage, Touch, unique
from threadmine.parse.diff import HunkLine, hunk_lines, parse_patch
from threadmine.render import safe
from threadmine.screens.drawing import STATE_STYLE
from threadmine.screens.moving import MovingScreen

MAX_PARENTS = 50
MAX_LINES = 5000
SIDE_STYLE = {"+": "green", "-": "red", " ": ""}


@dataclass(frozen=True, slots=True)
class DiffPage:
    """A patch drawn: its text, and the lines at which concerns stand."""

    title: str
    text: Text
    concern_lines: tuple[int, ...]
    message_id: str
    neighbours: tuple[str | None, str | None]  # patches before and after in the series


def patch_of(queries: Queries, message_id: str) -> StoredMessage | None:
    """The patch that a message is, or that it answers over any number of replies, if any."""
    wanted: str | None = message_id
    for _ in range(MAX_PARENTS):
        if wanted is None:
            return None
        try:
            message = queries.message(wanted)
        except ThreadmineError:
            return None
        if message.has_patch:
            return message
        wanted = message.in_reply_to
    return None


def draw(
    message: StoredMessage, issues: Iterable[IssueRow], touches: Iterable[Touch]
) -> tuple[Text, tuple[int, ...]]:
    """The diff of ``message`` as text, and the numbers of the lines that carry concerns.

    Args:
        message: a mail with a diff of its own.
        issues: concerns of its thread; those about a line of this diff are put below that line.
        touches: the members its lines touch (offsets into its body).
    """
    patch = parse_patch(message.body)
    if patch is None:
        return Text("this message has no diff", style="dim"), ()
    drawing = _Drawing(issues, touches)
    for file in patch.files:
        drawing.put(Text(safe(file.path), style="bold reverse"))
        for hunk in file.hunks:
            drawing.put(Text(f"@@ line {hunk.new_start} @@", style="cyan"))
            for line in hunk_lines(message.body, hunk):
                if drawing.lines >= MAX_LINES:
                    drawing.put(Text("… the rest of the diff is left out here", style="dim"))
                    return drawing.text, tuple(drawing.marks)
                drawing.put_line(file.path, line)
        drawing.put_rest(file.path)
    return drawing.text, tuple(drawing.marks)


class _Drawing:
    """A diff under construction: text, its number of lines, the lines that carry concerns."""

    def __init__(self, issues: Iterable[IssueRow], touches: Iterable[Touch]) -> None:
        self.text = Text()
        self.lines = 0
        self.marks: list[int] = []
        self._waiting: dict[tuple[str, int], list[IssueRow]] = defaultdict(list)
        self._members: dict[int, list[str]] = defaultdict(list)
        for issue in issues:
            self._waiting[issue.concern.about_file, issue.concern.about_line].append(issue)
        for touch in touches:
            self._members[touch.start].append(touch.name + (f" via {touch.via}" if touch.via else ""))
        self._starts = sorted(self._members)

    def put(self, content: Text) -> None:
        self.text.append_text(content)
        self.text.append("\n")
        self.lines += 1

    def put_line(self, path: str, line: HunkLine) -> None:
        """One line of the diff, the members it touches beside it, the concerns about it below it."""
        mark = line.side.value
        shown = Text(f"{line.new_line:>6} {mark}{safe(line.text)}", style=SIDE_STYLE[mark])
        first = bisect_left(self._starts, line.start)
        last = bisect_right(self._starts, line.start + len(line.text))
        names = unique(name for start in self._starts[first:last] for name in self._members[start])
        if names:
            shown.append("   ◂ " + safe(", ".join(names)), style="bold yellow")
        self.put(shown)
        self._put_remarks(self._waiting.pop((path, line.new_line), ()))

    def put_rest(self, path: str) -> None:
        """The concerns about a file whose line is not in the diff, below the file."""
        for key in [key for key in self._waiting if key[0] == path]:
            self._put_remarks(self._waiting.pop(key))

    def _put_remarks(self, issues: Iterable[IssueRow]) -> None:
        for issue in issues:
            self.marks.append(self.lines)
            self.put(_remark(issue))


def _remark(issue: IssueRow) -> Text:
    state = issue.status.state
    remark = Text("       ┆ ")
    remark.append(f"{state.value} {issue.concern.kind.value}", style=STATE_STYLE[state])
    remark.append(f" {safe(issue.concern.author.display)}: {safe(issue.concern.quote)[:400]}")
    return remark


def page(queries: Queries, message_id: str) -> DiffPage:
    """Asks for a patch and draws it."""
    message = patch_of(queries, message_id)
    if message is None:
        text = Text("neither this message nor any that it answers has a diff", style="dim")
        return DiffPage("no patch", text, (), message_id, (None, None))
    touches: list[Touch] = []
    order: tuple[str, ...] = ()
    if message.series_id:
        touches = [
            row.touch for row in queries.fields(message.series_id) if row.message_id == message.message_id
        ]
        order = tuple(
            id_
            for row in queries.series(message.series_id)
            for _, id_ in row.patches
            if row.id == message.series_id
        )
    issues = [
        row
        for row in queries.issues(thread=message.thread_id)
        if row.concern.about_file and _is_about(row, message)
    ]
    text, marks = draw(message, issues, touches)
    return DiffPage(message.subject, text, marks, message.message_id, _neighbours(order, message.message_id))


def _is_about(row: IssueRow, message: StoredMessage) -> bool:
    number = "" if message.patch_number is None else f"{message.patch_number}/"
    return not number or row.patch.startswith(number)


def _neighbours(order: Sequence[str], message_id: str) -> tuple[str | None, str | None]:
    if message_id not in order:
        return None, None
    place = order.index(message_id)
    return (order[place - 1] if place else None), (order[place + 1] if place + 1 < len(order) else None)


class DiffScreen(MovingScreen[None]):
    """Shows the patch that ``message_id`` is or answers."""

    BINDINGS: ClassVar = [
        Binding("full_stop", "concern(1)", "Next concern"),
        Binding("comma", "concern(-1)", "Concern before"),
        Binding("right_square_bracket", "patch(1)", "Next patch"),
        Binding("left_square_bracket", "patch(0)", "Patch before"),
        Binding("q,escape,h,left", "app.pop_screen", "Close", tooltip="Close this view"),
    ]

    class Drawn(Event):
        """The page has come back from its worker."""

        def __init__(self, page: DiffPage) -> None:
            super().__init__()
            self.page = page

    def __init__(self, queries: Queries, message_id: str) -> None:
        super().__init__()
        self._queries = queries
        self._first = message_id
        self._page: DiffPage | None = None
        self._concern = -1

    def compose(self) -> ComposeResult:
        yield Static("diff", id="title")
        with VerticalScroll(id="page"):
            yield Static("", id="text")
        yield Footer(compact=True)

    @property
    def scroller(self) -> VerticalScroll:
        return self.query_one("#page", VerticalScroll)

    def on_mount(self) -> None:
        self.load_page(self._first)
        self.set_focus(self.scroller)

    @work(thread=True, exclusive=True)
    def load_page(self, message_id: str) -> None:
        self.post_message(self.Drawn(page(self._queries, message_id)))

    def on_diff_screen_drawn(self, event: Drawn) -> None:
        self._page = event.page
        self._concern = -1
        title = f"{safe(event.page.title)}  ({len(event.page.concern_lines)} concerns)"
        self.query_one("#title", Static).update(Text(title, overflow="ellipsis", no_wrap=True))
        self.query_one("#text", Static).update(event.page.text)
        self.scroller.scroll_home(animate=False)

    def action_concern(self, step: int) -> None:
        lines = self._page.concern_lines if self._page else ()
        if not lines:
            self.notify("no concern about this patch")
            return
        self._concern = min(max(0, self._concern + step), len(lines) - 1)
        self.scroller.scroll_to(y=max(0, lines[self._concern] - 3), animate=False)

    def action_patch(self, which: int) -> None:
        neighbour = self._page.neighbours[which] if self._page else None
        if neighbour is None:
            self.notify("no further patch in this series")
        else:
            self.load_page(neighbour)
