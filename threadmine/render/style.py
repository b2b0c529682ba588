"""Colour by meaning: the views name what a text is, one table here says how that looks.

Only the sixteen colours of every terminal are used, so that the user's own theme decides. No view writes an
escape sequence itself; without colour every text comes back as it went in.
"""

from __future__ import annotations

from collections.abc import Mapping

CODES: Mapping[str, str] = {
    "bold": "1",
    "dim": "2",
    "title": "1",
    "heading": "1;4",
    "id": "36",
    "field": "35",
    "person": "34",
    "quote": "",
    "mark": "1;33",
    "add": "32",
    "remove": "31",
    "url": "4;34",
    # states of a concern
    "open": "1;31",
    "disputed": "1;33",
    "acknowledged": "33",
    "answered": "32",
    "addressed": "32",
    "withdrawn": "2",
    # verdicts
    "refuted": "1;31",
    "confirmed": "32",
    "conditional": "33",
    "planned": "36",
    "undecided": "2",
}


COLOURS: Mapping[str, str] = {
    "open": "red",
    "disputed": "yellow",
    "acknowledged": "yellow",
    "answered": "green",
    "addressed": "green",
    "withdrawn": "bright_black",
    "refuted": "red",
    "confirmed": "green",
    "conditional": "yellow",
    "planned": "cyan",
    "undecided": "bright_black",
}
"""States and verdicts -> name of one of the sixteen terminal colours, for screens."""


def badge(value: str) -> tuple[str, str]:
    """Label and colour name of a state or verdict: ``("OPEN", "red")``; an unknown one is ``white``."""
    return value.upper(), COLOURS.get(value, "white")


class Style:
    """Paints words, or leaves them as they are.

    Args:
        colour: whether escape sequences may be written.
    """

    def __init__(self, colour: bool = False) -> None:
        self.colour = colour

    def __call__(self, text: str, name: str) -> str:
        """``text`` (already safe) painted as ``name``; unchanged without colour or for an unknown name."""
        code = CODES.get(name, "") if self.colour else ""
        return f"\x1b[{code}m{text}\x1b[0m" if code and text else text


PLAIN = Style(False)
