"""``threadmine verify`` and ``threadmine explain``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.conftest import ROOT
from threadmine.cli.main import threadmine

MAIL = b"""\
From: Ada Example <ada@example.org>
Date: Sat, 7 Mar 2026 10:00:00 +0000
Message-ID: <facts@example.org>
Subject: [PATCH] mm: example

folio->_nr_pages overlaps page[1].memcg_data.
"""


def run(*words: str, stdin: bytes = b"") -> Result:
    return CliRunner().invoke(threadmine, ["--no-pager", *words], input=stdin, catch_exceptions=False)


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database with one mail."""
    folder = tmp_path_factory.mktemp("explain")
    (folder / "facts.eml").write_bytes(MAIL)
    url = str(folder / "mail.db")
    result = run("--db", url, "ingest", str(folder / "facts.eml"))
    assert result.exit_code == 0, result.output
    return url


def test_a_sentence_is_judged() -> None:
    result = run("verify", "--kernel", "6.19", "prep_compound_head() handles order 0 as well.")
    assert result.exit_code == 0
    assert result.stdout.startswith("REFUTED  6.19, x86-64")
    assert "folio_set_order() warns if !order" in result.stdout


def test_what_no_reading_found_is_marked() -> None:
    text = "The reclaim path now skips zork_node_list, so page->lru stays there until zork_drain_all() runs."
    result = run("verify", "--json", text)
    weighed = [item for item in json.loads(result.stdout)["items"] if item["inferred"]]
    assert weighed and weighed[0]["inferred"][0].startswith("weighed")
    assert run("verify", text).stdout.count("(weighed)") == len(weighed)


def test_a_mail_on_standard_input_is_judged_at_its_date() -> None:
    result = run("verify", "-", "--json", stdin=MAIL)
    (item,) = json.loads(result.stdout)["items"]
    assert item["verdict"] == "confirmed"
    assert item["author"] == "Ada Example"
    assert item["kernel"] == {
        "version": "6.19",
        "arch": "x86-64",
        "config": "distribution",
        "found": "date",
    }
    assert item["evidence"][0]["rule"] == "overlap"


def test_the_kernel_decides() -> None:
    sentence = "folio->_nr_pages overlaps page[1].memcg_data."
    kinds = [
        json.loads(run("verify", "--json", "--kernel", kernel, sentence).stdout)["items"][0]["verdict"]
        for kernel in ("6.12", "6.19")
    ]
    assert kinds == ["refuted", "confirmed"]


def test_a_sentence_without_a_statement_says_so() -> None:
    result = run("verify", "Thanks for the patch!")
    assert result.exit_code == 0
    assert result.stdout == ""
    assert "No statement" in result.stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [(("",), "there is no text to judge"), (("x", "--kernel", "soon"), "'soon' is no kernel version")],
)
def test_wrong_usage(words: tuple[str, ...], message: str) -> None:
    from threadmine.errors import UsageError

    with pytest.raises(UsageError, match=message):
        run("verify", *words)


def test_explain_shows_the_place_the_rules_and_the_bytes(stored: str) -> None:
    found = json.loads(run("--db", stored, "claims", "--json").stdout)["items"]
    (claim,) = [item for item in found if item["predicate"] == "overlaps"]
    text = run("--db", stored, "explain", claim["id"]).stdout
    assert ">> folio->_nr_pages overlaps page[1].memcg_data." in text
    assert "Rules that were asked" in text
    assert "overlap          6.19" in text
    assert "page[1]+56..63" in text
    assert "memcg_data" in text.split("The bytes in")[1]


def test_explain_for_programs(stored: str) -> None:
    found = json.loads(run("--db", stored, "claims", "--json").stdout)["items"]
    (item,) = json.loads(run("--db", stored, "explain", found[0]["id"], "--json").stdout)["items"]
    assert item["stored_verdict"] == item["verdict"]
    assert [rule["rule"] for rule in item["rules"] if rule["decided"]] == ["overlap"]


def test_explain_in_another_kernel(stored: str) -> None:
    found = json.loads(run("--db", stored, "claims", "--json").stdout)["items"]
    (item,) = json.loads(run("--db", stored, "explain", found[0]["id"], "--kernel", "6.12", "--json").stdout)[
        "items"
    ]
    assert (item["verdict"], item["stored_verdict"]) == ("refuted", "confirmed")


def test_the_page_on_verdicts_names_every_rule() -> None:
    from threadmine.verify.rules import RULES

    page = Path(ROOT / "docs" / "verdicts.md").read_text(encoding="utf-8")
    missing = [rule.name for rule in RULES if f"`{rule.name}`" not in page]
    assert not missing
