"""The pages of the report, one function each: material in, (path, title, body) out."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from threadmine.memmap.layout import Layout
from threadmine.model import (
    ClaimRow,
    IssueRow,
    SeriesRow,
    StoredMessage,
    TouchRow,
    VerdictKind,
    message_url,
)
from threadmine.render.heat import heat_svg, marks
from threadmine.render.lists import chains, statement
from threadmine.render.matrix import LEGEND, by_series, mark, patch_key
from threadmine.render.text import date_text, numbered, safe_line
from threadmine.report import parts
from threadmine.report.gather import Matter, Site
from threadmine.report.html import Html, element, join, link, outside, table, text

HEAT_SERIES = 60
"""Series in the heat map: more cannot be read."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its path below the folder, heading and body; ``data`` is JSON for the search."""

    path: str
    title: str
    body: Html
    data: str = ""

    @property
    def root(self) -> str:
        return "../" * self.path.count("/")


def board(site: Site, now: datetime) -> Page:
    """The first page: open issues by member, and the heat map."""
    waiting = sum(map(site.is_open, site.issues))
    wrong = sum(row.verdict.kind is VerdictKind.REFUTED for row in site.claims)
    counts = (
        f"{numbered(len(site.issues), 'issue')}, {waiting:,} still open; "
        f"{numbered(len(site.claims), 'claim')}, {wrong:,} refuted; "
        f"{numbered(len(site.series), 'series version')}. State of {date_text(now)}."
    )
    rows = [
        (
            parts.fields(site, [f"{row.struct}.{row.member}" if row.struct else row.member], ""),
            f"{row.open_issues:,}",
            f"{row.issues:,}",
            f"{row.claims:,}",
            f"{row.refuted:,}",
            f"{row.touched_by:,}",
            date_text(row.last_activity),
        )
        for row in sorted(site.board, key=lambda row: (-row.open_issues, row.struct, row.member))
    ]
    head = ("Field", "Open issues", "Issues", "Claims", "Refuted", "Series", "Last activity")
    body = [element("p", counts)]
    if site.left_out:
        body.append(element("p", site.left_out))
    body += [table("Struct members by open issues", head, rows, range(1, 6))]
    current = [row for row in site.series.values() if not row.superseded_by and site.touched[row.id]][
        :HEAT_SERIES
    ]
    if current:
        found = marks((row, site.touched[row.id]) for row in current)
        shown = [row for row in current if found[row.id]]
        body.append(element("h2", "Which series touches what"))
        body.append(
            element("p", "Darker cells do more: comment, read, removed declaration, declaration, write.")
        )
        picture = Html("\n".join(heat_svg(shown, found)))
        body.append(
            element("div", picture, class_="wide", tabindex="0", role="region", aria_label="Heat map")
        )
    return Page("index.html", "Open issues by struct member", join(body))


def field(site: Site, name: str, matter: Matter, layout: Layout | None) -> Page:
    """A member: its bytes, its issues, what was said of it, who touches it."""
    path = site.field_page(name)
    struct, _, member = name.rpartition(".")
    body = []
    if layout is not None and struct and layout.struct(struct.split(".")[0]) is not None:
        found = layout.member(struct, member)
        if found is not None:
            where = f"Offset {found.offset}, {numbered(found.size, 'byte')}, type {found.type}."
            body.append(element("p", where))
        drawn = parts.struct_bytes(layout, struct, member)
        body.append(
            element("details", element("summary", f"The bytes of struct {struct}"), drawn, open="open")
        )
    body += _issues(site, matter.issues, "../")
    body += _claims(site, matter.claims, "../")
    if matter.touches:
        body.append(element("h2", "Series that touch it"))
        body.append(_touching(site, matter.touches))
    return Page(path, name, join(body) or element("p", "Nothing is known of it."))


def _issues(site: Site, rows: Sequence[IssueRow], root: str) -> Iterator[Html]:
    waiting = [row for row in rows if site.is_open(row)]
    settled = [row for row in rows if not site.is_open(row)]
    for heading, chosen in (("Open issues", waiting), ("Settled issues", settled)):
        if chosen:
            yield element("h2", f"{heading} ({len(chosen):,})")
            yield parts.several([parts.issue(site, row, root) for row in chosen], "issues")


ORDER = {
    kind: place for place, kind in enumerate(("refuted", "conditional", "confirmed", "planned", "undecided"))
}


def _claims(site: Site, rows: Sequence[ClaimRow], root: str) -> Iterator[Html]:
    if rows:
        chosen = sorted(rows, key=lambda row: ORDER[row.verdict.kind.value])
        yield element("h2", f"What was said ({len(chosen):,})")
        yield parts.several([parts.claim(site, row, root) for row in chosen], "claims")


