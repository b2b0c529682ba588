"""The same issue raised on several patches, versions and threads is one, whatever the order of ingest."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from threadmine.db.queries import Queries
from threadmine.db.session import Database, open_database
from threadmine.db.triage import Action, Event, Triage
from threadmine.model import Person, Raised
from threadmine.pipeline import ingest_paths
from threadmine.track.issues import regroup
from threadmine.track.same import groups, matching

RITA = Person("Rita Reviewer", "rita@example.org")
MIA = Person("Mia Maintainer", "mia@example.org")
LOCK = "The widget lock has to be taken around the whole walk of this list."
ALSO = "Again: the widget lock has to be taken around the whole walk of the list."


def raised(name: str, quote: str = LOCK, author: Person = RITA, at: int = 0, **rest: str) -> Raised:
    targets = tuple(filter(None, rest.get("targets", "").split(",")))
    return Raised(
        name, f"{name}@example.org", author, at, quote, targets,
        function=rest.get("function", ""), about=rest.get("about", ""), is_bot="bot" in rest,
    )  # fmt: skip


def test_the_same_words_of_one_person_are_one_issue_wherever_they_stand() -> None:
    assert groups([raised("b", at=2), raised("a", ALSO, at=1), raised("c", "Why is that?", at=3)]) == (
        ("a", "b"),
    )


def test_who_says_it_for_the_first_time_in_other_words_stays_apart() -> None:
    assert groups([raised("a"), raised("b", "Please take a lock here.")]) == ()


def test_the_words_of_two_people_are_the_same_issue_about_the_same_member_only() -> None:
    ours, theirs = raised("a", targets="page.lru"), raised("b", ALSO, MIA, targets="folio.lru")
    assert groups([ours, theirs]) == (("a", "b"),)
    assert groups([ours, replace(theirs, targets=("folio.mapping",))]) == ()


def test_one_person_about_one_member_may_put_it_in_other_words() -> None:
    asked = "Did I miss something? Who reads widget_count from a random tail page?"
    first = raised("a", asked, targets="page.widget_count")
    then = raised(
        "b", "Nothing ever reads widget_count from a random tail page.", targets="page.widget_count"
    )
    assert groups([first, then]) == (("a", "b"),)
    assert groups([first, replace(then, author=MIA)]) == ()


def test_one_person_under_one_line_may_put_it_in_other_words() -> None:
    line = "+ widget_list_add_tail(&page->lru, &widgets->waiting);"
    first = raised("a", "Should this take the widget lock?", about=line)
    then = raised("b", "I still think this should take that lock.", about=line)
    assert groups([first, then]) == (("a", "b"),)
    assert groups([first, replace(then, about="+ widget_list_del_init(&page->lru, now);")]) == ()


def test_two_asks_in_one_mail_are_two() -> None:
    assert groups([raised("a"), replace(raised("b"), message_id="a@example.org")]) == ()


def test_what_robots_always_say_is_no_issue_of_its_own() -> None:
    assert groups([raised("a", bot="x"), raised("b", bot="x")]) == ()
    assert groups([raised("a", bot="x", function="walk"), raised("b", bot="x", function="walk")]) == (
        ("a", "b"),
    )


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from([LOCK, ALSO, "Why is that?", LOCK.lower(), "walk list lock widget"]), max_size=6
    ),
    st.randoms(),
)
def test_the_order_does_not_matter(quotes: list[str], random: Random) -> None:
    every = [raised(f"q{at}", quote, at=at) for at, quote in enumerate(quotes)]
    mixed = list(every)
    random.shuffle(mixed)
    assert groups(mixed) == groups(every)


def test_matching_finds_what_grouping_joins() -> None:
    assert matching([raised("b", ALSO, at=2)], [raised("a", at=1), raised("c", "Why is that?")]) == {"a"}


# ------------------------------------------------------------------------------------- in a database

MAIL = """\
From mboxrd@z Thu Jan  1 00:00:00 1970
From: Paul Poster <paul@example.org>
Subject: [PATCH v{version}] mm: walk the widgets
Date: Mon, {day:02} Feb 2025 09:00:00 +0000
Message-ID: <patch{version}@example.org>

Widgets are walked.

