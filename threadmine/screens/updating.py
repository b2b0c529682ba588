"""Bringing new mail in the background: ``threadmine update`` in a process of its own, so that it never blocks
the screen and can be cancelled at any moment (an ingest is safe to kill)."""

from __future__ import annotations

import asyncio
import os
import sys
from dataclasses import dataclass

LAST_WORDS = 300  # characters of its narration that are shown


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

    async def run(self) -> Updated:
        """Runs the update to its end.

        Raises:
            OSError: it can not be started.
        """
        self._process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={**os.environ, "THREADMINE_DB": self._url},
        )
        try:
            out, narration = await self._process.communicate()
            words = narration.decode("utf-8", "replace").strip().splitlines()
            last = words[-1][:LAST_WORDS] if words else ""
            return Updated(out.count(b"\n"), self._process.returncode or 0, last)
        finally:
            self.cancel()
            self._process = None

    def cancel(self) -> None:
        """Ends a running update."""
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()
