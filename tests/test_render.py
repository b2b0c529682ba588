"""What reaches a terminal: hostile text, wide characters, tables that fit, the sentence in its place."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from threadmine.model import Unknown
from threadmine.render import (
    Cell,
    Column,
    age,
    badge,
    clip,
    excerpt,
    pad,
    safe,
    safe_line,
    table,
    width,
    wrap,
)
from threadmine.render.records import document, line
from threadmine.render.style import Style
from threadmine.render.text import MAX_LINE

HOSTILE = {
    "clear screen": "\x1b[2J",
    "window title": "\x1b]0;owned\x07",
    "8-bit csi": "\x9b31m",
    "override": "if (admin\u202e) {",
    "isolate": "\u2066x\u2069",
    "backspaces": "abc\b\b\bxyz",
    "carriage return": "good\rbad",
    "null": "a\x00b",
    "surrogate": "a\udcffb",
    "zero width": "pg\u200bmap",
    "tag": "a\U000e0041",
    "separator": "a\u2028b",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_safe_leaves_nothing_to_act_on(name: str) -> None:
    shown = safe(HOSTILE[name])
    assert shown.isprintable()
    assert shown.encode("utf-8")
    assert "\\x" in shown or "\\u" in shown or "\\U" in shown


def test_safe_keeps_what_is_harmless() -> None:
    text = "plain\tand\nnew line, Jürgen, 山田, ✓"
    assert safe(text) == text
    assert safe("a\r\nb") == "a\nb"


def test_safe_cuts_long_lines_and_says_so() -> None:
    shown = safe("x" * 1_000_000 + "\nshort")
    assert len(shown) < MAX_LINE + 100
    assert f"[... {1_000_000 - MAX_LINE} more characters]" in shown
    assert shown.endswith("\nshort")


@given(st.text())
def test_safe_is_printable_line_by_line(text: str) -> None:
    for part in safe(text).replace("\t", " ").split("\n"):
        assert not any("\ud800" <= c <= "\udfff" or ord(c) < 32 or c == "\x7f" for c in part)
    assert "\n" not in safe_line(text)


@given(st.text(max_size=60), st.integers(0, 40))
def test_clip_and_pad_keep_to_their_columns(text: str, columns: int) -> None:
    shown = safe_line(text)
    assert width(clip(shown, columns)) <= columns
    assert width(pad(shown, columns)) == columns


@given(st.lists(st.text("ab山", min_size=1, max_size=8)), st.integers(20, 80))
def test_wrap_loses_no_word_and_fits(words: list[str], columns: int) -> None:
    lines = wrap(" ".join(words), columns, "  ", "    ")
    assert [word for text in lines for word in text.split()] == words
    assert all(width(text) <= columns for text in lines)


def test_table_fits_and_flexible_columns_give_way() -> None:
    columns = [Column("Field", flexible=True), Column("Open", right=True), Column("Says", flexible=True)]
    rows = [["folio._nr_pages", "12", "一二三四五六七八九十" * 8], ["page.mapping", "1", "short"]]
    shown = list(table(columns, rows, 60))
    assert all(width(text) <= 60 for text in shown)
    assert shown[0].split() == ["Field", "Open", "Says"]
    assert "folio._nr_pages" in shown[1] and shown[1].endswith("...")
    assert shown[2] == "page.mapping        1  short"


def test_table_makes_cells_safe_and_colours_only_when_asked() -> None:
    rows = [[Cell("evil\x1b[2J", "open")]]
    plain = list(table([Column("A")], rows, 80))
    assert plain[1] == "evil\\x1b[2J"
    coloured = list(table([Column("A")], rows, 80, Style(True)))
    assert coloured[1] == "\x1b[1;31mevil\\x1b[2J\x1b[0m"


def test_age_is_one_word() -> None:
    now = datetime(2026, 2, 8, 12, tzinfo=UTC)
    ages = {
        hours: age(now - timedelta(hours=hours), now) for hours in (3, 24 * 5, 24 * 30, 24 * 300, 24 * 800)
    }
    assert list(ages.values()) == ["3h", "5d", "4w", "9mo", "2y"]
    assert age(Unknown("no Date header"), now) == "-"


def test_badge_names_every_state_and_verdict() -> None:
    assert badge("refuted") == ("REFUTED", "red")
    assert badge("answered") == ("ANSWERED", "green")


BODY = "Hi,\n\n> +\tfolio->_nr_pages = 0;\n\nWhy is this cleared?\nIt overlaps memcg_data.\n\nThanks\n-- \nA"


def test_excerpt_marks_the_sentence_in_its_place() -> None:
    start = BODY.index("Why")
    lines = excerpt(BODY, start, BODY.index("\nIt"), above=3, below=1)
    assert [part.kind for part in lines] == ["quoted", "new", "mark", "new"]
    assert lines[0].text == "> +     folio->_nr_pages = 0;"
    marked = lines[2]
    assert marked.text[marked.mark_start : marked.mark_end] == "Why is this cleared?"


def test_excerpt_over_several_lines_and_past_the_end() -> None:
    start = BODY.index("cleared")
    lines = excerpt(BODY, start, BODY.index(" memcg"), above=0, below=0)
    assert [part.text[part.mark_start : part.mark_end] for part in lines] == ["cleared?", "It overlaps"]
    assert excerpt("short", 900, 1000)[0].text == "short"
    assert excerpt("", 0, 10) == ()


def test_documents_hold_nothing_that_breaks_a_reader() -> None:
    text = line({"quote": "a\u2028b\x85c\udcffd\x9be"})
    assert text.count("\n") == 1 and len(text.splitlines()) == 1
    assert text.encode("utf-8")
    assert json.loads(text)["quote"] == "a\u2028b\x85c\udcffd\x9be"
    assert json.loads(document([{"a": "ü"}])) == {"schema": 1, "items": [{"a": "ü"}]}
