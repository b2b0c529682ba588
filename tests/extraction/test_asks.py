"""Review mails of our own writing, each with the concerns that a careful reader takes out of it.

Not all are found, so each file below ``asks/`` says what was reached: ``found`` (F1 of concerns), ``kind``
(per cent of those found) and ``targets`` (F1 over all).
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from threadmine import memmap
from threadmine.extraction.concerns import find_concerns
from threadmine.model import Concern, Message, Origin, RawMail, fold
from threadmine.parse.message import parse_mail

FILES = sorted((Path(__file__).parent / "asks").glob("*.toml"))
WRITERS = {
    "reviewer": ("Rita Reviewer <rita@example.org>", "Paul Poster"),
    "author": ("Paul Poster <paul@example.org>", "Rita Reviewer"),
    "third": ("Theo Third <theo@example.org>", "Paul Poster"),
    "poster": ("Paul Poster <paul@example.org>", ""),
    "bot": ("kernel test robot <lkp@intel.com>", ""),
}


def message_of(row: Mapping[str, Any]) -> Message:
    """The mail of a row; what it quotes first is by the one it answers."""
    writer, other = WRITERS[row.get("by", "reviewer")]
    subject = row.get("subject", "Re: [PATCH v2 2/4] mm: keep gadgets in folios")
    text = row["text"]
    if text.startswith(">") and other:
        text = f"On Mon, 3 Feb 2025 09:00:00 +0000, {other} wrote:\n{text}"
    answers = "In-Reply-To: <patch@example.org>\n" if subject.startswith("Re:") else ""
    head = f"From: {writer}\nSubject: {subject}\nDate: Tue, 04 Feb 2025 10:00:00 +0000\n{answers}"
    raw = f"{head}Message-ID: <reply@example.org>\n\n{text}\n"
    return parse_mail(RawMail(raw.encode(), Origin("test")))


@dataclass
class Totals:
    """What was wanted, what was found, and what of it is right."""

    wanted: int = 0
    found: int = 0
    paired: int = 0
    kind: int = 0
    targets: Counter[str] = field(default_factory=Counter)
    missed: list[str] = field(default_factory=list)

    def add(self, row: Mapping[str, Any], concerns: Iterable[Concern]) -> None:
        """Counts the concerns of one mail: a pair shows most of the other's words."""
        left = list(concerns)
        self.wanted += len(row["asks"])
        self.found += len(left)
        for quote, kind, targets in row["asks"]:
            names = set(targets.split())
            self.targets["wanted"] += len(names)
            concern = max(left, key=lambda one: shared(quote, one.quote), default=None)
            if concern is None or shared(quote, concern.quote) < 0.5:
                self.missed.append(f"{kind}: {quote}")
                continue
            left.remove(concern)
            self.paired += 1
            self.kind += concern.kind.value == kind
            self.targets["found"] += len(concern.targets)
            self.targets["right"] += len(names & set(concern.targets))


def shared(one: str, other: str) -> float:
    """The share of the words of the shorter text that the other has, too."""
    a, b = Counter(fold(one).lower().split()), Counter(fold(other).lower().split())
    return (a & b).total() / max(1, min(a.total(), b.total()))


def f1(right: int, wanted: int, found: int) -> float:
    return 200 * right / max(1, wanted + found)


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_as_many_asks_are_read_rightly_as_were(path: Path) -> None:
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    model, totals = memmap.load(), Totals()
    for row in table["mail"]:
        totals.add(row, find_concerns(message_of(row), model))
    named = totals.targets
    assert f1(totals.paired, totals.wanted, totals.found) >= table["found"], "\n".join(totals.missed)
    assert 100 * totals.kind / totals.paired >= table["kind"]
    assert f1(named["right"], named["wanted"], named["found"]) >= table["targets"]
