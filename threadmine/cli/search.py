"""``search``: messages by their words and by the terms of the query language."""

from __future__ import annotations

from itertools import islice

import click

from threadmine.cli import options
from threadmine.cli.app import App
from threadmine.errors import UsageError

MOST = 100
"""Messages shown without ``--limit``."""

DEEP = 200
"""The best messages, whose issues and claims are looked through."""


@click.command("search")
@click.argument("terms", metavar="TERMS...", nargs=-1, required=True)
@options.since
@options.limit
@options.as_json
@click.pass_obj
def search_command(
    app: App, terms: tuple[str, ...], since: str | None, limit: int | None, as_json: bool
) -> None:
    """Find messages, issues and claims by words and terms.

    Messages that hold the words, the best first; then the issues and claims in the best of them that meet
    all the terms. Terms that only issues or claims can meet (state:, verdict: ...) leave no messages.
    """
    from threadmine.cli.asking import asking
    from threadmine.render.found import found_lines
    from threadmine.render.records import claim_record, issue_record, message_record

    most = limit or MOST
    with app.queries() as queries:
        asked = asking(app, queries, terms)
        if not asked.text.strip():
            raise UsageError("there is nothing to search for", remedy="see `threadmine search --help`")
        start = app.when(since)
        names: list[str] | None = None
        if asked.narrow.words:
            phrases = " ".join(f'"{words}"' for words in asked.narrow.words)
            names = [mail.message_id for mail in queries.search(phrases, limit=DEEP, since=start)]
            mails = asked.found(most + 1, start)
        else:
            mails = list(islice(asked.messages(since=start, newest_first=True), most + 1))
        issues = asked.issues(since=start, message=names, limit=most + 1)
        claims = asked.claims(since=start, message=names, limit=most + 1, once=True)
    if as_json:
        rows = [{"what": "message", **message_record(mail)} for mail in mails[:most]]
        rows += [{"what": "concern", **issue_record(row)} for row in issues[:most]]
        rows += [{"what": "claim", **claim_record(row)} for row in claims[:most]]
        app.out.items(rows)
        return
    lines = found_lines(
        mails, issues, claims, asked.narrow.words, most, app.out.width, app.now, app.out.style
    )
    app.out.lines(lines)
    if not (mails or issues or claims):
        app.out.note("nothing matches")
