"""Every failure a user can meet, each of which becomes one clear line: what, where, what to do.

One map from exception to exit status lives here so that the commands and the screen agree on it
(contract: 0 done, 1 failed, 2 wrong usage, 130 interrupted).
"""

from __future__ import annotations

EXIT_DONE = 0
EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_INTERRUPTED = 130


class ThreadmineError(Exception):
    """A failure with a remedy.

    Args:
        what: what went wrong, one clause.
        where: the file, address or message it went wrong at; empty where there is none.
        remedy: what the user can do about it; empty where nothing is known to help.
    """

    exit_status = EXIT_FAILED

    def __init__(self, what: str, where: str = "", remedy: str = "") -> None:
        self.what = what
        self.where = where
        self.remedy = remedy
        super().__init__(self.line())

    def line(self) -> str:
        """The failure as one line of text, control characters and line breaks removed."""
        parts = [f"{self.where}: {self.what}" if self.where else self.what]
        if self.remedy:
            parts.append(self.remedy)
        text = "; ".join(parts)
        return " ".join("".join(c if c.isprintable() else " " for c in text).split())


class UsageError(ThreadmineError):
    """The command line asks for something that cannot be meant (exit 2)."""

    exit_status = EXIT_USAGE


class SourceError(ThreadmineError):
    """Mail could not be read from a file, folder, repository or server."""


class ParseError(ThreadmineError):
    """One message could not be parsed; the run goes on without it."""


class StoreError(ThreadmineError):
    """The database could not be opened, read or written."""


class NoDatabaseError(StoreError):
    """The database asked for is not there yet: nothing was read so far."""


class OldSchemaError(StoreError):
    """The database was written by an older threadmine and was opened for reading only."""


class ModelError(ThreadmineError):
    """The memmap model was asked for a kernel, struct, member or function it has no fact about."""


class NotFoundError(ThreadmineError):
    """An id, message-id or series that the database does not hold."""
