"""Pulls that are cut short: killed, interrupted, or out of disk; the next run ends as one clean run does."""

from __future__ import annotations

import os
import random
import resource
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.sources.conftest import letter, version
from tests.sources.inbox import InboxServer, missing_programs

THREADS = 6
ANSWERS = 6
TARGETS = ("cover-2@example.org", *(f"m{n}-0@example.org" for n in range(THREADS)))
TABLES = {
    "messages": "message_id, thread_id, in_reply_to, refs, series_id, content_hash, quoted_only",
    "threads": "id, root_id, subject, messages, stale",
    "known_ids": "message_id, thread_id, has_parent",
    "claims": "id, quote, verdict",
    "concerns": "id, quote, state",
    "series": "id, title, supersedes, superseded_by, complete",
}


def mails() -> Iterator[bytes]:
    """A series in two versions, and threads in which something is stated and asked."""
    yield from version(1, 2)
    yield from version(2, 9)
    for number in range(THREADS):
        name = f"m{number}-0@example.org"
        text = f"folio->_nr_pages overlaps memcg_data of page {number}.\n" + "More of it. " * 300 + "\n"
        yield letter(name, f"members {number}", text, 5, minute=number)
        for answer in range(1, ANSWERS):
            quoted = f"> folio->_nr_pages overlaps memcg_data of page {number}.\n"
            text = f"{quoted}\nShould it be cleared, number {answer}?\n"
            own = f"m{number}-{answer}@example.org"
            yield letter(
                own, f"Re: members {number}", text, 5, f"m{number}-{answer - 1}@example.org", 1, answer
            )


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InboxServer]:
    if missing := missing_programs():
        pytest.skip(f"no public-inbox here (missing: {', '.join(missing)}); these tests are left out")
    server = InboxServer(tmp_path_factory.mktemp("interrupted"))
    try:
        yield server.start(mails())
    finally:
        server.stop()


def start(
    inbox: InboxServer, database: Path, *words: str, before: Callable[[], None] | None = None
) -> subprocess.Popen[str]:
    env = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    home = database.parent / "home"
    env.update(HOME=str(home), XDG_CACHE_HOME=str(home / "cache"), GIT_CONFIG_NOSYSTEM="1", NO_COLOR="1")
    overrides = [part for key, value in inbox.settings.items() for part in ("-c", f"{key}={value}")]
    return subprocess.Popen(
        [sys.executable, "-m", "threadmine", "--db", str(database), *overrides, *words],
        env=env, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=before,
    )  # fmt: skip


def pull(inbox: InboxServer, database: Path) -> tuple[int, str]:
    process = start(inbox, database, "pull", *TARGETS)
    _, said = process.communicate(timeout=120)
    return process.returncode, said


def contents(database: Path) -> dict[str, list[tuple[object, ...]]]:
    """What a database holds, without what depends on the order of runs."""
    with sqlite3.connect(database) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        return {
            table: connection.execute(f"SELECT {columns} FROM {table} ORDER BY 1, 2").fetchall()
            for table, columns in TABLES.items()
        }


@pytest.fixture(scope="module")
def clean(
    inbox: InboxServer, tmp_path_factory: pytest.TempPathFactory
) -> tuple[dict[str, list[tuple[object, ...]]], float]:
    """The database of a run that nothing disturbs, and how long it takes."""
    database = tmp_path_factory.mktemp("clean") / "clean.db"
    begin = time.monotonic()
    assert pull(inbox, database)[0] == 0
    return contents(database), time.monotonic() - begin


def test_killed_at_any_moment_the_next_run_ends_like_a_clean_one(
    inbox: InboxServer, clean: tuple[dict[str, list[tuple[object, ...]]], float], tmp_path: Path
) -> None:
    wanted, seconds = clean
    pick = random.Random(3)
    cut = 0
    for number in range(5):
        database = tmp_path / str(number) / "mail.db"
        database.parent.mkdir()
        process = start(inbox, database, "pull", *TARGETS)
        time.sleep(seconds * (0.35 + 0.6 * pick.random()))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        cut += process.returncode == -signal.SIGKILL
        if database.exists():
            contents(database)  # whole, if not complete
        status, said = pull(inbox, database)
        assert status == 0, said
        assert contents(database) == wanted
    assert cut >= 3


def test_an_update_finishes_a_thread_whose_pull_was_killed(
    inbox: InboxServer, clean: tuple[dict[str, list[tuple[object, ...]]], float], tmp_path: Path
) -> None:
    """What was to be stored is noted before it is: no second pull is needed for that thread."""
    database = tmp_path / "mail.db"
    process = start(inbox, database, "pull", *TARGETS)
    while process.poll() is None and not _noted(database):
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    noted = _noted(database)
    assert noted and noted in TARGETS
    done = start(inbox, database, "update")
    done.communicate(timeout=120)
    assert done.returncode == 0
    names = {row[0] for row in contents(database)["messages"]}
    thread = next(row[1] for row in clean[0]["messages"] if row[0] == noted)
    assert {row[0] for row in clean[0]["messages"] if row[1] == thread} <= names


def _noted(database: Path) -> str:
    """The first thread that is followed, empty before there is one."""
    if not database.exists():
        return ""
    try:
        with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
            row = connection.execute(
                "SELECT json_extract(position, '$[0].message_id') FROM positions WHERE source = 'followed'"
            ).fetchone()
    except sqlite3.OperationalError:  # no tables yet
        return ""
    return str(row[0]) if row else ""


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_an_interrupt_is_one_line_and_130(
    inbox: InboxServer,
    clean: tuple[dict[str, list[tuple[object, ...]]], float],
    tmp_path: Path,
    share: float,
) -> None:
    wanted, seconds = clean
    database = tmp_path / "mail.db"
    process = start(inbox, database, "pull", *TARGETS)
    time.sleep(seconds * share)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    lines = [line for line in said.splitlines() if line]  # an empty one ends the line of a terminal's ^C
    if process.returncode == 130:
        assert lines == ["threadmine: interrupted; what was stored before is kept"], said
    else:  # the signal came before Python could take it, or after all was done
        assert process.returncode in (0, -signal.SIGINT) and "Traceback" not in said, said
    status, said = pull(inbox, database)
    assert status == 0 and contents(database) == wanted


def test_a_full_disk_is_one_line_and_the_next_run_goes_on(
    inbox: InboxServer, clean: tuple[dict[str, list[tuple[object, ...]]], float], tmp_path: Path
) -> None:
    database = tmp_path / "mail.db"
    made = start(inbox, database, "board")
    made.communicate(timeout=60)
    assert start(inbox, database, "pull", "m0-0@example.org").wait(timeout=60) == 0
    before = contents(database)
    limit = max(path.stat().st_size for path in tmp_path.glob("mail.db*")) + 8_000

    def little_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    process = start(inbox, database, "pull", *TARGETS, before=little_room)
    _, said = process.communicate(timeout=60)
    failures = [line for line in said.splitlines() if "disk" in line or "full" in line or "large" in line]
    assert process.returncode == 1 and "Traceback" not in said, said
    assert len(failures) == 1, said
    after = contents(database)
    assert {row[0] for row in before["messages"]} <= {row[0] for row in after["messages"]}
    status, said = pull(inbox, database)
    assert status == 0 and contents(database) == clean[0]
