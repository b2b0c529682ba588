"""Series in flight that meet in the same bytes, also through the unions of struct page and its overlays.

A series that writes ``folio._nr_pages`` and one that uses ``page[1].memcg_data`` conflict although they
name different members of different structs; the model's layouts say so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from threadmine.digest.standing import aware
from threadmine.memmap.layout import Layout, Overlap
from threadmine.model import Access, Moment, SeriesRow, Side, TouchRow, Unknown

GRACE = timedelta(weeks=8)
"""How long after its last mail a series still counts as in flight."""

WHOLE = 56
"""Bytes from which a member is a whole struct page (``folio.page``) that everything lies in."""

CHANGING = (Access.WRITE, Access.DECLARE, Access.REMOVE)


@dataclass(frozen=True, slots=True)
class Use:
    """What one series does to one member: in which patches, whether it changes it, through which helpers.

    ``direct`` says that a line names the member itself.
    """

    member: str
    changes: bool
    direct: bool
    patches: tuple[str, ...]
    helpers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Meeting:
    """Two uses that meet; ``text`` says where the bytes lie, empty where both name the same member."""

    first: Use
    second: Use
    text: str
    kernel: str

    @property
    def weight(self) -> tuple[bool, bool, bool]:
        """Sorts: different names for the same bytes, both write, both name it, come first."""
        return (
            not (self.text and self.first.changes and self.second.changes),
            not (self.first.changes and self.second.changes),
            not (self.first.direct and self.second.direct),
        )


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two series that were in flight at the same time and meet in at least one member."""

    first: SeriesRow
    second: SeriesRow
    meetings: tuple[Meeting, ...]


def uses(rows: Iterable[TouchRow], direct_only: bool = False) -> tuple[Use, ...]:
    """What the changed lines of a series do, by member.

    Args:
        rows: what it touches.
        direct_only: leave out what is touched only through helpers.
    """
    found: dict[str, list[TouchRow]] = {}
    for row in rows:
        touch = row.touch
        if not touch.struct or touch.access is Access.COMMENT or touch.side is Side.CONTEXT:
            continue
        if not (direct_only and touch.via):
            found.setdefault(touch.name, []).append(row)
    return tuple(
        Use(
            name,
            any(row.touch.access in CHANGING for row in group),
            any(not row.touch.via for row in group),
            tuple(dict.fromkeys(row.patch for row in group)),
            tuple(sorted({row.touch.via for row in group if row.touch.via})),
        )
        for name, group in sorted(found.items())
    )


def conflicts(
    series: Sequence[SeriesRow],
    touches: Callable[[SeriesRow], Sequence[TouchRow]],
    layout_at: Callable[[Moment], Layout | Unknown],
    direct_only: bool = False,
) -> tuple[Conflict, ...]:
    """Pairs of series that meet, those with the most telling meetings first.

    Args:
        series: versions that count, one for each series.
        touches: what a version touches.
        layout_at: the layout of the kernel at a date.
        direct_only: count only lines that name a member, not those that touch it through a helper.
    """
    used = {row.id: uses(touches(row), direct_only) for row in series}
    series = [row for row in series if used[row.id]]  # most mail is about other things
    layouts = {row.id: layout_at(row.last_activity) for row in series}
    known: dict[tuple[str, str, str], Overlap | None] = {}
    found = []
    for first, second in _pairs(series):
        layout = layouts[second.id if _sent(second) > _sent(first) else first.id]
        if isinstance(layout, Unknown):
            continue
        meetings = _meetings(used[first.id], used[second.id], layout, known)
        if meetings:
            found.append(Conflict(first, second, tuple(sorted(meetings, key=lambda one: one.weight))))
    return tuple(sorted(found, key=lambda one: (one.meetings[0].weight, -len(one.meetings), one.first.id)))


def _sent(row: SeriesRow) -> float:
    return 0.0 if isinstance(row.date, Unknown) else aware(row.date).timestamp()


def _pairs(series: Iterable[SeriesRow]) -> Iterator[tuple[SeriesRow, SeriesRow]]:
    """The pairs that were in flight at the same time, the earlier one first."""
    spans = sorted(
        (aware(row.date), aware(row.last_activity) + GRACE, row.id, row)
        for row in series
        if not isinstance(row.date, Unknown) and not isinstance(row.last_activity, Unknown)
    )
    for place, (_, end, _, first) in enumerate(spans):
        for begin, _, _, second in islice(spans, place + 1, None):
            if begin > end:
                break
            yield first, second


def in_flight(row: SeriesRow, now: datetime) -> bool:
    """Whether a version is the newest of its series and was spoken of within the grace."""
    if row.superseded_by or isinstance(row.last_activity, Unknown):
        return False
    return aware(row.last_activity) + GRACE >= now


def _meetings(
    first: Sequence[Use],
    second: Sequence[Use],
    layout: Layout,
    known: dict[tuple[str, str, str], Overlap | None],
) -> list[Meeting]:
    found = []
    for one in first:
        for other in second:
            if not (one.changes or other.changes):
                continue
            if one.member == other.member:
                found.append(Meeting(one, other, "", layout.kernel))
                continue
            key = (layout.kernel, one.member, other.member)
            if key not in known:
                known[key] = _overlap(one.member, other.member, layout)
            overlap = known[key]
            if overlap is not None:
                found.append(Meeting(one, other, overlap.text(), layout.kernel))
    return found


def _overlap(one: str, other: str, layout: Layout) -> Overlap | None:
    """How two members meet, None where they do not, or one is a part of the other (``lru``, ``lru.next``)."""
    if one.startswith(f"{other}.") or other.startswith(f"{one}."):
        return None
    found = layout.overlap(one, other)
    if isinstance(found, Unknown) or not found.meets:
        return None
    whole = max(found.a.member.size, found.b.member.size) >= WHOLE
    return None if whole else found
