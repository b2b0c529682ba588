"""Saved limits: kept in a file of the user's, listed, recalled, deleted; on the screen and in the palette."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.widgets import Input

from tests.tui.driving import answer, board, listing, press, settled, status, until
from threadmine.errors import StoreError, ThreadmineError
from threadmine.screens.board import BoardScreen
from threadmine.screens.limits import (
    LONGEST_NAME,
    LimitsScreen,
    delete_limit,
    limits_path,
    save_limit,
    saved_limits,
)
from threadmine.tui import ThreadmineApp


def test_saved_listed_and_deleted() -> None:
    assert saved_limits() == {}
    save_limit("nits", "kind:nit")
    save_limit("Mine", 'field:folio._nr_pages "large folio"')
    assert saved_limits() == {"Mine": 'field:folio._nr_pages "large folio"', "nits": "kind:nit"}
    save_limit("nits", "kind:nit author:tomas")
    assert saved_limits()["nits"] == "kind:nit author:tomas"
    delete_limit("Mine")
    delete_limit("never there")
    assert list(saved_limits()) == ["nits"]
    assert 'nits = "kind:nit author:tomas"' in limits_path().read_text(encoding="utf-8").replace(
        '"nits"', "nits"
    )


@pytest.mark.parametrize(
    ("name", "query", "says"),
    [
        ("", "kind:nit", "letters"),
        (" ", "kind:nit", "letters"),
        ("n" * (LONGEST_NAME + 1), "kind:nit", "letters"),
        ("none", " ", "no limit"),
        ("bad", "fild:x", "fild"),
    ],
)
def test_what_can_not_be_saved(name: str, query: str, says: str) -> None:
    with pytest.raises(ThreadmineError) as caught:
        save_limit(name, query)
    assert says in caught.value.line()
    assert saved_limits() == {}


def test_a_file_that_can_not_be_understood_is_not_overwritten() -> None:
    limits_path().parent.mkdir(parents=True, exist_ok=True)
    limits_path().write_text("nits = kind:nit\n", encoding="utf-8")
    for act in (saved_limits, lambda: save_limit("more", "kind:nit"), lambda: delete_limit("nits")):
        with pytest.raises(StoreError):
            act()
    assert limits_path().read_text(encoding="utf-8") == "nits = kind:nit\n"


@given(
    name=st.text(
        st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=LONGEST_NAME
    ),
    words=st.text(st.characters(codec="utf-8"), min_size=1, max_size=40),
)
def test_any_name_and_any_words_come_back(name: str, words: str) -> None:
    query = '"' + words.replace('"', "").replace("\\", "") + 'x"'
    try:
        save_limit(name, query)
    except ThreadmineError:
        return  # no query, or no name
    assert query.strip() in saved_limits().values()
    limits_path().unlink()


async def test_saving_recalling_and_deleting_on_the_screen(app: ThreadmineApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        everything = listing(pilot).row_count
        await press(pilot, "W")
        assert "no limit to save" in status(pilot)
        await pilot.press("L", *"kind:nit", "enter")
        await settled(pilot)
        nits = listing(pilot).row_count
        await pilot.press("W", *"nits", "enter")
        await settled(pilot)
        assert saved_limits() == {"nits": "kind:nit"} and "saved as “nits”" in status(pilot)
        await press(pilot, "escape")
        assert listing(pilot).row_count == everything != nits
        await press(pilot, "w")
        assert isinstance(app.screen, LimitsScreen)
        await press(pilot, "j", "k", "enter")
        assert isinstance(app.screen, BoardScreen)
        assert listing(pilot).row_count == nits and board(pilot).wanted.limit == "kind:nit"
        await press(pilot, "escape", "w", "D")
        assert saved_limits() == {}
        await press(pilot, "enter")
        assert listing(pilot).row_count == everything
        await press(pilot, "w", "q")
        assert isinstance(app.screen, BoardScreen)


async def test_a_bad_name_is_told(app: ThreadmineApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.press("L", *"kind:nit", "enter")
        await settled(pilot)
        await press(pilot, "W", "enter")
        assert "letters" in status(pilot)
        await pilot.press("W", *"x", "escape")
        await settled(pilot)
        assert saved_limits() == {}


async def test_a_broken_file_is_told(app: ThreadmineApp) -> None:
    limits_path().parent.mkdir(parents=True, exist_ok=True)
    limits_path().write_text("= =", encoding="utf-8")
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await press(pilot, "w", "q")
        assert "can not be understood" in status(pilot)
        await press(pilot, "colon", "escape")
        assert isinstance(app.screen, BoardScreen)


async def test_the_palette_knows_limits_and_keys(app: ThreadmineApp) -> None:
    save_limit("only nits", "kind:nit")
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        everything = listing(pilot).row_count

        async def run(words: str) -> None:
            await pilot.press("colon")
            await pilot.pause()
            app.screen.query_one(Input).value = words
            await until(pilot, lambda: bool(app.screen.query("CommandList")), "the palette is open")
            await pilot.pause(0.3)
            await settled(pilot)
            await pilot.press("enter")
            await pilot.pause()
            await settled(pilot)

        await run("Limit: only nits")
        assert board(pilot).wanted.limit == "kind:nit" and listing(pilot).row_count < everything
        await run("Delete the limit: only nits")
        assert saved_limits() == {}
        await run("Issues or claims")
        assert "claims" in status(pilot)


async def test_letters_that_are_keys_are_text_in_a_limit(app: ThreadmineApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        typed = "l L/ti W:?Qq"
        await pilot.press(
            "L", "l", "space", "L", "slash", "t", "i", "space", "W", "colon", "question_mark", "Q", "q"
        )
        await settled(pilot)
        assert answer(pilot).value == typed
        await press(pilot, "escape")
        assert isinstance(app.screen, BoardScreen)
