"""The views behind the board: thread, patch, series, verdict, model, keys."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.parse.pages import samples
from tests.tui.driving import (
    board,
    listing,
    make_app,
    paper,
    press,
    screen_text,
    settled,
    status,
    text,
    title,
    to_field,
    until,
)
from threadmine.db.session import open_database
from threadmine.model import ConcernState, IssueRow
from threadmine.pipeline import ingest_paths
from threadmine.screens.acting import Here
from threadmine.screens.board import BoardScreen
from threadmine.screens.diff import DiffScreen
from threadmine.screens.explain import ExplainScreen
from threadmine.screens.help import HelpScreen
from threadmine.screens.layout import LayoutScreen
from threadmine.screens.reply import draft_path
from threadmine.screens.rows import OPEN_STATES
from threadmine.screens.series import SeriesScreen
from threadmine.screens.sides import Ask
from threadmine.screens.thread import ThreadScreen
from threadmine.tui import ThreadmineApp

# ------------------------------------------------------------------------------------------- the detail


async def test_the_detail_shows_the_lines_that_changed_in_later_versions(app: ThreadmineApp) -> None:
    async with app.run_test(size=(120, 60)) as pilot:
        await settled(pilot)
        await press(pilot, "a")
        await to_field(pilot, "page.memcg_data")
        await press(pilot, "tab", "G")
        row = board(pilot).current_row()
        assert isinstance(row, IssueRow) and row.status.state is ConcernState.ADDRESSED and row.version == 1
        await until(pilot, lambda: "these lines changed" in text(pilot), "the history is read")
        shown = paper(pilot).plain
        assert "done in v2" in shown
        assert "+" in shown and "folio_page(folio, 1)->memcg_data = 0;" in shown
        assert "-" in shown and "this clears both" in shown
        assert "page[1]" in shown or "page[0]" in shown  # the bytes are drawn
        assert "memcg_data" in shown.split("The bytes in")[1]


async def test_the_detail_shows_who_answered(app: ThreadmineApp) -> None:
    async with app.run_test(size=(120, 60)) as pilot:
        await settled(pilot)
        await press(pilot, "a")
        row = next(r for r in board(pilot)._rows if isinstance(r, IssueRow) and r.status.evidence)
        board(pilot).listing.move_to(board(pilot)._rows.index(row))
        await settled(pilot)
        evidence = row.status.evidence[0]
        answerer = app.queries.message(evidence.message_id).author.display
        shown = text(pilot)
        assert "What became of it" in shown
        assert f"{evidence.effect.value} " in shown and answerer in shown
        assert " ".join(evidence.quote.split())[:30] in shown


async def test_the_bytes_are_drawn_for_a_claim(app: ThreadmineApp) -> None:
    async with app.run_test(size=(120, 60)) as pilot:
        await settled(pilot)
        await press(pilot, "c")
        await pilot.press("L", *"predicate:overlaps", "enter")
        await settled(pilot)
        drawn = paper(pilot).plain.split("The bytes in")[1]
        assert "├ memcg_data" in drawn and "├ _nr_pages" in drawn and "+56" in drawn


# ------------------------------------------------------------------------------------------- the thread


async def test_thread_opens_on_the_mail_and_closes(app: ThreadmineApp) -> None:
    async with app.run_test(size=(100, 30)) as pilot:
        await settled(pilot)
        await press(pilot, "tab", "j", "e")
        assert isinstance(app.screen, ThreadScreen)
        assert listing(pilot).row_count > 1 and "thread of" in title(pilot)
        await press(pilot, "g", "j")
        assert listing(pilot).cursor_row == 1
        await press(pilot, "n", "p", "p")
        assert listing(pilot).cursor_row == 0
        await press(pilot, "enter")
        assert app.focused is app.screen.mail
        await press(pilot, "j", "G", "n")
        assert listing(pilot).cursor_row == 1  # the next mail, from its text too
        await press(pilot, "h")
        assert app.focused is listing(pilot)
        await press(pilot, "r", "h")
        assert isinstance(app.screen, BoardScreen)


async def test_thread_shows_what_only_an_overview_tells_of(tmp_path: Path) -> None:
    (tmp_path / "page.txt").write_text(samples.LORE, encoding="utf-8")
    with open_database(str(tmp_path / "page.db")) as database:
        ingest_paths(database, [str(tmp_path / "page.txt")])
        app = make_app(database)
        async with app.run_test(size=(100, 30)) as pilot:
            await settled(pilot)
            await app.push_screen(ThreadScreen(app.desk, "lore-3@example.org", (0, 0)))
            await settled(pilot)
            rows = app.screen.queries.whole_thread("lore-3@example.org")
            absent = [number for number, row in enumerate(rows) if row.known_from]
            assert absent and f"{len(absent)} of them not here" in title(pilot)
            assert screen_text(pilot).count("not here:") == 1 + len(absent)  # the title, too
            await press(pilot, "g", *["j"] * absent[0])
            assert listing(pilot).cursor_row == absent[0]
            assert "threadmine pull lore-3@example.org" in screen_text(pilot)
            await press(pilot, "d")
            assert isinstance(app.screen, ThreadScreen) and "this mail is not here" in status(pilot)
            await press(pilot, "G" if absent[0] == 0 else "g")
            assert "This mail is not here" not in screen_text(pilot)


async def test_thread_is_searched_and_acted_upon(app: ThreadmineApp) -> None:
    async with app.run_test(size=(100, 30)) as pilot:
        await settled(pilot)
        await to_field(pilot, "page.memcg_data")
        await press(pilot, "a", "tab", "G", "e")
        await pilot.press("slash", *"re:", "enter")
        await settled(pilot)
        assert "match 1 of" in status(pilot)
        await press(pilot, "n", "escape", "d")
        assert isinstance(app.screen, DiffScreen)
        await press(pilot, "q", "s")
        assert isinstance(app.screen, SeriesScreen)
        await press(pilot, "q", "e")
        assert isinstance(app.screen, ThreadScreen) and "this is the thread" in status(pilot)
        await press(pilot, "y")
        assert app.clipboard.startswith("https://")
        await press(pilot, "escape")
        assert isinstance(app.screen, BoardScreen)


async def test_the_mark_is_the_sentence_alone(app: ThreadmineApp) -> None:
    async with app.run_test(size=(100, 40)) as pilot:
        await settled(pilot)
        row = board(pilot).current_row()
        assert isinstance(row, IssueRow)
        await press(pilot, "e")
        lines = app.screen.query_one("#mail").lines  # type: ignore[attr-defined]
        marked = "".join(
            line.text.plain[span.start : span.end]
            for line in lines
            for span in line.text.spans
            if span.style == "reverse"
        )
        assert " ".join(marked.split()) == " ".join(row.concern.quote.split())


# -------------------------------------------------------------------------------------------- the patch


async def test_diff_shows_concerns_between_its_lines(app: ThreadmineApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await press(pilot, "a")
        await to_field(pilot, "page.memcg_data")
        await press(pilot, "tab", "G", "d")
        assert isinstance(app.screen, DiffScreen)
        shown = paper(pilot).plain
        assert "@@ line" in shown and "┃" in shown and "◂ folio._nr_pages" in shown
        lines = shown.split("\n")
        remark = next(n for n, line in enumerate(lines) if "Please clear page[1].memcg_data" in line)
        assert "folio->_nr_pages = 0;" in lines[remark - 1]
        await press(pilot, "full_stop")
        assert isinstance(paper(pilot).mark, IssueRow) and "1 of" in status(pilot)
        await press(pilot, "full_stop", "comma", "p", "n", "j", "k", "space", "b", "G", "g")
        await press(pilot, "e")
        assert isinstance(app.screen, ThreadScreen)
        await press(pilot, "q", "enter")
        assert isinstance(app.screen, ThreadScreen)
        await press(pilot, "q", "q")
        assert isinstance(app.screen, BoardScreen)


async def test_patches_of_a_series_one_after_the_other(app: ThreadmineApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await press(pilot, "a")
        await to_field(pilot, "page.memcg_data")
        await press(pilot, "tab", "G", "d")
        assert "1/2" in title(pilot) and "patch 1 of 2" in text(pilot)
        await press(pilot, "right_square_bracket")
        assert "2/2" in title(pilot)
        await press(pilot, "right_square_bracket")
        assert "no further patch" in status(pilot)
        await press(pilot, "left_square_bracket", "left_square_bracket")
        assert "1/2" in title(pilot) and "no further patch" in status(pilot)
        await press(pilot, "d")
        assert "this is the patch" in status(pilot)


# ------------------------------------------------------------------------------------------- the series


async def to_series(pilot: object, app: ThreadmineApp) -> None:
    await press(pilot, "2")  # type: ignore[arg-type]
    row = next(r for r in app.queries.series() if "devpool" in r.title and r.version == 3)
    assert app.screen.tree_pane.go_to(Ask(series=row.id, words=f"{row.title} v3"))  # type: ignore[attr-defined]
    await settled(pilot)  # type: ignore[arg-type]
    await press(pilot, "s")  # type: ignore[arg-type]


async def test_what_was_dropped_from_v2_to_v3_comes_first(app: ThreadmineApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await to_series(pilot, app)
        assert isinstance(app.screen, SeriesScreen)
        shown = paper(pilot).plain
        assert shown.index("Dropped from v2 to v3") < shown.index("Dropped from v1 to v2")
        between = " ".join(shown.split("Dropped from v1 to v2")[0].split())
        assert "I wonder whether anything here breaks pool_tray_flush()" in between
        assert "pool_tray_flush" in screen_text(pilot)  # in sight without a key
        await press(pilot, "tab", "tab")
        assert screen_text(pilot).split("\n")[1].strip().startswith("Dropped from v1 to v2")
        await press(pilot, "shift+tab")
        assert screen_text(pilot).split("\n")[1].strip().startswith("Dropped from v2 to v3")
        await press(pilot, *["tab"] * 12, *["shift+tab"] * 12)
        assert "versions in hand" in screen_text(pilot)


async def test_versions_stand_side_by_side(app: ThreadmineApp) -> None:
    async with app.run_test(size=(120, 60)) as pilot:
        await settled(pilot)
        await to_series(pilot, app)
        lines = paper(pilot).plain.split("\n")
        head = next(n for n, line in enumerate(lines) if line.split() == ["v1", "v2", "v3"])
        table = {line.split("  ")[0]: line.split() for line in lines[head : head + 7]}
        assert table["patches"][1:] == ["2", "of", "2", "2", "of", "2", "3", "of", "3"]
        assert "Rev" in table["tags"]
        assert table["dropped"][-1] == "2"
        wipe = next(line for line in lines if line.startswith("mm/devpool: wipe"))
        assert wipe.count(" 1 ") == 3 and "●" in wipe and "✓" in wipe
        new = next(line for line in lines if line.startswith("Documentation/mm"))
        assert new.split()[-3:] == ["-", "-", "3"]
        assert any(line.startswith("folio._nr_pages") for line in lines)
        order = [line for line in lines if line.startswith("Concerns on")]
        assert order == ["Concerns on v3", "Concerns on v2", "Concerns on v1"]


async def test_from_the_series_to_its_concerns_and_patches(app: ThreadmineApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await to_series(pilot, app)
        await press(pilot, "e")
        assert "nothing is chosen" in status(pilot) or ". goes to the first" in status(pilot)
        await press(pilot, "full_stop")
        first = paper(pilot).mark
        assert isinstance(first, IssueRow) and first.version == 2
        await press(pilot, "enter")
        assert isinstance(app.screen, ThreadScreen)
        await press(pilot, "q", "right_square_bracket")
        assert isinstance(paper(pilot).mark, Here)
        await press(pilot, "d")
        assert isinstance(app.screen, DiffScreen) and "wipe folios" in title(pilot)
        await press(pilot, "q", "left_square_bracket", "s")
        assert "this is the series" in status(pilot)
        await press(pilot, "q")
        assert isinstance(app.screen, BoardScreen)


async def test_more_versions_than_fit_move_sideways(app: ThreadmineApp) -> None:
    async with app.run_test(size=(54, 24)) as pilot:
        await settled(pilot)
        await to_series(pilot, app)
        assert "v2 to v3" in title(pilot) or "v3 of" in title(pilot)
        before = title(pilot)
        await press(pilot, "less_than_sign")
        assert title(pilot) != before
        await press(pilot, "greater_than_sign")
        assert title(pilot) == before


async def test_a_mail_without_a_series_says_so(app: ThreadmineApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await press(pilot, "a")
        rows = board(pilot)._rows
        lonely = next((n for n, row in enumerate(rows) if not row.series_id), None)
        if lonely is None:
            pytest.skip("every sample mail belongs to a series")
        board(pilot).listing.move_to(lonely)
        await press(pilot, "s")
        assert "belongs to no series" in status(pilot)


# ------------------------------------------------------------------------------------------ the verdict


async def test_the_verdict_explained(app: ThreadmineApp) -> None:
    async with app.run_test(size=(120, 60)) as pilot:
        await settled(pilot)
        await press(pilot, "c")
        await pilot.press("L", *"verdict:refuted", "enter")
        await settled(pilot)
        await press(pilot, "v")
        assert isinstance(app.screen, ExplainScreen)
        shown = paper(pilot).plain
        for word in ("REFUTED", "How it was read", "Rules that were asked", "Facts", "The bytes in"):
            assert word in shown
        await pilot.press("slash", *"facts", "enter")
        await settled(pilot)
        assert "match 1 of" in status(pilot)
        await press(pilot, "escape", "e")
        assert isinstance(app.screen, ThreadScreen)
        await press(pilot, "q", "r", "q")
        assert isinstance(app.screen, BoardScreen)


# -------------------------------------------------------------------------------------------- the model


async def test_model_view_leads_to_issues_and_back(app: ThreadmineApp) -> None:
    async with app.run_test(size=(130, 50)) as pilot:
        await settled(pilot)
        await to_field(pilot, "folio._nr_pages")
        await press(pilot, "m")
        screen = app.screen
        assert isinstance(screen, LayoutScreen)
        assert "_nr_pages" in screen._lines[listing(pilot).cursor_row].newer
        first = title(pilot)
        await press(pilot, "comma", "less_than_sign")
        assert title(pilot) != first
        await press(pilot, "full_stop", "greater_than_sign")
        assert title(pilot) == first
        await press(pilot, "tab")
        assert "struct slab" in title(pilot)
        await press(pilot, "left_square_bracket")
        assert "struct folio" in title(pilot)
        await press(pilot, "q")
        assert isinstance(app.screen, BoardScreen)
        await press(pilot, "m")
        await pilot.press("slash", *"_nr_pages", "enter")
        await settled(pilot)
        await press(pilot, "escape", "enter")
        assert isinstance(app.screen, BoardScreen)
        assert "folio._nr_pages" in title(pilot)
        assert board(pilot).tree_pane.ask == Ask(field="folio._nr_pages")


async def test_differences_between_kernels(app: ThreadmineApp) -> None:
    async with app.run_test(size=(130, 50)) as pilot:
        await settled(pilot)
        await press(pilot, "m", *["less_than_sign"] * 40)
        screen = app.screen
        assert isinstance(screen, LayoutScreen)
        assert "words differ" in status(pilot) and not status(pilot).startswith("0 ")
        await press(pilot, "g", "n")
        assert screen._lines[listing(pilot).cursor_row].differs
        await press(pilot, *["p"] * 30)
        assert "no further word differs" in status(pilot)
        words = [n for n, line in enumerate(screen._lines) if not line.fields]
        listing(pilot).move_to(words[0])
        await press(pilot, "enter")
        assert "no member begins in this word" in status(pilot)


# --------------------------------------------------------------------------------------------- the keys


async def test_help_lists_every_key_of_the_board(app: ThreadmineApp) -> None:
    async with app.run_test(size=(100, 50)) as pilot:
        await settled(pilot)
        await press(pilot, "question_mark")
        assert isinstance(app.screen, HelpScreen)
        shown = paper(pilot).plain
        for kind in BoardScreen.__mro__:
            for binding in vars(kind).get("BINDINGS", ()) if kind.__module__.startswith("threadmine") else ():
                assert (
                    binding.tooltip or binding.description
                ) in shown or binding.key == "space,pagedown,ctrl+f"
        await pilot.press("slash", *"limit", "enter")
        await settled(pilot)
        assert "match 1 of" in status(pilot)
        await press(pilot, "escape", "question_mark")
        assert isinstance(app.screen, BoardScreen)


async def test_help_has_two_columns_where_there_is_room(app: ThreadmineApp) -> None:
    async with app.run_test(size=(200, 60)) as pilot:
        await settled(pilot)
        await press(pilot, "question_mark")
        assert any(
            "The board" not in line and line.count("  ") > 2 and len(line) > 100
            for line in paper(pilot).plain.split("\n")
        )
        await pilot.resize_terminal(80, 24)
        await settled(pilot)
        assert max(map(len, paper(pilot).plain.split("\n"))) < 120
        await press(pilot, "q")


# -------------------------------------------------------------------------------------------- the reply


async def test_a_reply_is_drafted_and_not_sent(app: ThreadmineApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await press(pilot, "tab")
        row = app.queries.issues(state=OPEN_STATES, limit=1)[0]
        await press(pilot, "R")
        draft = draft_path(row.concern.message_id).read_text(encoding="utf-8")
        assert f"In-Reply-To: <{row.concern.message_id}>" in draft
        assert row.concern.author.address in draft.split("\n\n")[0]


def test_a_draft_stays_in_its_folder() -> None:
    assert draft_path("../../etc/passwd@x").parent == draft_path("a@b").parent
    assert draft_path("..").name not in ("", "..", ".")
