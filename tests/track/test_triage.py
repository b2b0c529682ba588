"""What people set by hand: kept apart, never overwritten, shared as lines."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import example, given, settings
from hypothesis import strategies as st

from threadmine.db.queries import Queries
from threadmine.db.session import Database, open_database
from threadmine.db.triage import Action, Event, Mark, Triage, from_lines, to_lines, triage_text
from threadmine.errors import ParseError
from threadmine.pipeline import ingest_paths
from threadmine.track import update

THREAD = """\
From mboxrd@z Thu Jan  1 00:00:00 1970
From: Paul Poster <paul@example.org>
Subject: [PATCH] mm: clear the widget count
Date: Mon, 03 Feb 2025 09:00:00 +0000
Message-ID: <patch@example.org>

Widgets are counted.

Signed-off-by: Paul Poster <paul@example.org>
---
diff --git a/mm/widget.c b/mm/widget.c
--- a/mm/widget.c
+++ b/mm/widget.c
@@ -1,2 +1,3 @@
 one();
+two();
 three();

From mboxrd@z Thu Jan  1 00:00:00 1970
From: Rita Reviewer <rita@example.org>
Subject: Re: [PATCH] mm: clear the widget count
Date: Tue, 04 Feb 2025 10:00:00 +0000
Message-ID: <ask@example.org>
In-Reply-To: <patch@example.org>

> +two();

Why not call one() here?

