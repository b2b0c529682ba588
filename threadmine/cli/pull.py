"""``pull`` and ``update``: threads and lists from lore or another public-inbox server."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from threadmine.cli.app import App
from threadmine.errors import EXIT_DONE, EXIT_FAILED, SourceError, UsageError
from threadmine.render.text import numbered, safe_line

if TYPE_CHECKING:
    from threadmine.following import Outcome
    from threadmine.sources.lore import Lore
    from threadmine.sources.target import Target

_OFFLINE = click.option("--offline-mode", is_flag=True, help="Use no network at all; say what is known.")


@click.command("pull")
@click.argument("targets", metavar="[TARGET]...", nargs=-1)
@click.option(
    "--versions/--no-versions", default=True, help="Also fetch older and newer versions of a series."
)
@click.option("--list", "list_name", metavar="LIST", help="Search this list (linux-mm) for --query.")
@click.option("--query", metavar="WORDS", help="Search words of public-inbox (s:, f:, dfn:, ...).")
@click.option("--since", metavar="WHEN", help="Only what arrived since then (30d, 2026-01-01).")
@_OFFLINE
@click.pass_obj
def pull_command(
    app: App,
    targets: tuple[str, ...],
    versions: bool,
    list_name: str | None,
    query: str | None,
    since: str | None,
    offline_mode: bool,
) -> int:
    """Fetch a thread and its other versions from lore.

    TARGET is a message-id, a link to lore or msgid.link, or a change-id; without one, the message on standard
    input names the thread (pipe it from the mail client). With --list or --query all threads that match come.
    The server is that of b4 (git-config b4.midmask, lore.fallback, or -c).
    """
    if targets and (list_name or query):
        raise UsageError("a target and a search at once", remedy="give either TARGET, or --list and --query")
    wanted = _targets(targets, searching=bool(list_name or query))
    if offline_mode:
        return _offline(app, wanted, list_name or query or "")
    from threadmine.following import Puller

    lore = open_lore(app)
    try:
        with app.open() as database:
            puller = Puller(lore, database)
            if wanted:
                puller.pull(wanted, versions)
            else:
                puller.pull_query(list_name or "", query or "", app.when(since))
    finally:
        lore.close()
    return _tell(app, puller.outcome, quiet=False)


@click.command("update")
@_OFFLINE
@click.pass_obj
def update_command(app: App, offline_mode: bool) -> int:
    """Refresh what was pulled before.

    Threads get their new messages, tracked series their new versions, searches what arrived since the last
    time by the server's clock. Prints what is new on standard output; says nothing where nothing is. What
    was read with ingest --no-mine is mined, too.
    """
    from threadmine.following import Puller
    from threadmine.pipeline import mine_waiting

    if offline_mode:
        app.out.note("offline mode: nothing was asked for")
        return EXIT_DONE
    lore = open_lore(app)
    try:
        with app.open() as database:
            puller = Puller(lore, database)
            followed = puller.update()
            puller.outcome.add(replace(mine_waiting(database), read=0))
    finally:
        lore.close()
    if not followed:
        app.out.note("nothing was pulled yet; `threadmine pull MESSAGE-ID` starts following a thread")
    return _tell(app, puller.outcome, quiet=True)


def open_lore(app: App) -> Lore:
    """The server that git-config and ``-c`` choose."""
    from threadmine.sources.lore import Lore

    text = app.config.get("threadmine.timeout")
    try:
        timeout = float(text) if text else None
    except ValueError:
        raise UsageError(f"threadmine.timeout is '{text}'", remedy="give seconds") from None
    return Lore(app.config.overrides, timeout)


def _targets(words: tuple[str, ...], searching: bool) -> list[Target]:
    from threadmine.sources.target import Target, parse_target

    if searching:
        return []
    if words and words != ("-",):
        return [parse_target(word) for word in words]
    if sys.stdin.isatty():
        raise UsageError("nothing to pull", remedy="give a message-id or link, or pipe a message in")
    from threadmine.parse.headers import clean_id, split_headers

    found = clean_id(split_headers(sys.stdin.buffer.read(1 << 20)).first("message-id"))
    if not found:
        raise SourceError("the message on standard input has no Message-ID", "-", "pipe one whole message in")
    return [Target(message_id=found)]


def _offline(app: App, wanted: list[Target], search: str) -> int:
    """What can be said without the network: whether the messages are stored."""
    if search:
        raise SourceError("a search needs the network", search, "leave --offline-mode away")
    missing = 0
    with app.queries(welcome=False) as queries:
        for target in wanted:
            known = bool(target.message_id) and bool(queries.messages_by_id([target.message_id]))
            missing += not known
            state = "is stored; not refreshed" if known else "is not stored, and the network is not used"
            app.out.note(f"{safe_line(str(target))}: {state}")
    return EXIT_FAILED if missing else EXIT_DONE


def _tell(app: App, outcome: Outcome, quiet: bool) -> int:
    """The account: new messages on standard output, failures on standard error."""
    for line in outcome.failures:
        app.out.note(f"failed: {safe_line(line)}")
    if outcome.new_ids:
        with app.queries(welcome=False) as queries:
            stored = [m for m in queries.messages_by_id(outcome.new_ids) if not m.quoted_only]
            app.out.lines(
                f"{safe_line(m.message_id)}  {safe_line(m.author.display)}  {safe_line(m.subject)}"
                for m in stored
            )
    if outcome.new_ids or not quiet:
        more = f", {numbered(len(outcome.versions), 'other version')} found" if outcome.versions else ""
        app.out.note(f"{numbered(outcome.read, 'message')} read, {len(outcome.new_ids):,} new{more}")
    return EXIT_FAILED if outcome.failures else EXIT_DONE
