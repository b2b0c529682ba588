"""The pager and the streams, as git's users expect them."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from tests import world


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> str:
    return world.make(tmp_path_factory.mktemp("world") / "world.db")


def on_a_terminal(*arguments: str, **environment: str) -> tuple[str, int]:
    """What a command shows on a terminal, and its status."""
    cleared = {
        name: value for name, value in os.environ.items() if name not in ("PAGER", "GIT_PAGER", "LESS")
    }
    child, terminal = pty.fork()
    if child == 0:
        command = [sys.executable, "-m", "threadmine", *arguments]
        os.execvpe(command[0], command, {**cleared, "TERM": "xterm", **environment})
    shown = b""
    while True:
        try:
            part = os.read(terminal, 65_536)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        shown += part
    _, status = os.waitpid(child, 0)
    os.close(terminal)
    return shown.decode().replace("\r\n", "\n"), os.waitstatus_to_exitcode(status)


def test_the_pager_gets_the_text_and_may_leave_early(database: str, tmp_path: Path) -> None:
    shown, status = on_a_terminal("--db", database, "issues", PAGER="head -n 1")
    assert status == 0 and shown.count("\n") == 1
    shown, status = on_a_terminal("--db", database, "issues", PAGER="tee | wc -l")
    assert status == 0 and int(shown) > 10


@pytest.mark.parametrize("wanted", ["GIT_PAGER", "threadmine.pager", "core.pager", "PAGER"])
def test_the_nearest_pager_wins(database: str, wanted: str) -> None:
    order = ["GIT_PAGER", "threadmine.pager", "core.pager", "PAGER"]
    environment = {}
    for name in order[order.index(wanted) :]:
        command = f"echo {name}; cat >/dev/null" if name == wanted else "echo wrong; cat >/dev/null"
        if name.isupper():
            environment[name] = command
        else:
            subprocess.run(["git", "config", "--global", name, command], check=True)
    shown, _ = on_a_terminal("--db", database, "board", **environment)
    assert shown.splitlines()[0] == wanted


@pytest.mark.parametrize("arguments", [["--no-pager"], ["-c", "threadmine.pager=cat"]])
def test_no_pager_where_none_is_wanted(database: str, arguments: list[str]) -> None:
    shown, status = on_a_terminal("--db", database, *arguments, "board", PAGER="echo wrong")
    assert status == 0 and "wrong" not in shown and "folio._nr_pages" in shown


def test_colour_on_a_terminal_unless_unwanted(database: str) -> None:
    painted, _ = on_a_terminal("--db", database, "board", PAGER="cat")
    assert "\x1b[" in painted
    for environment in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        plain, _ = on_a_terminal("--db", database, "board", PAGER="cat", **environment)
        assert "\x1b[" not in plain
    subprocess.run(["git", "config", "--global", "color.ui", "false"], check=True)
    plain, _ = on_a_terminal("--db", database, "board", PAGER="cat")
    assert "\x1b[" not in plain


def test_json_is_never_paged(database: str) -> None:
    shown, status = on_a_terminal("--db", database, "board", "--json", PAGER="echo wrong")
    assert status == 0 and shown.startswith("{")


def test_progress_only_on_a_terminal(sample: Path, tmp_path: Path) -> None:
    mail = sample / "mail"
    if not mail.is_dir():
        pytest.skip("no sample mail in data/mail")
    done = subprocess.run(
        [sys.executable, "-m", "threadmine", "--db", str(tmp_path / "a.db"), "ingest", str(mail)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "\r" not in done.stderr and " messages read, " in done.stderr and done.stdout == ""
    again = subprocess.run(
        [sys.executable, "-m", "threadmine", "--db", str(tmp_path / "a.db"), "ingest", "-q", str(mail)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "read" not in again.stderr.replace("ingest", "")
