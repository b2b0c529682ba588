"""Mail that is stored first and mined later: the same rows in the end, whatever comes between."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.db.letters import dump, fresh_database
from tests.sources.test_reconcile import PAGE, RAW
from threadmine import pipeline
from threadmine.cli.main import threadmine
from threadmine.db.completing import count_waiting
from threadmine.db.queries import Queries
from threadmine.db.session import Database, open_database
from threadmine.ingest import parse_all
from threadmine.model import Message, Mined, Origin, RawMail, Withdrawn
from threadmine.parse.apart import taken_apart
from threadmine.parse.message import parse_mail, read_mail
from threadmine.sources import read_path

ROOT = Path(__file__).resolve().parents[1]
MAIL = str(ROOT / "data" / "mail")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with fresh_database(tmp_path) as opened:
        yield opened


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[object, ...]]]:
    """The sample as a plain ingest stores it."""
    with fresh_database(tmp_path_factory.mktemp("plain")) as opened:
        pipeline.ingest_paths(opened, [MAIL])
        return dump(opened)


def raws(*names: str) -> list[RawMail]:
    return [RawMail(RAW[name].encode(), Origin("box.mbox", name)) for name in names]


# --------------------------------------------------------------------------------------- two steps


def test_a_bare_message_taken_apart_is_the_message_parsed_at_once() -> None:
    mails = [item for item in read_path(MAIL) if isinstance(item, RawMail)]
    assert len(mails) > 20
    for mail in mails:
        bare = read_mail(mail)
        assert (bare.bare, bare.stretches, bare.trailers, bare.patch) == (True, (), (), None)
        whole = taken_apart(bare)
        assert whole == parse_mail(mail)
        assert taken_apart(whole) is whole


def test_stored_then_mined_is_row_for_row_what_a_plain_ingest_gives(
    database: Database, expected: dict[str, list[tuple[object, ...]]]
) -> None:
    report = pipeline.ingest_paths(database, [MAIL], mining=False)
    assert report.failures == ()
    assert count_waiting(database) == report.new > 20
    counts = Queries(database).counts()
    assert (counts.claims, counts.concerns) == (0, 0)
    assert pipeline.mine_waiting(database).read == report.new
    assert count_waiting(database) == 0
    assert dump(database) == expected
    assert pipeline.mine_waiting(database).read == 0
    assert dump(database) == expected


def test_a_plain_ingest_mines_what_waits(
    database: Database, expected: dict[str, list[tuple[object, ...]]]
) -> None:
    new = pipeline.ingest_paths(database, [MAIL], mining=False).new
    told: list[tuple[int, str]] = []
    again = pipeline.ingest_paths(database, [MAIL], lambda done, where: told.append((done, where)))
    assert (again.new, again.known) == (0, again.read)
    assert told[-1] == (again.read, f"mined {new} that waited")
    assert dump(database) == expected


@pytest.mark.parametrize("seed", range(4))
def test_any_mixture_of_the_two_gives_the_same(
    database: Database, seed: int, expected: dict[str, list[tuple[object, ...]]]
) -> None:
    """In the order of reading, because of several quotations of a missing mail the first one counts."""
    chance = random.Random(seed)
    items = list(read_path(MAIL))
    start = 0
    while start < len(items):
        end = start + chance.randrange(1, 9)
        mining = chance.random() < 0.4
        found = parse_all(items[start:end], bare=not mining)
        pipeline.ingest_messages(database, found, mining=mining)
        start = end
    pipeline.mine_waiting(database)
    assert dump(database) == expected


def test_nothing_is_mined_before_its_time(database: Database) -> None:
    def never(message: Message) -> Mined:
        raise AssertionError(f"{message.message_id} was mined")

    found = parse_all(raws(*RAW), bare=True)
    assert pipeline.ingest_messages(database, found, miner=never, mining=False).failures == ()


# ------------------------------------------------------------------------------------ interruptions

SLOW = """
import sys, time
from threadmine import pipeline
from threadmine.db.session import open_database
from threadmine.extract import mine
from threadmine import memmap

model = memmap.load()

