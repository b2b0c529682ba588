"""``report``: the board as a static web site."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from threadmine.cli.app import App


@click.command("report")
@click.argument("out", type=click.Path(file_okay=False, path_type=Path), metavar="OUT")
@click.pass_obj
def report_command(app: App, out: Path) -> None:
    """Write a static web site of the board.

    One page for each field, series, person and claim, with the drawings of the bytes, a heat map and a
    search. It loads nothing from anywhere and works from a folder. OUT is a new or empty folder, or one
    that an earlier run wrote.
    """
    from threadmine.cli.ingest import Progress
    from threadmine.report import write_site

    progress = Progress(sys.stderr.isatty(), "pages written")
    with app.queries() as queries:
        try:
            count = write_site(queries, out, app.now, progress)
        finally:
            progress.clear()
    app.out.note(f"{count:,} pages; open {out / 'index.html'}")
