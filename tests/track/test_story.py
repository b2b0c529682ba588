"""The story of a series: what changed between versions, and why a tag came or went."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from threadmine.db.queries import Queries
from threadmine.db.session import Database, open_database
from threadmine.model import Chapter
from threadmine.pipeline import ingest_paths
from threadmine.track.story import story

PEOPLE = {"rita": "Rita Reviewer", "mia": "Mia Maintainer", "paul": "Paul Poster"}


def mail(name: str, who: str, day: int, subject: str, body: str, parent: str = "") -> str:
    reply = f"In-Reply-To: <{parent}@example.org>\nReferences: <{parent}@example.org>\n" if parent else ""
    return (
        "From mboxrd@z Thu Jan  1 00:00:00 1970\n"
        f"From: {PEOPLE[who]} <{who}@example.org>\nSubject: {subject}\n"
        f"Date: Mon, {day:02} Feb 2025 09:00:00 +0000\nMessage-ID: <{name}@example.org>\n{reply}\n{body}\n\n"
    )


def patch(file: str, line: str, *tags: str) -> str:
    """A patch that adds a line to a file, with the tags that its author put below the message."""
    given = "".join(f"{tag}\n" for tag in tags)
    return (
        f"Widgets are counted.\n\n{given}Signed-off-by: Paul Poster <paul@example.org>\n---\n"
        f"diff --git a/mm/{file}.c b/mm/{file}.c\n--- a/mm/{file}.c\n+++ b/mm/{file}.c\n"
        f"@@ -1,2 +1,3 @@ int {file}_first(void)\n {{\n+\t{line}\n }}\n"
    )


RITA = "Reviewed-by: Rita Reviewer <rita@example.org>"
MIA = "Acked-by: Mia Maintainer <mia@example.org>"
COVER = "Widgets.\n\nPaul Poster (4):\n  mm: one\n"
AGAIN = "Widgets.\n\nChanges since v1:\n- take the lock around the walk\n- nothing else\n\nPaul Poster (3):\n"
LINES = {"one": "widget_one_step(page);", "two": "widget_two_steps(page);", "three": "widget_rest(page);"}

ARCHIVE = "".join(
    [
        mail("c1", "paul", 3, "[PATCH 0/4] mm: widgets", COVER),
        mail("a1", "paul", 3, "[PATCH 1/4] mm: one", patch("one", LINES["one"], MIA), "c1"),
        mail("b1", "paul", 3, "[PATCH 2/4] mm: two", patch("two", LINES["two"]), "c1"),
        mail("d1", "paul", 3, "[PATCH 3/4] mm: three", patch("three", LINES["three"]), "c1"),
        mail("e1", "paul", 3, "[PATCH 4/4] mm: four", patch("four", "widget_last(page);"), "c1"),
        mail("r1", "rita", 4, "Re: [PATCH 1/4] mm: one", RITA, "a1"),
        mail("r2", "rita", 4, "Re: [PATCH 2/4] mm: two", RITA, "b1"),
        mail("r3", "rita", 4, "Re: [PATCH 3/4] mm: three", RITA, "d1"),
        mail("r4", "rita", 4, "Re: [PATCH 4/4] mm: four", RITA, "e1"),
        mail(
            "q1", "mia", 5, "Re: [PATCH 2/4] mm: two", "> +\tx\n\nPlease take the lock of the widgets.", "b1"
        ),
        mail("c2", "paul", 10, "[PATCH v2 0/4] mm: widgets", AGAIN),
        mail("a2", "paul", 10, "[PATCH v2 1/4] mm: one", patch("one", LINES["one"], RITA), "c2"),
        mail("b2", "paul", 10, "[PATCH v2 2/4] mm: two", patch("two", "widget_take_two(page);"), "c2"),
        mail("d2", "paul", 10, "[PATCH v2 3/4] mm: three", patch("three", LINES["three"]), "c2"),
        mail("f2", "paul", 10, "[PATCH v2 4/4] mm: five", patch("five", "gadget_first(page);"), "c2"),
    ]
)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "widgets.mbox"
    path.write_text(ARCHIVE, encoding="utf-8")
    return path


def second(database: Database) -> Chapter:
    queries = Queries(database)
    rows = sorted(queries.series("mm: widgets"), key=lambda row: row.version)
    issues = [issue for row in rows for issue in queries.issues(series=row.id)]
    first, chapter = story(queries, rows, issues)
    assert (first.fresh, first.gained, first.lost) == ((), (), ())
    assert [(who.name, count) for who, count, _ in first.askers] == [("Mia Maintainer", 1)]
    return chapter


def test_what_changed_between_two_versions(tmp_path: Path, archive: Path) -> None:
    with open_database(f"sqlite:///{tmp_path / 'mail.db'}") as database:
        ingest_paths(database, [str(archive)])
        chapter = second(database)
    assert chapter.kept == ("mm: one", "mm: three")
    assert chapter.changed == ("mm: two",)
    assert (chapter.fresh, chapter.gone) == (("mm: five",), ("mm: four",))
    assert chapter.changes == ("take the lock around the walk", "nothing else")


def test_tags_that_came_and_went_have_their_reason(tmp_path: Path, archive: Path) -> None:
    with open_database(f"sqlite:///{tmp_path / 'mail.db'}") as database:
        ingest_paths(database, [str(archive)])
        chapter = second(database)
    gained = [(one.tag, one.person.name, one.title, one.why) for one in chapter.gained]
    assert gained == [("Reviewed-by", "Rita Reviewer", "mm: one", "given on v1")]
    lost = {(one.tag, one.person.name, one.title): one.why for one in chapter.lost}
    assert lost == {
        ("Acked-by", "Mia Maintainer", "mm: one"): "the author dropped it: the patch is the same",
        ("Reviewed-by", "Rita Reviewer", "mm: two"): "the patch changed (2 lines differ)",
        ("Reviewed-by", "Rita Reviewer", "mm: three"): "the author did not take it up",
        ("Reviewed-by", "Rita Reviewer", "mm: four"): "the patch is gone",
    }


def test_the_command_tells_it(tmp_path: Path, archive: Path) -> None:
    from threadmine.cli.main import threadmine

    url = f"sqlite:///{tmp_path / 'mail.db'}"
    with open_database(url) as database:
        ingest_paths(database, [str(archive)])
    done = CliRunner().invoke(threadmine, ["--db", url, "series", "mm: widgets"], env={"COLUMNS": "100"})
    assert done.exit_code == 0, done.output
    assert "patches 2 as before, 1 changed, 1 new, 1 gone" in done.stdout
    assert "asked by: Mia Maintainer 1" in done.stdout
    assert "tags went: Acked-by Mia Maintainer on 1/4: the author dropped it" in done.stdout
    told = CliRunner().invoke(threadmine, ["--db", url, "series", "mm: widgets", "--json"])
    assert '"tags_lost"' in told.stdout
