"""``series``: the series that were read, or the story of one."""

from __future__ import annotations

import click

from threadmine.cli import options
from threadmine.cli.app import App
from threadmine.cli.versions import series_chains
from threadmine.query.when import is_after


@click.command("series")
@click.argument("series", metavar="[SERIES|TERMS]...", nargs=-1)
@options.since
@options.as_json
@click.pass_obj
def series_command(app: App, series: tuple[str, ...], since: str | None, as_json: bool) -> None:
    """List series, or tell the story of one.

    SERIES is an id, a message-id, a lore link, or words of the title. Where it names one series, its
    versions are told with what each touches, what changed since the one before, which tags came and went
    and why, who asked, and what is still open. With TERMS of the query language
    (touches:page.mapping is:current author:ada) the series that meet them are listed.
    """
    from threadmine.cli.asking import asking
    from threadmine.query import has_terms
    from threadmine.render.chapters import chapter_record
    from threadmine.render.detail import series_detail
    from threadmine.render.lists import series_lines
    from threadmine.render.records import series_record
    from threadmine.track.story import story

    start = app.when(since)
    with app.queries() as queries:
        words = " ".join(series)
        if not words or has_terms(words):
            chains, found = [], asking(app, queries, series).series()
        else:
            chains = series_chains(queries, words)
            found = [row for chain in chains for row in chain]
        rows = [row for row in found if is_after(row.last_activity, start)]
        is_story = len(chains) == 1 and bool(rows)
        issues = [issue for row in rows for issue in queries.issues(series=row.id)] if is_story else []
        chapters = story(queries, rows, issues) if is_story else ()
        empty = not rows and queries.counts().messages > 0
    width, style = app.out.width, app.out.style
    if as_json:
        told = {chapter.series_id: chapter_record(chapter) for chapter in chapters}
        app.out.items({**series_record(row), **told.get(row.id, {})} for row in rows)
    elif is_story:
        app.out.lines(series_detail(rows, issues, width, app.now, style, chapters))
    elif rows:
        app.out.lines(series_lines(rows, width, app.now, style))
    if empty:
        app.out.note("no series matches")
