"""Updates ask a real public-inbox server for what is new alone: few requests, few bytes, nothing lost."""

from __future__ import annotations

import gzip
import random
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.sources.conftest import letter, version
from tests.sources.inbox import InboxServer, missing_programs
from threadmine.archives import ingest_epochs
from threadmine.db.queries import Queries
from threadmine.db.session import open_database
from threadmine.following import Outcome, Puller
from threadmine.sources.lore import Lore
from threadmine.sources.target import parse_target

THREADS = 6
WORDS = "heads tails pages large small counts order split merge owner locks first last cache"


def prose(seed: int, words: int = 1500) -> str:
    """Text of the length of a mail with a patch, which packs no better than mail does."""
    pick = random.Random(seed)
    return " ".join(f"{pick.choice(WORDS.split())}{pick.randrange(1000)}" for _ in range(words)) + ".\n"


@dataclass
class Traffic:
    """What went over the wire."""

    requests: list[str] = field(default_factory=list)
    bytes: int = 0


@pytest.fixture
def traffic(monkeypatch: pytest.MonkeyPatch) -> Traffic:
    """Counts every request that b4 and liblore make, and the bytes of the answers."""
    seen = Traffic()
    send = requests.Session.send

    def counted(
        self: requests.Session, request: requests.PreparedRequest, **options: Any
    ) -> requests.Response:
        answer = send(self, request, **options)
        seen.requests.append(f"{request.method} {request.path_url}")
        packed = answer.headers.get("Content-Encoding") == "gzip"  # requests has unpacked it
        seen.bytes += len(gzip.compress(answer.content) if packed else answer.content)
        return answer

    monkeypatch.setattr(requests.Session, "send", counted)
    return seen


def talk(number: int) -> list[bytes]:
    """A thread of our own with four long mails."""
    mails = [letter(f"t{number}-0@example.org", f"talk {number}", prose(number, 20), 5, minute=number)]
    for answer in range(1, 4):
        parent = f"t{number}-{answer - 1}@example.org"
        text = prose(number * 10 + answer)
        mails.append(
            letter(f"t{number}-{answer}@example.org", f"Re: talk {number}", text, 5, parent, 1, answer)
        )
    return mails


@pytest.fixture
def inbox(tmp_path: Path) -> Iterator[InboxServer]:
    if missing := missing_programs():
        pytest.skip(f"no public-inbox here (missing: {', '.join(missing)})")
    server = InboxServer(tmp_path / "own")
    try:
        yield server.start([*version(1, 2), *(mail for number in range(THREADS) for mail in talk(number))])
    finally:
        server.stop()


@pytest.fixture
def ask(inbox: InboxServer, tmp_path: Path) -> Callable[..., Outcome]:
    """Pulls targets, or updates where none are given."""

    def call(*targets: str) -> Outcome:
        lore = Lore(inbox.settings)
        try:
            with open_database(str(tmp_path / "t.db")) as database:
                puller = Puller(lore, database)
                if targets:
                    puller.pull(map(parse_target, targets), versions=True)
                else:
                    puller.update()
                return puller.outcome
        finally:
            lore.close()

    return call


def stored(tmp_path: Path) -> set[str]:
    with open_database(str(tmp_path / "t.db")) as database:
        return {mail.message_id for mail in Queries(database).messages() if not mail.quoted_only}


def now() -> str:
    return format_datetime(datetime.now(UTC))


def test_an_idle_update_is_small(ask: Callable[..., Outcome], traffic: Traffic) -> None:
    """Six threads and a series: two small questions for each thread, and one for new versions."""
    ask("cover-1@example.org", *(f"t{number}-0@example.org" for number in range(THREADS)))
    pulled = traffic.bytes
    traffic.requests.clear()
    traffic.bytes = 0
    outcome = ask()
    assert (outcome.new_ids, outcome.failures, outcome.read) == ([], [], 0)
    windows = [asked for asked in traffic.requests if asked.startswith("POST ") and "rt" in asked]
    pages = [asked for asked in traffic.requests if asked.startswith("GET ")]
    assert (len(windows), len(pages), len(traffic.requests)) == (THREADS + 1, THREADS + 2, 2 * THREADS + 3)
    assert traffic.bytes < 2_000 * (THREADS + 1) and traffic.bytes * 6 < pulled, (traffic.bytes, pulled)


def test_new_mail_comes_by_the_window_alone(
    ask: Callable[..., Outcome], inbox: InboxServer, traffic: Traffic, tmp_path: Path
) -> None:
    """A server that looks in the whole inbox is asked for two threads; what is not followed is dropped."""
    ask(*(f"t{number}-0@example.org" for number in range(THREADS)))
    new = [
        letter(f"late-{n}@example.org", "Re: talk", "New.\n", 20, f"t{n}-3@example.org", received=now())
        for n in range(3)
    ]
    bare = letter("bare@example.org", "Re: talk 4", "I lost the references.\n", 20, received=now())
    other = letter("other@example.org", "of no interest", "Hello.\n", 20, received=now())
    inbox.add([*new, bare, other])
    traffic.requests.clear()
    outcome = ask()
    assert not outcome.failures
    assert sorted(outcome.new_ids) == ["bare@example.org", *(f"late-{n}@example.org" for n in range(3))]
    assert "other@example.org" not in stored(tmp_path)
    assert sum(asked.startswith("POST ") for asked in traffic.requests) <= 3, traffic.requests
    assert ask().new_ids == []


