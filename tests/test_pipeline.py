"""From mail to database: reports, bad mail, interruptions, and the same result whatever comes between."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.db.letters import dump, fresh_database, letter, mined, series
from threadmine import pipeline
from threadmine.db import mined_writing
from threadmine.db.queries import Queries
from threadmine.db.session import Database, open_database
from threadmine.model import IngestReport, Message, Mined, Origin, RawMail, Skipped
from threadmine.parse.message import parse_mail

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with fresh_database(tmp_path) as opened:
        yield opened


def test_the_report_counts_what_happened(database: Database) -> None:
    items: list[Message | Skipped] = [
        letter("a"),
        Skipped(Origin("box", "#2"), "could not be parsed", failed=True),
        letter("a"),
        Skipped(Origin("box/photo.jpg"), "no mail"),
        letter("b", ["a"]),
    ]
    report = pipeline.ingest_messages(database, items, miner=mined)
    assert report == IngestReport(
        read=3,
        new=2,
        known=1,
        skipped=(("box/photo.jpg", "no mail"),),
        failures=(("box:#2", "could not be parsed"),),
        new_ids=("a@example.org", "b@example.org"),
    )
    again = pipeline.ingest_messages(database, items, miner=mined)
    assert (again.new, again.known, again.new_ids) == (0, 3, ())


def test_known_mail_is_not_mined_again(database: Database) -> None:
    mails = series("s", 3)
    pipeline.ingest_messages(database, mails, miner=mined)

    def never(message: Message) -> Mined:
        raise AssertionError(f"{message.message_id} was mined again")

    assert pipeline.ingest_messages(database, mails, miner=never).failures == ()


def test_one_mail_that_breaks_a_rule_is_named_and_stored(database: Database) -> None:
    def brittle(message: Message) -> Mined:
        if message.message_id.startswith("s-2"):
            raise RecursionError("too deep")
        return mined(message)

    report = pipeline.ingest_messages(database, series("s", 3), miner=brittle)
    assert report.new == 4
    ((where, why),) = report.failures
    assert where == "box.mbox:#s-2"
    assert why.startswith("stored, but not mined: RecursionError in brittle")
    assert Queries(database).counts().claims == 3


def test_progress_is_told_after_each_batch(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "BATCH_MESSAGES", 3)
    told: list[tuple[int, str]] = []
    mails = [mail for n in range(2) for mail in series(f"s{n}", 3)]
    pipeline.ingest_messages(database, mails, lambda done, where: told.append((done, where)), mined)
    assert [done for done, _ in told] == [3, 6, 8]
    assert told[-1][1] == "box.mbox:#s1-3"


def test_big_mails_make_small_batches(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "BATCH_CHARACTERS", 1000)
    told: list[int] = []
    mails = [letter(f"m{n}", body="x" * 600 + "\n") for n in range(6)]
    pipeline.ingest_messages(database, mails, lambda done, _: told.append(done), mined)
    assert told == [2, 4, 6]


# ---------------------------------------------------------------------------------------- interruptions

SLOW = """
import sys, time
from tests.test_pipeline import many_mails
from tests.db.letters import mined
from threadmine import pipeline
from threadmine.db.session import open_database

def slowly(message):
    time.sleep(0.0005)
    return mined(message)

pipeline.BATCH_MESSAGES = 20
with open_database(sys.argv[1]) as database:
    print("begun", flush=True)
    pipeline.ingest_messages(database, many_mails(), miner=slowly)
