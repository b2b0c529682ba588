"""The digest of the seed threads, held against what careful readers found in them (gold/)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from threadmine.api import Archive
from threadmine.digest import Digest
from threadmine.digest.plain import COLUMNS, plain_lines
from threadmine.model import Unknown, VerdictKind
from threadmine.query.when import parse_week

pytestmark = pytest.mark.corpus


@pytest.fixture(scope="module")
def seeds(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    path = tmp_path_factory.mktemp("seeds") / "seeds.db"
    with Archive(str(path), readonly=False) as archive:
        report = archive.ingest([str(corpus / "seeds")])
        assert report.read and not report.failures
        yield archive


def of_week(archive: Archive, name: str) -> Digest:
    return archive.digest(*parse_week(name))


def words(text: str) -> set[str]:
    return {word.strip('.,:;"()`').lower() for word in text.split()}


def shared(first: str, second: str) -> float:
    one, other = words(first), words(second)
    return len(one & other) / max(1, min(len(one), len(other)))


def test_the_week_of_the_newest_seed(seeds: Archive, corpus: Path) -> None:
    found = of_week(seeds, "2026-W06")
    assert len(found.series) + len(found.talks) == 1  # one thread moved; its cover letter may be older
    assert found.older_threads >= 3
    assert found.plans and found.unanswered and found.decisions
    assert found.fixed  # a question of the cover letter's first reader is answered in this week


def test_what_readers_found_wrong_is_among_what_does_not_match(seeds: Archive, corpus: Path) -> None:
    rows = [
        json.loads(line) for line in (corpus / "gold/seeds.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    wrong = [claim["quote"] for row in rows for claim in row["claims"] if claim["truth"] == "false"]
    right = [claim["quote"] for row in rows for claim in row["claims"] if claim["truth"] == "true"]
    told = [item.row.claim.quote for item in of_week(seeds, "2026-W06").wrong]
    assert told
    for quote in told:
        best_wrong = max((shared(quote, other) for other in wrong), default=0.0)
        best_right = max((shared(quote, other) for other in right), default=0.0)
        assert best_wrong >= min(best_right, 0.5), quote


def test_no_week_knows_what_came_later(seeds: Archive) -> None:
    for name in ("2025-W39", "2026-W02", "2026-W03"):
        _, until = parse_week(name)
        found = of_week(seeds, name)
        for item in (*found.wrong, *found.plans):
            date = item.row.claim.date
            assert isinstance(date, Unknown) or date < until
        assert all(item.row.verdict.kind is VerdictKind.REFUTED for item in found.wrong)


def test_every_line_fits(seeds: Archive) -> None:
    for name in ("2025-W38", "2026-W06"):
        lines = list(plain_lines(of_week(seeds, name)))
        assert all(
            len(line) <= COLUMNS or line.startswith("[") or " " not in line.strip(" *-") for line in lines
        )
