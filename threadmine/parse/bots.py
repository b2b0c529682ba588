"""Tells robots from people by the address and the name they write under."""

from __future__ import annotations

import re
from functools import lru_cache

from threadmine.model import Person
from threadmine.vocab.bots import BOTS

_ROWS = tuple(
    (name, re.compile(address, re.IGNORECASE), re.compile(display, re.IGNORECASE) if display else None)
    for name, address, display in BOTS
)


@lru_cache(maxsize=8192)
def bot_name(person: Person) -> str:
    """The robot's name if ``person`` is one, else the empty text."""
    for name, address, display in _ROWS:
        if address.search(person.address) or (display is not None and display.search(person.name)):
            return name
    return ""
