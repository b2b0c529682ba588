"""What a single line may be, told from the line alone, and remembered.

Mail repeats itself: the same lines are quoted again and again, so that two lines of three have been looked at
before. The sorter in ``blocks`` decides with the lines around.
"""

from __future__ import annotations

import string
from enum import IntEnum
from functools import lru_cache

from threadmine.parse import lines as look

LOOK_AT = 400
"""Characters of a line that the patterns see."""

_LOG_HEADS = frozenset(" [<\t#$?/0123456789")
_LETTERS = frozenset(string.ascii_letters)
_PROSE_ENDS = frozenset(string.ascii_letters + ".?!'\"-,)")


class Look(IntEnum):
    """The first thing that a line looks like. The values are in no order that matters."""

    PLAIN = 0  # nothing but prose looks like this
    PROSE = 1
    CODE = 2  # prose that reads as C
    BLANK = 3
    DIFF = 4
    CUT = 5  # "---"
    SIGN = 6  # "-- "
    FOOTER = 7
    DIFFSTAT = 8
    TRAILER = 9
    SHORTLOG = 10
    LOG = 11
    COMMENT = 12  # a star in front, as in the middle of a C comment
    CLOSING = 13  # "Best regards,"
    CHANGELOG = 14


def look_of(line: str) -> Look:
    """What ``line`` (without marks and line end) looks like."""
    return _look_of(line) if len(line) <= LOOK_AT else _look_of(line[:LOOK_AT])


@lru_cache(maxsize=16384)
def _look_of(line: str) -> Look:
    if not line or line.isspace():
        return Look.BLANK
    if _is_plain(line):
        return Look.PLAIN
    head = line[0]
    if head in "-d@I=" and look.DIFF_START.match(line):
        return Look.DIFF
    if head in "-_=":
        if line.rstrip() == "---":
            return Look.CUT
        if look.SIGN_MARK.match(line):
            return Look.SIGN
        if look.is_footer(line):
            return Look.FOOTER
    found = _with_colon(line) if ":" in line else None
    found = found or _by_shape(line, head)
    if found is not None:
        return found
    if len(line) > 15 and look.is_footer(line):
        return Look.FOOTER
    if len(line) < 110 and look.may_open_changelog(line) and look.CHANGELOG_HEAD.match(line):
        return Look.CHANGELOG
    if len(line) < 40 and look.CLOSING.match(line):
        return Look.CLOSING
    return Look.CODE if look.is_code(line) else Look.PROSE


def _with_colon(line: str) -> Look | None:
    if " " not in line[: line.find(":")].strip():
        match = look.TRAILER.match(line)
        if match is not None and _is_trailer_value(match.group(1), match.group(2)):
            return Look.TRAILER
    if line.rstrip().endswith("):") and look.SHORTLOG_HEAD.match(line):
        return Look.SHORTLOG
    if (".c:" in line or ".h:" in line) and look.SOURCE_PLACE.search(line):
        return Look.LOG
    return None


def _by_shape(line: str, head: str) -> Look | None:
    hint = "|" in line or "change" in line or " mode " in line or "%)" in line
    if hint and look.DIFFSTAT.match(line):
        return Look.DIFFSTAT
    if (head in _LOG_HEADS or "0x" in line or "CONFIG_" in line or ":" in line) and look.LOG.match(line):
        return Look.LOG
    if head == " " and line[1:2] == "*":
        return Look.CHANGELOG if len(line) < 110 and look.CHANGELOG_HEAD.match(line) else Look.COMMENT
    if head in " \t|+-=0123456789" and look.is_table(line):
        return Look.LOG
    return None


def _is_plain(line: str) -> bool:
    """Whether a line can be nothing but prose (or belong to what is around it), told by cheap tests alone."""
    size = len(line)
    if not 12 < size < LOOK_AT or ":" in line or "|" in line or "0x" in line:
        return False
    end = line[-1]
    if end not in _PROSE_ENDS or (end in ",)" and ("*" in line or "=" in line)):
        return False
    head = line[0]
    if head in _LETTERS:
        if size < 40 and end not in ".?!":
            return False
        return line[:3].lower() not in look.FOOTER_HINTS and not line.startswith("diff ")
    if head in "-*":
        return line[1] == " " and line[2] in _LETTERS
    return head == " " and end not in ",)" and line.lstrip()[0] in _LETTERS and " mode " not in line


def _is_trailer_value(tag: str, value: str) -> bool:
    low = tag.lower()
    if low.endswith("-by"):
        return "@" in value or (value[:1].isupper() and len(value) < 80 and not value.rstrip().endswith("."))
    if low == "cc":
        return "@" in value
    if low == "fixes":
        hexadecimal = value[:6].isalnum() and value[:1] in "0123456789abcdefABCDEF"
        return hexadecimal or value.startswith(("http", "commit "))
    if low in ("link", "closes", "buglink", "references", "depends-on", "obsoleted-by", "patchwork"):
        return "://" in value or "@" in value or value.startswith("#")
    return " " not in value.strip()
