"""The diff of a patch: what people want of it between its lines, the members it touches beside them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import ClassVar

from rich.text import Text

from threadmine.db.queries import Queries
from threadmine.errors import ThreadmineError
from threadmine.model import IssueRow, StoredMessage, Touch, message_url, unique
from threadmine.parse.diff import HunkLine, hunk_lines, parse_patch
from threadmine.render import safe, safe_line
from threadmine.screens.acting import Desk, Here
from threadmine.screens.drawing import STATE_STYLE
from threadmine.screens.keys import key
from threadmine.screens.page import Page, PageScreen
from threadmine.screens.paper import BLANK, Line, line, pair

MAX_PARENTS = 50
MAX_LINES = 5000
MARGIN = 8
"""Cells of the line number and the diff mark."""
SIDE_STYLE = {"+": "green", "-": "red", " ": ""}


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


def draw(message: StoredMessage, issues: Iterable[IssueRow], touches: Iterable[Touch]) -> tuple[Line, ...]:
    """The diff of ``message``; lines that concerns stand in are marked with them.

    Args:
        message: a mail with a diff of its own.
        issues: concerns of its thread; those about a line of this diff are put below that line.
        touches: the members its lines touch (offsets into its body).
    """
    patch = parse_patch(message.body)
    if patch is None:
        return (line(("this message has no diff", "dim")),)
    margin = _Margin(issues, touches)
    made: list[Line] = []
    for file in patch.files:
        made += [BLANK, line((f" {file.path} ", "bold reverse"))]
        for hunk in file.hunks:
            made.append(line((f"@@ line {hunk.new_start} @@", "cyan")))
            for one in hunk_lines(message.body, hunk):
                if len(made) >= MAX_LINES:
                    made.append(line(("… the rest of the diff is left out here; e shows the mail", "dim")))
                    return tuple(made)
                made += margin.line(file.path, one)
        made += margin.rest(file.path)
    return tuple(made)


class _Margin:
    """What stands beside and between the lines of a diff; each concern is put once."""

    def __init__(self, issues: Iterable[IssueRow], touches: Iterable[Touch]) -> None:
        self._waiting: dict[tuple[str, int], list[IssueRow]] = defaultdict(list)
        self._members: dict[int, list[str]] = defaultdict(list)
        for issue in issues:
            self._waiting[issue.concern.about_file, issue.concern.about_line].append(issue)
        for touch in touches:
            self._members[touch.start].append(touch.name + (f" via {touch.via}" if touch.via else ""))
        self._starts = sorted(self._members)

    def line(self, path: str, one: HunkLine) -> Iterator[Line]:
        """One line of the diff, the members it touches beside it, the concerns about it below it."""
        mark = one.side.value
        shown = Text(f"{one.new_line:>6} ", style="dim")
        shown.append(f"{mark}{safe(one.text).expandtabs(8)}", style=f"not dim {SIDE_STYLE[mark]}")
        first = bisect_left(self._starts, one.start)
        last = bisect_right(self._starts, one.start + len(one.text))
        names = unique(name for start in self._starts[first:last] for name in self._members[start])
        if names:
            shown.append("   ◂ " + safe(", ".join(names)), style="not dim bold yellow")
        yield Line(shown, hang=MARGIN)
        yield from map(_remark, self._waiting.pop((path, one.new_line), ()))

    def rest(self, path: str) -> Iterator[Line]:
        """The concerns about a file whose line is not in the diff, below the file."""
        for place in [place for place in self._waiting if place[0] == path]:
            yield from map(_remark, self._waiting.pop(place))


def _remark(issue: IssueRow) -> Line:
    state = issue.status.state
    return line(
        (f"{'┃':>{MARGIN}} ", STATE_STYLE[state]),
        (f"{state.value} {issue.concern.kind.value}", f"{STATE_STYLE[state]} reverse"),
        (f" {issue.concern.author.display}: ", "bold"),
        safe_line(issue.concern.quote)[:400],
        hang=MARGIN + 2,
        mark=issue,
    )


def _is_about(row: IssueRow, message: StoredMessage) -> bool:
    number = "" if message.patch_number is None else f"{message.patch_number}/"
    return not number or row.patch.startswith(number)


class DiffScreen(PageScreen):
    """Shows the patch that ``message_id`` is or answers, and from there the others of its series."""

    BINDINGS: ClassVar = [
        key("right_square_bracket", "patch(1)", "Next patch"),
        key("left_square_bracket", "patch(-1)", "Patch before", show=False),
    ]

    def __init__(self, desk: Desk, message_id: str) -> None:
        super().__init__(desk)
        self._wanted = message_id
        self._message: StoredMessage | None = None
        self._order: tuple[str, ...] = ()

    def make(self) -> Page:
        queries = self.queries
        self._message = message = patch_of(queries, self._wanted)
        if message is None:
            words = "neither this message nor any that it answers has a diff"
            return Page("no patch", (line((words, "dim")),))
        touches: list[Touch] = []
        if message.series_id:
            rows = queries.fields(message.series_id)
            touches = [row.touch for row in rows if row.message_id == message.message_id]
            versions = [row for row in queries.series(message.series_id) if row.id == message.series_id]
            self._order = tuple(name for row in versions for _, name in row.patches)
        issues = [
            row
            for row in queries.issues(thread=message.thread_id)
            if row.concern.about_file and _is_about(row, message)
        ]
        head = (*pair("from", str(message.author), "bold"), *pair("series", self._place(message)))
        return Page(message.subject, (*head, *draw(message, issues, touches)))

    def _place(self, message: StoredMessage) -> str:
        """``patch 2 of 3``, where it is one of several."""
        if message.message_id not in self._order or len(self._order) < 2:
            return ""
        number = self._order.index(message.message_id) + 1
        return f"patch {number} of {len(self._order)}; [ and ] go to the others"

    def current(self) -> Here | None:
        found = super().current()
        message = self._message
        if found is not None or message is None:
            return found
        return Here(message.message_id, (0, 0), message.series_id, message_url(message.message_id))

    def action_diff(self) -> None:
        self.say("this is the patch")

    def action_patch(self, step: int) -> None:
        message = self._message
        at = _at(self._order, message.message_id if message else "") + step
        if message is None or message.message_id not in self._order or not 0 <= at < len(self._order):
            self.say("no further patch in this series", "warning")
            return
        self._wanted = self._order[at]
        self._is_new = True
        self.load()


def _at(order: Sequence[str], message_id: str) -> int:
    return order.index(message_id) if message_id in order else -1
