"""Lists for people: the board, issues, claims, series. Pure: rows in, lines of text out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from threadmine.model import ClaimRow, FieldCount, FindingRow, IssueRow, Moment, Person, SeriesRow, Unknown
from threadmine.render.style import PLAIN, Style, badge
from threadmine.render.table import Cell, Column, table
from threadmine.render.text import age, clip, function_text, join_words, numbered, pad, safe_line, wrap

QUOTE_LINES = 3
"""Lines of a quotation in a list; ``show`` has the whole of it."""


NAME_COLUMNS = 90
"""Columns of a name: where the writer of a quotation is not certain, it holds several."""


def person(who: Person) -> str:
    """The name a person goes by, safe."""
    return clip(safe_line(who.display), NAME_COLUMNS) or "(unknown)"


def board_lines(
    rows: Sequence[FieldCount], columns: int, now: datetime, style: Style = PLAIN
) -> Iterator[str]:
    """One line per struct member: open issues, all issues, claims, refuted ones, series, last activity."""
    head = (
        Column("Field", flexible=True, least=16, style="field"),
        Column("Open", right=True),
        Column("Issues", right=True),
        Column("Claims", right=True),
        Column("Refuted", right=True),
        Column("Series", right=True),
        Column("Last", right=True),
    )
    body = [
        (
            f"{row.struct}.{row.member}" if row.struct else row.member,
            _count(row.open_issues, "open"),
            _count(row.issues),
            _count(row.claims),
            _count(row.refuted, "refuted"),
            _count(row.touched_by),
            age(row.last_activity, now),
        )
        for row in rows
    ]
    yield from table(head, body, columns, style)


def _count(number: int, name: str = "") -> Cell:
    return Cell(f"{number:,}" if number else ".", name if number else "dim")


def issue_lines(rows: Iterable[IssueRow], columns: int, now: datetime, style: Style = PLAIN) -> Iterator[str]:
    """Each issue: a line of who, when and about what, then what was asked, in the asker's words."""
    for row in rows:
        concern, state = row.concern, row.status.state.value
        source = "" if concern.source == "human" else f" [{safe_line(concern.source, 30)}]"
        yield _headline(
            columns,
            style,
            concern.id,
            state,
            concern.kind.value,
            person(concern.author) + source,
            age(concern.date, now),
            join_words(map(safe_line, concern.targets), 3),
        )
        yield from _quote(concern.quote, columns)
        yield from _where(
            row.series_title or row.subject, row.version, row.patch, columns, style, concern_place(row)
        )
        if row.triage:
            yield style(clip(f"    set by hand: {safe_line(row.triage)}", columns), "mark")
        if row.status.addressed_in:
            yield style(clip(f"    fixed in {safe_line(row.status.addressed_in)}", columns), "addressed")
        if row.occurrences > 1:
            yield style(f"    raised {row.occurrences} times", "mark")
        if row.severity:
            yield style(f"    rests on a statement that is wrong ({safe_line(row.severity)})", "refuted")
        yield ""


def concern_place(row: IssueRow) -> str:
    """``mm/memremap.c:478 zone_device_page_init()``, or nothing."""
    concern = row.concern
    where = concern.about_file + (
        f":{concern.about_line}" if concern.about_line and concern.about_file else ""
    )
    function = function_text(concern.about_function)
    return safe_line(" ".join(part for part in (where, function) if part))


def claim_lines(rows: Iterable[ClaimRow], columns: int, now: datetime, style: Style = PLAIN) -> Iterator[str]:
    """Each claim: a line of verdict, who and when, the sentence, the statement read from it, the reason."""
    for row in rows:
        claim, verdict = row.claim, row.verdict
        yield _headline(
            columns,
            style,
            claim.id,
            verdict.kind.value,
            claim.predicate.value,
            person(claim.author),
            age(claim.date, now),
            "",
        )
        yield from _quote(claim.quote, columns)
        yield from wrap(statement(row), columns, "    = ", "      ")
        if verdict.reason:
            yield from wrap(safe_line(verdict.reason), columns, "    > ", "      ")
        yield from _where(row.series_title or row.subject, row.version, row.patch, columns, style, "")
        if len(row.places) > 1:
            yield style(f"    said in {numbered(len(row.places), 'message')}", "dim")
        yield ""


def statement(row: ClaimRow) -> str:
    """A claim as it was read: ``folio._nr_pages overlaps page.memcg_data if page[1] (hedged, planned)``;
    ``weighed``: by fitted weights.
    """
    claim = row.claim
    words = [
        claim.subject,
        "not" if claim.polarity.value == "negative" else "",
        claim.predicate.value,
        claim.object,
        f"= {claim.value}" if claim.value else "",
        f"[{claim.condition}]" if claim.condition else "",
    ]
    marks = [
        part.value
        for part, usual in ((claim.modality, "asserted"), (claim.tense, "present"))
        if part.value != usual
    ]
    marks += ["weighed"] if claim.is_weighed else []
    text = " ".join(word for word in words if word)
    return safe_line(f"{text} ({', '.join(marks)})" if marks else text)


