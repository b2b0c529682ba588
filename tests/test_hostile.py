"""Mail made to harm: through the whole pipeline in bounded time, losing nothing else, harmless when shown.

Sizes are such that work growing with the square of the input would take minutes. The bound counts processor
time, not the clock.
"""

from __future__ import annotations

import base64
import json
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.db.letters import fresh_database
from threadmine import memmap
from threadmine.db.queries import Queries
from threadmine.extract import mine
from threadmine.model import Mined, Origin, RawMail
from threadmine.parse.message import parse_mail
from threadmine.parse.pages.html import page_text
from threadmine.pipeline import ingest_paths
from threadmine.sources import read_path
from threadmine.track.changelog import changes_in

BOUND = 10.0
"""Processor seconds for parsing and mining one mail; several times what the slowest takes."""

CLAIM = "free_huge_folio() writes folio->_nr_pages at offset 64 of page[1]. "
DIFF = "---\n mm/a.c | 2 +-\n 1 file changed\n\ndiff --git a/mm/a.c b/mm/a.c\n--- a/mm/a.c\n+++ b/mm/a.c\n"
ADDED = "@@ -1,0 +1,{} @@ void rework(struct folio *folio)\n"
ATTRIBUTION = "On Mon, Mar 3, 2025 at 10:00, Bo Example <bo@example.org> wrote:\n"
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def mail(body: str, subject: str = "[PATCH] mm: rework folio", extra: str = "", kind: str = "plain") -> bytes:
    head = (
        f"From: Ada Example <ada@example.org>\nSubject: {subject}\nDate: Tue, 4 Mar 2025 10:00:00 +0000\n"
        f"Message-ID: <h1@example.org>\nContent-Type: text/{kind}; charset=utf-8\n{extra}\n"
    )
    return (head + body).encode("utf-8", "surrogatepass")


def hunk(number: int) -> str:
    at = number * 10 + 1
    return (
        f"@@ -{at},3 +{at},3 @@ static void f{number}(struct folio *folio)\n int a;\n"
        f"-\tfolio->_nr_pages = {number};\n+\tfolio->mapping = NULL;\n int b;\n"
    )


def nested(levels: int) -> bytes:
    opening = "".join(
        f'Content-Type: multipart/mixed; boundary="b{level}"\n\n--b{level}\n' for level in range(levels)
    )
    head = "From: ada@example.org\nSubject: x\nMessage-ID: <h1@example.org>\nMIME-Version: 1.0\n"
    return (head + opening + "Content-Type: text/plain\n\n" + CLAIM + "\n").encode()


def many(template: str, count: int) -> str:
    return "".join(template.format(number) for number in range(count))


