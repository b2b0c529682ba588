"""What an empty database shows: what to do, instead of an empty board."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.screen import Screen
from textual.widgets import Footer, Static

from threadmine.render import safe

if TYPE_CHECKING:
    from threadmine.tui import ThreadmineApp

WELCOME = """There is no mail in this database yet.

Fill it from another terminal, then press r here:

  threadmine ingest mail.mbox            a mailbox, a Maildir or a single mail
  threadmine ingest lists/linux-mm/0.git a public-inbox epoch
  b4 mbox -o - MESSAGE-ID | threadmine ingest -

Everything after that is on the board: one line per struct member, with what is
still open about it, who said what, and whether it is true.

  r  look again      ?  keys      q  quit"""


class WelcomeScreen(Screen[None]):
    """Says how to fill the database; ``r`` looks again."""

    BINDINGS: ClassVar = [
        Binding("r", "again", "Look again"),
        Binding("q", "app.quit", "Quit"),
    ]

    def __init__(self, database: str) -> None:
        super().__init__()
        self._database = database

    def compose(self) -> ComposeResult:
        text = Text("threadmine\n\n", style="bold")
        text.append(WELCOME, style="not bold")
        if self._database:
            text.append(f"\n\nDatabase: {safe(self._database)}", style="dim not bold")
        yield Static(text, id="welcome")
        yield Footer()

    def action_again(self) -> None:
        cast("ThreadmineApp", self.app).try_again()
