"""``ingest`` and ``mine``: mail into the database and what it says; each message that failed is named."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import click

from threadmine.cli.app import App
from threadmine.errors import EXIT_DONE, EXIT_FAILED
from threadmine.model import IngestReport
from threadmine.render.text import numbered, safe_line

SHOWN = 20
"""Failures and skipped places that are listed one by one without ``--verbose``."""

REDRAW_SECONDS = 0.1


class Progress:
    """One line on a terminal, redrawn in place; nothing anywhere else."""

    def __init__(self, show: bool, what: str = "messages read") -> None:
        self._what = what
        self._show = show
        self._start = self._drawn = time.monotonic()
        self._width = 0

    def __call__(self, done: int, where: str = "") -> None:
        """Tells that so many are done, the last from ``where``."""
        now = time.monotonic()
        if not self._show or now - self._drawn < REDRAW_SECONDS:
            return
        self._drawn = now
        rate = done / max(now - self._start, 0.001)
        text = f"{done:,} {self._what}, {rate:,.0f} a second  {safe_line(where, 60)}"[:79]
        sys.stderr.write("\r" + text.ljust(self._width))
        sys.stderr.flush()
        self._width = len(text)

    def clear(self) -> None:
        """Takes the line away."""
        if self._width:
            sys.stderr.write("\r" + " " * self._width + "\r")
            sys.stderr.flush()
            self._width = 0


@click.command("ingest")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True)
@click.option("--epoch", is_flag=True, help="PATHs are public-inbox archives: read on from the last run.")
@click.option("--no-mine", is_flag=True, help="Read and store only; the next ingest or `mine` does the rest.")
@click.option("--quiet", "-q", is_flag=True, help="Say nothing but failures.")
@click.option("--verbose", "-v", is_flag=True, help="List everything that was skipped.")
@click.pass_obj
def ingest_command(
    app: App, paths: tuple[str, ...], epoch: bool, no_mine: bool, quiet: bool, verbose: bool
) -> int:
    """Read mail from files, folders, archives or standard input.

    PATH is a mailbox, a Maildir, an .eml file, any of these compressed, a folder of them, a public-inbox
    archive (git directory or bundle), or - for standard input. What it is is told from its content. Reading
    something again changes nothing; a run that was cut short is taken up by the next.

    With --epoch, PATH is a directory, an address or a bundle of a public-inbox archive, and each run reads
    only what came since the last.

    With --no-mine, mail is in the database in a fraction of the time: threads, series and search know it,
    what it says does not stand on the board yet. It waits until something is ingested without --no-mine, or
    for `threadmine mine`; then all is as if it had been mined at once.

    One message that cannot be read does not stop the others; it is named, and the exit status is 1.
    """
    from threadmine.archives import ingest_epochs
    from threadmine.db.completing import count_waiting
    from threadmine.pipeline import ingest_paths

    read = ingest_epochs if epoch else ingest_paths
    progress = Progress(sys.stderr.isatty() and not quiet)
    with app.open() as database:
        try:
            report = read(database, list(paths), progress, mining=not no_mine)
        finally:
            progress.clear()
        waiting = count_waiting(database) if no_mine else 0
    tell(app, report, quiet, verbose)
    if waiting and not quiet:
        app.out.note(f"{numbered(waiting, 'message')} not mined yet: run threadmine mine")
    return EXIT_FAILED if report.failures else EXIT_DONE


@click.command("mine")
@click.option("--quiet", "-q", is_flag=True, help="Say nothing but failures.")
@click.pass_obj
def mine_command(app: App, quiet: bool) -> int:
    """Mine what was read with ingest --no-mine.

    Finds the statements, concerns and touched members in the messages that wait. A run that was cut short is
    taken up by the next; where nothing waits, nothing is done.
    """
    from threadmine.pipeline import mine_waiting

    progress = Progress(sys.stderr.isatty() and not quiet, "messages mined")
    with app.open() as database:
        try:
            report = mine_waiting(database, progress)
        finally:
            progress.clear()
    for where, why in report.failures[:SHOWN]:
        app.out.note(f"failed: {safe_line(_short(where))}: {safe_line(why)}")
    if not quiet:
        failed = f", {len(report.failures):,} failed" if report.failures else ""
        app.out.note(f"{numbered(report.read, 'message')} mined{failed}")
    return EXIT_FAILED if report.failures else EXIT_DONE


def tell(app: App, report: IngestReport, quiet: bool = False, verbose: bool = False) -> None:
    """The account of a reading, on standard error: what could not be read first, the counts last."""
    for title, items, wanted in (
        ("failed:", report.failures, True),
        ("skipped:", report.skipped, not quiet),
    ):
        if not wanted:
            continue
        most = len(items) if verbose else SHOWN
        for where, why in items[:most]:
            app.out.note(f"{title} {safe_line(_short(where))}: {safe_line(why)}")
        if len(items) > most:
            app.out.note(f"... and {len(items) - most:,} more {title.rstrip(':')} (--verbose lists them)")
    if not quiet:
        counts = [
            f"{numbered(report.read, 'message')} read",
            f"{report.new:,} new",
            f"{report.known:,} known",
        ]
        if report.skipped:
            counts.append(f"{len(report.skipped):,} skipped")
        if report.removed_ids:
            counts.append(f"{len(report.removed_ids):,} taken out (deleted from the archive)")
        if report.failures:
            counts.append(f"{len(report.failures):,} failed")
        app.out.note(", ".join(counts))


def _short(where: str) -> str:
    """``where`` below the present folder as a relative path."""
    try:
        return str(Path(where).relative_to(Path.cwd()))
    except ValueError:
        return where