CASES: dict[str, Callable[[], bytes]] = {
    "quote marks, blanks between": lambda: mail("> " * 100_000 + CLAIM + "\n\nNo, this breaks.\n"),
    "a quote level more a line": lambda: mail("".join("> " * level + "text\n" for level in range(1_500))),
    "attributions, each deeper": lambda: mail("".join(">" * n + " " + ATTRIBUTION for n in range(1_500))),
    "attributions in a row": lambda: mail(("> " + ATTRIBUTION + "> x\n") * 5_000),
    "one word": lambda: mail("a" * 1_000_000),
    "dots": lambda: mail("." * 300_000 + "\n?\n"),
    "question marks": lambda: mail("?" * 300_000 + "\n"),
    "ellipses": lambda: mail("> x\n\n" + "... " * 100_000 + "?\n"),
    "blanks": lambda: mail(" " * 1_000_000 + "x\n"),
    "member of member": lambda: mail("folio" + "->mapping" * 100_000 + "\n"),
    "digits": lambda: mail("folio->mapping is at offset " + "1" * 300_000 + ".\n"),
    "short lines": lambda: mail("ok.\n" * 100_000),
    "quoted line, own line": lambda: mail("> a\nb?\n" * 20_000),
    "references": lambda: mail(CLAIM, extra="References: " + many("<r{}@example.org>\n ", 50_000) + "\n"),
    "long subject": lambda: mail(CLAIM, subject="[PATCH v2 1/3] " + "s" * 1_000_000),
    "long folded subject": lambda: mail(CLAIM, subject="s\n " * 300_000 + "s"),
    "brackets in the subject": lambda: mail(CLAIM, subject="[" * 400_000),
    "comments in Cc": lambda: mail(CLAIM, extra="Cc: " + "(" * 200_000 + "\n"),
    "nested parts": lambda: nested(10_000),
    "hunks": lambda: mail("Text.\n" + DIFF + "".join(map(hunk, range(5_000)))),
    "a hunk without end": lambda: mail(DIFF + ADDED.format(200_000) + "+\tfolio->mapping = NULL;\n" * 50_000),
    "hunk heads with huge numbers": lambda: mail(
        DIFF + f"@@ -{'9' * 5000},3 +{2**63},{2**64} @@ f(struct folio *folio)\n+\tfolio->mapping = NULL;\n"
    ),
    "comment in comment": lambda: mail(DIFF + ADDED.format(1) + "+" + "/*" * 100_000 + " folio->mapping\n"),
    "brackets in code": lambda: mail(
        DIFF + ADDED.format(1) + "+\t" + "(" * 200_000 + "folio->mapping = 1;\n"
    ),
    "members in a sentence": lambda: mail("prep_compound_page() writes " + "folio->index, " * 5_000 + "x.\n"),
    "brackets in a sentence": lambda: mail(
        "folio->mapping is " + "(" * 50_000 + "set" + ")" * 50_000 + ".\n"
    ),
    "quotes in a sentence": lambda: mail("folio->mapping is " + "\"'`" * 50_000 + " set by f().\n"),
    "and and and": lambda: mail("free_huge_folio() sets folio->mapping and " * 10_000 + ".\n"),
    "not not not": lambda: mail("folio->mapping is " + "not " * 20_000 + "set by f().\n"),
    "claims": lambda: mail(many("prep_compound_page() sets folio->_nr_pages to {}.\n", 2_000)),
    "concerns": lambda: mail(many("> +\tf({});\n\nShould this clear folio->mapping?\n\n", 5_000)),
    "offsets beyond everything": lambda: mail(
        f"folio->mapping is at offset {'9' * 5000}. page[{'9' * 5000}].memcg_data overlaps folio->mapping. "
        f"struct page is {'9' * 5000} bytes. PG_locked is bit {'9' * 5000}. Linux 6.{'9' * 5000} has it.\n"
    ),
    "comments left open in HTML": lambda: mail("<html>" + "<!--" * 200_000, kind="html"),
    "quotations in HTML": lambda: mail("<html><script>x</script>" + "<blockquote>x" * 20_000, kind="html"),
}

SLOW: dict[str, Callable[[], bytes]] = {
    "body of ten megabytes": lambda: mail((CLAIM * 5 + "\n\n") * 30_000),
    "base64 that grows": lambda: mail(
        base64.encodebytes(b"\0" * 20_000_000).decode(), extra="Content-Transfer-Encoding: base64\n"
    ),
    "hunk of a million lines": lambda: mail(
        DIFF + ADDED.format(1_000_000) + "+\tx->mapping = 1;\n" * 1_000_000
    ),
    "a hundred thousand hunks": lambda: mail("Text.\n" + DIFF + "".join(map(hunk, range(100_000)))),
    "short lines, many": lambda: mail("> a\nb?\n" * 100_000),
    "claims, many": lambda: mail(many("prep_compound_page() sets folio->_nr_pages to {}.\n", 20_000)),
}


def mined_in_time(data: bytes) -> Mined:
    model = memmap.load()
    began = time.process_time()
    found = mine(parse_mail(RawMail(data, Origin("hostile"))), model)
    assert time.process_time() - began < BOUND
    return found


@pytest.mark.parametrize("name", CASES)
def test_hostile_mail_takes_bounded_time(name: str) -> None:
    found = mined_in_time(CASES[name]())
    assert found.message.message_id == "h1@example.org"
    body = found.message.body
    stretches = found.message.stretches
    assert [s.start for s in stretches] == [0, *(s.end for s in stretches[:-1])][: len(stretches)]
    assert not stretches or stretches[-1].end == len(body)
    assert all(0 <= claim.start < claim.end <= len(body) for claim in found.claims)


@pytest.mark.slow
@pytest.mark.parametrize("name", SLOW)
def test_huge_mail_takes_bounded_time(name: str) -> None:
    assert mined_in_time(SLOW[name]()).message.message_id == "h1@example.org"