def _touching(site: Site, touches: Sequence[TouchRow]) -> Html:
    rows = []
    for (own_id, _), group in by_series(touches).items():
        series = site.series.get(own_id)
        if series is not None:
            places = ", ".join(dict.fromkeys(row.touch.function or row.touch.file for row in group))
            rows.append(
                (
                    parts.series_link(site, own_id, "", "../"),
                    mark(group).strip(),
                    date_text(series.date),
                    places,
                )
            )
    return table("Series and how they touch it", ("Series", "How", "Sent", "Where"), rows)


def series(site: Site, row: SeriesRow, matter: Matter) -> Page:
    """A series version: what it is, its members by patch, its issues, what was said in it."""
    label = row.version_text or f"v{row.version}"
    root = "../"
    facts = [
        ("From", parts.who(site, row.author, root)),
        ("Sent", text(date_text(row.date))),
        ("List", text(row.list_name or "unknown")),
        ("Patches", text(f"{len(row.patches)} of {row.total or len(row.patches)}")),
        ("Base", text(row.base)),
        ("Tags", text(", ".join(f"{tag} {count}" for tag, count in row.trailers))),
        ("Follows", parts.series_link(site, row.supersedes, "", root)),
        ("Followed by", parts.series_link(site, row.superseded_by, "", root)),
        ("Cover letter", _message(row.cover)),
    ]
    body = [
        element("dl", *(join([element("dt", name), element("dd", value)]) for name, value in facts if value))
    ]
    touches = site.touched.get(row.id, ())
    if touches:
        body.append(element("h2", "Members by patch"))
        body.append(_grid(site, touches))
        body += [element("p", line, class_="soft") for line in LEGEND]
    if matter.findings:
        body.append(element("h2", f"Seen by the program, raised by nobody ({len(matter.findings):,})"))
        body += [parts.finding(found) for found in matter.findings]
    body += _issues(site, matter.issues, root)
    body += _claims(site, matter.claims, root)
    return Page(f"series/{row.id}.html", f"[{label}] {row.title}", join(body))


def _message(message_id: str | None) -> Html:
    address = message_url(message_id or "")
    return outside(address, message_id or "") if address else Html("")


def _grid(site: Site, touches: Sequence[TouchRow]) -> Html:
    patches = sorted({row.patch for row in touches}, key=patch_key)
    cells: dict[str, dict[str, list[TouchRow]]] = {}
    for row in touches:
        cells.setdefault(row.touch.name, {}).setdefault(row.patch, []).append(row)
    rows = [
        (
            parts.fields(site, [name], "../"),
            *(mark(by_patch[patch]).strip() if patch in by_patch else "" for patch in patches),
        )
        for name, by_patch in sorted(cells.items())
    ]
    return table(
        "What each patch does to which member", ("Member", *(patch or "1" for patch in patches)), rows
    )


def person(site: Site, key: str, matter: Matter) -> Page:
    """A person: the series they sent, what they asked, what they said."""
    who = site.people[key]
    own = [row for row in site.series.values() if (row.author.address or row.author.name).casefold() == key]
    body = []
    if own:
        body.append(element("h2", "Series sent"))
        body.append(
            element("ul", *(element("li", parts.series_link(site, row.id, "", "../")) for row in own))
        )
    body += _issues(site, matter.issues, "../")
    body += _claims(site, matter.claims, "../")
    return Page(
        site.person_page(who), who.display or "(unknown)", join(body) or element("p", "Nothing to show.")
    )


def claim(site: Site, row: ClaimRow, mail: StoredMessage | None) -> Page:
    """A claim: in its place, how it was read, the verdict with its evidence."""
    found, verdict, root = row.claim, row.verdict, "../"
    others = [place for place in row.places if place != found.message_id]
    kernel = verdict.kernel
    how = f"Linux {kernel.version}, {kernel.arch}, {kernel.config} config (kernel by {kernel.found.value})"
    facts = [
        ("Verdict", join([parts.badge(verdict.kind.value), text(f" for {how}")])),
        ("Why", text(verdict.reason)),
        ("From", parts.who(site, found.author, root)),
        ("Date", text(date_text(found.date))),
        ("Series", parts.series_link(site, row.series_id, row.patch, root)),
        ("Read as", text(statement(row))),
        ("About", parts.fields(site, found.entities, root)),
        ("Words that made it a claim", text(found.cue)),
        ("Concluded, not stated", text("; ".join(found.inferred))),
        ("Message", outside(row.url, found.message_id) if row.url else text(found.message_id)),
        ("Said again in", join([element("p", _message(place) or text(place)) for place in others])),
    ]
    body = [
        parts.in_place(mail, found.start, found.end, found.quote),
        element("dl", *(join([element("dt", name), element("dd", value)]) for name, value in facts if value)),
    ]
    if verdict.evidence:
        body.append(element("h2", "Evidence"))
        rows = [(item.fact, item.source, item.rule) for item in verdict.evidence]
        body.append(table("Facts behind the verdict", ("Fact", "Source", "Rule"), rows))
    if verdict.holds:
        body += [element("h2", "Where it holds"), parts.holds(row)]
    return Page(f"claim/{found.id}.html", f"{verdict.kind.value.capitalize()}: {statement(row)}", join(body))


