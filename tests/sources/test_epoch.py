"""public-inbox v2 epochs: whole, incremental, deleted, purged, rewritten, from bundles and addresses."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.sources.conftest import letter
from tests.sources.inbox import InboxServer
from threadmine.cli.epochs import ingest_epochs
from threadmine.db.queries import Queries
from threadmine.db.session import open_database
from threadmine.errors import SourceError
from threadmine.model import RawMail, Skipped
from threadmine.sources import read_path
from threadmine.sources.epoch import git_environment, newest_commit, read_epoch


def git(path: Path, *words: str, data: bytes | None = None) -> str:
    done = subprocess.run(
        ["git", "-C", str(path), *words], input=data, env=git_environment(), check=True, capture_output=True
    )
    return done.stdout.decode().strip()


def mail(number: int) -> bytes:
    return letter(f"{number}@example.org", f"number {number}", f"Text number {number}.\n", 1, minute=number)


def commit(path: Path, entries: list[tuple[str, bytes]], fresh: bool = False) -> None:
    """One commit per entry: the name in the tree (``m`` or ``d``) and the content."""
    if not path.exists():
        subprocess.run(
            ["git", "init", "-q", "--bare", "-b", "master", str(path)], env=git_environment(), check=True
        )
        fresh = True
    stream = b""
    for number, (name, data) in enumerate(entries):
        stream += b"commit refs/heads/master\ncommitter A <a@example.org> %d +0000\ndata 1\nm\n" % (
            1_700_000_000 + number
        )
        if number == 0 and not fresh:
            stream += b"from refs/heads/master^0\n"
        stream += b"deleteall\nM 100644 inline %s\ndata %d\n" % (name.encode(), len(data)) + data + b"\n"
    git(path, "fast-import", "--quiet", "--force", data=stream)


def numbers(path: Path, since: str = "") -> list[int]:
    found = read_epoch(path, "x", since=since)
    return [
        int(item.data.split(b"Message-ID: <")[1].split(b"@")[0])
        for item in found
        if isinstance(item, RawMail)
    ]


def test_oldest_first_and_from_the_last_commit_on(tmp_path: Path) -> None:
    epoch = tmp_path / "0.git"
    commit(epoch, [("m", mail(1)), ("m", mail(2))])
    last = newest_commit(epoch)
    assert numbers(epoch) == [1, 2] and numbers(epoch, last) == []
    commit(epoch, [("m", mail(3))])
    assert numbers(epoch, last) == [3]


def test_deleted_and_purged_mails_are_not_read(tmp_path: Path) -> None:
    epoch = tmp_path / "0.git"
    commit(epoch, [("m", mail(1)), ("m", mail(2)), ("m", b""), ("d", mail(1)), ("x", b"y")])
    items = list(read_epoch(epoch, "x"))
    assert numbers(epoch) == [2]
    reasons = [item.reason for item in items if isinstance(item, Skipped)]
    assert (
        len(reasons) == 4
        and sum("deleted" in r for r in reasons) == 1
        and sum("purged" in r for r in reasons) == 1
    )


def test_rewritten_history_is_read_again(tmp_path: Path) -> None:
    epoch = tmp_path / "0.git"
    commit(epoch, [("m", mail(1)), ("m", mail(2))])
    last = newest_commit(epoch)
    commit(epoch, [("m", mail(2)), ("m", mail(3))], fresh=True)
    git(epoch, "gc", "--quiet", "--prune=now")
    assert numbers(epoch, last) == [2, 3]


def test_bundles_and_clones_of_lists(tmp_path: Path) -> None:
    commit(tmp_path / "list/git/0.git", [("m", mail(1))])
    commit(tmp_path / "list/git/1.git", [("m", mail(2))])
    commit(tmp_path / "list/git/10.git", [("m", mail(3))])
    found = [item for item in read_path(str(tmp_path / "list")) if isinstance(item, RawMail)]
    assert [b"number %d." % n in item.data for n, item in enumerate(found, 1)] == [True] * 3
    bundle = tmp_path / "a.bundle"
    git(tmp_path / "list/git/0.git", "bundle", "create", "-q", str(bundle), "master")
    assert len(list(read_path(str(bundle)))) == 1
    bundle.write_bytes(bundle.read_bytes()[:-30])
    with pytest.raises(SourceError, match="cannot read this bundle"):
        list(read_path(str(bundle)))


def test_an_empty_and_a_broken_epoch(tmp_path: Path) -> None:
    subprocess.run(
        ["git", "init", "-q", "--bare", str(tmp_path / "0.git")], env=git_environment(), check=True
    )
    assert list(read_epoch(tmp_path / "0.git", "x")) == []
    commit(tmp_path / "1.git", [("m", mail(1))])
    for file in (tmp_path / "1.git/objects").rglob("*"):
        if file.is_file() and file.suffix != ".idx":
            file.chmod(0o600)
            file.write_bytes(b"broken")
    with pytest.raises(SourceError, match="git repository cannot be read"):
        list(read_epoch(tmp_path / "1.git", "x"))


def test_ingest_goes_on_where_it_stopped(tmp_path: Path) -> None:
    epoch = tmp_path / "list/git/0.git"
    commit(epoch, [("m", mail(1)), ("m", mail(2))])
    with open_database(f"sqlite:///{tmp_path}/t.db") as database:
        assert ingest_epochs(database, [str(epoch)]).new == 2
        again = ingest_epochs(database, [str(epoch)])
        assert (again.read, again.new) == (0, 0)
        commit(epoch, [("m", mail(3))])
        more = ingest_epochs(database, [str(epoch), str(tmp_path / "nowhere")])
        assert (more.read, more.new, len(more.failures)) == (1, 1, 1)
        assert Queries(database).counts().messages == 3


def test_epochs_of_a_server(server: InboxServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THREADMINE_CACHE", str(tmp_path / "cache"))
    with open_database(f"sqlite:///{tmp_path}/t.db") as database:
        report = ingest_epochs(database, [f"{server.origin}/linux-mm"])
        assert not report.failures and report.new == 7
        again = ingest_epochs(database, [f"{server.origin}/linux-mm", f"{server.origin}/linux-mm/7"])
        assert again.read == 0 and len(again.failures) == 1