@pytest.mark.parametrize("line", [" " * 50_000, "-" * 50_000, "changes" + " " * 50_000, "> " * 50_000])
def test_a_changelog_of_one_long_line_takes_bounded_time(line: str) -> None:
    began = time.process_time()
    assert list(changes_in(line)) == []
    assert time.process_time() - began < 1


def test_a_saved_page_with_comments_left_open_ends_and_keeps_its_words() -> None:
    began = time.process_time()
    text = page_text("<html><p>before</p>" + "<!-- open " * 40_000 + "after")
    assert time.process_time() - began < BOUND
    assert "before" in text and "after" in text


def test_text_behind_a_comment_left_open_is_kept() -> None:
    page = "<html><p>Before.</p>" + "<!--" * 5_000 + "<b>folio->mapping is set here.</b>"
    found = parse_mail(RawMail(mail(page, kind="html"), Origin("x")))
    assert "Before." in found.body
    assert "folio->mapping is set here." in found.body


# ------------------------------------------------------------------------- what is shown and handed on

ESCAPE = "\x1b]0;title\x07\x1b[2J"
BIDI = "\u202e\u2066evil\u2069"
C1 = "\x9b31m\x85"


def word(text: str) -> str:
    return "=?utf-8?b?" + base64.b64encode(text.encode()).decode() + "?="


def letter(message_id: str, body: str, **other: str) -> bytes:
    headers = {
        "From": "Ada Example <ada@example.org>",
        "Subject": "[PATCH] mm: x",
        "Date": "Tue, 4 Mar 2025 10:00:00 +0000",
        "Message-ID": message_id,
    } | {name.replace("_", "-"): value for name, value in other.items()}
    head = "".join(f"{name}: {value}\n" for name, value in headers.items())
    return (head + "\n" + body).encode("utf-8", "surrogatepass")


IDS = (
    "<a b c@example.org>",
    '<"q u"@example.org>',
    "<x'; DROP TABLE messages;--@example.org>",
    "<" + "k" * 64_000 + "@example.org>",
    "<../../etc/passwd@example.org>",
    "<-rf@example.org>",
    f"<{BIDI}@example.org>",
    f"<e{ESCAPE}@example.org>",
    "no-brackets",
)
DATES = (
    "Fri, 31 Dec 9999 23:59:59 -1200",
    "Mon, 1 Jan 0001 00:00:00 +1400",
    "Mon, 1 Jan -1 00:00:00 +0000",
    "garbage",
    "",
    "Tue, 4 Mar 2025 10:00:00 -99999999999999999999",
    "Tue, 4 Mar 99999999999999 10:00:00",
)
SUBJECTS = (
    "[PATCH 1/99999999999999999999999] x",
    "[PATCH v99999999999999999999 1/2] x",
    "[PATCH v" + "9" * 6_000 + " 1/2] x",
    "[PATCH v² ¹/³] x",
    "[",
    "",
)


def hostile_letters() -> dict[str, bytes]:
    text = CLAIM + "\n\nShould this clear folio->mapping instead?\n"
    dirty = f"{CLAIM}{ESCAPE}{BIDI}{C1}\n\nShould this {ESCAPE} clear folio->mapping {BIDI} instead?\n\n"
    patch = (DIFF + hunk(1)).replace("mm/a", f"mm/{ESCAPE}{BIDI}a").replace("= NULL", f"= {ESCAPE} NULL")
    found = {f"id{n}": letter(name, text, Subject=f"id {n}") for n, name in enumerate(IDS)}
    for n, date in enumerate(DATES):
        found[f"date{n}"] = letter(f"<date{n}@example.org>", text + DIFF + hunk(1), Date=date)
    for n, subject in enumerate(SUBJECTS):
        found[f"subject{n}"] = letter(f"<subject{n}@example.org>", text + DIFF + hunk(1), Subject=subject)
    found["dirty"] = letter(
        f"<dirty{ESCAPE}{BIDI}@example.org>",
        dirty + patch,
        From=word(f"{ESCAPE}Bob {BIDI}\n{C1}") + f" <b{BIDI}@example.org>",
        Subject=word(f"[PATCH v2 {ESCAPE} 1/2] {BIDI}{C1}\nmm: x"),
        List_Id=f"<l{ESCAPE}.example.org>",
        In_Reply_To=f"<p{ESCAPE}{BIDI}@example.org>",
    )
    found["nul"] = letter("<nul@example.org>", "free_huge_folio() \0 writes folio->mapping. Why \0 so?\n")
    found["surrogates"] = letter(
        "<sur@example.org>", "Is folio->mapping \ud800 set by f()?\n", Subject="\udfff"
    )
    found["invalid"] = (
        letter("<inv@example.org>", "") + b"free_huge_folio() writes folio->mapping \xff\xfe.\n"
    )
    found["itself"] = letter("<self@example.org>", text, In_Reply_To="<self@example.org>")
    found["circle1"] = letter("<c1@example.org>", text, In_Reply_To="<c2@example.org>", Subject="Re: x")
    found["circle2"] = letter("<c2@example.org>", text, In_Reply_To="<c1@example.org>", Subject="Re: x")
    found["good"] = letter("<good@example.org>", text)
    return found


