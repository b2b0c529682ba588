"""A query ready to be asked: the database finds the rows, and each is held against the whole query again.

Shared by the commands, the Python API and the screen, so that the same words find the same rows everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

from threadmine.model import (
    ClaimRow,
    IssueRow,
    SeriesRow,
    StoredMessage,
    TouchRow,
)
from threadmine.query import (
    And,
    Facts,
    Narrow,
    Node,
    Surroundings,
    Text,
    Where,
    compile_query,
    narrow,
    of_claim,
    of_issue,
    of_message,
    of_series,
    of_touch,
    parse,
)
from threadmine.query.names import split_name
from threadmine.query.parser import Not, Or, Term

if TYPE_CHECKING:
    from threadmine.db.queries import Queries

Row = TypeVar("Row")

FIRST_PAGE = 100
"""Rows that the database is asked for at first; the next pages are twice as long each."""

ABOUT_SERIES = frozenset(
    {"series", "version", "person", "touches", "current", "superseded", "complete", "rfc"}
)
"""Terms, and words of ``is:``, that look at the series of a row."""


class Asking:
    """One query.

    Args:
        queries: the database.
        text: the query; an empty one is met by everything.
        now: the present, for ages.

    Raises:
        QueryError: the query cannot be understood.
    """

    def __init__(self, queries: Queries, text: str, now: datetime) -> None:
        self.text = text
        self._queries = queries
        tree = parse(text)
        beside = without_words(tree)
        self.narrow: Narrow = narrow(tree, now)
        self._series: dict[str, SeriesRow | None] = {}
        self._needs_series = not ABOUT_SERIES.isdisjoint(terms_of(tree))
        around = Surroundings(now, self._series_of, queries.writers, also_called, lru_cache(queries.sent_to))
        self._test = compile_query(tree, around, self.text)
        self._beside_words = compile_query(beside, around, self.text)
        self.where = Where(tree, now, also_called) if text.strip() else None
        self._where_beside = Where(beside, now, also_called)

    def meets(self, facts: Facts, words: bool = True) -> bool:
        """Whether a row meets the query; without ``words`` the database has looked for those already."""
        return self._test(facts) if words else self._beside_words(facts)

    def issues(self, **given: Any) -> list[IssueRow]:
        """The issues that meet the query and the options (``given``: arguments of ``Queries.issues``)."""
        return self._found("issues", self._queries.issues, given, of_issue)

    def claims(self, **given: Any) -> list[ClaimRow]:
        """The claims that meet the query and the options (``given``: arguments of ``Queries.claims``)."""
        return self._found("claims", self._queries.claims, given, of_claim)

    def touches(self, member: str, **given: Any) -> list[TouchRow]:
        """The lines that touch a member under any of its names and meet the query, newest patch first."""
        wanted = {"member": every_name(member), **given}
        return self._found("touches", self._queries.touches, wanted, of_touch)

    def series(self, **given: Any) -> list[SeriesRow]:
        """The versions of series that meet the query and the options (``given``: of ``Queries.series``)."""
        return self._found("series", self._queries.series, given, of_series)

    def messages(self, **given: Any) -> Iterator[StoredMessage]:
        """The messages that meet the query and the options (``given``: arguments of ``Queries.messages``)."""
        page: list[StoredMessage] = []
        for mail in self._queries.messages(where=self.where, **given):
            page.append(mail)
            if len(page) >= FIRST_PAGE:
                yield from self.keep(page, of_message)
                page = []
        yield from self.keep(page, of_message)

    def found(self, limit: int, since: datetime | None = None) -> list[StoredMessage]:
        """The messages that hold the words of the query (those under AND alone), best first."""

        def ask(limit: int | None, offset: int) -> Sequence[StoredMessage]:
            words = " ".join(f'"{words}"' for words in self.narrow.words)
            return self._queries.search(words, limit or limit_of_all, since, self._where_beside, offset)

        limit_of_all = 1 << 40
        return self._paged(ask, limit, 0, lambda rows: self._kept(rows, of_message, self._beside_words))

    def keep(self, rows: Iterable[Row], facts: Callable[[Row], Facts]) -> list[Row]:
        """The rows that meet the query, in their order."""
        return self._kept(list(rows), facts, self._test) if self.text.strip() else list(rows)

    def _found(
        self,
        what: str,
        ask: Callable[..., Sequence[Row]],
        given: dict[str, Any],
        facts: Callable[[Row], Facts],
    ) -> list[Row]:
        """The rows that a question has for the options and the query; members under all their names."""
        wanted = {"where": self.where, **given}
        if isinstance(wanted.get("field"), str):
            wanted["field"] = every_name(wanted["field"])
        limit, offset = wanted.pop("limit", None), wanted.pop("offset", 0)
        if self.where is None or self._queries.is_exact(self.where, what):
            return list(ask(limit=limit, offset=offset, **wanted))
        return self._paged(
            lambda limit, offset: ask(limit=limit, offset=offset, **wanted),
            limit,
            offset,
            lambda rows: self.keep(rows, facts),
        )

    def _paged(
        self,
        ask: Callable[[int | None, int], Sequence[Row]],
        limit: int | None,
        offset: int,
        keep: Callable[[Sequence[Row]], list[Row]],
    ) -> list[Row]:
        """The first ``limit`` rows after ``offset`` that are kept; the database may give too many."""
        if limit is None:
            return keep(ask(None, 0))[offset:]
        found: list[Row] = []
        size, asked = max(limit + offset, FIRST_PAGE), 0
        while len(found) < limit + offset:
            rows = ask(size, asked)
            found += keep(rows)
            if len(rows) < size:
                break
            asked += size
            size *= 2
        return found[offset : offset + limit]

    def _kept(
        self, rows: Sequence[Row], facts: Callable[[Row], Facts], test: Callable[[Facts], bool]
    ) -> list[Row]:
        known = [facts(row) for row in rows]
        if self._needs_series:
            self._load({one.series_id for one in known})
        return [row for row, one in zip(rows, known, strict=True) if test(one)]

    def _series_of(self, own_id: str) -> SeriesRow | None:
        self._load({own_id})
        return self._series[own_id]

    def _load(self, ids: Collection[str]) -> None:
        """Looks the series versions up that were not looked up before."""
        new = [own_id for own_id in ids if own_id not in self._series]
        if new:
            self._series.update(dict.fromkeys(new))
            self._series.update((row.id, row) for row in self._queries.series_by_id(filter(None, new)))


def every_name(member: str) -> tuple[str, ...]:
    """``member`` and the other names that kernels gave it."""
    return (member, *also_called(member))


def also_called(member: str) -> tuple[str, ...]:
    """Other names that kernels gave ``member`` (``folio._nr_pages``: ``folio._folio_nr_pages``)."""
    from threadmine.memmap.names import aliases_of  # only who asks for a member needs the model

    struct, name = split_name(member)
    return tuple(f"{struct}.{other}" if struct else other for other in aliases_of(struct, name))


def without_words(tree: Node) -> Node:
    """The query without its words that stand under AND alone: full text search has found those."""
    parts = tree.parts if isinstance(tree, And) else (tree,)
    return And(tuple(part for part in parts if not isinstance(part, Text)))


def terms_of(tree: Node) -> Iterator[str]:
    """The names of all terms in a query, and the words of ``is:``."""
    if isinstance(tree, Term):
        yield tree.name
        if tree.name == "is":
            yield from tree.values
    elif isinstance(tree, Not):
        yield from terms_of(tree.inner)
    elif isinstance(tree, And | Or):
        for part in tree.parts:
            yield from terms_of(part)
