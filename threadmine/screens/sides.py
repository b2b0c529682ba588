"""The left pane of the board in its four views: by field, by series, by person, by thread.

Each view is a tree of frozen entries; an entry carries what its rows are limited to. Pure but for the
queries, which run in a worker.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from rich.text import Text

from threadmine.db.queries import Queries
from threadmine.memmap import Layout
from threadmine.model import FieldCount, Moment, Unknown
from threadmine.render import age, safe

STRUCTS = ("page", "folio", "slab", "ptdesc", "zpdesc", "netmem_desc", "net_iov", "dev_pagemap", "page_ext")
HEAT = (
    (timedelta(days=7), "█", "bold red"),
    (timedelta(days=30), "▓", "red"),
    (timedelta(days=180), "▒", "yellow"),
)
COLD = ("░", "dim")
LISTED = 200


class View(StrEnum):
    """What the left pane lists."""

    FIELDS = "fields"
    SERIES = "series"
    PEOPLE = "people"
    THREADS = "threads"


@dataclass(frozen=True, slots=True)
class Ask:
    """What the rows of an entry are limited to; all empty: nothing."""

    field: str | None = None
    series: str | None = None
    author: str | None = None
    thread: str | None = None
    waits_for: str | None = None  # address of the person who has to act

    @property
    def title(self) -> str:
        if self.waits_for:
            return f"waiting for {self.waits_for}"
        return self.field or self.series or self.author or self.thread or "everything"


EVERYTHING = Ask()


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the tree. ``ask`` None: a heading that only opens and closes."""

    label: Text
    ask: Ask | None
    children: tuple[Entry, ...] = ()
    expanded: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """What the marks are counted from: the present, and the last visit (None: never here before)."""

    now: datetime
    last_visit: datetime | None = None


def heat(moment: Moment, seen: Seen) -> Text:
    """One cell that says how recently something happened; a dot where it is new since the last visit."""
    if isinstance(moment, Unknown):
        return Text(" ")
    if seen.last_visit is not None and moment > seen.last_visit:
        return Text("●", style="bold cyan")
    now = seen.now
    for limit, mark, style in HEAT:
        if now - moment <= limit:
            return Text(mark, style=style)
    return Text(COLD[0], style=COLD[1])


def entries(
    view: View, queries: Queries, layout: Layout | Unknown, seen: Seen, me: str = ""
) -> tuple[Entry, ...]:
    """The tree of a view.

    Args:
        view: which one.
        queries: the database.
        layout: the kernel whose layout orders the members, or why there is none.
        seen: for ages and marks.
        me: address of the person at the keyboard, empty if unknown.
    """
    made: Mapping[View, Callable[[], tuple[Entry, ...]]] = {
        View.FIELDS: lambda: field_entries(queries.board(), layout, seen),
        View.SERIES: lambda: _series(queries, seen),
        View.PEOPLE: lambda: _people(queries, seen, me),
        View.THREADS: lambda: _threads(queries, seen),
    }
    return made[view]()


def field_entries(counts: Iterable[FieldCount], layout: Layout | Unknown, seen: Seen) -> tuple[Entry, ...]:
    """Structs of the model first, their members in layout order; whatever else was talked about below."""
    by_struct: dict[str, list[FieldCount]] = {}
    for count in counts:
        by_struct.setdefault(count.struct, []).append(count)
    known = [name for name in STRUCTS if name in by_struct]
    rest = sorted(name for name in by_struct if name not in STRUCTS)
    top = tuple(_struct_entry(name, by_struct[name], layout, seen, expanded=True) for name in known)
    other = tuple(_struct_entry(name, by_struct[name], layout, seen) for name in rest)
    if not other:
        return top
    return (*top, Entry(Text(f"elsewhere ({len(other)})", style="dim"), None, other))


def _struct_entry(
    name: str, counts: list[FieldCount], layout: Layout | Unknown, seen: Seen, expanded: bool = False
) -> Entry:
    placed = sorted(((_offset(layout, count), count) for count in counts), key=lambda p: (p[0], p[1].member))
    children = tuple(
        Entry(
            _field_label(count, offset, seen), Ask(field=f"{name}.{count.member}" if name else count.member)
        )
        for offset, count in placed
    )
    label = Text(safe(name or "no struct"), style="bold")
    opened = sum(count.open_issues for count in counts)
    if opened:
        label.append(f" {opened}", style="not bold red")
    return Entry(label, None, children, expanded)


def _offset(layout: Layout | Unknown, count: FieldCount) -> int:
    """Bytes from the start of the struct; after all others where the layout has no such member."""
    if isinstance(layout, Unknown) or not count.struct:
        return 1 << 30
    member = layout.find(count.struct, count.member)
    return 1 << 30 if isinstance(member, Unknown) else member.offset


def _field_label(count: FieldCount, offset: int, seen: Seen) -> Text:
    text = Text().append_text(heat(count.last_activity, seen))
    text.append(f"{offset:>4} " if offset < 1 << 30 else "   · ", style="dim")
    text.append(safe(count.member), style="" if count.open_issues or count.refuted else "dim")
    if count.open_issues:
        text.append(f" {count.open_issues}", style="bold red")
    if count.refuted:
        text.append(f" ✗{count.refuted}", style="bold magenta")
    return text


def _counted(label: str, opened: int, last: Moment, seen: Seen) -> Text:
    text = Text().append_text(heat(last, seen))
    text.append(f" {safe(label)}")
    if opened:
        text.append(f" {opened}", style="bold red")
    text.append(f" {age(last, seen.now)}", style="dim")
    return text


def _series(queries: Queries, seen: Seen) -> tuple[Entry, ...]:
    by_title: dict[tuple[str, str], list[Entry]] = {}
    for row in queries.series(limit=LISTED):
        label = _counted(row.version_text or f"v{row.version}", row.open_concerns, row.last_activity, seen)
        by_title.setdefault((row.title, row.author.display), []).append(Entry(label, Ask(series=row.id)))
    return tuple(
        Entry(Text(safe(title), style="bold"), None, tuple(versions), expanded=len(versions) == 1)
        for (title, _), versions in by_title.items()
    )


def _people(queries: Queries, seen: Seen, me: str) -> tuple[Entry, ...]:
    mine = (Entry(Text("waiting for me", style="bold"), Ask(waits_for=me)),) if me else ()
    return mine + tuple(
        Entry(
            _counted(row.person.display, row.open_issues, row.last_activity, seen),
            Ask(author=row.person.address or row.person.name),
        )
        for row in queries.people(LISTED)
    )


def _threads(queries: Queries, seen: Seen) -> tuple[Entry, ...]:
    return tuple(
        Entry(_counted(row.subject, row.open_issues, row.last_activity, seen), Ask(thread=row.thread_id))
        for row in queries.threads(LISTED)
    )


def overlapping(layout: Layout | Unknown, field: str, others: Iterable[str]) -> tuple[str, ...]:
    """Which of ``others`` share bytes with ``field`` in this layout."""
    if isinstance(layout, Unknown):
        return ()
    found = []
    for other in others:
        if other != field:
            overlap = layout.overlap(field, other)
            if not isinstance(overlap, Unknown) and overlap.meets:
                found.append(other)
    return tuple(found)
