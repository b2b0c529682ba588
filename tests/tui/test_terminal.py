"""The screen in a real terminal: tmux runs it, keys are sent, what is drawn is read back.

The three walks are those of somebody who has never seen the program: only what stands on the screen (the
keys in the last line, the numbers above the left pane, the arrows, Enter) leads on.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

pytestmark = pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
PATIENCE = 60.0  # seconds; a condition is waited for, this is only the end of hope


class Terminal:
    """A tmux session of its own server with the screen in it."""

    def __init__(self, socket: Path, command: str, columns: int, lines: int, kind: str) -> None:
        settings = socket.with_suffix(".conf")
        settings.write_text(f"set -g default-terminal {kind}\nset -g remain-on-exit on\n", encoding="utf-8")
        self._tmux = ["tmux", "-S", str(socket), "-f", str(settings)]
        size = ["-x", str(columns), "-y", str(lines)]
        self._run("new-session", "-d", "-s", "t", *size, command)

    def _run(self, *words: str) -> str:
        done = subprocess.run([*self._tmux, *words], capture_output=True, text=True, check=True)
        return done.stdout

    def send(self, *keys: str) -> None:
        self._run("send-keys", "-t", "t", *keys)

    def shown(self, colours: bool = False) -> str:
        return self._run("capture-pane", "-p", *(["-e"] if colours else []), "-t", "t")

    def wait_for(self, condition: Callable[[str], bool]) -> str:
        """What is shown once the condition holds."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            text = self.shown()
            if condition(text):
                return text
            time.sleep(0.05)  # between looks; nothing is assumed to happen in this time
        raise AssertionError(f"never seen; the screen shows:\n{self.shown()}")

    def wait_for_words(self, *words: str) -> str:
        return self.wait_for(lambda text: all(word in text for word in words))

    def ended(self) -> bool:
        return self._run("list-panes", "-t", "t", "-F", "#{pane_dead}").strip() == "1"

    def kill(self) -> None:
        subprocess.run([*self._tmux, "kill-server"], capture_output=True, check=False)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("terminal") / "t.db"
    mail = str(ROOT / "data" / "mail")
    subprocess.run(
        [sys.executable, "-m", "threadmine", "--db", str(path), "ingest", mail],
        check=False,  # the sample holds a broken mail on purpose
        capture_output=True,
        cwd=ROOT,
    )
    return path


Opened = Callable[..., Terminal]


@pytest.fixture
def opened(tmp_path: Path, database: Path) -> Iterator[Opened]:
    """Opens the screen in a terminal of a size and kind, with settings of the environment."""
    made: list[Terminal] = []

    def open_it(columns: int, lines: int, kind: str = "tmux-256color", **settings: str) -> Terminal:
        own = {"HOME": os.environ["HOME"], "TEXTUAL_ANIMATIONS": "none", "PYTHONPATH": str(ROOT), **settings}
        environment = " ".join(f"{name}={value}" for name, value in own.items())
        command = f"env -u COLUMNS -u LINES {environment} {sys.executable} -m threadmine --db {database} tui"
        made.append(Terminal(tmp_path / f"tmux{len(made)}", command, columns, lines, kind))
        return made[-1]

    yield open_it
    for terminal in made:
        terminal.kill()


SIZES = pytest.mark.parametrize("size", [(80, 24), (200, 60)], ids=["80x24", "200x60"])


@SIZES
def test_a_stranger_finds_the_open_issues_of_a_member(opened: Opened, size: tuple[int, int]) -> None:
    terminal = opened(*size)
    terminal.wait_for_words("1field", "_nr_pages_mapped", "? Help")
    terminal.send("/", "_nr_pages", "Enter", "n")
    terminal.wait_for_words("threadmine  folio._nr_pages ", "shares bytes with page.memcg_data")
    text = terminal.wait_for_words("4 open issues", "Hanne Lind", "Raj Pere")
    assert "isn't it?" in text or "folio->_nr_pages" in text
    terminal.send("Enter", "Down", "Down", "Down")
    terminal.wait_for_words("DISPUTED", "objection by Raj Pereira")
    terminal.send("q")
    terminal.wait_for(lambda _: terminal.ended())


