"""Compressed files, unpacked before anything of them is read.

A file that ends early or is damaged is refused whole: half a mailbox in the database would look like all of
it. What is unpacked waits in memory or, beyond a few megabytes, in a temporary file; its size is bounded, so
that a bomb ends as an error.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, cast

from threadmine.errors import SourceError

MAX_UNPACKED = 8 * 1024**3
"""Bytes that one compressed file may unpack to."""

_IN_MEMORY = 16 * 1024**2
_BLOCK = 1 << 20
_MAGIC = (
    (b"\x1f\x8b", "gzip"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"BZh", "bzip2"),
)


def packing(head: bytes) -> str:
    """The kind of compression that a file's first bytes show; empty if none."""
    return next((name for magic, name in _MAGIC if head.startswith(magic)), "")


@contextmanager
def unpacked(stream: BinaryIO, kind: str, source: str) -> Iterator[BinaryIO]:
    """The unpacked content of ``stream`` as a file at its start; checked to its end before it is given."""
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as spool:
        size = 0
        try:
            opened = _open(stream, kind)
            while block := opened.read(_BLOCK):
                size += len(block)
                if size > MAX_UNPACKED:
                    raise SourceError(
                        f"this {kind} file unpacks to more than {MAX_UNPACKED // 1024**3} GiB",
                        source,
                        "unpack it yourself and split it if it is really mail",
                    )
                spool.write(block)
        except EOFError as error:
            raise _cut(kind, source) from error
        except (gzip.BadGzipFile, lzma.LZMAError, zlib.error, OSError, ValueError) as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise
            raise _damaged(kind, source, error) from error
        spool.seek(0)
        yield cast(BinaryIO, spool)


def _open(stream: BinaryIO, kind: str) -> BinaryIO:
    if kind == "gzip":
        return cast(BinaryIO, gzip.GzipFile(fileobj=stream, mode="rb"))
    if kind == "xz":
        return cast(BinaryIO, lzma.LZMAFile(stream, "rb"))
    if kind == "bzip2":
        return cast(BinaryIO, bz2.BZ2File(stream, "rb"))
    return cast(BinaryIO, _ZstdFile(stream))


class _ZstdFile:
    """Zstandard frames as a readable file that notices when the last frame is cut."""

    def __init__(self, stream: BinaryIO) -> None:
        import zstandard

        self._stream = stream
        self._error = zstandard.ZstdError
        self._decompressor = zstandard.ZstdDecompressor(max_window_size=1 << 27)
        self._frame = self._decompressor.decompressobj()
        self._fresh = True
        self._tail = b""

    def read(self, size: int) -> bytes:
        """Some bytes (not always ``size``), none at the end."""
        out = b""
        while not out:
            block = self._tail or self._stream.read(min(size, 1 << 17))
            self._tail = b""
            if not block:
                if not self._fresh:
                    raise EOFError
                return b""
            try:
                out = self._frame.decompress(block)
            except self._error as error:
                raise ValueError(str(error)) from error
            self._fresh = False
            if self._frame.eof:
                self._tail = self._frame.unused_data
                self._frame = self._decompressor.decompressobj()
                self._fresh = True
        return out


def _cut(kind: str, source: str) -> SourceError:
    return SourceError(
        f"the {kind} file ends early; nothing of it was read", source, "fetch or copy it again"
    )


def _damaged(kind: str, source: str, error: Exception) -> SourceError:
    return SourceError(
        f"the {kind} file is damaged ({error}); nothing of it was read", source, "fetch or copy it again"
    )
