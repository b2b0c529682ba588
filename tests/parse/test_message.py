"""Mail of every make, read to the last character; hostile mail, read without harm."""

from __future__ import annotations

import base64
import csv
import sys
import time
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from threadmine.ingest import read_messages
from threadmine.model import Message, Origin, Person, RawMail, Skipped, Unknown
from threadmine.parse.message import parse_mail

HEAD = b"""From: Ann Alpha <ann@example.org>
To: Bob Beta <bob@example.org>, "Gamma, Cleo" <cleo@example.org>
Cc: a-list@example.org
Subject: [PATCH v2 1/3] mm: count
Date: Mon, 5 Jan 2026 10:00:00 +0100
Message-ID: <1@example.org>
In-Reply-To: <0@example.org>
References: <r@example.org>
\t<0@example.org>
"""


def read(data: bytes) -> Message:
    return parse_mail(RawMail(data, Origin("test")))


def codes(message: Message) -> set[str]:
    return {defect.code for defect in message.defects}


def test_plain() -> None:
    message = read(HEAD + b"\nHello.\n")
    assert message.message_id == "1@example.org" and message.in_reply_to == "0@example.org"
    assert message.references == ("r@example.org", "0@example.org")
    assert message.author == Person("Ann Alpha", "ann@example.org")
    assert message.to == (Person("Bob Beta", "bob@example.org"), Person("Gamma, Cleo", "cleo@example.org"))
    assert message.date == datetime.fromisoformat("2026-01-05T10:00:00+01:00")
    assert message.body == "Hello.\n" and not message.defects and not message.id_made_up
    assert (message.subject.number, message.subject.total) == (1, 3)


def test_dos_line_ends_read_the_same() -> None:
    unix = read(HEAD + b"\nHello.\n> quoted\n")
    assert read((HEAD + b"\nHello.\n> quoted\n").replace(b"\n", b"\r\n")) == unix


@pytest.mark.parametrize(
    ("charset", "text"),
    [
        ("utf-8", "grüße – 好"),
        ("iso-8859-1", "grüße"),
        ("gbk", "页面计数"),
        ("gb2312", "页面计数"),
        ("big5", "頁面"),
        ("iso-2022-jp", "ページ"),
        ("koi8-r", "страница"),
        ("euc-kr", "페이지"),
    ],
)
@pytest.mark.parametrize("encoding", ["8bit", "base64", "quoted-printable"])
def test_charsets_and_encodings(charset: str, text: str, encoding: str) -> None:
    data = (text + "\n").encode(charset)
    if encoding == "base64":
        data = base64.encodebytes(data)
    elif encoding == "quoted-printable":
        data = b"".join(b"=%02X" % byte for byte in data[:-1]) + b"\n"
    head = (
        HEAD
        + f"Content-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: {encoding}\n\n".encode()
    )
    message = read(head + data)
    assert message.body == text + "\n" and not message.defects


def test_wrong_charsets_still_give_text() -> None:
    for charset in ("x-unknown", "ascii", "punycode", "idna", "rot13", "hex", "utf-7"):
        message = read(HEAD + f"Content-Type: text/plain; charset={charset}\n\n".encode() + "grün\n".encode())
        assert message.body == "grün\n", charset
        assert "charset" in codes(message)


def test_encoded_headers() -> None:
    data = HEAD.replace(b"Ann Alpha", b"=?UTF-8?Q?Anne_=C3=84lph=C3=A4?=").replace(
        b"mm: count", b"=?utf-8?B?" + base64.b64encode("mm: zählen".encode()) + b"?="
    )
    message = read(data + b"\nx\n")
    assert message.author.name == "Anne Älphä" and message.subject.title == "mm: zählen"


