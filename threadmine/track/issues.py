"""Keeps the issues that were raised several times: the part of tracking that writes them.

Concerns that came or changed are set against all by the same people or about the same members, and the
issues that this touches are put together anew; all others stay as they are. What comes out does not depend on
the order of ingest.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from threadmine.db.same import SameIssues
from threadmine.db.session import Database
from threadmine.model import Raised
from threadmine.track.same import groups, matching, who


def regroup(database: Database, thread_ids: Collection[str] = (), concern_ids: Collection[str] = ()) -> None:
    """Finds what was raised several times, among the concerns of these threads and these concerns.

    Raises:
        StoreError: the database cannot be read or written.
    """
    issues = SameIssues(database)
    merged, split = issues.by_hand()
    fresh = {one.id: one for one in (*issues.in_threads(thread_ids), *issues.by_ids(concern_ids))}
    known = {one.id: one for one in issues.kin(tuple(fresh.values()), who) if one.id not in fresh}
    near = {name: known[name] for name in matching(tuple(fresh.values()), tuple(known.values()))}
    tied = {name for pair in merged.items() for name in pair}
    others = issues.touched({*fresh, *near, *tied, *split}) | tied | split
    found = {one.id: one for one in issues.by_ids(others - fresh.keys())} | near | fresh
    together = _with_merged(groups(one for one in found.values() if one.id not in split), merged, found)
    issues.save(together, found)


def _with_merged(
    together: Collection[tuple[str, ...]], merged: Mapping[str, str], found: Mapping[str, Raised]
) -> tuple[tuple[str, ...], ...]:
    """The groups with those put together that people merged, each oldest first."""
    group_of = {name: set(group) for group in together for name in group}
    for one, other in sorted(merged.items()):
        if one in found and other in found:
            whole = group_of.get(one, {one}) | group_of.get(other, {other})
            group_of.update((name, whole) for name in whole)
    ordered = {
        tuple(sorted(group, key=lambda name: (found[name].sent_at, name))) for group in group_of.values()
    }
    return tuple(sorted(ordered))
