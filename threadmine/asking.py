"""A query ready to be asked: what the database is asked first, and the test that each row must meet.

Shared by the commands, the Python API and the screen, so that the same words find the same rows everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

from threadmine.model import (
    Access,
    ClaimRow,
    ConcernState,
    IssueRow,
    Moment,
    SeriesRow,
    TouchRow,
    Unknown,
)
from threadmine.query import (
    And,
    Facts,
    Narrow,
    Node,
    Surroundings,
    Text,
    compile_query,
    narrow,
    of_claim,
    of_issue,
    of_touch,
    parse,
)
from threadmine.query.names import split_name

if TYPE_CHECKING:
    from threadmine.db.queries import Queries

Row = TypeVar("Row")


class Asking:
    """One query.

    Args:
        queries: the database, for what terms say of series.
        text: the query; an empty one is met by everything.
        now: the present, for ages.

    Raises:
        QueryError: the query cannot be understood.
    """

    def __init__(self, queries: Queries, text: str, now: datetime) -> None:
        self.text = text
        self._queries = queries
        tree = parse(text)
        self.narrow: Narrow = narrow(tree, now)
        around = Surroundings(now, _series(queries), _writers(queries), also_called)
        self._test = compile_query(tree, around, self.text)
        self._beside_words = compile_query(without_words(tree), around, self.text)

    def meets(self, facts: Facts, words: bool = True) -> bool:
        """Whether a row meets the query; without ``words`` the database has looked for those already."""
        return self._test(facts) if words else self._beside_words(facts)

    def issues(self, **given: Any) -> list[IssueRow]:
        """The issues that meet the query and the options (``given``: arguments of ``Queries.issues``)."""
        wanted = self._wanted(given, ("field", "kind", "author", "since", "until"))
        if wanted.get("state") is None and self.narrow.states:
            wanted["state"] = [ConcernState(state) for state in self.narrow.states]
        field, limit = wanted.pop("field"), self._limit(wanted)
        rows = by_every_name(field, lambda name: self._queries.issues(field=name, **wanted), _issue_key)
        return self.keep(rows, of_issue)[:limit]

    def claims(self, **given: Any) -> list[ClaimRow]:
        """The claims that meet the query and the options (``given``: arguments of ``Queries.claims``)."""
        wanted = self._wanted(given, ("field", "verdict", "predicate", "author", "since", "until"))
        field, limit = wanted.pop("field"), self._limit(wanted)
        rows = by_every_name(field, lambda name: self._queries.claims(field=name, **wanted), _claim_key)
        return self.keep(rows, of_claim)[:limit]

    def touches(self, member: str, **given: Any) -> list[TouchRow]:
        """The lines that touch a member under any of its names and meet the query, newest patch first."""
        rows = by_every_name(member, lambda name: self._queries.touches(name or member, **given), _touch_key)
        return self.keep(rows, of_touch)

    def _limit(self, wanted: dict[str, Any]) -> int | None:
        """Takes the limit out of what the database is asked, where rows have to be tested after that."""
        limit: int | None = wanted.get("limit")
        if self.text:
            wanted["limit"] = None
        return limit

    def _wanted(self, given: dict[str, Any], names: Iterable[str]) -> dict[str, Any]:
        """The options, filled up with what the query says for all its rows."""
        wanted = dict(given)
        for name in names:
            if wanted.get(name) is None:
                wanted[name] = getattr(self.narrow, name)
        return wanted

    def keep(self, rows: Iterable[Row], facts: Callable[[Row], Facts]) -> list[Row]:
        """The rows that meet the query, in their order."""
        if not self.text:
            return list(rows)
        return [row for row in rows if self._test(facts(row))]


def by_every_name(
    field: str | None, ask: Callable[[str | None], Sequence[Row]], key: Callable[[Row], tuple[float, str]]
) -> list[Row]:
    """The rows about a member under the name asked for and those it had in other kernels, newest first.

    Args:
        field: the member, None for all rows.
        ask: gives the rows about one name.
        key: date (seconds, later is larger) and identity of a row.
    """
    others = also_called(field) if field is not None else ()
    found = list(ask(field))
    if not others:
        return found
    known = {key(row) for row in found}
    for name in others:
        for row in ask(name):
            if key(row) not in known:
                known.add(key(row))
                found.append(row)
    return sorted(found, key=lambda row: -key(row)[0])


def _seconds(moment: Moment) -> float:
    return 0.0 if isinstance(moment, Unknown) else moment.timestamp()


def _issue_key(row: IssueRow) -> tuple[float, str]:
    return _seconds(row.concern.date), row.concern.id


def _claim_key(row: ClaimRow) -> tuple[float, str]:
    return _seconds(row.claim.date), row.claim.id


def _touch_key(row: TouchRow) -> tuple[float, str]:
    return _seconds(row.date), f"{row.message_id} {row.touch.start} {row.touch.name} {row.touch.access}"


def also_called(member: str) -> tuple[str, ...]:
    """Other names that kernels gave ``member`` (``folio._nr_pages``: ``folio._folio_nr_pages``)."""
    from threadmine.memmap.names import aliases_of  # only who asks for a member needs the model

    struct, name = split_name(member)
    return tuple(f"{struct}.{other}" if struct else other for other in aliases_of(struct, name))


def without_words(tree: Node) -> Node:
    """The query without its words that stand under AND alone: full text search has found those."""
    parts = tree.parts if isinstance(tree, And) else (tree,)
    return And(tuple(part for part in parts if not isinstance(part, Text)))


def _series(queries: Queries) -> Callable[[str], SeriesRow | None]:
    """Looks a series version up; all are read when the first is asked for."""

    @lru_cache(maxsize=1)
    def every() -> dict[str, SeriesRow]:
        return {row.id: row for row in queries.series()}

    return lambda own_id: every().get(own_id)


def _writers(queries: Queries) -> Callable[[str], frozenset[str]]:
    def writers(member: str) -> frozenset[str]:
        rows = queries.touches(member, access=Access.WRITE)
        return frozenset(row.series_id for row in rows if row.series_id)

    return writers
