"""What the views are made of: long lists, long texts, bytes, the line of keys."""

from __future__ import annotations

from rich.text import Text
from textual.app import App, ComposeResult

from threadmine import memmap
from threadmine.screens.board import BoardScreen
from threadmine.screens.bytemap import byte_lines
from threadmine.screens.keyline import fitting, key_of
from threadmine.screens.keys import groups_of
from threadmine.screens.listing import Listing
from threadmine.screens.paper import Line, Paper, line, pair
from threadmine.tui import ThreadmineApp

MANY = 20_000


class Bench(App[None]):
    def compose(self) -> ComposeResult:
        yield Listing(id="list")
        yield Paper[object](id="paper")


async def test_a_list_of_twenty_thousand_is_not_built_whole() -> None:
    drawn: set[int] = set()

    def cell(index: int, name: str, room: int) -> Text:
        drawn.add(index)
        return Text(f"row {index}")

    app = Bench()
    async with app.run_test(size=(80, 40)) as pilot:
        listing = app.query_one(Listing)
        listing.show(MANY, lambda room: (("what", 0),), cell, lambda index: f"row {index}")
        await pilot.pause()
        assert 0 < len(drawn) <= 60
        listing.edge(True)
        await pilot.pause()
        assert listing.cursor_row == MANY - 1 and MANY - 1 in drawn
        assert len(drawn) <= 120
        assert listing.search("row 1234") == 11
        assert listing.to_match(1) == (1, 11) and listing.cursor_row == 1234  # round the end
        assert listing.to_match(-1) == (11, 11)


async def test_wide_characters_keep_the_columns() -> None:
    names = ["plain", "你好世界你好世界", "e\u0301" * 9, "👩‍💻 smile", ""]
    app = Bench()
    async with app.run_test(size=(40, 20)) as pilot:
        listing = app.query_one(Listing)
        listing.show(
            len(names),
            lambda room: (("who", 8), ("what", 0)),
            lambda index, name, room: Text(names[index] if name == "who" else "|"),
            lambda index: names[index],
        )
        await pilot.pause()
        for y in range(1, len(names) + 1):
            strip = listing.render_line(y)
            assert strip.cell_length == listing.room
            before = strip.text.split("|")[0]
            assert Text(before).cell_len == 9


async def test_a_long_text_breaks_and_is_gone_through() -> None:
    lines = [
        line(f"line {n} ", "word " * 30, hang=4, mark=n if n % 100 == 50 else None) for n in range(5_000)
    ]
    app = Bench()
    async with app.run_test(size=(60, 20)) as pilot:
        paper = app.query_one(Paper)
        paper.show(lines)
        await pilot.pause()
        assert paper.virtual_size.height > 10_000
        assert paper.render_line(1).text.startswith("    word")  # what is broken off is indented
        assert paper.to_mark(1) == (1, 50) and paper.mark == 50
        assert paper.to_mark(1) == (2, 50) and paper.to_mark(-1) == (1, 50) == paper.to_mark(-1)
        assert paper.search("line 4999") == 1
        assert paper.to_match(1) == (1, 1)
        top = int(paper.scroll_offset.y)
        assert "line 4999" in "".join(paper.render_line(y).text for y in range(10))
        await pilot.resize_terminal(120, 20)
        await pilot.pause()
        assert 0 < int(paper.scroll_offset.y) < top  # the same line, fewer lines above it
        paper.show(lines, keep=True)
        paper.show([Line(Text("short"))], keep=True)
        await pilot.pause()
        assert int(paper.scroll_offset.y) == 0


def test_what_has_no_value_takes_no_line() -> None:
    assert pair("about", "") == ()
    assert pair("about", "x")[0].text.plain == "about    x"


def test_bytes_that_overlap_stand_under_each_other() -> None:
    layout = memmap.load().nearest("6.19", "x86-64")
    drawn = [one.text.plain for one in byte_lines(["folio._nr_pages"], layout)]
    ruler = next(n for n, text in enumerate(drawn) if text.startswith("page[1]"))
    page, folio = drawn[ruler + 1], drawn[ruler + 2]
    assert page.startswith("page") and folio.startswith("folio")
    assert page.index("├") == folio.index("├") == drawn[ruler].index("+56")
    assert len(page) - page.index("├") == 32 and len(folio) - folio.index("├") == 16  # 8 bytes, 4 bytes
    assert byte_lines(["no.such"], layout) == () == byte_lines([], layout)


def test_the_line_of_keys_never_loses_help_and_quit() -> None:
    bindings = [one for _, group in groups_of(BoardScreen, ThreadmineApp) for one in group if one.show]
    for room in (30, 50, 80, 200):
        shown = fitting(bindings, room, 1)
        assert [key_of(one) for one in shown][-2:] == ["q", "?"]
        assert sum(len(key_of(one)) + len(one.description) + 2 for one in shown) <= room
    assert len(fitting(bindings, 80, 1)) == len(bindings)  # all of the board's, in 80 columns
