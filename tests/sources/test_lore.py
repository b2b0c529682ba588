"""Pulling from a real public-inbox server with the real b4 and liblore."""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.sources.conftest import Run, letter, version
from tests.sources.inbox import InboxServer, missing_programs
from threadmine.errors import SourceError
from threadmine.model import RawMail
from threadmine.sources import read_path
from threadmine.sources.lore import Lore
from threadmine.sources.target import parse_target


def messages(run: Run) -> dict[str, dict[str, object]]:
    done = run("export", "messages")
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    return {row["message_id"]: row for row in rows}


@pytest.mark.parametrize(
    ("text", "message_id", "change_id", "base"),
    [
        ("a-1@example.org", "a-1@example.org", "", ""),
        ("<a-1@example.org>", "a-1@example.org", "", ""),
        ("id:a-1@example.org", "a-1@example.org", "", ""),
        ("https://lore.kernel.org/linux-mm/a-1@example.org/T/#u", "a-1@example.org", "", ""),
        ("https://lore.kernel.org/r/a-1@example.org", "a-1@example.org", "", ""),
        ("https://patch.msgid.link/a-1%40example.org", "a-1@example.org", "", ""),
        (
            "http://127.0.0.1:99/my-list/a-1@example.org/",
            "a-1@example.org",
            "",
            "http://127.0.0.1:99/my-list",
        ),
        ("20260101-count-heads-0123456789ab", "", "20260101-count-heads-0123456789ab", ""),
    ],
)
def test_targets(text: str, message_id: str, change_id: str, base: str) -> None:
    target = parse_target(text)
    assert (target.message_id, target.change_id, target.base) == (message_id, change_id, base)


@pytest.mark.parametrize("text", ["", "two words", "https://lore.kernel.org/linux-mm/", "a b@example.org"])
def test_what_is_no_target(text: str) -> None:
    with pytest.raises(SourceError):
        parse_target(text)


def test_pull_brings_the_thread_and_its_versions(server: InboxServer, run: Run) -> None:
    done = run("pull", "reply-2@example.org", settings=server.settings)
    assert done.returncode == 0, done.stderr
    assert set(messages(run)) >= {
        f"{kind}-{n}@example.org" for kind in ("cover", "patch", "reply") for n in (1, 2)
    }
    assert "alone@example.org" not in messages(run)
    again = run("pull", "reply-2@example.org", settings=server.settings)
    assert again.returncode == 0 and again.stdout == "" and "0 new" in again.stderr


def test_pull_without_versions_and_by_link_and_from_a_pipe(server: InboxServer, run: Run) -> None:
    link = f"{server.origin}/linux-mm/cover-1@example.org/"
    assert run("pull", "--no-versions", link, settings=server.settings).returncode == 0
    assert set(messages(run)) == {"cover-1@example.org", "patch-1@example.org", "reply-1@example.org"}
    piped = run("pull", stdin=letter("alone@example.org", "x", "y\n", 1), settings=server.settings)
    assert piped.returncode == 0 and "alone@example.org" in messages(run)


def test_pull_of_a_search(server: InboxServer, run: Run) -> None:
    done = run("pull", "--list", "linux-mm", "--query", "s:question", settings=server.settings)
    assert done.returncode == 0, done.stderr
    assert set(messages(run)) == {"alone@example.org"}


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("pull", "nobody@example.org"), "there is no message nobody@example.org"),
        (("pull", "--list", "no-such-list", "--query", "s:x"), "there is no list no-such-list"),
        (("pull", "--list", "linux-mm", "--query", "s:zzqqzz"), "nothing matches"),
        (("pull", "20260101-nothing-0123456789ab"), "change-id"),
    ],
)
def test_what_the_server_does_not_have(
    server: InboxServer, run: Run, words: tuple[str, ...], says: str
) -> None:
    done = run(*words, settings=server.settings)
    assert done.returncode == 1
    lines = [line for line in done.stderr.splitlines() if says in line]
    assert len(lines) == 1, done.stderr
    assert messages(run) == {}


