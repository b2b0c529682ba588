"""Commands that follow a series through its versions: what was dropped, checks for b4, links by hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, TextIO

import click

from threadmine.cli import options
from threadmine.cli.app import App
from threadmine.cli.versions import one_series
from threadmine.render.records import clean

if TYPE_CHECKING:
    from datetime import datetime

    from threadmine.db.queries import Queries
    from threadmine.db.session import Database
    from threadmine.model import SeriesRow
    from threadmine.render.style import Style
    from threadmine.track.dropped import Dropped


@click.command("dropped")
@click.argument("series", metavar="SERIES")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Show the first N only.")
@click.option("--all", "every", is_flag=True, help="Also what cannot be shown to be left over.")
@options.as_json
@click.pass_obj
def dropped_command(app: App, series: str, limit: int | None, every: bool, as_json: bool) -> None:
    """List concerns of earlier versions that nothing settled.

    SERIES is a series id, a message-id, a lore link, or words of the title. Concerns raised on versions
    before the newest in hand are listed where no later version, reply or tag of the one who asked has
    settled them, those that matter most first. Only what can be shown to be left over is listed: its line
    stands as it was, it was asked again, or nobody answered it in the version before. --all adds the rest.
    """
    from threadmine.render.records import issue_record

    with app.queries() as queries:
        _, chain = one_series(queries, series)
        left = find_dropped(queries, chain)
    shown = tuple(one for one in left if every or one.sure)
    found = shown[:limit]
    if as_json:
        app.out.items(
            {
                **issue_record(one.row),
                "weight": one.weight,
                "reasons": list(one.reasons),
                "places": list(one.places),
                "sure": one.sure,
            }
            for one in found
        )
        return
    app.out.lines(_dropped_lines(found, chain, app.out.width, app.now, app.out.style))
    if not found:
        newest = chain[-1]
        said = "was" if every else "can be shown to have been"
        app.out.note(f"nothing {said} dropped before {newest.version_text} of {newest.title}")
    if more := len(left) - len(shown):
        app.out.note(f"{more} more may be left over or moot: --all shows them")


def find_dropped(queries: Queries, chain: list[SeriesRow]) -> tuple[Dropped, ...]:
    """The unsettled concerns of all versions of ``chain`` before its last."""
    from threadmine.track.dropped import dropped

    issues = [issue for row in chain for issue in queries.issues(series=row.id)]
    mails = [mail for row in chain for mail in queries.messages(series=row.id)]
    return dropped(issues, mails, [row.id for row in chain])


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


@click.command("triage")
@click.argument("words", metavar="[ID [ACTION [VALUE]]]", nargs=-1)
@click.option("--note", default="", metavar="TEXT", help="Why.")
@click.option(
    "--who", default="", metavar="NAME", help="Who does it (default: git's user.name and user.email)."
)
@click.option("--export", "export_", is_flag=True, help="Print all of it as JSON Lines, to share it in git.")
@click.option(
    "--import", "import_", type=click.File("r", encoding="utf-8"), metavar="FILE", help="Read such lines."
)
@click.pass_obj
def triage_command(
    app: App, words: tuple[str, ...], note: str, who: str, export_: bool, import_: TextIO | None
) -> None:
    """Close, reopen, assign, snooze, note or merge issues.

    ACTION is close, reopen, assign WHOM, snooze UNTIL (a date, or 14d), note TEXT, merge INTO-ID, or split
    (undoes a merge, and keeps an issue apart from those that ask the same). Without an action the issue's
    history is shown. What people set is kept apart from what is mined, with who, when and why, and no
    ingest changes it.
    """
    from threadmine.db.triage import Triage, from_lines, to_lines
    from threadmine.track.issues import regroup

    with app.open() as database:
        triage = Triage(database)
        if import_ is not None:
            events = from_lines(import_.readlines(), import_.name)
            count = triage.add(events)
            regroup(database, concern_ids={event.issue_id for event in events})
            app.out.note(f"{count} new event{'s' if count != 1 else ''}")
        elif export_:
            app.out.raw("".join(f"{line}\n" for line in to_lines(triage.events())))
        elif words:
            _triage_one(app, database, words, note, who)
        else:
            raise click.UsageError("name an issue, or give --export or --import FILE")


def _triage_one(app: App, database: Database, words: tuple[str, ...], note: str, who: str) -> None:
    """One action on one issue, or its history."""
    from threadmine.cli.show import full_id
    from threadmine.db.queries import Queries
    from threadmine.db.triage import Action, Event, Triage, triage_text
    from threadmine.render.text import safe_line
    from threadmine.track.issues import regroup

    queries, triage = Queries(database), Triage(database)
    issue_id = queries.issue(full_id(queries, words[0])).concern.id
    if len(words) > 1:
        value = _triage_value(app, queries, words[1], " ".join(words[2:]))
        action = Action(words[1])
        text = value if action is Action.NOTE else note
        value = "" if action is Action.NOTE else value
        when = app.now.isoformat(timespec="seconds")
        triage.add([Event(issue_id, action, value, text, who or app.me, when)])
        regroup(database, concern_ids=[issue_id])
    events = triage.events(issue_id)
    app.out.note(f"{issue_id}: {safe_line(triage_text(events)) or 'as mined'}")
    if len(words) == 1:
        app.out.lines(
            safe_line(
                " ".join(
                    filter(
                        None,
                        (e.at, e.action.value, e.value, e.note and f'"{e.note}"', e.who and f"({e.who})"),
                    )
                )
            )
            for e in events
        )


def _triage_value(app: App, queries: Queries, action: str, value: str) -> str:
    """What follows the action, checked and made plain.

    Raises:
        click.UsageError: there is no such action, or it lacks its value.
    """
    from datetime import timedelta

    from threadmine.cli.show import full_id

    if action not in _ACTIONS:
        raise click.UsageError(f"'{action}' is no action; say one of: {', '.join(_ACTIONS)}")
    if bool(value) != (_ACTIONS[action] != ""):
        wanted = f"wants {_ACTIONS[action]}" if _ACTIONS[action] else "takes no value"
        raise click.UsageError(f"{action} {wanted}")
    if action == "merge":
        return queries.issue(full_id(queries, value)).concern.id
    if action == "snooze":
        if value.endswith("d") and value[:-1].isdigit():
            return (app.now + timedelta(days=int(value[:-1]))).date().isoformat()
        moment = app.when(value)
        return moment.date().isoformat() if moment else value
    return value


_ACTIONS = {
    "close": "",
    "reopen": "",
    "assign": "a name",
    "snooze": "a date or a number of days (14d)",
    "note": "a text",
    "merge": "the id of another issue",
    "split": "",
}


@click.command("link")
@click.argument("one", metavar="SERIES")
@click.argument("other", metavar="SERIES")
@click.pass_obj
def series_link_command(app: App, one: str, other: str) -> None:
    """Say that one series is a version of another.

    Wins over whatever the program finds by itself, and stays through every ingest.
    """
    _mark_series(app, one, other, apart=False)


@click.command("unlink")
@click.argument("one", metavar="SERIES")
@click.argument("other", metavar="SERIES")
@click.pass_obj
def series_unlink_command(app: App, one: str, other: str) -> None:
    """Say that two series are no versions of each other."""
    _mark_series(app, one, other, apart=True)


def _mark_series(app: App, one: str, other: str, apart: bool) -> None:
    from threadmine import track
    from threadmine.db.queries import Queries
    from threadmine.db.triage import Mark, Triage

    with app.open() as database:
        queries = Queries(database)
        first, _ = one_series(queries, one)
        second, _ = one_series(queries, other)
        if first.id == second.id:
            raise click.UsageError("both name the same series")
        when = app.now.isoformat(timespec="seconds")
        Triage(database).mark(Mark(first.id, second.id, apart, app.me, when))
        track.update(database, [first.thread_id, second.thread_id])
    verb = "are no versions of each other" if apart else "are versions of one series"
    app.out.note(f"{first.id} and {second.id} {verb}")


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
    app.out.raw(clean(json.dumps(check_result(details), ensure_ascii=False)) + "\n")


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
