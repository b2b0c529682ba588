"""Two writers and a reader at once: no error, no loss, and the same rows as one writer alone."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from tests.db.letters import dump, fresh_database
from threadmine.db.queries import Queries
from threadmine.db.session import open_database

ROOT = Path(__file__).resolve().parents[2]

WRITER = """
import sys
from tests.db.letters import letter, mined, series
from threadmine import pipeline
from threadmine.db.session import open_database

pipeline.BATCH_MESSAGES = 5
start, stop, step = (int(word) for word in sys.argv[2:5])
mails = [mail for n in range(start, stop, step) for mail in series(f"s{n}", 3, hours=n)]
mails += [letter(f"r{n}", [f"s{n}-0", f"s{n}-1"], hours=n + 1) for n in range(start, stop, step)]
with open_database(sys.argv[1]) as database:
    report = pipeline.ingest_messages(database, mails, miner=mined)
    assert not report.failures, report.failures
"""


def writer(path: Path, start: int, stop: int, step: int = 1) -> subprocess.Popen[str]:
    numbers = [str(number) for number in (start, stop, step)]
    command = [sys.executable, "-c", WRITER, str(path), *numbers]
    return subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)


def test_two_writers_and_a_reader(tmp_path: Path) -> None:
    fresh_database(tmp_path).close()
    path = tmp_path / "test.db"
    writers = [writer(path, 0, 40), writer(path, 20, 60)]  # half of each is the other's, too
    seen = []
    with open_database(str(path), readonly=True) as reader:
        queries = Queries(reader)
        while any(process.poll() is None for process in writers):
            counts = queries.counts()
            assert counts.claims == counts.messages  # a thread is there whole or not at all
            seen.append(counts.messages)
            time.sleep(0.002)
    assert [(process.wait(), process.communicate()[1]) for process in writers] == [(0, "")] * 2
    assert seen == sorted(seen)
    fresh_database(tmp_path, "alone.db").close()
    assert writer(tmp_path / "alone.db", 0, 60).wait() == 0
    with open_database(str(path)) as both, open_database(str(tmp_path / "alone.db")) as alone:
        assert Queries(both).counts().messages == 60 * 5
        assert dump(both) == dump(alone)


def test_two_processes_may_make_the_same_database_at_once(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    writers = [writer(path, 0, 3), writer(path, 0, 3)]
    assert [(process.wait(), process.communicate()[1]) for process in writers] == [(0, "")] * 2
    with open_database(str(path)) as database:
        assert Queries(database).counts().messages == 15