def slowly(message):
    time.sleep(0.005)
    return mine(message, model)

pipeline.BATCH_MESSAGES = 3
with open_database(sys.argv[1]) as database:
    print("begun", flush=True)
    pipeline.mine_waiting(database, miner=slowly)
"""


def test_mining_that_is_killed_goes_on_where_it_stopped(
    tmp_path: Path, expected: dict[str, list[tuple[object, ...]]]
) -> None:
    path = tmp_path / "killed.db"
    with fresh_database(tmp_path, "killed.db") as database:
        pipeline.ingest_paths(database, [MAIL], mining=False)
    left = []
    for pause in (0.05, 0.15):
        process = subprocess.Popen(
            [sys.executable, "-c", SLOW, str(path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        time.sleep(pause)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        with open_database(str(path)) as database:
            left.append(count_waiting(database))
    assert left == sorted(left, reverse=True)
    with open_database(str(path)) as database:
        pipeline.mine_waiting(database)
        assert dump(database) == expected


def test_a_message_that_breaks_mining_does_not_wait_for_ever(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(message: Message) -> Message:
        raise RecursionError("too deep")

    def brittle(message: Message) -> Mined:
        raise ValueError("a rule broke")

    pipeline.ingest_messages(database, parse_all(raws("parent.eml"), bare=True), mining=False)
    report = pipeline.mine_waiting(database, miner=brittle)
    ((where, why),) = report.failures
    assert (where, why[:43]) == ("box.mbox:parent.eml", "stored, but not mined: ValueError in brittle"[:43])
    assert count_waiting(database) == 0
    pipeline.ingest_messages(database, parse_all(raws("middle.eml"), bare=True), mining=False)
    monkeypatch.setattr("threadmine.parse.apart.taken_apart", broken)
    report = pipeline.mine_waiting(database, miner=Mined)
    assert [why.split(":")[1].split()[0] for _, why in report.failures] == ["RecursionError"]
    assert count_waiting(database) == 0


# -------------------------------------------------------------------- pages, copies, deleted mail


def test_a_page_and_the_mail_it_shows_meet_in_any_order(tmp_path: Path) -> None:
    (tmp_path / "page.txt").write_text(PAGE, encoding="utf-8")
    dumps = []
    for name, order in (("a", ("page", "mail")), ("b", ("mail", "page")), ("c", ("plain",))):
        with fresh_database(tmp_path, f"{name}.db") as database:
            for what in order:
                if what in ("page", "plain"):
                    mining = what == "plain"
                    pipeline.ingest_paths(database, [str(tmp_path / "page.txt")], mining=mining)
                if what in ("mail", "plain"):
                    found = parse_all(raws(*RAW), bare=what == "mail")
                    pipeline.ingest_messages(database, found, mining=what == "plain")
            pipeline.mine_waiting(database)
            dumps.append(dump(database))
    assert dumps[0] == dumps[2]
    assert dumps[1] == dumps[2]


def test_what_is_only_quoted_appears_when_it_is_mined(database: Database) -> None:
    pipeline.ingest_messages(database, parse_all(raws("middle.eml"), bare=True), mining=False)
    assert [mail.quoted_only for mail in Queries(database).messages()] == [False]
    pipeline.mine_waiting(database)
    assert sorted(mail.quoted_only for mail in Queries(database).messages()) == [False, True]


def test_a_better_copy_takes_the_place_of_one_that_waits(tmp_path: Path) -> None:
    one = RawMail(RAW["parent.eml"].encode(), Origin("a.mbox", "#1"))
    two = replace(one, data=one.data + b"_____\nA footer of the list.\n", origin=Origin("b.mbox", "#1"))
    dumps = []
    for name, portions in (
        ("plain", [([one, two], True)]),
        ("first", [([one], False), ([two], False)]),
        ("second", [([two], False), ([one], True)]),
        ("third", [([two], True), ([one], False)]),
        ("fourth", [([one], False), ([two], True)]),
    ):
        with fresh_database(tmp_path, f"{name}.db") as database:
            for mails, mining in portions:
                pipeline.ingest_messages(database, parse_all(mails, bare=not mining), mining=mining)
            pipeline.mine_waiting(database)
            assert count_waiting(database) == 0
            dumps.append(dump(database))
    assert all(found == dumps[0] for found in dumps)


def test_mail_that_its_archive_deletes_waits_no_longer(database: Database) -> None:
    pipeline.ingest_messages(database, parse_all(raws(*RAW), bare=True), mining=False)
    gone = Withdrawn("bela-2@example.org", Origin("box.mbox"))
    report = pipeline.ingest_messages(database, [gone], mining=False)
    assert report.removed_ids == ("bela-2@example.org",)
    assert count_waiting(database) == 2
    pipeline.mine_waiting(database)
    mails = {mail.message_id: mail.quoted_only for mail in Queries(database).messages()}
    assert mails["ann-3@example.org"] is False
    assert sum(mails.values()) == 1  # what ann-3 quotes of it


# ---------------------------------------------------------------------------- before it is mined


def test_messages_that_wait_are_found_shown_and_in_their_places(database: Database) -> None:
    with open_database(str(Path(str(database.url.database)).with_name("plain.db"))) as plain:
        pipeline.ingest_paths(plain, [MAIL])
        pipeline.ingest_paths(database, [MAIL], mining=False)
        mined, waiting = Queries(plain), Queries(database)
        mails = [mail for mail in mined.messages() if not mail.quoted_only]
        assert mails
        for mail in mails:
            (same,) = waiting.messages_by_id([mail.message_id])
            for name in ("thread_id", "subject", "author", "date", "body", "series_id", "patch_number"):
                assert getattr(same, name) == getattr(mail, name), name
            assert same.stretches == ()
            tree = [(row.message_id, row.level) for row in waiting.thread(mail.message_id)]
            quoted = {m.message_id for m in mined.messages() if m.quoted_only}
            if not quoted & {row.message_id for row in mined.thread(mail.message_id)}:
                assert tree == [(row.message_id, row.level) for row in mined.thread(mail.message_id)]
        shown = [(row.title, row.version, row.complete) for row in mined.series()]
        assert shown == [(row.title, row.version, row.complete) for row in waiting.series()]


def test_search_reads_the_texts_of_messages_that_wait(database: Database) -> None:
    pipeline.ingest_messages(database, parse_all(raws("parent.eml")))
    pipeline.ingest_messages(database, parse_all(raws("answer.eml"), bare=True), mining=False)
    queries = Queries(database)

    def found(words: str) -> list[str]:
        return [mail.message_id for mail in queries.search(words)]

    assert found("flag lives") == ["cleo-1@example.org", "ann-3@example.org"]  # its subject has both
    assert found('"second page a year"') == ["ann-3@example.org"]
    assert found("nowhere") == []
    pipeline.mine_waiting(database)
    assert found('"second page a year"') == ["ann-3@example.org"]


# ------------------------------------------------------------------------------------ command line


def run(*words: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(threadmine, list(words), standalone_mode=False)
    return int(done.return_value or 0), done.stdout, done.stderr


def test_the_commands_tell_what_waits_and_what_was_mined(tmp_path: Path) -> None:
    db = str(tmp_path / "x.db")
    status, out, told = run("--db", db, "ingest", "--no-mine", MAIL)
    assert (status, out) == (0, "")
    count = int(told.split(" messages not mined yet")[0].rsplit("\n", 1)[-1])
    assert told.endswith(f"{count} messages not mined yet: run threadmine mine\n")
    with open_database(db, readonly=True) as opened:
        name = next(iter(Queries(opened).messages())).message_id
    status, out, told = run("--db", db, "show", name)
    assert (status, told) == (0, "")
    assert "Its thread" in out
    waiting = f"{count} messages not mined yet: run threadmine mine\n"
    assert run("--db", db, "issues") == (0, "", waiting + "no issue matches\n")
    assert run("--db", db, "mine") == (0, "", f"{count} messages mined\n")
    assert run("--db", db, "mine") == (0, "", "0 messages mined\n")
    assert "not mined" not in run("--db", db, "issues")[2]
    assert run("--db", db, "mine", "-q") == (0, "", "")
