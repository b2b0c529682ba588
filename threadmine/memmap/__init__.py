"""The memmap model: every kernel's struct page and the structs over it, and what functions write to them.

``load()`` gives the one :class:`~threadmine.memmap.store.Model`; it reads facts only when asked.
"""

from __future__ import annotations

from functools import cache

from threadmine.memmap.effects import Effect
from threadmine.memmap.flags import Flag
from threadmine.memmap.layout import Layout, Member, Overlap, Place, StructLayout
from threadmine.memmap.names import Names
from threadmine.memmap.store import Model

__all__ = ["Effect", "Flag", "Layout", "Member", "Model", "Names", "Overlap", "Place", "StructLayout", "load"]


@cache
def load() -> Model:
    """The built-in model, made once."""
    return Model()
