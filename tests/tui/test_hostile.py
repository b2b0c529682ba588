"""Mail that wants to act on the screen, on every view: shown as text, bounded, nothing ends."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tui.driving import (
    BAD_CHARACTERS,
    board,
    listing,
    make_app,
    paper,
    press,
    screen_text,
    settled,
    title,
    until,
)
from threadmine.db.session import Database, open_database
from threadmine.pipeline import ingest_paths
from threadmine.screens.diff import DiffScreen
from threadmine.screens.series import SeriesScreen
from threadmine.screens.thread import ThreadScreen

EVIL = (
    "\x1b[31mred\x1b[0m [/nope] [red]x[/red] \u202edlrow\u202c \x07 \x9b2J \u200b{braces} 你好 \ud83d\ude00"
)
LONG = "folio->_nr_pages " * 20_000
DIFF = """diff --git a/mm/evil.c b/mm/evil.c
--- a/mm/evil.c
+++ b/mm/evil.c
@@ -1,3 +1,4 @@ static void evil(struct folio *folio)
 {
+	folio->_nr_pages = 0; /* %s */
 }
"""


def mail(name: str, subject: str, body: str, parent: str = "", author: str = "Eve") -> bytes:
    lines = [
        f"From: {author} <eve@example.org>",
        "To: linux-mm@lists.example.org",
        f"Message-ID: <{name}@example.org>",
        f"Subject: {subject}",
        "Date: Mon, 2 Feb 2026 10:00:00 +0000",
        "Content-Type: text/plain; charset=utf-8",
        *([f"In-Reply-To: <{parent}@example.org>"] if parent else []),
    ]
    text = "\n".join(lines) + "\n\n" + body
    return text.encode("utf-8", "surrogatepass")


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    folder = tmp_path_factory.mktemp("hostile")
    claim = f"folio->_nr_pages overlaps page[1].memcg_data {EVIL}."
    patch = f"{EVIL}\n\n{claim}\n\nSigned-off-by: Eve <eve@example.org>\n---\n{DIFF % EVIL}"
    mails = [
        mail("p1", f"[PATCH] mm: evil {EVIL}", patch, author=EVIL),
        mail(
            "r1",
            f"Re: [PATCH] mm: evil {EVIL}",
            "> +	folio->_nr_pages = 0;\n\nWhy is folio->_nr_pages [/nope] \x1b[2J \u202eset here?\n\n"
            + LONG
            + "?\n",
            "p1",
            author="[bold]Mallory[/bold] \x1b]0;title\x07",
        ),
        mail("p2", f"[PATCH v2] mm: evil {EVIL}", patch.replace("= 0", "= 1"), author=EVIL),
    ]
    for number, raw in enumerate(mails):
        (folder / f"{number}.eml").write_bytes(raw)
    with open_database(f"sqlite:///{folder / 'h.db'}") as opened:
        ingest_paths(opened, [str(folder)])
        yield opened


VIEWS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("board", ()),
    ("all issues", ("a",)),
    ("claims", ("c",)),
    ("by series", ("2", "j")),
    ("by person", ("3", "j")),
    ("by thread", ("4", "j")),
    ("detail", ("a", "tab", "tab", "G")),
    ("thread", ("a", "e")),
    ("long mail", ("a", "e", "G", "enter", "G")),
    ("diff", ("a", "d", "full_stop")),
    ("series", ("a", "s", "full_stop", "G")),
    ("verdict", ("c", "v")),
    ("search", ("a", "slash", "e", "v", "enter")),
)


@pytest.mark.parametrize("size", [(80, 24), (200, 60)], ids=["80x24", "200x60"])
@pytest.mark.parametrize("keys", [keys for _, keys in VIEWS], ids=[name for name, _ in VIEWS])
async def test_no_view_lets_a_mail_act(
    database: Database, keys: tuple[str, ...], size: tuple[int, int]
) -> None:
    app = make_app(database)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        await press(pilot, *keys)
        shown = screen_text(pilot)
        assert not [bad for bad in BAD_CHARACTERS if bad in shown]
        assert len(shown.split("\n")) == size[1]
        assert app.is_running


async def test_markup_stays_text(database: Database) -> None:
    app = make_app(database)
    async with app.run_test(size=(160, 40)) as pilot:
        await settled(pilot)
        await press(pilot, "a")
        assert "[/nope]" in paper(pilot).plain
        await press(pilot, "e")
        assert isinstance(app.screen, ThreadScreen) and "[/nope]" in title(pilot)
        await press(pilot, "q", "d")
        assert isinstance(app.screen, DiffScreen) and "[/nope]" in paper(pilot).plain
        await press(pilot, "q", "s")
        assert isinstance(app.screen, SeriesScreen) and "[/nope]" in paper(pilot).plain
        assert "\\x1b" in paper(pilot).plain or "\\u202e" in paper(pilot).plain


async def test_a_limit_with_markup_is_text(database: Database) -> None:
    app = make_app(database)
    async with app.run_test(size=(160, 40)) as pilot:
        await settled(pilot)
        await pilot.press("L", *'"[/nope]"', "enter")
        await settled(pilot)
        assert app.is_running and "[/nope]" in board(pilot).status()


async def test_a_line_of_a_million_characters_is_cut(tmp_path: Path) -> None:
    (tmp_path / "m.eml").write_bytes(
        mail("m1", "[PATCH] mm: long", "Why is folio->_nr_pages set? " + "x" * 1_000_000 + "\n")
    )
    with open_database(f"sqlite:///{tmp_path / 'l.db'}") as opened:
        ingest_paths(opened, [str(tmp_path / "m.eml")])
        app = make_app(opened)
        async with app.run_test(size=(80, 24)) as pilot:
            await settled(pilot)
            await press(pilot, "4", "j", "a", "e")
            if isinstance(app.screen, ThreadScreen):
                assert len(app.screen.mail.plain) < 20_000
                assert "more characters" in app.screen.mail.plain


async def test_a_thread_of_thousands_of_replies(tmp_path: Path) -> None:
    box = tmp_path / "big.mbox"
    with box.open("wb") as file:
        for number in range(4_000):
            parent = f"t{number - 1}" if number else ""
            asks = f"Why is folio->_nr_pages set in place {number}?\n"
            file.write(b"From x Mon Feb  2 10:00:00 2026\n")
            file.write(mail(f"t{number}", "Re: [PATCH] mm: a long talk", asks, parent) + b"\n\n")
    with open_database(f"sqlite:///{tmp_path / 'big.db'}") as opened:
        ingest_paths(opened, [str(box)])
        app = make_app(opened)
        async with app.run_test(size=(120, 40)) as pilot:
            await settled(pilot)
            await press(pilot, "tab", "e")
            assert isinstance(app.screen, ThreadScreen)
            assert listing(pilot).row_count == 4_000 and "thread of 4000 messages" in title(pilot)
            await press(pilot, "G")
            assert listing(pilot).cursor_row == 3_999
            await until(pilot, lambda: "place 3999" in app.screen.mail.plain, "the last mail")  # type: ignore[attr-defined]
            await press(pilot, "g", "q")
            await press(pilot, "a", "G")
            assert board(pilot).listing.row_count >= 2_000  # more came as the end drew near
