"""The screen a maintainer keeps open: the face of the board on a terminal.

One core, two faces: this module and ``cli/`` ask the same queries and never import each other's code. Queries
run in worker threads, results come back as frozen snapshots, and only message handlers touch widgets.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import ClassVar

from textual.app import App
from textual.binding import Binding

from threadmine.db.queries import Queries
from threadmine.db.session import open_database
from threadmine.screens.board import BoardScreen
from threadmine.screens.help import HelpScreen
from threadmine.screens.welcome import WelcomeScreen


class ThreadmineApp(App[None]):
    """The application: opens on the board, or on a page that says how to fill an empty database.

    Args:
        queries: what to ask.
        database: how the database is named to the user.
        clock: the present moment; ages are counted from it.
        who: the person at the keyboard as git knows them, for triage.
        update_command: what ``u`` runs in place of ``threadmine update`` (tests).
    """

    TITLE = "threadmine"
    CSS_PATH = "screens/board.tcss"
    ENABLE_COMMAND_PALETTE = True
    COMMAND_PALETTE_BINDING = "colon"
    BINDINGS: ClassVar = [
        Binding("question_mark", "keys", "Help"),
        Binding("Q", "quit", "Quit"),
        Binding("ctrl+c", "quit", "Quit", show=False, priority=True),
    ]

    def __init__(
        self,
        queries: Queries,
        database: str = "",
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        who: str = "",
        update_command: tuple[str, ...] = (),
    ) -> None:
        super().__init__()
        self.queries = queries
        self.database_name = database
        self.clock = clock
        self.who = who
        self.update_command = update_command

    def on_mount(self) -> None:
        self.show_first()

    def show_first(self) -> None:
        """The board, or the welcome page while there is nothing to show."""
        if self.queries.counts().messages:
            self.push_screen(self.board())
        else:
            self.push_screen(WelcomeScreen(self.database_name))

    def board(self) -> BoardScreen:
        """A fresh board."""
        return BoardScreen(self.queries, self.clock, self.who, self.update_command)

    def try_again(self) -> None:
        """Asks once more whether there is mail (the welcome page's ``r``)."""
        if self.queries.counts().messages:
            self.switch_screen(self.board())
        else:
            self.notify("still no mail in the database")

    def action_keys(self) -> None:
        """Shows the keys of the screen that is in front, made from its bindings."""
        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen(self.screen))


def run(database_url: str | None, who: str = "") -> None:
    """Opens the database and runs the screen until the user leaves it.

    Args:
        database_url: any SQLAlchemy URL, or None for the default database.
        who: the person at the keyboard as git knows them.

    Raises:
        StoreError: the database can not be opened.
    """
    with open_database(database_url) as database:
        name = database_url or "the default database"
        ThreadmineApp(Queries(database), database=name, who=who).run()
