"""The five-minute tour of README.md works as it stands: every command is run, every line shown is true."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import ROOT

_AGE = re.compile(r"\b\d+(?:h|d|w|mo|y)\b")
_HEADING = re.compile(r"^(#+)\s+(.*?)\s*$")
SCREEN_SECONDS = 30


@dataclass(frozen=True)
class Step:
    """A command of the tour and the lines that are shown below it."""

    command: str
    shown: tuple[str, ...]


def tour_text(text: str) -> str:
    """The section of the README whose heading has the word tour."""
    lines = text.splitlines()
    start, level = None, 0
    for number, line in enumerate(lines):
        heading = _HEADING.match(line)
        if heading is None:
            continue
        if start is not None and len(heading[1]) <= level:
            return "\n".join(lines[start:number])
        if start is None and "tour" in heading[2].lower():
            start, level = number, len(heading[1])
    return "" if start is None else "\n".join(lines[start:])


def steps(section: str) -> list[Step]:
    """The commands of the fenced ``console`` blocks: lines after ``$``, continued after a backslash."""
    found: list[Step] = []
    for block in re.findall(r"^```console\n(.*?)^```", section, re.DOTALL | re.MULTILINE):
        command, shown = "", list[str]()
        for line in block.replace("\\\n", " ").splitlines():
            if line.startswith("$ "):
                if command:
                    found.append(Step(command, tuple(shown)))
                command, shown = line[2:].strip(), []
            elif command:
                shown.append(line)
        if command:
            found.append(Step(command, tuple(shown)))
    return found


def missing(shown: tuple[str, ...], output: str) -> list[str]:
    """Lines of the README that the output does not have; ``...`` stands for anything, ages do not count."""
    have = {" ".join(_AGE.sub("AGE", line).split()) for line in output.splitlines()}
    lost = []
    for line in shown:
        wanted = " ".join(_AGE.sub("AGE", line).split())
        if not wanted or wanted in have:
            continue
        pattern = re.compile(".*".join(map(re.escape, re.split(r"\.\.\.|…", wanted))))
        if ("..." not in wanted and "…" not in wanted) or not any(map(pattern.fullmatch, have)):
            lost.append(line)
    return lost


def on_a_terminal(command: str, environment: dict[str, str]) -> str:
    """Runs a screen in a terminal, leaves it with Q, returns what it drew."""
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(ROOT)
        os.execvpe(
            "bash", ["bash", "-c", command], {**environment, "TERM": "xterm", "COLUMNS": "80", "LINES": "24"}
        )
    drawn, end, asked = b"", time.monotonic() + SCREEN_SECONDS, False
    while time.monotonic() < end:
        if select.select([terminal], [], [], 0.2)[0]:
            try:
                part = os.read(terminal, 65_536)
            except OSError:  # the other end is closed
                break
            if not part:
                break
            drawn += part
        elif drawn:
            os.write(terminal, b"Q")
            asked = True
    _, status = os.waitpid(child, 0)
    os.close(terminal)
    assert asked and os.waitstatus_to_exitcode(status) == 0
    return drawn.decode("utf-8", "replace")


def test_the_tour_works(tmp_path: Path, sample: Path) -> None:
    readme = ROOT / "README.md"
    if not readme.exists() or not any(sample.glob("*")):
        pytest.fail("no README.md, or no sample mail in data/")
    tour = steps(tour_text(readme.read_text(encoding="utf-8")))
    commands = [step.command for step in tour]
    assert any(command.startswith("threadmine ingest") for command in commands), "the tour reads no mail"
    assert len(commands) >= 4, "the tour has no commands"
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "XDG_DATA_HOME": str(tmp_path / "data"),
    }
    for step in tour:
        if step.command.startswith("make "):
            continue  # sets up this very environment; CI runs it
        if step.command.split()[:2] == ["threadmine", "tui"]:
            assert on_a_terminal(step.command, environment)
            continue
        done = subprocess.run(
            ["bash", "-c", step.command],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        # The sample holds a broken mail on purpose, which ingest names and answers with 1.
        allowed = (0, 1) if " ingest " in step.command else (0,)
        assert done.returncode in allowed, f"{step.command}: {done.stderr}"
        lost = missing(step.shown, done.stdout + done.stderr)
        assert not lost, f"README shows for `{step.command}`: {lost}"


def test_steps_are_read_from_console_blocks() -> None:
    inside = "# x\n## A tour\n```console\n$ one \\\n  two\nout\n$ three\n```\n```sh\n$ no\n```\n"
    text = inside + "## After\n```console\n$ no\n```\n"
    assert steps(tour_text(text)) == [Step("one    two", ("out",)), Step("three", ())]
    assert missing(("a ... c", "gone", "3w ago"), "a b c\n2d ago\n") == ["gone"]
