"""What happens while the screen is open: other processes write, updates run, databases break."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.conftest import ROOT
from tests.tui.driving import board, listing, make_app, press, settled, status, to_field, tree, until
from threadmine.db.session import Database, open_database
from threadmine.model import IssueRow
from threadmine.pipeline import ingest_paths
from threadmine.screens.rows import part
from threadmine.screens.sides import Ask

MAIL = """From: New Person <new@example.org>
To: linux-mm@lists.example.org
Message-ID: <late{number}@example.org>
Subject: Re: [PATCH v3 1/3] mm/devpool: wipe folios that drivers bring back
Date: Sat, 28 Feb 2026 10:00:00 +0000
In-Reply-To: <20260120.devpool.v3.1@example.org>

> +	folio->_nr_pages = 0;

Why is folio->_nr_pages not cleared by folio_reset() already?
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "t.db"
    with open_database(str(made)) as database:
        ingest_paths(database, [str(ROOT / "data" / "mail")])
    return made


def by_another_process(path: Path, tmp_path: Path, number: int = 1) -> None:
    mail = tmp_path / f"late{number}.eml"
    mail.write_text(MAIL.format(number=number), encoding="utf-8")
    command = [sys.executable, "-m", "threadmine", "--db", str(path), "ingest", str(mail)]
    subprocess.run(command, check=True, capture_output=True, cwd=ROOT)


async def test_another_process_is_noticed_and_the_place_kept(path: Path, tmp_path: Path) -> None:
    with open_database(str(path)) as database:
        app = make_app(database)
        async with app.run_test(size=(120, 40)) as pilot:
            await settled(pilot)
            await to_field(pilot, "folio._nr_pages")
            closed = next(
                n for n in tree(pilot).entry_nodes() if n.data and n.data.key == "struct dev_pagemap"
            )
            closed.collapse()
            await press(pilot, "tab", "j")
            row = board(pilot).current_row()
            before = listing(pilot).row_count
            assert row is not None
            by_another_process(path, tmp_path)
            board(pilot)._look_again()
            await settled(pilot)
            assert listing(pilot).row_count == before + 1
            now = board(pilot).current_row()
            assert now is not None and part(now).id == part(row).id  # the same row, one line further down
            assert tree(pilot).ask == Ask(field="folio._nr_pages")
            again = next(
                n for n in tree(pilot).entry_nodes() if n.data and n.data.key == "struct dev_pagemap"
            )
            assert not again.is_expanded
            assert app.focused is listing(pilot)


async def test_what_was_written_here_is_not_noticed_twice(path: Path) -> None:
    with open_database(str(path)) as database:
        app = make_app(database)
        async with app.run_test(size=(120, 40)) as pilot:
            await settled(pilot)
            await press(pilot, "tab", "x")
            asked: list[int] = []
            board(pilot).action_refresh = lambda: asked.append(1)  # type: ignore[method-assign]
            board(pilot)._look_again()
            assert not asked


async def test_the_place_in_the_detail_is_kept(path: Path, tmp_path: Path) -> None:
    with open_database(str(path)) as database:
        app = make_app(database)
        async with app.run_test(size=(80, 24)) as pilot:
            await settled(pilot)
            await press(pilot, "tab", "tab", "j", "j", "j")
            detail = board(pilot).detail
            top = detail.scroll_offset.y
            assert top == 3
            by_another_process(path, tmp_path)
            await press(pilot, "r")
            assert isinstance(board(pilot).current_row(), IssueRow)


async def test_a_thread_that_grows(path: Path, tmp_path: Path) -> None:
    with open_database(str(path)) as database:
        app = make_app(database)
        async with app.run_test(size=(120, 40)) as pilot:
            await settled(pilot)
            await to_field(pilot, "folio._nr_pages")
            await press(pilot, "tab", "e")
            before, here = listing(pilot).row_count, listing(pilot).cursor_row
            by_another_process(path, tmp_path)
            await press(pilot, "r")
            assert listing(pilot).row_count == before + 1
            assert listing(pilot).cursor_row == here


