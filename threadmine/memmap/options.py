"""Configurations: what a distribution sets, and what a question changes of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

from threadmine.errors import UsageError
from threadmine.memmap import facts
from threadmine.memmap.versions import Version, in_range

WIDE = ("x86-64", "arm64")


@cache
def distribution(arch: str, version: Version | None = None) -> frozenset[str]:
    """The options a distribution's kernel sets on ``arch`` (of ``version``; the newest if None)."""
    table = facts.table("options")
    chosen = set(table["common"]) | set(table["arch"].get(arch, ()))
    chosen |= set(table["wide"] if arch in WIDE else ())
    chosen -= set(table["unset"].get(arch, ()))
    for name, first in table["since"].items():
        if version is not None and not in_range(version, f"{first}.."):
            chosen.discard(name)
    return frozenset(chosen)


def changed(options: frozenset[str], config: Mapping[str, bool]) -> frozenset[str]:
    """``options`` with ``config`` applied; what an unset option had selected goes with it unless it is set
    too."""
    selected: dict[str, str] = facts.table("options")["selected"]
    chosen = set(options)
    for name, value in config.items():
        (chosen.add if value else chosen.discard)(name)
    for name, by in selected.items():
        if config.get(by) is False and name not in config:
            chosen.discard(name)
    return frozenset(chosen)


def parse_config(settings: Iterable[str]) -> dict[str, bool]:
    """``("MEMCG=n", "CONFIG_KMSAN=y")`` as a mapping.

    Raises:
        UsageError: a setting is not NAME=y or NAME=n.
    """
    found: dict[str, bool] = {}
    for setting in settings:
        name, _, value = setting.partition("=")
        name = name.strip().removeprefix("CONFIG_")
        if value.strip().lower() not in ("y", "n", "m", "1", "0") or (
            not name.isidentifier() and not name.isalnum()
        ):
            raise UsageError(f"--config {setting!r} is not NAME=y or NAME=n")
        found[name] = value.strip().lower() in ("y", "m", "1")
    return found


def describe(config: Mapping[str, bool]) -> str:
    """``MEMCG=n KMSAN=y``, or ``distribution`` where nothing is changed."""
    return " ".join(f"{name}={'y' if on else 'n'}" for name, on in sorted(config.items())) or "distribution"
