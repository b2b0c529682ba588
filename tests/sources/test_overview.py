"""Messages that a page's thread overview tells of: stored, shown as missing, merged when their mail comes."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import pytest

from tests.parse.pages import samples
from tests.sources.conftest import Run
from threadmine.db.overview import OVERVIEW_ID, overviews, stated_messages, thread_with_overview
from threadmine.db.queries import Queries
from threadmine.db.session import Database, open_database
from threadmine.model import OverviewEntry, ThreadRow
from threadmine.pipeline import ingest_paths

HEAD = "From: {who}\nDate: {date}\nSubject: {subject}\nMessage-ID: <{name}>\n"
MAILS = {
    "cover": HEAD.format(
        who="Bela Beta <bela@example.org>", date="Mon, 2 Mar 2026 08:00:00 +0000",
        subject="[PATCH 0/2] mm: count heads", name="lore-0@example.org",
    ) + "\nIt counts.\n",
    "patch": HEAD.format(
        who="Bela Beta <bela@example.org>", date="Mon, 2 Mar 2026 08:00:03 +0000",
        subject="[PATCH 1/2] mm: count", name="lore-1@example.org",
    ) + "In-Reply-To: <lore-0@example.org>\n\nCount.\n---\ndiff --git a/a.c b/a.c\n--- a/a.c\n"
    "+++ b/a.c\n@@ -1 +1 @@\n-int a;\n+int b;\n",
    "answer": HEAD.format(
        who='"Ann Alpha (Example Works)" <ann@example.org>', date="Tue, 3 Mar 2026 11:30:00 +0100",
        subject="Re: [PATCH 1/2] mm: count", name="lore-2@example.org",
    ) + "In-Reply-To: <lore-1@example.org>\nReferences: <lore-0@example.org> <lore-1@example.org>\n\n"
    "> Where is it counted?\nIn the second page.\n",
    "shown": HEAD.format(
        who="Cleo Gamma <cleo@example.org>", date="Tue, 3 Mar 2026 12:00:00 +0000",
        subject="Re: [PATCH 1/2] mm: count", name="lore-3@example.org",
    ) + "In-Reply-To: <lore-2@example.org>\nReferences: <lore-0@example.org> <lore-1@example.org>"
    " <lore-2@example.org>\n\nOn Tue, Mar 03, 2026 at 11:30:00AM +0100, Ann Alpha wrote:\n"
    "> In the second page.\n\nThanks, I see it now.\n",
}  # fmt: skip


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    out = {}
    for name, text in {**MAILS, "page": samples.LORE, "patchew": samples.PATCHEW}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
        out[name] = str(tmp_path / name)
    return out


def read(path: Path, *sources: str) -> Database:
    database = open_database(str(path))
    for source in sources:
        assert not ingest_paths(database, [source]).failures
    return database


def missing(database: Database) -> list[tuple[str, str]]:
    rows = thread_with_overview(database, "lore-3@example.org")
    return [(row.author.name, row.subject) for row in rows if row.known_from]


def test_a_page_alone_shows_its_thread(tmp_path: Path, files: dict[str, str]) -> None:
    with read(tmp_path / "a.db", files["page"]) as database:
        rows = thread_with_overview(database, "lore-3@example.org")
        assert [(r.level, r.author.name, r.subject, bool(r.known_from)) for r in rows][:3] == [
            (0, "Bela Beta", "[PATCH 0/2] mm: count heads", True),
            (1, "Bela Beta", "[PATCH 1/2] mm: count", True),
            (2, "Cleo Gamma", "Re: [PATCH 1/2] mm: count", True),
        ]
        assert {r.known_from for r in rows} == {"", "lore-3@example.org"}
        assert [r.subject for r in rows if r.author.name == "Ann Alpha"] == ["Re: [PATCH 1/2] mm: count"]
        told = [r for r in rows if r.known_from]
        assert all(r.message_id.endswith(OVERVIEW_ID) for r in told)
        assert ("Bela Beta", "[PATCH 2/2] mm: count more") in [(r.author.name, r.subject) for r in told]
        assert stated_messages(database, overviews(database)[0].thread_id) == 6
        assert Queries(database).counts().messages == 3  # the page's message, and two that it quotes


def test_rows_are_merged_as_mail_arrives(tmp_path: Path, files: dict[str, str]) -> None:
    with read(tmp_path / "b.db", files["page"]) as database:
        before = missing(database)
        assert len(before) == 4  # of six rows this message is there, and the one it answers as a quotation
        ingest_paths(database, [files["patch"]])
        assert missing(database) == [row for row in before if row != ("Bela Beta", "[PATCH 1/2] mm: count")]
        ingest_paths(database, [files["cover"], files["answer"], files["shown"]])
        assert missing(database) == [
            ("Cleo Gamma", "Re: [PATCH 1/2] mm: count"),
            ("Bela Beta", "[PATCH 2/2] mm: count more"),
        ]
        levels = {r.message_id: r.level for r in thread_with_overview(database, "lore-3@example.org")}
        assert [levels[f"lore-{n}@example.org"] for n in range(4)] == [0, 1, 2, 3]


def everything(database: Database) -> tuple[tuple[OverviewEntry, ...], tuple[ThreadRow, ...], list[str]]:
    bodies = [mail.body for mail in Queries(database).messages()]
    return overviews(database), thread_with_overview(database, "lore-3@example.org"), sorted(bodies)


def test_any_order_gives_the_same(tmp_path: Path, files: dict[str, str]) -> None:
    found = []
    for number, order in enumerate(itertools.permutations(["page", "patch", "answer", "shown"])):
        with read(tmp_path / f"{number}.db", *(files[name] for name in order)) as database:
            found.append(everything(database))
    assert all(one == found[0] for one in found)
    assert any(body.endswith("Thanks, I see it now.\n") and "\n\nThanks" in body for body in found[0][2])


def test_an_archive_that_knows_a_newer_version(tmp_path: Path, files: dict[str, str]) -> None:
    with read(tmp_path / "c.db", files["patchew"]) as database:
        (row,) = Queries(database).series()
        assert (row.state, row.superseded_by) == ("superseded", "")
        assert row.archive_note == "There is a newer version"


def test_what_a_page_told_stays_with_the_mail_that_takes_its_place(
    tmp_path: Path, files: dict[str, str]
) -> None:
    words = "This counts the heads of large pages and nothing else, for those who want to know it."
    text = samples.PATCHEW.replace("This counts the heads of large pages and nothing else.", words)
    Path(files["patchew"]).write_text(text, encoding="utf-8")
    cover = (
        "From: Ann Alpha <ann@example.org>\nDate: Sun, 1 Mar 2026 09:00:00 +0100\n"
        "Subject: [PATCH v2 0/1] mm: count heads\nMessage-ID: <pw-0@example.org>\n\n"
        f"{words}\n"
    )
    (tmp_path / "real").write_text(cover, encoding="utf-8")
    for order in (["patchew", "real"], ["real", "patchew"], ["patchew", "real", "patchew"]):
        sources = [files.get(name, str(tmp_path / name)) for name in order]
        with read(tmp_path / f"{'-'.join(order)}.db", *sources) as database:
            (row,) = [row for row in Queries(database).series() if row.cover == "pw-0@example.org"]
            assert row.state == "superseded"


def test_commands_show_and_export_what_is_missing(run: Run, files: dict[str, str]) -> None:
    assert run("ingest", files["page"], files["patchew"]).returncode == 0
    shown = run("show", "lore-3@example.org").stdout
    assert "[PATCH 2/2] mm: count more" in shown and "[not here]" in shown
    assert "4 messages are known from the overview of <lore-3@example.org> alone" in " ".join(shown.split())
    rows = [json.loads(line) for line in run("export", "overviews").stdout.splitlines()]
    assert [row["in_hand"] for row in rows] == [False, False, False, True, True, False]
    assert rows[3]["message_id"].endswith("@quoted.invalid") and rows[4]["message_id"] == "lore-3@example.org"
    assert rows[3]["parent_known"] is False and rows[0]["parent"] is None and rows[0]["parent_known"] is True
    assert rows[1] | {"thread": ""} == {
        "schema": 1, "page": "lore-3@example.org", "thread": "", "number": 1, "message_id": None,
        "in_hand": False, "date": "2026-03-02T08:00:00+00:00", "author": "Bela Beta",
        "subject": "[PATCH 1/2] mm: count", "parent": 0, "parent_known": True, "this_message": False,
    }  # fmt: skip
    series = json.loads(run("export", "series").stdout)
    assert (series["state"], series["archive_note"]) == ("superseded", "There is a newer version")
    assert "There is a newer version" in run("show", series["id"]).stdout
