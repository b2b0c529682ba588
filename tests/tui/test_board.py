"""The board: its panes, views, limits and what it remembers, over the sample mail."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.tui.driving import (
    NOW,
    answer,
    board,
    listing,
    make_app,
    paper,
    press,
    settled,
    status,
    text,
    title,
    to_field,
    tree,
)
from threadmine.db.queries import Queries
from threadmine.db.session import Database, open_database
from threadmine.model import ConcernKind, RowOrder
from threadmine.pipeline import ingest_paths
from threadmine.screens.board import BoardScreen
from threadmine.screens.memory import Memory, keep, recall
from threadmine.screens.rows import OPEN_STATES
from threadmine.screens.sides import Ask
from threadmine.screens.thread import ThreadScreen
from threadmine.screens.welcome import WelcomeScreen
from threadmine.tui import ThreadmineApp


async def test_opens_on_the_board(app: ThreadmineApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert isinstance(app.screen, BoardScreen)
        assert listing(pilot).row_count == len(app.queries.issues(state=OPEN_STATES)) > 10
        assert "open issues, newest first" in status(pilot)


async def test_a_field_limits_the_list_and_its_detail_is_shown(app: ThreadmineApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await to_field(pilot, "folio._nr_pages")
        expected = app.queries.issues(field="folio._nr_pages", state=OPEN_STATES)
        assert listing(pilot).row_count == len(expected) > 0
        await press(pilot, "enter")
        assert app.focused is listing(pilot)
        assert " ".join(expected[0].concern.quote.split())[:40] in text(pilot)


async def test_a_struct_stands_for_its_members(app: ThreadmineApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        assert tree(pilot).go_to(Ask(struct="folio"))
        await settled(pilot)
        rows = board(pilot)._rows
        assert rows and title(pilot).endswith("struct folio")
        names = [name for row in rows for name in row.concern.targets]  # type: ignore[union-attr]
        assert any(name.startswith("folio.") for name in names)
        assert len(rows) < len(app.queries.issues(state=OPEN_STATES))


async def test_members_that_share_bytes_are_seen(app: ThreadmineApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await to_field(pilot, "folio._nr_pages")
        assert "shares bytes with page.memcg_data" in title(pilot)
        labels = [
            tree(pilot).render_label(node, paper(pilot).rich_style, paper(pilot).rich_style).plain
            for node in tree(pilot).entry_nodes()
            if node.data and node.data.ask == Ask(field="page.memcg_data")
        ]
        assert len(labels) == 1 and "≡" in labels[0]


async def test_members_stand_in_layout_order_with_offset_and_size(app: ThreadmineApp) -> None:
    async with app.run_test(size=(160, 40)) as pilot:
        await settled(pilot)
        folio = next(n for n in tree(pilot).entry_nodes() if n.data and n.data.key == "struct folio")
        labels = [str(child.label) for child in folio.children]
        offsets = [int(label[1:5]) for label in labels if label[1:5].strip().isdigit()]
        assert offsets == sorted(offsets) and len(offsets) > 5
        nr_pages = next(label for label in labels if "_nr_pages " in label)
        assert nr_pages.split()[-4:][0] == "4" or " 4 _nr_pages" in nr_pages


async def test_claims_with_their_verdict(app: ThreadmineApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await press(pilot, "c")
        assert listing(pilot).row_count == len(app.queries.claims(limit=200)) > 0
        assert "claims" in status(pilot)
        assert "said by" in text(pilot) and "kernel" in text(pilot)
        await press(pilot, "c")
        assert "open issues" in status(pilot)


async def test_all_or_open(app: ThreadmineApp) -> None:
    async with app.run_test(size=(100, 30)) as pilot:
        await settled(pilot)
        only_open = listing(pilot).row_count
        await press(pilot, "a")
        assert listing(pilot).row_count == len(app.queries.issues(limit=200)) > only_open
        await press(pilot, "a")
        assert listing(pilot).row_count == only_open


async def test_keys_move_in_the_focused_pane(app: ThreadmineApp) -> None:
    async with app.run_test(size=(100, 30)) as pilot:
        await settled(pilot)
        await press(pilot, "j", "j")
        assert tree(pilot).cursor_line == 2
        await press(pilot, "G")
        assert tree(pilot).cursor_line == tree(pilot).last_line
        await press(pilot, "g", "pagedown")
        assert tree(pilot).cursor_line > 2
        await press(pilot, "pageup", "g", "tab")
        assert app.focused is listing(pilot)
        await press(pilot, "g", "j")
        assert listing(pilot).cursor_row == 1
        await press(pilot, "k", "n", "n", "p")
        assert listing(pilot).cursor_row == 1
        await press(pilot, "G")
        assert listing(pilot).cursor_row == listing(pilot).row_count - 1
        await press(pilot, "home")
        assert listing(pilot).cursor_row == 0
        await press(pilot, "pagedown")
        assert listing(pilot).cursor_row > 1
        await press(pilot, "h")
        assert app.focused is tree(pilot)


async def test_in_and_out(app: ThreadmineApp) -> None:
    async with app.run_test(size=(100, 30)) as pilot:
        await settled(pilot)
        await press(pilot, "l")  # in the tree it goes in
        assert app.focused is listing(pilot)
        await press(pilot, "right")
        assert app.focused is board(pilot).detail
        await press(pilot, "j", "space", "b", "G", "g")
        await press(pilot, "h")
        assert app.focused is listing(pilot)
        await press(pilot, "enter", "l")  # in the detail, too: the thread
        assert isinstance(app.screen, ThreadScreen)
        await press(pilot, "h", "left", "left")
        assert app.focused is tree(pilot)
        await press(pilot, "shift+tab")
        assert app.focused is not tree(pilot)


async def test_l_limits_in_the_list_as_in_mutt(app: ThreadmineApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        everything = listing(pilot).row_count
        await press(pilot, "tab")
        await pilot.press("l", *"kind:question", "enter")
        await settled(pilot)
        expected = app.queries.issues(kind=ConcernKind.QUESTION, state=OPEN_STATES)
        assert 0 < listing(pilot).row_count == len(expected) < everything
        assert "limit: kind:question" in status(pilot)
        assert app.focused is listing(pilot)
        await press(pilot, "escape")
        assert listing(pilot).row_count == everything


async def test_a_limit_from_any_pane_and_its_faults(app: ThreadmineApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        everything = listing(pilot).row_count
        await pilot.press("L", *"fild:x", "enter")
        await settled(pilot)
        assert "no term 'fild:'" in status(pilot)
        assert listing(pilot).row_count == everything  # the old rows stay in sight
        await pilot.press("L", *(["backspace"] * 6), *"zzzz", "enter")
        await settled(pilot)
        assert listing(pilot).row_count == 0
        assert "no open issues here with “zzzz”" in text(pilot)
        await press(pilot, "escape")
        assert listing(pilot).row_count == everything


async def test_leaving_a_limit_keeps_the_old_one(app: ThreadmineApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.press("L", *"kind:nit", "enter")
        await settled(pilot)
        some = listing(pilot).row_count
        await pilot.press("L", *"zzz")
        await pilot.pause(0.3)
        await settled(pilot)
        assert listing(pilot).row_count == 0  # the list follows what is typed
        await press(pilot, "escape")
        assert listing(pilot).row_count == some > 0
        assert "limit: kind:nit" in status(pilot)


FILTERS = (
    "field:folio._nr_pages",
    "struct:page",
    "series:devpool",
    "author:hanne",
    "person:tomas",
    "list:linux-mm",
    "state:open",
    "kind:question",
    "verdict:refuted",
    "touches:folio._nr_pages",
    "writes:folio._nr_pages",
    "file:mm/devpool.c",
    "function:devpool_wipe",
    "age:>1w",
    "age:<100w",
    "since:2026-01-01",
    "until:2026-02-01",
    "has:evidence",
    "is:refuted",
    "version:1",
    "selftest",
    '"large folio"',
    "NOT kind:nit",
    "kind:nit OR kind:question",
    "(kind:nit OR kind:question) author:tomas",
)


@pytest.mark.parametrize("limit", FILTERS)
async def test_every_filter_finds_what_the_command_line_finds(app: ThreadmineApp, limit: str) -> None:
    from threadmine.asking import Asking

    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await press(pilot, "a", "L")
        answer(pilot).value = limit
        await press(pilot, "enter")
        expected = Asking(app.queries, limit, NOW).issues(limit=200)
        assert [row.concern.id for row in board(pilot)._rows] == [row.concern.id for row in expected]  # type: ignore[union-attr]
        assert expected or limit.startswith(("verdict:", "is:refuted"))


async def test_limits_used_before_come_back(app: ThreadmineApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        for limit in ("kind:nit", "kind:request"):
            await pilot.press("escape", "L", *limit, "enter")
            await settled(pilot)
        await press(pilot, "escape", "L", "up", "up")
        assert answer(pilot).value == "kind:nit"
        await press(pilot, "down", "escape", "escape")
        assert recall().limits == ("kind:request", "kind:nit")


async def test_search_in_the_list(app: ThreadmineApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await press(pilot, "tab")
        everything = listing(pilot).row_count
        await pilot.press("slash", *"tomas", "enter")
        await settled(pilot)
        assert listing(pilot).row_count == everything  # a search hides nothing
        first = listing(pilot).cursor_row
        assert board(pilot)._rows[first].concern.author.display == "Tomas Okafor"  # type: ignore[union-attr]
        assert "match 1 of" in status(pilot)
        await press(pilot, "n")
        assert listing(pilot).cursor_row > first and "match 2 of" in status(pilot)
        await press(pilot, "N")
        assert listing(pilot).cursor_row == first
        await press(pilot, "N")
        assert listing(pilot).cursor_row > first  # round the end
        await press(pilot, "escape")
        here = listing(pilot).cursor_row
        await press(pilot, "g", "n")
        assert listing(pilot).cursor_row == 1 and here != 1  # n is the next issue again
        await pilot.press("slash", *"nobodyhere", "enter")
        await settled(pilot)
        assert "no “nobodyhere” here" in status(pilot)
        await press(pilot, "escape", "N")
        assert "nothing is searched for" in status(pilot)


async def test_search_in_the_tree_opens_what_is_closed(app: ThreadmineApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        for node in list(tree(pilot).root.children):
            node.collapse()
        await settled(pilot)
        await pilot.press("slash", *"_nr_pages", "enter")
        await settled(pilot)
        assert (tree(pilot).ask or Ask()).field in ("folio._nr_pages", "folio._nr_pages_mapped")


async def test_search_in_the_detail(app: ThreadmineApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "tab", "tab")
        detail = board(pilot).detail
        await pilot.press("slash", *"link", "enter")
        await settled(pilot)
        assert detail.scroll_offset.y > 0 and "match 1 of" in status(pilot)


async def test_sorting_goes_round(app: ThreadmineApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        for order in RowOrder:
            assert f", {order.value}" in status(pilot)
            expected = app.queries.issues(state=OPEN_STATES, order=order)
            rows = board(pilot)._rows
            assert [r.status.state for r in rows] == [r.status.state for r in expected] or order not in (  # type: ignore[union-attr]
                RowOrder.STATE,
            )
            if order is RowOrder.OLDEST:
                assert rows[0].concern.id == expected[0].concern.id  # type: ignore[union-attr]
            await press(pilot, "S")
        assert ", newest first" in status(pilot)


@pytest.mark.parametrize("key", ["q", "Q", "ctrl+c"])
async def test_quitting(app: ThreadmineApp, key: str) -> None:
    async with app.run_test() as pilot:
        await settled(pilot)
        await pilot.press(key)
    assert app.return_code == 0


async def test_an_empty_database_says_what_to_do(tmp_path: Path) -> None:
    with open_database(f"sqlite:///{tmp_path / 'empty.db'}") as database:
        app = make_app(database, database="empty.db")
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.pause()
            assert isinstance(app.screen, WelcomeScreen)
            welcome = str(app.screen.query_one("#welcome").render())  # type: ignore[attr-defined]
            assert "threadmine ingest" in welcome and "empty.db" in welcome
            await press(pilot, "r")
            assert isinstance(app.screen, WelcomeScreen)
            await press(pilot, "question_mark", "q")
            ingest_paths(database, [str(ROOT / "data" / "mail")])
            await press(pilot, "r")
            assert isinstance(app.screen, BoardScreen)


async def test_the_four_views_of_the_left_pane(app: ThreadmineApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        for key, has in (("2", "v3"), ("3", "Okafor"), ("4", "devpool"), ("1", "_nr_pages")):
            await press(pilot, key)
            labels = [str(node.label) for node in tree(pilot).entry_nodes()]
            assert any(has in label for label in labels), (key, labels)


async def test_a_series_and_one_of_its_versions_limit_the_list(app: ThreadmineApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await press(pilot, "2", "a")
        nodes = {node.data.key: node for node in tree(pilot).entry_nodes() if node.data}
        heading = next(node for key, node in nodes.items() if "devpool" in key)
        assert heading.data is not None and heading.data.ask is not None
        tree(pilot).go_to(heading.data.ask)
        await settled(pilot)
        versions = {row.version for row in board(pilot)._rows}
        assert versions == {1, 2, 3}
        tree(pilot).move_cursor(heading.children[0])
        await settled(pilot)
        assert {row.version for row in board(pilot)._rows} == {3}
        assert title(pilot).endswith("v3")


async def test_a_person_limits_the_list(app: ThreadmineApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await press(pilot, "3", "a", "j")
        ask = board(pilot).wanted.ask
        assert ask.author
        assert listing(pilot).row_count == len(app.queries.issues(author=ask.author)) > 0


async def test_a_thread_limits_the_list(app: ThreadmineApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await press(pilot, "4", "a", "j", "j")
        ask = board(pilot).wanted.ask
        assert ask.thread
        assert listing(pilot).row_count == len(app.queries.issues(thread=ask.thread))


async def test_waiting_for_me(my_app: ThreadmineApp) -> None:
    queries = my_app.queries
    async with my_app.run_test(size=(160, 40)) as pilot:
        await settled(pilot)
        await press(pilot, "3", "j")
        expected = [
            row
            for row in queries.issues(state=OPEN_STATES)
            if row.waits_for and row.waits_for.address == "ines@example.org"
        ]
        assert listing(pilot).row_count == len(expected) > 0
        assert "waiting for ines@example.org" in title(pilot)


async def test_what_is_new_since_the_last_visit_is_marked(sample_database: Database) -> None:
    keep(Memory().visited(sample_database.where, datetime(2026, 1, 15, tzinfo=UTC)))
    async with make_app(sample_database).run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        labels = [str(node.label) for node in tree(pilot).entry_nodes() if node.data and not node.children]
        assert any("●" in label for label in labels)
        assert not all("●" in label for label in labels)
    assert recall().last_visit(sample_database.where) == NOW


@pytest.mark.parametrize(
    ("width", "has", "lacks"),
    [(80, "what", "kind"), (120, "kind", "waits for"), (160, "waits for", "series"), (200, "series", "-")],
)
async def test_columns_follow_the_width(app: ThreadmineApp, width: int, has: str, lacks: str) -> None:
    async with app.run_test(size=(width, 24)) as pilot:
        await settled(pilot)
        names = listing(pilot).column_names()
        assert has in names and lacks not in names


async def test_the_mouse_chooses(app: ThreadmineApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.click("#rows", offset=(20, 3))
        await settled(pilot)
        assert listing(pilot).cursor_row == 2
        await pilot.click("#rows", offset=(20, 3))
        await settled(pilot)
        assert app.focused is board(pilot).detail


async def test_the_link_is_copied_and_opened(app: ThreadmineApp, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr(ThreadmineApp, "open_url", lambda self, url, new_tab=True: opened.append(url))
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await press(pilot, "tab", "y", "o")
        row = board(pilot).current_row()
        assert row is not None and row.url.startswith("https://lore.kernel.org/all/")
        assert app.clipboard == row.url
        assert opened == [row.url]


async def test_nothing_chosen_says_so(app: ThreadmineApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.press("L", *"zzzz", "enter")
        await settled(pilot)
        for key in ("e", "d", "s", "v", "o", "y", "R", "x", "z", "t", "i", "space"):
            await press(pilot, key)
            assert "nothing is chosen" in status(pilot), key
            assert isinstance(app.screen, BoardScreen)


async def test_keys_for_the_other_kind_of_row_say_so(app: ThreadmineApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await press(pilot, "v")
        assert "verdicts are for claims" in status(pilot)
        await press(pilot, "c")
        for key in ("x", "z", "t", "i", "space"):
            await press(pilot, key)
            assert "triage is for issues" in status(pilot), key


async def test_colours_are_remembered(sample_database: Database) -> None:
    app = make_app(sample_database)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        app.theme = "textual-light"
        await settled(pilot)
    assert recall().theme == "textual-light"
    again = make_app(sample_database)
    async with again.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert again.theme == "textual-light"
    assert Queries(sample_database).counts().messages


async def test_what_is_typed_right_after_a_line_goes_to_the_list(app: ThreadmineApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await press(pilot, "tab")
        for key in ("slash", *"tomas", "enter", "n", "n"):  # as fast as a terminal sends them
            app.simulate_key(key)
        await settled(pilot)
        await settled(pilot)
        assert "“tomas”: match 3 of" in status(pilot)
        assert answer(pilot).value == "tomas"


async def test_keys_are_done_in_their_order_however_fast(app: ThreadmineApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        for key in ("j", "tab", "j", "j", "enter", "h", "k", "h", "g", "l", "G"):
            app.simulate_key(key)
        await settled(pilot)
        assert app.focused is listing(pilot)
        assert tree(pilot).cursor_line == 0
        assert listing(pilot).cursor_row == listing(pilot).row_count - 1


async def test_space_does_what_the_pane_wants(app: ThreadmineApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "j")
        node = tree(pilot).cursor_node
        assert node is not None and node.is_expanded
        await press(pilot, "space")
        assert not node.is_expanded
        await press(pilot, "space", "tab", "tab", "space")
        assert board(pilot).detail.scroll_offset.y > 3