"""


def event(action: Action, value: str = "", hour: int = 0, note: str = "", issue: str = "q1") -> Event:
    return Event(issue, action, value, note, "Mia <mia@example.org>", f"2025-03-01T{hour:02}:00:00+00:00")


def test_what_stands_follows_from_the_events_in_order_of_time() -> None:
    events = [
        event(Action.REOPEN, hour=3),
        event(Action.CLOSE, hour=1),
        event(Action.ASSIGN, "Ada", hour=2),
        event(Action.SNOOZE, "2025-04-01", hour=4),
        event(Action.NOTE, note="wait for v3", hour=5),
    ]
    assert triage_text(events) == "snoozed until 2025-04-01; assigned to Ada; 1 note"
    assert triage_text([*events, event(Action.CLOSE, hour=6)]) == "closed; assigned to Ada; 1 note"
    assert triage_text([event(Action.MERGE, "q2", 1), event(Action.SPLIT, hour=2)]) == ""


def test_times_in_other_zones_are_the_same_times() -> None:
    late = Event("q1", Action.REOPEN, at="2025-03-01T10:00:00+05:00")  # 05:00 UTC
    assert triage_text([event(Action.CLOSE, hour=6), late]) == "closed"


def test_lines_go_out_and_come_in_the_same() -> None:
    events = (event(Action.CLOSE, note="moot \N{SNOWMAN}"), event(Action.ASSIGN, "Ada", 1, issue="q0"))
    assert set(from_lines(list(to_lines(events)))) == set(events)
    assert list(to_lines(reversed(events))) == list(to_lines(events))


@pytest.mark.parametrize(
    "line", ["{", "[]", '{"issue_id": "q1"}', '{"issue_id": "q1", "action": "explode"}', "3"]
)
def test_a_bad_line_is_named(line: str) -> None:
    with pytest.raises(ParseError, match=r"shared\.jsonl:2"):
        from_lines(["", line], "shared.jsonl")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = tmp_path / "thread.mbox"
    found.write_text(THREAD, encoding="utf-8")
    return found


@pytest.fixture
def database(tmp_path: Path, path: Path) -> Database:
    found = open_database(f"sqlite:///{tmp_path / 'mail.db'}")
    ingest_paths(found, [str(path)])
    return found


@settings(deadline=None)
@given(st.text(max_size=40))
@example("abc\u202edcba\u2066x\u2069")
@example("\x07bell \x7f \x9b31m \u2028 \ufeff \U000e0041 \ud800")
def test_lines_show_all_that_is_in_them_and_read_back_equal(note: str) -> None:
    events = [Event("q1", Action.NOTE, "", note, note, "2025-02-03T09:00:00+00:00")]
    (line,) = to_lines(events)
    assert from_lines([line]) == tuple(events)
    assert not re.search(
        "[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]", line
    )
    assert line.encode("utf-8")


def the_issue(database: Database) -> tuple[str, str]:
    (row,) = Queries(database).issues()
    return row.concern.id, row.triage


def test_an_ingest_leaves_triage_as_it_is(database: Database, path: Path) -> None:
    issue_id, before = the_issue(database)
    assert before == ""
    assert Triage(database).add([event(Action.CLOSE, issue=issue_id)]) == 1
    assert the_issue(database) == (issue_id, "closed")
    answer = THREAD.split("From mboxrd")[0] + (
        "From mboxrd@z Thu Jan  1 00:00:00 1970\n"
        "From: Paul Poster <paul@example.org>\nSubject: Re: [PATCH] mm: clear the widget count\n"
        "Date: Wed, 05 Feb 2025 10:00:00 +0000\nMessage-ID: <answer@example.org>\n"
        "In-Reply-To: <ask@example.org>\n\n> Why not call one() here?\n\nSure, will do.\n\n"
    )
    path.write_text(THREAD + answer, encoding="utf-8")
    ingest_paths(database, [str(path)])
    (row,) = Queries(database).issues()
    assert (row.triage, row.status.state.value) == ("closed", "acknowledged")
    update(database, Queries(database).stale_threads())
    assert the_issue(database) == (issue_id, "closed")


def test_the_same_events_again_change_nothing(database: Database) -> None:
    issue_id, _ = the_issue(database)
    triage = Triage(database)
    assert triage.add([event(Action.CLOSE, issue=issue_id)]) == 1
    assert triage.add([event(Action.CLOSE, issue=issue_id)]) == 0
    assert len(triage.events()) == 1


def test_half_a_character_is_stored_as_a_question_mark(database: Database) -> None:
    triage = Triage(database)
    triage.add([Event("q1", Action.NOTE, "", "odd \ud800", "Mia", "")])
    assert [one.note for one in triage.events("q1")] == ["odd ?"]


def test_events_of_unknown_issues_wait_for_them(tmp_path: Path, database: Database, path: Path) -> None:
    issue_id, _ = the_issue(database)
    with open_database(f"sqlite:///{tmp_path / 'other.db'}") as other:
        Triage(other).add([event(Action.ASSIGN, "Ada", issue=issue_id)])
        ingest_paths(other, [str(path)])
        assert the_issue(other) == (issue_id, "assigned to Ada")


def test_the_last_word_on_a_pair_of_series_counts(database: Database) -> None:
    triage = Triage(database)
    triage.mark(Mark("sb", "sa", apart=True, who="Mia"))
    triage.mark(Mark("sa", "sb", apart=False, who="Ada"))
    assert triage.marks() == (Mark("sa", "sb", False, "Ada", ""),)


def test_the_command_sets_shows_and_shares(database: Database, tmp_path: Path) -> None:
    from threadmine.cli.main import threadmine

    issue_id, _ = the_issue(database)

    def run(*words: str) -> str:
        command = ["--db", str(database.url), "triage", *words]
        done = CliRunner().invoke(threadmine, command, env={"SOURCE_DATE_EPOCH": "1740873600"})
        assert done.exit_code == 0, done.output
        return done.stdout

    run(issue_id, "snooze", "14d", "--who", "Mia", "--note", "after rc1")
    assert the_issue(database)[1] == "snoozed until 2025-03-16"
    assert run(issue_id) == '2025-03-02T00:00:00+00:00 snooze 2025-03-16 "after rc1" (Mia)\n'
    shared = tmp_path / "triage.jsonl"
    shared.write_text(run("--export"), encoding="utf-8")
    run("--import", str(shared))
    assert len(Triage(database).events()) == 1
