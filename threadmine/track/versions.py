"""Which series are versions of one another, and how that was found.

Maintainers follow a series by its title; but titles change, series are split and somebody else takes them
over. So several signs are asked, surest first: the change-id, a link to an earlier version, the title, the
titles of the patches inside. What somebody linked or unlinked by hand wins over all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from threadmine.model import SeriesRow
from threadmine.track.people import same_person

MAX_GAP_DAYS = 400
"""Days between two versions of one series; with an explicit link there is no limit."""

MANUAL = "manual"
CHANGE_ID = "change-id"
LINK = "link"
SUBJECT = "subject"
PATCHES = "patches"
_RANK = {MANUAL: 0, CHANGE_ID: 1, LINK: 2, SUBJECT: 3, PATCHES: 4}

_WORD = re.compile(r"[a-z0-9]+")
_DULL = frozenset(
    [
        "mm",
        "the",
        "a",
        "an",
        "of",
        "for",
        "to",
        "in",
        "and",
        "from",
        "on",
        "with",
        "introduce",
        "add",
        "fix",
        "patch",
    ]
)
_LINKED = re.compile(
    r"https?://(?:lore\.kernel\.org|lkml\.kernel\.org|patch\.msgid\.link|www\.spinics\.net)/(?:[\w.+-]+/)?"
    r"([^\s/<>\[\]()]{5,200}@[^\s/<>\[\]()]{3,120})"
)
_NAMED = re.compile(r"<([^\s<>]{5,200}@[^\s<>]{3,120})>")
_SUPERSEDES = re.compile(
    r"(?im)^(?:supersedes|obsoletes|replaces)(?:-message-id)?:[ \t]*<?([^\s<>]{1,200}@[^\s<>]{3,120})"
)
_CHANGE_ID = re.compile(r"(?m)^change-id:[ \t]*(\S{5,200})")


@dataclass(frozen=True, slots=True)
class VersionFacts:
    """What is known of one version of a series.

    ``refers_to``: message-ids that its cover letter (or first patch) names or links to; ``replaces``: those
    that it says it supersedes.
    ``titles``: those of its patches, where they had to be looked at.
    """

    row: SeriesRow
    change_id: str = ""
    refers_to: frozenset[str] = frozenset()
    titles: frozenset[str] = frozenset()
    replaces: frozenset[str] = frozenset()

    @property
    def members(self) -> tuple[str, ...]:
        """The message-ids of cover letter and patches."""
        cover = (self.row.cover,) if self.row.cover else ()
        return (*cover, *(message_id for _, message_id in self.row.patches))


@dataclass(frozen=True, slots=True)
class VersionLink:
    """A version with its neighbours; ``linked_by`` says how the link to the one before was found."""

    series_id: str
    supersedes: str = ""
    superseded_by: str = ""
    linked_by: str = ""


@dataclass(frozen=True, slots=True)
class ManualLink:
    """What somebody said by hand: two series are versions of each other, or (``apart``) are not."""

    one: str
    other: str
    apart: bool = False


def references_in(text: str) -> frozenset[str]:
    """The message-ids that a text names in angle brackets, or links to by the addresses of mail archives."""
    linked = {match[1].rstrip(".,;:>)") for match in _LINKED.finditer(text)}
    return frozenset(linked | {match[1] for match in _NAMED.finditer(text)})


def superseded_in(text: str) -> frozenset[str]:
    """The message-ids that a text says it supersedes (``Supersedes: <id>``)."""
    return frozenset(match[1].rstrip(".,;:>)") for match in _SUPERSEDES.finditer(text))


def change_id_in(text: str) -> str:
    """The ``change-id:`` that b4 writes below a cover letter or patch, or the empty text."""
    match = _CHANGE_ID.search(text)
    return match[1] if match else ""


def title_key(title: str) -> str:
    """A title as it is compared: words in lower case, punctuation gone."""
    return " ".join(_WORD.findall(title.lower()))


def link_versions(
    facts: Sequence[VersionFacts], manual: Iterable[ManualLink] = ()
) -> tuple[VersionLink, ...]:
    """The chains of versions among ``facts``: one link for each, in the order given.

    Args:
        facts: every version that may belong together; the order does not matter.
        manual: what was said by hand.
    """
    said = tuple(manual)
    by_id = {fact.row.id: fact for fact in facts}
    apart = {frozenset((link.one, link.other)) for link in said if link.apart}
    reasons = {pair: why for pair, why in _reasons(facts) if frozenset(pair) not in apart}
    for link in said:
        if not link.apart and link.one in by_id and link.other in by_id:
            reasons[_in_order(by_id[link.one], by_id[link.other])] = MANUAL
    links: dict[str, VersionLink] = {}
    for chain in _chains(by_id, reasons):
        for at, name in enumerate(chain):
            before = chain[at - 1] if at else ""
            after = chain[at + 1] if at + 1 < len(chain) else ""
            links[name] = VersionLink(name, before, after, _why(name, chain[:at], reasons))
    return tuple(links[fact.row.id] for fact in facts)


def _reasons(facts: Sequence[VersionFacts]) -> Iterator[tuple[tuple[str, str], str]]:
    """Pairs (earlier, later) that are versions of each other, with the surest sign."""
    found: dict[tuple[str, str], str] = {}
    for one, other in _candidates([fact for fact in facts if not is_fragment(fact)]):
        earlier, later = sorted((one, other), key=_order)
        pair = (earlier.row.id, later.row.id)
        if pair not in found and (why := _reason(earlier, later)):
            found[pair] = why
    yield from sorted(found.items())


def is_fragment(fact: VersionFacts) -> bool:
    """A patch or two that replace some of a series in its own thread (``[PATCH v5.1 10/12]``), no version."""
    row = fact.row
    return not row.cover and row.total > 1 and len(row.patches) * 2 < row.total


def _candidates(facts: Sequence[VersionFacts]) -> Iterator[tuple[VersionFacts, VersionFacts]]:
    """Pairs worth comparing: they share a change-id, a title, an author or a link."""
    groups: dict[tuple[str, str], list[VersionFacts]] = {}
    owner = {member: fact for fact in facts for member in fact.members}
    for fact in facts:
        for key in _keys(fact):
            groups.setdefault(key, []).append(fact)
        for name in sorted(fact.refers_to | fact.replaces):
            if name in owner and owner[name] is not fact:
                yield fact, owner[name]
    for _, group in sorted(groups.items()):
        ordered = sorted(group, key=_order)
        for at, fact in enumerate(ordered):
            for other in ordered[at + 1 : at + 1 + _NEIGHBOURS]:
                yield fact, other


_NEIGHBOURS = 12
"""Series by one author that are compared with each other, counted by date: bounds the work for busy
authors.
"""


def _keys(fact: VersionFacts) -> Iterator[tuple[str, str]]:
    if fact.change_id:
        yield "change-id", fact.change_id
    yield "title", title_key(fact.row.title)
    yield "author", (fact.row.author.address or fact.row.author.name).casefold()


def _reason(earlier: VersionFacts, later: VersionFacts) -> str:
    if earlier.change_id and earlier.change_id == later.change_id:
        return CHANGE_ID
    if not later.replaces.isdisjoint(earlier.members):
        return LINK
    alike = likeness(earlier.row.title, later.row.title)
    same_author = same_person(earlier.row.author, later.row.author)
    related = alike >= 0.3 or (same_author and (alike >= 0.2 or _share(earlier.titles, later.titles) >= 0.3))
    if related and not later.refers_to.isdisjoint(earlier.members):
        return LINK
    if _days(earlier, later) > MAX_GAP_DAYS or not _may_follow(earlier.row, later.row):
        return ""
    if title_key(earlier.row.title) == title_key(later.row.title):
        return SUBJECT if same_author or later.row.total > 1 else ""
    if not same_author or (earlier.row.total > 1) != (later.row.total > 1):
        return ""
    next_one = later.row.version == earlier.row.version + 1 and later.row.version > 1
    if alike >= 0.6 and next_one:
        return SUBJECT
    if (alike >= 0.25 and next_one and _share(earlier.titles, later.titles) >= 0.2) or (
        _share(earlier.titles, later.titles) >= 0.5 and later.row.version >= earlier.row.version
    ):
        return PATCHES
    return ""


def _may_follow(earlier: SeriesRow, later: SeriesRow) -> bool:
    """Whether the version numbers allow it: they rise, or start again after an RFC or unstated."""
    if later.version > earlier.version:
        return True
    resent = "RESEND" in later.version_text.upper()
    started = later.version == 1 and (
        "RFC" in earlier.version_text.upper() or "RFC" not in later.version_text.upper()
    )
    return resent or started


def likeness(one: str, other: str) -> float:
    """The share of common words of two titles, plurals aside, words that every title has left out."""
    return _share(_words(one), _words(other))


def _words(title: str) -> frozenset[str]:
    words = [word for word in _WORD.findall(title.lower()) if word not in _DULL]
    return frozenset(word[:-1] if len(word) > 3 and word.endswith("s") else word for word in words)


def _share(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other) if one and other else 0.0


def _days(earlier: VersionFacts, later: VersionFacts) -> float:
    one, other = earlier.row.date, later.row.date
    if not isinstance(one, datetime) or not isinstance(other, datetime):
        return 0.0
    return abs((other - one).total_seconds()) / 86400


def _order(fact: VersionFacts) -> tuple[float, int, str]:
    date = fact.row.date
    return (date.timestamp() if isinstance(date, datetime) else 0.0, fact.row.version, fact.row.id)


def _in_order(one: VersionFacts, other: VersionFacts) -> tuple[str, str]:
    earlier, later = sorted((one, other), key=_order)
    return earlier.row.id, later.row.id


def _chains(
    by_id: Mapping[str, VersionFacts], reasons: Mapping[tuple[str, str], str]
) -> Iterator[tuple[str, ...]]:
    """The connected sets of versions, each in order of time."""
    leader = {name: name for name in by_id}

    def find(name: str) -> str:
        while leader[name] != name:
            leader[name] = leader[leader[name]]
            name = leader[name]
        return name

    for earlier, later in sorted(reasons):
        leader[find(later)] = find(earlier)
    groups: dict[str, list[VersionFacts]] = {}
    for name, fact in sorted(by_id.items()):
        groups.setdefault(find(name), []).append(fact)
    for _, group in sorted(groups.items()):
        yield tuple(fact.row.id for fact in sorted(group, key=_order))


def _why(name: str, before: Sequence[str], reasons: Mapping[tuple[str, str], str]) -> str:
    """The sign that ties a version to the nearest one before it."""
    for other in reversed(before):
        if why := reasons.get((other, name), ""):
            return why
    return min(
        (why for pair, why in reasons.items() if name in pair and before),
        key=lambda why: _RANK[why],
        default="",
    )
