"""Real patches against git as the oracle: paths, counts of lines, patch ids."""

from __future__ import annotations

import subprocess
from pathlib import Path
from time import process_time

import pytest

from threadmine.ingest import read_messages
from threadmine.model import Message, Patch, Side
from threadmine.parse.diff import find_quoted_hunks, hunk_lines, parse_patch

pytestmark = pytest.mark.corpus
FAMILIES = ("D04-*", "D11-*")
MAX_MAILS = 120


@pytest.fixture(scope="module")
def patches(corpus: Path) -> list[tuple[Message, Patch]]:
    """Patches of two families as git sent them: no replies, whose diffs mailers wrap and people edit."""
    paths = sorted(
        str(path) for family in FAMILIES for path in (corpus / "corpus/dev/mbox").glob(f"{family}/*.mbox")
    )
    mails = [mail for mail in read_messages(paths[:6]) if isinstance(mail, Message)]
    found = [
        (mail, mail.patch)
        for mail in mails
        if mail.patch is not None and mail.patch.has_diff and not mail.subject.is_reply
    ]
    assert len(found) > 50
    return found[:MAX_MAILS]


def git(folder: Path, *arguments: str, text: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        ["git", *arguments],
        input=text.encode("utf-8", "surrogateescape"),
        capture_output=True,
        cwd=folder,
        timeout=60,
    )


def test_patch_ids_are_those_of_git(patches: list[tuple[Message, Patch]], tmp_path: Path) -> None:
    for mail, patch in patches:
        said = git(tmp_path, "patch-id", "--stable", text=mail.body).stdout.decode().partition(" ")[0]
        assert (mail.message_id, patch.patch_id) == (mail.message_id, said)


def test_paths_and_numbers_of_lines_are_those_of_git(
    patches: list[tuple[Message, Patch]], tmp_path: Path
) -> None:
    git(tmp_path, "init", "-q", text="")
    compared = 0
    for mail, patch in patches:
        run = git(tmp_path, "apply", "--numstat", "-", text=mail.body)
        if run.returncode or b"=>" in run.stdout:
            continue
        rows = [line.split("\t") for line in run.stdout.decode().splitlines()]
        assert [row[2] for row in rows] == [each.path for each in patch.files]
        for row, each in zip(rows, patch.files, strict=True):
            sides = [line.side for hunk in each.hunks for line in hunk_lines(mail.body, hunk)]
            assert [row[0], row[1]] == [str(sides.count(Side.ADDED)), str(sides.count(Side.REMOVED))]
        compared += 1
    assert compared > len(patches) * 0.9


def test_quoting_a_patch_loses_nothing(patches: list[tuple[Message, Patch]]) -> None:
    for mail, patch in patches[:40]:
        quoted = "".join(f"> {line}\n" for line in mail.body.split("\n"))
        wanted = [
            (each.path, line.side, line.text, line.function)
            for each in patch.files
            for hunk in each.hunks
            for line in hunk_lines(mail.body, hunk)
        ]
        found = [
            (place.file, place.side, place.text, place.function)
            for hunk in find_quoted_hunks(quoted, ())
            for place in hunk.places()
        ]
        assert found == wanted


def test_reading_diffs_is_cheap(patches: list[tuple[Message, Patch]]) -> None:
    began = process_time()
    for mail, _ in patches:
        parse_patch(mail.body)
    spent = process_time() - began
    size = sum(len(mail.body) for mail, _ in patches)
    assert spent < size / 5_000_000  # seconds: 5 MB of patch a second is a tenth of what a machine does
