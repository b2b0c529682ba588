"""The versions of a series: from a reference as people write it to the one series that is meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from threadmine.cli.targets import message_id
from threadmine.errors import NotFoundError
from threadmine.model import SeriesRow, Unknown

if TYPE_CHECKING:
    from threadmine.db.queries import Queries

FAR = 1 << 40


def rank(row: SeriesRow) -> tuple[int, float, str]:
    """Sorts versions: vN, then the date, then the id."""
    sent = FAR if isinstance(row.date, Unknown) else row.date.timestamp()
    return row.version, sent, row.id


def all_versions(queries: Queries, row: SeriesRow) -> list[SeriesRow]:
    """``row`` and the versions before and after it that are in hand, oldest first."""
    found = {row.id: row}
    waiting = [row.supersedes, row.superseded_by]
    while waiting:
        own_id = waiting.pop()
        if not own_id or own_id in found:
            continue
        for other in queries.series(own_id):
            found[other.id] = other
            waiting += [other.supersedes, other.superseded_by]
    return sorted(found.values(), key=rank)


def series_chains(queries: Queries, reference: str) -> list[list[SeriesRow]]:
    """The series that ``reference`` means, each with all its versions, oldest first.

    Raises:
        NotFoundError: it means none.
    """
    chains: list[list[SeriesRow]] = []
    seen: set[str] = set()
    for row in queries.series(message_id(reference)):
        if row.id not in seen:
            chains.append(all_versions(queries, row))
            seen.update(version.id for version in chains[-1])
    return chains


def one_series(queries: Queries, reference: str) -> tuple[SeriesRow, list[SeriesRow]]:
    """The version that ``reference`` means (the newest of several), and all versions of its series.

    Raises:
        NotFoundError: it means none, or several series.
    """
    chains = series_chains(queries, reference)
    if len(chains) > 1:
        some = "; ".join(f"{chain[-1].id} {chain[-1].title}" for chain in chains[:4])
        raise NotFoundError(f"'{reference}' means {len(chains)} series", remedy=f"name one by its id: {some}")
    meant = {row.id for row in queries.series(message_id(reference))}
    return [row for row in chains[0] if row.id in meant][-1], chains[0]
