"""Computes git's stable patch id, so that the same change is known again in another version or list.

The rule is that of ``git patch-id --stable``: per file, SHA-1 over the diff's lines without white space, the
``@@`` and ``index`` lines left out; the files' digests are added up as little-endian numbers, which makes the
order of files irrelevant.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

from threadmine.model import FileDiff

_BLANKS = b" \t\n\r"
_DROPPED = re.compile(r"^(?:index [^\n]*|\\ [^\n]{10,})\n?", re.MULTILINE)
_INDEX = re.compile(r"^index ([0-9a-f]{4,64})\.\.([0-9a-f]{4,64})", re.MULTILINE)
_SIZE = 20


def patch_id(body: str, files: Iterable[FileDiff]) -> str:
    """The id as 40 hex digits, or "" where git would give none (no file begins with ``diff``).

    Args:
        body: the text that the offsets of ``files`` count in.
        files: the files of one diff, in order.
    """
    total = 0
    seen = False
    for each in files:
        if not body.startswith("diff ", each.start):
            continue
        seen = True
        total += int.from_bytes(_file_digest(body, each), "little")
    return (total % (1 << (8 * _SIZE))).to_bytes(_SIZE, "little").hex() if seen else ""


def _file_digest(body: str, each: FileDiff) -> bytes:
    header_end = each.hunks[0].start if each.hunks else each.end
    header = body[each.start : header_end]
    digest = hashlib.sha1(usedforsecurity=False)
    if each.is_binary:
        cut = min(
            (at for at in (header.find("\nBinary files "), header.find("\nGIT binary")) if at >= 0), default=0
        )
        digest.update(_squeeze(_DROPPED.sub("", header[: cut + 1])))
        if found := _INDEX.search(header):
            digest.update((found.group(1) + found.group(2)).encode("ascii"))
        return digest.digest()
    digest.update(_squeeze(_DROPPED.sub("", header)))
    for hunk in each.hunks:
        text = body[body.find("\n", hunk.start) + 1 : hunk.end]
        if "\n\\ " in text:
            text = _DROPPED.sub(_keep_index, text)
        digest.update(_squeeze(text))
    return digest.digest()


def _keep_index(match: re.Match[str]) -> str:
    """Inside a hunk only the no-newline marks go."""
    return "" if match.group(0).startswith("\\") else match.group(0)


def _squeeze(text: str) -> bytes:
    try:
        data = text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # half a character, which no mail that decodes well can have
        data = text.encode("utf-8", "surrogatepass")
    return data.translate(None, _BLANKS)
