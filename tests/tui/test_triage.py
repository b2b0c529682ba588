"""Triage from the keyboard: one, marked, undone, from the board, a patch and a thread."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.tui.driving import NOW, answer, board, listing, make_app, paper, press, settled, status, to_field
from threadmine.db.queries import Queries
from threadmine.db.session import Database, open_database
from threadmine.db.triage import Triage
from threadmine.model import IssueRow
from threadmine.pipeline import ingest_paths
from threadmine.tui import ThreadmineApp


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with open_database(f"sqlite:///{tmp_path / 't.db'}") as opened:
        ingest_paths(opened, [str(ROOT / "data" / "mail")])
        yield opened


@pytest.fixture
def app(database: Database) -> ThreadmineApp:
    ticks = count()
    return make_app(database, clock=lambda: NOW + timedelta(seconds=next(ticks)), who="Ada")


def triaged(queries: Queries) -> list[str]:
    return [row.triage for row in queries.issues() if row.triage]


async def test_close_and_undo(app: ThreadmineApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        everything = listing(pilot).row_count
        await press(pilot, "tab", "x")
        assert listing(pilot).row_count == everything - 1
        assert triaged(app.queries) == ["closed"]
        await press(pilot, "U")
        assert listing(pilot).row_count == everything
        assert triaged(app.queries) == []
        await press(pilot, "U")
        assert listing(pilot).row_count == everything
        await press(pilot, "x", "a", "L")
        answer(pilot).value = "has:triage"
        await press(pilot, "enter", "x")  # a closed one is opened again
        assert triaged(app.queries) == []


async def test_marked_rows_together(app: ThreadmineApp, database: Database) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        everything = listing(pilot).row_count
        await press(pilot, "tab", "g", "space", "space")
        assert ", 2 marked" in status(pilot) and listing(pilot).cursor_row == 2
        await press(pilot, "z")
        assert listing(pilot).row_count == everything - 2
        assert all(text.startswith("snoozed until 2026-03-15") for text in triaged(app.queries))
        await press(pilot, "U")
        assert listing(pilot).row_count == everything
        await press(pilot, "space", "k", "space")
        assert "marked" not in status(pilot)  # marked twice is not marked
        assert {event.who for event in Triage(database).events()} == {"Ada"}


async def test_assign_and_note(app: ThreadmineApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await press(pilot, "tab")
        await pilot.press("t", *"Bob l", "enter")
        await settled(pilot)
        assert triaged(app.queries) == ["assigned to Bob l"]  # l and t typed here are letters
        await pilot.press("i", *"later", "enter")
        await settled(pilot)
        assert "1 note" in triaged(app.queries)[0]
        await press(pilot, "U")
        assert "1 note" in triaged(app.queries)[0]  # a note stays
        await pilot.press("t", *"nobody", "escape")
        await settled(pilot)
        assert "nobody" not in triaged(app.queries)[0]
        await press(pilot, "i", "enter")
        assert triaged(app.queries)[0].count("1 note") == 1


async def test_from_a_patch(app: ThreadmineApp) -> None:
    async with app.run_test(size=(120, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "a")
        await to_field(pilot, "page.memcg_data")
        await press(pilot, "tab", "G", "d", "full_stop")
        mark = paper(pilot).mark
        assert isinstance(mark, IssueRow)
        await press(pilot, "x")
        assert app.queries.issue(mark.concern.id).triage == "closed"
        await press(pilot, "U", "r")
        assert app.queries.issue(mark.concern.id).triage == ""


async def test_from_a_thread(app: ThreadmineApp) -> None:
    async with app.run_test(size=(120, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "tab")
        row = board(pilot).current_row()
        assert isinstance(row, IssueRow)
        await press(pilot, "e", "x")
        assert [r.concern.id for r in app.queries.issues() if r.triage] == [row.concern.id]
        await press(pilot, "U", "g", "x")
        assert "nothing is asked in this mail" in status(pilot) or triaged(app.queries)
        await press(pilot, "q")
        assert board(pilot)


async def test_a_database_that_can_not_be_written_says_so(tmp_path: Path, database: Database) -> None:
    path = database.where
    with open_database(path, readonly=True) as readonly:
        app = make_app(readonly)
        async with app.run_test(size=(120, 24)) as pilot:
            await settled(pilot)
            await press(pilot, "tab", "x")
            assert any("reading only" in note.message for note in app._notifications)
            assert board(pilot)
