"""tools/sample_rows.py: the same seed gives the same rows, of the mails asked for, each in its mail."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

from tests.conftest import ROOT
from threadmine.cli.main import execute
from tools import sample_rows

MAIL = ROOT / "data" / "mail"

Sample = Callable[..., str]


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> str:
    url = f"sqlite:///{tmp_path_factory.mktemp('rows') / 'mail.db'}"
    execute(["--db", url, "ingest", "--quiet", str(MAIL)])
    return url


@pytest.fixture
def sample(database: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Sample:
    def run(*words: str) -> str:
        monkeypatch.setattr(sys, "argv", ["sample_rows", "--db", database, *words])
        assert sample_rows.main() == 0
        return capsys.readouterr().out

    return run


def ids(text: str) -> list[str]:
    return [line.split()[-1] for line in text.splitlines() if line.startswith("=" * 20)]


def test_a_seed_names_its_rows(sample: Sample) -> None:
    first = sample("--seed", "1", "--claims", "5", "--concerns", "5")
    assert len(ids(first)) == 10
    assert sample("--seed", "1", "--claims", "5", "--concerns", "5") == first
    assert ids(sample("--seed", "2", "--claims", "5", "--concerns", "5")) != ids(first)


def test_fewer_rows_are_the_first_of_more(sample: Sample) -> None:
    more = ids(sample("--claims", "6", "--concerns", "0"))
    assert ids(sample("--claims", "3", "--concerns", "0")) == more[:3]


def test_a_row_is_shown_in_its_mail(sample: Sample) -> None:
    text = sample("--claims", "1", "--concerns", "0")
    assert any(line.startswith("=> ") for line in text.splitlines())
    assert "Subject: " in text


def test_only_rows_of_a_family_and_of_a_verdict(sample: Sample) -> None:
    every = set(ids(sample("--claims", "999", "--concerns", "999")))
    one = set(ids(sample("--claims", "999", "--concerns", "999", "--family", str(MAIL / "sample"))))
    other = set(
        ids(sample("--claims", "999", "--concerns", "999", "--family", str(MAIL / "foliolog.mbox.gz")))
    )
    assert one and other and one | other <= every and not one & other
    refuted = sample("--claims", "999", "--concerns", "0", "--verdict", "refuted")
    assert ids(refuted) and "  confirmed (" not in refuted


def test_mail_that_is_not_there_is_told(sample: Sample) -> None:
    with pytest.raises(SystemExit, match="no mail at"):
        sample("--family", str(MAIL / "nothing"))
