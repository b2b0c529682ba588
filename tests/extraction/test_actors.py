"""Little mails of our own writing in which the doer or the member is named elsewhere.

It is in the code above, in the sentence before, in the subject line or in the patch.

As in ``test_readings``, ``share`` in a file is the percentage of statements that must be read rightly.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.extraction.helpers import mail
from tests.extraction.test_readings import last
from threadmine import memmap
from threadmine.extraction.claims import find_claims
from threadmine.model import Claim, Message

FILES = sorted((Path(__file__).parent / "readings" / "mails").glob("*.toml"))
STAT = (
    "\nSigned-off-by: Ada Example <ada@example.org>\n---\n mm/a.c | 2 +-\n"
    " 1 file changed, 1 insertion(+), 1 deletion(-)\n\n"
    "diff --git a/mm/a.c b/mm/a.c\n--- a/mm/a.c\n+++ b/mm/a.c\n"
)


def hunk(text: str) -> str:
    """A hunk from its function's head ("@@ f(void)") and its lines, with the counts that they have."""
    head, *lines = text.strip("\n").split("\n")
    old = sum(not line.startswith("+") for line in lines)
    new = sum(not line.startswith("-") for line in lines)
    return "\n".join(
        [f"@@ -10,{old} +10,{new} @@{head.removeprefix('@@')}", *(line or " " for line in lines), ""]
    )


def message_of(entry: dict[str, Any]) -> Message:
    """The mail of an entry: a patch where it has a ``diff``, else a reply."""
    if "diff" in entry:
        return mail(entry["text"].lstrip("\n") + STAT + hunk(entry["diff"]), entry["subject"])
    return mail(entry["text"].lstrip("\n"), entry.get("subject", "Re: [PATCH] mm: change a thing"))


def says(claim: Claim, wanted: str) -> bool:
    """Whether a claim is the wanted one ("not sets f | page.mapping"); "?" is no subject, "-" any object."""
    predicate, rest = wanted.removeprefix("not ").split(" ", 1)
    subject, object_ = (part.strip() for part in rest.split("|"))
    return (
        claim.predicate.value == predicate
        and (claim.polarity.value == "negative") == wanted.startswith("not ")
        and last(claim.subject) == last(subject).replace("?", "")
        and (object_ == "-" or last(claim.object) == last(object_))
    )


def missed(path: Path) -> tuple[int, list[str]]:
    """How many statements a file has, and those that are not read rightly, with what was read."""
    found, count = [], 0
    for entry in tomllib.loads(path.read_text(encoding="utf-8"))["mails"]:
        claims = find_claims(message_of(entry), memmap.load())
        read = "\n        ".join(
            f"{c.polarity.value[:3]} {c.predicate.value} {c.subject or '?'} | {c.object}  {c.quote!r}"
            for c in claims
        )
        count += len(entry["says"])
        found += [
            f"{entry['text'].strip()}\n    wanted {one}\n    read {read}"
            for one in entry["says"]
            if not any(says(claim, one) for claim in claims)
        ]
    return count, found


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_as_many_doers_are_found_as_were(path: Path) -> None:
    count, lost = missed(path)
    share = 100 * (count - len(lost)) / count
    assert share >= tomllib.loads(path.read_text(encoding="utf-8"))["share"], "\n\n".join(lost)


def test_a_sentence_that_ends_without_a_mark_is_read_to_its_end() -> None:
    """A cover letter has no function around it, so that who does it stays open."""
    text = "Then we page_lock_one() it\n\nAda Example (1):\n  mm: change a thing\n\n mm/a.c | 2 +-\n"
    (claim,) = find_claims(mail(text, "[PATCH 0/1] mm: change a thing"), memmap.load())
    assert (claim.predicate.value, claim.subject, claim.object) == ("calls", "", "page_lock_one")
