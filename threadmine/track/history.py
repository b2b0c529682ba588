"""The place that a concern is about, version by version: the lines that changed, for people to look at.

``follow`` decides what became of a concern; this shows the code it is about as each later version has it, so
that the decision can be checked without opening a mail. Pure but for :func:`history`, which reads the mails.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from threadmine.db.queries import Queries
from threadmine.model import Concern, SeriesRow, Side, StoredMessage
from threadmine.parse.diff import hunk_lines
from threadmine.track.patches import PatchText, match_patches, read_patch, squash_line

MOST_VERSIONS = 8
"""Later versions that are looked at: what is older than that is another story."""

MOST_LINES = 14
"""Lines shown of one version."""

AROUND = 3
"""Lines around the place that belong to it."""

MOST_COMPARED = 2_000

MIN_LINE = 8
"""Characters, without white space, of a line that can be told from others."""


class Became(StrEnum):
    """How a version has the place."""

    SAME = "as it was"
    CHANGED = "changed"
    GONE = "patch gone"
    UNKNOWN = "place not found"


@dataclass(frozen=True, slots=True)
class Step:
    """One later version. ``lines``: (``+``, ``-`` or blank, text) of the place, old against new."""

    version: str
    series_id: str
    message_id: str  # of the patch there, empty where it is gone
    became: Became
    lines: tuple[tuple[str, str], ...] = ()


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
    return tuple(sorted(found.values(), key=lambda row: (row.version, _seconds(row), row.id)))


def _seconds(row: SeriesRow) -> float:
    timestamp = getattr(row.date, "timestamp", None)
    return float(timestamp()) if timestamp else 0.0


def history(queries: Queries, concern: Concern, series_id: str) -> tuple[Step, ...]:
    """The place of a concern in the versions after the one it was raised on, oldest first.

    Raises:
        StoreError: the database cannot be read.
    """
    chain = chain_of(queries, series_id) if series_id else ()
    ids = [row.id for row in chain]
    if series_id not in ids:
        return ()
    at = ids.index(series_id)
    later = chain[at + 1 : at + 1 + MOST_VERSIONS]
    if not later:
        return ()
    patch = _answered(queries, chain[at], concern)
    found = []
    old = _patches(queries, chain[at])
    for row in later:
        new = _patches(queries, row)
        step, patch = step_to(row, concern, patch, old, new)
        found.append(step)
        old = new
    return tuple(found)


def _patches(queries: Queries, row: SeriesRow) -> tuple[PatchText, ...]:
    mails = queries.messages_by_id((name for _, name in row.patches), people=False)
    return tuple(patch for mail in mails if (patch := read_patch(mail)) is not None)


def _answered(queries: Queries, row: SeriesRow, concern: Concern) -> PatchText | None:
    """The patch that the concern's message is or answers."""
    wanted: str | None = concern.message_id
    names = {name for _, name in row.patches}
    for _ in range(50):
        if wanted is None:
            return None
        found: Sequence[StoredMessage] = queries.messages_by_id([wanted], people=False)
        if not found:
            return None
        if wanted in names:
            return read_patch(found[0])
        wanted = found[0].in_reply_to
    return None


def step_to(
    row: SeriesRow,
    concern: Concern,
    patch: PatchText | None,
    old: Sequence[PatchText],
    new: Sequence[PatchText],
) -> tuple[Step, PatchText | None]:
    """How the next version has the place, and the patch that it stands in there.

    Args:
        row: the next version.
        concern: what is about a place.
        patch: the patch that the place is in, in the version before.
        old: the patches of the version before.
        new: those of the next.
    """
    label = row.version_text or f"v{row.version}"
    if patch is None:
        return Step(label, row.id, "", Became.UNKNOWN), None
    other = match_patches(old, new).get(patch.message_id)
    if other is None:
        return Step(label, row.id, "", Became.GONE), None
    place = _place(patch, concern)
    if place is None:
        return Step(label, row.id, other.message_id, Became.UNKNOWN), other
    lines = compared(place, _lines(other, place.path))
    changed = any(side != " " for side, _ in lines)
    return Step(
        label, row.id, other.message_id, Became.CHANGED if changed else Became.SAME, lines if changed else ()
    ), other


@dataclass(frozen=True, slots=True)
class Spot:
    """The lines of a patch's new side that a concern is about: the hunk's, and which of them."""

    path: str
    lines: tuple[str, ...]
    at: int


def _place(patch: PatchText, concern: Concern) -> Spot | None:
    """Where in the patch the concern's place is: by file and line, else by the text it answers."""
    quoted = squash_line(concern.about_text)
    for file in patch.files:
        if concern.about_file and file.path != concern.about_file:
            continue
        for hunk in file.hunks:
            rows = [row for row in hunk_lines(patch.body, hunk) if row.side is not Side.REMOVED]
            texts = tuple(row.text for row in rows)
            numbers = [row.new_line for row in rows]
            if concern.about_file and concern.about_line in numbers:
                return Spot(file.path, texts, numbers.index(concern.about_line))
            found = [
                at
                for at, row in enumerate(rows)
                if row.side is Side.ADDED
                and len(line := squash_line(row.text)) >= MIN_LINE
                and line in quoted
            ]
            if found:
                return Spot(file.path, texts, found[-1])
    return None


def _lines(patch: PatchText, path: str) -> tuple[str, ...]:
    """The lines of the new side of one file of a patch."""
    found: list[str] = []
    for file in patch.files:
        if file.path == path:
            for hunk in file.hunks:
                found += [row.text for row in hunk_lines(patch.body, hunk) if row.side is not Side.REMOVED]
    return tuple(found[:MOST_COMPARED])


def compared(place: Spot, new: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """The place's lines against those of the next version: (``-``, ``+`` or blank, text), a few of each."""
    first, last = max(0, place.at - AROUND), place.at + AROUND + 1
    old = place.lines
    matcher = SequenceMatcher(None, [*map(squash_line, old)], [*map(squash_line, new)], autojunk=False)
    made: list[tuple[str, str]] = []
    for tag, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        if tag == "equal":
            made += _sided(" ", old[max(old_from, first) : min(old_to, last)])
        elif old_to >= first and old_from < last:
            made += _sided("-", old[old_from:old_to])
            made += _sided("+", new[new_from:new_to])
    return tuple(made[:MOST_LINES])


def _sided(side: str, lines: Iterable[str]) -> list[tuple[str, str]]:
    return [(side, line) for line in lines]
