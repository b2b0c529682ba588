"""The screen a maintainer keeps open: the face of the board on a terminal.

One core, two faces: this module and ``cli/`` ask the same queries and never import each other's code. Queries
run in worker threads, results come back as frozen snapshots, and only message handlers touch widgets.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any, ClassVar

from textual.app import App, SystemCommand
from textual.binding import Binding
from textual.screen import Screen

from threadmine.db.queries import Queries
from threadmine.db.session import open_database
from threadmine.db.triage import Triage
from threadmine.errors import ThreadmineError
from threadmine.screens.acting import Desk
from threadmine.screens.board import BoardScreen
from threadmine.screens.help import HelpScreen
from threadmine.screens.keys import groups_of
from threadmine.screens.limiting import LimitingScreen
from threadmine.screens.limits import saved_limits
from threadmine.screens.memory import keep, recall
from threadmine.screens.triage import Triaging
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
    KEYS_TITLE = "Everywhere"
    BINDINGS: ClassVar = [
        Binding("question_mark", "keys", "Help", tooltip="This page"),
        Binding(
            "colon", "command_palette", "Commands", show=False, tooltip="Command palette: any of this by name"
        ),
        Binding("Q", "quit", "Quit", show=False, tooltip="Quit"),
        Binding("ctrl+c", "quit", "Quit", show=False, priority=True, tooltip="Quit"),
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
        self.update_command = update_command
        self.desk = Desk(queries, clock, Triaging(Triage(queries.database), who, clock))

    def on_mount(self) -> None:
        theme = recall().theme
        if theme in self.available_themes:
            self.theme = theme
        self.theme_changed_signal.subscribe(self, lambda theme: keep(recall().with_theme(theme.name)))
        self.show_first()

    def show_first(self) -> None:
        """The board, or the welcome page while there is nothing to show."""
        if self.queries.threads(limit=1):
            self.push_screen(self.board())
        else:
            self.push_screen(WelcomeScreen(self.database_name))

    def board(self) -> BoardScreen:
        """A fresh board."""
        return BoardScreen(self.desk, self.update_command)

    def try_again(self) -> None:
        """Asks once more whether there is mail (the welcome page's ``r``)."""
        if self.queries.threads(limit=1):
            self.switch_screen(self.board())
        else:
            self.notify("still no mail in the database")

    def action_keys(self) -> None:
        """Shows the keys of the screen that is in front, made from its bindings."""
        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen(self.screen))

    def get_system_commands(self, screen: Screen[Any]) -> Iterator[SystemCommand]:
        """What the command palette offers: each key of the view in front, and the saved limits."""
        for _, bindings in groups_of(type(screen), type(self)):
            for binding in bindings:
                if binding.action != "command_palette" and binding.description:
                    title = binding.tooltip or binding.description
                    run = partial(screen.run_action, binding.action)
                    yield SystemCommand(title, f"key {binding.key}", run)
        yield SystemCommand(
            "Theme: light, dark, others", "remembered until the next visit", self.search_themes
        )
        if isinstance(screen, LimitingScreen):
            yield from self._limit_commands(screen)

    def _limit_commands(self, screen: LimitingScreen) -> Iterator[SystemCommand]:
        try:
            limits = saved_limits()
        except ThreadmineError as error:
            screen.say(error.line(), "warning")
            return
        for name, query in limits.items():
            yield SystemCommand(f"Limit: {name}", query, partial(screen.recall_limit, query))
        for name in limits:
            yield SystemCommand(f"Delete the limit: {name}", "", partial(screen.forget_limit, name))


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