@SIZES
def test_a_stranger_finds_why_a_claim_is_refuted(opened: Opened, size: tuple[int, int]) -> None:
    terminal = opened(*size)
    terminal.wait_for_words("c Claims", "v Verdict", "15 open issues")
    terminal.send("c")
    terminal.wait_for_words("claims, newest first")
    terminal.send("?")
    terminal.wait_for_words("Signs") if size[1] > 40 else terminal.wait_for_words("The board", "Sort")
    terminal.send("q")
    terminal.wait_for_words("claims, newest first")
    terminal.send("S", "S")
    terminal.wait_for_words("claims, by state", "REFUTED")
    terminal.send("v")
    terminal.wait_for_words("the verdict explained", "REFUTED", "How it was read")
    terminal.send("G")
    terminal.wait_for_words("The bytes in")
    terminal.send("q", "Q")
    terminal.wait_for(lambda _: terminal.ended())


@SIZES
def test_a_stranger_finds_what_was_dropped_from_v2_to_v3(opened: Opened, size: tuple[int, int]) -> None:
    terminal = opened(*size)
    terminal.wait_for_words("2series", "s Series", "15 open issues")
    terminal.send("2")
    terminal.wait_for_words("v3", "v2", "mm/devpool")
    terminal.send("Down", "Down")
    terminal.wait_for_words("leave nothing behind in lent folios v3")
    terminal.send("s")
    text = terminal.wait_for_words("Dropped from v2 to v3", "pool_tray_flush()")
    assert text.index("v1") < text.index("Dropped from v2 to v3")  # the versions stand side by side above
    terminal.send(".", "Enter")
    terminal.wait_for_words("thread of", "pool_tray_flush()")
    terminal.send("q", "q", "Q")
    terminal.wait_for(lambda _: terminal.ended())


def test_limits_as_in_mutt(opened: Opened) -> None:
    terminal = opened(80, 24)
    terminal.wait_for_words("15 open issues")
    terminal.send("Tab", "l", "author:Hanne", "Enter")
    terminal.wait_for_words("limit: author:Hanne", "Hanne Lind")
    terminal.send("e")
    terminal.wait_for_words("thread of", "subject")
    terminal.send("q")
    terminal.wait_for_words("limit: author:Hanne")
    terminal.send("Escape")
    terminal.wait_for_words("15 open issues")


def test_sixteen_colours_are_enough(opened: Opened) -> None:
    terminal = opened(80, 24, kind="xterm-16color", COLORTERM="", TERM="xterm-16color")
    terminal.wait_for_words("15 open issues", "? Help")
    terminal.send("Tab", "Down")
    terminal.wait_for_words("OPEN")
    drawn = terminal.shown(colours=True)
    assert "38;2;" not in drawn and "48;2;" not in drawn and "38;5;" not in drawn
    rows = [row for row in drawn.split("\n") if "Hanne Lind" in row]
    assert (
        len({row[: row.index("Hanne")].split("│")[-1] for row in rows if "│" in row}) > 1
    )  # the cursor is seen


def test_no_color(opened: Opened) -> None:
    terminal = opened(80, 24, NO_COLOR="1")
    terminal.wait_for_words("15 open issues", "? Help")
    terminal.send("Tab", "Down")
    terminal.wait_for_words("OPEN")
    drawn = terminal.shown(colours=True)
    colours = set()
    for part in drawn.split("\x1b[")[1:]:
        code = part.split("m")[0]
        if code.startswith(("38;2;", "48;2;")):
            colours.add(tuple(code.split(";")[2:5]))
    assert all(red == green == blue for red, green, blue in colours)  # greys alone
    assert not any(f"\x1b[{code}m" in drawn for code in range(31, 37))


def test_another_process_is_noticed(opened: Opened, database: Path, tmp_path: Path) -> None:
    own = tmp_path / "own.db"
    shutil.copy(database, own)
    terminal = opened(80, 24, THREADMINE_DB=str(own))
    terminal.kill()
    terminal = Terminal(
        tmp_path / "other",
        f"env HOME={os.environ['HOME']} PYTHONPATH={ROOT} {sys.executable} -m threadmine --db {own} tui",
        80,
        24,
        "tmux-256color",
    )
    try:
        terminal.wait_for_words("15 open issues")
        issue = subprocess.run(
            [sys.executable, "-m", "threadmine", "--db", str(own), "issues", "--json"],
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT,
        ).stdout.split('"id": "')[1][:13]
        close = [sys.executable, "-m", "threadmine", "--db", str(own), "triage", issue, "close"]
        subprocess.run(close, check=True, capture_output=True, cwd=ROOT)
        terminal.wait_for_words("14 open issues")
    finally:
        terminal.kill()
