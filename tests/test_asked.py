"""What the database is asked for a query are the rows that meet it: SQL and the tests of rows agree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import world
from tests.db.letters import START, fresh_database, letter, mined, series
from threadmine.asking import Asking
from threadmine.db.queries import Queries
from threadmine.db.session import open_database
from threadmine.db.store import Store
from threadmine.digest import Scope, digest
from threadmine.model import Access, Person
from threadmine.query import of_claim, of_issue, of_message, of_series, of_touch
from threadmine.query.parser import QueryError
from threadmine.query.terms import HAS, IS, TERMS, Value

NOW = datetime(2026, 2, 8, 12, tzinfo=UTC)

VALUES = {
    "field": ["folio._nr_pages", "_nr_pages", "page[1].memcg_data", "folio.pgmap", "nothing.here"],
    "struct": ["folio", "page", "dev_pagemap", "x"],
    "series": ["rework", '"device page"', "s0123456789ab", "émile"],
    "version": ["1", ">1", "1..3", "<2", ">=2"],
    "author": ["ada", "MAX", "@example.org", "nobody", "évariste"],
    "person": ["ada", "rev", "nobody"],
    "list": ["linux-mm", "linux-mm@example.org", "netdev"],
    "touches": ["pgmap", "page.memcg_data", "page.nothing"],
    "writes": ["page.memcg_data", "folio.pgmap", "compound_head"],
    "file": ["mm/", "memremap.c", "net/"],
    "function": ["zone_device_page_init()", "prep", "nothing_like_it"],
    "age": [">2w", "<3w", "1w..5w"],
    "since": ["2026-01-16", "3w", "yesterday"],
    "until": ["2026-01-20", "2w"],
}
"""Values of the terms without a fixed list of words."""

SIMPLE = [f"{name}:{value}" for name, values in VALUES.items() for value in values]
SIMPLE += [f"{name}:{word}" for name, kind in TERMS.items() for word in kind.words]
SIMPLE += ["folio", '"order 0"', "PGMAP", "nothing-like-it", "100%", "a_b", "ünïcode", '""']


@pytest.fixture(scope="module")
def queries(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Queries]:
    path = world.make(tmp_path_factory.mktemp("world") / "world.db")
    with open_database(path, readonly=True) as database:
        yield Queries(database)


def check(queries: Queries, query: str) -> None:
    """Holds what each question gives for the query against a test of all its rows."""
    asked = Asking(queries, query, NOW)
    issues, claims = queries.issues(), queries.claims()
    assert asked.issues() == [row for row in issues if asked.meets(of_issue(row))]
    assert asked.claims() == [row for row in claims if asked.meets(of_claim(row))]
    assert asked.issues(limit=2) == asked.issues()[:2]
    assert asked.claims(limit=1, offset=1) == asked.claims()[1:2]
    assert asked.series() == [row for row in queries.series() if asked.meets(of_series(row))]
    mails = [row for row in queries.messages() if asked.meets(of_message(row))]
    assert list(asked.messages()) == mails
    assert sorted(row.message_id for row in asked.messages(newest_first=True)) == sorted(
        row.message_id for row in mails
    )
    for member in ("folio.pgmap", "memcg_data"):
        rows = queries.touches(member)
        assert asked.touches(member) == [row for row in rows if asked.meets(of_touch(row))]


@pytest.mark.parametrize("query", SIMPLE)
def test_each_term_alone_and_denied(query: str, queries: Queries) -> None:
    check(queries, query)
    check(queries, f"NOT {query}")


def test_the_terms_are_all_there() -> None:
    assert set(VALUES) == {name for name, kind in TERMS.items() if kind.value is not Value.WORD}
    assert {f"is:{word}" for word in IS} | {f"has:{word}" for word in HAS} <= set(SIMPLE)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.recursive(
    st.sampled_from(SIMPLE),
    lambda inner: st.one_of(
        inner.map(lambda query: f"NOT ({query})"),
        st.tuples(inner, inner).map(lambda pair: f"({pair[0]} OR {pair[1]})"),
        st.tuples(inner, inner).map(lambda pair: f"({pair[0]} {pair[1]})"),
    ),
    max_leaves=5,
))  # fmt: skip
def test_terms_put_together(queries: Queries, query: str) -> None:
    check(queries, query)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=30))
def test_any_text_is_asked_or_refused(queries: Queries, query: str) -> None:
    try:
        asked = Asking(queries, query, NOW)
    except QueryError:
        return
    assert asked.issues(limit=3) == asked.issues()[:3]
    assert len(asked.claims(limit=3)) <= 3


def test_words_and_terms_together(queries: Queries) -> None:
    everybody = Asking(queries, "pgmap", NOW).found(10)
    authors = {mail.author.address for mail in everybody}
    assert everybody
    for address in authors:
        found = Asking(queries, f"pgmap author:{address}", NOW).found(10)
        assert found == [mail for mail in everybody if mail.author.address == address]
    assert Asking(queries, "pgmap author:nobody", NOW).found(10) == []


@pytest.mark.parametrize(
    "triage", ["closed", "merged into q0123", "assigned to Ada; snoozed until 2026-03-01"]
)
def test_what_was_set_aside_by_hand(triage: str, tmp_path: Path) -> None:
    path = world.make(tmp_path / "world.db")
    with open_database(path) as database, database.write() as connection:
        connection.exec_driver_sql("UPDATE concerns SET triage = ?", (triage,))
    with open_database(path, readonly=True) as database:
        queries = Queries(database)
        assert Asking(queries, "is:open", NOW).issues() == []
        assert len(Asking(queries, "is:aside", NOW).issues()) == len(queries.issues())
        later = Asking(queries, "is:aside", datetime(2026, 3, 1, tzinfo=UTC)).issues()
        assert bool(later) != ("snoozed" in triage)
        check(queries, "is:open OR NOT is:aside")


def test_issues_of_several_messages(queries: Queries) -> None:
    every = queries.issues()
    names = {row.concern.message_id for row in every[:2]}
    assert queries.issues(message=sorted(names)) == tuple(
        row for row in every if row.concern.message_id in names
    )
    assert queries.issues(message=[]) == ()


def test_a_list_among_the_recipients_counts(tmp_path: Path) -> None:
    """An archive of all lists keeps one copy of a mail, with the List-Id of whichever came first."""
    mails = series("alpha", 1)
    mails = [replace(mail, to=(Person("", "linux-other@example.org"),)) for mail in mails]
    alone = letter("alone", hours=5)
    with fresh_database(tmp_path) as database:
        touched = [("folio", "pgmap", Access.WRITE)]
        Store(database).store_thread([mined(mail, touched=touched) for mail in mails])
        Store(database).store_thread([mined(alone)])
        queries = Queries(database)
        for query in ("list:linux-other", "list:linux-other@example.org", "list:linux-other.example.org"):
            asked = Asking(queries, query, NOW)
            assert {row.concern.message_id for row in asked.issues()} == {mail.message_id for mail in mails}
            assert len(asked.series()) == 1 and len(list(asked.messages())) == 2
            check(queries, query)
            check(queries, f"NOT {query}")
        assert len(Asking(queries, "list:linux-mm", NOW).issues()) == 3  # its own name still counts
        assert not Asking(queries, "list:linux-othe", NOW).issues()
        only = digest(queries, START, START + timedelta(days=2), Scope(list_name="linux-other"))
        assert len(only.series) == 1 and only.messages == 2
