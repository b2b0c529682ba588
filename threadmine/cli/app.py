"""What every command gets as its context object: settings, output, the database, the present moment.

Commands of other modules take it with ``@click.pass_obj`` as ``app: App``.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from threadmine.cli.config import Config
from threadmine.cli.output import Output
from threadmine.errors import NoDatabaseError, OldSchemaError, UsageError

if TYPE_CHECKING:
    from threadmine.db.queries import Queries
    from threadmine.db.session import Database

WELCOME = """\
The database holds no mail yet. Give it some:

    threadmine ingest PATH...     mailboxes, Maildirs, .eml files, folders, public-inbox archives
    threadmine pull MESSAGE-ID    a thread and its other versions from lore.kernel.org

Then `threadmine board` shows the open issues of each struct member, and `threadmine tui` opens the screen."""


@dataclass
class App:
    """One run of the command line.

    ``database_option`` is what ``--db`` or ``THREADMINE_DB`` gave, None where neither did.
    """

    database_option: str | None = None
    config: Config = field(default_factory=Config)
    colour: str = ""
    pager: bool = True

    @cached_property
    def out(self) -> Output:
        return Output(self.config, self.colour, self.pager)

    @property
    def database_url(self) -> str | None:
        """The database that ``--db``, ``THREADMINE_DB`` or ``threadmine.database`` names, else None."""
        return self.database_option or self.config.get("threadmine.database") or None

    @cached_property
    def now(self) -> datetime:
        """The present in UTC; ``SOURCE_DATE_EPOCH`` (seconds) puts another in its place.

        Raises:
            UsageError: ``SOURCE_DATE_EPOCH`` is no number of seconds.
        """
        fixed = os.environ.get("SOURCE_DATE_EPOCH")
        if not fixed:
            return datetime.now(UTC)
        try:
            return datetime.fromtimestamp(int(fixed), UTC)
        except (ValueError, OverflowError, OSError):
            raise UsageError(
                f"SOURCE_DATE_EPOCH is '{fixed}'", remedy="set it to seconds since 1970, or unset it"
            ) from None

    @property
    def me(self) -> str:
        """Who runs the program, as git knows it: ``Name <address>``, or what there is of it."""
        name, address = self.config.get("user.name"), self.config.get("user.email")
        return f"{name} <{address}>" if name and address else name or address or ""

    def when(self, text: str | None) -> datetime | None:
        """The moment that the value of ``--since`` or ``--until`` means; None stays None."""
        from threadmine.query.when import parse_when

        return None if text is None else parse_when(text, self.now)

    def open(self, readonly: bool = False) -> Database:
        """The database, migrated; a context manager."""
        from threadmine.db.session import open_database

        return open_database(self.database_url, readonly=readonly)

    def _for_reading(self) -> Database:
        """The database without the right to write; an empty one in memory where there is none yet."""
        from threadmine.db.session import open_database

        try:
            return self.open(readonly=True)
        except NoDatabaseError:
            return open_database("sqlite://")
        except OldSchemaError:
            return self.open()

    @contextmanager
    def queries(self, welcome: bool = True) -> Iterator[Queries]:
        """Questions to the database; where mail is missing or not mined yet, standard error says so."""
        from threadmine.db.queries import Queries
        from threadmine.render.text import numbered

        with self._for_reading() as database:
            queries = Queries(database)
            if welcome and queries.counts().messages == 0:
                self.out.note(WELCOME)
            elif welcome and (waiting := queries.waiting()):
                self.out.note(f"{numbered(waiting, 'message')} not mined yet: run threadmine mine")
            yield queries
