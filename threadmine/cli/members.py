"""Struct members on the command line: near matches for a mistyped one, and where a member lies."""

from __future__ import annotations

import re
from collections.abc import Callable
from difflib import get_close_matches
from functools import lru_cache

from threadmine.errors import NotFoundError
from threadmine.model import Moment, TouchRow, Unknown

_INDEX = re.compile(r"\[[^\]]*\]")


def plain(member: str) -> str:
    """``member`` without ``struct``, index and arrow: ``page[1].memcg_data`` is ``page.memcg_data``."""
    text = _INDEX.sub("", member.strip()).replace("->", ".")
    return text.removeprefix("struct ").strip("&*() ")


def require_known(member: str) -> None:
    """Raises where neither kernels nor mails can mean ``member``, and names the nearest ones.

    Called when a question about ``member`` found nothing, so that a typo is not taken for "no issues".

    Raises:
        NotFoundError: no kernel has such a member.
    """
    from threadmine import memmap

    names = memmap.load().names
    struct, _, name = plain(member).rpartition(".")
    owners = names.members.get(name) or names.members.get(plain(member), ())
    if owners and (not struct or struct.split(".")[0] in owners):
        return
    if owners:
        near = [f"{owner}.{name}" for owner in owners]
    else:
        pool = {f"{owner}.{known}": known for known, structs in names.members.items() for owner in structs}
        wanted, table = (f"{struct}.{name}", list(pool)) if struct else (name, sorted(set(pool.values())))
        near = get_close_matches(wanted, table, n=4, cutoff=0.6)
    hint = f"did you mean {' or '.join(near[:4])}?" if near else "`threadmine model show all` lists them"
    raise NotFoundError(f"no struct member '{member}' in any kernel known here", remedy=hint)


def member_places() -> Callable[[TouchRow], tuple[int, int] | None]:
    """What gives offset and size (bytes) of a touched member, in the mainline kernel of its date."""
    from threadmine import memmap

    model = memmap.load()

    @lru_cache(maxsize=4_096)
    def find(struct: str, member: str, version: str) -> tuple[int, int] | None:
        layout = model.nearest(version, "x86-64")
        found = None if isinstance(layout, Unknown) else layout.member(struct, member)
        return None if found is None else (found.offset, found.size)

    def place(row: TouchRow) -> tuple[int, int] | None:
        if not row.touch.struct:
            return None
        return find(row.touch.struct, row.touch.member, release(row.date))

    def release(when: Moment) -> str:
        return model.kernels()[-1] if isinstance(when, Unknown) else model.release_at(when)

    return place