@pytest.fixture(scope="module")
def hostile_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "mail").mkdir()
    letters = hostile_letters()
    for name, data in letters.items():
        (folder / "mail" / f"{name}.eml").write_bytes(data)
    with fresh_database(folder) as database:
        report = ingest_paths(database, [str(folder / "mail")])
        assert report.failures == ()
        assert report.skipped == ()
        assert report.new == len(letters)
        assert Queries(database).message("good@example.org").subject == "[PATCH] mm: x"
    return next(folder.glob("*.db"))


def ask(database: Path, *words: str) -> str:
    """What a command prints; that it succeeds, with nothing in it that a terminal would act on."""
    command = [sys.executable, "-m", "threadmine", "--db", f"sqlite:///{database}", *words]
    run = subprocess.run(command, capture_output=True, timeout=300)
    assert run.returncode == 0, run.stderr.decode("utf-8", "replace")[-2_000:]
    out = run.stdout.decode("utf-8").replace("\r\n", "\n")
    assert CONTROL.search(out + run.stderr.decode("utf-8")) is None
    return out


@pytest.mark.parametrize(
    "words",
    [
        ("board",),
        ("issues", "--json"),
        ("claims",),
        ("claims", "--json"),
        ("series",),
        ("matrix",),
        ("search", "mapping"),
        ("touches", "folio.mapping"),
        ("digest", "--since", "2025-01-01"),
        ("digest", "--since", "2025-01-01", "--format", "html"),
        ("digest", "--since", "2025-01-01", "--format", "markdown"),
        ("export", "messages", "--format", "mbox"),
        ("export", "messages", "--format", "dot"),
        ("export", "claims", "--format", "csv"),
        ("export", "messages", "--format", "csv"),
    ],
    ids=" ".join,
)
def test_no_command_lets_mail_act_on_a_terminal(hostile_database: Path, words: tuple[str, ...]) -> None:
    assert ask(hostile_database, *words)


@pytest.mark.parametrize("kind", ["claims", "concerns", "fields", "series", "messages"])
def test_every_exported_line_is_json(hostile_database: Path, kind: str) -> None:
    rows = [json.loads(line) for line in ask(hostile_database, "export", kind).split("\n") if line]
    assert rows
    if kind == "messages":
        assert any("\u202e" in row["message_id"] for row in rows)  # escaped on the way, not lost


def test_a_mailbox_of_dirty_mail_reads_back(hostile_database: Path, tmp_path: Path) -> None:
    box = tmp_path / "box.mbox"
    box.write_text(ask(hostile_database, "export", "messages", "--format", "mbox"), encoding="utf-8")
    read = [parse_mail(raw) for raw in read_path(str(box)) if isinstance(raw, RawMail)]
    assert len(read) >= len(hostile_letters())
    assert any(ESCAPE in message.body and BIDI in message.body for message in read)


@pytest.mark.corpus
@pytest.mark.slow
def test_the_mail_of_other_test_suites_is_read_without_failure(corpus: Path) -> None:
    model = memmap.load()
    read = 0
    for item in read_path(str(corpus / "corpus" / "suites")):
        if isinstance(item, RawMail):
            message = parse_mail(item)
            mine(message, model)
            read += 1
    assert read > 50
