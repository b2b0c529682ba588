"""The left pane of the board in its four views: by field, by series, by person, by thread.

Each view is a tree of frozen entries; an entry carries what its rows are limited to. Pure but for the
queries, which run in a worker.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from rich.text import Text

from threadmine.db.queries import Queries
from threadmine.memmap import Layout
from threadmine.model import FieldCount, Moment, SeriesRow, Unknown
from threadmine.render import age, safe

STRUCTS = ("page", "folio", "slab", "ptdesc", "zpdesc", "netmem_desc", "net_iov", "dev_pagemap", "page_ext")
HEAT = (
    (timedelta(days=7), "█", "bold red"),
    (timedelta(days=30), "▓", "red"),
    (timedelta(days=180), "▒", "yellow"),
)
COLD = ("░", "dim")
SIGNS = (
    ("█ ▓ ▒ ░", "something happened in the last week, month, half year, before that"),
    ("●", "something new since your last visit"),
    ("≡", "shares bytes with the chosen member"),
    ("red number", "open issues"),
    ("✗", "refuted claims; before an issue: it rests on a refuted claim"),
    ("*", "marked: triage acts on all that are"),
)
"""What the signs of the board mean, for the help page."""
LISTED = 200
FAR = (1 << 30, 0)
AGE = 5
WIDE_ROOM = 34
"""Cells from which an entry has its size beside its offset."""


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
    struct: str | None = None
    versions: tuple[str, ...] = ()  # series ids
    words: str = ""  # how it is named, where that is none of the others

    @property
    def title(self) -> str:
        if self.waits_for:
            return f"waiting for {self.waits_for}"
        if self.struct:
            return f"struct {self.struct}"
        return self.words or self.field or self.series or self.author or self.thread or "everything"


EVERYTHING = Ask()


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the tree. ``ask`` None: a heading that only opens and closes; ``key`` says which entry is
    the same after a refresh."""

    label: Text
    ask: Ask | None
    key: str
    children: tuple[Entry, ...] = ()
    expanded: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """What the marks are counted from: the present, and the last visit (None: never here before); ``room`` is
    how many cells an entry has."""

    now: datetime
    last_visit: datetime | None = None
    room: int = 40


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
    everything = Entry(Text("everything", style="bold"), Ask(), "everything")
    return (everything, *made[view]())


def field_entries(counts: Iterable[FieldCount], layout: Layout | Unknown, seen: Seen) -> tuple[Entry, ...]:
    """Structs of the model first, their members in layout order; whatever else was talked about below."""
    by_struct: dict[str, list[FieldCount]] = {}
    for count in counts:
        by_struct.setdefault(count.struct, []).append(count)
    known = [name for name in STRUCTS if name in by_struct]
    rest = sorted(name for name in by_struct if name not in STRUCTS)
    top = tuple(_struct_entry(name, by_struct[name], layout, seen, expanded=True) for name in known)
    below = replace(seen, room=seen.room - 2)
    other = tuple(_struct_entry(name, by_struct[name], layout, below) for name in rest)
    if not other:
        return top
    label = Text(f"elsewhere ({len(other)} structs)", style="dim")
    return (*top, Entry(label, None, "elsewhere", other))


def _struct_entry(
    name: str, counts: list[FieldCount], layout: Layout | Unknown, seen: Seen, expanded: bool = False
) -> Entry:
    placed = sorted(
        ((_place(layout, count), count) for count in counts), key=lambda p: (p[0] or FAR, p[1].member)
    )
    children = tuple(
        Entry(
            _field_label(count, place, seen),
            Ask(field=(full := f"{name}.{count.member}" if name else count.member)),
            full,
        )
        for place, count in placed
    )
    opened = sum(count.open_issues for count in counts)
    refuted = sum(count.refuted for count in counts)
    size = None if isinstance(layout, Unknown) else layout.struct(name)
    words = Text(safe(name or "no struct"), style="bold")
    if size is not None and seen.room >= WIDE_ROOM:
        words.append(f"  {size.size} bytes", style="not bold dim")
    ask = Ask(struct=name) if name else None
    return Entry(
        _spread(words, _numbers(opened, refuted), seen.room), ask, f"struct {name}", children, expanded
    )


