"""A series: what was dropped between its versions, the versions side by side, every concern."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import ClassVar

from rich.text import Text
from textual.events import Resize

from threadmine.model import IssueRow, SeriesRow, message_url
from threadmine.render import age, safe_line
from threadmine.screens.acting import Desk, Here
from threadmine.screens.drawing import STATE_STYLE
from threadmine.screens.keys import key
from threadmine.screens.page import Page, PageScreen
from threadmine.screens.paper import BLANK, Line, heading, line
from threadmine.screens.versions import PatchRow, Story, gather
from threadmine.track.dropped import Dropped

CELL = 16
"""Cells of a version's column."""
LABELS = (20, 64)
"""Cells of the first column: at least, at most."""
TAGS = {"Reviewed-by": "Rev", "Acked-by": "Ack", "Tested-by": "Test"}
MOST_MEMBERS = 24
MARGIN = 19
"""Cells before the words of a concern: its state and its patch."""


class Sheet:
    """The table of versions: which of them fit beside each other, and its lines.

    Args:
        story: what to show.
        room: cells of a line.
        shift: how many of the newest versions are passed over, for more than fit.
        now: the present, for ages.
    """

    def __init__(self, story: Story, room: int, shift: int, now: datetime) -> None:
        self.story = story
        self.now = now
        count = max(1, (room - LABELS[0]) // CELL)
        last = max(len(story.versions) - max(0, shift), min(count, len(story.versions)))
        self.shown = story.versions[max(0, last - count) : last]
        left = room - CELL * len(self.shown)
        names = (*(patch.title for patch in story.patches), *story.members()[:MOST_MEMBERS])
        longest = max(map(len, names), default=0) + 2
        self.label = max(LABELS[0], min(left, longest, LABELS[1]))

    def head(self) -> list[Line]:
        """What there is to say of each version."""
        made = [self._row("", lambda row: Text(safe_line(_name(row)), style="bold"), "bold")]
        made.append(self._row("posted", lambda row: Text(f"{age(row.date, self.now)} ago"), "dim"))
        made.append(self._row("patches", lambda row: Text(f"{len(row.patches)} of {row.total}"), "dim"))
        made.append(self._row("tags", lambda row: Text(_tags(row), style="green"), "dim"))
        made.append(self._row("concerns", lambda row: _counts(self.story.issues_of(row.id)), "dim"))
        made.append(self._row("dropped", self._dropped, "dim"))
        return made

    def parts(self) -> list[Line]:
        """The patches and the members, by version."""
        made: list[Line] = []
        made += heading("Patches  (● still open, ✓ settled)")
        made += map(self._patch_row, self.story.patches)
        if members := self.story.members():
            made += heading("Lines that touch a member")
            made += [self._row(name, partial(self._touch, name), "yellow") for name in members[:MOST_MEMBERS]]
            if len(members) > MOST_MEMBERS:
                made.append(line((f"… {len(members) - MOST_MEMBERS} more members", "dim")))
        return made

    def _patch_row(self, patch: PatchRow) -> Line:
        there = [row for row in self.shown if row.id in patch.places]
        mark = None
        if there:
            message_id = patch.places[there[-1].id][1]
            mark = Here(message_id, series_id=there[-1].id, url=message_url(message_id))
        return self._row(patch.title, partial(self._patch, patch.places), "", mark)

    def _row(
        self, label: str, cell: Callable[[SeriesRow], Text], style: str = "", mark: object | None = None
    ) -> Line:
        text = Text(safe_line(label), style=style)
        text.truncate(self.label - 1, overflow="ellipsis")
        text.pad_right(self.label - text.cell_len)
        for row in self.shown:
            shown = cell(row)
            shown.truncate(CELL - 1, overflow="ellipsis")
            text.append_text(Text("", style="not bold not dim").append_text(shown))
            text.append(" " * (CELL - shown.cell_len))
        text.rstrip()
        return Line(text, mark=mark)

    def _dropped(self, row: SeriesRow) -> Text:
        count = sum(one.row.series_id == row.id for one in self.story.dropped)
        return Text(str(count), style="bold magenta") if count else Text("")

    def _patch(self, places: Mapping[str, tuple[int, str]], row: SeriesRow) -> Text:
        if row.id not in places:
            return Text("-", style="dim")
        number = places[row.id][0]
        issues = [issue for issue in self.story.issues_of(row.id) if _number(issue) == number]
        return Text(f"{number:>2}  ", style="default").append_text(_counts(issues))

    def _touch(self, member: str, row: SeriesRow) -> Text:
        count = self.story.touches.get(row.id, Counter())[member]
        return Text(f"{count:>2}", style="default") if count else Text(" -", style="dim")


def _name(row: SeriesRow) -> str:
    return row.version_text or f"v{row.version}"


def _number(issue: IssueRow) -> int:
    number = issue.patch.partition("/")[0]
    return int(number) if number.isdigit() else -1


def _tags(row: SeriesRow) -> str:
    return " ".join(f"{TAGS[tag]} {count}" for tag, count in row.trailers if tag in TAGS and count)


def _counts(issues: Sequence[IssueRow]) -> Text:
    opened = sum(issue.status.state.is_open for issue in issues)
    text = Text(f"●{opened} " if opened else "", style="bold red")
    if settled := len(issues) - opened:
        text.append(f"✓{settled}", style="not bold green")
    return text


def story_lines(story: Story, sheet: Sheet) -> tuple[Line, ...]:
    """The page: dropped concerns first, then the table, then all concerns, newest version first."""
    if not story.versions:
        return (line(("no such series", "dim")),)
    newest = story.versions[-1]
    count = _versions(len(story.versions))
    made = [
        line(
            (newest.author.display, "bold"), f", {count} in hand, posted to {newest.list_name or 'no list'}"
        ),
        BLANK,
        *sheet.head(),
        *_dropped_lines(story),
        *sheet.parts(),
    ]
    for row in reversed(story.versions):
        if issues := story.issues_of(row.id):
            made += heading(f"Concerns on {_name(row)}")
            made += map(_concern, sorted(issues, key=lambda i: (not i.status.state.is_open, _number(i))))
    return tuple(made)


def _versions(count: int) -> str:
    return "one version" if count == 1 else f"{count} versions"


def _dropped_lines(story: Story) -> list[Line]:
    """What nothing has settled since, by the version that let it go, newest first; the weightiest first."""
    if len(story.versions) < 2:
        return []
    made: list[Line] = []
    pairs = list(zip(story.versions, story.versions[1:], strict=False))
    for raised, after in reversed(pairs):
        left = [one for one in story.dropped if one.row.series_id == raised.id]
        made += heading(f"Dropped from {_name(raised)} to {_name(after)}, and not settled since")
        made += [each for one in left for each in _one_dropped(one)]
        if not left:
            made.append(line(("nothing", "dim")))
    return made


def _one_dropped(one: Dropped) -> list[Line]:
    row = one.row
    said = [
        line(
            (f"{row.status.state.value:<13}", STATE_STYLE[row.status.state]),
            (f"{row.patch or 'cover':<6}", "dim"),
            (f"{row.concern.author.display}: ", "bold"),
            safe_line(row.concern.quote),
            hang=MARGIN,
            mark=row,
        ),
        line((f"{'':{MARGIN}}{'; '.join(one.reasons)}", "dim"), hang=MARGIN),
    ]
    if row.status.addressed_evidence:
        said.append(
            line((f"{'':{MARGIN}}{safe_line(row.status.addressed_evidence)}", "dim italic"), hang=MARGIN)
        )
    return said


def _concern(issue: IssueRow) -> Line:
    state = issue.status.state
    done = f" in {issue.status.addressed_in}" if issue.status.addressed_in else ""
    return line(
        (f"{state.value + done:<18}", STATE_STYLE[state]),
        (f"{issue.patch or 'cover':<6}", "dim"),
        (f"{issue.concern.author.display}: ", "bold"),
        safe_line(issue.concern.quote),
        hang=24,
        mark=issue,
    )


class SeriesScreen(PageScreen):
    """Shows all versions of the series that ``series_id`` is a version of."""

    BINDINGS: ClassVar = [
        key("right_square_bracket", "patch(1)", "Next patch", show=False),
        key("left_square_bracket", "patch(-1)", "Patch before", show=False),
        key(
            "greater_than_sign", "shift(-1)", "Newer", show=False, tooltip="Newer versions, where not all fit"
        ),
        key("less_than_sign", "shift(1)", "Older", show=False, tooltip="Older versions, where not all fit"),
    ]
    WAITING = "reading the versions of this series …"

    def __init__(self, desk: Desk, series_id: str) -> None:
        super().__init__(desk)
        self._series = series_id
        self._shift = 0
        self._story: Story | None = None

    def make(self) -> Page:
        self._story = gather(self.queries, self._series)
        return self._page(self._story)

    def _page(self, story: Story) -> Page:
        room = max(40, self.app.size.width - 3)
        sheet = Sheet(story, room, self._shift, self.desk.clock())
        title = story.versions[-1].title if story.versions else "no such series"
        if len(sheet.shown) < len(story.versions):
            names = f"{_name(sheet.shown[0])} to {_name(sheet.shown[-1])}"
            title = f"{title}  ({names} of {_versions(len(story.versions))}; < > move)"
        return Page(title, story_lines(story, sheet))

    def status(self) -> str:
        if self._story is None:
            return ""
        count = len(self._story.dropped)
        return f"{count} dropped   Tab next part   . , concerns   [ ] patches   Enter its thread"

    def on_resize(self, event: Resize) -> None:
        if self._story is not None:
            self.post_message(self.Made(self._page(self._story)))

    def action_series(self) -> None:
        self.say("this is the series")

    def action_mark(self, step: int) -> None:
        self.go_to(step, IssueRow)

    def action_patch(self, step: int) -> None:
        self.go_to(step, Here)

    def action_shift(self, step: int) -> None:
        story = self._story
        if story is None:
            return
        most = max(0, len(story.versions) - 1)
        self._shift = max(0, min(self._shift + step, most))
        self.post_message(self.Made(self._page(story)))