def test_mail_that_the_archive_files_late_comes_too(ask: Callable[..., Outcome], inbox: InboxServer) -> None:
    """Its time of receipt is long before the window: the thread's overview tells of it."""
    ask("t0-0@example.org")
    inbox.add([letter("old@example.org", "Re: talk 0", "Old.\n", 6, "t0-1@example.org")])
    assert ask().new_ids == ["old@example.org"]
    assert ask().new_ids == []


@pytest.mark.parametrize("late", [False, True])
def test_a_new_version_is_found_and_followed(
    ask: Callable[..., Outcome], inbox: InboxServer, late: bool
) -> None:
    ask("cover-1@example.org")
    inbox.add(version(2, 9, received="" if late else now()))
    outcome = ask()
    assert outcome.versions == ["cover-2@example.org"] and len(outcome.new_ids) == 3
    inbox.add([letter("more@example.org", "Re: [PATCH v2 1/1] mm: count", "So?\n", 10, "patch-2@example.org",
                      received=now())])  # fmt: skip
    assert ask().new_ids == ["more@example.org"]
    assert ask().new_ids == []


def test_a_server_without_a_search_gives_whole_threads(
    tmp_path: Path, ask: Callable[..., Outcome], inbox: InboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The faults of a server that has no search index are made here: a real one with lists alone has none."""
    ask("t0-0@example.org")
    post = requests.Session.post

    def refused(self: requests.Session, url: Any, *args: Any, **options: Any) -> requests.Response:
        answer = post(self, url, *args, **options)
        if "q=" in str(url):
            answer.status_code = 501
        return answer

    monkeypatch.setattr(requests.Session, "post", refused)
    inbox.add([letter("late@example.org", "Re: talk 0", "New.\n", 20, "t0-3@example.org", received=now())])
    assert ask().new_ids == ["late@example.org"]


def test_a_series_by_its_change_id_is_found_in_all_its_versions(
    ask: Callable[..., Outcome], inbox: InboxServer
) -> None:
    """The second version has another title, and is found by the change-id alone."""
    name = "20260301-count-heads-0123456789ab"
    for number, title in ((1, "mm: count the heads"), (2, "mm: count heads and tails")):
        prefix = "PATCH" if number == 1 else f"PATCH v{number}"
        text = f"It counts.\n\n---\nbase-commit: {'0' * 40}\nchange-id: {name}\n"
        patch = "Count.\n---\ndiff --git a/a.c b/a.c\n--- a/a.c\n+++ b/a.c\n@@ -1 +1 @@\n-int a;\n+int b;\n"
        cover = f"chg-{number}@example.org"
        head = letter(cover, f"[{prefix} 0/1] {title}", text, 10 + number)
        own = f"chp-{number}@example.org"
        inbox.add([head, letter(own, f"[{prefix} 1/1] {title} now", patch, 10 + number, cover)])
    outcome = ask(name)
    assert not outcome.failures
    assert {"chg-1@example.org", "chg-2@example.org", "chp-1@example.org", "chp-2@example.org"} <= set(
        outcome.new_ids
    )


def test_the_epochs_of_a_list_are_all_read(
    inbox: InboxServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A list with two epochs, cloned from its address; the next run reads what came since."""
    monkeypatch.setenv("THREADMINE_CACHE", str(tmp_path / "cache"))
    second = inbox.inbox / "git/1.git"
    subprocess.run(["git", "init", "-q", "--bare", "-b", "master", str(second)], check=True)
    inbox.add([letter("epoch-1@example.org", "in the second epoch", "Text.\n", 12)], epoch=1)
    with open_database(str(tmp_path / "e.db")) as database:
        report = ingest_epochs(database, [f"{inbox.origin}/linux-mm"])
        assert not report.failures and report.new == 3 + 4 * THREADS + 1
        inbox.add([letter("epoch-2@example.org", "later", "Text.\n", 13)], epoch=1)
        report = ingest_epochs(database, [f"{inbox.origin}/linux-mm"])
        assert (report.read, report.new_ids, report.failures) == (1, ("epoch-2@example.org",), ())


def test_a_list_without_words_brings_what_arrived(
    ask: Callable[..., Outcome], inbox: InboxServer, tmp_path: Path
) -> None:
    inbox.add([letter("today@example.org", "of today", "Text.\n", 12, received=now())])
    lore = Lore(inbox.settings)
    try:
        with open_database(str(tmp_path / "q.db")) as database:
            puller = Puller(lore, database)
            puller.pull_query("linux-mm", "", datetime.now(UTC) - timedelta(days=1))
            assert puller.outcome.new_ids == ["today@example.org"]
            whole = Puller(lore, database)
            whole.pull_query("linux-mm", "", None)
            assert len(whole.outcome.new_ids) == 3 + 4 * THREADS
    finally:
        lore.close()