def finding_lines(
    rows: Iterable[FindingRow], columns: int, now: datetime, style: Style = PLAIN
) -> Iterator[str]:
    """Each finding of the program: what is wrong, the line, where it stands, and the facts behind it."""
    for row in rows:
        finding = row.finding
        yield f"{style(finding.id, 'id')}  {safe_line(finding.rule)}  {age(row.date, now)}"
        yield from wrap(safe_line(finding.text), columns, "    ", "    ")
        yield style(clip(f"    {safe_line(finding.quote)}", columns), "add")
        place = f"{finding.file}:{finding.line} {function_text(finding.function)}"
        yield style(clip(f"    {safe_line(place)}", columns), "dim")
        for item in finding.evidence:
            yield from wrap(f"{safe_line(item.fact)} [{safe_line(item.source)}]", columns, "    > ", "      ")
        yield from _where(row.series_title or row.subject, row.version, row.patch, columns, style, "")
        yield ""


def series_lines(
    rows: Iterable[SeriesRow], columns: int, now: datetime, style: Style = PLAIN
) -> Iterator[str]:
    """Each series with its versions below it, in the order of their newest versions in ``rows``."""
    for chain in chains(rows):
        newest = chain[0]
        yield f"{style(clip(safe_line(newest.title), columns), 'title')}"
        yield f"    {style(person(newest.author), 'person')}, {safe_line(newest.list_name) or 'list unknown'}"
        head = (
            Column("", style="id"),
            Column(""),
            Column("", right=True),
            Column("", right=True),
            Column(""),
            Column("", flexible=True, least=8),
        )
        body = [
            (
                row.id,
                row.version_text or f"v{row.version}",
                f"{len(row.patches)}/{row.total}" if row.total else str(len(row.patches)),
                age(row.last_activity, now),
                Cell(f"{row.open_concerns} open", "open" if row.open_concerns else "dim"),
                Cell("" if row.title == newest.title else row.title, "dim"),
            )
            for row in chain
        ]
        lines = table(head, body, columns - 4, style, heading=False)
        yield from (f"    {line}" for line in lines)
        yield ""


def chains(rows: Iterable[SeriesRow]) -> list[list[SeriesRow]]:
    """Versions that follow each other together, newest first; the chains in the order of their first rows."""
    known = {row.id: row for row in rows}
    heads: dict[str, list[SeriesRow]] = {}
    for row in known.values():
        newest, seen = row, {row.id}
        while newest.superseded_by in known and newest.superseded_by not in seen:
            newest = known[newest.superseded_by]
            seen.add(newest.id)
        heads.setdefault(newest.id, []).append(row)
    return [
        sorted(chain, key=lambda row: (row.id != head, -_moment(row.date), row.id))
        for head, chain in heads.items()
    ]


def _moment(moment: Moment) -> float:
    return 0.0 if isinstance(moment, Unknown) else moment.timestamp()


def _headline(
    columns: int, style: Style, own_id: str, state: str, kind: str, who: str, since: str, about: str
) -> str:
    label, _ = badge(state)
    left = f"{own_id}  {pad(label, 12)}  {pad(kind, 9)}  "
    right = f"  {since:>5}"
    middle = columns - len(left) - len(right)
    name = clip(who, middle if not about else max(16, middle - len(about) - 2))
    rest = middle - len(name) - 2
    about = clip(about, rest) if rest >= 8 else ""
    gap = pad(f"{name}  {about}" if about else name, middle)
    gap = gap.replace(name, style(name, "person"), 1)
    if about:
        gap = gap.replace(about, style(about, "field"), 1)
    return (
        f"{style(own_id, 'id')}  {style(label, state)}{' ' * (12 - len(label))}  {pad(kind, 9)}  {gap}{right}"
    )


def _quote(quote: str, columns: int) -> Iterator[str]:
    lines = wrap(safe_line(quote), columns, '    "', "     ")
    if len(lines) > QUOTE_LINES:
        lines = [*lines[: QUOTE_LINES - 1], clip(lines[QUOTE_LINES - 1] + " ...", columns)]
    else:
        lines[-1] += '"'
    yield from (clip(line, columns) for line in lines)


def _where(title: str, version: int, patch: str, columns: int, style: Style, place: str) -> Iterator[str]:
    """The patch and the place in the code that a row is about."""
    tag = " ".join(part for part in (f"v{version}" if version else "", safe_line(patch)) if part)
    text = f"[{tag}] {safe_line(title)}" if tag else safe_line(title)
    if text:
        yield style(clip(f"    {text}", columns), "dim")
    if place:
        yield style(clip(f"    {place}", columns), "dim")