print("done", flush=True)
"""


def many_mails() -> list[Message]:
    """Threads whose messages are spread over many batches, with quotations and double copies."""
    mails = [mail for n in range(60) for mail in series(f"s{n}", 4, hours=n)]
    mails += [letter(f"r{n}", [f"s{n}-0", f"s{n}-2"], hours=70 + n) for n in range(60)]
    mails += [
        letter(f"r{n}", [f"s{n}-0"], hours=70 + n, body="Another copy of it.\n") for n in range(0, 60, 7)
    ]
    random.Random(11).shuffle(mails)
    return mails


def test_killed_at_any_moment_the_next_run_completes_it(tmp_path: Path) -> None:
    with fresh_database(tmp_path, "whole.db") as whole:
        pipeline.ingest_messages(whole, many_mails(), miner=mined)
        expected = dump(whole)
    fresh_database(tmp_path, "killed.db").close()
    path = tmp_path / "killed.db"
    chance = random.Random(5)
    kills = 0
    for _ in range(6):
        process = subprocess.Popen(
            [sys.executable, "-c", SLOW, str(path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        time.sleep(chance.uniform(0.01, 0.3))
        process.send_signal(signal.SIGKILL)
        kills += process.wait() == -signal.SIGKILL
        process.stdout.close()
        with open_database(str(path)) as database:
            counts = Queries(database).counts()
            assert counts.claims == counts.concerns == counts.messages
    assert kills >= 3
    with open_database(str(path)) as database:
        pipeline.ingest_messages(database, many_mails(), miner=mined)
        assert dump(database) == expected
        report = pipeline.ingest_messages(database, many_mails(), miner=mined)
        assert (report.new, dump(database)) == (0, expected)


def test_states_left_by_a_killed_run_are_computed_by_the_next(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(_: Database) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(pipeline, "update_states", killed)
        with pytest.raises(KeyboardInterrupt):
            pipeline.ingest_messages(database, series("s", 2), miner=mined)
    assert len(Queries(database).stale_threads()) == 1
    pipeline.ingest_messages(database, [], miner=mined)
    assert Queries(database).stale_threads() == ()


# ------------------------------------------------------------------------------------- the real house


def test_a_mailbox_goes_in_through_all_rooms(tmp_path: Path, database: Database) -> None:
    box = tmp_path / "box.mbox"
    box.write_text(
        "From mboxrd@z Thu Jan  1 00:00:00 1970\n"
        "From: Ada Author <ada@example.org>\nTo: linux-mm@example.org\n"
        "Subject: [PATCH] mm: example: fill the size\nMessage-ID: <p1@example.org>\n"
        "Date: Mon, 5 Jan 2026 09:00:00 +0000\n\n"
        "struct folio has a member _nr_pages.\n\n---\n mm/example.c | 1 +\n\n"
        "diff --git a/mm/example.c b/mm/example.c\n--- a/mm/example.c\n+++ b/mm/example.c\n"
        "@@ -1,3 +1,4 @@ static void example_fill(struct folio *folio)\n"
        " {\n+\tfolio->_nr_pages = 4;\n \tprepare();\n }\n\n"
        "From mboxrd@z Thu Jan  1 00:00:00 1970\n"
        "From: Rev Viewer <rev@example.org>\nTo: ada@example.org\n"
        "Subject: Re: [PATCH] mm: example: fill the size\nMessage-ID: <r1@example.org>\n"
        "In-Reply-To: <p1@example.org>\nReferences: <p1@example.org>\n"
        "Date: Mon, 5 Jan 2026 10:00:00 +0000\n\n"
        "> +\tfolio->_nr_pages = 4;\n\nWhy do you set folio->_nr_pages here?\n",
        encoding="utf-8",
    )
    report = pipeline.ingest_paths(database, [str(box), str(tmp_path / "missing.mbox")])
    assert (report.read, report.new) == (2, 2)
    assert [where for where, _ in report.failures] == [str(tmp_path / "missing.mbox")]
    queries = Queries(database)
    assert [row.message_id for row in queries.touches("folio._nr_pages")] == ["p1@example.org"]
    (issue,) = queries.issues(field="folio._nr_pages")
    assert (issue.concern.message_id, issue.waits_for and issue.waits_for.name) == (
        "r1@example.org",
        "Ada Author",
    )
    (series_row,) = queries.series()
    assert series_row.fields == ("folio._nr_pages",)
    assert series_row.open_concerns == 1
    before = dump(database)
    assert pipeline.ingest_paths(database, [str(box)]).new == 0
    assert dump(database) == before


@pytest.mark.corpus
@pytest.mark.slow
def test_the_whole_corpus_is_read_once_and_without_loss(corpus: Path, tmp_path: Path) -> None:
    with open_database(str(tmp_path / "corpus.db")) as database:
        box = str(corpus / "corpus" / "dev" / "mbox")
        report = pipeline.ingest_paths(database, [box], miner=Mined)
        assert (report.read, report.failures) == (3802, ())
        real = {mail.message_id for mail in Queries(database).messages() if not mail.quoted_only}
        assert len(real) == 3802
        again = pipeline.ingest_paths(database, [box], miner=Mined)
        assert (again.read, again.new) == (3802, 0)
        bundle = str(corpus / "corpus" / "dev" / "epoch.bundle")
        assert pipeline.ingest_paths(database, [bundle], miner=Mined).new == 0


# ------------------------------------------------------------------------- stand-ins for missing mail

MISSING = """\
From: Ada Author <ada@example.org>
To: linux-mm@example.org
Subject: [PATCH] mm: example: say how many
Message-ID: <asked@example.org>
Date: Mon, 5 Jan 2026 09:00:00 +0000

The member _nr_pages of struct folio is only written when the folio is large,
and the example driver has relied on that since the first version of it.
"""

ANSWER = """\
From: Rev Viewer <rev@example.org>
To: ada@example.org
Subject: Re: [PATCH] mm: example: say how many
Message-ID: <answered@example.org>
In-Reply-To: <asked@example.org>
References: <asked@example.org>
Date: Mon, 5 Jan 2026 10:00:00 +0000

On Mon, Jan 05, 2026 at 09:00:00AM +0000, Ada Author wrote:
> The member _nr_pages of struct folio is only written when the folio is large,
> and the example driver has relied on that since the first version of it.

Why does the driver rely on folio->_nr_pages at all?
"""


def raw(text: str) -> Message:
    return parse_mail(RawMail(text.encode(), Origin("box.mbox", "#1")))


def test_mail_known_from_quotes_gives_way_to_the_real_mail_in_either_order(tmp_path: Path) -> None:
    dumps = []
    for name, order in (("a", (MISSING, ANSWER)), ("b", (ANSWER, MISSING))):
        with fresh_database(tmp_path, f"{name}.db") as database:
            for text in order:
                pipeline.ingest_messages(database, [raw(text)])
            mails = {mail.message_id: mail.quoted_only for mail in Queries(database).messages()}
            assert mails == {"asked@example.org": False, "answered@example.org": False}
            dumps.append(dump(database))
    assert dumps[0] == dumps[1]


def test_what_gives_way_goes_with_the_thread_that_takes_its_place(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline.ingest_messages(database, [raw(ANSWER)])
    before = dump(database)
    assert any(mail.quoted_only for mail in Queries(database).messages())

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(mined_writing, "_write_claims", killed)
        with pytest.raises(KeyboardInterrupt):
            pipeline.ingest_messages(database, [raw(MISSING)])
    assert dump(database) == before
    pipeline.ingest_messages(database, [raw(MISSING)])
    assert not any(mail.quoted_only for mail in Queries(database).messages())