def series_list(site: Site) -> Page:
    """All series, their versions together."""
    rows = [
        (
            parts.series_link(site, row.id, "", ""),
            parts.who(site, row.author, ""),
            date_text(row.date),
            f"{len(row.patches)}/{row.total}" if row.total else str(len(row.patches)),
            f"{row.open_concerns:,}",
        )
        for chain in chains(site.series.values())
        for row in chain
    ]
    head = ("Series", "From", "Sent", "Patches", "Open issues")
    return Page("series.html", "Series", table("Series, the versions of each together", head, rows, (3, 4)))


def people_list(site: Site) -> Page:
    """Everybody who wrote something that was mined."""
    entries = sorted(site.people.items(), key=lambda item: item[1].display.casefold())
    rows = []
    for key, who in entries:
        matter = site.by_person.get(key, Matter())
        waiting = sum(map(site.is_open, matter.issues))
        wrong = sum(row.verdict.kind is VerdictKind.REFUTED for row in matter.claims)
        rows.append(
            (
                parts.who(site, who, ""),
                f"{len(matter.issues):,}",
                f"{waiting:,}",
                f"{len(matter.claims):,}",
                f"{wrong:,}",
            )
        )
    head = ("Name", "Issues raised", "Still open", "Claims", "Refuted")
    return Page("people.html", "People", table("People by name", head, rows, range(1, 5)))


def claims_list(site: Site) -> Page:
    """Every claim that the model decided, refuted ones first."""
    decided = [row for row in site.claims if ORDER[row.verdict.kind.value] < ORDER["planned"]]
    rows = [
        (
            parts.badge(row.verdict.kind.value),
            link(f"claim/{row.claim.id}.html", safe_line(row.claim.quote, 300)),
            parts.who(site, row.claim.author, ""),
            date_text(row.claim.date),
        )
        for row in sorted(decided, key=lambda row: ORDER[row.verdict.kind.value])
    ]
    text_of = (
        f"{len(site.claims) - len(decided):,} more are plans or could not be decided; the search finds them."
    )
    head = ("Verdict", "Statement", "From", "Date")
    return Page(
        "claims.html", "Claims", join([element("p", text_of), table("Claims by verdict", head, rows)])
    )


def search(site: Site) -> Page:
    """The search: everything with its link, looked through in the browser."""
    rows: list[tuple[str, str, str]] = [
        (site.field_page(name), name, "member") for name in sorted(site.by_field) if site.field_page(name)
    ]
    rows += [
        (
            f"series/{row.id}.html",
            f"{row.version_text} {row.title}".strip(),
            f"series by {row.author.display}",
        )
        for row in site.series.values()
    ]
    rows += [(site.person_page(who), who.display, "person") for who in site.people.values()]
    rows += [
        (
            f"claim/{row.claim.id}.html",
            row.claim.quote[:300],
            f"{row.verdict.kind.value}, {row.claim.author.display}",
        )
        for row in site.claims
    ]
    rows += [
        (
            f"{site.person_page(row.concern.author)}#{row.concern.id}",
            row.concern.quote[:300],
            f"{row.status.state.value} {row.concern.kind.value}, {row.concern.author.display}",
        )
        for row in site.issues
    ]
    data = json.dumps([[target, safe_line(name), safe_line(what)] for target, name, what in rows])
    body = join(
        [
            element("p", element("label", "Words that must occur:", for_="query")),
            Html('<p><input type="search" id="query" autocomplete="off"></p>'),
            element("p", id="count", role="status"),
            element("ul", id="found"),
            element("noscript", "The search needs JavaScript; the other pages do not."),
        ]
    )
    return Page("search.html", "Search", body, data)


def pages(
    site: Site,
    now: datetime,
    layout_of: Callable[[str], Layout | None],
    mails: Callable[[Sequence[ClaimRow]], Iterator[tuple[ClaimRow, StoredMessage | None]]],
) -> Iterator[Page]:
    """Every page of the report.

    Args:
        site: the material.
        now: the moment it was read.
        layout_of: the layout to draw a struct with, None where no kernel has it.
        mails: gives claims with the messages that show them.
    """
    yield board(site, now)
    yield series_list(site)
    yield people_list(site)
    yield claims_list(site)
    yield search(site)
    for name, matter in sorted(site.by_field.items()):
        yield field(site, name, matter, layout_of(name.split(".")[0]))
    for row in site.series.values():
        yield series(site, row, site.by_series.get(row.id, Matter()))
    for key in sorted(site.people):
        yield person(site, key, site.by_person.get(key, Matter()))
    for found, mail in mails(site.claims):
        yield claim(site, found, mail)
