"""Questions on the command line, over a small archive mined by hand (tests/world.py)."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests import world
from threadmine.cli.main import execute
from threadmine.render import width

EPOCH = "1770564600"  # 2026-02-08 15:30 UTC

Run = Callable[..., str]

CONTRACT = {
    "claims": """id message_id author date quoted quote span predicate subject object value condition polarity
        modality tense entities verdict reason kernel holds evidence""",
    "concerns": """id message_id author date quoted quote span kind targets patch series version file line
        state state_evidence addressed_in addressed_evidence severity source triage url""",
    "fields": """series version patch message_id struct member offset size access file function line side
        via""",
    "series": """id title author list version message_id patches complete supersedes superseded_by linked_by
        base trailers fields open_concerns last_activity state""",
    "messages": """message_id in_reply_to thread subject author address date list patch trailers
        attestation""",
}
"""The keys that contract/EXPORT.md promises."""


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> str:
    return world.make(tmp_path_factory.mktemp("world") / "world.db")


@pytest.fixture
def run(database: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Runs a command that must succeed and say nothing on standard error; gives its standard output."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", EPOCH)

    def call(*arguments: str, status: int = 0, said: str = "") -> str:
        assert execute(["--db", database, *arguments]) == status
        shown = capfd.readouterr()
        assert said in shown.err and (said or not shown.err)
        return shown.out

    return call


def items(text: str) -> list[dict[str, Any]]:
    document = json.loads(text)
    assert document["schema"] == 1
    found: list[dict[str, Any]] = document["items"]
    return found


def test_board_counts_open_issues_by_member(run: Run) -> None:
    lines = run("board", said="1 more member only touched").splitlines()
    assert lines[0].split() == ["Field", "Open", "Issues", "Claims", "Refuted", "Series", "Last"]
    assert lines[1].split() == ["folio._nr_pages", "2", "3", "2", ".", "2", "4d"]
    assert [line.split()[0] for line in run("board", "page", "--all").splitlines()[1:]] == [
        "page.compound_head",
        "page.flags",
        "page.memcg_data",
    ]
    row = next(item for item in items(run("board", "--json")) if item["member"] == "_nr_pages")
    assert (row["struct"], row["open_issues"], row["touched_by"]) == ("folio", 2, 2)


def test_issues_are_told_open_ones_first(run: Run) -> None:
    text = run("issues")
    states = [line.split()[1] for line in text.splitlines() if line[:1] == "q"]
    assert states == ["OPEN", "OPEN", "DISPUTED", "OPEN", "ADDRESSED"]
    assert "fixed in v2" in text and "[v1 2/2] mm: rework device page setup" in text


def test_issues_by_every_option(run: Run) -> None:
    def quotes(*options: str) -> list[str]:
        return [item["quote"] for item in items(run("issues", "--json", *options))]

    order, why, cast = (
        "What about order 0 folios?",
        "Why is this cleared in every page?",
        "Please drop the cast here.",
    )
    loop = "I object to setting pgmap in the loop."
    assert quotes("--field", "folio._nr_pages") == [order, why, cast]
    assert quotes("--field", "_nr_pages", "--state", "open") == [order, why]
    assert quotes("--kind", "objection") == [loop]
    assert quotes("--author", "max") == [loop]
    assert quotes("--series", "https://lore.kernel.org/all/v1-0@example.org/", "--kind", "request") == [cast]
    assert order in quotes("--since", "7d") and why not in quotes("--since", "7d")
    assert cast not in quotes("--open") and len(quotes("--open")) == 4
    assert len(quotes("--limit", "2")) == 2


def test_what_was_closed_by_hand_is_told_and_not_open(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    database = world.make(tmp_path / "own.db")

    def shown(*arguments: str) -> str:
        assert execute(["--db", database, *arguments]) == 0
        return capfd.readouterr().out

    own_id = items(shown("issues", "--json", "--kind", "objection"))[0]["id"]
    shown("triage", own_id, "close", "--who", "Max", "--note", "settled on the phone")
    assert "set by hand: closed" in shown("issues", "--kind", "objection")
    assert own_id not in shown("issues", "--open") and own_id not in shown("issues", "is:open")
    assert own_id in shown("issues", "is:aside")
    assert own_id not in shown("digest", "--until", "2026-02-09")


def test_issue_records_have_every_key_of_the_contract(run: Run) -> None:
    keys = set(CONTRACT["concerns"].split())
    for item in items(run("issues", "--json")):
        assert keys <= set(item)
    done = items(run("issues", "--json", "--state", "addressed"))[0]
    assert done["patch"] == "1/2" and done["version"] == 1 and done["addressed_in"] == "v2"
    assert done["state_evidence"][0]["effect"] == "promise" and done["file"] == "mm/memremap.c"
    assert done["date"] == "2026-01-13T09:00:00+00:00" and done["author"] == "Rev Viewer"


def test_claims_say_how_they_were_read_and_why(run: Run) -> None:
    text = run("claims", "--verdict", "refuted")
    assert "REFUTED" in text and "= prep_compound_head valid_for order 0" in text
    assert "> folio_set_order() warns on order 0" in text
    found = items(run("claims", "--json", "--predicate", "resides"))
    assert [(item["verdict"], item["tense"]) for item in found] == [("planned", "planned")]
    assert found[0]["kernel"] == {
        "version": "6.19",
        "arch": "x86-64",
        "config": "distribution",
        "found": "date",
    }


def test_findings_are_the_programs_own(run: Run) -> None:
    text = run("findings")
    assert "narrow-store" in text and "the store clears 4 of 8 bytes" in text
    assert "mm/memremap.c:10 zone_device_page_init()" in text and "inside memcg_data" in text
    (found,) = items(run("findings", "--json", "--series", "v1-0@example.org"))
    assert (found["rule"], found["line"], found["patch"]) == ("narrow-store", 10, "1/2")
    assert items(run("findings", "--json", "--since", "7d", said="no finding")) == []


def test_nothing_found_is_said_and_a_typo_gets_near_matches(run: Run) -> None:
    assert items(run("issues", "--json", "--kind", "nit", said="no issue matches")) == []
    run("issues", "--field", "folio._nr_pagse", status=1, said="did you mean folio._nr_pages")
    run("touches", "memgc_data", status=1, said="did you mean memcg_data")
    run("claims", "--field", "folio._pincount", said="no claim matches")


def test_fields_draws_a_grid_in_layout_order(run: Run) -> None:
    lines = run("fields", "rework device", "--version", "1").splitlines()
    assert lines[1].split() == ["Member", "Bytes", "1", "2", "Through"]
    assert [line.split()[0] for line in lines[2:5]] == [
        "folio.pgmap",
        "folio._nr_pages",
        "page.compound_head",
    ]
    assert lines[2].split()[1:] == ["+8", "(8)", ".", "+W"]
    assert lines[4].split()[-2:] == ["-R", "page_folio()"]


def test_fields_tells_what_changed_between_versions(run: Run) -> None:
    text = run("fields", "<v2-0@example.org>", "--all-versions")
    assert "changed in v2:" in text
    assert "folio.pgmap: +W -> untouched" in text and "page.memcg_data: untouched -> +W" in text
    assert "mm/memremap.c:12" in run("fields", "rework", "--version", "1", "--lines")
    run("fields", "rework", "--version", "9", status=1, said="in hand: v1, v2")
    run("fields", "nothing like it", status=1, said="no series")


def test_fields_and_touches_as_json(run: Run) -> None:
    rows = items(run("fields", "v1-1@example.org", "--json"))
    assert [(row["struct"], row["member"], row["access"], row["side"]) for row in rows] == [
        ("folio", "_nr_pages", "write", "+"),
        ("folio", "pgmap", "write", "+"),
        ("page", "compound_head", "read", "-"),
    ]
    assert (rows[0]["offset"], rows[0]["size"], rows[0]["patch"], rows[2]["via"]) == (
        120,
        4,
        "1/2",
        "page_folio",
    )
    touched = items(run("touches", "page[1].memcg_data", "--json"))
    assert [row["version"] for row in touched] == [2]
    assert items(run("touches", "page.compound_head", "--write", "--json", said="no series matches")) == []


def test_touches_lists_series_newest_first(run: Run) -> None:
    heads = [line for line in run("touches", "_nr_pages").splitlines() if line[:1] == "s"]
    assert ["v2" in head for head in heads] == [True, False]


def test_series_lists_and_tells(run: Run) -> None:
    listed = run("series").splitlines()
    assert listed[:2] == ["mm: rework device page setup", "    Ada Author, linux-mm.example.org"]
    assert [line.split()[1:] for line in listed[2:4]] == [
        ["v2", "1/2", "4d", "1", "open"],
        ["v1", "2/2", "3w", "2", "open"],
    ]
    story = run("series", "v1-2@example.org")
    assert "patches:  1 of 2, not complete" in story and "known by subject" in story
    assert "issues:   3, of them still open: 2" in story
    found = items(run("series", "--json"))
    assert found[0]["supersedes"] == found[1]["id"] and found[1]["state"] == "superseded"
    assert found[1]["trailers"] == {"Signed-off-by": 1} and found[1]["message_id"] == "v1-0@example.org"


def test_show_puts_the_sentence_in_its_place(run: Run) -> None:
    own_id = items(run("issues", "--json", "--state", "addressed"))[0]["id"]
    text = run("show", own_id)
    assert "   > Clear it." in text and ">> Please drop the cast here." in text
    assert 'promise: "Will do in the next version."' in text and "<r2@example.org>" in text
    assert run("show", own_id[:6]) == text
    claim_id = items(run("claims", "--json", "--verdict", "refuted"))[0]["id"]
    text = run("show", claim_id)
    assert ">> prep_compound_head() handles order 0 as well." in text
    assert "REFUTED for Linux 6.19, x86-64" in text and "does not hold: 6.15..7.3 x86-64 MEMCG" in text
    series_id = items(run("series", "--json"))[0]["id"]
    assert "mm: rework device page setup" in run("show", series_id)


def test_show_message_in_its_thread(run: Run) -> None:
    text = run("show", "https://lore.kernel.org/linux-mm/r3@example.org/T/#u")
    assert "I object to setting pgmap in the loop." in text and ">>     Re: [PATCH 2/2]" in text
    assert "[1 asked, 2 stated]" in text
    found = items(run("show", "--json", "r3@example.org"))[0]
    assert len(found["claims"]) == 2 and len(found["concerns"]) == 1
    run("show", "nobody@example.org", status=1, said="no message")
    run("show", "qfff", status=1, said="nothing has the id qfff")


@pytest.mark.parametrize(
    "arguments",
    [
        ["issues"],
        ["show", "evil@example.org"],
        ["board", "--all"],
        ["series"],
        ["digest", "--week", "2026-W06"],
    ],
)
def test_hostile_mail_is_shown_as_text(run: Run, arguments: list[str]) -> None:
    text = run(*arguments)
    assert "\x1b" not in text and "\x07" not in text and "\u202e" not in text


@pytest.mark.parametrize("columns", ["80", "200"])
@pytest.mark.parametrize(
    "arguments",
    [["board", "--all"], ["issues"], ["claims"], ["series"], ["fields", "rework"], ["touches", "pgmap"]],
)
def test_lists_fit_the_terminal(
    run: Run, arguments: list[str], columns: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    assert all(width(line) <= int(columns) for line in run(*arguments).splitlines())


def test_colour_paints_and_changes_no_word(run: Run) -> None:
    import re

    painted = run("--color", "always", "issues")
    assert "\x1b[1;31mOPEN\x1b[0m" in painted
    assert re.sub(r"\x1b\[[0-9;]*m", "", painted) == run("issues")


def test_exports_have_every_key_of_the_contract(run: Run) -> None:
    counts = {"claims": 4, "concerns": 5, "fields": 5, "series": 2, "messages": 11}
    for kind, keys in CONTRACT.items():
        rows = [json.loads(line) for line in run("export", kind).splitlines()]
        assert len(rows) >= counts[kind] - 1  # a restated claim may stand once
        for row in rows:
            assert row["schema"] == 1 and set(keys.split()) <= set(row)


def test_exports_are_cut_down(run: Run) -> None:
    def ids(*options: str) -> list[str]:
        return [json.loads(line)["message_id"] for line in run("export", *options).splitlines()]

    assert ids("messages", "--since", "2026-02-04") == ["r5@example.org", "evil@example.org"]
    assert ids("messages", "--field", "memcg_data") == ["v2-1@example.org"]
    assert ids("fields", "--field", "pgmap") == ["v1-2@example.org"]
    assert ids("fields", "--series", "v2-0@example.org", "--field", "_nr_pages") == ["v2-1@example.org"]
    assert ids("concerns", "--field", "pgmap") == ["r3@example.org"]
    assert len(ids("series", "--field", "pgmap")) == 1


def test_export_as_csv_is_one_row_each(run: Run) -> None:
    import csv
    import io

    rows = list(csv.DictReader(io.StringIO(run("export", "concerns", "--format", "csv"))))
    assert len(rows) == 5 and rows[0]["id"].startswith("q")
    assert json.loads(rows[0]["span"])


def test_export_takes_the_query_language(run: Run) -> None:
    def quotes(kind: str, *terms: str) -> list[str]:
        return [json.loads(line)["quote"] for line in run("export", kind, *terms).splitlines()]

    assert quotes("claims", "verdict:refuted") == ["prep_compound_head() handles order 0 as well."]
    assert quotes("concerns", "is:open", "author:max") == ["I object to setting pgmap in the loop."]
    assert len(run("export", "series", "is:current", "touches:memcg_data").splitlines()) == 1
    assert len(run("export", "messages", "author:ada", "has:patch").splitlines()) == 0
    assert len(run("export", "fields", "function:zone_device", "struct:page").splitlines()) == 2


def test_an_exported_mailbox_can_be_read_again(run: Run, tmp_path: Path) -> None:
    from threadmine.ingest import read_messages
    from threadmine.model import Message

    path = tmp_path / "out.mbox"
    path.write_text(run("export", "messages", "--format", "mbox"), encoding="utf-8")
    found = {mail.message_id: mail for mail in read_messages([str(path)]) if isinstance(mail, Message)}
    before = world.messages()
    assert set(found) == {mail.message_id for mail in before.values()}
    again, was = found["evil@example.org"], before["evil"]
    assert again.body.rstrip() == was.body.rstrip() and again.in_reply_to == was.in_reply_to
    assert found["r3@example.org"].subject.raw == before["r3"].subject.raw
    assert found["r3@example.org"].date == before["r3"].date


def test_threads_and_series_as_graphs(run: Run) -> None:
    text = run("export", "messages", "--format", "dot")
    assert '"v1-1@example.org" -> "r1@example.org";' in text
    assert '"missing@example.org" [label="missing@example.org", style=dashed];' in text
    assert text.startswith("digraph threads {") and text.endswith("}\n") and "\x1b" not in text
    assert '-> "s' in run("export", "series", "--format", "dot") and "subject" in run(
        "export", "series", "--format", "dot"
    )
    run("export", "claims", "--format", "dot", status=2, said="dot is for messages, series")


def test_empty_database_says_what_to_do(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for arguments in (["board", "--all"], ["issues", "--json"], ["digest"], ["series"]):
        assert execute(["--db", str(tmp_path / "none.db"), *arguments]) == 0
        shown = capfd.readouterr()
        assert "threadmine ingest PATH" in shown.err
    assert not (tmp_path / "none.db").exists()


def test_the_screen_needs_a_terminal(run: Run) -> None:
    run("tui", status=2, said="needs a terminal")
