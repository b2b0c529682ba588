"""``board``, ``issues`` and ``claims``: what is open about a member, and what was said of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from threadmine.cli import options
from threadmine.cli.app import App
from threadmine.model import ConcernKind, ConcernState, IssueRow, Predicate, VerdictKind


@click.command("board")
@click.argument("struct", required=False)
@click.option("--all", "every", is_flag=True, help="Also members that series touch and nobody speaks of.")
@options.as_json
@click.pass_obj
def board_command(app: App, struct: str | None, every: bool, as_json: bool) -> None:
    """Show the open issues of each struct member.

    With STRUCT (page, folio, dev_pagemap ...) only the members of that structure. `Open` counts issues
    that are open, disputed or promised; `Refuted` counts statements that do not match the kernel.
    """
    from threadmine.render.lists import board_lines
    from threadmine.render.records import board_record
    from threadmine.render.text import numbered

    with app.queries() as queries:
        rows = queries.board(struct)
    spoken = rows if every else [row for row in rows if row.issues or row.claims]
    if as_json:
        app.out.items(map(board_record, rows))
    elif rows:
        app.out.lines(board_lines(spoken, app.out.width, app.now, app.out.style))
        if len(spoken) < len(rows):
            app.out.note(f"{numbered(len(rows) - len(spoken), 'more member')} only touched; --all lists them")
    elif struct:
        app.out.note(f"no member of struct {struct} is mentioned in the mail read so far")


@click.command("issues")
@options.terms
@options.field
@click.option("--state", type=click.Choice([*map(str, ConcernState)]), help="Only in this state.")
@click.option("--open", "still_open", is_flag=True, help="Only what waits for somebody, as is:open.")
@click.option("--kind", type=click.Choice([*map(str, ConcernKind)]), help="Only of this kind.")
@click.option("--every-place", is_flag=True, help="A row each time that the same issue was raised.")
@options.author
@options.series
@options.since
@options.limit
@options.as_json
@click.pass_obj
def issues_command(
    app: App,
    /,
    terms: tuple[str, ...],
    still_open: bool,
    every_place: bool,
    limit: int | None,
    as_json: bool,
    **given: str | None,
) -> None:
    """List what people want answered or changed.

    Open ones stand first, the newest on top. An issue is open until a later message or version settles it;
    agreement alone does not. One that was raised several times, on other patches, versions or threads, is
    listed once, as it was raised last; with --series each time. TERMS are those of the query language:
    field:folio._nr_pages is:open age:>2w.
    """
    from threadmine.cli.asking import asking
    from threadmine.query.aside import is_aside
    from threadmine.render.lists import issue_lines
    from threadmine.render.records import issue_record

    state, kind = given.pop("state"), given.pop("kind")
    wanted = {ConcernState(state)} if state is not None else {*ConcernState}
    rows: list[IssueRow] = []
    with app.queries() as queries:
        asked = asking(app, queries, terms)
        for is_open in (True,) if still_open else (True, False):
            room = None if limit is None else limit - len(rows)
            states = [one for one in ConcernState if one.is_open == is_open and one in wanted]
            if states and (room is None or room > 0):
                more = {"kind": None if kind is None else ConcernKind(kind), **common(app, given)}
                more["once"] = not every_place and given["series"] is None
                rows += asked.issues(state=states, limit=None if still_open else room, **more)
        if still_open:
            rows = [row for row in rows if not is_aside(row.triage, app.now.date())][:limit]
        empty = not rows and queries.counts().messages > 0
    if as_json:
        app.out.items(map(issue_record, rows))
    else:
        app.out.lines(issue_lines(rows, app.out.width, app.now, app.out.style))
    say_nothing(app, bool(rows), empty, given["field"], "issue")


@click.command("claims")
@options.terms
@options.field
@click.option("--verdict", type=click.Choice([*map(str, VerdictKind)]), help="Only with this verdict.")
@click.option("--predicate", type=click.Choice([*map(str, Predicate)]), help="Only statements of this kind.")
@click.option("--every-place", is_flag=True, help="A row for each version that says it again.")
@options.author
@options.series
@options.since
@options.limit
@options.as_json
@click.pass_obj
def claims_command(
    app: App,
    /,
    terms: tuple[str, ...],
    every_place: bool,
    limit: int | None,
    as_json: bool,
    **given: str | None,
) -> None:
    """List statements that can be checked, with verdicts.

    One that was said again, in a later version or by a quotation, is listed once, with all its places.

    Each is shown in its author's words, then (=) as it was read, then (>) why it holds or not. TERMS are
    those of the query language: verdict:refuted author:ada since:4w.
    """
    from threadmine.cli.asking import asking
    from threadmine.render.lists import claim_lines
    from threadmine.render.records import claim_record

    verdict, predicate = given.pop("verdict"), given.pop("predicate")
    with app.queries() as queries:
        rows = asking(app, queries, terms).claims(
            verdict=None if verdict is None else VerdictKind(verdict),
            predicate=None if predicate is None else Predicate(predicate),
            limit=limit,
            once=not every_place,
            **common(app, given),
        )
        empty = not rows and queries.counts().messages > 0
    if as_json:
        app.out.items(map(claim_record, rows))
    else:
        app.out.lines(claim_lines(rows, app.out.width, app.now, app.out.style))
    say_nothing(app, bool(rows), empty, given["field"], "claim")


def common(app: App, given: Mapping[str, str | None]) -> dict[str, Any]:
    """The options that issues and claims share, as the database takes them."""
    return {
        "field": given["field"],
        "author": given["author"],
        "series": series_reference(given["series"]),
        "since": app.when(given["since"]),
    }


def series_reference(text: str | None) -> str | None:
    """The value of ``--series`` as the database takes it: links become message-ids."""
    from threadmine.cli.targets import message_id

    return None if text is None else message_id(text)


def say_nothing(app: App, found: bool, empty: bool, field: str | None, what: str) -> None:
    """Says that a question found nothing, and why that may be: a mistyped member has its near matches.

    Raises:
        NotFoundError: no kernel has the member asked for.
    """
    from threadmine.cli.members import require_known

    if found or not empty:
        return
    if field:
        require_known(field)
    app.out.note(f"no {what} matches")