def test_one_bad_target_does_not_stop_the_others(server: InboxServer, run: Run) -> None:
    done = run("pull", "nobody@example.org", "alone@example.org", settings=server.settings)
    assert done.returncode == 1 and "nobody@example.org" in done.stderr
    assert set(messages(run)) == {"alone@example.org"}


def test_update_brings_exactly_what_is_new(tmp_path: Path, run: Run) -> None:
    if missing := missing_programs():
        pytest.skip(f"no public-inbox here (missing: {', '.join(missing)})")
    inbox = InboxServer(tmp_path / "own").start(version(1, 2))
    try:
        assert run("pull", "cover-1@example.org", settings=inbox.settings).returncode == 0
        idle = run("update", settings=inbox.settings)
        assert (idle.returncode, idle.stdout, idle.stderr) == (0, "", "")
        new = [
            letter("late-1@example.org", "Re: [PATCH 1/1] mm: count", "Because.\n", 3, "reply-1@example.org"),
            letter("late-2@example.org", "Re: [PATCH 1/1] mm: count", "I see.\n", 3, "late-1@example.org", 1),
        ]
        inbox.add(new)
        done = run("update", settings=inbox.settings)
        assert done.returncode == 0, done.stderr
        assert [line.split()[0] for line in done.stdout.splitlines()] == [
            "late-1@example.org",
            "late-2@example.org",
        ]
        inbox.add(version(2, 9))
        done = run("update", settings=inbox.settings)
        assert {line.split()[0] for line in done.stdout.splitlines()} == {
            "cover-2@example.org",
            "patch-2@example.org",
            "reply-2@example.org",
        }
    finally:
        inbox.stop()


def test_offline_mode_uses_no_network(run: Run) -> None:
    done = run(
        "pull", "--offline-mode", "alone@example.org", settings={"b4.midmask": "http://127.0.0.1:1/all/%s"}
    )
    assert done.returncode == 1 and "the network is not used" in done.stderr
    assert run("update", "--offline-mode").returncode == 0


def test_git_clones_an_epoch(server: InboxServer, tmp_path: Path) -> None:
    target = tmp_path / "0.git"
    subprocess.run(["git", "clone", "-q", "--mirror", f"{server.origin}/linux-mm/0", str(target)], check=True)
    found = [item for item in read_path(str(target)) if isinstance(item, RawMail)]
    assert len(found) == 7 and b"<cover-1@example.org>" in found[0].data


def test_the_fetched_say_when_the_server_answered(server: InboxServer) -> None:
    lore = Lore(server.settings)
    try:
        found = lore.thread("alone@example.org")
        assert found.ids == ("alone@example.org",)
        assert abs((found.as_of - datetime.now(UTC)).total_seconds()) < 3600
    finally:
        lore.close()


@pytest.mark.corpus
@pytest.mark.slow
def test_the_thread_of_38_messages(corpus: Path, tmp_path: Path, run: Run) -> None:
    """One message-id of the first development family brings its thread, and the two earlier versions."""
    if missing := missing_programs():
        pytest.skip(f"no public-inbox here (missing: {', '.join(missing)})")
    folder = corpus / "corpus/dev/mbox/D01-drm-pagemap-thp"
    mails = [item.data for item in read_path(str(folder)) if isinstance(item, RawMail)]
    inbox = InboxServer(tmp_path / "own").start(mails[:-2])
    try:
        target = "20260116111325.1736137-1-francois.dugast@intel.com"
        done = run("pull", target, settings=inbox.settings)
        assert done.returncode == 0, done.stderr
        assert len(messages(run)) >= 88
        inbox.add(mails[-2:])
        done = run("update", settings=inbox.settings)
        assert done.returncode == 0 and len(done.stdout.splitlines()) == 2, done.stderr
    finally:
        inbox.stop()
