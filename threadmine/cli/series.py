"""``series``: the series that were read, or the story of one."""

from __future__ import annotations

import click

from threadmine.cli import options
from threadmine.cli.app import App
from threadmine.cli.targets import message_id
from threadmine.errors import NotFoundError
from threadmine.query.when import is_after


@click.command("series")
@click.argument("series", required=False)
@options.since
@options.as_json
@click.pass_obj
def series_command(app: App, series: str | None, since: str | None, as_json: bool) -> None:
    """List series, or tell the story of one.

    SERIES is an id, a message-id, a lore link, or words of the title. Where it names one series, its
    versions are told with what each touches and what is still open; else the series found are listed.
    """
    from threadmine.render.detail import series_detail
    from threadmine.render.lists import series_lines
    from threadmine.render.records import series_record

    start = app.when(since)
    with app.queries() as queries:
        rows = [
            row
            for row in queries.series(None if series is None else message_id(series))
            if is_after(row.last_activity, start)
        ]
        empty = not rows and queries.counts().messages > 0
        one = series is not None and len({(row.id, row.version) for row in rows}) == len(
            {row.version_text or row.version for row in rows}
        )
        issues = (
            [issue for own_id in sorted({row.id for row in rows}) for issue in queries.issues(series=own_id)]
            if one
            else []
        )
    if as_json:
        app.out.items(map(series_record, rows))
    elif one and rows:
        rows.sort(key=lambda row: (row.version, row.version_text))
        app.out.lines(series_detail(rows, issues, app.out.width, app.now, app.out.style))
    elif rows:
        app.out.lines(series_lines(rows, app.out.width, app.now, app.out.style))
    if empty and series is not None and start is None:
        raise NotFoundError(f"no series matches '{series}'", remedy="`threadmine series` lists them all")
    if empty:
        app.out.note("no series matches")
