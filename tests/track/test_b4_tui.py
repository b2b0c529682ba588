"""What ``b4 review tui`` really shows of threadmine: driven in a terminal, with mail from an archive server.

The series is tracked as maintainers do it (enroll, track, review); threadmine is b4's check command and
writes its notes for the review branch.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.sources.inbox import InboxServer, missing_programs
from tests.track.test_b4 import ANSWER, REVIEW, Bench

B4 = Path(sys.executable).with_name("b4")
WAIT = 90.0
"""Seconds to wait for the screen to show something."""


def _missing() -> str:
    """Why the screen cannot be driven here, or nothing."""
    absent = [name for name in ("tmux", "git") if shutil.which(name) is None] + missing_programs()
    if absent:
        return f"not installed: {', '.join(absent)}"
    if not B4.exists():
        return "not installed: b4"
    tui = subprocess.run([B4, "review", "tui", "--help"], capture_output=True, check=False)
    return "" if tui.returncode == 0 else "this b4 has no review tui"


REASON = _missing()
pytestmark = [pytest.mark.slow, pytest.mark.skipif(bool(REASON), reason=REASON or "present")]


class Screen:
    """A terminal of our own, 140 columns by 45 rows."""

    def __init__(self, bench: Bench) -> None:
        self.name = f"threadmine-{bench.folder.name}"
        self.environment = {key: value for key, value in bench.environment.items() if key != "TMUX"}
        self.environment["TERM"] = "xterm-256color"
        command = f"{B4} review tui --no-mouse -i widgets"
        self.run("new-session", "-d", "-x", "140", "-y", "45", "-c", str(bench.repository), command)

    def run(self, *arguments: str) -> str:
        command = ["tmux", "-L", self.name, "-f", "/dev/null", *arguments]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)
        return done.stdout

    def press(self, *keys: str) -> None:
        self.run("send-keys", *keys)

    def wait(self, shows: str | Callable[[str], bool]) -> str:
        """What the screen shows once it shows that text, or meets that test."""
        meets = (lambda text: shows in text) if isinstance(shows, str) else shows
        last = ""
        end = time.monotonic() + WAIT
        while time.monotonic() < end:
            last = self.run("capture-pane", "-p")
            if meets(last):
                return last
            time.sleep(0.2)
        raise AssertionError(f"the screen never showed it:\n{last}")

    def close(self) -> None:
        self.run("kill-server")


def as_sent(text: str) -> bytes:
    """A mail of ``git format-patch`` as an archive has it."""
    text = text.split("\n", 1)[1] if text.startswith("From ") else text
    return (text if re.search(r"(?m)^To: ", text) else f"To: linux-mm@example.org\n{text}").encode()


def id_in(path: Path) -> str:
    found = re.search(r"(?im)^message-id: <(.*)>", path.read_text(encoding="utf-8"))
    assert found is not None
    return found[1]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """Two versions of a series, with what Rita asked of the first, in an archive and in the database."""
    made = Bench(tmp_path)
    first = made.post(1)
    parent = id_in(next(first.glob("v1-0001*")))
    for name, text in (("review", REVIEW), ("answer", ANSWER)):
        (made.mail / f"{name}.eml").write_text(text.format(parent=parent), encoding="utf-8")
    second = made.post(2)
    made.ingest(first, second, made.mail / "review.eml", made.mail / "answer.eml")
    made.git("reset", "-q", "--hard", "HEAD~1")
    mails = sorted(made.mail.rglob("*.patch")) + sorted(made.mail.glob("*.eml"))
    root = tmp_path / "archive"
    root.mkdir()
    server = InboxServer(root).start([as_sent(path.read_text(encoding="utf-8")) for path in mails])
    try:
        command = f"{sys.executable} -m threadmine check"
        checks = {"b4.review-perpatch-check-cmd": command, "b4.review-series-check-cmd": command}
        for key, value in {**server.settings, **checks}.items():
            made.git("config", key, value)
        made.git("config", "user.name", "Rita Reviewer")
        made.run([str(B4), "review", "enroll", "-i", "widgets"])
        made.run([str(B4), "review", "track", "-i", "widgets", id_in(next(second.glob("*cover*")))])
        yield made
    finally:
        server.stop()


@pytest.fixture
def screen(bench: Bench) -> Iterator[Screen]:
    editor = bench.folder / "editor.sh"
    editor.write_text(f'#!/bin/sh\ncp "$1" {bench.folder}/edited.txt\n', encoding="utf-8")
    editor.chmod(0o755)
    bench.environment["EDITOR"] = bench.environment["GIT_EDITOR"] = str(editor)
    shown = Screen(bench)
    yield shown
    shown.close()


def test_the_screen_shows_the_check_and_the_notes(bench: Bench, screen: Screen) -> None:
    screen.wait("mm: widget counts")
    screen.press("c")  # runs the checks
    matrix = screen.wait(lambda text: text.count("● warn") == 2)  # the cover letter and the patch
    assert "CI Check Results" in matrix
    assert "threadmine" in matrix
    screen.press("Enter")
    details = screen.wait("1 open point")
    assert "Shouldn't this be done under the widget lock?" in details
    assert "promised, but not done" in details
    screen.press("q")
    screen.wait("rerun")
    screen.press("q")
    screen.wait(lambda text: "CI Check Results" not in text)

    screen.press("r")  # makes the review branch
    screen.wait("Apply results: clean")
    screen.press("C-y")
    screen.wait("0/1 mm: widget counts")
    screen.press("Q")
    screen.wait("reviewing")
    branch = bench.git("for-each-ref", "--format=%(refname:short)", "refs/heads/b4/review").strip()
    bench.threadmine("review-notes", "mm: widget counts", "--ref", branch)

    screen.press("r")
    screen.wait("± 1/1")  # the patch has comments now
    screen.press("j")
    patch = screen.wait("── threadmine (")
    lines = [line.split("│", 1)[-1].strip() for line in patch.split("\n")]
    at = next(number for number, line in enumerate(lines) if line.startswith("── threadmine ("))
    assert lines[at - 1].startswith("+")
    assert "page->count = 0;" in lines[at - 1]
    screen.press("r")  # opens a reply, with the comments of others in it
    edited = bench.folder / "edited.txt"
    screen.wait(lambda _text: edited.exists() and edited.stat().st_size > 0)
    reply = edited.read_text(encoding="utf-8")
    told = reply.split("page->count = 0;", 1)[1].split("widget_note", 1)[0]
    assert "| threadmine <threadmine@localhost.invalid>:" in told
    assert "Shouldn't this be done under the widget lock?" in told
