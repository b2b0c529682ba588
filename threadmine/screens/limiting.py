"""Limiting a list as in mutt: ``l`` in the list, ``L`` anywhere; limits used before, limits saved by name."""

from __future__ import annotations

from typing import Any, ClassVar

from textual.timer import Timer

from threadmine.errors import ThreadmineError
from threadmine.screens.acting import Desk, RowScreen
from threadmine.screens.bar import Question
from threadmine.screens.keys import key
from threadmine.screens.limits import LimitsScreen, delete_limit, save_limit
from threadmine.screens.listing import Listing
from threadmine.screens.memory import Memory, keep
from threadmine.screens.rows import Wanted

TYPING = 0.2
"""Seconds after the last key before the list follows what is typed."""
HINT = "words or terms: author:name state:open age:>2w; Enter keeps it, Esc leaves the old one"


class LimitingScreen(RowScreen[None]):
    """A view whose list can be limited.

    Args:
        desk: what it works with.
    """

    KEYS_TITLE = "Limits"
    BINDINGS: ClassVar = [
        key(
            "l",
            "limit_or_enter",
            "Limit",
            tooltip="In the list: limit it, as in mutt; in the other panes: in, as in vi",
        ),
        key("L", "limit", "Limit", show=False, tooltip="Limit the list, from any pane"),
        key("w", "limits", "Saved", show=False, tooltip="Saved limits: recall or delete one"),
        key("W", "save_limit", "Save", show=False, tooltip="Save the limit under a name"),
        key("escape", "escape", "Clear", show=False, tooltip="End the search; then clear the limit"),
    ]

    memory: Memory

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.wanted = Wanted()
        self._typing: Timer | None = None

    def want(self, **changes: Any) -> None:
        """Asks for other rows."""
        raise NotImplementedError

    def action_enter(self) -> None:
        """Goes in."""
        raise NotImplementedError

    def action_limit_or_enter(self) -> None:
        if isinstance(self.focused, Listing):
            self.action_limit()
        else:
            self.action_enter()

    def action_limit(self) -> None:
        before = self.wanted.limit
        self.bar.ask(
            Question(
                "limit:",
                self._keep_limit,
                value=before,
                hint=HINT,
                history=self.memory.limits,
                changed=self._follow,
                cancelled=lambda: self._limit_now(before),
            )
        )

    def _follow(self, text: str) -> None:
        """The list follows what is typed, once the fingers rest."""
        if self._typing is not None:
            self._typing.stop()
        self._typing = self.set_timer(TYPING, lambda: self._limit_now(text))

    def _limit_now(self, text: str) -> None:
        if self._typing is not None:
            self._typing.stop()
            self._typing = None
        if text.strip() != self.wanted.limit:
            self.want(limit=text.strip())
        else:
            self.say("")

    def _keep_limit(self, text: str) -> None:
        self.memory = self.memory.with_limit(text.strip())
        keep(self.memory)
        self._limit_now(text)
        self.set_focus(self.main_pane())

    def action_save_limit(self) -> None:
        limit = self.wanted.limit
        if not limit:
            self.say("there is no limit to save; L limits the list", "warning")
            return

        def done(name: str) -> None:
            try:
                save_limit(name, limit)
            except ThreadmineError as error:
                self.say(error.line(), "warning")
            else:
                self.say(f"saved as “{name.strip()}”; w lists the saved limits")

        self.bar.ask(Question(f"save “{limit}” as:", done, hint="a name; w recalls it, : finds it, too"))

    def action_limits(self) -> None:
        self.app.push_screen(LimitsScreen(lambda words: self.say(words, "warning")), self.recall_limit)

    def recall_limit(self, query: str | None) -> None:
        """Limits the list with a saved query."""
        if query is not None:
            self._keep_limit(query)

    def forget_limit(self, name: str) -> None:
        """Deletes a saved limit."""
        try:
            delete_limit(name)
        except ThreadmineError as error:
            self.say(error.line(), "warning")
        else:
            self.say(f"the saved limit “{name}” is deleted")

    def action_escape(self) -> None:
        if not self.end_search() and self.wanted.limit:
            self.want(limit="")
