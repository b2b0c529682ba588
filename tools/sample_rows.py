"""Print claims and concerns picked at random, each in its mail, for a careful reader to judge.

A row is picked by a hash of the seed and its id, so that the same seed gives the same rows on every machine,
and a row keeps its place while others come and go: what a change mended can be looked up again. How the
judging is done and what was found stands in docs/quality.md.

    tools/sample_rows.py --db sqlite:///mail.db --seed 1 --claims 60 --concerns 60 --family ../corpus/mbox/D01

A FAMILY is a mailbox or a folder of mail, as ``threadmine ingest`` takes it: only rows of its mails are
picked (it may be given more than once; a name that stops early stands for all that begin with it).
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from threadmine.db.queries import Queries
from threadmine.db.session import open_database
from threadmine.errors import ThreadmineError
from threadmine.ingest import read_messages
from threadmine.model import Claim, ClaimRow, Concern, IssueRow, Message, StoredMessage, VerdictKind
from threadmine.render import excerpt, safe

Row = TypeVar("Row", ClaimRow, IssueRow)
MARKS = {"quoted": "  ", "new": "  ", "mark": "=>"}


def draw(seed: int, row_id: str) -> bytes:
    """The lot of a row: the rows with the smallest are picked."""
    return hashlib.blake2b(f"{seed} {row_id}".encode(), digest_size=8).digest()


def found_in(row: ClaimRow | IssueRow) -> Claim | Concern:
    """What a row was found as, with its id and its place in the mail."""
    return row.claim if isinstance(row, ClaimRow) else row.concern


def pick(rows: Iterable[Row], seed: int, count: int, messages: frozenset[str] | None) -> list[Row]:
    """``count`` of the rows of these messages (None: of all), in the order of their lots."""
    among = [row for row in rows if messages is None or found_in(row).message_id in messages]
    return sorted(among, key=lambda row: draw(seed, found_in(row).id))[:count]


def messages_of(families: Sequence[str]) -> frozenset[str] | None:
    """The ids of the messages in these mailboxes or folders; None where none is named."""
    if not families:
        return None
    paths: list[str] = []
    for family in families:
        given = Path(family)
        found = [given] if given.exists() else sorted(given.parent.glob(f"{given.name}*"))
        if not found:
            raise SystemExit(f"sample_rows: no mail at {family}")
        paths.extend(map(str, found))
    return frozenset(item.message_id for item in read_messages(paths) if isinstance(item, Message))


def head(number: int, what: str, found: Claim | Concern) -> Iterator[str]:
    """Who says it, where and when."""
    yield f"{'=' * 20} {what} {number}  {found.id}"
    origin = "  (from a quotation)" if found.quoted else ""
    yield f"{found.author}  {found.date}  <{found.message_id}>{origin}"


def claim_lines(row: ClaimRow) -> Iterator[str]:
    """How a claim was read and judged."""
    claim, verdict = row.claim, row.verdict
    yield f"{claim.subject} --{claim.predicate}--> {claim.object or '-'}  value={claim.value or '-'}"
    yield f"  {claim.polarity}, {claim.modality}, {claim.tense}; condition: {claim.condition or '-'}"
    yield f"  cue: {claim.cue or '-'}; inferred: {'; '.join(claim.inferred) or '-'}"
    yield f"  {verdict.kind} ({verdict.kernel.version}, {verdict.kernel.found}): {verdict.reason}"
    yield from (f"    fact {fact.rule}: {fact.fact} [{fact.source}]" for fact in verdict.evidence)


def issue_lines(row: IssueRow) -> Iterator[str]:
    """How a concern was read and where it stands."""
    concern, status = row.concern, row.status
    about = f"{concern.about_file}:{concern.about_line} {concern.about_function}"
    yield f"{concern.kind}; targets: {', '.join(concern.targets) or '-'}; cue: {concern.cue or '-'}"
    yield f"  {row.version and f'v{row.version}'} {row.patch}, about {about}, depth {concern.about_depth}"
    yield f"  {status.state}{f' in {status.addressed_in}' if status.addressed_in else ''}"
    if status.addressed_evidence:
        yield f"    addressed: {status.addressed_evidence}"
    yield from (f"    {item.effect} <{item.message_id}>: {item.quote}" for item in status.evidence)


def show(row: ClaimRow | IssueRow, number: int, mail: StoredMessage, above: int, below: int) -> Iterator[str]:
    """One row whole: its reading, then its sentence in the mail."""
    found = found_in(row)
    yield from head(number, "claim" if isinstance(row, ClaimRow) else "concern", found)
    yield f"Subject: {mail.subject}"
    yield from claim_lines(row) if isinstance(row, ClaimRow) else issue_lines(row)
    yield "-" * 20
    for line in excerpt(mail.body, found.start, found.end, above, below):
        yield f"{MARKS[line.kind]} {line.text}"
    yield ""


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--db", metavar="URL", help="database, as for threadmine --db")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--claims", type=int, default=60, metavar="N")
    parser.add_argument("--concerns", type=int, default=60, metavar="N")
    parser.add_argument(
        "--family", action="append", default=[], metavar="PATH", help="only rows of this mail"
    )
    parser.add_argument("--verdict", choices=[str(kind) for kind in VerdictKind], help="only such claims")
    parser.add_argument("--above", type=int, default=14, metavar="LINES", help="lines of mail before a row")
    parser.add_argument("--below", type=int, default=6, metavar="LINES", help="and after it")
    return parser.parse_args()


def main() -> int:
    """Picks and prints."""
    options = arguments()
    messages = messages_of(options.family)
    verdict = VerdictKind(options.verdict) if options.verdict else None
    with open_database(options.db, readonly=True) as database:
        queries = Queries(database)
        rows: list[ClaimRow | IssueRow] = []
        if options.claims:
            rows += pick(queries.claims(verdict=verdict), options.seed, options.claims, messages)
        if options.concerns:
            rows += pick(queries.issues(), options.seed, options.concerns, messages)
        mails = {
            mail.message_id: mail for mail in queries.messages_by_id({found_in(r).message_id for r in rows})
        }
    for number, row in enumerate(rows, 1):
        for line in show(row, number, mails[found_in(row).message_id], options.above, options.below):
            print(safe(line))
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except ThreadmineError as error:
        sys.exit(f"sample_rows: {error}")
