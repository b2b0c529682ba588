"""The report: a static web site of the board that a list can host, or anybody can open from a folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from threadmine import memmap
from threadmine.errors import SourceError
from threadmine.memmap.layout import Layout
from threadmine.model import ClaimRow, StoredMessage, Unknown
from threadmine.report.gather import gather
from threadmine.report.html import page
from threadmine.report.pages import pages

if TYPE_CHECKING:
    from threadmine.db.queries import Queries

CHUNK = 200
"""Messages read at a time for the sentences in their places."""

MARKER = ".threadmine-report"
"""File that says that a folder was written by this program, and may be written again."""


def write_site(
    queries: Queries, out: Path, now: datetime, progress: Callable[[int], None] | None = None
) -> int:
    """Writes the site below ``out`` and returns the number of pages.

    Args:
        queries: the database.
        out: the folder; new, empty, or written by an earlier run.
        now: the moment of the report.
        progress: told the number of pages written so far.

    Raises:
        SourceError: the folder holds something else, or cannot be written.
    """
    prepare(out)
    count = 0
    site = gather(queries, now)
    for one in pages(site, now, _layouts(), _with_mails(queries)):
        path = out / one.path
        path.parent.mkdir(exist_ok=True)
        text = "".join(page(one.title, one.body, one.root, one.data))
        path.write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")
        count += 1
        if progress is not None:
            progress(count)
    return count


def prepare(out: Path) -> None:
    """Makes the folder; refuses one with things in it that this program did not put there.

    Raises:
        SourceError: see above.
    """
    if out.exists() and not out.is_dir():
        raise SourceError("is no folder", str(out), "name a new or empty folder")
    if out.is_dir() and any(out.iterdir()) and not (out / MARKER).exists():
        raise SourceError("the folder holds other things", str(out), "name a new or empty folder")
    out.mkdir(parents=True, exist_ok=True)
    (out / MARKER).write_text("written by threadmine report; may be overwritten by it\n", encoding="utf-8")


def _layouts() -> Callable[[str], Layout | None]:
    """The newest layout that has a struct."""
    model = memmap.load()

    @lru_cache(maxsize=64)
    def of(struct: str) -> Layout | None:
        for version in reversed(model.kernels()):
            layout = model.nearest(version, "x86-64")
            if not isinstance(layout, Unknown) and layout.struct(struct) is not None:
                return layout
        return None

    return of


def _with_mails(
    queries: Queries,
) -> Callable[[Sequence[ClaimRow]], Iterator[tuple[ClaimRow, StoredMessage | None]]]:
    def read(claims: Sequence[ClaimRow]) -> Iterator[tuple[ClaimRow, StoredMessage | None]]:
        for start in range(0, len(claims), CHUNK):
            chunk = claims[start : start + CHUNK]
            names = sorted({row.claim.message_id for row in chunk})
            mails = {mail.message_id: mail for mail in queries.messages_by_id(names)}
            yield from ((row, mails.get(row.claim.message_id)) for row in chunk)

    return read