def test_multipart_takes_text_and_attached_patches() -> None:
    mail = EmailMessage()
    mail["From"], mail["Subject"], mail["Message-ID"] = "a@example.org", "x", "<m@x>"
    mail.set_content("The text.\n")
    mail.add_alternative("<p>The text.</p>", subtype="html")
    mail.add_attachment("diff --git a/a b/a\n", subtype="x-patch", filename="a.patch")
    mail.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="a.png")
    message = read(mail.as_bytes())
    assert message.body == "The text.\n\ndiff --git a/a b/a\n"


def test_html_only_keeps_words_and_quotes() -> None:
    page = b"<html><style>x{}</style><p>New &amp; good</p><blockquote>old<br>text</blockquote>"
    page = b"Content-Type: text/html\n\n" + page
    message = read(HEAD + page)
    assert [line for line in message.body.split("\n") if line] == ["New & good", "> old", "> text"]
    assert "html-only" in codes(message)


def test_missing_id_is_made_up_from_the_content() -> None:
    data = HEAD.replace(b"Message-ID: <1@example.org>\n", b"")
    one, two = read(data + b"\nHello.\n"), read(b"Received: elsewhere\n" + data + b"\nHello.\n")
    assert one.message_id == two.message_id and one.message_id.endswith("@missing.invalid") and one.id_made_up
    assert read(data + b"\nOther.\n").message_id != one.message_id


def test_two_message_ids_take_the_first() -> None:
    message = read(HEAD + b"Message-ID: <2@example.org>\n\nx\n")
    assert message.message_id == "1@example.org" and "duplicate-header" in codes(message)


@pytest.mark.parametrize(
    "date", ["", "yesterday", "32 Foo 2026 99:99", "Mon, 5 Jan 2999 10:00:00 +0100", "9" * 300]
)
def test_broken_dates(date: str) -> None:
    data = HEAD.replace(b"Mon, 5 Jan 2026 10:00:00 +0100", date.encode())
    assert isinstance(read(data + b"\nx\n").date, Unknown)
    received = b"Received: from a by b;\n\tTue, 6 Jan 2026 11:00:00 +0000 (UTC)\n"
    message = read(received + data + b"\nx\n")
    assert message.date == datetime(2026, 1, 6, 11, tzinfo=UTC) and "date-from-received" in codes(message)


def test_robots_are_told_from_people() -> None:
    for address, name in (
        ("lkp@intel.com", "kernel test robot"),
        ("syzbot+0123@syzkaller.appspotmail.com", "syzbot"),
        ("sashiko-bot@kernel.org", "sashiko"),
    ):
        message = read(f"From: X <{address}>\nMessage-ID: <b@x>\n\nfound it\n".encode())
        assert message.bot == name
    assert read(HEAD + b"\nx\n").bot == ""
    assert read(b"From: Abbot Botham <abbot@example.org>\n\nx\n").bot == ""


POSTED = (
    "From: Ada Byrne <ada@example.org>\nSubject: {subject}\nDate: Mon, 5 Jan 2026 10:00:00 +0000\n"
    "Message-ID: <p@example.org>\n\nFrom: {own}\n\nText.\n\n---\n"
    "--- a/mm/tray.c\n+++ b/mm/tray.c\n@@ -1,2 +1,2 @@\n-int a;\n+int b;\n int c;\n"
)


@pytest.mark.parametrize(
    ("subject", "own", "writer"),
    [
        ("[PATCH] mm: x", "Bo Lind <bo@example.org>", "Bo Lind"),
        ("[PATCH] mm: x", "Ada Byrne <ada@elsewhere.example>", "Ada Byrne"),
        ("[PATCH] mm: x", "A. Byrne <ADA@example.org>", "Ada Byrne"),
        ("[PATCH] mm: x", "the depths of the allocator", "Ada Byrne"),
        ("Re: [PATCH] mm: x", "Bo Lind <bo@example.org>", "Ada Byrne"),
    ],
)
def test_a_patch_may_be_of_somebody_else_than_its_sender(subject: str, own: str, writer: str) -> None:
    message = read(POSTED.format(subject=subject, own=own).encode())
    assert message.author.name == "Ada Byrne"
    assert message.writer.name == writer


