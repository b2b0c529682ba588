"""Settings: ``-c section.key=value`` on the command line, then the environment, then the user's git-config.

threadmine lives beside git and b4, whose users keep their settings in git-config; it reads its own from the
section ``[threadmine]`` there and writes none.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable, Mapping
from functools import cached_property

from threadmine.errors import UsageError

_KEY = re.compile(r"[A-Za-z][A-Za-z0-9-]*(?:\.[^\s=]+)?\.[A-Za-z][A-Za-z0-9-]*")
_WANTED = r"^(threadmine|pager|user|core\.pager|color\.ui|b4|lore|sendemail)"


def parse_overrides(items: Iterable[str]) -> dict[str, str]:
    """``section.key=value`` words as a mapping with keys in small letters.

    Raises:
        UsageError: a word is not of this form.
    """
    found = {}
    for item in items:
        key, separator, value = item.partition("=")
        if not _KEY.fullmatch(key.strip()):
            raise UsageError(f"'{item}' is no setting", remedy="write it as -c section.key=value")
        found[normal(key)] = value if separator else "true"
    return found


def normal(key: str) -> str:
    """``key`` as git compares it: section and name in small letters, a subsection as it is."""
    section, _, rest = key.strip().partition(".")
    middle, _, name = rest.rpartition(".")
    return ".".join(part for part in (section.lower(), middle, name.lower()) if part)


class Config:
    """Settings of one run.

    Args:
        overrides: what ``-c`` gave, keys as :func:`normal` gives them.
    """

    def __init__(self, overrides: Mapping[str, str] | None = None) -> None:
        self.overrides = dict(overrides or {})

    @cached_property
    def stored(self) -> Mapping[str, str]:
        """What git-config holds of the sections that matter here; empty without git."""
        try:
            done = subprocess.run(
                ["git", "config", "--null", "--get-regexp", _WANTED],
                capture_output=True,
                text=True,
                errors="replace",
                timeout=10,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return {}
        pairs = (item.partition("\n") for item in done.stdout.split("\0") if item)
        return {normal(key): value if separator else "true" for key, separator, value in pairs}

    def get(self, key: str, default: str = "") -> str:
        """The value of ``key`` (``section.key``); the last one where it has several."""
        key = normal(key)
        if key in self.overrides:
            return self.overrides[key]
        return self.stored.get(key, default)

    def section(self, name: str) -> dict[str, str]:
        """Everything below ``[name]``, ``-c`` included, keys without the section."""
        prefix = name.lower() + "."
        merged = {**self.stored, **self.overrides}
        return {key[len(prefix) :]: value for key, value in merged.items() if key.startswith(prefix)}
