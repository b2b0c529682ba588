"""What can go wrong when mail is read: one clear line each, exit 1, and what was stored is still there."""

from __future__ import annotations

import contextlib
import gzip
import os
import resource
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

MAIL = """From mboxrd@z Thu Jan  1 00:00:00 1970
From: Ada Author <ada@example.org>
Date: Mon, 12 Jan 2026 10:00:00 +0000
Subject: [PATCH] mm: number {number}
Message-ID: <{name}-{number}@example.org>

The field _nr_pages overlaps memcg_data of the second page. {filler}

"""


def mailbox(name: str, count: int, filler: str = "") -> str:
    return "".join(MAIL.format(name=name, number=number, filler=filler) for number in range(count))


def start(
    database: Path, *arguments: str, before: Callable[[], None] | None = None, stdin: int | None = None
) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "threadmine", "--db", str(database), *arguments],
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=before,
    )


def run(database: Path, *arguments: str, before: Callable[[], None] | None = None) -> tuple[int, list[str]]:
    """Exit status and the lines on standard error."""
    process = start(database, *arguments, before=before)
    _, said = process.communicate(timeout=120)
    return process.returncode, said.splitlines()


def stored(database: Path) -> int:
    done = subprocess.run(
        [sys.executable, "-m", "threadmine", "--db", str(database), "export", "messages"],
        capture_output=True,
        text=True,
        check=True,
    )
    return len(done.stdout.splitlines())


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A database with three messages."""
    path = tmp_path / "three.mbox"
    path.write_text(mailbox("first", 3))
    database = tmp_path / "mail.db"
    assert run(database, "ingest", str(path)) == (0, ["3 messages read, 3 new, 0 known"])
    return database


def test_a_second_run_changes_nothing(database: Path, tmp_path: Path) -> None:
    assert run(database, "ingest", str(tmp_path / "three.mbox")) == (0, ["3 messages read, 0 new, 3 known"])
    assert stored(database) == 3


def test_a_wrong_path(database: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.mbox"
    other.write_text(mailbox("other", 2))
    status, said = run(database, "ingest", str(tmp_path / "absent.mbox"), str(other))
    assert status == 1
    named = [line for line in said if "absent.mbox" in line]
    assert len(named) == 1 and "no such file" in named[0].lower()
    assert stored(database) == 5  # the rest of the batch goes on


def test_a_truncated_gzip(database: Path, tmp_path: Path) -> None:
    whole = gzip.compress(mailbox("zipped", 200, os.urandom(2_000).hex()).encode())
    path = tmp_path / "cut.mbox.gz"
    path.write_bytes(whole[: len(whole) // 2])
    status, said = run(database, "ingest", str(path))
    assert status == 1
    assert len([line for line in said if "cut.mbox.gz" in line]) == 1
    assert stored(database) >= 3  # what was there is there


def test_a_mail_that_cannot_be_read_does_not_stop_the_others(database: Path, tmp_path: Path) -> None:
    path = tmp_path / "odd.mbox"
    broken = "From mboxrd@z Thu Jan  1 00:00:00 1970\n\x00\xff\xfe\x00\x00\n\n"
    path.write_bytes(mailbox("a", 1).encode() + broken.encode("latin-1") + mailbox("b", 1).encode())
    status, said = run(database, "ingest", str(path))
    assert status in (0, 1) and "Traceback" not in "\n".join(said)
    if status == 1:
        assert any("odd.mbox:#2" in line for line in said)
    assert stored(database) >= 5


def test_a_read_only_database(database: Path, tmp_path: Path) -> None:
    more = tmp_path / "more.mbox"
    more.write_text(mailbox("more", 2))
    locked = tmp_path / "locked"
    locked.mkdir()
    copy = locked / "mail.db"
    copy.write_bytes(database.read_bytes())
    copy.chmod(0o444)
    locked.chmod(0o555)
    if os.access(copy, os.W_OK):  # root may write everything: the file system has to say no
        copy = Path("/proc/threadmine.db")
    try:
        status, said = run(copy, "ingest", str(more))
    finally:
        locked.chmod(0o755)
    assert status == 1 and len(said) == 1 and said[0].startswith("threadmine: ")
    assert stored(database) == 3


def test_no_database(tmp_path: Path) -> None:
    path = tmp_path / "no.db"
    path.write_text("this is a letter to nobody, and no database\n" * 100)
    status, said = run(path, "board")
    assert status == 1 and len(said) == 1 and str(path) in said[0]
    assert path.read_text().startswith("this is a letter")


def test_a_full_disk(database: Path, tmp_path: Path) -> None:
    more = tmp_path / "more.mbox"
    more.write_text(mailbox("more", 600, "words " * 600))
    limit = database.stat().st_size + 400_000

    def little_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    status, said = run(database, "ingest", str(more), before=little_room)
    assert status == 1 and len(said) == 1 and said[0].startswith("threadmine: ")
    assert stored(database) >= 3
    status, said = run(database, "ingest", str(more))
    assert status == 0 and stored(database) == 603


def test_an_interrupt_keeps_what_was_stored(database: Path, tmp_path: Path) -> None:
    more = tmp_path / "more.mbox"
    more.write_text(mailbox("more", 3_000, "words " * 300))
    # what a shell starts in the background ignores the signal, and so would all that the tests start
    heard = partial(signal.signal, signal.SIGINT, signal.default_int_handler)
    process = start(database, "ingest", "-", stdin=subprocess.PIPE, before=heard)
    assert process.stdin is not None  # left open: the program waits for more mail when it is interrupted
    process.stdin.write(mailbox("more", 1_500, "words " * 300))
    process.stdin.flush()
    deadline = time.monotonic() + 60
    with contextlib.closing(sqlite3.connect(database, timeout=60)) as reading:
        while time.monotonic() < deadline and process.poll() is None:
            if reading.execute("SELECT count(*) FROM messages").fetchone()[0] > 3:
                break
            time.sleep(0.05)
    time.sleep(1)  # CPython notices no signal between two reads of one block: let it have the last one
    process.send_signal(signal.SIGINT)
    process.wait(timeout=60)
    _, said = process.communicate()
    assert process.returncode == 130, said
    assert said.strip() == "threadmine: interrupted; what was stored before is kept"
    assert 3 < stored(database) < 3_003
    status, _ = run(database, "ingest", "-q", str(more))
    assert status == 0 and stored(database) == 3_003
