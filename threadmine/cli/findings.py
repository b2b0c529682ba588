"""``findings``: what nobody raised, and the program saw in a patch by itself."""

from __future__ import annotations

import click

from threadmine.cli import options
from threadmine.cli.app import App
from threadmine.cli.ask import series_reference


@click.command("findings")
@options.series
@options.since
@options.limit
@options.as_json
@click.pass_obj
def findings_command(
    app: App, series: str | None, since: str | None, limit: int | None, as_json: bool
) -> None:
    """List what the program itself saw in patches.

    An order compared with a number of pages, a pointer read after the callback that frees it, a store of
    four bytes that is meant to clear eight. They are the program's, and never counted as people's issues.
    """
    from threadmine.render.lists import finding_lines
    from threadmine.render.records import finding_record

    with app.queries() as queries:
        rows = queries.findings(series=series_reference(series), since=app.when(since), limit=limit)
        empty = not rows and queries.counts().messages > 0
    if as_json:
        app.out.items(map(finding_record, rows))
    else:
        app.out.lines(finding_lines(rows, app.out.width, app.now, app.out.style))
    if empty:
        app.out.note("no finding")
