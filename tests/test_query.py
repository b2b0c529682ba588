"""The query language: how it is read, what rows meet it, and where its errors point."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from threadmine.cli.asking import quoted
from threadmine.errors import UsageError
from threadmine.model import Person, SeriesRow, Unknown
from threadmine.query import Facts, Surroundings, compile_query, has_terms, narrow, parse
from threadmine.query.parser import And, Not, Or, QueryError, Term, Text
from threadmine.query.terms import HAS, IS, TERMS, Value

NOW = datetime(2026, 2, 8, 15, 30, tzinfo=UTC)
ADA = Person("Ada Author", "ada@example.org")

SERIES = SeriesRow(
    id="s0123456789ab",
    title="mm: rework device page setup",
    author=ADA,
    list_name="linux-mm.example.org",
    version=2,
    version_text="RFC v2",
    cover=None,
    patches=(),
    total=2,
    complete=False,
    thread_id="t",
    date=NOW,
    last_activity=NOW,
    superseded_by="s999",
    fields=("folio.pgmap", "page.memcg_data"),
)

ISSUE = Facts(
    text=("Why is order 0 special?", "mm: rework"),
    author=Person("Rev Viewer", "rev@example.org"),
    date=NOW - timedelta(days=20),
    members=("folio._nr_pages", "prep_compound_head"),
    series_id=SERIES.id,
    series_title=SERIES.title,
    version=2,
    list_name="linux-mm.example.org",
    state="disputed",
    kind="question",
    files=("mm/memremap.c",),
    functions=("zone_device_page_init",),
    flags=frozenset({"open"}),
    has=frozenset({"target", "place"}),
)

AROUND = Surroundings(
    NOW,
    lambda own_id: SERIES if own_id == SERIES.id else None,
    lambda member: frozenset({SERIES.id} if member == "page.memcg_data" else ()),
)


def meets(query: str, facts: Facts = ISSUE) -> bool:
    return compile_query(parse(query), AROUND, query)(facts)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "order",
        '"order 0"',
        "ORDER special",
        "field:folio._nr_pages",
        "field:_nr_pages",
        "field:page[1]._nr_pages OR field:folio->_nr_pages",
        "struct:folio",
        "field:page._nr_pages",
        "series:s0123456789ab",
        'series:"rework device"',
        "version:2",
        "version:v2",
        "version:>1",
        "version:>=2",
        "version:1..3",
        "version:..2",
        "author:rev",
        "author:REV@EXAMPLE",
        "person:ada",
        "list:linux-mm",
        "list:linux-mm@example.org",
        "state:disputed",
        "state:open,disputed",
        "kind:question",
        "touches:pgmap",
        "writes:page[1].memcg_data",
        "file:memremap",
        "function:zone_device_page_init()",
        "age:>2w",
        "age:1w..4w",
        "age:<3w",
        "since:4w",
        "since:2026-01-01 until:2026-02-01",
        "has:place",
        "has:fix,target",
        "is:open",
        "is:superseded",
        "is:rfc",
        "NOT state:answered",
        "-state:answered -is:robot",
        "(state:answered OR state:disputed) AND NOT (kind:nit OR kind:process)",
        "state:answered OR state:open OR order",
        "mm: rework",
        "not_a_term:x OR order",
    ],
)
def test_met(query: str) -> None:
    assert meets(query)
    assert not meets(f"NOT ({query})") if query else meets(query)


@pytest.mark.parametrize(
    "query",
    [
        "absent",
        "order absent",
        "field:folio._nr",
        "struct:fol",
        "version:>2",
        "version:<2",
        "author:ada",
        "person:max",
        "list:netdev",
        "state:open",
        "verdict:refuted",
        "touches:page.mapping",
        "writes:folio.pgmap",
        "age:>3w",
        "age:<2w",
        "until:4w",
        "has:fix",
        "is:current",
        "is:robot",
        "order AND NOT order",
    ],
)
def test_not_met(query: str) -> None:
    assert not meets(query)


def test_what_has_no_date_has_no_age() -> None:
    facts = Facts(("x",), ADA, Unknown("no Date header"))
    for query in ("age:>1d", "age:<1d", "since:1d", "until:1d"):
        assert not meets(query, facts)


def test_what_was_set_aside_by_hand_is_not_open() -> None:
    def facts(triage: str) -> Facts:
        return Facts(("x",), ADA, NOW, flags=frozenset({"open"}), triage=triage)

    for triage in ("closed", "merged into q0123", "assigned to Ada; snoozed until 2026-03-01"):
        assert meets("is:aside", facts(triage)) and not meets("is:open", facts(triage))
    for triage in ("", "assigned to Ada", "snoozed until 2026-02-08", "snoozed until 2025-03-01"):
        assert meets("is:open", facts(triage)) and not meets("is:aside", facts(triage))


def test_or_binds_less_than_and() -> None:
    assert parse("a b OR c") == Or((And((Text("a"), Text("b"))), Text("c")))
    assert parse("a (b OR -c)") == And((Text("a"), Or((Text("b"), Not(Text("c"))))))
    assert parse('author:"Ada A"') == Term("author", ("Ada A",), 0, 14)


@pytest.mark.parametrize(
    ("query", "said", "marked"),
    [
        ("a fild:x", "no term 'fild:'; did you mean field:", ">>fild:x<<"),
        ("state:opne", "state: cannot be 'opne'", ">>state:opne<<"),
        ("field: x", "field: has no value", ">>field:<<"),
        ('a "b', "a quotation mark is not closed", '>>"b<<'),
        ("(a", "a bracket is not closed", ">>(<<a"),
        ("a )", "a bracket closes", ">>)<<"),
        ("a OR", "ends where a term should stand", "a OR>><<"),
        ("AND a", "'AND' where a term should stand", ">>AND<< a"),
        ("NOT", "ends where a term", "NOT>><<"),
        ("age:soon", "age: 'soon' is no length of time", ">>age:soon<<"),
        ("since:soon", "since: 'soon' is no point in time", ">>since:soon<<"),
        ("version:two", "version: 'two' is no version", ">>version:two<<"),
        ("version:1..2..3", "version: ", ">>version:1..2..3<<"),
        ("(" * 100 + "a", "too many brackets", ">>"),
        ("x" * 5_000, "too long", ""),
    ],
)
def test_errors_point_at_the_place(query: str, said: str, marked: str) -> None:
    with pytest.raises(QueryError) as caught:
        compile_query(parse(query), AROUND, query)
    line = caught.value.line()
    assert said.split(";")[0] in line and said.split("; ")[-1] in line and marked in line
    assert caught.value.exit_status == 2


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused(query: str) -> None:
    try:
        test = compile_query(parse(query), AROUND, query)
    except UsageError:
        return
    assert test(ISSUE) in (True, False)


@given(
    st.lists(
        st.sampled_from(['"a b"', "field:x", "(", ")", "OR", "AND", "NOT", "-", "state:open", "age:>2w"])
    )
)
def test_any_sequence_of_words_is_read_or_refused(words: list[str]) -> None:
    query = " ".join(words)
    try:
        compile_query(parse(query), AROUND, query)
    except QueryError as error:
        assert 0 <= error.start <= error.end <= len(query)


def test_narrow_takes_only_what_holds_for_all() -> None:
    found = narrow(
        parse('field:page[1].memcg_data state:open,disputed author:ada "order 0" since:2026-01-01'), NOW
    )
    assert (found.field, found.states, found.author) == ("page.memcg_data", ("open", "disputed"), "ada")
    assert found.words == ("order 0",) and found.since == datetime(2026, 1, 1, tzinfo=UTC)
    for query in ("NOT author:ada", "author:ada OR author:max", "(author:ada OR x) y"):
        assert narrow(parse(query), NOW).author is None


def test_shell_words_keep_their_blanks() -> None:
    assert quoted("order 0") == '"order 0"'
    assert quoted("series:fake head") == 'series:"fake head"'
    assert quoted("state:open author:ada") == "state:open author:ada"
    assert (
        quoted("a OR b") == "a OR b"
        and quoted("plain") == "plain"
        and quoted('author:"A B"') == 'author:"A B"'
    )
    assert has_terms("a (b)") and has_terms("-a") and not has_terms("mm: words, only")


@pytest.mark.parametrize("name", TERMS)
def test_every_term_has_a_working_example(name: str) -> None:
    kind = TERMS[name]
    assert kind.name == name and kind.help.endswith(".")
    query = parse(kind.example)
    assert isinstance(query, Term) and query.name == name
    assert meets(kind.example) in (True, False)
    assert bool(kind.words) == (kind.value is Value.WORD)


def test_words_of_has_and_is_are_used() -> None:
    from threadmine.query import facts

    source = Path(facts.__file__).read_text(encoding="utf-8")
    for word in (*HAS, *IS):
        assert f"{word}=" in source or f'"{word}":' in source or word == "aside", word
