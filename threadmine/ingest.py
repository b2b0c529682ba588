"""From sources to parsed messages: one bad mail never stops the others, and everything left out is named.

The database is not known here; ``pipeline`` takes what comes and stores it.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Iterator

from threadmine.errors import ThreadmineError
from threadmine.model import Message, Origin, RawMail, Skipped
from threadmine.parse.message import parse_mail
from threadmine.sources import read_path


def read_messages(paths: Iterable[str]) -> Iterator[Message | Skipped]:
    """The parsed messages of files, folders, archives and ``-``, in order.

    A path that cannot be read at all comes as a :class:`Skipped` with ``failed`` set, and the next path is
    read. Memory does not grow with the number of messages.
    """
    for path in paths:
        try:
            yield from parse_all(read_path(path))
        except ThreadmineError as error:
            reason = f"{error.what}; {error.remedy}" if error.remedy else error.what
            yield Skipped(Origin(error.where or path), reason, failed=True)


def parse_all(raws: Iterable[RawMail | Skipped]) -> Iterator[Message | Skipped]:
    """Parses each raw mail; a mail that defeats the parser comes as a failed :class:`Skipped`."""
    for raw in raws:
        yield raw if isinstance(raw, Skipped) else parse_one(raw)


def parse_one(raw: RawMail) -> Message | Skipped:
    """One raw mail parsed, or why that failed."""
    try:
        return parse_mail(raw)
    except (
        Exception
    ) as error:  # the parser is meant never to raise; if it does, one mail is named, not all lost
        last = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{last.name} line {last.lineno}"
        return Skipped(raw.origin, f"could not be parsed: {type(error).__name__} in {place}", failed=True)
