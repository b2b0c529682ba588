"""A kernel tree's MAINTAINERS file, as far as a digest for one subsystem needs it: its file patterns."""

from __future__ import annotations

import fnmatch
from difflib import get_close_matches

from threadmine.errors import NotFoundError


def subsystem_patterns(text: str, name: str) -> tuple[str, ...]:
    """The ``F:`` patterns of a subsystem, as they stand.

    Args:
        text: the whole file.
        name: title of the entry; capitals do not matter.

    Raises:
        NotFoundError: there is no such entry.
    """
    titles: dict[str, list[str]] = {}
    current: list[str] | None = None
    previous = ""
    for line in text.splitlines():
        if len(line) > 2 and line[1] == ":" and line[0].isupper():
            if current is None:
                current = titles.setdefault(previous.strip(), [])
            if line[0] == "F":
                current.append(line[2:].strip())
        else:
            current, previous = None, line
    wanted = name.strip().upper()
    for title, patterns in titles.items():
        if title.upper() == wanted:
            return tuple(patterns)
    near = get_close_matches(wanted, [title.upper() for title in titles], n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(near)}?" if near else "see the titles in MAINTAINERS"
    raise NotFoundError(f"no subsystem '{name}'", remedy=hint)


def matches(path: str, patterns: tuple[str, ...]) -> bool:
    """Whether ``path`` is one of the files: ``mm/`` is all below it, ``mm/*`` only what is directly there."""
    return any(_matches(path, pattern) for pattern in patterns)


def _matches(path: str, pattern: str) -> bool:
    if pattern.endswith("/"):
        depth = pattern.count("/")
        parts = path.split("/")
        return len(parts) > depth and fnmatch.fnmatchcase("/".join(parts[:depth]) + "/", pattern)
    return path.count("/") == pattern.count("/") and fnmatch.fnmatchcase(path, pattern)
