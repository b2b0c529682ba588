"""The command line as a whole: start-up, help, exit statuses, streams, what it imports."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import time
from pathlib import Path

import click
import pytest

from threadmine.cli import main
from threadmine.cli.catalogue import CATALOGUE, SECTIONS
from threadmine.cli.completion import manual
from threadmine.errors import NotFoundError, StoreError, UsageError

HEAVY = ("spacy", "textual", "b4", "liblore", "sqlalchemy", "pygit2", "alembic", "mailparser", "numpy")


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The program in a fresh interpreter."""
    return subprocess.run(
        [sys.executable, "-m", "threadmine", *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        check=False,
    )


def loaded(*arguments: str) -> set[str]:
    """Modules that a fresh interpreter holds after a command."""
    code = (
        "import sys; from threadmine.cli.main import execute; status = execute(sys.argv[1:]);"
        "print('MODULES', *sys.modules, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False
    )
    return set(done.stderr.rpartition("MODULES ")[2].split())


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["issues", "--help"], ["nonsense"]])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    modules = loaded(*arguments)
    assert "threadmine.cli.main" in modules
    assert not modules & set(HEAVY)
    if arguments[0] != "issues":
        assert not modules & {"threadmine.model", "threadmine.render", "rich"}


def test_questions_do_not_import_what_they_do_not_need() -> None:
    modules = loaded("board")
    assert "threadmine.cli.ask" in modules
    assert not modules & {"spacy", "textual", "b4", "liblore", "pygit2", "numpy"}


def test_help_is_quick() -> None:
    run("--help")  # byte code written
    times = []
    for _ in range(3):
        start = time.perf_counter()
        assert run("--help").returncode == 0
        times.append(time.perf_counter() - start)
    assert min(times) < 0.5  # generous: other work may share the machine; some 0.13 s when idle


def test_help_groups_every_command() -> None:
    text = run("--help").stdout
    places = [text.index(f"{section}:") for section in SECTIONS if f"{section}:" in text]
    assert places == sorted(places) and len(places) >= 4
    for entry in CATALOGUE:
        if main.available(entry):
            assert f"  {entry.name} " in text


def context() -> click.Context:
    return click.Context(main.threadmine, info_name="threadmine")


def present() -> list[str]:
    return [entry.name for entry in CATALOGUE if main.available(entry)]


@pytest.mark.parametrize("name", present())
def test_each_line_of_the_help_is_what_the_command_says(name: str) -> None:
    command = main.threadmine.get_command(context(), name)  # type: ignore[attr-defined]  # a Catalogue
    assert command is not None
    entry = next(entry for entry in CATALOGUE if entry.name == name)
    first = " ".join((command.help or "").split("\n\n")[0].split())
    assert first == entry.help or first.startswith(entry.help.rstrip(".") + ":")


def test_unknown_command_gets_near_matches() -> None:
    done = run("isues")
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == "threadmine: no command 'isues'; did you mean issues?\n"


def test_no_command_shows_help_and_is_wrong_usage() -> None:
    done = run()
    assert done.returncode == 2
    assert "Usage: threadmine" in done.stderr and done.stdout == ""


@pytest.mark.parametrize("word", ["--nope", "--stat"])
def test_unknown_option_is_wrong_usage_in_one_line(word: str) -> None:
    done = run("issues", word)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1 and "threadmine issues --help" in done.stderr


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (StoreError("is read-only", "/a/b.db", "copy it"), 1, "threadmine: /a/b.db: is read-only; copy it\n"),
        (UsageError("no such thing"), 2, "threadmine: no such thing\n"),
        (NotFoundError("evil\x1b[2J\nname"), 1, "threadmine: evil [2J name\n"),
        (KeyboardInterrupt(), 130, "threadmine: interrupted; what was stored before is kept\n"),
        (
            OSError(errno.ENOSPC, "No space left on device", "/x"),
            1,
            "threadmine: /x: No space left on device;",
        ),
        (BrokenPipeError(), 0, ""),
        (ZeroDivisionError("oops"), 1, "threadmine: ZeroDivisionError: oops; this is a bug"),
    ],
)
def test_every_failure_is_one_line_and_a_status(
    error: BaseException,
    status: int,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(main.threadmine, "main", fail)
    monkeypatch.setattr(main, "_detach", lambda stream: None)
    assert main.execute(["board"]) == status
    shown = capsys.readouterr()
    assert shown.out == "" and shown.err.startswith(said) and shown.err.count("\n") <= 1


def test_a_closed_pipe_is_quiet(tmp_path: Path) -> None:
    command = f"{sys.executable} -m threadmine man | head -n 1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert done.stdout.splitlines()[-1] == "0" and done.stderr == ""


def test_a_full_disk_is_one_line() -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full on this system")
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "threadmine", "man"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr.startswith("threadmine: No space left on device") and done.stderr.count("\n") == 1


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_names_the_program(shell: str) -> None:
    done = run("completion", shell)
    assert done.returncode == 0 and "_THREADMINE_COMPLETE" in done.stdout


def test_manual_holds_every_command() -> None:
    text = "\n".join(manual(context()))
    for name in present():
        assert f".SS threadmine {name}".replace("-", r"\-") in text


def test_bad_setting_is_wrong_usage() -> None:
    done = run("-c", "nonsense", "board")
    assert done.returncode == 2 and "-c section.key=value" in done.stderr
