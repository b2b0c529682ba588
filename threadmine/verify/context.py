"""Which kernel a claim is about: the one its sentence names, else the one of the mail's date.

Review mail talks of the tree under development. A fact is therefore looked for in the newest release at the
date
and in the one that followed (which was in development then); a statement is wrong only if it is wrong in
both.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from functools import lru_cache

from threadmine.memmap import Model
from threadmine.memmap import facts as memmap_facts
from threadmine.memmap.versions import parse_version
from threadmine.model import Claim, KernelContext, KernelFrom, Message

OLDEST_MAJOR, NEWEST_MAJOR = 4, 9
FALLBACK = "6.19"
"""For a mail without a date that names no kernel."""

_STATED = re.compile(
    r"\b(?:[Ii]n|[Oo]n|[Aa]gainst|[Ss]ince|[Aa]s of|[Bb]efore|[Aa]fter|[Uu]ntil|[Ff]rom|[Kk]ernel|[Ll]inux"
    r"|[Mm]ainline)\s+(?:the\s+)?"
    r"(?:linux[ -]?|kernel\s+|mainline\s+)?v?([4-9]\.\d{1,2}(?:\.\d{1,3})?(?:-rc\d{1,2})?)(?![\w.]*\w%?)"
    r"|\bv([4-9]\.\d{1,2}(?:\.\d{1,3})?(?:-rc\d{1,2})?)\b(?!\s*->)"
)
_SINCE = re.compile(
    r"\b(?:since|before|until|after|from)\s+(?:the\s+)?(?:linux[ -]?|kernel\s+)?v?[4-9]\.\d", re.I
)
_OPTION_ARCH = re.compile(r"\b(?:32[ -]bit|i386|arm32|x86-32|highmem)\b", re.I)
_ARM64 = re.compile(r"\b(?:arm64|aarch64)\b", re.I)


def stated_version(text: str) -> str:
    """The kernel a text names ("in 6.12", "v6.19-rc5"), or the empty text; ranges ("since 5.18") do not
    count."""
    if "." not in text or _SINCE.search(text):
        return ""
    found = _STATED.search(text)
    if not found:
        return ""
    version = found[1] or found[2]
    parsed = parse_version(version)
    return version if parsed is not None and parsed.series in _known_series() else ""


def context_of(claim: Claim, message: Message, model: Model, option: str = "") -> KernelContext:
    """The kernel that ``claim`` is judged against and how that was found.

    Args:
        claim: its sentence and condition may name a kernel.
        message: gives the date.
        model: knows when which kernel was released.
        option: a kernel the user asked for; wins over all others.
    """
    arch = arch_of(f"{claim.condition} {claim.quote}")
    if option:
        return KernelContext(option.removeprefix("v"), KernelFrom.OPTION, arch)
    stated = stated_version(claim.condition) or stated_version(claim.quote)
    if stated:
        return KernelContext(stated, KernelFrom.STATED, arch)
    when = claim.date if isinstance(claim.date, datetime) else message.date
    version = _release(model, _day(when)) if isinstance(when, datetime) else FALLBACK
    return KernelContext(version, KernelFrom.DATE, arch)


def _day(when: datetime) -> date:
    """The day in UTC; a time without a zone counts as UTC."""
    return (when.astimezone(UTC) if when.tzinfo else when).date()


@lru_cache(maxsize=8_000)
def _release(model: Model, day: date) -> str:
    """The newest release on a day (UTC): releases are dated by the day."""
    return model.release_at(datetime(day.year, day.month, day.day, 23, 59, tzinfo=UTC))


def arch_of(text: str) -> str:
    """The architecture that words speak of; x86-64 where they name none."""
    if "32" in text or "86" in text or "igh" in text:
        return "i386" if _OPTION_ARCH.search(text) else "x86-64"
    return "arm64" if _ARM64.search(text) else "x86-64"


def versions_in_question(context: KernelContext) -> tuple[str, ...]:
    """The kernels a claim may speak of, best first: the stated one alone, else the release and its
    successor."""
    if context.found is not KernelFrom.DATE:
        return (context.version,)
    following = next_release(context.version)
    return (context.version, following) if following else (context.version,)


@lru_cache(maxsize=256)
def next_release(version: str) -> str:
    """The mainline release after ``version`` ("7.0" after "6.19"), or the empty text."""
    wanted = parse_version(version)
    if wanted is None:
        return ""
    later = [series for series in _known_series() if series > wanted.series]
    return ".".join(str(part) for part in min(later)) if later else ""


@lru_cache(maxsize=1)
def _known_series() -> frozenset[tuple[int, int]]:
    parsed = (parse_version(name) for name in memmap_facts.table("releases"))
    return frozenset(v.series for v in parsed if v is not None)


@lru_cache(maxsize=256)
def earlier_releases(version: str, count: int = 8) -> tuple[str, ...]:
    """Up to ``count`` mainline releases before ``version``, newest first: what "used to" may speak of."""
    wanted = parse_version(version)
    if wanted is None:
        return ()
    before = sorted((s for s in _known_series() if s < wanted.series), reverse=True)
    return tuple(f"{major}.{minor}" for major, minor in before[:count])


@lru_cache(maxsize=256)
def following_releases(version: str, count: int) -> tuple[str, ...]:
    """Up to ``count`` mainline releases after ``version``, oldest first."""
    wanted = parse_version(version)
    if wanted is None:
        return ()
    later = sorted(series for series in _known_series() if series > wanted.series)
    return tuple(f"{major}.{minor}" for major, minor in later[:count])
