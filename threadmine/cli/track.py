"""Commands that follow a series through its versions: what was dropped, checks for b4, links by hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from threadmine.cli import options
from threadmine.cli.app import App
from threadmine.cli.versions import one_series

if TYPE_CHECKING:
    from datetime import datetime

    from threadmine.db.queries import Queries
    from threadmine.model import SeriesRow
    from threadmine.render.style import Style
    from threadmine.track.dropped import Dropped


@click.command("dropped")
@click.argument("series", metavar="SERIES")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Show the first N only.")
@options.as_json
@click.pass_obj
def dropped_command(app: App, series: str, limit: int | None, as_json: bool) -> None:
    """List concerns of earlier versions that nothing settled.

    SERIES is a series id, a message-id, a lore link, or words of the title. Concerns raised on versions
    before the newest in hand are listed where no later version, reply or tag of the one who asked has
    settled them, those that matter most first.
    """
    from threadmine.render.records import issue_record

    with app.queries() as queries:
        _, chain = one_series(queries, series)
        found = find_dropped(queries, chain)[:limit]
    if as_json:
        app.out.items(
            {
                **issue_record(one.row),
                "weight": one.weight,
                "reasons": list(one.reasons),
                "places": list(one.places),
            }
            for one in found
        )
        return
    app.out.lines(_dropped_lines(found, chain, app.out.width, app.now, app.out.style))
    if not found:
        newest = chain[-1]
        app.out.note(f"nothing was dropped before {newest.version_text} of {newest.title}")


def find_dropped(queries: Queries, chain: list[SeriesRow]) -> tuple[Dropped, ...]:
    """The unsettled concerns of all versions of ``chain`` before its last."""
    from threadmine.track.dropped import dropped

    issues = [issue for row in chain for issue in queries.issues(series=row.id)]
    mails = [mail for row in chain for mail in queries.messages(series=row.id)]
    return dropped(issues, mails, chain[-1].id)


def _dropped_lines(
    found: tuple[Dropped, ...], chain: list[SeriesRow], columns: int, now: datetime, style: Style
) -> Iterator[str]:
    from threadmine.render.lists import issue_lines
    from threadmine.render.text import safe_line, wrap

    for one in found:
        yield from issue_lines([one.row], columns, now, style)
        yield from wrap("; ".join(one.reasons), columns, "    why it matters: ", "      ")
        if one.row.status.addressed_evidence:
            yield from wrap(safe_line(one.row.status.addressed_evidence), columns, "    ", "      ")
        yield ""


@click.command("check")
@click.pass_obj
def check_command(app: App) -> None:
    """Check a patch or series for b4 review.

    Reads a message on standard input and prints the JSON array that b4 expects of the commands in
    b4.review-perpatch-check-cmd and b4.review-series-check-cmd: concerns of earlier versions that are still
    open, statements of the message that the model refutes, and what looks wrong in the patch. Nothing to
    say is [].
    """
    import json
    import sys

    from threadmine.cli.reviewing import find_versions, open_points, own_faults
    from threadmine.errors import NoDatabaseError
    from threadmine.model import Origin, RawMail
    from threadmine.parse.message import parse_mail
    from threadmine.track.checks import check_result

    message = parse_mail(RawMail(sys.stdin.buffer.read(), Origin("standard input")))
    details = list(own_faults(message))
    try:
        with app.open(readonly=True) as database:
            from threadmine.db.queries import Queries

            queries = Queries(database)
            details = [*open_points(queries, find_versions(queries, message)), *details]
    except NoDatabaseError as error:
        app.out.note(f"earlier versions are not looked at: {error.line()}")
    app.out.raw(json.dumps(check_result(details), ensure_ascii=False) + "\n")


@click.command("review-notes")
@click.argument("series", metavar="SERIES")
@click.option("--repository", "-C", default=".", metavar="DIR", help="The git repository of b4 review.")
@click.option("--ref", default="HEAD", metavar="REF", help="Tip of the review branch (default: HEAD).")
@click.option(
    "--identity",
    default="threadmine <threadmine@localhost.invalid>",
    metavar="NAME <ADDRESS>",
    help="Under which name b4 shows the notes.",
)
@click.pass_obj
def review_notes_command(app: App, series: str, repository: str, ref: str, identity: str) -> None:
    """Write the notes that b4 review shows inline.

    Puts identity.txt, series.txt and NNNN.txt into .git/b4-review/<tip>/ of the repository, where `b4
    review tui` takes them up as comments: concerns of earlier versions at their lines, refuted statements,
    findings.
    """
    from threadmine.cli.notes import notes_of, write_notes

    with app.queries() as queries:
        row, chain = one_series(queries, series)
        notes = notes_of(queries, row, chain)
    folder = write_notes(notes, repository, ref, identity)
    app.out.note(f"wrote {len(notes.patches) + 1} files to {folder}")
