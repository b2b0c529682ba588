"""Kernel versions and ranges of them: facts say "6.15..7.3", questions say "6.19.14" or "7.3-rc7".

A version without a point release names the whole series (6.12 is every 6.12.y), so that a mainline fact
covers its stable releases unless a fact about the point release says otherwise.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

FINAL = 1 << 16
_VERSION = re.compile(r"v?(\d{1,3})\.(\d{1,4})(?:\.(\d{1,5}))?(?:-rc(\d{1,3}))?(?![\d.])")


@dataclass(frozen=True, slots=True, order=True)
class Version:
    """A kernel version; ``rc`` is FINAL for releases; ``point`` -1 where only the series is named."""

    major: int
    minor: int
    point: int = -1
    rc: int = FINAL

    @property
    def series(self) -> tuple[int, int]:
        return self.major, self.minor

    @property
    def full(self) -> tuple[int, int, int, int]:
        """For comparing: a bare series counts as its .0 release, an -rc stands before it."""
        return self.major, self.minor, max(self.point, 0), self.rc

    def __str__(self) -> str:
        point = f".{self.point}" if self.point >= 0 else ""
        return f"{self.major}.{self.minor}{point}" + (f"-rc{self.rc}" if self.rc != FINAL else "")


@lru_cache(maxsize=4096)
def parse_version(text: str) -> Version | None:
    """The version ``text`` starts with ("6.19", "v6.12.43", "7.3-rc7", "6.19.14+deb13-amd64"), or None."""
    found = _VERSION.match(text.strip())
    if not found:
        return None
    major, minor, point, rc = found.groups()
    return Version(int(major), int(minor), int(point) if point else -1, int(rc) if rc else FINAL)


@dataclass(frozen=True, slots=True)
class _Span:
    low: Version | None
    high: Version | None

    def holds(self, version: Version) -> bool:
        if self.low is not None and not _at_least(version, self.low):
            return False
        return self.high is None or _at_most(version, self.high)


def _at_least(version: Version, low: Version) -> bool:
    if low.point < 0 and low.rc == FINAL:
        return version.series >= low.series
    return version.full >= low.full


def _at_most(version: Version, high: Version) -> bool:
    if high.point < 0 and high.rc == FINAL:
        return version.series <= high.series
    return version.full <= high.full


@lru_cache(maxsize=4096)
def _spans(text: str) -> tuple[_Span, ...]:
    spans = []
    for part in text.split(","):
        low, dots, high = (piece.strip() for piece in part.partition(".."))
        first = parse_version(low) if low else None
        if (low and first is None) or (not low and not dots):
            raise ValueError(f"not a range of kernels: {text!r}")
        last = first if not dots else (parse_version(high) if high else None)
        spans.append(_Span(first, last))
    return tuple(spans)


def in_range(version: Version, kernels: str) -> bool:
    """Whether ``version`` lies in ``kernels``: "6.15..7.3", "..6.14", "6.6", "6.1.176..6.1,7.0..", "all"."""
    if kernels in ("", "all"):
        return True
    return any(span.holds(version) for span in _spans(kernels))


def closest(version: Version, known: tuple[Version, ...]) -> Version | None:
    """Which known kernel stands in for ``version`` where it is not known itself.

    The same series first (the nearest older point release, else its first known one), then the newest older
    series, from which the *first* point release is taken: later mainline kernels descend from it, not from
    the stable releases. Kernels older than all known ones get the oldest.
    """
    same = [v for v in known if v.series == version.series]
    if same:
        older = [v for v in same if v.full <= version.full]
        return max(older, key=lambda v: v.full) if older else min(same, key=lambda v: v.full)
    older = [v for v in known if v.series < version.series]
    if not older:
        return min(known, key=lambda v: v.full, default=None)
    newest = max(v.series for v in older)
    return min((v for v in older if v.series == newest), key=lambda v: (v.rc != FINAL, v.full))
