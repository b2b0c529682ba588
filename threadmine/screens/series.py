"""A series, version by version: its patches, tags, the members it touches, and its concerns by patch."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import ClassVar

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.message import Message as Event
from textual.widgets import Footer, Static

from threadmine.db.queries import Queries
from threadmine.model import IssueRow, SeriesRow, TouchRow
from threadmine.render import age, safe
from threadmine.screens.drawing import STATE_STYLE
from threadmine.screens.moving import MovingScreen

QUOTE_SHOWN = 160


def draw(
    versions: Sequence[SeriesRow], issues: Iterable[IssueRow], touches: Iterable[TouchRow], now: datetime
) -> Text:
    """All versions of a series as text: a line each, then concerns by patch, then members by version."""
    text = Text()
    if not versions:
        return Text("no such series", style="dim")
    newest = versions[-1]
    text.append(f"{safe(newest.title)}\n", style="bold")
    text.append(f"{safe(newest.author.display)}, {len(versions)} versions in hand\n\n", style="dim")
    by_version: dict[str, list[IssueRow]] = defaultdict(list)
    for issue in issues:
        by_version[issue.series_id].append(issue)
    for row in versions:
        _version_line(text, row, by_version[row.id], now)
    fields: dict[str, Counter[str]] = defaultdict(Counter)
    for touch in touches:
        fields[touch.series_id][touch.touch.name] += 1
    for row in reversed(versions):
        if by_version[row.id]:
            text.append(f"\n{safe(row.version_text or f'v{row.version}')}\n", style="bold underline")
            _concerns(text, by_version[row.id])
        if fields[row.id]:
            names = ", ".join(f"{name}×{count}" for name, count in fields[row.id].most_common(12))
            text.append(f"  touches {safe(names)}\n", style="yellow")
    return text


def _version_line(text: Text, row: SeriesRow, issues: list[IssueRow], now: datetime) -> None:
    states = Counter(issue.status.state for issue in issues)
    text.append(f"{safe(row.version_text or f'v{row.version}'):<10}", style="bold")
    text.append(f"{len(row.patches)}/{row.total} patches  {age(row.date, now)} ago  ")
    text.append(f"{safe(row.state)}  ", style="dim")
    for state, count in sorted(states.items()):
        text.append(f"{count} {state.value}  ", style=STATE_STYLE[state])
    tags = ", ".join(f"{tag} {count}" for tag, count in row.trailers if tag.endswith("-by"))
    text.append(f"{safe(tags)}", style="green")
    if row.linked_by:
        text.append(f"  (linked by {safe(row.linked_by)})", style="dim")
    text.append("\n")


def _concerns(text: Text, issues: list[IssueRow]) -> None:
    for issue in sorted(issues, key=lambda i: (not i.status.state.is_open, i.patch)):
        state = issue.status.state
        text.append(f"  {issue.patch or '-':<6}")
        text.append(f"{state.value:<13}", style=STATE_STYLE[state])
        text.append(f"{safe(issue.concern.author.display)}: {safe(issue.concern.quote)[:QUOTE_SHOWN]}\n")


class SeriesScreen(MovingScreen[None]):
    """Shows all versions of the series that ``series_id`` is a version of."""

    BINDINGS: ClassVar = [
        Binding("q,escape,h,left", "app.pop_screen", "Close", tooltip="Close this view"),
    ]

    class Drawn(Event):
        """The page has come back from its worker."""

        def __init__(self, text: Text) -> None:
            super().__init__()
            self.text = text

    def __init__(self, queries: Queries, series_id: str, clock: Callable[[], datetime]) -> None:
        super().__init__()
        self._queries = queries
        self._series = series_id
        self._clock = clock

    def compose(self) -> ComposeResult:
        yield Static("series", id="title")
        with VerticalScroll(id="page"):
            yield Static("", id="text")
        yield Footer(compact=True)

    @property
    def scroller(self) -> VerticalScroll:
        return self.query_one("#page", VerticalScroll)

    def on_mount(self) -> None:
        self.load_page()
        self.set_focus(self.scroller)

    @work(thread=True, exclusive=True)
    def load_page(self) -> None:
        versions = chain_of(self._queries, self._series)
        issues = [issue for row in versions for issue in self._queries.issues(series=row.id)]
        touches = [touch for row in versions for touch in self._queries.fields(row.id)]
        self.post_message(self.Drawn(draw(versions, issues, touches, self._clock())))

    def on_series_screen_drawn(self, event: Drawn) -> None:
        self.query_one("#text", Static).update(event.text)


def chain_of(queries: Queries, series_id: str) -> tuple[SeriesRow, ...]:
    """All versions of a series, oldest first, followed through the links between them."""
    found: dict[str, SeriesRow] = {}
    waiting = [series_id]
    while waiting:
        wanted = waiting.pop()
        if not wanted or wanted in found:
            continue
        for row in queries.series(wanted):
            if row.id == wanted:
                found[row.id] = row
                waiting += [row.supersedes, row.superseded_by]
    return tuple(sorted(found.values(), key=lambda row: (row.version, row.id)))
