"""What a few views look like, letter by letter and colour by colour, against what they looked like before.

(pytest-textual-snapshot wants an older pytest than ours and keeps SVG files that nobody can read.) A snapshot
is text: the lines of the screen, then the runs of each style. ``THREADMINE_SNAPSHOTS=write pytest tests/tui``
makes them anew; look at the difference before you commit it. The archive is mined by hand
(``tests/world.py``), so that only a change of the screen changes them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests import world
from tests.tui.driving import make_app, press, settled
from threadmine.db.session import Database, open_database

FOLDER = Path(__file__).parent / "snapshots"
WRITE = os.environ.get("THREADMINE_SNAPSHOTS") == "write"
WHEN = datetime(2026, 3, 1, tzinfo=UTC)
SHOTS: tuple[tuple[str, tuple[int, int], str, tuple[str, ...]], ...] = (
    ("board-80x24-dark", (80, 24), "textual-dark", ("a", "tab")),
    ("board-200x60-light", (200, 60), "textual-light", ("a", "tab")),
    ("board-80x24-ansi", (80, 24), "ansi-dark", ("a", "tab")),
    ("claims-200x60-dark", (200, 60), "textual-dark", ("c", "tab")),
    ("series-200x60-dark", (200, 60), "textual-dark", ("2", "j", "j", "s")),
    ("keys-80x24-dark", (80, 24), "textual-dark", ("question_mark",)),
)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    path = world.make(tmp_path_factory.mktemp("snapshots") / "world.db")
    with open_database(path) as opened:
        yield opened


def drawn(pilot: Pilot[None]) -> str:
    """The screen as text, and below it which cells of a line have which style."""
    lines, styles = [], []
    for number, strip in enumerate(pilot.app.screen._compositor.render_strips()):
        lines.append(strip.text.rstrip())
        column = 0
        runs = []
        for style, segments in groupby(strip, key=lambda one: _style(one.style)):
            cells = sum(segment.cell_length for segment in segments)
            runs.append(f"{column}-{column + cells} {style}")
            column += cells
        styles.append(f"{number}: {'; '.join(runs)}")
    return "\n".join([*lines, "-" * 20, *styles, ""])


async def at_rest(pilot: Pilot[None], name: str) -> str:
    """What is drawn at the end: a scrollbar follows its text a moment later, on a slow machine long after."""
    path = FOLDER / f"{name}.txt"
    for _ in range(20):
        await settled(pilot)
        found = drawn(pilot)
        if path.exists() and found == path.read_text(encoding="utf-8"):
            break
        await pilot.pause(0.2)
    return found


def _style(style: object) -> str:
    """A style in words, without links and other data that come and go."""
    return str(style.without_color) + _colours(style) if style is not None else "none"  # type: ignore[attr-defined]


def _colours(style: object) -> str:
    front, back = getattr(style, "color", None), getattr(style, "bgcolor", None)
    return f" {front.name if front else '-'} on {back.name if back else '-'}"


@pytest.mark.parametrize(("name", "size", "theme", "keys"), SHOTS, ids=[shot[0] for shot in SHOTS])
async def test_it_looks_as_before(
    database: Database, name: str, size: tuple[int, int], theme: str, keys: tuple[str, ...]
) -> None:
    app = make_app(database, clock=lambda: WHEN)
    async with app.run_test(size=size) as pilot:
        app.theme = theme
        await settled(pilot)
        await press(pilot, *keys)
        await pilot.pause(0.4)  # the later versions are read once the cursor rests
        _compare(name, await at_rest(pilot, name))


async def test_without_colours(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = make_app(database, clock=lambda: WHEN)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "a", "tab")
        await pilot.pause(0.4)
        _compare("board-80x24-no-color", await at_rest(pilot, "board-80x24-no-color"))


def _compare(name: str, found: str) -> None:
    path = FOLDER / f"{name}.txt"
    if WRITE:
        FOLDER.mkdir(exist_ok=True)
        path.write_text(found, encoding="utf-8")
    expected = path.read_text(encoding="utf-8")
    assert found.split("\n" + "-" * 20)[0] == expected.split("\n" + "-" * 20)[0]
    assert found == expected
