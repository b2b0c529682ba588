"""When a member asked for is the member that a row names: ``folio._nr_pages``, ``_nr_pages``, ``page[1].x``.

The same rule as the database's own: the structure is the one asked for, unknown, or another view of the same
memory, and ``flags`` also finds ``flags.f``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

_NOISE = re.compile(r"\[[^\]]*\]|\(\)|^\s*struct\s+|[\s*&]+")


@cache
def overlays() -> frozenset[str]:
    """The structures that are views of struct page (vocab/overlays.toml)."""
    text = files("threadmine.vocab").joinpath("overlays.toml").read_text(encoding="utf-8")
    return frozenset(tomllib.loads(text)["structs"])


def split_name(name: str) -> tuple[str, str]:
    """``(struct, member)`` of a name; the structure is empty where none is given, indices are dropped."""
    plain = _NOISE.sub("", name.replace("->", "."))
    struct, dot, member = plain.partition(".")
    return (struct, member) if dot and member else ("", struct)


def plain_name(name: str) -> str:
    """``name`` as rows have it: ``page[1].memcg_data`` is ``page.memcg_data``."""
    struct, member = split_name(name)
    return f"{struct}.{member}" if struct else member


def is_member(name: str, wanted: str) -> bool:
    """Whether a row's ``name`` is the member that ``wanted`` asks for."""
    struct, member = split_name(name)
    wanted_struct, wanted_member = split_name(wanted)
    if not wanted_member or not (member == wanted_member or member.startswith(f"{wanted_member}.")):
        return False
    if not wanted_struct or not struct or struct == wanted_struct:
        return True
    return struct in overlays() and wanted_struct in overlays()


def any_member(names: Iterable[str], wanted: str) -> bool:
    """Whether one of ``names`` is the member asked for."""
    return any(is_member(name, wanted) for name in names)
