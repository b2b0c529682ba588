"""The five seed pages against what a careful reader found in them."""

from __future__ import annotations

import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from threadmine.ingest import page_messages
from threadmine.model import Message, Origin, RawPage
from threadmine.parse.pages import read_page

pytestmark = pytest.mark.corpus


@pytest.fixture(scope="module")
def gold(corpus: Path) -> list[dict[str, Any]]:
    text = (corpus / "gold/seeds-detail.json").read_text(encoding="utf-8")
    files: list[dict[str, Any]] = json.loads(text)["files"]
    return files


def shown(corpus: Path, file: dict[str, Any]) -> list[Message]:
    raw = RawPage((corpus / "seeds" / file["name"]).read_bytes(), Origin(file["name"]))
    return [item for item in page_messages(raw) if isinstance(item, Message)]


def test_the_eleven_messages(corpus: Path, gold: list[dict[str, Any]]) -> None:
    count = 0
    for file in gold:
        present = [m for m in shown(corpus, file) if not m.quoted_only]
        assert len(present) == len(file["messages"])
        by_id = {row["id"]: m for row, m in zip(file["messages"], present, strict=True)}
        for row in file["messages"]:
            message = by_id[row["id"]]
            count += 1
            assert message.author.name == row["author"]
            assert message.subject.raw == (row["subject"] or "")
            if row["date"]:
                assert message.date == datetime.fromisoformat(row["date"])
            if row.get("message_id"):
                assert message.message_id == row["message_id"]
            if row["parent"] in by_id:
                assert message.in_reply_to == by_id[row["parent"]].message_id
    assert count == 11


def test_those_known_from_quotes(corpus: Path, gold: list[dict[str, Any]]) -> None:
    """All seventeen; the last is a patch whose lines a reviewer shows as his own text."""
    found = 0
    for file in gold:
        messages = shown(corpus, file)
        quoted = {m.author.name: m for m in messages if m.quoted_only}
        for row in file["virtual_messages"]:
            if row["depth"] is None:
                found += _is_the_patch(messages, file)
                continue
            named = [m for m in messages if m.quoted_only and m.author.name == row["author"]]
            unnamed = [m for m in messages if m.quoted_only and not m.author.name]
            if row.get("attribution_line") is None:
                assert unnamed or named  # nothing on the page names the writer
            else:
                assert row["author"] in quoted
            found += 1
    assert found == 17


def _is_the_patch(messages: list[Message], file: dict[str, Any]) -> bool:
    """Whether the patch is there at the root of what is quoted, with exactly the lines that were pasted."""
    (root,) = [m for m in messages if m.quoted_only and m.in_reply_to is None]
    raw = root.subject.raw
    pasted = [block for block in file["code_blocks"] if block["kind"] == "patch-excerpt"]
    return f"Re: {raw}" == file["messages"][0]["subject"] and len(root.body.splitlines()) == len(pasted)


def test_stated_dates_of_quoted_messages(corpus: Path, gold: list[dict[str, Any]]) -> None:
    """Where the attribution line gives a zone, or the quoter's zone is known, the date is exact."""
    stated = {"000.v1", "000.v2", "001.v1", "002.v1", "002.v2", "002.v4", "002.v5", "004.v3"}
    for file in gold:
        dates = {m.date for m in shown(corpus, file) if m.quoted_only and isinstance(m.date, datetime)}
        for row in file["virtual_messages"]:
            if row["id"] in stated:
                assert datetime.fromisoformat(row["date"]).replace(second=0) in {
                    d.replace(second=0) for d in dates
                }


def test_the_49_rows(corpus: Path, gold: list[dict[str, Any]]) -> None:
    file = gold[1]
    page = read_page((corpus / "seeds" / file["name"]).read_bytes(), Origin("x"))
    assert page is not None and page.stated_messages == 49
    rows = file["thread_overview"]["rows"]
    assert len(page.rows) == len(rows) == 49
    known = 0
    for row, found in zip(rows, page.rows, strict=True):
        assert found.date == datetime.fromisoformat(row["date"].replace("Z", "+00:00"))
        assert (found.subject, found.author) == (row["subject"] or "", row["author"])
        assert found.this_message == row["this_message"]
        if found.parent != -1:
            known += 1
            assert found.parent == row["parent_row"]
    assert known >= 28  # the others hang below one of several rows, as far as the order tells


def test_the_newer_version_is_noted(corpus: Path, gold: list[dict[str, Any]]) -> None:
    data = (corpus / "seeds" / gold[3]["name"]).read_bytes()
    page = read_page(data, Origin("x"))
    assert page is not None and page.superseded


def test_who_said_it(corpus: Path, gold: list[dict[str, Any]]) -> None:
    """Nobody is given another's words: the writer is right, or unknown, or among the candidates."""
    right = 0
    for file in gold:
        messages = [m for m in shown(corpus, file) if not m.quoted_only]
        for row in [*file["claims"], *file["concerns"]]:
            who = row.get("asserted_by") or row["author"]
            if row.get("provenance") in ("code-comment", "code", "removed-comment", "inferred"):
                continue  # lines of a patch that a reviewer pasted without a mark
            start = re.sub(r"\s+", "", row["span"])[:30]
            writers: set[str] = set()
            for message in messages:
                for s in message.stretches:
                    text = re.sub(r"(?m)^[> ]+", "", message.body[s.start : s.end])
                    if start in re.sub(r"\s+", "", text):
                        names = s.candidates or ((s.writer if s.depth else message.author.name),)
                        writers.update(re.sub(r"\s*\(.*", "", name) for name in names)
            assert not writers or who in writers or "" in writers or "unknown" in writers, row["id"]
            right += writers == {who}
    assert right >= 129
