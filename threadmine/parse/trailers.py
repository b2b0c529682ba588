"""Trailers that the writer of a mail gives: ``Reviewed-by: Ann Author <a@example.org>``.

Only new text counts (a quoted trailer is not given again), but anywhere in it: reviewers write their tag
between two remarks. docs/sources.md says how this compares with liblore's and b4's finders.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from threadmine.model import Person, Stretch, StretchKind, Trailer
from threadmine.parse.headers import people
from threadmine.parse.lines import TRAILER, trailer_tag

_MAILTO = re.compile(r"<mailto:[^>]*>")
_REMARK = re.compile(r"\s+#.*$")
_NOT_PEOPLE = frozenset(
    {
        "fixes",
        "link",
        "closes",
        "buglink",
        "message-id",
        "change-id",
        "references",
        "depends-on",
        "obsoleted-by",
        "base-commit",
        "patchwork",
        "prerequisite-patch-id",
        "prerequisite-message-id",
    }
)
_MAX = 500


def find_trailers(body: str, stretches: Sequence[Stretch]) -> tuple[Trailer, ...]:
    """The trailers in the new text of a body, in order, repeats and all."""
    found: list[Trailer] = []
    for stretch in stretches:
        if stretch.kind is not StretchKind.TRAILER or stretch.depth:
            continue
        at = stretch.start
        for line in _unwrapped(body[stretch.start : stretch.end]):
            match = TRAILER.match(line.replace("\n", " "))
            if match is not None and len(found) < _MAX:
                found.append(_trailer(match.group(1), match.group(2), at))
            at += len(line) + 1
    return tuple(found)


def _unwrapped(text: str) -> list[str]:
    """The lines of a block of trailers, wrapped ones joined to the one they continue (same length)."""
    out: list[str] = []
    for line in text.removesuffix("\n").split("\n"):
        if out and line.strip() and TRAILER.match(line) is None and not line.strip().startswith("["):
            out[-1] += "\n" + line
        else:
            out.append(line)
    return out


def _trailer(name: str, value: str, at: int) -> Trailer:
    tag = trailer_tag(name)
    value = " ".join(_MAILTO.sub("", value).split())
    if tag.lower() in _NOT_PEOPLE:
        return Trailer(tag, value, None, at)
    return Trailer(tag, value, _person(_REMARK.sub("", value)), at)


def _person(value: str) -> Person | None:
    """The person a trailer names; a remark behind the address is left out."""
    at = value.rfind(">")
    if at > 0 and "<" in value[:at]:
        open_at = value.rfind("<", 0, at)
        address = value[open_at + 1 : at].strip()
        if "@" in address and " " not in address:
            return Person(value[:open_at].strip(" \"'"), address)
    found = people(value)
    return found[0] if found and (found[0].name or found[0].address) else None
