"""Limits kept under a name: saved, listed, recalled, deleted.

They are the user's own settings, so they live below XDG_CONFIG_HOME in a file that can be read, edited and
carried along with other dot files (TOML, one ``name = "query"`` a line). A file that can not be read is
never overwritten.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import ClassVar

from platformdirs import user_config_path
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from threadmine.errors import StoreError, UsageError
from threadmine.query import parse
from threadmine.render import safe_line
from threadmine.screens.listing import Columns, Listing

HEAD = '# Limits of `threadmine tui` (w there lists them, W keeps the one in force): name = "query"\n'
LONGEST_NAME = 60


def limits_path() -> Path:
    """The file, below XDG_CONFIG_HOME."""
    return user_config_path("threadmine") / "limits.toml"


def saved_limits() -> dict[str, str]:
    """The limits by name, in the order of the alphabet; none where there is no file.

    Raises:
        StoreError: the file can not be read, or is no list of limits.
    """
    path = limits_path()
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise StoreError(f"the saved limits can not be read: {error.strerror}", str(path)) from error
    except ValueError as error:
        remedy = 'mend it: each line is name = "query"'
        raise StoreError(f"the saved limits can not be understood ({error})", str(path), remedy) from error
    return {name: str(found[name]) for name in sorted(found, key=str.casefold)}


def save_limit(name: str, query: str) -> None:
    """Keeps a query under a name; one of that name is replaced.

    Raises:
        UsageError: the name is empty or too long, or there is no query.
        QueryError: the query can not be understood.
        StoreError: the file can not be read or written.
    """
    name = safe_line(name)
    if not name or len(name) > LONGEST_NAME:
        raise UsageError(f"a name has 1 to {LONGEST_NAME} letters")
    if not query.strip():
        raise UsageError("there is no limit to keep", remedy="limit the list first, with L")
    parse(query)
    _write({**saved_limits(), name: query.strip()})


def delete_limit(name: str) -> None:
    """Forgets a limit.

    Raises:
        StoreError: the file can not be read or written.
    """
    _write({other: query for other, query in saved_limits().items() if other != name})


def _write(limits: Mapping[str, str]) -> None:
    """Writes the file whole or not at all."""
    path = limits_path()
    lines = [f"{_string(name)} = {_string(limits[name])}\n" for name in sorted(limits, key=str.casefold)]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_suffix(".new")
        new.write_text(HEAD + "".join(lines), encoding="utf-8")
        new.replace(path)
    except OSError as error:
        raise StoreError(f"the limits can not be saved: {error.strerror}", str(path)) from error


def _string(text: str) -> str:
    """A string of TOML: JSON's are, but for DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _columns(room: int) -> Columns:
    return (("name", min(24, room // 3)), ("limit", 0))


class LimitsScreen(ModalScreen[str | None]):
    """Lists the saved limits; leaves with the query of the chosen one, or None.

    Args:
        tell: gets what went wrong, in words.
    """

    BINDINGS: ClassVar = [
        Binding("j,down", "move(1)", "Next", show=False),
        Binding("k,up", "move(-1)", "Before", show=False),
        Binding("enter,l,right", "choose", "Recall", tooltip="Limit the list with it"),
        Binding("D,delete", "delete", "Delete", tooltip="Delete the saved limit"),
        Binding("q,h,left,escape", "leave", "Close", tooltip="Close without a change"),
    ]

    def __init__(self, tell: Callable[[str], None]) -> None:
        super().__init__()
        self._tell = tell
        self._limits: list[tuple[str, str]] = []

    def compose(self) -> ComposeResult:
        with Vertical(id="limits"):
            yield Static("Saved limits", id="limits-title")
            yield Listing(id="limits-list")
            yield Static("Enter recalls  D deletes  q closes", id="limits-keys", markup=False)

    @property
    def listing(self) -> Listing:
        return self.query_one("#limits-list", Listing)

    def on_mount(self) -> None:
        self._show()
        self.set_focus(self.listing)

    def _show(self, cursor: int = 0) -> None:
        try:
            self._limits = list(saved_limits().items())
        except StoreError as error:
            self._limits = []
            self._tell(error.line())
        limits = self._limits
        self.listing.show(
            len(limits),
            _columns,
            lambda index, name, _: Text(safe_line(limits[index][0 if name == "name" else 1])),
            lambda index: " ".join(limits[index]),
            cursor=cursor,
        )

    def action_move(self, step: int) -> None:
        self.listing.move(step)

    def action_choose(self) -> None:
        at = self.listing.cursor_row
        self.dismiss(self._limits[at][1] if at < len(self._limits) else None)

    def on_listing_chosen(self, event: Listing.Chosen) -> None:
        self.action_choose()

    def action_delete(self) -> None:
        at = self.listing.cursor_row
        if at < len(self._limits):
            try:
                delete_limit(self._limits[at][0])
            except StoreError as error:
                self._tell(error.line())
            self._show(at)

    def action_leave(self) -> None:
        self.dismiss(None)
