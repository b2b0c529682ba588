"""The sample corpus through the whole house, against what was judged by reading it (data/expected.toml)."""

from __future__ import annotations

import gzip
import re
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest

from tests.conftest import ROOT
from threadmine.db.queries import Queries
from threadmine.db.session import Database, open_database
from threadmine.digest.conflicts import conflicts
from threadmine.ingest import read_messages
from threadmine.memmap import Layout, load
from threadmine.model import IngestReport, Message, PatchFinding, VerdictKind, fold
from threadmine.pipeline import ingest_paths

MAIL = ROOT / "data" / "mail"
Row = dict[str, Any]
EXPECTED: dict[str, Any] = tomllib.loads((ROOT / "data" / "expected.toml").read_text(encoding="utf-8"))


def rows(kind: str) -> list[Any]:
    """The expected rows of one kind, as test parameters that name themselves."""
    found: list[Row] = EXPECTED.get(kind, [])
    return [pytest.param(row, id=f"{number}-{_name(row)}") for number, row in enumerate(found)]


def _name(row: Row) -> str:
    words = (
        row.get("quote") or row.get("title") or row.get("name") or row.get("id") or row.get("author") or ""
    )
    return str(words)[:40]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Database, IngestReport]]:
    """A database that holds the sample corpus, and what the ingest said."""
    path = tmp_path_factory.mktemp("sample") / "sample.db"
    with open_database(f"sqlite:///{path}") as database:
        report = ingest_paths(database, [str(MAIL)])
        yield database, report


@pytest.fixture(scope="module")
def queries(archive: tuple[Database, IngestReport]) -> Queries:
    return Queries(archive[0])


@pytest.fixture(scope="module")
def mails() -> dict[str, Message]:
    """The messages as they are read, by id (the first copy of each)."""
    found: dict[str, Message] = {}
    for item in read_messages([str(MAIL)]):
        if isinstance(item, Message):
            found.setdefault(item.message_id, item)
    return found


@pytest.fixture(scope="module")
def findings(queries: Queries) -> list[PatchFinding]:
    """The program's own findings as the database holds them."""
    return [row.finding for row in queries.findings()]


def test_nothing_is_lost(archive: tuple[Database, IngestReport]) -> None:
    report = archive[1]
    counts = EXPECTED["counts"]
    assert (report.read, report.new, len(report.failures)) == (
        counts["read"],
        counts["new"],
        counts["failures"],
    )


def test_a_second_ingest_changes_nothing(archive: tuple[Database, IngestReport]) -> None:
    database = archive[0]
    before = (Queries(database).counts(), Queries(database).issues(), Queries(database).claims())
    again = ingest_paths(database, [str(MAIL)])
    assert again.new == 0
    assert (Queries(database).counts(), Queries(database).issues(), Queries(database).claims()) == before


@pytest.mark.parametrize("row", rows("messages"))
def test_message(row: Row, queries: Queries) -> None:
    found = queries.message(row["id"])
    assert found.bot == row.get("bot", "")
    assert row.get("author", found.author.name) == found.author.name
    assert row.get("parent", found.in_reply_to) == found.in_reply_to
    assert row.get("has", "") in fold(found.body)
    assert row.get("has_not", "\x00") not in found.body
    assert found.list_name in row.get("lists", [found.list_name])


def test_the_broken_mail_is_kept_and_says_what_is_wrong(mails: dict[str, Message]) -> None:
    (found,) = [mail for mail in mails.values() if mail.id_made_up]
    assert found.author.address == "broken@example.org"
    assert found.defects
    assert found.in_reply_to == "20260120.devpool.v3.2@example.org"


@pytest.mark.parametrize("row", rows("series"))
def test_series(row: Row, queries: Queries) -> None:
    all_series = queries.series()
    (found,) = [each for each in all_series if (each.title, each.version) == (row["title"], row["version"])]
    versions = {each.id: each.version for each in all_series}
    assert len(found.patches) == row["patches"]
    assert found.complete
    assert versions.get(found.supersedes) == row.get("supersedes")
    assert versions.get(found.superseded_by) == row.get("superseded_by")


