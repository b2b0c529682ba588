"""Reads the diff of a mail: what it changes, where, and what stands around it.

The front door of the ``diff_*`` modules. A diff is part of a mail, so all places are offsets into the mail's
body; nothing here keeps an object per line of a diff until somebody asks for the lines of one hunk.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from threadmine.model import Hunk, Patch, Side, unique
from threadmine.parse.diff_files import find_files
from threadmine.parse.diff_id import patch_id
from threadmine.parse.diff_quoted import Place, QuotedHunk, find_quoted_hunks, place_before
from threadmine.parse.diff_scopes import Scope, scopes_of

__all__ = [
    "HunkLine",
    "Place",
    "QuotedHunk",
    "find_quoted_hunks",
    "hunk_lines",
    "line_numbers",
    "marked_lines",
    "parse_patch",
    "patch_id",
    "place_before",
]

MAX_STAT_LINES = 5_000
MAX_PREREQUISITES = 1_000
MAX_KEPT = 20_000  # characters of a hunk whose lines are remembered

_SIDES = {"+": Side.ADDED, "-": Side.REMOVED}
_STAT_LINE = re.compile(r" (\S[^|\n]*?) *\|[ \t]+(?:\d+|Bin)\b")
_STAT_END = re.compile(r" \d+ files? changed")
_STAT_RENAME = re.compile(r"\{([^{}\n]*) => ([^{}\n]*)\}")
_COMMIT = re.compile(r"[0-9a-fA-F]{7,64}\b")
_PREREQUISITE = re.compile(r"prerequisite-(patch-id|change-id|message-id): ([^\n]{1,300})")
_PREFIXED = re.compile(r"[ \t>|]{1,60}(?:diff --git |@@ -)")


class HunkLine(NamedTuple):
    """One line of a hunk.

    ``old_line``/``new_line``: numbers in the file before and after; where the line is on the other side only,
    the number of the line that would follow. ``function`` is the function (or ``struct x``) that it is in, ""
    at file scope; ``function_source`` is ``hunk``, ``heading`` (git's hint, the only one there is) or ""
    where nothing is known. ``start`` is the offset of the line in the body, diff mark included (``text`` has
    none).
    """

    side: Side
    text: str
    old_line: int
    new_line: int
    function: str
    function_source: str
    start: int
    scope: Scope


def parse_patch(body: str, limit_depth0: bool = True) -> Patch | None:
    """What a mail changes, or None where it has neither diff, diffstat, base-commit nor change-id.

    A cover letter gives a patch without ``files``.

    Args:
        body: decoded text, line ends ``\\n``.
        limit_depth0: take only a diff that stands by itself; False also takes one that stands wholly behind
            quote marks or blanks, as pasted or archived mail has it.
    """
    prefix = "" if limit_depth0 else _common_prefix(body)
    files = find_files(body, prefix)
    diff_start = files[0].start if files else len(body)
    stat, stat_start = _diffstat(body, diff_start)
    base = _line_value(body, "base-commit: ")
    base = found.group(0) if (found := _COMMIT.match(base)) else ""
    change = _line_value(body, "change-id: ").strip()
    if not files and not stat and not base and not change:
        return None
    return Patch(
        files=files,
        message_end=_message_end(body, diff_start, stat_start),
        base_commit=base.lower(),
        change_id=change,
        patch_id=patch_id(body, files) if files and not prefix else "",
        diffstat_paths=stat,
        prerequisites=_prerequisites(body),
    )


def _common_prefix(body: str) -> str:
    """What stands before the first mark of a diff that is quoted or indented, "" where one stands bare."""
    for mark in ("diff --git ", "@@ -"):
        at = body.find(mark)
        if at >= 0:
            line = body.rfind("\n", 0, at) + 1
            return body[line:at] if line < at and _PREFIXED.match(body, line) else ""
    return ""


def _line_value(body: str, mark: str) -> str:
    """The rest of the last line that begins with ``mark``, or ""."""
    at = body.rfind("\n" + mark)
    if at < 0 and not body.startswith(mark):
        return ""
    start = at + 1 + len(mark) if at >= 0 else len(mark)
    end = body.find("\n", start)
    return body[start : end if end >= 0 else len(body)][:300]


def _prerequisites(body: str) -> tuple[str, ...]:
    if "\nprerequisite-" not in body:
        return ()
    found: list[str] = []
    at = body.find("\nprerequisite-")
    while at >= 0 and len(found) < MAX_PREREQUISITES:
        if match := _PREREQUISITE.match(body, at + 1):
            found.append(f"{match.group(1)} {match.group(2).strip()}")
        at = body.find("\nprerequisite-", at + 1)
    return unique(found)


def _diffstat(body: str, end: int) -> tuple[tuple[str, ...], int]:
    """Paths of the diffstat above ``end`` and the offset where it begins (-1 without one)."""
    paths: list[str] = []
    start = -1
    at = body.find(" changed", 0, end)
    while at >= 0 and len(paths) < MAX_STAT_LINES:
        line = body.rfind("\n", 0, at) + 1
        if _STAT_END.match(body, line):
            block, block_start = _stat_block(body, line)
            if block:
                paths.extend(block)
                start = block_start if start < 0 else start
        at = body.find(" changed", at + 1, end)
    return unique(paths), start


def _stat_block(body: str, summary: int) -> tuple[list[str], int]:
    """The lines right above the summary line of a diffstat, first to last."""
    found: list[str] = []
    start = summary
    while start > 0 and len(found) < MAX_STAT_LINES:
        above = body.rfind("\n", 0, start - 1) + 1
        match = _STAT_LINE.match(body, above, start)
        if match is None:
            break
        found.append(_stat_path(match.group(1)))
        start = above
    return found[::-1], start


def _stat_path(text: str) -> str:
    """The path after the change; ``dir/{old => new}/x.c`` and ``old => new`` are renames."""
    text = _STAT_RENAME.sub(lambda match: match.group(2), text).replace("//", "/")
    return text.rpartition(" => ")[2].strip()


def _message_end(body: str, diff_start: int, stat_start: int) -> int:
    """Where the commit message ends: at the ``---`` line, else at the diffstat or the diff."""
    limit = min(at for at in (diff_start, stat_start if stat_start >= 0 else len(body), len(body)) if at >= 0)
    at = body.find("\n---", 0, limit)
    while at >= 0:
        end = body.find("\n", at + 1)
        if body[at + 4 : end if end >= 0 else len(body)].strip() == "":
            return at + 1
        at = body.find("\n---", at + 1, limit)
    return 0 if body.startswith("---\n") else limit


# ----------------------------------------------------------------------------------- lines of one hunk


def hunk_lines(body: str, hunk: Hunk) -> Iterator[HunkLine]:
    """The lines of ``hunk`` in order, with their numbers and the function they are in.

    Lines that a mailer broke off are left out. Works for hunks of a quoted or indented diff too: what stands
    before the ``@@`` is taken off each line. Those of the last hunks are remembered, if they are not long:
    several rooms ask for them, one after the other.
    """
    if hunk.end - hunk.start > MAX_KEPT:
        return _hunk_lines(body, hunk)
    return iter(_kept_lines(body, hunk))


@lru_cache(maxsize=32)
def _kept_lines(body: str, hunk: Hunk) -> tuple[HunkLine, ...]:
    return tuple(_hunk_lines(body, hunk))


def _hunk_lines(body: str, hunk: Hunk) -> Iterator[HunkLine]:
    rows = list(marked_lines(body, hunk))
    new_scopes = scopes_of([text for side, text, _ in rows if side != "-"], hunk.heading)
    removed = any(side == "-" for side, _, _ in rows)
    old_scopes = (
        scopes_of([text for side, text, _ in rows if side != "+"], hunk.heading) if removed else new_scopes
    )
    old_line, new_line, old_at, new_at = hunk.old_start, hunk.new_start, 0, 0
    before, label = None, ""
    for side, text, start in rows:
        scope = old_scopes[old_at] if side == "-" else new_scopes[new_at]
        if scope is not before:
            before, label = scope, scope.label
        kind = _SIDES.get(side, Side.CONTEXT)
        yield HunkLine(kind, text, old_line, new_line, label, scope.source, start, scope)
        if side != "+":
            old_line += 1
            old_at += 1
        if side != "-":
            new_line += 1
            new_at += 1


def marked_lines(body: str, hunk: Hunk) -> Iterator[tuple[str, str, int]]:
    """(diff mark, text, offset) of each line; an empty line is context whose blank a mailer cut off."""
    prefix = body[hunk.start : body.find("@@", hunk.start)]
    bare = prefix.rstrip()
    start = body.find("\n", hunk.start) + 1
    if start == 0:
        return
    for raw in body[start : hunk.end].split("\n"):
        if start >= hunk.end:
            break
        line = raw
        if prefix:
            line = raw.removeprefix(prefix) if raw.startswith(prefix) else raw.removeprefix(bare)
        mark = line[:1]
        if mark in ("+", "-", " "):
            yield mark, line[1:], start
        elif not line.strip():
            yield " ", "", start
        start += len(raw) + 1


def line_numbers(body: str, hunk: Hunk, at: int) -> tuple[int, int]:
    """Old and new line number of the hunk line that starts at offset ``at`` (a good hunk, no prefix)."""
    start = body.find("\n", hunk.start)
    plus = body.count("\n+", start, at)
    minus = body.count("\n-", start, at)
    lines = body.count("\n", start + 1, at) - body.count("\n\\", start, at)
    return hunk.old_start + lines - plus, hunk.new_start + lines - minus
