"""Where a page leaves the writer open, everybody who may have written it is shown, wherever a writer is."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.parse.pages import samples
from tests.sources.conftest import Run
from threadmine.db.queries import Queries
from threadmine.db.session import open_database
from threadmine.screens.drawing import claim_cell

BOTH = "probably Cleo Gamma (or Dora Delta)"
PAGE = samples.VIEWER.replace(
    "This is done in one place only, and it is not the place that we talk about here.",
    "Here folio->_nr_pages overlaps memcg_data of the page, and it is not the other one.",
).replace(
    "We should keep the clearing where it is and add a comment that says the reason.",
    "Please keep the clearing of folio->_nr_pages where it is, and add a comment, too.",
)


@pytest.fixture
def page(run: Run, tmp_path: Path) -> str:
    """The message-id of the ingested page."""
    (tmp_path / "page.txt").write_text(PAGE, encoding="utf-8")
    assert run("ingest", str(tmp_path / "page.txt")).returncode == 0
    rows = [json.loads(line) for line in run("export", "messages").stdout.splitlines()]
    (name,) = [row["message_id"] for row in rows if row["message_id"].endswith("@page.invalid")]
    return str(name)


def test_lists_details_and_exports_name_them_all(run: Run, page: str) -> None:
    claims = [json.loads(line) for line in run("export", "claims").stdout.splitlines()]
    claim = next(row for row in claims if row["quote"].startswith("Here folio->_nr_pages"))
    concerns = [json.loads(line) for line in run("export", "concerns").stdout.splitlines()]
    concern = next(row for row in concerns if row["quote"].startswith("Please keep"))
    assert claim["author"] == concern["author"] == "Cleo Gamma"
    assert claim["author_candidates"] == concern["author_candidates"] == ["Cleo Gamma", "Dora Delta"]
    others = [row for row in claims if not row["author_candidates"]]
    assert all(" or " not in row["author"] for row in others)
    for words in (["claims"], ["show", claim["id"]], ["explain", claim["id"]], ["issues"],
                  ["show", concern["id"]], ["show", page]):  # fmt: skip
        assert "probably Cleo" in run(*words).stdout, words


def test_a_message_marks_the_parts_that_are_open(run: Run, page: str) -> None:
    lines = run("show", page).stdout.splitlines()
    at = lines.index(f"[written by {BOTH}: the page does not tell]")
    assert "overlaps memcg_data" in lines[at + 1]
    assert "[written by Ann Alpha]" in lines[at + 2 :]
    rows = [json.loads(line) for line in run("export", "messages").stdout.splitlines()]
    (row,) = [row for row in rows if row["message_id"] == page]
    assert ["Cleo Gamma", "Dora Delta"] in [names for _, _, names in row["undecided"]]


def test_the_rows_of_the_screen_name_them(page: str, tmp_path: Path) -> None:
    with open_database(str(tmp_path / "test.db"), readonly=True) as database:
        row = next(row for row in Queries(database).claims() if row.claim.quote.startswith("Here folio"))
    assert claim_cell(row, "who", datetime.now(UTC)).plain == BOTH
