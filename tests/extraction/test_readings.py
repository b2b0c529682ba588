"""Sentences of our own writing, each with the statements that a careful reader takes out of it.

One file below ``readings/`` for each predicate; a statement may name another one (``state: page.lru | -``),
and a sentence without statements must be passed over. ``lead`` is a paragraph before each of them. Not every
sentence is read rightly: ``share`` in a file is the percentage that must be, so that what was reached is
kept. The sentences under ``held`` were not looked at while the readings were made: their share
(``held_share``) tells how well others are read.

A statement is ``subject | object``, with ``not`` before it where it is denied, ``= text`` where its value
must hold that text, and ``(hedged)`` or the like behind it where modality or tense are not the plain ones.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from tests.extraction.helpers import mail
from threadmine import memmap
from threadmine.extraction.claims import find_claims
from threadmine.model import Claim, Message

FILES = sorted((Path(__file__).parent / "readings").glob("*.toml"))
PATCH = (
    "\n\nSigned-off-by: Ada Example <ada@example.org>\n---\n mm/a.c | 1 +\n"
    " 1 file changed, 1 insertion(+)\n\ndiff --git a/mm/a.c b/mm/a.c\n--- a/mm/a.c\n+++ b/mm/a.c\n"
    "@@ -1,2 +1,3 @@ int f(void)\n {\n+\tg();\n }\n"
)


def message_of(text: str, lead: str = "") -> Message:
    """A reply that says ``text``, or a patch whose commit message it is; ``lead``: a paragraph before it."""
    before = f"{lead}\n\n" if lead else ""
    if text.startswith("commit: "):
        return mail(before + text.removeprefix("commit: ") + PATCH, "[PATCH] mm: change a thing")
    return mail(f"{before}{text}\n", "Re: [PATCH] mm: change a thing")


def last(name: str) -> str:
    """A name by its last part, as entities are compared."""
    return re.sub(r"\(\)|\s+", "", name).lower().rsplit(".", 1)[-1]


WANTED = re.compile(
    r"(?P<no>not )?(?P<subject>[^|]+)\|(?P<object>[^=(]+)(?:= (?P<value>[^(]+))?(?:\((?P<how>\w+)\))?$"
)


def says(claim: Claim, wanted: str) -> bool:
    """Whether a claim is the wanted one, written ``predicate: subject | object`` as the text above says."""
    predicate, _, pair = wanted.partition(": ")
    match = WANTED.match(pair)
    assert match is not None, wanted
    object_, how = match["object"].strip(), match["how"]
    return (
        claim.predicate.value == predicate
        and (claim.polarity.value == "negative") == bool(match["no"])
        and last(claim.subject) == last(match["subject"])
        and (object_ == "-" or last(claim.object) == last(object_))
        and (not match["value"] or match["value"].strip() in claim.value)
        and (not how or how in (claim.modality.value, claim.tense.value))
    )


def missed(rows: list[list[str]], predicate: str, lead: str = "") -> list[str]:
    """The statements that are not read rightly, each with its sentence and what was read."""
    found = []
    for text, *wanted in rows:
        claims = find_claims(message_of(text, lead), memmap.load())
        read = [
            f"{c.polarity.value[:3]} {c.subject} {c.predicate.value} {c.object} = {c.value} "
            f"({c.modality.value}, {c.tense.value})"
            for c in claims
        ]
        if claims and not wanted:
            found.append(f"{text}\n    wanted nothing\n    read {read}")
        for one in wanted:
            named = one if ": " in one else f"{predicate}: {one}"
            if not any(says(claim, named) for claim in claims):
                found.append(f"{text}\n    wanted {named}\n    read {read}")
    return found


@pytest.mark.parametrize("part", ["sentences", "held"])
@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_as_many_sentences_are_read_rightly_as_were(path: Path, part: str) -> None:
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    rows = table.get(part, [])
    if not rows:
        pytest.skip("no sentences are held")
    wanted = sum(max(1, len(row) - 1) for row in rows)
    lost = missed(rows, path.stem, table.get("lead", ""))
    share = 100 * (wanted - len(lost)) / wanted
    assert share >= table["share" if part == "sentences" else "held_share"], "\n".join(lost)