def test_cover_letters() -> None:
    assert read(HEAD.replace(b"1/3", b"0/3") + b"\nWhat it does.\n").is_cover
    assert not read(HEAD.replace(b"[PATCH v2 1/3]", b"Re: [PATCH v2 0/3]") + b"\nYes.\n").is_cover


def nested(levels: int) -> bytes:
    data = HEAD
    for level in range(levels):
        data += f"Content-Type: multipart/mixed; boundary=b{level}\n\n--b{level}\n".encode()
    return data + b"Content-Type: text/plain\n\ndeep\n"


HOSTILE = [
    b"",
    b"\n",
    b"\x00" * 1000,
    b"\xff" * 1000,
    b"From: " + b"<" * 100_000 + b"\n\nx",
    b"To: " + b"a@b," * 100_000 + b"\n\nx",
    b"To: " + b'"' * 99_999 + b"\n\nx",
    b"To: " + b"(" * 50_000 + b"\n\nx",
    b"References: " + b"<a@b>" * 50_000 + b"\n\nx",
    b"Subject: " + b"=?utf-8?q?a?= " * 20_000 + b"\n\nx",
    b"X: y\n" * 200_000 + b"\nx",
    b"Content-Type: multipart/mixed; boundary=x\n\n" + b"--x\n\na\n" * 20_000,
    nested(30),
    nested(3000),
    b"Content-Transfer-Encoding: base64\n\n!!!!",
    b"Content-Transfer-Encoding: quoted-printable\n\n=ZZ==",
    b"Content-Transfer-Encoding: x-uuencode\n\nbegin 644 a\nM!!\n",
    b"Content-Type: text/html\n\n" + b"<blockquote>" * 50_000 + b"x",
    b"Content-Type: multipart/mixed\n\nno boundary\n",
    b"Content-Type: text/plain; charset=\xff\xfe\n\nx\n",
]


@pytest.mark.parametrize("data", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_mail_is_read_in_bounded_time(data: bytes) -> None:
    start = time.process_time()
    message = read(data)
    assert time.process_time() - start < 5
    assert message.message_id and all(ord(c) != 0 for c in message.body)
    message.body.encode("utf-8")


@settings(max_examples=150, deadline=None)
@given(
    st.binary(max_size=300),
    st.sampled_from([b"", HEAD, HEAD + b"Content-Type: multipart/mixed; boundary=a\n"]),
)
def test_any_bytes_give_a_message(data: bytes, head: bytes) -> None:
    message = read(head + data)
    assert not message.stretches or message.stretches[-1].end == len(message.body)


@pytest.mark.corpus
def test_the_whole_corpus_matches_its_manifest(corpus: Path) -> None:
    """Ids, parents, dates and subjects of all 3,802 mails, and none lost."""
    csv.field_size_limit(sys.maxsize)
    with (corpus / "corpus/dev/manifest.tsv").open(encoding="utf-8") as stream:
        rows = {
            row["message_id"]: row for row in csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE)
        }
    found = {
        m.message_id: m
        for m in read_messages([str(corpus / "corpus/dev/mbox")])
        if not isinstance(m, Skipped)
    }
    assert len(rows) == len(found) == 3802
    for key, row in rows.items():
        message = found[key]
        stated = row["in_reply_to"].partition("<")[2].partition(">")[0]
        assert (message.in_reply_to or "") == (stated or row["in_reply_to"])
        assert isinstance(message.date, datetime)
        assert message.date.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") == row["date"]
        assert message.subject.raw.split() == row["subject"].split()
        assert message.stretches[-1].end == len(message.body) if message.body else True


@pytest.mark.corpus
def test_odd_and_broken_mail_of_other_projects_is_read(corpus: Path) -> None:
    read_ones = failed = 0
    for item in read_messages([str(corpus / "corpus/suites")]):
        if isinstance(item, Skipped):
            failed += item.failed
        else:
            read_ones += 1
    assert read_ones >= 610
    assert failed <= 1  # a bundle that needs commits which are not there
