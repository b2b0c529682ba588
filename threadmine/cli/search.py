"""``search``: messages by their words and by the terms of the query language."""

from __future__ import annotations

import click

from threadmine.cli import options
from threadmine.cli.app import App
from threadmine.errors import UsageError

MOST = 100
"""Messages shown without ``--limit``."""

POOL = 2_000
"""Messages that the full text search gives to the other terms."""

DEEP = 200
"""Of these, the best, whose issues and claims are looked through."""


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
    from threadmine.query import of_message
    from threadmine.render.found import found_lines
    from threadmine.render.records import claim_record, issue_record, message_record

    most = limit or MOST
    with app.queries() as queries:
        asked = asking(app, queries, terms)
        if not asked.text.strip():
            raise UsageError("there is nothing to search for", remedy="see `threadmine search --help`")
        start = app.when(since) or asked.narrow.since
        if asked.narrow.words:
            phrases = " ".join(f'"{words}"' for words in asked.narrow.words)
            pool = queries.search(phrases, limit=POOL, since=start)
            names: list[str | None] = [mail.message_id for mail in pool[:DEEP]]
            mails = [mail for mail in pool if asked.meets(of_message(mail), words=False)]
        else:
            mails = asked.keep(queries.messages(since=start, until=asked.narrow.until), of_message)[::-1]
            names = [None]
        issues = [row for name in names for row in asked.issues(since=start, message=name)]
        claims = [row for name in names for row in asked.claims(since=start, message=name)]
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