def _place(layout: Layout | Unknown, count: FieldCount) -> tuple[int, int] | None:
    """Offset and size in bytes; None where the layout has no such member."""
    if isinstance(layout, Unknown) or not count.struct:
        return None
    member = layout.find(count.struct, count.member)
    return None if isinstance(member, Unknown) else (member.offset, member.size)


def _field_label(count: FieldCount, place: tuple[int, int] | None, seen: Seen) -> Text:
    text = Text().append_text(heat(count.last_activity, seen))
    text.append(f"{place[0] if place else '·':>4} ", style="dim")
    if seen.room >= WIDE_ROOM:
        text.append(f"{place[1] if place else '·':>4} ", style="dim")
    text.append(safe(count.member), style="" if count.open_issues or count.refuted else "dim")
    return _spread(text, _numbers(count.open_issues, count.refuted), seen.room)


def _numbers(opened: int, refuted: int) -> Text:
    """Open issues and refuted claims, under each other in all lines."""
    text = Text()
    text.append(f"{opened or '':>3}", style="bold red")
    text.append(f"{'✗' + str(refuted) if refuted else '':>3}", style="bold magenta")
    return text


def _spread(left: Text, right: Text, room: int) -> Text:
    """Words on the left, numbers at the right edge of the pane; long words go over blanks before those."""
    blank = max(0, len(right.plain) - len(right.plain.lstrip()) - 1)
    left.truncate(max(4, room - right.cell_len + blank), overflow="ellipsis", pad=True)
    return left.append_text(right[blank:])


def _counted(label: str, opened: int, last: Moment, seen: Seen, indent: int = 2) -> Text:
    text = Text().append_text(heat(last, seen))
    text.append(f" {safe(label)}")
    right = Text().append(f"{opened or '':>4}", style="bold red")
    right.append(f"{age(last, seen.now):>{AGE}}", style="dim")
    return _spread(text, right, seen.room + 2 - indent)


def _series(queries: Queries, seen: Seen) -> tuple[Entry, ...]:
    by_title: dict[tuple[str, str], list[SeriesRow]] = {}
    for row in queries.series(limit=LISTED):
        by_title.setdefault((row.title, row.author.display), []).append(row)
    return tuple(
        _series_entry(title, author, versions, seen) for (title, author), versions in by_title.items()
    )


def _series_entry(title: str, author: str, versions: Sequence[SeriesRow], seen: Seen) -> Entry:
    """One series: a line of its own where there is one version only, else its versions below it."""
    first = versions[0]
    if len(versions) == 1:
        label = _counted(title, first.open_concerns, first.last_activity, seen, indent=0)
        return Entry(label, Ask(series=first.id, words=title), first.id)
    ordered = sorted(versions, key=lambda row: (-row.version, row.id))
    children = tuple(
        Entry(
            _counted(row.version_text or f"v{row.version}", row.open_concerns, row.last_activity, seen),
            Ask(series=row.id, words=f"{title} {row.version_text or f'v{row.version}'}"),
            row.id,
        )
        for row in ordered
    )
    opened = sum(row.open_concerns for row in versions)
    right = Text().append(f"{opened or '':>4}", style="bold red")
    if seen.room >= WIDE_ROOM:
        right.append(" " * AGE)  # under the numbers of its versions
    label = _spread(Text(safe(title), style="bold"), right, seen.room)
    ask = Ask(versions=tuple(row.id for row in ordered), words=title)
    return Entry(label, ask, f"series {title} {author}", children, expanded=True)


def _people(queries: Queries, seen: Seen, me: str) -> tuple[Entry, ...]:
    mine = (Entry(Text("waiting for me", style="bold"), Ask(waits_for=me), "mine"),) if me else ()
    return mine + tuple(
        Entry(
            _counted(row.person.display, row.open_issues, row.last_activity, seen, indent=0),
            Ask(author=(who := row.person.address or row.person.name), words=row.person.display),
            who,
        )
        for row in queries.people(LISTED)
    )


def _threads(queries: Queries, seen: Seen) -> tuple[Entry, ...]:
    return tuple(
        Entry(
            _counted(row.subject, row.open_issues, row.last_activity, seen, indent=0),
            Ask(thread=row.thread_id, words=row.subject),
            row.thread_id,
        )
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
