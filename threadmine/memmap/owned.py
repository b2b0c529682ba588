"""Where imported models are kept and which there are; every question asks it first, so it is kept light."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path


def folder() -> Path:
    """Where imported models are kept."""
    return _folder(os.environ.get("XDG_DATA_HOME", ""), os.environ.get("HOME", ""))


@lru_cache(maxsize=8)
def _folder(data: str, home: str) -> Path:
    base = Path(data) if data else Path(home or "~").expanduser() / ".local" / "share"
    return base / "threadmine" / "models"


def names() -> tuple[str, ...]:
    """The names of the imported models, sorted."""
    return tuple(sorted(known()))


def known() -> frozenset[str]:
    """The names of the imported models; the folder is read again only when it has changed."""
    place = folder()
    try:
        return _listed(str(place), place.stat().st_mtime_ns)
    except OSError:
        return frozenset()


@lru_cache(maxsize=8)
def _listed(place: str, changed: int) -> frozenset[str]:
    return frozenset(path.stem for path in Path(place).glob("*.json"))
