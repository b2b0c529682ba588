"""Settings, streams, names of messages and moments: what all commands rest on."""

from __future__ import annotations

import csv
import io
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from threadmine.cli.app import App
from threadmine.cli.config import Config, normal, parse_overrides
from threadmine.cli.export import csv_cell, csv_lines
from threadmine.cli.output import Output
from threadmine.cli.targets import is_own_id, message_id
from threadmine.errors import UsageError
from threadmine.model import Unknown
from threadmine.query.when import is_after, parse_span, parse_week, parse_when

NOW = datetime(2026, 2, 8, 15, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "20260116.1@example.org",
        "<20260116.1@example.org>",
        " <20260116.1@example.org>\n",
        "mid:20260116.1@example.org",
        "https://lore.kernel.org/linux-mm/20260116.1@example.org/",
        "https://lore.kernel.org/linux-mm/20260116.1@example.org/T/#u",
        "https://lore.kernel.org/all/20260116.1%40example.org/t.mbox.gz",
        "https://lore.kernel.org/r/20260116.1@example.org",
        "https://lore.kernel.org/linux-mm/20260116.1@example.org/raw",
        "https://patch.msgid.link/20260116.1@example.org",
        "http://127.0.0.1:8080/all/20260116.1@example.org/",
    ],
)
def test_messages_are_named_in_every_usual_way(text: str) -> None:
    assert message_id(text) == "20260116.1@example.org"


def test_words_and_own_ids_stay() -> None:
    assert message_id("separate compound page") == "separate compound page"
    assert (
        is_own_id("c0123456789ab")
        and is_own_id("q0123")
        and not is_own_id("x0123")
        and not is_own_id("cafe@x")
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("7d", NOW - timedelta(days=7)),
        ("2 weeks ago", NOW - timedelta(days=14)),
        ("12h", NOW - timedelta(hours=12)),
        ("2026-01-16", datetime(2026, 1, 16, tzinfo=UTC)),
        ("2026-01-16T10:00:00+02:00", datetime(2026, 1, 16, 8, tzinfo=UTC)),
        ("yesterday", datetime(2026, 2, 7, tzinfo=UTC)),
        ("2026-W06", datetime(2026, 2, 2, tzinfo=UTC)),
    ],
)
def test_moments(text: str, expected: datetime) -> None:
    assert parse_when(text, NOW) == expected


@pytest.mark.parametrize("text", ["", "soon", "7", "2026-13-01", "2026-W60", "99999y", "-3d"])
def test_no_moments(text: str) -> None:
    with pytest.raises(UsageError):
        parse_when(text, NOW)


def test_weeks_are_monday_to_monday() -> None:
    start, end = parse_week("2026-W06")
    assert (start, end) == (datetime(2026, 2, 2, tzinfo=UTC), datetime(2026, 2, 9, tzinfo=UTC))
    assert parse_span("3mo") == timedelta(days=3 * 30.44)
    assert (
        is_after(NOW, start)
        and not is_after(Unknown("no date"), start)
        and is_after(Unknown("no date"), None)
    )


def test_settings_come_from_the_line_then_from_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.chdir(tmp_path)
    subprocess.run(["git", "config", "--global", "threadmine.database", "stored.db"], check=True)
    subprocess.run(["git", "config", "--global", "b4.midmask", "http://x/%s"], check=True)
    config = Config(parse_overrides(["Threadmine.Pager=cat"]))
    assert config.get("threadmine.database") == "stored.db"
    assert config.get("threadmine.pager") == "cat"
    assert config.get("threadmine.nothing", "else") == "else"
    assert config.section("b4") == {"midmask": "http://x/%s"}
    assert App(config=config).database_url == "stored.db"
    assert App("given.db", config).database_url == "given.db"
    assert App(config=Config({"threadmine.database": "line.db"})).database_url == "line.db"


def test_keys_are_compared_as_git_does() -> None:
    assert normal("Threadmine.Some.Where.Key") == "threadmine.Some.Where.key"
    with pytest.raises(UsageError):
        parse_overrides(["=x"])


def test_no_colour_aside_from_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not Output(Config()).style.colour
    assert Output(Config(), "always").style.colour
    monkeypatch.setenv("NO_COLOR", "1")
    assert Output(Config(), "always").style.colour  # the command line is nearer than the environment
    assert not Output(Config({"threadmine.color": "always"})).style.colour


def test_the_present_can_be_fixed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1770564600")
    assert App().now == NOW
    assert App().when("7d") == NOW - timedelta(days=7)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "noon")
    with pytest.raises(UsageError):
        _ = App().now


def test_csv_runs_no_formula() -> None:
    assert csv_cell('=HYPERLINK("http://x")') == '\'=HYPERLINK("http://x")'
    assert csv_cell(None) == "" and csv_cell(True) == "true" and csv_cell(["a"]) == '["a"]'
    text = "".join(csv_lines([{"a": "x,y", "b": 1}, {"a": 'q"', "b": None}]))
    assert text == 'a,b\r\n"x,y",1\r\n"q""",\r\n'


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\uff1d1+1", "\uff20x", ' =cmd|"x"!A1']
)
def test_no_cell_of_a_spreadsheet_is_a_formula(text: str) -> None:
    written = "".join(csv_lines([{"quote": text}]))
    rows = list(csv.reader(io.StringIO(written, newline=""), strict=True))
    assert len(rows) == 2 and rows[1][0].startswith("'")
