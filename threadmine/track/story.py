"""The story of a series: from version to version what changed, which tags came and went, who asked what.

A Reviewed-by that silently disappears is how a review gets lost: each is told with the reason, as far as the
mails show it. Pure but for :func:`story`, which reads the mails.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from threadmine.db.queries import Queries
from threadmine.model import Chapter, IssueRow, Person, SeriesRow, StoredMessage, TagChange, Trailer
from threadmine.parse.subject import parse_subject
from threadmine.track.patches import PatchText
from threadmine.track.people import name_key
from threadmine.track.series import version_text
from threadmine.track.versiontext import VersionText, fresh_patches, matched

TAGS = frozenset({"Reviewed-by", "Acked-by", "Tested-by"})

Tag = tuple[str, str]
"""A tag and the key of the one who gave it."""


def story(queries: Queries, versions: Sequence[SeriesRow], issues: Sequence[IssueRow]) -> tuple[Chapter, ...]:
    """One chapter for each version, in the order given (oldest first).

    Args:
        queries: where the mails are.
        versions: the versions of one series.
        issues: the concerns raised on them.

    Raises:
        StoreError: the database cannot be read.
    """
    found: list[Chapter] = []
    before: Version | None = None
    for row in versions:
        here = Version(row, tuple(queries.messages(series=row.id)))
        found.append(chapter(before, here, [issue for issue in issues if issue.series_id == row.id]))
        before = here
    return tuple(found)


class Version:
    """One version with its patches read, and the tags that stand in them and were given to them.

    Args:
        row: the version.
        mails: all mail of its series, oldest first.
    """

    def __init__(self, row: SeriesRow, mails: Sequence[StoredMessage]) -> None:
        self.row = row
        members = {name for _, name in row.patches} | {row.cover or ""}
        own = [mail for mail in mails if mail.message_id in members]
        self.text: VersionText = version_text(row, f"v{row.version}", own)
        self.titles = {mail.message_id: parse_subject(mail.subject).title for mail in own}
        self.carried = {mail.message_id: dict(_tags(mail.trailers)) for mail in own}
        self.given: dict[int | None, dict[Tag, Person]] = {}
        for mail in mails:
            if mail.message_id not in members:
                self.given.setdefault(mail.patch_number, {}).update(_tags(mail.trailers))

    def tags(self, patch: PatchText) -> Mapping[Tag, Person]:
        """The tags that stand in a patch, and those that people gave to it in reply."""
        return {**self.given.get(patch.number, {}), **self.carried.get(patch.message_id, {})}

    def place(self, patch: PatchText) -> str:
        """``3/12``."""
        return f"{patch.number}/{self.row.total}"

    def title(self, patch: PatchText) -> str:
        return self.titles.get(patch.message_id, patch.title)


def _tags(trailers: Sequence[Trailer]) -> Iterator[tuple[Tag, Person]]:
    for trailer in trailers:
        if trailer.tag in TAGS and trailer.person is not None:
            who = name_key(trailer.person.name) or trailer.person.address.casefold()
            yield (trailer.tag, who), trailer.person


def chapter(before: Version | None, here: Version, issues: Sequence[IssueRow]) -> Chapter:
    """What happened from one version to the next; of the first, who asked what alone."""
    asked = _askers(issues)
    if before is None:
        return Chapter(here.row.id, askers=asked)
    old, new = before.text, here.text
    pairs = [(patch, matched(old, new, patch)) for patch in old.patches]
    same = [(one, other) for one, other in pairs if other is not None]
    changed = [other for one, other in same if not _is_same(one, other)]
    kept = [other for one, other in same if _is_same(one, other)]
    return Chapter(
        series_id=here.row.id,
        fresh=tuple(here.title(patch) for patch in fresh_patches(old, new)),
        changed=tuple(here.title(patch) for patch in changed),
        kept=tuple(here.title(patch) for patch in kept),
        gone=tuple(before.title(one) for one, other in pairs if other is None),
        changes=tuple(dict.fromkeys(change.text for change in new.changes)),
        gained=tuple(change for one, other in same for change in _gained(before, one, here, other)),
        lost=tuple(change for one, other in pairs for change in _lost(before, one, here, other)),
        askers=asked,
    )


def _is_same(one: PatchText, other: PatchText) -> bool:
    """Whether two patches change the same lines of the same files."""
    return (one.paths, one.added, one.removed) == (other.paths, other.added, other.removed)


def _gained(before: Version, one: PatchText, here: Version, other: PatchText) -> Iterator[TagChange]:
    label = before.row.version_text
    had = before.carried.get(one.message_id, {})
    given = {**before.given.get(None, {}), **before.given.get(0, {}), **before.given.get(one.number, {})}
    for tag, person in sorted(here.carried.get(other.message_id, {}).items()):
        if tag not in had:
            why = f"given on {label}" if tag in given else f"not seen in the mail of {label}"
            yield TagChange(tag[0], person, here.place(other), here.title(other), why)


def _lost(before: Version, one: PatchText, here: Version, other: PatchText | None) -> Iterator[TagChange]:
    had = before.tags(one)
    if other is None:
        for tag, person in sorted(had.items()):
            yield TagChange(tag[0], person, before.place(one), before.title(one), "the patch is gone")
        return
    has = here.carried.get(other.message_id, {})
    for tag, person in sorted(had.items()):
        if tag not in has:
            why = _why_lost(one, other, tag in before.carried.get(one.message_id, {}))
            yield TagChange(tag[0], person, here.place(other), here.title(other), why)


def _why_lost(one: PatchText, other: PatchText, stood: bool) -> str:
    lines = len((one.added | one.removed) ^ (other.added | other.removed))
    if lines:
        return (
            f"the patch changed ({lines} line{'s' if lines != 1 else ''} differ{'s' if lines == 1 else ''})"
        )
    if one.paths != other.paths:
        return "the patch changes other files"
    return "the author dropped it: the patch is the same" if stood else "the author did not take it up"


def _askers(issues: Sequence[IssueRow]) -> tuple[tuple[Person, int, int], ...]:
    """Who raised how many concerns, and how many of them are open; most first."""
    people: dict[str, Person] = {}
    counts: dict[str, list[int]] = {}
    for issue in issues:
        author = issue.concern.author
        key = name_key(author.name) or author.address.casefold()
        people.setdefault(key, author)
        count = counts.setdefault(key, [0, 0])
        count[0] += 1
        count[1] += issue.status.state.is_open
    order = sorted(counts, key=lambda key: (-counts[key][0], key))
    return tuple((people[key], counts[key][0], counts[key][1]) for key in order)
