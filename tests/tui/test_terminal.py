"""The screen in a real terminal: tmux runs it, keys are sent, what is drawn is read back."""

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
PATIENCE = 40.0  # seconds; a condition is waited for, this is only the end of hope


class Terminal:
    """A tmux session of its own server with the screen in it."""

    def __init__(self, socket: Path, command: str, columns: int, lines: int) -> None:
        self._tmux = ["tmux", "-S", str(socket), "-f", "/dev/null"]
        size = ["-x", str(columns), "-y", str(lines)]
        self._run("new-session", "-d", "-s", "t", *size, command)
        self._run("set-option", "-t", "t", "remain-on-exit", "on")

    def _run(self, *words: str) -> str:
        done = subprocess.run([*self._tmux, *words], capture_output=True, text=True, check=True)
        return done.stdout

    def send(self, *keys: str) -> None:
        self._run("send-keys", "-t", "t", *keys)

    def shown(self) -> str:
        return self._run("capture-pane", "-p", "-t", "t")

    def wait_for(self, condition: Callable[[str], bool]) -> str:
        """What is shown once the condition holds."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            text = self.shown()
            if condition(text):
                return text
            time.sleep(0.05)  # between looks; nothing is assumed to happen in this time
        raise AssertionError(f"never seen; the screen shows:\n{self.shown()}")

    def ended(self) -> bool:
        return self._run("list-panes", "-t", "t", "-F", "#{pane_dead}").strip() == "1"

    def kill(self) -> None:
        subprocess.run([*self._tmux, "kill-server"], capture_output=True, check=False)


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "t.db"
    mail = str(ROOT / "data" / "mail")
    subprocess.run(
        [sys.executable, "-m", "threadmine", "--db", str(path), "ingest", mail],
        check=False,  # the sample holds a broken mail on purpose
        capture_output=True,
    )
    return path


@pytest.fixture(params=[(80, 24), (200, 60)], ids=["80x24", "200x60"])
def terminal(request: pytest.FixtureRequest, tmp_path: Path, database: Path) -> Iterator[Terminal]:
    environment = f"HOME={os.environ['HOME']} TEXTUAL_ANIMATIONS=none"
    command = f"env {environment} {sys.executable} -m threadmine --db {database} tui"
    columns, lines = request.param
    made = Terminal(tmp_path / "tmux", command, columns, lines)
    yield made
    made.kill()


def test_from_the_board_to_a_thread_and_out(terminal: Terminal) -> None:
    terminal.wait_for(lambda text: "open issues" in text and "_nr_pages" in text)
    terminal.send("/", "author:Hanne", "Enter")
    terminal.wait_for(lambda text: "limit: author:Hanne" in text and "Hanne Lind" in text)
    terminal.send("e")
    terminal.wait_for(lambda text: "thread of" in text and "from" in text)
    terminal.send("q")
    terminal.wait_for(lambda text: "limit: author:Hanne" in text)
    terminal.send("?")
    terminal.wait_for(lambda text: "Keys" in text)
    terminal.send("q")
    terminal.wait_for(lambda text: "Keys" not in text)
    terminal.send("Q")
    terminal.wait_for(lambda _: terminal.ended())