@pytest.mark.parametrize("row", rows("claims"))
def test_claim(row: Row, queries: Queries) -> None:
    found = [
        each
        for each in queries.claims()
        if each.claim.author.display == row["author"]
        and each.claim.quote.startswith(row["quote"])
        and row.get("predicate", each.claim.predicate) == each.claim.predicate
        and set(row["entities"]) <= set(each.claim.entities)
    ]
    assert found, "no such claim"
    assert {each.verdict.kind.value for each in found} == {row["verdict"]}
    assert all(each.verdict.reason for each in found)
    if row["verdict"] in ("confirmed", "refuted", "conditional"):
        assert all(each.verdict.evidence for each in found)


@pytest.mark.parametrize("row", rows("concerns"))
def test_concern(row: Row, queries: Queries) -> None:
    (found,) = [
        each
        for each in queries.issues()
        if each.concern.author.display == row["author"] and each.concern.quote.startswith(row["quote"])
    ]
    concern, status = found.concern, found.status
    seen = {
        "kind": concern.kind.value,
        "state": status.state.value,
        "addressed_in": status.addressed_in,
        "file": concern.about_file,
        "line": concern.about_line,
        "function": concern.about_function,
    }
    wanted = {key: value for key, value in row.items() if key in seen}
    assert {key: seen[key] for key in wanted} == wanted
    assert set(row.get("targets", ())) <= set(concern.targets)


@pytest.mark.parametrize("row", rows("not_concerns"))
def test_no_concern(row: Row, queries: Queries) -> None:
    for each in queries.issues():
        is_person = each.concern.source == "human"
        assert not is_person or each.concern.author.display != row.get("author")
        assert "quote" not in row or not each.concern.quote.startswith(row["quote"])


@pytest.mark.parametrize("row", rows("touches"))
def test_touch(row: Row, queries: Queries) -> None:
    found = [
        each.touch
        for each in queries.touches(row["name"].partition(".")[2])
        if each.message_id == row["message"] and each.touch.name == row["name"]
    ]
    wanted = {key: value for key, value in row.items() if key not in ("message", "name")}
    seen = [{key: str(getattr(touch, key)) for key in wanted} for touch in found]
    assert {key: str(value) for key, value in wanted.items()} in seen


@pytest.mark.parametrize("row", rows("findings"))
def test_finding(row: Row, findings: list[PatchFinding]) -> None:
    assert [
        each
        for each in findings
        if (each.message_id, each.rule, each.quote) == (row["message"], row["rule"], row["quote"])
    ]


@pytest.mark.parametrize("row", rows("not_findings"))
def test_no_finding(row: Row, findings: list[PatchFinding]) -> None:
    assert not [each for each in findings if (each.message_id, each.rule) == (row["message"], row["rule"])]


@pytest.mark.parametrize("row", rows("conflicts"))
def test_conflict(row: Row, queries: Queries) -> None:
    layout = load().nearest("6.18")
    assert isinstance(layout, Layout)
    current = [each for each in queries.series() if not each.superseded_by]
    found = conflicts(current, lambda series: queries.fields(series.id), lambda _: layout, direct_only=True)
    pairs = {
        (frozenset((each.first.title, each.second.title)), frozenset((one.first.member, one.second.member)))
        for each in found
        for one in each.meetings
    }
    assert (frozenset(row["titles"]), frozenset((row["first"], row["second"]))) in pairs


def test_every_verdict_can_be_seen(queries: Queries) -> None:
    kinds = {each.verdict.kind for each in queries.claims()}
    assert kinds == set(VerdictKind)


def test_the_corpus_names_nobody_real() -> None:
    for path in sorted(path for path in MAIL.rglob("*") if path.is_file()):
        data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        addresses = set(re.findall(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", data.decode("utf-8")))
        assert addresses
        assert all(address.endswith("example.org") for address in addresses), addresses
