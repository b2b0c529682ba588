"""Names around the memory descriptors: members of other structs and functions of memory management.

The layouts describe the descriptors themselves; people speak as well of what points to them
(``swap_cluster_info.table``, ``obj_cgroup.memcg``) and of functions that never touch one. Both are in the
facts of the kernels' code (:mod:`threadmine.memmap.calls`); only their first two lines are unpacked here.
"""

from __future__ import annotations

import json
import lzma
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from threadmine.memmap import facts


@cache
def _tables() -> tuple[dict[str, Any], dict[str, Any]]:
    """The structs with their members, and the files with their functions."""
    path = files("threadmine.memmap.data") / "calls.json.xz"
    with path.open("rb") as packed, lzma.open(packed) as lines:
        return json.loads(lines.readline())["structs"], json.loads(lines.readline())


@cache
def other_members() -> Mapping[str, tuple[str, ...]]:
    """Member name -> the structs around the descriptors that had it in any kernel (sorted)."""
    found: dict[str, list[str]] = {}
    for struct, members in sorted(_tables()[0].items()):
        for member in members:
            found.setdefault(member, []).append(struct)
    return {member: tuple(structs) for member, structs in sorted(found.items())}


@cache
def other_structs() -> frozenset[str]:
    """Structs around the descriptors that any kernel had."""
    return frozenset(_tables()[0])


@cache
def routines() -> frozenset[str]:
    """Functions of memory management (``neighbours.toml`` says which files those are) with an underscore."""
    places = tuple(facts.table("neighbours")["files"])
    inside = tuple(facts.table("neighbours")["folders"])
    return frozenset(
        name
        for path, rows in _tables()[1].items()
        if path.startswith(places) or any(part in path for part in inside)
        for _, names in rows
        for name in names.split(" ")
        if "_" in name
    )
