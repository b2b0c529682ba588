"""Touched members of real patches: what is said of a line has to stand in that line."""

from __future__ import annotations

from pathlib import Path

import pytest

from threadmine.extraction.fields import find_touches
from threadmine.extraction.findings import find_findings
from threadmine.ingest import read_messages
from threadmine.memmap import load
from threadmine.model import Access, Message, Side
from threadmine.parse.diff import hunk_lines

pytestmark = pytest.mark.corpus


@pytest.fixture(scope="module")
def mails(corpus: Path) -> list[Message]:
    """The patches of the family about compound device pages."""
    paths = sorted(str(path) for path in (corpus / "corpus/dev/mbox").glob("D04-*/*.mbox"))
    found = [mail for mail in read_messages(paths) if isinstance(mail, Message)]
    return [mail for mail in found if mail.patch is not None and mail.patch.has_diff]


def test_each_touch_stands_in_its_line(mails: list[Message]) -> None:
    model = load()
    count = 0
    for mail in mails:
        assert mail.patch is not None
        lines = {
            line.start: (each.path, line)
            for each in mail.patch.files
            for hunk in each.hunks
            for line in hunk_lines(mail.body, hunk)
        }
        for touch in find_touches(mail, model):
            path, line = lines[mail.body.rfind("\n", 0, touch.start) + 1]
            assert (path, line.side) == (touch.file, touch.side)
            assert touch.line == (line.old_line if line.side is Side.REMOVED else line.new_line)
            assert (touch.via or touch.member) in line.text
            assert touch.function == line.function
            assert mail.body.startswith(touch.via or touch.member, touch.start)
            count += 1
    assert count > 300


def test_struct_and_member_belong_together(mails: list[Message]) -> None:
    model = load()
    names = model.names
    declared = {
        touch.name for mail in mails for touch in find_touches(mail, model) if touch.access is Access.DECLARE
    }
    for mail in mails:
        for touch in find_touches(mail, model):
            assert touch.struct in names.structs
            known = touch.struct in names.members.get(touch.member, ())
            assert known or touch.name in declared or not touch.inferred


def test_findings_are_rare(mails: list[Message]) -> None:
    model = load()
    found = [each for mail in mails for each in find_findings(mail, model, find_touches(mail, model))]
    assert len(found) <= len(mails) // 50
