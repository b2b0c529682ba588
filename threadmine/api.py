"""The Python API: open a database, ask it, read mail into it, judge a sentence, ask the model.

Everything here is what the commands use themselves; ``docs/api.md`` shows it. The types that come back are
those of :mod:`threadmine.model`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import TYPE_CHECKING, Any

from threadmine.asking import Asking
from threadmine.db.queries import Queries
from threadmine.db.session import Database, open_database
from threadmine.model import (
    Claim,
    ClaimRow,
    IngestReport,
    IssueRow,
    Message,
    Origin,
    Person,
    SeriesRow,
    StoredMessage,
    TouchRow,
    Verdict,
)
from threadmine.parse.quotes import find_stretches
from threadmine.parse.subject import parse_subject

if TYPE_CHECKING:
    from threadmine.digest import Digest, Scope
    from threadmine.memmap import Model

WEEK = timedelta(days=7)


class Archive:
    """One database of mined mail; a context manager.

    Args:
        url: a file or any SQLAlchemy URL; None takes ``THREADMINE_DB`` or the user's own.
        readonly: whether only questions will be asked; :meth:`ingest` needs False.
        now: the present, for ages and ``since:7d``; None is the clock.

    Raises:
        StoreError: the database cannot be opened.
    """

    def __init__(self, url: str | None = None, *, readonly: bool = True, now: datetime | None = None) -> None:
        self.database: Database = open_database(url, readonly=readonly)
        self.queries = Queries(self.database)
        self.now = now

    def __enter__(self) -> Archive:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Gives the database back."""
        self.database.close()

    def asking(self, query: str = "") -> Asking:
        """The query, ready to be asked.

        Raises:
            QueryError: it cannot be understood; the message shows where.
        """
        return Asking(self.queries, query, self.now or datetime.now(UTC))

    def issues(self, query: str = "", **given: Any) -> list[IssueRow]:
        """Issues that meet a query (``field:folio._nr_pages is:open``), newest first."""
        return self.asking(query).issues(**given)

    def claims(self, query: str = "", **given: Any) -> list[ClaimRow]:
        """Claims that meet a query (``verdict:refuted author:ada``), newest first.

        One that was said again is one row with all its ``places``; with ``once=False`` each place is a row.
        """
        return self.asking(query).claims(**{"once": True, **given})

    def touches(self, member: str, query: str = "", **given: Any) -> list[TouchRow]:
        """Lines of patches that touch a member, newest patch first."""
        return self.asking(query).touches(member, **given)

    def series(self, query: str = "") -> list[SeriesRow]:
        """Versions of series that meet a query (``touches:page.mapping is:current``), newest first."""
        return self.asking(query).series()

    def messages(self, query: str = "") -> Iterator[StoredMessage]:
        """Messages that meet a query, oldest first."""
        return self.asking(query).messages()

    def digest(
        self, since: datetime | None = None, until: datetime | None = None, scope: Scope | None = None
    ) -> Digest:
        """The digest of a time; by default of the last seven days."""
        from threadmine.digest import digest

        end = until or self.now or datetime.now(UTC)
        return digest(self.queries, since or end - WEEK, end, scope)

    def ingest(
        self,
        paths: Iterable[str],
        progress: Callable[[int, str], None] | None = None,
        *,
        mining: bool = True,
    ) -> IngestReport:
        """Reads mail from files, folders and archives; the archive must not be read-only.

        Without ``mining`` it is stored only, and mined by :meth:`mine` or by the next call that mines.

        Raises:
            StoreError: the database cannot be written.
        """
        from threadmine.pipeline import ingest_paths

        return ingest_paths(self.database, paths, progress, mining=mining)

    def mine(self, progress: Callable[[int, str], None] | None = None) -> IngestReport:
        """Mines the messages that were stored without; ``read`` of the report says how many.

        Raises:
            StoreError: the database cannot be written.
        """
        from threadmine.pipeline import mine_waiting

        return mine_waiting(self.database, progress)


@dataclass(frozen=True, slots=True)
class Judged:
    """A statement found in a text, and what the model says of it."""

    claim: Claim
    verdict: Verdict


def verify(text: str, kernel: str = "", when: datetime | None = None) -> Sequence[Judged]:
    """Finds the statements in a text and judges each.

    Args:
        text: a sentence or several.
        kernel: the version to judge against (``6.19``); empty: what the text names, or the newest.
        when: the date that tells the kernel where neither does; None is the newest kernel's.

    Returns:
        one entry for each statement that could be checked, in their order; empty where there is none.
    """
    from threadmine.extraction.claims import find_claims
    from threadmine.verify.engine import judge

    known = model()
    message = sentence_message(text, when or datetime.now(UTC))
    found = find_claims(message, known)
    return tuple(Judged(claim, judge(claim, message, known, kernel=kernel)) for claim in found)


def sentence_message(text: str, when: datetime) -> Message:
    """A text as a message that nobody sent."""
    body = text.replace("\r\n", "\n")
    return Message(
        message_id="text@missing.invalid",
        subject=parse_subject(""),
        author=Person("", ""),
        date=when,
        body=body,
        origin=Origin("text"),
        id_made_up=True,
        stretches=find_stretches(body, None),
    )


def model() -> Model:
    """The built-in model of struct layouts and of what kernel functions do."""
    from threadmine import memmap

    return memmap.load()
