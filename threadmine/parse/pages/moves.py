"""The depths that a line of the viewer can have, and the ways from the depth of one line to that of the next.

The rule of the viewer: going from depth p to depth d shows ``max(d, 1) - max(p, 1)`` lines ``quoted``, and a
change of depth has no blank line at its border. So a border with a marker leaves no choice, nor does one with
a blank line; at any other the text may stay at its depth, go to a shallower one, or from new text to depth 1.

A mail is written in one of two styles: its author answers level by level (or only below his parent's text),
or some of his answers stand right below text of depth 2 and more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

from threadmine.parse.pages.shown import Line

MAX_DEPTH = 24
STYLES = 2
COLUMNS = ("close", "down", "far", "direct", "up")
"""What may happen at a border, each weighed by the border's attributes: depth 1 gives way to new text; a
level closes; several close; all close above depth 1; new text gives way to depth 1. Staying weighs
nothing."""

LEVELS = ("0", "1", "2", "3+", "top", "beyond")
"""What a line's attributes are weighed for: its depth, and being at the last or beyond the last level that
the attribution lines at the top name."""

_DEEP, _SKIP = 4, 4


class Border(IntEnum):
    """What stands between a line and the one above."""

    PLAIN = 0
    STAY = 1
    BELOW_ATTRIBUTION = 2
    OPENED = 3


@dataclass(frozen=True, slots=True)
class State:
    """A depth; new text remembers what it follows: nothing yet, depth 1 or a deeper one."""

    depth: int
    behind: str = ""


@dataclass(frozen=True, slots=True)
class Move:
    """A way to another state: the name of its weight (empty: no choice) and its column of ``COLUMNS``."""

    to: State
    name: str
    column: int | None = None


def states(deepest: int) -> list[State]:
    """All states of a page with levels up to ``deepest``."""
    return [State(0, "start"), State(0, "1"), State(0, "2"), *(State(d) for d in range(1, deepest + 1))]


def border_above(shown: Sequence[Line], number: int) -> Border:
    """The border above line ``number``, which is not the first."""
    line, above = shown[number], shown[number - 1]
    if line.opened:
        return Border.OPENED
    if line.blank or (above.in_attribution and not above.attribution):
        return Border.STAY
    return Border.BELOW_ATTRIBUTION if above.attribution else Border.PLAIN


def first_states(first: Line, deepest: int) -> list[tuple[State, str]]:
    """The states the first line can have, each with the name of its weight."""
    if first.opened:
        return [(State(min(1 + first.opened, deepest)), "")]
    return [(State(0, "start"), ""), (State(1), "begins quoted")]


def moves(style: int, state: State, border: Border, opened: int, deepest: int) -> Iterator[Move]:
    """Where the text can go from ``state`` over a border (``opened``: markers at it)."""
    depth = state.depth
    if border is Border.OPENED:
        yield Move(State(min(max(depth, 1) + opened, deepest)), "")
    elif border is Border.STAY:
        yield Move(state, "")
    elif border is Border.BELOW_ATTRIBUTION and not depth:
        yield Move(State(1), "quotation below attribution")
        yield Move(state, "new text below attribution")
    else:
        yield Move(state, f"stay {style} {min(depth, _DEEP)} {state.behind}".strip())
        if not depth:
            yield Move(State(1), f"up {style} {state.behind}", 4)
        for target in range(depth):
            yield _closing(style, depth, target)


def _closing(style: int, depth: int, target: int) -> Move:
    if depth == 1:
        return Move(State(0, "1"), f"close {style}", 0)
    if target == 0:
        return Move(State(0, "2"), f"direct {style} {min(depth, _DEEP)}", 3)
    if target == depth - 1:
        return Move(State(target), f"down {style} {min(depth, _DEEP)}", 1)
    ends = "to the first" if target == 1 else "between"
    return Move(State(target), f"far {style} {min(depth - target, _SKIP)} {ends}", 2)
