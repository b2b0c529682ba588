"""``tui``: opens the screen."""

from __future__ import annotations

import sys

import click

from threadmine.cli.app import App
from threadmine.errors import UsageError


@click.command("tui")
@click.pass_obj
def tui_command(app: App) -> None:
    """Open the screen.

    Struct members with their open issues, the issues, and each in its place with verdict and evidence.
    `?` shows the keys, `q` goes back, `Q` leaves.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("the screen needs a terminal", remedy="`threadmine board` prints the same as text")
    from threadmine import tui

    tui.run(app.database_url, app.me)
