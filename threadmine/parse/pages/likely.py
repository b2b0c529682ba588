"""How likely each depth of each line is, given all lines of a page and the fitted weights.

A conditional random field over the lines: the score of a reading of the page is the sum of the weights of
what its lines and borders look like (:mod:`threadmine.parse.pages.borders`) for the depths and moves that it
reads in them (:mod:`threadmine.parse.pages.moves`). Sums over all readings are taken forward and backward, so
what is known at one place (a name, a marker) tells of the lines far from it too.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from threadmine.parse.pages.borders import Looks
from threadmine.parse.pages.moves import (
    COLUMNS,
    MAX_DEPTH,
    STYLES,
    Border,
    border_above,
    first_states,
    moves,
    states,
)
from threadmine.parse.pages.shown import Line

_NOTHING = 1e-9
_MOST = 60.0
Step = tuple[int, float, int]
"""A move: the number of the state it leads to, its weight as a factor, its column (-1: none)."""


@dataclass(frozen=True, slots=True)
class Weights:
    """``border``: by attribute, one for each of ``COLUMNS``; ``line``: by attribute, one for each of
    ``LEVELS``; ``person`` and ``move``: by name.
    """

    border: Mapping[str, Sequence[float]]
    line: Mapping[str, Sequence[float]]
    person: Mapping[str, float]
    move: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Likely:
    """Of one line: the probability of each depth, and that it stays at the depth of the line above."""

    depths: dict[int, float]
    stays: float


@lru_cache(maxsize=1)
def weights() -> Weights:
    """The weights that come with the package."""
    text = resources.files(__package__).joinpath("depths.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text)
    return Weights(data["border"], data["line"], data["person"], data["move"])


def likely_depths(
    shown: Sequence[Line], writers: Mapping[int, str], top: int, given: Weights | None = None
) -> list[Likely]:
    """The probabilities of the depths of all lines.

    Args:
        shown: the lines of a page.
        writers: the known writers by depth.
        top: the deepest level of the attribution lines at the top.
        given: other weights than those of the package.
    """
    if not shown:
        return []
    page = _Page(shown, Looks(shown, writers, top), top, given or weights())
    read = [page.readings(style) for style in range(STYLES)]
    best = max(score for score, _ in read)
    shares = [math.exp(score - best) for score, _ in read]
    whole = sum(shares)
    out: list[Likely] = []
    for each in zip(*(lines for _, lines in read), strict=True):
        depths: dict[int, float] = {}
        stays = 0.0
        for share, one in zip(shares, each, strict=True):
            stays += share / whole * one.stays
            for depth, value in one.depths.items():
                depths[depth] = depths.get(depth, 0.0) + share / whole * value
        out.append(Likely(depths, stays))
    return out


class _Page:
    """What the readings of all styles share: factors of lines at their depths and of borders."""

    def __init__(self, shown: Sequence[Line], looks: Looks, top: int, given: Weights) -> None:
        self._shown = shown
        self._given = given
        self._deepest = min(MAX_DEPTH, 1 + sum(line.opened for line in shown))
        self._states = states(self._deepest)
        self._number = {state: number for number, state in enumerate(self._states)}
        self._borders = [
            border_above(shown, number) if number else Border.STAY for number in range(len(shown))
        ]
        self._gates = [self._gate(looks, number) for number in range(len(shown))]
        self._shift = 0.0  # what was taken off the logarithms of the lines' factors
        self._alone = [self._factors(looks, number, top) for number in range(len(shown))]
        self._steps: dict[tuple[int, Border, int], list[list[Step]]] = {}

    def _gate(self, looks: Looks, number: int) -> list[float]:
        """Factors of the columns at the border above a line; the last is that of no column."""
        sums = [0.0] * len(COLUMNS)
        if self._borders[number] in (Border.PLAIN, Border.BELOW_ATTRIBUTION):
            for name in looks.border(number):
                for column, weight in enumerate(self._given.border.get(name, ())):
                    sums[column] += weight
        return [*map(_exp, sums), 1.0]

    def _factors(self, looks: Looks, number: int, top: int) -> list[float]:
        """The factors of a line in all states."""
        found = [self._given.line[name] for name in looks.line(number) if name in self._given.line]
        sums = [sum(weights[column] for weights in found) for column in range(6)]
        by_depth = []
        for depth in range(self._deepest + 1):
            total = sums[min(depth, 3)] + (sums[4] if depth == top else sums[5] if depth > top else 0.0)
            by_depth.append(
                total + sum(self._given.person.get(name, 0.0) for name in looks.at_depth(number, depth))
            )
        most = max(by_depth)
        self._shift += most
        factors = [_exp(value - most) for value in by_depth]
        return [factors[state.depth] for state in self._states]

    def _ways(self, style: int, number: int) -> list[list[Step]]:
        border, opened = self._borders[number], self._shown[number].opened
        key = (style, border, opened)
        found = self._steps.get(key)
        if found is None:
            found = self._steps[key] = [
                [
                    (
                        self._number[move.to],
                        _exp(self._given.move.get(move.name, 0.0)),
                        -1 if move.column is None else move.column,
                    )
                    for move in moves(style, state, border, opened, self._deepest)
                ]
                for state in self._states
            ]
        return found

    def readings(self, style: int) -> tuple[float, list[Likely]]:
        """The logarithm of the sum over all readings in a style, and the probabilities of the lines in it."""
        score, ahead = self._forward(style)
        out = [Likely({}, 0.0)] * len(ahead)
        behind = [1.0] * len(self._states)
        for number in range(len(ahead) - 1, -1, -1):
            both = [one * other for one, other in zip(ahead[number], behind, strict=True)]
            whole = sum(both) or 1.0
            depths: dict[int, float] = {}
            for state, value in zip(self._states, both, strict=True):
                if value > whole * _NOTHING:
                    depths[state.depth] = depths.get(state.depth, 0.0) + value / whole
            stays = 0.0
            if number:
                behind, stays = self._backward(style, number, ahead[number - 1], behind)
            out[number] = Likely(depths, stays)
        return score, out

    def _forward(self, style: int) -> tuple[float, list[list[float]]]:
        given = self._given.move
        now = [0.0] * len(self._states)
        for state, name in first_states(self._shown[0], self._deepest):
            number = self._number[state]
            now[number] = _exp(given.get(name, 0.0)) * self._alone[0][number]
        score = given.get(f"style {style}", 0.0) + self._shift
        ahead: list[list[float]] = []
        for number in range(len(self._shown)):
            if number:
                gate, last = self._gates[number], ahead[-1]
                now = [0.0] * len(self._states)
                for value, ways in zip(last, self._ways(style, number), strict=True):
                    if value > _NOTHING:
                        for to, factor, column in ways:
                            now[to] += value * factor * gate[column]
                now = [one * other for one, other in zip(now, self._alone[number], strict=True)]
            whole = sum(now)
            if whole <= 0.0:  # nothing fits: every state as good as another
                now, whole = [1.0] * len(now), float(len(now))
            score += math.log(whole)
            ahead.append([value / whole for value in now])
        return score, ahead

    def _backward(
        self, style: int, number: int, above: Sequence[float], behind: Sequence[float]
    ) -> tuple[list[float], float]:
        """What the lines from ``number`` on say of the line above them, and how likely the depth stays."""
        gate = self._gates[number]
        weight = [one * other for one, other in zip(self._alone[number], behind, strict=True)]
        out: list[float] = []
        stays = whole = 0.0
        for at, (value, ways) in enumerate(zip(above, self._ways(style, number), strict=True)):
            total = 0.0
            if value > _NOTHING:
                for to, factor, column in ways:
                    part = factor * gate[column] * weight[to]
                    total += part
                    if to == at:
                        stays += value * part
            whole += value * total
            out.append(total)
        most = max(out) or 1.0
        return [value / most for value in out], stays / whole if whole else 1.0


def _exp(value: float) -> float:
    return math.exp(max(-_MOST, min(_MOST, value)))
