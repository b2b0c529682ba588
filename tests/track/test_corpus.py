"""Versions of real series, where the corpus is at hand: one chain each, in order, without a stranger."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from threadmine import memmap, track
from threadmine.db.queries import Queries
from threadmine.db.session import Database, open_database
from threadmine.extraction.concerns import find_concerns
from threadmine.model import ConcernState, Mined
from threadmine.pipeline import ingest_paths
from threadmine.track.series import Chains

pytestmark = [pytest.mark.corpus, pytest.mark.slow]

CHAINS = {
    "D04-compound-devmap": ["v1", "v1", "v2", "v3", "v4", "v5", "v6", "v7"],
    "D05-per-memcg-lru-lock": [f"v{number}" for number in (1, 10, 11, 12, 13, 14, *range(16, 22))],
    "D06-split-netmem": [f"v{number}" for number in range(1, 13)],
    "D09-ptdesc": [f"v{number}" for number in range(1, 10)],
}


@pytest.fixture(scope="module")
def archive(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """The four families in one database, concerns mined and nothing else."""
    model = memmap.load()
    folders = [str(corpus / "corpus" / "dev" / "mbox" / family) for family in CHAINS]
    with open_database(f"sqlite:///{tmp_path_factory.mktemp('corpus') / 'mail.db'}") as database:
        ingest_paths(database, folders, miner=lambda mail: Mined(mail, concerns=find_concerns(mail, model)))
        yield database


def test_each_family_is_one_chain(archive: Database) -> None:
    chains = Chains(Queries(archive))
    found = {tuple(chains.chain(name)) for name in chains.rows}
    long = [[chains.labels(chain)[name] for name in chain] for chain in found if len(chain) > 1]
    assert sorted(long) == sorted(CHAINS.values())
    for chain in found:
        authors = {chains.rows[name].author.address for name in chain}
        assert len(authors) == 1, authors


def test_tracking_is_quick_and_a_reply_does_little(archive: Database) -> None:
    """A reply to the newest version of the longest chain leaves the threads of the others alone."""
    rows = Queries(archive).series()
    threads = sorted({row.thread_id for row in rows})
    begin = time.process_time()
    track.update(archive, threads)
    assert time.process_time() - begin < 20
    (newest,) = [row for row in rows if row.version == 21]
    begin = time.process_time()
    track.update(archive, [newest.thread_id])
    assert time.process_time() - begin < 1


def test_only_evidence_makes_a_concern_addressed(archive: Database) -> None:
    found = Queries(archive).issues(state=ConcernState.ADDRESSED)
    assert len(found) > 50
    for row in found:
        assert row.status.addressed_in
        assert row.status.addressed_evidence.startswith(f"{row.status.addressed_in}: ")
