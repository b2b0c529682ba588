"""The Python API does what docs/api.md says, and the example there runs."""

from __future__ import annotations

import contextlib
import io
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests import world
from tests.conftest import ROOT
from threadmine import api
from threadmine.errors import NoDatabaseError, UsageError
from threadmine.model import VerdictKind

NOW = datetime(2026, 2, 8, 15, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> str:
    return world.make(tmp_path_factory.mktemp("world") / "world.db")


def test_questions_in_the_query_language(database: str) -> None:
    with api.Archive(database, now=NOW) as archive:
        assert [row.concern.quote for row in archive.issues("kind:objection")] == [
            "I object to setting pgmap in the loop."
        ]
        assert len(archive.issues("since:7d")) == 2
        assert [row.verdict.kind.value for row in archive.claims("verdict:refuted")] == ["refuted"]
        assert [row.version for row in archive.series("is:current touches:memcg_data")] == [2]
        assert [row.touch.member for row in archive.touches("pgmap", "author:ada")] == ["pgmap"]
        assert [mail.message_id for mail in archive.messages("author:max")] == ["r3@example.org"]
        assert [item.row.version for item in archive.digest().series] == [2]
        with pytest.raises(UsageError, match="did you mean field"):
            archive.issues("fild:x")


def test_no_database_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(NoDatabaseError) as caught:
        api.Archive(str(tmp_path / "none.db"))
    assert "threadmine ingest" in caught.value.remedy


def test_sentences_are_judged() -> None:
    (judged,) = api.verify("folio->_nr_pages overlaps page[1].memcg_data.", kernel="6.19")
    assert judged.verdict.kind is VerdictKind.CONFIRMED and judged.verdict.evidence
    assert judged.claim.subject == "folio._nr_pages"
    assert api.verify("Thanks, looks good to me.") == ()


def test_the_example_of_the_docs_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sample: Path) -> None:
    if not (sample / "mail").is_dir():
        pytest.skip("no sample mail in data/mail")
    (example,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs/api.md").read_text(), re.DOTALL)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").symlink_to(sample)
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(example, "docs/api.md", "exec"), {})
    assert "confirmed folio._nr_pages is folio+120..123" in out.getvalue()
    assert out.getvalue().splitlines()[-2] == "120"
