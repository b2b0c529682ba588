"""Options that several commands share, so that they are spelt and explained alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])


def as_json(command: Command) -> Command:
    """``--json``: one JSON document in place of text."""
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON document for programs.")(
        command
    )


def since(command: Command) -> Command:
    """``--since``: nothing older."""
    return click.option("--since", metavar="WHEN", help="Only what is newer: 7d, 2w, 3mo or a date.")(command)


def limit(command: Command) -> Command:
    """``--limit``: no more than so many."""
    return click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Show no more than N.")(
        command
    )


def field(command: Command) -> Command:
    """``--field``: one struct member."""
    return click.option(
        "--field", metavar="MEMBER", help="Only about this struct member: folio._nr_pages, _nr_pages."
    )(command)


def author(command: Command) -> Command:
    """``--author``: who wrote it."""
    return click.option("--author", metavar="NAME", help="Only by this person: part of name or address.")(
        command
    )


def series(command: Command) -> Command:
    """``--series``: one series."""
    return click.option(
        "--series", metavar="SERIES", help="Only of this series: id, message-id, link or words of the title."
    )(command)


def terms(command: Command) -> Command:
    """``TERMS...``: words of the query language."""
    return click.argument("terms", metavar="[TERMS]...", nargs=-1)(command)
