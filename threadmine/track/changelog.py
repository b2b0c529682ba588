"""What the author says has changed since the last version: below ``---``, in the cover letter, as a list.

Items belong to a version ("Changes since v3:", "v4:", "V3 -> V4") and often name who asked for them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

MAX_ITEMS = 400
MAX_ITEM = 400
"""Characters of an item; what is longer is no list, but the text that follows it."""

_HEADING = re.compile(
    r"(?im)^[ \t>*#=-]*+(?:changes?(?:log)?[ \t]*+(?:since|from|in|for|log|[:\[(])?[ \t]*+(?:the[ \t])?"
    r"(?:previous|last)?[ \t]*+)?\(?(?:rfc|patch)?[ \t]*+v(?:er(?:sion)?)?\.?[ \t]?(\d{1,3})(?![\d.]\d)"
    r"(?:[ \t]*+(?:->|=>|to|\.\.)[ \t]*v?(\d{1,3}))?[^\n]{0,60}?(:|$)(?P<rest>[^\n]*)"
)
_SINCE = re.compile(r"(?i)\bsince\b|\bfrom\b")
_PATCH = re.compile(r"^[ \t]*\[?\d{1,3}/\d{1,3}\b")
"""A line that says of which patch the next items are (``08/12 mm: ...``)."""
_SHORTLOG = re.compile(r"^[ \t]*\S[^\n:(]{1,60} \(\d{1,3}\):[ \t]*$")
"""Where git's list of authors and their patches begins: ``Ada Author (3):``."""
_ITEM = re.compile(r"^[ \t]*(?:[-*+o•]|\(?\d{1,2}[.)])[ \t]+(?=\S)")


@dataclass(frozen=True, slots=True)
class Change:
    """One item of a changelog; ``version`` is the version that it came in with, 0 where that is not said."""

    version: int
    text: str


def changes_in(text: str) -> Iterator[Change]:
    """The items of all changelogs in a cover letter or patch message, in order."""
    if _HEADING.search(text) is None:
        return
    yield from (change for change in _all_items(text) if len(change.text) <= MAX_ITEM)


def _all_items(text: str) -> Iterator[Change]:
    version = count = 0
    active = bulleted = after_blank = False
    item: list[str] = []
    for line in text.split("\n"):
        heading = _HEADING.match(line)
        match = None if heading else _ITEM.match(line)
        ends = line.startswith(("---", "diff --git")) or _SHORTLOG.match(line) is not None
        of_patch = _PATCH.match(line) is not None
        if item and active and (heading or match or ends or of_patch or not line.strip()):
            yield Change(version, " ".join(item))
            item = []
            count += 1
            if count >= MAX_ITEMS:
                return
        after_blank = not line.strip()
        if heading:
            version, active, bulleted = _version(heading), True, False
            item = [heading["rest"].strip()] if heading["rest"].strip() else []
        elif ends:
            active = False
        elif match and active:
            bulleted, item = True, [line[match.end() :].strip()]
        elif active and not after_blank and not of_patch and (item or not bulleted):
            item.append(line.strip())
    if item and active:
        yield Change(version, " ".join(item))


def _version(heading: re.Match[str]) -> int:
    if heading[2]:
        return int(heading[2])
    since = _SINCE.search(heading.group().split(":", 1)[0]) is not None
    return int(heading[1]) + (1 if since else 0)
