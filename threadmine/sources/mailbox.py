"""Mailboxes as streams of raw mails: mbox in its dialects, Maildir, single files.

An mbox is read in blocks and never held whole, so that memory does not grow with it. A ``From `` line starts
a message where git would see one: address, time and year in it, a blank line before it, a header after it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from threadmine.model import Origin, RawMail, Skipped
from threadmine.parse.limits import MAX_MAIL

_BLOCK = 1 << 20
_SEPARATOR = re.compile(rb"From \S[^\n]{0,200}?\d\d:\d\d(?::\d\d)?[^\n]{0,60}\d{4}[^\n]{0,40}\r?\n")
_STRICT_SEPARATOR = re.compile(
    rb"From \S+ {1,2}(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} [ \d]\d"
    rb" \d\d:\d\d:\d\d (?:[+-]\d{4} )?\d{4}\r?\n"
    rb"(?=[!-9;-~]{1,80}: )"
)
_HEADER = re.compile(rb"(?:>*From |[!-9;-~]{1,80}[ \t]*:|\r?\n)")
_ESCAPED = re.compile(rb"^>(>*From )", re.MULTILINE)
_WINDOW = 1024
"""Bytes behind a possible separator that must be at hand to judge it."""


def is_separator(data: bytes, at: int = 0) -> bool:
    """Whether the ``From `` line at ``at`` starts a message (the caller looks at the line before it)."""
    match = _SEPARATOR.match(data, at)
    return match is not None and _HEADER.match(data, match.end()) is not None


def _starts_message(buffer: bytes, newline: int, start: int) -> re.Match[bytes] | None:
    """The separator behind ``newline``; without a blank line before it, it has to be one beyond doubt."""
    blank = (
        newline == start or buffer[newline - 1 : newline] == b"\n" or buffer[newline - 2 : newline] == b"\n\r"
    )
    match = (_SEPARATOR if blank else _STRICT_SEPARATOR).match(buffer, newline + 1)
    if match is None or _HEADER.match(buffer, match.end()) is None:
        return None
    return match


def read_mbox(stream: BinaryIO, source: str) -> Iterator[RawMail | Skipped]:
    """The messages of an mbox, counted from 1 in ``Origin.place``; one level of ``>From`` escaping undone."""
    number = 0
    for data, cut in _split(stream):
        if not number and not data.strip():
            continue
        number += 1
        origin = Origin(source, f"#{number}")
        if not data.strip():
            yield Skipped(origin, "an empty message between two From lines")
            continue
        if cut:
            yield Skipped(origin, f"longer than {MAX_MAIL} bytes; its end was dropped")
        if b"\n>" in data:
            data = _ESCAPED.sub(rb"\1", data)
        yield RawMail(data, origin)


def _split(stream: BinaryIO) -> Iterator[tuple[bytes, bool]]:
    """The bytes between separators, and whether they were cut at the bound."""
    buffer = b""
    at = 0
    cut = False
    started = False
    ended = False
    while not ended:
        block = stream.read(_BLOCK)
        ended = not block
        buffer = buffer[at:] + block if at else buffer + block
        at = 0
        if not started:
            lead = len(buffer) - len(buffer.lstrip(b"\r\n"))
            match = _SEPARATOR.match(buffer, lead)
            at = match.end() if match else lead
            started = True
        search = at
        while True:
            found = buffer.find(b"\nFrom ", search)
            if found < 0 or (not ended and found + _WINDOW > len(buffer)):
                break
            match = _starts_message(buffer, found, at)
            if match is None:
                search = found + 1
                continue
            yield buffer[at : found + 1], cut
            cut = False
            at = search = match.end()
        if not ended and len(buffer) - at > MAX_MAIL:
            keep = buffer[at : at + MAX_MAIL]
            tail = _skip_to_separator(stream, buffer[at + MAX_MAIL :])
            buffer, at, cut = keep + b"\n\n" + tail, 0, True
    if at < len(buffer):
        yield buffer[at:], cut


def _skip_to_separator(stream: BinaryIO, tail: bytes) -> bytes:
    """Drops bytes up to the next separator line; returns what follows, that line included."""
    while True:
        search = 0
        while (found := tail.find(b"\nFrom ", search)) >= 0:
            if len(tail) - found < _WINDOW:
                tail += stream.read(_WINDOW)
            if is_separator(tail, found + 1):
                return tail[found + 1 :]
            search = found + 1
        block = stream.read(_BLOCK)
        if not block:
            return b""
        tail = tail[-_WINDOW:] + block


def is_maildir(path: Path) -> bool:
    """Whether a folder is a Maildir: it has ``cur`` and ``new``."""
    return (path / "cur").is_dir() and (path / "new").is_dir()


def maildir_files(path: Path) -> Iterator[Path]:
    """The message files of a Maildir (and of the Maildir++ folders in it), by name."""
    for folder in ("cur", "new"):
        yield from sorted(entry for entry in (path / folder).iterdir() if entry.is_file())
    for entry in sorted(path.iterdir()):
        if entry.is_dir() and entry.name.startswith(".") and is_maildir(entry):
            yield from maildir_files(entry)


def read_single(stream: BinaryIO, origin: Origin) -> Iterator[RawMail | Skipped]:
    """One mail that fills a whole file."""
    data = stream.read(MAX_MAIL + 1)
    if len(data) > MAX_MAIL:
        yield Skipped(origin, f"longer than {MAX_MAIL} bytes; its end was dropped")
        data = data[:MAX_MAIL]
    yield RawMail(data, origin)
