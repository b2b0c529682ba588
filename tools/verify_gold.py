#!/usr/bin/env python3
"""Judge annotated claims as they were annotated: what the verdicts could be with perfect reading.

``make score`` measures reading and judging together; a claim read wrongly is never judged rightly. Here
the annotation's own subject, predicate, object, value and condition go to the engine, with the mail they
stand in, so that only the facts and the rules are measured.

    tools/verify_gold.py ../shared/gold/dev.jsonl --mail ../shared/corpus/dev/mbox
    tools/verify_gold.py ../shared/gold/seeds.jsonl --mail ../shared/seeds --show undecided
    tools/verify_gold.py ../shared/gold/check.jsonl --mail ../shared/corpus/dev/mbox --totals

GOLD is one file of gold/GUIDE.md's form. --totals prints nothing but sums: for sets that are for measuring.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from threadmine.ingest import parse_all
from threadmine.memmap import Model, load
from threadmine.model import (
    Claim,
    Message,
    Modality,
    Origin,
    Person,
    Polarity,
    Predicate,
    RawMail,
    RawPage,
    Subject,
    Tense,
    Verdict,
    VerdictKind,
    fold,
)
from threadmine.sources import read_path
from threadmine.verify.engine import judge

OF_TRUTH = {
    "true": VerdictKind.CONFIRMED,
    "false": VerdictKind.REFUTED,
    "depends": VerdictKind.CONDITIONAL,
    "undecidable": VerdictKind.UNDECIDED,
}
DECIDED = (VerdictKind.CONFIRMED, VerdictKind.REFUTED, VerdictKind.CONDITIONAL)


@dataclass(frozen=True, slots=True)
class Judged:
    """One annotated claim, how it was annotated to be, and what the engine says of it."""

    row: dict[str, Any]
    claim: Claim
    verdict: Verdict

    @property
    def truth(self) -> VerdictKind:
        return OF_TRUTH[self.row["truth"]]

    @property
    def accepted(self) -> frozenset[VerdictKind]:
        """The verdicts that score.py takes for right."""
        if self.claim.tense is Tense.PLANNED:
            return frozenset({VerdictKind.PLANNED, VerdictKind.UNDECIDED})
        also = {VerdictKind.PLANNED} if self.claim.tense is Tense.PROPOSED else set[VerdictKind]()
        return frozenset({self.truth, *also})

    @property
    def counts(self) -> bool:
        return self.claim.modality is not Modality.QUESTION

    @property
    def decidable(self) -> bool:
        told = self.truth is not VerdictKind.UNDECIDED
        return self.counts and told and self.claim.tense in (Tense.PRESENT, Tense.PAST)

    @property
    def decided(self) -> bool:
        return self.verdict.kind in DECIDED

    @property
    def sound(self) -> bool:
        return self.verdict.kind in self.accepted

    @property
    def false_alarm(self) -> bool:
        return self.verdict.kind is VerdictKind.REFUTED and VerdictKind.REFUTED not in self.accepted


def messages_in(paths: Iterable[str], wanted: frozenset[str]) -> Iterator[Message]:
    """The messages of mailboxes that hold one of the wanted ids; every message of saved pages."""
    ids = [name.encode() for name in wanted]
    for path in paths:
        raws = (
            raw
            for raw in read_path(path)
            if isinstance(raw, RawPage)
            or (isinstance(raw, RawMail) and any(name in raw.data for name in ids))
        )
        for message in parse_all(raws):
            if isinstance(message, Message):
                yield message


class Mails:
    """Finds the mail of an annotated row: by its id, else by writer and words (saved pages have no ids)."""

    def __init__(self, messages: Iterable[Message]) -> None:
        self.by_id: dict[str, Message] = {}
        self.by_writer: dict[str, list[Message]] = defaultdict(list)
        for message in messages:
            self.by_id.setdefault(message.message_id, message)
            self.by_writer[message.author.name.lower()].append(message)

    def find(self, row: dict[str, Any], quote: str) -> Message:
        """The row's mail; one without text, of the row's date, where there is none."""
        known = self.by_id.get((row["message_id"] or "").strip("<>"))
        if known is not None:
            return known
        words = re.sub(r"\s", "", quote)
        for message in self.by_writer[row["author"].split(" <")[0].lower()]:
            if words in re.sub(r"[\s>]", "", message.body):
                return message
        date = row.get("date")
        when = datetime.fromisoformat(date) if date else datetime(2026, 2, 1, tzinfo=UTC)
        person = Person(row["author"], "")
        return Message("unknown@gold.invalid", Subject("", ""), person, when, "", Origin("gold"))


def claim_of(row: dict[str, Any], message: Message) -> Claim:
    """An annotated claim as the extraction would have given it."""
    words = fold(row["quote"]).split()
    place = re.search(r"[\s>]+".join(map(re.escape, words)), message.body)
    return Claim(
        id=row["id"],
        message_id=message.message_id,
        author=message.author,
        date=message.date,
        quote=fold(row["quote"]),
        start=place.start() if place else 0,
        end=place.end() if place else 0,
        predicate=Predicate(row["predicate"]),
        subject=row["subject"] or "",
        object=row["object"] or "",
        value=str(row["value"] or ""),
        condition=row["condition"] or "",
        polarity=Polarity(row["polarity"]),
        modality=Modality(row["modality"]),
        tense=Tense(row["tense"]),
        entities=tuple(row["entities"]),
    )


def judge_all(gold: Path, mails: list[str], model: Model) -> list[Judged]:
    """Every claim of a gold file, judged."""
    lines = [json.loads(line) for line in gold.read_text(encoding="utf-8").splitlines() if line.strip()]
    wanted = frozenset(row["message_id"].strip("<>") for row in lines if row["message_id"])
    found = Mails(messages_in(mails, wanted))
    out = []
    for message_row in lines:
        for row in message_row["claims"]:
            message = found.find(message_row, row["quote"])
            claim = claim_of(row, message)
            out.append(Judged(row, claim, judge(claim, message, model)))
    return out


# ----------------------------------------------------------------------------------------------- printing


def share(part: int, whole: int) -> str:
    return f"{100 * part / max(1, whole):5.1f} % ({part} of {whole})"


def totals(judged: list[Judged]) -> None:
    decidable = [j for j in judged if j.decidable]
    decided = [j for j in judged if j.counts and j.decided and j.accepted != {VerdictKind.UNDECIDED}]
    wrong = [j for j in judged if j.counts and VerdictKind.REFUTED in j.accepted]
    caught = [j for j in wrong if j.verdict.kind is VerdictKind.REFUTED]
    alarms = [j for j in judged if j.counts and j.false_alarm]
    print(f"claims {len(judged)}, of which can be decided {len(decidable)}")
    print("decided      ", share(sum(j.decided for j in decidable), len(decidable)))
    print("sound        ", share(sum(j.sound for j in decided), len(decided)))
    print("all verdicts ", share(sum(j.sound for j in judged if j.counts), sum(j.counts for j in judged)))
    print(f"wrong ones caught {len(caught)} of {len(wrong)}; false alarms {len(alarms)}")


def by_predicate(judged: list[Judged]) -> None:
    print(f"\n{'predicate':12} {'decidable':>9} {'decided':>8} {'sound':>6}")
    groups: dict[str, list[Judged]] = defaultdict(list)
    for each in judged:
        if each.decidable:
            groups[each.claim.predicate.value].append(each)
    for name, group in sorted(groups.items(), key=lambda item: -len(item[1])):
        decided = [j for j in group if j.decided]
        print(f"{name:12} {len(group):9} {len(decided):8} {sum(j.sound for j in decided):6}")


_NAMES = re.compile(r"'[^']*'|[\w.\[\]]*\w\(\)|\b\d+\.\d+(?:/\d+\.\d+)*\b|\b[a-z_]+\.\w+|\b(?:PG|PGTY)_\w+")


def by_reason(judged: list[Judged]) -> None:
    """Why what could be decided was not, names made alike."""
    why = Counter(_NAMES.sub("~", j.verdict.reason)[:90] for j in judged if j.decidable and not j.decided)
    print("\nundecided, by reason")
    for reason, count in why.most_common():
        print(f"{count:5}  {reason}")


def show(title: str, judged: list[Judged]) -> None:
    for j in judged:
        c = j.claim
        how = f"{c.polarity} {c.modality} {c.tense}; {j.verdict.kernel.version}"
        print(f"\n{title} {c.id} [{c.message_id}] {how}")
        print(f"  {c.quote}")
        parts = [
            c.subject,
            c.predicate.value.upper(),
            c.object or "-",
            f"value={c.value}",
            f"if={c.condition}",
        ]
        print("  " + " | ".join(parts))
        print(f"  gold: {j.row['truth']}: {j.row['truth_reason']}")
        print(f"  here: {j.verdict.kind}: {j.verdict.reason}")


def report(judged: list[Judged], shown: list[str], only: str) -> None:
    by_predicate(judged)
    by_reason(judged)
    sorts = {
        "undecided": [j for j in judged if j.decidable and not j.decided],
        "unsound": [j for j in judged if j.counts and j.decided and not j.sound],
        "wrong": [j for j in judged if j.counts and VerdictKind.REFUTED in j.accepted],
        "decided": [j for j in judged if j.counts and j.decided],
    }
    for name in shown:
        show(name, [j for j in sorts[name] if only in ("", j.claim.predicate.value)])


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("gold", type=Path)
    parser.add_argument("--mail", action="append", default=[], help="where the mails are; may be repeated")
    parser.add_argument("--totals", action="store_true", help="nothing but sums")
    choices = ["undecided", "unsound", "wrong", "decided"]
    parser.add_argument("--show", action="append", default=[], choices=choices)
    parser.add_argument("--predicate", default="", help="show only claims of this one")
    chosen = parser.parse_args()
    judged = judge_all(chosen.gold, chosen.mail, load())
    print(f"== {chosen.gold.name}")
    totals(judged)
    if not chosen.totals:
        report(judged, chosen.show, chosen.predicate)
    return 0


if __name__ == "__main__":
    sys.exit(main())
