"""``digest``: what happened and what waits, as text for a list, Markdown, a page, JSON, a feed or a mail."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from threadmine.cli import options
from threadmine.cli.app import App
from threadmine.errors import UsageError
from threadmine.query.when import parse_span, parse_week, parse_when

if TYPE_CHECKING:
    from threadmine.digest import Digest

FORMATS = ("text", "markdown", "html", "json", "atom", "mbox")


@click.command("digest")
@click.option("--since", metavar="WHEN", help="Begin: 7d before the end, or a date. Default: 7d.")
@click.option("--until", metavar="WHEN", help="End: a date (not included). Default: now.")
@click.option("--week", metavar="WEEK", help="A whole week, Monday to Sunday: 2026-W06.")
@click.option("--list", "list_name", metavar="NAME", help="Only this mailing list.")
@options.field
@click.option("--for", "person", metavar="PERSON", help="Only what concerns this person.")
@click.option("--subsystem", metavar="TITLE", help="Only files of this entry of MAINTAINERS.")
@click.option(
    "--maintainers",
    type=click.Path(dir_okay=False, exists=True, readable=True),
    help="The MAINTAINERS file. Default: the one in this folder.",
)
@click.option(
    "--horizon", metavar="SPAN", default="26w", help="Leave out what stood still longer. Default: 26w."
)
@click.option("--format", "form", type=click.Choice(FORMATS), help="Default: text.")
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option("--from", "sender", metavar="ADDRESS", help="Sender of the mail. Default: git's user.")
@click.option("--to", metavar="ADDRESS", multiple=True, help="Recipient of the mail.")
@click.option("--send", is_flag=True, help="Send it to --to, after showing it and asking.")
@click.option("--yes", is_flag=True, help="Send without asking (for timers).")
@click.pass_obj
def digest_command(
    app: App,
    since: str | None,
    until: str | None,
    week: str | None,
    list_name: str | None,
    field: str | None,
    person: str | None,
    subsystem: str | None,
    maintainers: str | None,
    horizon: str,
    form: str | None,
    as_json: bool,
    sender: str | None,
    to: tuple[str, ...],
    send: bool,
    yes: bool,
) -> None:
    """Sum up a week for maintainers.

    New series and versions and what they change by field; what needs a decision; statements that do not
    match the code, with the evidence; plans; what has no reply, was promised, or was left behind by a newer
    version; what was settled; who owes what; and what the archive did not hold. The same database and times
    give the same digest: later answers do not count.

    With --send it goes out as a mail through git's sendemail settings.
    """
    from threadmine.digest import Scope, digest

    if send and not to:
        raise UsageError("--send needs a recipient", remedy="name one with --to")
    begin, end = span(app.now, since, until, week)
    kept = parse_span(horizon)
    if kept is None:
        raise UsageError(f"'{horizon}' is no length of time", remedy="write 26w or 1y")
    paths = _paths(subsystem, maintainers)
    scope = Scope(list_name or "", field or "", person or "", subsystem or "", paths)
    with app.queries() as queries:
        found = digest(queries, begin, end, scope, kept)
    if send:
        _send(app, found, sender, to, yes)
    else:
        _print(app, found, "json" if as_json else form or "text", sender, to)


def span(now: datetime, since: str | None, until: str | None, week: str | None) -> tuple[datetime, datetime]:
    """Begin and end that the options mean.

    Raises:
        UsageError: they contradict each other.
    """
    if week is not None:
        if since or until:
            raise UsageError("--week does not go with --since or --until")
        return parse_week(week)
    end = now if until is None else parse_when(until, now)
    begin = end - timedelta(days=7) if since is None else parse_when(since, end)
    if begin >= end:
        raise UsageError("the digest ends before it begins", remedy="--since must be before --until")
    return begin, end


def _paths(subsystem: str | None, maintainers: str | None) -> tuple[str, ...]:
    """File patterns of the subsystem.

    Raises:
        UsageError: there is no MAINTAINERS file to look in.
        NotFoundError: it has no such entry.
    """
    from threadmine.digest.maintainers import subsystem_patterns

    if subsystem is None:
        return ()
    path = Path(maintainers or "MAINTAINERS")
    if not path.is_file():
        raise UsageError("--subsystem needs a MAINTAINERS file", remedy="name it with --maintainers")
    return subsystem_patterns(path.read_text(encoding="utf-8", errors="replace"), subsystem)


def _print(app: App, found: Digest, form: str, sender: str | None, to: tuple[str, ...]) -> None:
    if form == "json":
        from threadmine.digest.records import digest_records

        app.out.items(digest_records(found))
    elif form == "text":
        from threadmine.digest.plain import plain_lines

        app.out.lines(plain_lines(found, app.out.style))
    else:
        app.out.raw("".join(f"{line}\n" for line in _formatted(app, found, form, sender, to)))


def _send(app: App, found: Digest, sender: str | None, to: tuple[str, ...], yes: bool) -> None:
    """Shows the mail, asks, and sends it.

    Raises:
        UsageError: nobody can be asked, or an address is none.
        SourceError: no server takes it.
    """
    from email.policy import SMTP

    from threadmine.digest.feeds import addresses, mail
    from threadmine.sources.outgoing import send

    message = mail(found, _sender(app, sender), to)
    names = ", ".join(to)
    app.out.note(message.as_string().split("\n\n")[0])
    _print(app, found, "text", sender, to)
    if not yes:
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            raise UsageError("nobody can be asked whether to send it", remedy="give --yes")
        click.confirm(f"Send this to {names}?", abort=True, err=True)
    (author,) = addresses([_sender(app, sender)], "--from")
    envelope = [address.addr_spec for address in addresses(to, "--to")]
    settings = {key: value for key, value in app.config.overrides.items() if key.startswith("sendemail.")}
    through = send(message.as_bytes(policy=SMTP), author.addr_spec, envelope, settings)
    app.out.note(f"sent to {names} through {through}")


def _sender(app: App, sender: str | None) -> str:
    """``--from``, or git's user."""
    name, address = app.config.get("user.name"), app.config.get("user.email")
    return sender or app.config.get("sendemail.from") or (f"{name} <{address}>" if address else "")


def _formatted(app: App, found: Digest, form: str, sender: str | None, to: tuple[str, ...]) -> Iterator[str]:
    if form == "markdown":
        from threadmine.digest.markup import markdown_lines

        return markdown_lines(found)
    if form == "html":
        from threadmine.digest.markup import html_lines

        return html_lines(found)
    if form == "atom":
        from threadmine.digest.feeds import atom_lines

        return atom_lines(found)
    from threadmine.digest.feeds import mbox_lines

    return mbox_lines(found, _sender(app, sender), to)
