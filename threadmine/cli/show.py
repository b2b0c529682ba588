"""``show``: one claim, concern, series or message, in full."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from threadmine.cli import options
from threadmine.cli.app import App
from threadmine.cli.targets import is_own_id, message_id
from threadmine.errors import NotFoundError
from threadmine.model import StoredMessage

if TYPE_CHECKING:
    from threadmine.db.queries import Queries


@click.command("show")
@click.argument("name", metavar="ID|MESSAGE-ID")
@options.as_json
@click.pass_obj
def show_command(app: App, name: str, as_json: bool) -> None:
    """Show a claim, a concern, a series or a message.

    Ids of claims begin with c, of concerns with q, of series with s; the first digits are enough where they
    are not ambiguous. Anything else is a message-id, with or without <>, or a lore link.
    """
    with app.queries(welcome=False) as queries:
        if is_own_id(name) and "@" not in name:
            own_id = full_id(queries, name)
            {"c": _claim, "q": _concern, "s": _series}[own_id[0]](app, queries, own_id, as_json)
        else:
            _message(app, queries, message_id(name), as_json)


def full_id(queries: Queries, name: str) -> str:
    """The one id that begins with ``name``.

    Raises:
        NotFoundError: there is none, or there are several.
    """
    found = queries.resolve(name)
    if not found:
        raise NotFoundError(f"nothing has the id {name}", remedy="ids stand in front of each list entry")
    if len(found) > 1:
        raise NotFoundError(f"{name} is ambiguous", remedy=f"write more of it: {', '.join(found)}")
    return found[0]


def mail_of(queries: Queries, name: str) -> StoredMessage | None:
    """The message, or None where only its sentence is known."""
    try:
        return queries.message(name)
    except NotFoundError:
        return None


def _claim(app: App, queries: Queries, own_id: str, as_json: bool) -> None:
    from threadmine.render.detail import claim_detail
    from threadmine.render.records import claim_record

    row = queries.claim(own_id)
    if as_json:
        app.out.items([claim_record(row)])
        return
    mail = mail_of(queries, row.claim.message_id)
    app.out.lines(claim_detail(row, mail, app.out.width, app.now, app.out.style))


def _concern(app: App, queries: Queries, own_id: str, as_json: bool) -> None:
    from threadmine.render.detail import concern_detail
    from threadmine.render.records import issue_record

    row = queries.issue(own_id)
    if as_json:
        places = [one.concern.id for one in queries.occurrences(own_id)]
        app.out.items([{**issue_record(row), "raised_by": places}])
        return
    mail = mail_of(queries, row.concern.message_id)
    again = queries.occurrences(own_id)
    app.out.lines(concern_detail(row, mail, app.out.width, app.now, app.out.style, again))


def _series(app: App, queries: Queries, own_id: str, as_json: bool) -> None:
    from threadmine.cli.versions import all_versions
    from threadmine.render.detail import series_detail
    from threadmine.render.records import series_record

    rows = [version for row in queries.series(own_id) for version in all_versions(queries, row)]
    if as_json:
        app.out.items(map(series_record, rows))
        return
    issues = [issue for row in rows for issue in queries.issues(series=row.id)]
    app.out.lines(series_detail(rows, issues, app.out.width, app.now, app.out.style))


def _message(app: App, queries: Queries, name: str, as_json: bool) -> None:
    from threadmine.render.detail import message_detail
    from threadmine.render.records import claim_record, issue_record, message_record

    mail = queries.message(name)
    issues, claims = queries.issues(message=mail.message_id), queries.claims(message=mail.message_id)
    if as_json:
        found = {"concerns": [*map(issue_record, issues)], "claims": [*map(claim_record, claims)]}
        app.out.items([{**message_record(mail), "body": mail.body, **found}])
        return
    thread = queries.whole_thread(mail.message_id)
    width, style = app.out.width, app.out.style
    app.out.lines(message_detail(mail, thread, issues, claims, width, app.now, style))
