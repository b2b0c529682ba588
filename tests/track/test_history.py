"""The place of a concern in later versions: as it was, changed, gone, or not to be found."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT
from threadmine.db.queries import Queries
from threadmine.db.session import Database, open_database
from threadmine.model import IssueRow
from threadmine.pipeline import ingest_paths
from threadmine.track.history import MOST_LINES, Became, Spot, chain_of, compared, history


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    url = f"sqlite:///{tmp_path_factory.mktemp('history') / 'h.db'}"
    with open_database(url) as opened:
        ingest_paths(opened, [str(ROOT / "data" / "mail")])
        yield opened


def row_of(queries: Queries, words: str) -> IssueRow:
    return next(row for row in queries.issues() if words in row.concern.quote)


def test_the_lines_that_changed(database: Database) -> None:
    queries = Queries(database)
    row = row_of(queries, "Please clear page[1].memcg_data by itself")
    first, second = history(queries, row.concern, row.series_id)
    assert (first.version, first.became) == ("v2", Became.CHANGED)
    gone = [text.strip() for side, text in first.lines if side == "-"]
    new = [text.strip() for side, text in first.lines if side == "+"]
    assert gone == ["/* folio->_nr_pages lies inside page[1].memcg_data: this clears both. */"]
    assert "folio_page(folio, 1)->memcg_data = 0;" in new
    assert first.message_id in {name for _, name in queries.series(first.series_id)[0].patches}
    assert second.version == "v3"


def test_a_place_that_stays(database: Database) -> None:
    queries = Queries(database)
    row = row_of(queries, "What happens if two drivers ask")
    steps = history(queries, row.concern, row.series_id)
    assert [step.became for step in steps] == [Became.SAME, Became.SAME]
    assert not any(step.lines for step in steps)


def test_no_place_no_lines(database: Database) -> None:
    queries = Queries(database)
    row = row_of(queries, "which lock protects devpool_idle")
    assert {step.became for step in history(queries, row.concern, row.series_id)} <= {
        Became.UNKNOWN,
        Became.SAME,
    }


def test_the_newest_version_has_no_history(database: Database) -> None:
    queries = Queries(database)
    newest = next(row for row in queries.issues() if row.version == 3)
    assert history(queries, newest.concern, newest.series_id) == ()
    assert history(queries, newest.concern, "") == ()


def test_all_versions_oldest_first(database: Database) -> None:
    queries = Queries(database)
    for row in queries.series():
        if "devpool" in row.title:
            assert [one.version for one in chain_of(queries, row.id)] == [1, 2, 3]


OLD = ("{", "\ta = 1;", "\tb = 2;", "\tc = 3;", "}")


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        (OLD, []),
        (("{", "\ta = 1;", "    b  =  2;", "\tc = 3;", "}"), []),  # white space does not count
        (("{", "\ta = 1;", "\tb = 5;", "\tc = 3;", "}"), [("-", "\tb = 2;"), ("+", "\tb = 5;")]),
        (("{", "\ta = 1;", "\tc = 3;", "}"), [("-", "\tb = 2;")]),
        ((), [("-", text) for text in OLD]),
    ],
)
def test_lines_against_lines(new: tuple[str, ...], expected: list[tuple[str, str]]) -> None:
    found = compared(Spot("a.c", OLD, 2), new)
    assert [one for one in found if one[0] != " "] == expected


def test_what_changed_far_away_is_left_out() -> None:
    old = tuple(f"line {n};" for n in range(60))
    new = ("other;", *old[1:])
    assert all(side == " " for side, _ in compared(Spot("a.c", old, 40), new))
    long = tuple(f"new {n};" for n in range(200))
    assert len(compared(Spot("a.c", old, 40), long)) == MOST_LINES


def test_a_series_whose_patch_is_gone(tmp_path: Path) -> None:
    box = tmp_path / "gone.mbox"
    head = "From x Mon Feb  2 10:00:00 2026\nTo: linux-mm@lists.example.org\n"
    diff = (
        "diff --git a/mm/{0}.c b/mm/{0}.c\n--- a/mm/{0}.c\n+++ b/mm/{0}.c\n"
        "@@ -1,2 +1,3 @@\n {{\n+\tfolio->{1} = 0;\n }}\n"
    )
    ask = (
        "> diff --git a/mm/one.c b/mm/one.c\n> @@ -1,2 +1,3 @@\n> +\tfolio->mapping = 0;\n\n"
        "Why is folio->mapping cleared here?\n"
    )

    def mail(name: str, day: int, subject: str, body: str, parent: str = "", who: str = "Ada") -> str:
        answers = f"In-Reply-To: <{parent}@example.org>\n" if parent else ""
        return (
            f"{head}From: {who} <{who.lower()}@example.org>\nMessage-ID: <{name}@example.org>\n"
            f"Date: Mon, {day} Feb 2026 10:00:00 +0000\n{answers}Subject: {subject}\n\n{body}\n\n"
        )

    box.write_text(
        mail("a0", 2, "[PATCH 0/2] mm: two things", "Two things.\n")
        + mail(
            "a1", 2, "[PATCH 1/2] mm: the first thing", "Text.\n---\n" + diff.format("one", "mapping"), "a0"
        )
        + mail(
            "a2", 2, "[PATCH 2/2] mm: a second matter", "Text.\n---\n" + diff.format("two", "private"), "a0"
        )
        + mail("r1", 3, "Re: [PATCH 1/2] mm: the first thing", ask, "a1", "Rev")
        + mail("b0", 9, "[PATCH v2 0/1] mm: two things", "One thing.\n")
        + mail(
            "b1",
            9,
            "[PATCH v2 1/1] mm: a second matter",
            "Text.\n---\n" + diff.format("two", "private"),
            "b0",
        ),
        encoding="utf-8",
    )
    with open_database(f"sqlite:///{tmp_path / 'g.db'}") as opened:
        ingest_paths(opened, [str(box)])
        queries = Queries(opened)
        row = row_of(queries, "Why is folio->mapping cleared here")
        steps = history(queries, row.concern, row.series_id)
        assert [(step.version, step.became, step.message_id) for step in steps] == [("v2", Became.GONE, "")]
