"""Mailboxes in their dialects, and the account of what was skipped."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import subprocess
import sys
from pathlib import Path

import pytest
import zstandard

from threadmine.errors import SourceError
from threadmine.ingest import read_messages
from threadmine.model import Message, RawMail, Skipped
from threadmine.parse.limits import MAX_MAIL
from threadmine.sources import mailbox, packed, read_path
from threadmine.sources.mailbox import read_mbox

FROM = b"From mboxrd@z Thu Jan  1 00:00:00 1970\n"


def mail(number: int, text: bytes = b"Hello.\n") -> bytes:
    return b"From: Ann <ann@example.org>\nMessage-ID: <%d@example.org>\nSubject: a\n\n%s\n" % (number, text)


def mbox(*mails: bytes) -> bytes:
    return b"".join(FROM + one for one in mails)


def split(data: bytes) -> list[bytes]:
    return [item.data for item in read_mbox(io.BytesIO(data), "x") if isinstance(item, RawMail)]


def ids(path: Path | str) -> list[str]:
    return [m.message_id for m in read_messages([str(path)]) if isinstance(m, Message)]


def test_mboxrd_undoes_one_level_of_escaping() -> None:
    text = b"a\n\n>From here\n>>From there\n> From me\n"
    (found,) = split(mbox(mail(1, text)))
    assert found.endswith(b"a\n\nFrom here\n>From there\n> From me\n\n")


def test_an_unescaped_from_in_the_text_does_not_tear_a_mail() -> None:
    text = (
        b"Some text.\n\nFrom now on we count.\n\nFrom ann Mon Jan  5 10:00:00 2026 it is so\nno header here\n"
    )
    assert len(split(mbox(mail(1, text), mail(2)))) == 2


def test_other_separators() -> None:
    lines = [
        b"From ann@example.org Mon Jan  5 10:00:00 2026\n",
        b"From 0123456789012345678901234567890123456789 Mon Sep 17 00:00:00 2001\n",
        b"From MAILER-DAEMON Mon Jan  5 10:00:00 +0100 2026\n",
    ]
    assert len(split(b"".join(line + mail(i) for i, line in enumerate(lines)))) == 3


def test_places_are_counted_from_one() -> None:
    found = list(read_mbox(io.BytesIO(mbox(mail(1), mail(2))), "box"))
    assert [str(item.origin) for item in found] == ["box:#1", "box:#2"]


def test_small_blocks_split_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    data = mbox(*(mail(i, b"text %d\n\nFrom x\n" % i * 50) for i in range(40)))
    whole = split(data)
    monkeypatch.setattr(mailbox, "_BLOCK", 1500)
    assert split(data) == whole and len(whole) == 40


def test_a_giant_mail_is_cut_and_the_next_one_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailbox, "MAX_MAIL", 5000)
    monkeypatch.setattr(mailbox, "_BLOCK", 2000)
    found = list(read_mbox(io.BytesIO(mbox(mail(1, b"line\n" * 5000), mail(2))), "x"))
    assert [type(item) for item in found] == [Skipped, RawMail, RawMail]
    assert b"<2@example.org>" in found[2].data if isinstance(found[2], RawMail) else False
    assert MAX_MAIL > 1_000_000


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress, zstandard.compress])
def test_packed_mailboxes_and_their_damage(tmp_path: Path, pack: object) -> None:
    assert callable(pack)
    data = pack(mbox(*(mail(i, bytes(range(32, 127)) * 20) for i in range(50))))
    path = tmp_path / "box"
    path.write_bytes(data)
    assert len(ids(path)) == 50
    path.write_bytes(data[:-20])
    with pytest.raises(SourceError, match="ends early; nothing of it was read"):
        list(read_path(str(path)))
    path.write_bytes(data[:40] + b"\x00\xff" * 20 + data[80:])
    with pytest.raises(SourceError):
        list(read_path(str(path)))


def test_a_bomb_ends_as_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packed, "MAX_UNPACKED", 1 << 20)
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(b"\n" * (3 << 20)))
    with pytest.raises(SourceError, match="unpacks to more"):
        list(read_path(str(path)))


def test_a_tree_of_mixed_things_is_accounted_for(tmp_path: Path) -> None:
    (tmp_path / "a.mbox").write_bytes(mbox(mail(1), mail(2)))
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "one.eml").write_bytes(mail(3))
    (tmp_path / "b" / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    (tmp_path / "b" / "empty").write_bytes(b"")
    for name in ("cur", "new", "tmp"):
        (tmp_path / "maildir" / name).mkdir(parents=True)
    (tmp_path / "maildir" / "cur" / "1:2,S").write_bytes(mail(4))
    (tmp_path / "maildir" / "new" / "2").write_bytes(mail(5))
    (tmp_path / "z.gz").write_bytes(gzip.compress(mail(6))[:-9])
    items = list(read_messages([str(tmp_path)]))
    assert [m.message_id[0] for m in items if isinstance(m, Message)] == ["1", "2", "3", "4", "5"]
    skipped = {Path(s.origin.source).name: s.failed for s in items if isinstance(s, Skipped)}
    assert skipped == {"picture.png": False, "empty": False, "z.gz": True}


def test_wrong_paths_are_one_failure_and_the_rest_goes_on(tmp_path: Path) -> None:
    (tmp_path / "ok.eml").write_bytes(mail(1))
    items = list(read_messages([str(tmp_path / "nowhere"), str(tmp_path / "ok.eml")]))
    assert isinstance(items[0], Skipped) and items[0].failed and "no such file" in items[0].reason
    assert isinstance(items[1], Message)
    empty = tmp_path / "dir"
    empty.mkdir()
    with pytest.raises(SourceError, match="no mail in this folder"):
        list(read_path(str(empty)))


def test_standard_input_by_content(tmp_path: Path) -> None:
    code = "from threadmine.sources import read_path; print(sum(1 for _ in read_path('-')))"
    for data, count in (
        (mail(1), 1),
        (mbox(mail(1), mail(2)), 2),
        (gzip.compress(mbox(mail(1), mail(2), mail(3))), 3),
    ):
        done = subprocess.run([sys.executable, "-c", code], input=data, capture_output=True, check=True)
        assert int(done.stdout) == count


def test_memory_does_not_grow_with_the_mailbox(tmp_path: Path) -> None:
    code = (
        "import sys, resource; from threadmine.sources import read_path\n"
        "n = sum(1 for _ in read_path(sys.argv[1]))\n"
        "print(n, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    sizes = []
    for count in (500, 5000):
        path = tmp_path / f"{count}.mbox"
        with path.open("wb") as stream:
            for i in range(count):
                stream.write(FROM + mail(i, b"x" * 70 + b"\n" * 150))
        out = subprocess.run(
            [sys.executable, "-c", code, str(path)], capture_output=True, check=True, text=True
        ).stdout
        number, peak = map(int, out.split())
        assert number == count
        sizes.append(peak)
    assert sizes[1] < sizes[0] * 1.2