Signed-off-by: Paul Poster <paul@example.org>
---
diff --git a/mm/widget.c b/mm/widget.c
--- a/mm/widget.c
+++ b/mm/widget.c
@@ -10,3 +10,4 @@ static int widget_first(void)
 static void widget_reset(struct page *page)
 {{
+{tab}widget_walk_all(page);
 {tab}widget_note(page);

From mboxrd@z Thu Jan  1 00:00:00 1970
From: Rita Reviewer <rita@example.org>
Subject: Re: [PATCH v{version}] mm: walk the widgets
Date: Tue, {next:02} Feb 2025 09:00:00 +0000
Message-ID: <ask{version}@example.org>
In-Reply-To: <patch{version}@example.org>

> +{tab}widget_walk_all(page);

{asked}

"""
ASKED = "Please take the widget lock around this walk of page->lru."


@pytest.fixture
def versions(tmp_path: Path) -> list[Path]:
    """Three versions, each in a thread of its own; the same is asked of all."""
    found = []
    for version in (1, 2, 3):
        path = tmp_path / f"v{version}.mbox"
        day = 3 + 7 * (version - 1)
        path.write_text(
            MAIL.format(tab="\t", version=version, day=day, next=day + 1, asked=ASKED), encoding="utf-8"
        )
        found.append(path)
    return found


def shown(database: Database) -> list[tuple[str, int]]:
    return [(row.concern.message_id, row.occurrences) for row in Queries(database).issues(once=True)]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_one_issue_over_versions_and_threads_in_any_order(
    tmp_path: Path, versions: list[Path], order: tuple[int, ...]
) -> None:
    with open_database(f"sqlite:///{tmp_path / 'mail.db'}") as database:
        for at in order:
            ingest_paths(database, [str(versions[at])])
        assert shown(database) == [("ask3@example.org", 3)]
        queries = Queries(database)
        assert len(queries.issues()) == 3
        (row,) = queries.issues(once=True)
        again = queries.occurrences(row.concern.id)
        assert [one.version for one in again] == [1, 2, 3]
        assert {one.issue_id for one in again} == {again[0].concern.id}
        (count,) = [one for one in queries.board("page") if one.member == "lru"]
        assert (count.open_issues, count.issues) == (1, 1)


def test_people_merge_and_split(tmp_path: Path, versions: list[Path]) -> None:
    text = versions[1].read_text(encoding="utf-8")
    versions[1].write_text(text.replace(ASKED, "Why does nobody hold that lock here?"), encoding="utf-8")
    with open_database(f"sqlite:///{tmp_path / 'mail.db'}") as database:
        ingest_paths(database, [str(path) for path in versions])
        by_mail = {row.concern.message_id: row.concern.id for row in Queries(database).issues()}
        assert shown(database) == [("ask3@example.org", 2), ("ask2@example.org", 1)]
        first, second, third = (by_mail[f"ask{number}@example.org"] for number in (1, 2, 3))
        triage = Triage(database)
        triage.add([Event(second, Action.MERGE, third, at="2025-03-01T00:00:00+00:00")])
        regroup(database, concern_ids=[second])
        assert shown(database) == [("ask3@example.org", 3)]
        triage.add([Event(first, Action.SPLIT, at="2025-03-02T00:00:00+00:00")])
        ingest_paths(database, [str(versions[0])])
        regroup(database, concern_ids=[first])
        assert shown(database) == [("ask3@example.org", 2), ("ask1@example.org", 1)]


def test_commands_show_it(tmp_path: Path, versions: list[Path]) -> None:
    from threadmine.cli.main import threadmine

    url = f"sqlite:///{tmp_path / 'mail.db'}"
    with open_database(url) as database:
        ingest_paths(database, [str(path) for path in versions])
        last = Queries(database).issues(once=True)[0].concern.id

    def run(*words: str) -> str:
        done = CliRunner().invoke(threadmine, ["--db", url, *words], env={"COLUMNS": "100"})
        assert done.exit_code == 0, done.output
        return done.stdout

    told = run("issues")
    assert told.count(ASKED[:40]) == 1
    assert "raised 3 times" in told
    assert run("issues", "--every-place").count(ASKED[:40]) == 3
    detail = run("show", last)
    assert "raised 3 times:" in detail
    assert detail.count("2025-02-") >= 3
    exported = run("export", "concerns").splitlines()
    assert len(exported) == 3
    assert all('"occurrences": 3' in line for line in exported)
