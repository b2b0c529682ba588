"""Text of strangers made fit to be shown: everything printed from a mail goes through :func:`safe`.

A mail may hold escape sequences that rewrite the terminal, bidirectional overrides that make code read
otherwise than it compiles, invisible characters, lone surrogates and lines of a million characters. All of
them are shown as what they are, in ASCII escapes; long lines are cut with a note of what is missing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from rich.cells import cell_len, set_cell_size

from threadmine.model import Moment, Unknown, fold

MAX_LINE = 2_000
"""Characters of one line that are shown before it is cut."""

_HIDDEN = re.compile(
    "["
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 but tab and line feed, DEL, C1
    "\xad\u061c\u180e\u200b\u200e\u200f"  # soft hyphen, marks, zero-width space
    "\u2028-\u202e\u2060-\u206f"  # separators, bidirectional embeddings, overrides, isolates
    "\ufeff\ufff0-\uffff\ud800-\udfff"  # byte order mark, specials, lone surrogates
    "\U000e0000-\U000e0fff"  # tags
    "]"
)


def _escaped(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def safe(text: str, limit: int = MAX_LINE) -> str:
    """``text`` with nothing left in it that a terminal or a reader would act on instead of showing.

    Line feeds and tabs stay, ``\\r\\n`` becomes ``\\n``; control, escape, bidirectional and invisible
    characters become ``\\x1b``-like escapes; a line longer than ``limit`` characters is cut with a note.
    """
    if len(text) <= limit and text.isascii() and text.isprintable():
        return text
    text = text.replace("\r\n", "\n")
    if len(text) > limit:
        text = "\n".join(_bounded(line, limit) for line in text.split("\n"))
    return _HIDDEN.sub(_escaped, text)


def _bounded(line: str, limit: int) -> str:
    if len(line) <= limit:
        return line
    return f"{line[:limit]} [... {len(line) - limit} more characters]"


def safe_line(text: str, limit: int = MAX_LINE) -> str:
    """``text`` as one safe line: white space folded, then as :func:`safe`."""
    return safe(fold(text), limit)


def width(text: str) -> int:
    """Terminal columns that ``text`` takes (East-Asian wide characters take two, combining marks none)."""
    return len(text) if text.isascii() else cell_len(text)


def clip(text: str, columns: int) -> str:
    """``text`` cut to ``columns`` terminal columns, the cut marked with ``...``."""
    if width(text) <= columns:
        return text
    if columns <= 3:
        return "." * max(columns, 0)
    return set_cell_size(text, columns - 3).rstrip() + "..."


def pad(text: str, columns: int, right: bool = False) -> str:
    """``text`` clipped and filled with blanks to ``columns`` terminal columns."""
    text = clip(text, columns)
    fill = " " * (columns - width(text))
    return fill + text if right else text + fill


def wrap(text: str, columns: int, indent: str = "", hanging: str | None = None) -> list[str]:
    """``text``, folded, broken into lines of at most ``columns`` terminal columns.

    Args:
        text: any safe text; its white space does not count.
        columns: width of a whole line, indent included.
        indent: put before the first line.
        hanging: put before the others; as ``indent`` where None.

    A word longer than a line (an address, a path) stands on a line of its own and is not broken.
    """
    hanging = indent if hanging is None else hanging
    lines: list[str] = []
    current, used = indent, width(indent)
    empty = True
    for word in text.split():
        size = width(word)
        if not empty and used + 1 + size > columns:
            lines.append(current)
            current, used, empty = hanging, width(hanging), True
        current += word if empty else f" {word}"
        used += size if empty else size + 1
        empty = False
    if not empty or not lines:
        lines.append(current)
    return lines


def date_text(moment: Moment) -> str:
    """``2026-01-16`` (in UTC), or ``no date``."""
    return "no date" if isinstance(moment, Unknown) else f"{as_utc(moment):%Y-%m-%d}"


def as_utc(moment: datetime) -> datetime:
    """``moment`` in UTC; one without a zone is taken as UTC."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def age(moment: Moment, now: datetime) -> str:
    """How long ago ``moment`` was, in one short word: ``3h 12d 9w 14mo 3y``, ``-`` where unknown."""
    if isinstance(moment, Unknown):
        return "-"
    days = (as_utc(now) - as_utc(moment)).total_seconds() / 86_400
    if days < 1:
        return f"{max(int(days * 24), 0)}h"
    for limit, length, unit in ((14, 1, "d"), (92, 7, "w"), (730, 30.44, "mo")):
        if days < limit:
            return f"{int(days / length)}{unit}"
    return f"{int(days / 365.25)}y"


def join_words(words: Iterable[str], most: int = 0) -> str:
    """``a, b, c``; with ``most`` set, no more than that many and ``+N``."""
    items = list(words)
    if most and len(items) > most:
        return ", ".join(items[:most]) + f" +{len(items) - most}"
    return ", ".join(items)


def function_text(name: str) -> str:
    """``prep_compound_page()``; a definition (``struct dev_pagemap``) stands as it is, nothing as nothing."""
    if not name or name.startswith(("struct ", "union ", "enum ")):
        return safe_line(name)
    return f"{safe_line(name)}()"


def numbered(count: int, one: str, many: str = "") -> str:
    """``1 message``, ``2 messages``."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def lines_of(chunks: Iterable[str]) -> Iterator[str]:
    """Single lines of texts that may hold several."""
    for chunk in chunks:
        yield from chunk.split("\n")
