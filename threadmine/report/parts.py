"""Pieces that several pages show: issues, claims, the sentence in its place, the bytes of a struct."""

from __future__ import annotations

from collections.abc import Iterable

from threadmine.memmap import drawing
from threadmine.memmap.layout import Layout
from threadmine.model import ClaimRow, FindingRow, IssueRow, Person, StoredMessage
from threadmine.render.detail import holding_text
from threadmine.render.excerpt import MARK, QUOTED, excerpt
from threadmine.render.lists import concern_place, statement
from threadmine.render.text import date_text, function_text
from threadmine.report.gather import Site
from threadmine.report.html import Html, element, join, lines, link, outside, text

MOST = 200
"""Issues or claims on one page; a busy page says how many more there are."""


def badge(word: str) -> Html:
    return element("span", word.upper(), class_=f"badge {word}")


def who(site: Site, person: Person, root: str) -> Html:
    """A person's name, linked to the person's page."""
    target = site.person_page(person)
    name = person.display or "(unknown)"
    return link(root + target, name) if target else text(name)


def fields(site: Site, names: Iterable[str], root: str) -> Html:
    """Members, functions and flags, the members linked to their pages."""
    parts = []
    for name in names:
        target = site.field_page(name)
        parts.append(element("code", link(root + target, name) if target else name))
    return join(parts, ", ")


def series_link(site: Site, own_id: str, patch: str, root: str) -> Html:
    """``v2 1/2 of TITLE``, linked."""
    row = site.series.get(own_id)
    if row is None:
        return Html("")
    label = " ".join(part for part in (row.version_text or f"v{row.version}", patch) if part)
    return link(f"{root}series/{row.id}.html", f"[{label}] {row.title}")


def issue(site: Site, row: IssueRow, root: str) -> Html:
    """One issue as an article."""
    concern, status = row.concern, row.status
    facts = [
        who(site, concern.author, root),
        text(date_text(concern.date)),
        series_link(site, row.series_id, row.patch, root),
        outside(row.url, "message") if row.url else Html(""),
    ]
    robot = "" if concern.source == "human" else f" by robot {concern.source}"
    parts = [
        element(
            "h3", badge(status.state.value), f" {concern.kind.value}{robot} ", element("code", concern.id)
        ),
        element("p", join((fact for fact in facts if fact), ", "), class_="soft"),
        element("blockquote", concern.quote),
    ]
    if concern.targets:
        parts.append(element("p", "About ", fields(site, concern.targets, root)))
    if place := concern_place(row):
        parts.append(element("p", element("code", place)))
    for item in status.evidence:
        parts.append(element("p", element("em", item.effect.value), ": ", item.quote))
    if row.triage:
        parts.append(element("p", f"Set by hand: {row.triage}"))
    if status.addressed_in:
        why = f": {status.addressed_evidence}" if status.addressed_evidence else ""
        parts.append(element("p", f"Fixed in {status.addressed_in}{why}"))
    return element("article", *parts, id=concern.id)


def claim(site: Site, row: ClaimRow, root: str) -> Html:
    """One claim as an article, with a link to its own page."""
    found = row.claim
    facts = [
        who(site, found.author, root),
        text(date_text(found.date)),
        series_link(site, row.series_id, row.patch, root),
    ]
    own = link(f"{root}claim/{found.id}.html", found.id)
    return element(
        "article",
        element("h3", badge(row.verdict.kind.value), " ", own),
        element("p", join((fact for fact in facts if fact), ", "), class_="soft"),
        element("blockquote", found.quote),
        element("p", "Read as: ", statement(row)),
        element("p", row.verdict.reason),
    )


def finding(row: FindingRow) -> Html:
    """What the program saw in a patch, as an article."""
    found = row.finding
    place = f"{found.file}:{found.line} {function_text(found.function)}"
    patch = f", patch {row.patch}" if row.patch else ""
    parts = [
        element("h3", found.text, " ", element("code", found.id)),
        element(
            "p", element("code", place), patch, ", ", outside(row.url, "message") if row.url else Html("")
        ),
        element("pre", found.quote, tabindex="0"),
    ]
    parts += [element("p", f"{item.fact} [{item.source}]", class_="soft") for item in found.evidence]
    return element("article", *parts, id=found.id)


def several(parts: list[Html], what: str) -> Html:
    """At most :data:`MOST` of the parts, and how many more there are."""
    more = (
        element("p", f"{len(parts) - MOST:,} more {what} are not shown here.")
        if len(parts) > MOST
        else Html("")
    )
    return join([*parts[:MOST], more])


def in_place(mail: StoredMessage | None, start: int, end: int, quote: str) -> Html:
    """The sentence among the lines around it, marked."""
    found = excerpt(mail.body, start, end) if mail is not None and end > start else ()
    if not any(line.kind == MARK for line in found):
        return element("blockquote", quote)
    shown = []
    for line in found:
        if line.kind == MARK:
            inside = element("mark", lines(line.text[line.mark_start : line.mark_end]))
            shown.append(
                join([lines(line.text[: line.mark_start]), inside, lines(line.text[line.mark_end :])])
            )
        else:
            shown.append(
                element("span", lines(line.text), class_="q") if line.kind == QUOTED else lines(line.text)
            )
    return element("pre", join(shown, "\n"), tabindex="0")


def holds(row: ClaimRow) -> Html:
    """Where a claim holds and where it does not."""
    items = [element("li", holding_text(item)) for item in row.verdict.holds]
    return element("ul", *items) if items else Html("")


def struct_bytes(layout: Layout, struct: str, member: str) -> Html:
    """The words of a struct as a table: offset, and what each struct of the union calls the bytes."""
    names = drawing.lanes_for(layout, struct)
    head = join(element("th", name, scope="col") for name in ("bytes", *(f"struct {name}" for name in names)))
    body = []
    for row in drawing.rows(layout, struct):
        cells = [
            element(
                "th", f"page[{row.page}]+{row.offset}" if "page" in names else f"+{row.offset}", scope="row"
            )
        ]
        for name, lane in zip(names, row.lanes, strict=True):
            inner = [
                element("span", box.name, class_="here" if name == struct and _is(box.name, member) else "")
                for box in lane
            ]
            cells.append(element("td", join(inner, " | ")))
        body.append(element("tr", *cells))
    kernel = f"struct {struct} of Linux {layout.kernel} ({layout.arch}), one row per word"
    return element(
        "div",
        element(
            "table",
            element("caption", kernel),
            element("thead", element("tr", head)),
            element("tbody", *body),
        ),
        class_="wide bytes",
        tabindex="0",
        role="region",
        aria_label=kernel,
    )


def _is(name: str, member: str) -> bool:
    return name.split(":")[0] == member or member.startswith(f"{name}.")
