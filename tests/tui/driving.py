"""Driving the real application in tests: waiting until it rests, moving about, reading the screen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from textual.pilot import Pilot
from textual.widgets import Input, Static

from threadmine.db.queries import Queries
from threadmine.db.session import Database
from threadmine.screens.board import BoardScreen
from threadmine.screens.fieldtree import FieldTree
from threadmine.screens.listing import Listing
from threadmine.screens.paper import Paper
from threadmine.screens.sides import Ask
from threadmine.tui import ThreadmineApp

NOW = datetime(2026, 3, 1, tzinfo=UTC)
ME = "Ines Farrow <ines@example.org>"
BAD_CHARACTERS = ("\x1b", "\x07", "\x9b", "\u202e", "\u202c", "\u200b", "\r")
"""What a mail must never get onto the screen as it is."""


def make_app(opened: Database, **given: Any) -> ThreadmineApp:
    """An application over a database, the clock standing still."""
    return ThreadmineApp(Queries(opened), **{"clock": lambda: NOW, **given})


async def settled(pilot: Pilot[None]) -> None:
    """Waits until no worker runs and no message is on its way."""
    for _ in range(4):
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()


async def until(pilot: Pilot[None], condition: Callable[[], bool], what: str = "") -> None:
    """Waits for a condition, as long as a slow machine may need."""
    for _ in range(1000):
        if condition():
            return
        await pilot.pause(0.02)
    raise AssertionError(f"never came true: {what}")


async def press(pilot: Pilot[None], *keys: str) -> None:
    """Presses keys one after the other, each once the one before is done with."""
    for key in keys:
        await pilot.press(key)
        await settled(pilot)


async def to_field(pilot: Pilot[None], name: str) -> None:
    """Moves the cursor of the left pane to a member."""
    assert board(pilot).tree_pane.go_to(Ask(field=name)), f"{name} is not in the tree"
    await settled(pilot)


def board(pilot: Pilot[None]) -> BoardScreen:
    screen = pilot.app.screen
    assert isinstance(screen, BoardScreen)
    return screen


def tree(pilot: Pilot[None]) -> FieldTree:
    return board(pilot).tree_pane


def listing(pilot: Pilot[None]) -> Listing:
    """The list of the view in front."""
    return pilot.app.screen.query_one(Listing)


def paper(pilot: Pilot[None]) -> Paper[object]:
    """The text of the view in front."""
    return pilot.app.screen.query_one(Paper)


def text(pilot: Pilot[None]) -> str:
    """The whole text of the view in front, white space folded."""
    return " ".join(paper(pilot).plain.split())


def status(pilot: Pilot[None]) -> str:
    return str(pilot.app.screen.query_one("#status", Static).render())


def title(pilot: Pilot[None]) -> str:
    return str(pilot.app.screen.query_one("#title", Static).render())


def answer(pilot: Pilot[None]) -> Input:
    """The line at the foot."""
    return pilot.app.screen.query_one("#answer", Input)


def screen_text(pilot: Pilot[None]) -> str:
    """What the terminal shows, line by line."""
    width, height = pilot.app.size
    strips = pilot.app.screen._compositor.render_strips()
    assert len(strips) == height
    return "\n".join("".join(segment.text for segment in strip)[:width].rstrip() for strip in strips)
