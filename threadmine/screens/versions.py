"""The versions of a series side by side: patches set against each other, what each version has of them.

Pure but for :func:`gather`, which asks the database in a worker.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from threadmine.db.queries import Queries
from threadmine.model import IssueRow, SeriesRow, TouchRow
from threadmine.parse.subject import parse_subject
from threadmine.track.dropped import Dropped, dropped
from threadmine.track.history import chain_of
from threadmine.track.patches import match_patches, read_patch
from threadmine.track.versions import title_key


@dataclass(frozen=True, slots=True)
class PatchRow:
    """One patch through the versions. ``places``: (number, message-id) by series id."""

    title: str
    places: Mapping[str, tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Story:
    """All that the view of a series shows."""

    versions: tuple[SeriesRow, ...] = ()
    patches: tuple[PatchRow, ...] = ()
    issues: tuple[IssueRow, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    touches: Mapping[str, Counter[str]] = field(default_factory=dict)  # member -> lines, by series id

    def issues_of(self, series_id: str) -> tuple[IssueRow, ...]:
        return tuple(issue for issue in self.issues if issue.series_id == series_id)

    def members(self) -> tuple[str, ...]:
        """Every member that any version touches, the most touched first."""
        total: Counter[str] = Counter()
        for counts in self.touches.values():
            total.update(counts)
        return tuple(name for name, _ in sorted(total.items(), key=lambda item: (-item[1], item[0])))


def gather(queries: Queries, series_id: str) -> Story:
    """All versions of the series that ``series_id`` is one of.

    Raises:
        StoreError: the database cannot be read.
    """
    versions = chain_of(queries, series_id)
    issues = tuple(issue for row in versions for issue in queries.issues(series=row.id))
    touches: dict[str, Counter[str]] = {}
    mails = []
    for row in versions:
        found: Sequence[TouchRow] = queries.fields(row.id)
        touches[row.id] = Counter(touch.touch.name for touch in found if touch.touch.side != " ")
        mails += list(queries.messages(series=row.id))
    left = dropped(issues, mails, [row.id for row in versions])
    return Story(versions, _patch_rows(queries, versions), issues, left, touches)


def _patch_rows(queries: Queries, versions: Sequence[SeriesRow]) -> tuple[PatchRow, ...]:
    """The patches of all versions, those that are the same one in one row; in the order of the newest."""
    titles = queries.subjects(name for row in versions for _, name in row.patches)
    rows: list[dict[str, tuple[int, str]]] = []
    named: list[str] = []
    before: SeriesRow | None = None
    for row in versions:
        same = _same_patches(queries, before, row, titles) if before else {}
        earlier = {
            places[before.id][1]: at for at, places in enumerate(rows) if before and before.id in places
        }
        for number, name in row.patches:
            at = earlier.get(same.get(name, ""), -1)
            title = parse_subject(titles.get(name, name)).title
            if at < 0:
                rows.append({})
                named.append(title)
                at = len(rows) - 1
            rows[at][row.id] = (number, name)
            named[at] = title
        before = row
    newest_first = [row.id for row in reversed(versions)]
    made = [PatchRow(title, places) for title, places in zip(named, rows, strict=True)]
    return tuple(sorted(made, key=lambda patch: _rank(patch, newest_first)))


def _rank(patch: PatchRow, newest_first: Sequence[str]) -> tuple[int, int]:
    for age, series_id in enumerate(newest_first):
        if series_id in patch.places:
            return age, patch.places[series_id][0]
    return len(newest_first), 0


def _same_patches(
    queries: Queries, old: SeriesRow, new: SeriesRow, titles: Mapping[str, str]
) -> dict[str, str]:
    """The patch of ``old`` that each patch of ``new`` is: by title, the rest by what they change."""
    by_title: dict[str, list[str]] = defaultdict(list)
    for _, name in old.patches:
        by_title[_key(titles, name)].append(name)
    same: dict[str, str] = {}
    for _, name in new.patches:
        there = by_title.get(_key(titles, name))
        if there:
            same[name] = there.pop(0)
    taken = set(same.values())
    rest_old = [name for _, name in old.patches if name not in taken]
    rest_new = [name for _, name in new.patches if name not in same]
    if rest_old and rest_new:
        read = [
            [patch for mail in queries.messages_by_id(names, people=False) if (patch := read_patch(mail))]
            for names in (rest_old, rest_new)
        ]
        for name, other in match_patches(*read).items():
            same[other.message_id] = name
    return same


def _key(titles: Mapping[str, str], name: str) -> str:
    return title_key(parse_subject(titles.get(name, name)).title)
