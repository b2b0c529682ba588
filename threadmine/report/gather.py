"""Everything a report shows, read once, and put together by field, series and person."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING

from threadmine.model import (
    ClaimRow,
    Counts,
    FieldCount,
    FindingRow,
    IssueRow,
    Person,
    SeriesRow,
    TouchRow,
    VerdictKind,
)
from threadmine.query.aside import is_aside
from threadmine.render.text import numbered

if TYPE_CHECKING:
    from threadmine.db.queries import Queries

_PLAIN = re.compile(r"[^A-Za-z0-9_.]+")


MOST = 30_000
"""Issues and claims of a report, the newest: what is older is asked of the database, not of a web site."""

DECIDED = (VerdictKind.REFUTED, VerdictKind.CONFIRMED, VerdictKind.CONDITIONAL)


def slug(name: str) -> str:
    """A file name for ``name``: short, plain, and no other name has it."""
    plain = _PLAIN.sub("-", name).strip("-.")[:40]
    digest = hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()
    return f"{plain}-{digest}" if plain else digest


def person_key(person: Person) -> str:
    """What tells people apart here: the address, or the name where there is none."""
    return (person.address or person.name).casefold()


@dataclass
class Matter:
    """Issues, claims and touching lines about one thing."""

    issues: list[IssueRow] = field(default_factory=list)
    claims: list[ClaimRow] = field(default_factory=list)
    touches: list[TouchRow] = field(default_factory=list)
    findings: list[FindingRow] = field(default_factory=list)


@dataclass
class Site:
    """The material of one report."""

    board: tuple[FieldCount, ...]
    series: dict[str, SeriesRow]
    issues: tuple[IssueRow, ...]
    claims: tuple[ClaimRow, ...]
    touched: dict[str, tuple[TouchRow, ...]]
    by_field: dict[str, Matter]
    by_series: dict[str, Matter]
    by_person: dict[str, Matter]
    people: dict[str, Person]
    today: date
    counts: Counts

    @property
    def left_out(self) -> str:
        """What a large archive has more of, in words; empty where all is there."""
        more = [
            numbered(total - len(rows), what)
            for total, rows, what in (
                (self.counts.concerns, self.issues, "older issue"),
                (self.counts.claims, self.claims, "claim"),
            )
            if len(rows) >= MOST and total > len(rows)
        ]
        return f"Not in this report: {' and '.join(more)}." if more else ""

    def is_open(self, row: IssueRow) -> bool:
        """Whether an issue waits for somebody, and nobody set it aside by hand."""
        return row.status.state.is_open and not is_aside(row.triage, self.today)

    def field_page(self, name: str) -> str:
        """Path of a member's page, empty where it has none."""
        return f"field/{slug(name)}.html" if name in self.by_field else ""

    def person_page(self, person: Person) -> str:
        return f"person/{slug(person_key(person))}.html" if person_key(person) in self.people else ""


def gather(queries: Queries, now: datetime) -> Site:
    """Reads the database as of ``now``."""
    series = {row.id: row for row in queries.series()}
    site = Site(
        board=queries.board(),
        series=series,
        issues=queries.issues(limit=MOST),
        claims=_claims(queries),
        touched=queries.touched(series),
        by_field={},
        by_series=defaultdict(Matter),
        by_person=defaultdict(Matter),
        people={},
        today=now.date(),
        counts=queries.counts(),
    )
    site.by_field = {_name(row): Matter() for row in site.board}
    for issue in site.issues:
        for name in _fields(issue.concern.targets, site.by_field):
            site.by_field[name].issues.append(issue)
        _place(site, issue.series_id, issue.concern.author).issues.append(issue)
        site.by_series[issue.series_id].issues.append(issue)
    versions = {name: row.id for row in series.values() for _, name in row.patches}
    for claim in site.claims:
        names = (*claim.claim.entities, claim.claim.subject, claim.claim.object)
        for name in _fields(names, site.by_field):
            site.by_field[name].claims.append(claim)
        _place(site, claim.series_id, claim.claim.author).claims.append(claim)
        said_in = (versions[place] for place in claim.places if place in versions)
        for own_id in dict.fromkeys((claim.series_id, *said_in)):
            site.by_series[own_id].claims.append(claim)
    for finding in queries.findings():
        site.by_series[finding.series_id].findings.append(finding)
    for rows in site.touched.values():
        for row in rows:
            if row.touch.name in site.by_field:
                site.by_field[row.touch.name].touches.append(row)
    for own in series.values():
        site.people.setdefault(person_key(own.author), own.author)
    return site


def _claims(queries: Queries) -> tuple[ClaimRow, ...]:
    """The newest claims, each once; of too many those that the model decided come first."""
    claims = queries.claims(limit=MOST, once=True)
    if len(claims) < MOST:
        return claims
    decided = queries.claims(verdict=DECIDED, limit=MOST, once=True)
    known = {row.claim.id for row in decided}
    return (*decided, *(row for row in claims if row.claim.id not in known))[:MOST]


def _name(row: FieldCount) -> str:
    return f"{row.struct}.{row.member}" if row.struct else row.member


def _fields(names: Iterable[str], known: dict[str, Matter]) -> list[str]:
    return [name for name in dict.fromkeys(names) if name in known]


def _place(site: Site, series_id: str, author: Person) -> Matter:
    key = person_key(author)
    site.people.setdefault(key, author)
    return site.by_person[key]
