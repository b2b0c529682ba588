"""Quote depths found again where a page shows only the openings of quotations.

The viewer prints a line ``quoted`` for each level that opens below the first and nothing where levels close.
How likely each depth of each line is, :mod:`threadmine.parse.pages.likely` weighs over all lines together.
Lines that hold together get one answer: their writer where one is likely enough, else those who together are;
the likeliest of them leads where he clearly does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from threadmine.parse.pages.likely import Likely, Weights, likely_depths
from threadmine.parse.pages.shown import Line, shown_lines, writers_of
from threadmine.people import name_key

_SURE = 0.85
"""A writer this likely is taken as the writer; docs/sources.md tells how many lines that decides, and how
many of those were right."""

_TOGETHER = 0.9
"""Where nobody is, candidates are kept, likeliest first, until they hold this much together."""

_LEADS, _LEADS_BY = 0.5, 2.0
"""The likeliest candidate leads from this probability on, if it is this many times that of the next."""

_BEYOND = 0.3
"""Text that opens at a level beyond the named ones with this probability, and what follows it up to the next
opening, stays open: a level that closed unseen further up leads there too; of such text half was right."""

_HOLDS = 0.5
"""Two lines hold together where they are this likely at one depth."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """Who wrote a line: one name where that is sure, else the possible ones, likeliest first.

    An empty name is somebody whom the page does not name. ``depth`` is the likeliest one of the first name.
    """

    names: tuple[str, ...]
    leads: bool
    depth: int

    @property
    def is_sure(self) -> bool:
        """Whether there is one name only."""
        return len(self.names) == 1


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text with its quote marks back; ``undecided`` maps its line numbers to what is open of them."""

    text: str
    undecided: dict[int, Doubt]


def find_depths(lines: Sequence[str], author: str) -> Decoded:
    """The lines of a message with quote marks for the depths found.

    Args:
        lines: the text with its ``quoted`` lines, headers and footer taken off.
        author: name of the writer of the new text.
    """
    shown = shown_lines(lines)
    if not shown:
        return Decoded("", {})
    writers, top = writers_of(shown, author)
    return _rebuilt(shown, doubts(shown, writers, top))


def doubts(
    shown: Sequence[Line], writers: Mapping[int, str], top: int, given: Weights | None = None
) -> list[Doubt]:
    """What can be told of the writer of each line (arguments: those of ``likely_depths``)."""
    if not top and not any(line.opened for line in shown):
        return [Doubt((writers[0],), True, 0)] * len(shown)  # nothing is quoted
    likely = likely_depths(shown, writers, top, given)
    out: list[Doubt] = []
    first = 0
    beyond = False
    for number in range(1, len(shown) + 1):
        if number < len(shown) and _holds(shown, likely, number):
            continue
        if shown[first].opened and not shown[first].in_attribution:
            beyond = sum(value for depth, value in likely[first].depths.items() if depth > top) > _BEYOND
        out += [_doubt(likely[first:number], writers, beyond)] * (number - first)
        first = number
    return out


def _holds(shown: Sequence[Line], likely: Sequence[Likely], number: int) -> bool:
    """Whether a line belongs together with the one above it."""
    same = shown[number].in_attribution == shown[number - 1].in_attribution
    return same and not shown[number].opened and likely[number].stays >= _HOLDS


def _doubt(lines: Sequence[Likely], writers: Mapping[int, str], beyond: bool) -> Doubt:
    depths: dict[int, float] = {}
    for line in lines:
        for depth, value in line.depths.items():
            depths[depth] = depths.get(depth, 0.0) + value / len(lines)
    people: dict[str, float] = {}
    called: dict[str, str] = {}
    for depth in sorted(depths):
        name = writers.get(depth, "")
        called.setdefault(name_key(name), name)
        people[name_key(name)] = people.get(name_key(name), 0.0) + depths[depth]
    order = sorted(people, key=lambda key: (-people[key], key))
    sure = people[order[0]] >= _SURE and not (beyond and len(order) > 1)
    kept, held = order[:1], people[order[0]]
    for key in () if sure else order[1:]:
        kept.append(key)
        held += people[key]
        if held >= _TOGETHER:
            break
    names = tuple(called[key] for key in kept)
    mine = [depth for depth in depths if name_key(writers.get(depth, "")) == kept[0]]
    depth = max(mine, key=lambda depth: (depths[depth], -depth))
    leads = bool(names[0]) and (
        sure or people[kept[0]] >= max(_LEADS, _LEADS_BY * (people[kept[1]] if len(kept) > 1 else 0.0))
    )
    return Doubt(names, leads, depth)


def _rebuilt(shown: Sequence[Line], found: Sequence[Doubt]) -> Decoded:
    out: list[str] = []
    undecided: dict[int, Doubt] = {}
    last = 0
    for line, doubt in zip(shown, found, strict=True):
        is_open = not doubt.is_sure and not line.in_attribution
        depth = max(1, doubt.depth) if is_open else doubt.depth
        out += [_marked("", last if depth == last else 0)] * line.blank
        if is_open:
            undecided[len(out)] = doubt
        out.append(_marked(line.text, depth))
        last = depth
    return Decoded("\n".join(out) + "\n", undecided)


def _marked(text: str, depth: int) -> str:
    return ("> " * depth + text).rstrip() if depth else text
