"""The public-inbox server for integration tests: one a session, with a series of our own in two versions."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.sources.inbox import InboxServer, missing_programs

Run = Callable[..., "subprocess.CompletedProcess[str]"]

PEOPLE = (
    ("Ann Alpha", "ann@example.org"),
    ("Bela Beta", "bela@example.org"),
    ("Cleo Gamma", "cleo@example.org"),
)


def letter(
    message_id: str,
    subject: str,
    body: str,
    day: int,
    parent: str = "",
    who: int = 0,
    minute: int = 0,
    received: str = "",
) -> bytes:
    """One mail of our own writing, as it would have come through a list (``received`` at another time)."""
    name, address = PEOPLE[who]
    date = f"{day:02d} Mar 2026 10:{minute:02d}:00 +0000"
    head = [
        f"Received: from mail.example.org by list.example.org; {received or date}",
        f"From: {name} <{address}>",
        "To: linux-mm@example.org",
        f"Subject: {subject}",
        f"Date: {date}",
        f"Message-ID: <{message_id}>",
    ]
    if parent:
        head += [f"In-Reply-To: <{parent}>", f"References: <{parent}>"]
    return ("\n".join(head) + f"\n\n{body}").encode()


def version(number: int, day: int, received: str = "") -> list[bytes]:
    """A version of the series: cover letter, one patch, one reply."""
    prefix = "PATCH" if number == 1 else f"PATCH v{number}"
    cover, patch = f"cover-{number}@example.org", f"patch-{number}@example.org"
    diff = (
        f"diff --git a/mm/a.c b/mm/a.c\n--- a/mm/a.c\n+++ b/mm/a.c\n@@ -1 +1 @@\n-int a;\n+int a{number};\n"
    )
    return [
        letter(
            cover, f"[{prefix} 0/1] mm: count heads again", "It counts the heads.\n", day, received=received
        ),
        letter(
            patch,
            f"[{prefix} 1/1] mm: count",
            f"Count the heads.\n---\n{diff}",
            day,
            cover,
            minute=1,
            received=received,
        ),
        letter(
            f"reply-{number}@example.org",
            f"Re: [{prefix} 1/1] mm: count",
            "Why?\n",
            day,
            patch,
            1,
            2,
            received,
        ),
    ]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InboxServer]:
    """A running server with versions 1 and 2 of the series, and an unrelated mail."""
    missing = missing_programs()
    if missing:
        pytest.skip(f"no public-inbox here (missing: {', '.join(missing)}); these tests are left out")
    inbox = InboxServer(tmp_path_factory.mktemp("inbox"))
    try:
        yield inbox.start(
            [*version(1, 2), *version(2, 9), letter("alone@example.org", "a question", "Who?\n", 4)]
        )
    finally:
        inbox.stop()


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs ``threadmine`` with a database and a cache of its own."""
    env = {key: value for key, value in os.environ.items() if not key.startswith(("GIT_", "XDG_"))}
    env.update(
        HOME=str(tmp_path), XDG_CACHE_HOME=str(tmp_path / "cache"), XDG_DATA_HOME=str(tmp_path / "data"),
        THREADMINE_DB=f"sqlite:///{tmp_path}/test.db", GIT_CONFIG_NOSYSTEM="1", NO_COLOR="1",
    )  # fmt: skip

    def call(
        *words: str, stdin: bytes = b"", settings: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        overrides = [part for key, value in (settings or {}).items() for part in ("-c", f"{key}={value}")]
        done = subprocess.run(
            [sys.executable, "-m", "threadmine", *overrides, *words],
            input=stdin, capture_output=True, env=env, cwd=ROOT, timeout=120, check=False,
        )  # fmt: skip
        return subprocess.CompletedProcess(
            done.args, done.returncode, done.stdout.decode(), done.stderr.decode()
        )

    return call
