"""One door for everything that lies on a disk: what it is is told from its content, never from its name."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

from threadmine.errors import SourceError
from threadmine.model import Origin, RawMail, RawPage, Skipped, Withdrawn
from threadmine.sources.epoch import epochs_below, is_bundle, is_repository, opened_bundle, read_epoch
from threadmine.sources.mailbox import is_maildir, is_separator, maildir_files, read_mbox, read_single
from threadmine.sources.packed import packing, unpacked

Found = RawMail | RawPage | Skipped | Withdrawn
MAX_PAGE = 4 * 1024 * 1024
"""Bytes of a file that may be a saved archive page."""

_PEEK = 65536
_PAGE_ID = re.compile(rb"^Message-ID: <[^<>\s]+>[ \t]*\(raw\)", re.MULTILINE | re.IGNORECASE)
_HEADER_LINE = re.compile(rb"[!-9;-~]{1,80}[ \t]*:[^\n]{0,4000}\r?\n")
_MAIL_HEADERS = re.compile(
    rb"^(?:from|to|cc|subject|date|message-id|received|return-path|delivered-to|mime-version"
    rb"|content-type|in-reply-to|references|x-[a-z-]+|dkim-signature|list-id|sender|reply-to"
    rb"|authentication-results)[ \t]*:",
    re.IGNORECASE | re.MULTILINE,
)
_MAX_FOLDERS = 64


def read_path(path: str) -> Iterator[Found]:
    """The mails in a file, folder, archive or (``-``) on standard input, in a fixed order.

    What is no mail below a folder comes as :class:`Skipped`; so does what cannot be read there (``failed``).

    Raises:
        SourceError: ``path`` itself is not there, cannot be read, is damaged or holds no mail.
    """
    if path == "-":
        yield from _read_stream(cast(BinaryIO, sys.stdin.buffer), "-")
        return
    where = Path(path)
    try:
        if where.is_dir():
            yield from _read_folder(where)
        elif where.exists():
            yield from _read_file(where)
        else:
            raise SourceError("there is no such file or folder", path, "check the path")
    except OSError as error:
        raise SourceError(f"cannot be read ({error.strerror or error})", path, _remedy(error)) from error


def _remedy(error: OSError) -> str:
    if isinstance(error, PermissionError):
        return "make it readable for yourself"
    return "check the disk it is on"


def _read_folder(folder: Path) -> Iterator[Found]:
    """A Maildir, an epoch, a clone of a list, or a tree in which each thing is looked at by itself."""
    found = 0
    for item in _tree(folder, 0):
        found += isinstance(item, RawMail | RawPage)
        yield item
    if not found:
        raise SourceError("there is no mail in this folder", str(folder), "check the path")


def _tree(folder: Path, level: int) -> Iterator[Found]:
    if is_maildir(folder):
        for entry in maildir_files(folder):
            yield from _guarded(entry)
        return
    if is_repository(folder):
        yield from _repository(folder)
        return
    epochs = epochs_below(folder)
    if epochs:
        for epoch in epochs:
            yield from read_epoch(epoch, str(epoch), folder.name)
        return
    if level > _MAX_FOLDERS:
        yield Skipped(Origin(str(folder)), f"more than {_MAX_FOLDERS} folders deep")
        return
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        yield Skipped(Origin(str(folder)), f"cannot be read ({error.strerror})", failed=True)
        return
    for entry in entries:
        if entry.is_symlink() and entry.is_dir():
            yield Skipped(Origin(str(entry)), "a link to a folder is not followed")
        elif entry.is_dir():
            yield from _tree(entry, level + 1)
        elif not entry.is_file():
            yield Skipped(Origin(str(entry)), "neither a file nor a folder")
        else:
            yield from _guarded(entry)


def _repository(folder: Path) -> Iterator[Found]:
    try:
        yield from read_epoch(folder, str(folder))
    except SourceError as error:
        yield Skipped(Origin(str(folder)), error.what, failed=True)


def _guarded(entry: Path) -> Iterator[Found]:
    """A file below a folder: what is wrong with it does not stop the others."""
    try:
        yield from _read_file(entry)
    except SourceError as error:
        yield Skipped(Origin(str(entry)), error.what, failed=not isinstance(error, NotMailError))
    except OSError as error:
        yield Skipped(Origin(str(entry)), f"cannot be read ({error.strerror or error})", failed=True)


class NotMailError(SourceError):
    """A file that is readable and holds no mail."""


def _read_file(path: Path) -> Iterator[Found]:
    if not path.is_file():
        raise NotMailError("neither a file nor a folder", str(path))
    with path.open("rb") as stream:
        head = stream.read(_PEEK)
        if is_bundle(head):
            with opened_bundle(path) as repository:
                yield from read_epoch(repository, str(path))
            return
        stream.seek(0)
        yield from _read_open(stream, head, str(path))


def _read_stream(stream: BinaryIO, source: str) -> Iterator[Found]:
    """Standard input: not seekable, so what was peeked at is put in front again."""
    peeked = _Peeked(stream)
    yield from _read_open(cast(BinaryIO, peeked), peeked.peek(_PEEK), source)


def _read_open(stream: BinaryIO, head: bytes, source: str) -> Iterator[Found]:
    kind = packing(head)
    if kind:
        with unpacked(stream, kind, source) as content:
            inner = content.read(_PEEK)
            content.seek(0)
            if packing(inner):
                raise NotMailError(f"a {kind} file inside of which is another packed file", source)
            yield from _read_plain(content, inner, source)
        return
    yield from _read_plain(stream, head, source)


def _read_plain(stream: BinaryIO, head: bytes, source: str) -> Iterator[Found]:
    start = head.lstrip(b"\r\n")
    if start.startswith(b"From ") and is_separator(start):
        yield from read_mbox(stream, source)
    elif looks_like_mail(start) and _PAGE_ID.search(_header_block(start)) is None:
        yield from read_single(stream, Origin(source))
    elif not start.strip():
        raise NotMailError("the file is empty", source, "check that it was written completely")
    else:
        from threadmine.parse.pages import is_page  # as in ingest: imported where a page may be

        data = stream.read(MAX_PAGE + 1)
        if len(data) > MAX_PAGE or not is_page(data):
            what = "this is no mail, mailbox, archive or archive page that can be read"
            raise NotMailError(what, source, "check the path")
        yield RawPage(data, Origin(source))


def _header_block(head: bytes) -> bytes:
    return head.replace(b"\r\n", b"\n").split(b"\n\n", 1)[0]


def looks_like_mail(head: bytes) -> bool:
    """Whether text starts with mail headers: header lines, one of them a header that mails have."""
    if head[:3] == b"\xef\xbb\xbf":
        head = head[3:]
    if head.startswith((b"From ", b">From ")):
        head = head.partition(b"\n")[2]
    if _HEADER_LINE.match(head) is None:
        return False
    return _MAIL_HEADERS.search(_header_block(head)) is not None


class _Peeked:
    """A stream whose first bytes can be looked at before they are read."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._head = b""

    def peek(self, size: int) -> bytes:
        """Up to ``size`` first bytes, fewer only at the end."""
        while len(self._head) < size and (block := self._stream.read(size - len(self._head))):
            self._head += block
        return self._head

    def read(self, size: int = -1) -> bytes:
        """The next bytes, what was peeked at first."""
        if not self._head:
            return self._stream.read(size)
        if size < 0:
            data, self._head = self._head + self._stream.read(), b""
            return data
        data, self._head = self._head[:size], self._head[size:]
        return data
