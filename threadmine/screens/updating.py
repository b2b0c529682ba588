"""Bringing new mail in the background: ``threadmine update`` in a process of its own, so that it never blocks
the screen and can be cancelled at any moment (an ingest is safe to kill)."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

LAST_WORDS = 300  # characters of its narration that are shown
_END = re.compile(rb"[\r\n]+")
MOST_WAITING = 64 * 1024
"""Bytes of an unfinished line that are kept."""


@dataclass(frozen=True, slots=True)
class Updated:
    """What an update came to: how many new messages it named, its exit status, its last line of narration."""

    new: int
    status: int
    words: str

    def text(self) -> str:
        """One line for the user."""
        if self.status == 0:
            return f"{self.new} new message{'' if self.new == 1 else 's'}" if self.new else "nothing new"
        return self.words or f"the update ended with status {self.status}"


class Updater:
    """Runs one update at a time.

    Args:
        database_url: the database to update; handed over in the environment, never on a command line.
        command: what to run in place of ``threadmine update`` (tests).
    """

    def __init__(self, database_url: str, command: tuple[str, ...] = ()) -> None:
        self._url = database_url
        self._command = command or (sys.executable, "-m", "threadmine", "update")
        self._process: asyncio.subprocess.Process | None = None

    @property
    def running(self) -> bool:
        return self._process is not None

    async def run(self, progress: Callable[[str], None] = lambda _: None) -> Updated:
        """Runs the update to its end.

        Args:
            progress: gets each line that the update narrates.

        Raises:
            OSError: it can not be started.
        """
        process = self._process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={**os.environ, "THREADMINE_DB": self._url},
        )
        try:
            assert process.stdout is not None and process.stderr is not None  # both are pipes
            new, last = await asyncio.gather(
                _count_lines(process.stdout), _narration(process.stderr, progress)
            )
            return Updated(new, await process.wait(), last)
        finally:
            self.cancel()
            self._process = None

    def cancel(self) -> None:
        """Ends a running update."""
        if self._process is not None and self._process.returncode is None:
            with suppress(ProcessLookupError):
                self._process.terminate()


async def _count_lines(stream: asyncio.StreamReader) -> int:
    count = 0
    while chunk := await stream.read(MOST_WAITING):
        count += chunk.count(b"\n")
    return count


async def _narration(stream: asyncio.StreamReader, progress: Callable[[str], None]) -> str:
    """Hands each line on as it comes; returns the last one. Lines end with CR, too, as progress does."""
    waiting, last = b"", ""
    while chunk := await stream.read(MOST_WAITING):
        *done, waiting = _END.split(waiting[-MOST_WAITING:] + chunk)
        for line in filter(None, done):
            last = line.decode("utf-8", "replace").strip()[:LAST_WORDS]
            progress(last)
    return waiting.decode("utf-8", "replace").strip()[:LAST_WORDS] or last