async def test_a_database_that_breaks_is_told_and_nothing_ends(path: Path) -> None:
    with open_database(str(path)) as database:
        app = make_app(database)
        async with app.run_test(size=(120, 40)) as pilot:
            await settled(pilot)
            database.engine.dispose()
            for name in path.parent.glob("t.db*"):
                name.unlink()
            path.write_bytes(b"this is no database " * 1000)
            await press(pilot, "r")
            assert "database" in status(pilot)
            await press(pilot, "tab", "j", "e")
            assert app.is_running
            await press(pilot, "q")
            await press(pilot, "d")
            assert app.is_running


async def test_a_message_that_is_gone(path: Path) -> None:
    with open_database(str(path)) as database:
        app = make_app(database)
        async with app.run_test(size=(120, 40)) as pilot:
            await settled(pilot)
            await press(pilot, "tab")
            with database.write() as connection:
                connection.exec_driver_sql("DELETE FROM bodies")
            await press(pilot, "j", "e", "q", "d", "q", "R")
            assert app.is_running


# ------------------------------------------------------------------------------------------ updating


async def messages_of(pilot: Pilot[None], wanted: str) -> None:
    """Waits until a notification says ``wanted``."""
    await until(pilot, lambda: any(wanted in note.message for note in pilot.app._notifications), wanted)


async def test_update_shows_its_progress_and_its_end(sample_database: Database, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    program = (
        "import os, sys, time\n"
        "assert os.environ['THREADMINE_DB'].startswith('sqlite')\n"
        "print('thread 1 of 2', file=sys.stderr, flush=True)\n"
        f"while not os.path.exists({str(gate)!r}): time.sleep(0.01)\n"
        "print('\\rthread 2 of 2 \\x1b[31m', end='\\r', file=sys.stderr, flush=True)\n"
        "print('a'); print('b')\n"
    )
    app = make_app(sample_database, update_command=(sys.executable, "-c", program))
    async with app.run_test(size=(120, 40)) as pilot:
        await settled_but_for_update(pilot)
        await pilot.press("u")
        await until(pilot, lambda: "updating: thread 1 of 2" in status(pilot), "progress")
        assert "u cancels" in status(pilot)
        await pilot.press("j", "j", "c")  # nothing waits for it
        await until(pilot, lambda: tree(pilot).cursor_line == 2, "keys work")
        gate.touch()
        await messages_of(pilot, "2 new messages")
        await until(pilot, lambda: "updating" not in status(pilot), "the status comes back")


async def settled_but_for_update(pilot: Pilot[None]) -> None:
    await settled(pilot)


async def test_an_update_that_fails_says_why(sample_database: Database) -> None:
    program = "import sys; print('threadmine: the server is down', file=sys.stderr); sys.exit(1)"
    app = make_app(sample_database, update_command=(sys.executable, "-c", program))
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.press("u")
        await messages_of(pilot, "the server is down")


async def test_an_update_that_can_not_be_started(sample_database: Database, tmp_path: Path) -> None:
    app = make_app(sample_database, update_command=(str(tmp_path / "none"),))
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.press("u")
        await messages_of(pilot, "can not be started")


async def test_an_update_can_be_cancelled(sample_database: Database) -> None:
    program = "import time; time.sleep(600)"
    app = make_app(sample_database, update_command=(sys.executable, "-c", program))
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.press("u")
        await until(pilot, lambda: board(pilot)._updater.running, "it runs")
        await pilot.press("u")
        await messages_of(pilot, "update cancelled")
        await until(pilot, lambda: not board(pilot)._updater.running, "it has ended")


async def test_leaving_ends_the_update(sample_database: Database, tmp_path: Path) -> None:
    sleep = shutil.which("sleep")
    assert sleep
    app = make_app(sample_database, update_command=(sleep, "600"))
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.press("u")
        updater = board(pilot)._updater
        await until(pilot, lambda: updater.running, "it runs")
        process = updater._process
        await pilot.press("Q")
    assert process is not None
    assert await process.wait() != 0
