"""The screen, driven with Textual's pilot over a database made from the sample corpus."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import DataTable, Input, Static, Tree

from tests.conftest import ROOT
from threadmine.db.queries import Queries
from threadmine.db.session import Database, open_database
from threadmine.db.triage import Triage
from threadmine.model import ConcernKind
from threadmine.pipeline import ingest_paths
from threadmine.screens.board import BoardScreen
from threadmine.screens.diff import DiffScreen
from threadmine.screens.explain import ExplainScreen
from threadmine.screens.help import HelpScreen
from threadmine.screens.layout import LayoutScreen
from threadmine.screens.memory import Memory, keep, recall
from threadmine.screens.reply import draft_path
from threadmine.screens.rows import OPEN_STATES, Order
from threadmine.screens.series import SeriesScreen
from threadmine.screens.sides import Ask
from threadmine.screens.thread import ThreadScreen
from threadmine.screens.welcome import WelcomeScreen
from threadmine.tui import ThreadmineApp

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def sample_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    url = f"sqlite:///{tmp_path_factory.mktemp('tui') / 'sample.db'}"
    with open_database(url) as database:
        ingest_paths(database, [str(ROOT / "data" / "mail")])
        yield database


@pytest.fixture
def app(sample_database: Database) -> ThreadmineApp:
    return ThreadmineApp(Queries(sample_database), clock=lambda: NOW)


async def settled(pilot: Pilot[None]) -> None:
    """Waits until no worker runs and no message is on its way."""
    for _ in range(3):
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()


async def to_field(pilot: Pilot[None], name: str) -> None:
    """Moves the cursor of the tree to a member."""
    tree = pilot.app.screen.query_one("#fields", Tree)
    for line in range(tree.last_line + 1):
        node = tree.get_node_at_line(line)
        if node is not None and node.data == Ask(field=name):
            tree.move_cursor_to_line(line)
            break
    else:
        raise AssertionError(f"{name} is not in the tree")
    await settled(pilot)


def shown(pilot: Pilot[None], selector: str) -> str:
    return str(pilot.app.screen.query_one(selector, Static).render())


def table(pilot: Pilot[None]) -> DataTable[object]:
    return pilot.app.screen.query_one("#rows", DataTable)


async def test_opens_on_the_board(app: ThreadmineApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert isinstance(app.screen, BoardScreen)
        assert table(pilot).row_count == len(Queries(app.queries.database).issues(state=OPEN_STATES))
        assert "open issues" in shown(pilot, "#status")


async def test_a_field_limits_the_list_and_its_detail_is_shown(app: ThreadmineApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await to_field(pilot, "folio._nr_pages")
        expected = app.queries.issues(field="folio._nr_pages", state=OPEN_STATES)
        assert table(pilot).row_count == len(expected) > 0
        await pilot.press("enter")
        await settled(pilot)
        assert app.focused is table(pilot)
        detail = " ".join(shown(pilot, "#text").split())
        assert " ".join(expected[0].concern.quote.split())[:40] in detail


async def test_claims_with_their_verdict(app: ThreadmineApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.press("c")
        await settled(pilot)
        assert table(pilot).row_count == len(app.queries.claims(limit=300)) > 0
        assert "claims" in shown(pilot, "#status")
        assert "verdict" in shown(pilot, "#text")


async def test_search_limits_and_escape_clears(app: ThreadmineApp) -> None:
    async with app.run_test(size=(100, 30)) as pilot:
        await settled(pilot)
        before = table(pilot).row_count
        await pilot.press("slash", *"zzzz")
        await settled(pilot)
        assert table(pilot).row_count == 0
        assert "no open issues" in shown(pilot, "#text")
        await pilot.press("escape")
        await settled(pilot)
        assert table(pilot).row_count == before
        assert app.screen.query_one("#limit", Input).value == ""


async def test_all_or_open(app: ThreadmineApp) -> None:
    async with app.run_test(size=(100, 30)) as pilot:
        await settled(pilot)
        only_open = table(pilot).row_count
        await pilot.press("a")
        await settled(pilot)
        assert table(pilot).row_count == len(app.queries.issues(limit=300)) > only_open


async def test_thread_opens_on_the_mail_and_closes(app: ThreadmineApp) -> None:
    async with app.run_test(size=(100, 30)) as pilot:
        await settled(pilot)
        await pilot.press("tab", "e")
        await settled(pilot)
        assert isinstance(app.screen, ThreadScreen)
        mails = app.screen.query_one("#mails", DataTable)
        assert mails.row_count > 1
        here = mails.cursor_row
        await pilot.press("g", "j")
        await settled(pilot)
        assert mails.cursor_row == 1 != here or here == 1
        await pilot.press("l", "j", "G", "h", "q")
        await settled(pilot)
        assert isinstance(app.screen, BoardScreen)


async def test_keys_move_in_the_focused_pane(app: ThreadmineApp) -> None:
    async with app.run_test(size=(100, 30)) as pilot:
        await settled(pilot)
        tree = app.screen.query_one("#fields", Tree)
        await pilot.press("j", "j")
        assert tree.cursor_line == 2
        await pilot.press("G")
        assert tree.cursor_line == tree.last_line
        await pilot.press("g")
        await settled(pilot)
        await pilot.press("tab")
        await settled(pilot)
        assert app.focused is table(pilot)
        await pilot.press("g", "j")
        assert table(pilot).cursor_row == 1
        await pilot.press("k", "n", "n", "p")
        assert table(pilot).cursor_row == 1
        await pilot.press("h")
        assert app.focused is tree


async def test_help_lists_every_key_of_the_board(app: ThreadmineApp) -> None:
    async with app.run_test(size=(100, 50)) as pilot:
        await settled(pilot)
        await pilot.press("question_mark")
        await pilot.pause()
        assert isinstance(app.screen, HelpScreen)
        text = str(app.screen.query_one(Static).render())
        for binding in BoardScreen.BINDINGS:
            assert (binding.tooltip or binding.description) in text
        await pilot.press("q")
        await pilot.pause()
        assert isinstance(app.screen, BoardScreen)


@pytest.mark.parametrize("key", ["q", "Q"])
async def test_quitting(app: ThreadmineApp, key: str) -> None:
    async with app.run_test() as pilot:
        await settled(pilot)
        await pilot.press(key)
    assert app.return_code == 0


async def test_an_empty_database_says_what_to_do(tmp_path: Path) -> None:
    with open_database(f"sqlite:///{tmp_path / 'empty.db'}") as database:
        app = ThreadmineApp(Queries(database), database="empty.db", clock=lambda: NOW)
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.pause()
            assert isinstance(app.screen, WelcomeScreen)
            assert "threadmine ingest" in shown(pilot, "#welcome")
            await pilot.press("r")
            await pilot.pause()
            assert isinstance(app.screen, WelcomeScreen)
            ingest_paths(database, [str(ROOT / "data" / "mail")])
            await pilot.press("r")
            await settled(pilot)
            assert isinstance(app.screen, BoardScreen)


async def test_hostile_mail_is_shown_as_text(tmp_path: Path) -> None:
    mail = (
        b"From: Eve <eve@example.org>\nTo: list@example.org\nMessage-ID: <hostile@example.org>\n"
        b"Subject: Re: [PATCH] mm: folio->_nr_pages [red]boo[/red]\nDate: Mon, 2 Feb 2026 10:00:00 +0000\n"
        b"In-Reply-To: <gone@example.org>\nContent-Type: text/plain; charset=utf-8\n\n"
        b"> folio->_nr_pages = 0;\n\nWhy is folio->_nr_pages \x1b[31mset\x1b[0m [/nope] \xe2\x80\xae?\n"
    )
    path = tmp_path / "hostile.eml"
    path.write_bytes(mail)
    with open_database(f"sqlite:///{tmp_path / 'h.db'}") as database:
        ingest_paths(database, [str(path)])
        app = ThreadmineApp(Queries(database), clock=lambda: NOW)
        async with app.run_test(size=(100, 30)) as pilot:
            await settled(pilot)
            await pilot.press("tab", "e")
            await settled(pilot)
            text = shown(pilot, "#text")
            assert "[/nope]" in text
            assert "\x1b" not in text and "\u202e" not in text


async def test_the_four_views_of_the_left_pane(app: ThreadmineApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        for key, has in (("2", "v3"), ("3", "Okafor"), ("4", "devpool"), ("1", "_nr_pages")):
            await pilot.press(key)
            await settled(pilot)
            tree = app.screen.query_one("#fields", Tree)
            for node in list(tree.root.children):
                node.expand()
            await pilot.pause()
            labels = [
                str(node.label)
                for line in range(tree.last_line + 1)
                if (node := tree.get_node_at_line(line)) is not None
            ]
            assert any(has in label for label in labels), (key, labels)


async def test_a_person_limits_the_list(app: ThreadmineApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.press("3", "a", "j")
        await settled(pilot)
        assert isinstance(app.screen, BoardScreen)
        ask = app.screen._wanted.ask
        assert ask.author
        assert table(pilot).row_count == len(app.queries.issues(author=ask.author)) > 0


async def test_diff_shows_concerns_between_its_lines(app: ThreadmineApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await to_field(pilot, "folio._nr_pages")
        await pilot.press("tab", "d")
        await settled(pilot)
        assert isinstance(app.screen, DiffScreen)
        text = shown(pilot, "#text")
        assert "@@ line" in text and "┆" in text and "◂" in text
        before = app.screen.scroller.scroll_y
        await pilot.press("full_stop", "comma", "right_square_bracket", "left_square_bracket", "j", "k")
        await pilot.press("space", "b", "G", "g")
        await settled(pilot)
        assert app.screen.scroller.scroll_y == before == 0
        await pilot.press("q")
        await pilot.pause()
        assert isinstance(app.screen, BoardScreen)


async def test_series_tells_its_versions(app: ThreadmineApp) -> None:
    async with app.run_test(size=(120, 60)) as pilot:
        await settled(pilot)
        await to_field(pilot, "page.memcg_data")
        await pilot.press("a", "tab", "G", "s")
        await settled(pilot)
        assert isinstance(app.screen, SeriesScreen)
        text = shown(pilot, "#text")
        for word in ("v1", "v2", "v3", "3 versions in hand", "touches"):
            assert word in text
        await pilot.press("j", "G", "g", "space", "b", "k", "q")
        await pilot.pause()
        assert isinstance(app.screen, BoardScreen)


async def test_model_view_leads_to_issues_and_back(app: ThreadmineApp) -> None:
    async with app.run_test(size=(130, 50)) as pilot:
        await settled(pilot)
        await to_field(pilot, "folio._nr_pages")
        await pilot.press("m")
        await settled(pilot)
        assert isinstance(app.screen, LayoutScreen)
        words = app.screen.query_one("#words", DataTable)
        assert "_nr_pages" in str(words.get_row_at(words.cursor_row)[3])
        title = shown(pilot, "#title")
        await pilot.press("p", "P")
        await settled(pilot)
        assert shown(pilot, "#title") != title
        await pilot.press("tab")
        await settled(pilot)
        assert "struct slab" in shown(pilot, "#title")
        await pilot.press("shift+tab", "q")
        await pilot.pause()
        assert isinstance(app.screen, BoardScreen)
        await pilot.press("m")
        await settled(pilot)
        await pilot.press("enter")
        await settled(pilot)
        assert isinstance(app.screen, BoardScreen)
        assert "folio._nr_pages" in shown(pilot, "#title")


async def test_sorting_goes_round(app: ThreadmineApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        seen = []
        for _ in Order:
            seen.append(shown(pilot, "#status").split(", ")[1])
            await pilot.press("S")
            await settled(pilot)
        assert seen == [order.value for order in Order]


async def test_the_limit_speaks_the_query_language(app: ThreadmineApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        everything = table(pilot).row_count
        await pilot.press("slash", *"kind:question", "enter")
        await settled(pilot)
        expected = app.queries.issues(kind=ConcernKind.QUESTION, state=OPEN_STATES)
        assert 0 < table(pilot).row_count == len(expected) < everything
        await pilot.press("slash", *" fild:x")
        await settled(pilot)
        assert "no term 'fild:'" in shown(pilot, "#status")
        await pilot.press("escape")
        await settled(pilot)
        assert table(pilot).row_count == everything


async def test_triage_with_undo_and_marks(tmp_path: Path) -> None:
    ticks = count()
    with open_database(f"sqlite:///{tmp_path / 't.db'}") as database:
        ingest_paths(database, [str(ROOT / "data" / "mail")])
        queries = Queries(database)
        app = ThreadmineApp(queries, clock=lambda: NOW + timedelta(seconds=next(ticks)), who="Ada")
        async with app.run_test(size=(120, 40)) as pilot:
            await settled(pilot)
            everything = table(pilot).row_count
            await pilot.press("tab")
            await settled(pilot)
            await pilot.press("x")
            await settled(pilot)
            assert table(pilot).row_count == everything - 1
            closed = [row for row in queries.issues() if row.triage == "closed"]
            assert len(closed) == 1
            await pilot.press("U")
            await settled(pilot)
            assert table(pilot).row_count == everything
            await pilot.press("g", "space", "space", "z")
            await settled(pilot)
            assert table(pilot).row_count == everything - 2
            await pilot.press("U", "t")
            await settled(pilot)
            await pilot.press(*"Bob", "enter")
            await settled(pilot)
            assert [row.triage for row in queries.issues() if row.triage] == ["assigned to Bob"]
            await pilot.press("i", *"later", "enter")
            await settled(pilot)
            assert sum("1 note" in row.triage for row in queries.issues()) == 1
            await pilot.press("U")
            await settled(pilot)
            assert sum("1 note" in row.triage for row in queries.issues()) == 1
            events = Triage(database).events()
            assert {event.who for event in events} == {"Ada"}


async def test_the_verdict_explained(app: ThreadmineApp) -> None:
    async with app.run_test(size=(120, 60)) as pilot:
        await settled(pilot)
        await pilot.press("v")
        assert not isinstance(app.screen, ExplainScreen)  # the row is an issue
        await pilot.press("c")
        await settled(pilot)
        await pilot.press("slash", *"verdict:refuted", "enter")
        await settled(pilot)
        await pilot.press("v")
        await settled(pilot)
        assert isinstance(app.screen, ExplainScreen)
        text = shown(pilot, "#text")
        for word in ("REFUTED", "How it was read", "Rules that were asked", "Facts", "The bytes in"):
            assert word in text
        await pilot.press("q")
        await pilot.pause()
        assert isinstance(app.screen, BoardScreen)


async def test_a_reply_is_drafted_and_not_sent(app: ThreadmineApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.press("tab")
        await settled(pilot)
        row = app.queries.issues(state=OPEN_STATES, limit=1)[0]
        await pilot.press("R")
        await settled(pilot)
        draft = draft_path(row.concern.message_id).read_text(encoding="utf-8")
        assert f"In-Reply-To: <{row.concern.message_id}>" in draft
        assert row.concern.author.address in draft.split("\n\n")[0]


def test_a_draft_stays_in_its_folder() -> None:
    assert draft_path("../../etc/passwd@x").parent == draft_path("a@b").parent
    assert draft_path("..").name not in ("", "..", ".")


async def test_limits_used_before_come_back(app: ThreadmineApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.press("slash", *"kind:nit", "enter")
        await settled(pilot)
        await pilot.press("escape", "slash", "up")
        await settled(pilot)
        assert app.screen.query_one("#limit", Input).value == "kind:nit"


async def test_waiting_for_me(sample_database: Database) -> None:
    queries = Queries(sample_database)
    app = ThreadmineApp(queries, clock=lambda: NOW, who="Ines Farrow <ines@example.org>")
    async with app.run_test(size=(160, 40)) as pilot:
        await settled(pilot)
        await pilot.press("3", "j")
        await settled(pilot)
        expected = [
            row
            for row in queries.issues(state=OPEN_STATES)
            if row.waits_for and row.waits_for.address == "ines@example.org"
        ]
        assert table(pilot).row_count == len(expected) > 0
        assert "waiting for ines@example.org" in shown(pilot, "#title")


async def test_what_is_new_since_the_last_visit_is_marked(sample_database: Database) -> None:
    queries = Queries(sample_database)
    keep(Memory().visited(sample_database.where, datetime(2026, 1, 15, tzinfo=UTC)))
    app = ThreadmineApp(queries, clock=lambda: NOW)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        tree = app.screen.query_one("#fields", Tree)
        labels = [str(n.label) for s in tree.root.children for n in s.children]
        assert any("●" in label for label in labels)
        assert not all("●" in label for label in labels)
    last = recall().last_visit(sample_database.where)
    assert last == NOW


@pytest.mark.parametrize(
    ("width", "has", "lacks"), [(80, "what", "kind"), (120, "kind", "where"), (200, "where", "-")]
)
async def test_columns_follow_the_width(app: ThreadmineApp, width: int, has: str, lacks: str) -> None:
    async with app.run_test(size=(width, 24)) as pilot:
        await settled(pilot)
        names = [str(column.label) for column in table(pilot).ordered_columns]
        assert has in names and lacks not in names


def board_with(queries: Queries, program: str) -> ThreadmineApp:
    """An application whose update is a small program of Python."""

    return ThreadmineApp(queries, clock=lambda: NOW, update_command=(sys.executable, "-c", program))


async def messages_of(pilot: Pilot[None], wanted: str) -> None:
    """Waits until a notification says ``wanted``."""
    for _ in range(500):
        if any(wanted in note.message for note in pilot.app._notifications):
            return
        await pilot.pause(0.02)
    raise AssertionError([note.message for note in pilot.app._notifications])


async def test_update_runs_in_the_background(sample_database: Database) -> None:
    program = "import os; assert os.environ['THREADMINE_DB'].startswith('sqlite'); print('a'); print('b')"
    app = board_with(Queries(sample_database), program)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("u")
        await messages_of(pilot, "2 new messages")


async def test_an_update_that_fails_says_why(sample_database: Database) -> None:
    program = "import sys; print('threadmine: the server is down', file=sys.stderr); sys.exit(1)"
    app = board_with(Queries(sample_database), program)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("u")
        await messages_of(pilot, "the server is down")


async def test_an_update_can_be_cancelled(sample_database: Database) -> None:
    app = board_with(Queries(sample_database), "import time; time.sleep(600)")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("u")
        board = app.screen
        assert isinstance(board, BoardScreen)
        while not board._updater.running:
            await pilot.pause(0.02)
        await pilot.press("u")
        await messages_of(pilot, "update cancelled")
        while board._updater.running:
            await pilot.pause(0.02)
