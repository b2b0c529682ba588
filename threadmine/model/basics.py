"""What every room needs: ids, moments, "could not tell", folded text."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that could not be told, with the reason in words a maintainer understands."""

    reason: str


Moment = datetime | Unknown
"""A point in time with its zone offset, or why there is none."""


def stable_id(letter: str, *parts: object) -> str:
    """A short id that depends on ``parts`` alone: the same over re-runs, machines and orders of ingest.

    Args:
        letter: one letter that says what kind of thing it names (``c`` claim, ``q`` concern, ``s`` series).
        parts: what makes the thing itself; turned to text, None as the empty text.
    """
    text = "\x1f".join("" if part is None else str(part) for part in parts)
    return letter + hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()


QUOTED_ID = "@quoted.invalid"
"""Ends the made-up ids of messages that are known from quotations alone."""


def stand_in_id(key: str) -> str:
    """The id of the stand-in for a real message-id (or for what else tells the message)."""
    return hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=10).hexdigest() + QUOTED_ID


def fold(text: str) -> str:
    """``text`` with every run of white space made one blank, ends trimmed (quotes are stored this way)."""
    return " ".join(text.split())


def message_url(message_id: str) -> str:
    """Where a message can be read; empty for ids that were made up here.

    An id is what a stranger wrote: everything that is no plain character of an address is percent-encoded.
    """
    if not message_id or message_id.endswith(".invalid"):
        return ""
    return f"https://lore.kernel.org/all/{quote(message_id, safe=_PLAIN_IN_URL, errors='replace')}/"


_PLAIN_IN_URL = "@!$&'()*+,;=:"


def unique(items: Iterable[str]) -> tuple[str, ...]:
    """``items`` without repeats, first occurrence kept."""
    return tuple(dict.fromkeys(items))
