"""public-inbox v2 epochs: whole, incremental, deleted, purged, rewritten, from bundles and addresses."""

from __future__ import annotations

import sqlite3
import subprocess
from pathlib import Path

import pytest

from tests.sources.conftest import letter
from tests.sources.inbox import InboxServer
from threadmine.archives import ingest_epochs
from threadmine.db.queries import Queries
from threadmine.db.session import Database, open_database
from threadmine.db.store import Store
from threadmine.errors import SourceError
from threadmine.model import IngestReport, RawMail, Skipped, Withdrawn
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
    assert [item.message_id for item in items if isinstance(item, Withdrawn)] == ["1@example.org"]
    reasons = [item.reason for item in items if isinstance(item, Skipped)]
    assert (
        len(reasons) == 3
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


# ------------------------------------------------------- deleted, purged and edited after they were read


def reply(number: int, parent: int, quoted: str) -> bytes:
    """An answer that quotes ``quoted`` of its parent, and asks something."""
    text = f"On Sun, 1 Mar 2026 at 10:0{parent}, Ann Alpha wrote:\n> {quoted}\n\nMust folio->_mapcount go?\n"
    return letter(
        f"{number}@example.org", f"Re: number {parent}", text, 1, f"{parent}@example.org", 1, number
    )


def claiming(number: int, text: str = "prep_compound_head() sets folio->_entire_mapcount to -1.") -> bytes:
    return letter(f"{number}@example.org", f"number {number}", f"{text}\n", 1, minute=number)


def contents(database: Database) -> dict[str, list[tuple[object, ...]]]:
    """What a database holds, without the numbers that depend on the order of reading."""
    texts = {
        "messages": "message_id, thread_id, in_reply_to, refs, quoted_only, series_id, content_hash",
        "threads": "id, root_id, subject, messages, first_at, last_at",
        "known_ids": "message_id, thread_id, has_parent",
        "claims": "id, quote, verdict",
        "concerns": "id, quote, state",
        "copies": "content_hash, source",
        "series": "id, title, total",
    }
    with sqlite3.connect(str(database.url.database)) as connection:
        found = {
            table: connection.execute(f"SELECT {columns} FROM {table} ORDER BY 1, 2").fetchall()
            for table, columns in texts.items()
        }
        rows = "SELECT m.message_id, s.text FROM search s JOIN messages m ON m.key = s.rowid ORDER BY 1"
        found["search"] = connection.execute(rows).fetchall()
    return found


def read_epochs(path: Path, *epochs: Path) -> tuple[dict[str, list[tuple[object, ...]]], IngestReport]:
    with open_database(str(path)) as database:
        report = ingest_epochs(database, map(str, epochs))
        assert not report.failures
        return contents(database), report


QUOTED = "prep_compound_head() sets folio->_entire_mapcount to -1."


def test_a_mail_deleted_after_it_was_read_is_taken_out(tmp_path: Path) -> None:
    """Nothing of it counts any more; the database is that of a run that never saw the mail."""
    epoch = tmp_path / "0.git"
    commit(
        epoch,
        [("m", claiming(1)), ("m", reply(2, 1, QUOTED)), ("m", reply(3, 2, "Should it?")), ("m", mail(4))],
    )
    before, _ = read_epochs(tmp_path / "a.db", epoch)
    assert before["claims"] and len(before["messages"]) == 4
    commit(epoch, [("d", reply(2, 1, QUOTED)), ("d", claiming(1)), ("m", mail(5))])
    after, report = read_epochs(tmp_path / "a.db", epoch)
    assert sorted(report.removed_ids) == ["1@example.org", "2@example.org"] and report.new == 1
    clean, _ = read_epochs(tmp_path / "clean.db", epoch)
    assert after == clean
    assert [row[0] for row in after["messages"] if not row[4]] == [f"{n}@example.org" for n in (3, 4, 5)]


def test_what_others_quote_of_a_deleted_mail_is_known_from_quotations(tmp_path: Path) -> None:
    epoch = tmp_path / "0.git"
    commit(epoch, [("m", claiming(1)), ("m", reply(2, 1, QUOTED)), ("d", claiming(1))])
    commit(tmp_path / "late.git", [("m", claiming(1)), ("m", reply(2, 1, QUOTED))])
    clean, _ = read_epochs(tmp_path / "clean.db", epoch)
    read_epochs(tmp_path / "late.db", tmp_path / "late.git")
    commit(tmp_path / "late.git", [("d", claiming(1))])
    after, _ = read_epochs(tmp_path / "late.db", tmp_path / "late.git")
    assert after == clean
    assert [(str(row[0]).endswith("@quoted.invalid"), row[4]) for row in after["messages"]] == [
        (False, 0),
        (True, 1),
    ]


def test_a_deletion_that_an_interrupted_run_saw_too_late(tmp_path: Path) -> None:
    """The mail was stored, the position was not: the next run reads both the mail and its deletion."""
    epoch = tmp_path / "0.git"
    commit(epoch, [("m", claiming(1)), ("m", mail(2))])
    read_epochs(tmp_path / "a.db", epoch)
    with open_database(str(tmp_path / "a.db")) as database:
        Store(database).save_position(f"epoch:{epoch.resolve()}", "")
    commit(epoch, [("d", claiming(1))])
    after, report = read_epochs(tmp_path / "a.db", epoch)
    assert report.removed_ids == ("1@example.org",)
    assert after == read_epochs(tmp_path / "clean.db", epoch)[0]


def test_a_mail_put_into_the_archive_again_is_back(tmp_path: Path) -> None:
    epoch = tmp_path / "0.git"
    commit(epoch, [("m", claiming(1)), ("m", mail(2))])
    read_epochs(tmp_path / "a.db", epoch)
    commit(epoch, [("d", claiming(1)), ("m", claiming(1))])
    after, _ = read_epochs(tmp_path / "a.db", epoch)
    assert [row[0] for row in after["messages"]] == ["1@example.org", "2@example.org"]
    assert after == read_epochs(tmp_path / "clean.db", epoch)[0]


def test_what_another_source_has_too_stays(tmp_path: Path) -> None:
    epoch, other = tmp_path / "0.git", tmp_path / "other.git"
    commit(epoch, [("m", claiming(1))])
    footer = claiming(1, f"{QUOTED}\n\n_______________________________________________\nlist of others")
    commit(other, [("m", footer)])
    for number, order in enumerate(([epoch, other], [other, epoch])):
        path = tmp_path / f"{number}.db"
        read_epochs(path, *order)
        if not number:
            commit(epoch, [("d", claiming(1))])
            after, report = read_epochs(path, epoch)
            assert report.removed_ids == () and len(after["messages"]) == 1
            assert after["copies"] == [] and len(after["claims"]) == 1


def test_purged_and_rewritten_history(tmp_path: Path) -> None:
    """A purge makes the mail's blob empty and gives every later commit a new id."""
    epoch = tmp_path / "0.git"
    mails = [claiming(1), reply(2, 1, QUOTED), mail(3)]
    commit(epoch, [("m", data) for data in mails])
    read_epochs(tmp_path / "a.db", epoch)
    commit(epoch, [("m", b""), ("m", mails[1]), ("m", mails[2]), ("m", mail(4))], fresh=True)
    git(epoch, "gc", "--quiet", "--prune=now")
    after, report = read_epochs(tmp_path / "a.db", epoch)
    assert (report.new_ids, report.removed_ids) == (("4@example.org",), ("1@example.org",))
    assert after == read_epochs(tmp_path / "clean.db", epoch)[0]


def test_a_mail_edited_in_a_rewritten_history_has_its_new_words(tmp_path: Path) -> None:
    epoch = tmp_path / "0.git"
    texts = [f"folio->_mapcount is at offset {n}." for n in range(6)]
    for number, text in enumerate(texts):
        commit(epoch, [("m", claiming(1, text)), ("m", mail(2))], fresh=True)
        after, report = read_epochs(tmp_path / "a.db", epoch)
        assert after == read_epochs(tmp_path / f"clean-{number}.db", epoch)[0], text
        assert report.removed_ids == ()


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
