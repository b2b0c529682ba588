"""After an ingest only what the new mail can have an effect on is tracked anew."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from threadmine.db.queries import Queries
from threadmine.db.session import Database, open_database
from threadmine.db.store import Store
from threadmine.model import ConcernState, ConcernStatus
from threadmine.pipeline import ingest_paths

Tracked = list[frozenset[str]]


def mail(name: str, who: str, day: int, subject: str, body: str, parent: str = "") -> str:
    reply = f"In-Reply-To: <{parent}@example.org>\nReferences: <{parent}@example.org>\n" if parent else ""
    return (
        "From mboxrd@z Thu Jan  1 00:00:00 1970\n"
        f"From: {who} <{who.split()[0].lower()}@example.org>\nSubject: {subject}\n"
        f"Date: Mon, {day:02} Feb 2025 09:00:00 +0000\nMessage-ID: <{name}@example.org>\n{reply}\n{body}\n\n"
    )


def patch(name: str, day: int, version: str, line: str, what: str = "widgets") -> str:
    body = (
        "They are counted.\n\nSigned-off-by: Paul Poster <paul@example.org>\n---\n"
        f"diff --git a/mm/{what}.c b/mm/{what}.c\n--- a/mm/{what}.c\n+++ b/mm/{what}.c\n"
        f"@@ -1,3 +1,5 @@ int {what}_first(void)\n {{\n+\t{line}\n+\t{what}_always(page);\n"
        f" \t{what}_note(page);\n }}\n"
    )
    return mail(name, "Paul Poster", day, f"[PATCH{version}] mm: count {what}", body)


LINE = "widgets_take(page);"
ASKED = f"> +\t{LINE}\n\nPlease take the lock before this."
FIRST = (
    patch("one", 3, "", LINE)
    + mail("ask", "Rita Reviewer", 4, "Re: [PATCH] mm: count widgets", ASKED, "one")
    + mail(
        "yes",
        "Paul Poster",
        5,
        "Re: [PATCH] mm: count widgets",
        "> Please take the lock before this.\n\nYes, will do.",
        "ask",
    )
    + patch("other", 3, "", "gadgets_take(page);", "gadgets")
)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with open_database(f"sqlite:///{tmp_path / 'mail.db'}") as opened:
        yield opened


@pytest.fixture
def tracked(monkeypatch: pytest.MonkeyPatch) -> Tracked:
    """The threads whose states were stored, one set for each time."""
    found: Tracked = []
    original: Callable[..., None] = Store.save_statuses

    def save(self: Store, statuses: Iterable[ConcernStatus], threads: Iterable[str] = ()) -> None:
        threads = list(threads)
        found.append(frozenset(threads))
        original(self, statuses, threads)

    monkeypatch.setattr(Store, "save_statuses", save)
    return found


def ingest(database: Database, folder: Path, name: str, text: str) -> None:
    path = folder / f"{name}.mbox"
    path.write_text(text, encoding="utf-8")
    ingest_paths(database, [str(path)])


def thread_of(database: Database, name: str) -> str:
    return Queries(database).message(f"{name}@example.org").thread_id


def asked(database: Database) -> tuple[ConcernState, str]:
    (row,) = Queries(database).issues(message="ask@example.org")
    return row.status.state, row.status.addressed_in


def test_a_reply_tracks_its_own_thread_alone(database: Database, tmp_path: Path, tracked: Tracked) -> None:
    ingest(database, tmp_path, "first", FIRST + patch("two", 10, " v2", LINE))
    tracked.clear()
    reply = mail("more", "Mia Maintainer", 12, "Re: [PATCH v2] mm: count widgets", "Why is that?", "two")
    ingest(database, tmp_path, "reply", reply)
    assert frozenset().union(*tracked) == {thread_of(database, "two")}
    tracked.clear()
    ingest(database, tmp_path, "reply", reply)
    assert not tracked, "nothing new came"


def test_a_new_version_tracks_the_versions_before_it_and_no_other_series(
    database: Database, tmp_path: Path, tracked: Tracked
) -> None:
    ingest(database, tmp_path, "first", FIRST)
    assert asked(database) == (ConcernState.ACKNOWLEDGED, "")
    tracked.clear()
    ingest(database, tmp_path, "second", patch("two", 10, " v2", "widgets_take_locked(page);"))
    assert frozenset().union(*tracked) == {thread_of(database, "one"), thread_of(database, "two")}
    assert asked(database) == (ConcernState.ADDRESSED, "v2")


def test_a_patch_sent_again_in_the_thread_of_a_version_counts_for_it(
    database: Database, tmp_path: Path, tracked: Tracked
) -> None:
    ingest(database, tmp_path, "first", FIRST + patch("two", 10, " v2", LINE))
    assert asked(database) == (ConcernState.ACKNOWLEDGED, "")
    tracked.clear()
    again = patch("again", 11, " v2", "widgets_take_locked(page);")
    again = again.replace("Subject: ", "Subject: Re: ").replace(
        "Message-ID", "In-Reply-To: <two@example.org>\nReferences: <two@example.org>\nMessage-ID"
    )
    ingest(database, tmp_path, "again", again)
    assert frozenset().union(*tracked) == {thread_of(database, "one"), thread_of(database, "two")}
    assert asked(database) == (ConcernState.ADDRESSED, "v2")


def test_versions_taken_apart_by_hand_are_looked_at_again(database: Database, tmp_path: Path) -> None:
    from click.testing import CliRunner

    from threadmine.cli.main import threadmine

    ingest(database, tmp_path, "first", FIRST + patch("two", 10, " v2", "widgets_take_locked(page);"))
    assert asked(database) == (ConcernState.ADDRESSED, "v2")
    one, two = (
        next(row.id for row in Queries(database).series() if row.patches[0][1] == f"{name}@example.org")
        for name in ("one", "two")
    )
    done = CliRunner().invoke(threadmine, ["--db", str(database.url), "series", "unlink", one, two])
    assert done.exit_code == 0, done.output
    assert asked(database) == (ConcernState.ACKNOWLEDGED, "")
    done = CliRunner().invoke(threadmine, ["--db", str(database.url), "series", "link", one, two])
    assert done.exit_code == 0, done.output
    assert asked(database) == (ConcernState.ADDRESSED, "v2")


def test_states_stored_anew_leave_restated_issues_counted_once(database: Database, tmp_path: Path) -> None:
    ask = ASKED.replace("the lock", "the widget lock for page->lru")
    text = FIRST.replace(ASKED, ask)
    second = mail("ask2", "Rita Reviewer", 12, "Re: [PATCH v2] mm: count widgets", ask, "two")
    ingest(database, tmp_path, "first", text + patch("two", 10, " v2", LINE) + second)
    assert open_of_lru(database) == 1
    ingest(database, tmp_path, "third", patch("three", 17, " v3", LINE))
    assert open_of_lru(database) == 1


def open_of_lru(database: Database) -> int:
    return sum(count.open_issues for count in Queries(database).board("page") if count.member == "lru")


def test_a_patch_posted_as_v2_1_replaces_that_of_v2(database: Database, tmp_path: Path) -> None:
    """It answers a reviewer, not the patch: its number and version tell to which series it belongs."""
    cover = mail("cover2", "Paul Poster", 10, "[PATCH v2 0/3] mm: widgets", "Three of them.")
    series = cover + "".join(
        patch(
            f"p{number}",
            10,
            f" v2 {number}/3",
            LINE if number == 2 else f"step_{number}(page);",
            f"widget{number}",
        ).replace(
            "Message-ID", "In-Reply-To: <cover2@example.org>\nReferences: <cover2@example.org>\nMessage-ID"
        )
        for number in (1, 2, 3)
    )
    ask = mail("ask", "Rita Reviewer", 11, "Re: [PATCH v2 2/3] mm: count widget2", ASKED, "p2")
    yes = mail(
        "yes",
        "Paul Poster",
        12,
        "Re: [PATCH v2 2/3] mm: count widget2",
        "> Please take the lock before this.\n\nYes, will do.",
        "ask",
    )
    ingest(database, tmp_path, "series", series + ask + yes)
    assert asked(database) == (ConcernState.ACKNOWLEDGED, "")
    again = patch("p2b", 13, " v2.1 2/3", "widgets_take_locked(page);", "widget2").replace(
        "Message-ID", "In-Reply-To: <yes@example.org>\nReferences: <yes@example.org>\nMessage-ID"
    )
    ingest(database, tmp_path, "again", again)
    assert asked(database) == (ConcernState.ADDRESSED, "v2")


SAME = "Please make the counter of these widgets wider, it wraps around quickly on large machines."


def asked_by(name: str, writer: str, day: int, parent: str) -> str:
    text = mail(name, "Rita", day, "Re: [PATCH] mm: count widgets", f"> They are counted.\n\n{SAME}", parent)
    return text.replace("From: Rita <rita@example.org>", f"From: {writer}")


def test_an_issue_is_found_again_in_a_later_run_however_its_writer_is_spelled(tmp_path: Path) -> None:
    writers = "Rita Reviewer <rita@example.org>", '"Reviewer, Rita" <rr@example.com>'
    parts = [
        patch("one", 3, "", LINE) + asked_by("ask", writers[0], 4, "one"),
        patch("other", 5, "", "gadgets_take(page);", "gadgets") + asked_by("again", writers[1], 6, "other"),
    ]
    found = []
    for number, runs in enumerate((["".join(parts)], parts, parts[::-1])):
        with open_database(f"sqlite:///{tmp_path / f'{number}.db'}") as database:
            for at, text in enumerate(runs):
                ingest(database, tmp_path, f"{number}-{at}", text)
            rows = Queries(database).issues()
            found.append(sorted((row.concern.id, row.issue_id, row.occurrences) for row in rows))
    assert [times for _, _, times in found[0]] == [2, 2]
    assert found[0] == found[1] == found[2]
