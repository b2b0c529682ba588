"""What people said: statements that do not hold, plans on record, and what the program saw by itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from threadmine.digest.block import Block, Kind, more, quoted
from threadmine.digest.items import Digest, Statement, bare
from threadmine.model import ClaimRow, VerdictKind
from threadmine.render.detail import holding_text
from threadmine.render.lists import person
from threadmine.render.text import clip, date_text, function_text, join_words, safe_line

MOST = 10
"""Statements of one verdict."""

MOST_PLANS = 6
"""Mails with plans."""

MOST_OF_MAIL = 3
"""Plans of one mail."""

CODE_CELLS = 160


def statements(found: Digest) -> Iterator[Block]:
    """What does not match the code, new statements with the reason in full, and what holds in part."""
    for heading, chosen, most, verdict in (
        ("Statements that do not match the code", found.wrong, MOST, VerdictKind.REFUTED),
        ("Statements that hold only under conditions", found.conditional, MOST // 2, VerdictKind.CONDITIONAL),
    ):
        sentences = by_sentence(chosen)
        if sentences:
            yield Block(Kind.HEADING, heading)
            for items in sentences[:most]:
                yield from _statement(items)
            yield from more(len(sentences), most, f"threadmine claims --verdict {verdict}")


def by_sentence(chosen: Iterable[Statement]) -> list[list[Statement]]:
    """Statements read from the same sentence together: an enumeration says the same of each of its items."""
    found: dict[tuple[str, str], list[Statement]] = {}
    for item in chosen:
        claim = item.row.claim
        found.setdefault((claim.message_id, claim.quote), []).append(item)
    return list(found.values())


def _statement(items: Sequence[Statement]) -> Iterator[Block]:
    item = items[0]
    row = item.row
    claim = row.claim
    times = f", said in {len(row.places):,} mails" if len(row.places) > 1 else ""
    head = f'{person(claim.author)}, {date_text(claim.date)}{times}: "{quoted(claim.quote)}"'
    yield Block(Kind.ITEM, head, item.link or row.url, item.is_new, claim.id)
    if row.verdict.reason:
        yield Block(Kind.SUB, safe_line(f"{row.verdict.reason} {kernel(row)}").rstrip())
    both = len({part.holds for part in row.verdict.holds}) > 1  # else the reason says it all
    if row.verdict.kind is VerdictKind.CONDITIONAL and both:
        yield Block(Kind.SUB, "; ".join(holding_text(part) for part in row.verdict.holds[:4]))
    others = _others(items)
    if others:
        yield Block(Kind.SUB, f"Likewise for {join_words(others, 8)}.")


def _others(items: Sequence[Statement]) -> list[str]:
    """What tells the other statements of a sentence from the first one."""
    first = items[0].row.claim
    names = []
    for item in items[1:]:
        claim = item.row.claim
        name = claim.subject if claim.subject != first.subject else claim.object
        names.append(safe_line(name or claim.value))
    return list(dict.fromkeys(filter(None, names)))


def kernel(row: ClaimRow) -> str:
    """The kernel a claim was judged for, where the reason does not name it."""
    known = row.verdict.kernel
    return "" if known.version in row.verdict.reason else f"({known.version}, {known.arch})"


def plans(found: Digest) -> Iterator[Block]:
    """What people announced, by mail."""
    if not found.plans:
        return
    mails: dict[str, list[Statement]] = {}
    for item in found.plans:
        mails.setdefault(item.row.claim.message_id, []).append(item)
    yield Block(Kind.HEADING, "Plans on record (not checked against any kernel)")
    for items in list(mails.values())[:MOST_PLANS]:
        claim = items[0].row.claim
        head = f"{person(claim.author)}, {date_text(claim.date)}"
        link, new = items[0].link or items[0].row.url, any(item.is_new for item in items)
        if len(items) == 1:
            yield Block(Kind.ITEM, f'{head}: "{quoted(claim.quote)}"', link, new, claim.id)
            continue
        about = safe_line(items[0].row.series_title or bare(items[0].row.subject))
        yield Block(Kind.ITEM, f"{head}{f', on {about}' if about else ''}:", link, new)
        for item in items[:MOST_OF_MAIL]:
            yield Block(Kind.SUB, f'"{quoted(item.row.claim.quote)}"', "", False, item.row.claim.id)
        yield from more(len(items), MOST_OF_MAIL, "", Kind.SUB)
    yield from more(len(mails), MOST_PLANS, "threadmine claims --verdict planned")


def findings(found: Digest) -> Iterator[Block]:
    """What the program saw in patches and nobody raised."""
    if not found.findings:
        return
    yield Block(Kind.HEADING, "Seen in patches, raised by nobody")
    for row in found.findings[:MOST]:
        finding = row.finding
        where = f"{finding.file}:{finding.line} {function_text(finding.function)}"
        patch = " ".join(part for part in (f"v{row.version}" if row.version else "", row.patch) if part)
        text = f"{safe_line(finding.text)} ({safe_line(where)}; {person(row.author)}, {safe_line(patch)})"
        yield Block(Kind.ITEM, text, row.url, True, finding.id)
        yield Block(Kind.SUB, f"`{clip(safe_line(finding.quote), CODE_CELLS)}`")
    yield from more(len(found.findings), MOST, "threadmine findings")
