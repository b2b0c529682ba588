"""Where text goes: data to standard output, narration to standard error, long texts through the pager.

The pager follows git (``GIT_PAGER``, ``core.pager``, ``PAGER``, ``less`` with ``LESS=FRX``) and runs on a
terminal only. Colour follows ``NO_COLOR``, ``--color`` and git's ``color.ui``.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, TextIO

from threadmine.cli.config import Config

if TYPE_CHECKING:
    from threadmine.render.style import Style

WIDTH_ASIDE = 80
"""Columns where standard output is no terminal and ``COLUMNS`` is not set."""


class Output:
    """The two streams of one run.

    Args:
        config: settings (pager, colour).
        colour: ``auto``, ``always`` or ``never`` as ``--color`` gave it, empty where it did not.
        pager: whether a pager may be used.
    """

    def __init__(self, config: Config, colour: str = "", pager: bool = True) -> None:
        self.config = config
        self._colour = colour
        self._pager = pager

    @property
    def terminal(self) -> bool:
        """Whether standard output is a terminal."""
        return sys.stdout.isatty()

    @property
    def width(self) -> int:
        """Columns to lay out for: those of the terminal, ``COLUMNS``, or 80."""
        return max(40, shutil.get_terminal_size((WIDTH_ASIDE, 24)).columns)

    @property
    def style(self) -> Style:
        """Painter for this run."""
        from threadmine.render.style import Style  # the views are not needed to show help

        return Style(self._wants_colour(sys.stdout))

    def _wants_colour(self, stream: TextIO) -> bool:
        choice = self._colour
        if not choice and os.environ.get("NO_COLOR"):
            return False
        if not choice and "threadmine.color" in self.config.overrides:
            choice = self.config.get("threadmine.color")
        if choice == "always":
            return True
        if choice in ("never", "false") or not stream.isatty() or os.environ.get("TERM") == "dumb":
            return False
        stored = self.config.get("threadmine.color") or self.config.get("color.ui", "auto")
        return stored not in ("never", "false")

    # ------------------------------------------------------------------------------------- standard error

    def note(self, text: str) -> None:
        """Narration: one or more lines on standard error."""
        sys.stdout.flush()
        sys.stderr.write(text + "\n")
        sys.stderr.flush()

    # ------------------------------------------------------------------------------------ standard output

    def raw(self, text: str) -> None:
        """Data for programs: UTF-8 whatever the locale says."""
        sys.stdout.flush()
        buffer = getattr(sys.stdout, "buffer", None)
        if buffer is None:
            sys.stdout.write(text)
        else:
            buffer.write(text.encode("utf-8", "backslashreplace"))

    def items(self, items: Iterable[Mapping[str, Any]]) -> None:
        """One JSON document ``{"schema": 1, "items": [...]}``."""
        from threadmine.render.records import document

        self.raw(document(items))

    def lines(self, lines: Iterable[str]) -> None:
        """Text for people, through the pager on a terminal."""
        command = self._pager_command()
        if command is None:
            for line in lines:
                sys.stdout.write(line + "\n")
            sys.stdout.flush()
        else:
            _page(command, lines)

    def _pager_command(self) -> str | None:
        if not self._pager or not self.terminal:
            return None
        wanted = [
            os.environ.get("GIT_PAGER"),
            self.config.get("threadmine.pager") or None,
            self.config.get("core.pager") or None,
            os.environ.get("PAGER"),
            "less",
        ]
        command = next(choice for choice in wanted if choice is not None)
        if command.strip() in ("", "cat") or shutil.which(command.split()[0]) is None:
            return None
        return command


def _page(command: str, lines: Iterable[str]) -> None:
    """Feeds ``lines`` to a pager; leaving it early is no error, and Ctrl-C is the pager's while it runs."""
    environment = {"LESS": "FRX", "LV": "-c", **os.environ}
    sys.stdout.flush()
    # The user's own pager setting may hold options and pipes: git gives it to the shell as well.
    pager = subprocess.Popen(command, shell=True, stdin=subprocess.PIPE, env=environment)
    assert pager.stdin is not None
    with _interrupts_ignored():
        with contextlib.suppress(BrokenPipeError):
            for line in lines:
                pager.stdin.write((line + "\n").encode("utf-8", "backslashreplace"))
        with contextlib.suppress(BrokenPipeError):
            pager.stdin.close()
        pager.wait()


@contextlib.contextmanager
def _interrupts_ignored() -> Iterator[None]:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
