"""The lines of a page of the viewer: how many levels open above each, and who is named as their writer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from threadmine.parse.attribution import find_attributions
from threadmine.people import straight_name

MAX_LINES = 4000
_MARKER = "quoted"
_SHORT = 40
"""A line shorter than this above an attribution line is a greeting or the like."""


@dataclass(slots=True)
class Line:
    """A line that is not blank.

    ``opened`` and ``blank`` count the lines ``quoted`` and the blank ones right above; ``attribution`` is the
    writer whom the line introduces (on the last line of an attribution only); ``next_opened`` counts the
    levels that open right below.
    """

    text: str
    opened: int
    blank: int
    attribution: str = ""
    in_attribution: bool = False
    next_opened: int = 0
    is_last: bool = False


def shown_lines(lines: Sequence[str]) -> list[Line]:
    """The lines of a page's text without the blank ones and the markers, at most ``MAX_LINES`` looked at."""
    out: list[Line] = []
    opened = blank = 0
    for line in lines[:MAX_LINES]:
        if line.strip() == _MARKER:
            opened += 1
        elif not line.strip():
            blank += 1
        else:
            if out:
                out[-1].next_opened = opened
            out.append(Line(line.rstrip(), opened, blank if out else 0))
            opened = blank = 0
    if out:
        out[-1].is_last = True
    _note_attributions(out)
    return out


def _note_attributions(shown: Sequence[Line]) -> None:
    text = "\n".join(line.text for line in shown) + "\n"
    number, start = 0, 0
    for found in find_attributions(text):
        while number < len(shown) and start < found.start:
            start += len(shown[number].text) + 1
            number += 1
        last = None
        while number < len(shown) and start < found.end:
            last = shown[number]
            last.in_attribution = True
            start += len(last.text) + 1
            number += 1
        if last is not None:
            last.attribution = found.writer


def writers_of(shown: Sequence[Line], author: str) -> tuple[dict[int, str], int]:
    """The writers by depth, as far as the attribution lines tell whose depth nothing leaves open.

    Returns them (0 is the page's author) and the deepest level of those lines.
    """
    writers = {0: author}
    depth = deepest = 0
    for number, line in enumerate(shown):
        if number:
            above = shown[number - 1]
            if line.opened:
                depth = max(depth, 1) + line.opened
            elif line.blank or (above.in_attribution and not above.attribution):
                pass
            elif above.attribution and depth == 0:
                depth = 1
            elif not (line.in_attribution and len(above.text) < _SHORT and not above.in_attribution):
                break
        deepest = max(deepest, depth)
        if line.attribution:
            writers.setdefault(depth + 1, straight_name(line.attribution))
    return writers, deepest
