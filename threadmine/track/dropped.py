"""Concerns of earlier versions that nothing has settled, the weightiest first.

A concern is settled by a later version, a reply, or a tag that the one who raised it gave afterwards to the
same patch or to the whole series. What is left is ordered by how much it matters: a refuted statement
behind it, asked more than once, promised and not done, an objection rather than a nit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from threadmine.model import ConcernKind, ConcernState, IssueRow, Moment, StoredMessage
from threadmine.parse.subject import parse_subject
from threadmine.track.follow import NOT_DONE, PATCH_GONE
from threadmine.track.people import same_person
from threadmine.track.same import same_issue
from threadmine.track.versions import title_key

_TOUCHED = re.compile(r"the line is changed or gone|\(\) is changed|adds a comment")

LONG_AGO = 3
"""Versions after which a point that nobody raised again is more likely to be moot than forgotten."""

_SETTLING = frozenset({"Reviewed-by", "Acked-by"})
_KIND_WEIGHT = {
    ConcernKind.OBJECTION: 3,
    ConcernKind.REQUEST: 3,
    ConcernKind.QUESTION: 2,
    ConcernKind.PROCESS: 1,
    ConcernKind.NIT: 0,
}
_SET_ASIDE = re.compile(r"\b(?:closed|merged|snoozed)\b")


@dataclass(frozen=True, slots=True)
class Dropped:
    """One issue that was dropped: its newest concern, why it matters, and every message that raises it."""

    row: IssueRow
    weight: int
    reasons: tuple[str, ...]
    places: tuple[str, ...]


def dropped(
    issues: Sequence[IssueRow], mails: Iterable[StoredMessage], order: Sequence[str]
) -> tuple[Dropped, ...]:
    """The unsettled concerns of the versions before the last of ``order``, the weightiest first.

    Args:
        issues: the concerns of all versions in hand.
        mails: all mail of these versions, for tags and for the patches that concerns answer.
        order: the series ids of the versions, oldest first; what was raised on the last is not dropped
            yet. An empty id at the end stands for a version that is not in the database.
    """
    newest = order[-1] if order else ""
    since = {name: len(order) - 1 - at for at, name in enumerate(order)}
    by_id = {mail.message_id: mail for mail in mails}
    tags = _tags(by_id.values())
    left = [
        row
        for row in issues
        if row.status.state.is_open
        and row.series_id != newest
        and not _SET_ASIDE.search(row.triage)
        and not _by_author(row)
    ]
    content = _content(by_id.values(), newest)
    left = [
        row
        for row in left
        if not _tagged(row, by_id.get(row.concern.message_id), tags)
        and (row.concern.author.address.casefold() not in content or _is_not_done(row))
    ]
    later = [row for row in issues if row.series_id == newest]
    found = [_weigh(group, later, since.get(group[-1].series_id, 0)) for group in _groups(left)]
    return tuple(
        sorted(found, key=lambda one: (-one.weight, _when(one.row.concern.date), one.row.concern.id))
    )


def _by_author(row: IssueRow) -> bool:
    """Whether the author of the series asks: reviewers owe the answer, the next version does not."""
    return row.waits_for is None or same_person(row.waits_for, row.concern.author)


def _groups(rows: Sequence[IssueRow]) -> list[list[IssueRow]]:
    """Rows that raise the same issue, each group oldest first."""
    groups: list[list[IssueRow]] = []
    for row in sorted(rows, key=lambda row: (_when(row.concern.date), row.concern.id)):
        for group in groups:
            if same_issue(group[0].concern, row.concern):
                group.append(row)
                break
        else:
            groups.append([row])
    return groups


def _weigh(group: Sequence[IssueRow], later: Sequence[IssueRow], since: int) -> Dropped:
    """How much an issue matters; ``since``: how many versions came after it was last raised."""
    row = group[-1]
    again = [other for other in later if same_issue(row.concern, other.concern)]
    weight = max(_KIND_WEIGHT[one.concern.kind] for one in group)
    reasons: list[str] = []
    if any(one.severity for one in group):
        weight += 4
        reasons.append("a statement that is wrong stands behind it")
    if len(group) + len(again) > 1:
        weight += 3
        reasons.append(f"asked {len(group) + len(again)} times")
    if _is_not_done(row):
        weight += 3
        reasons.append("promised, but not done")
    elif row.status.state is ConcernState.ACKNOWLEDGED:
        weight += 1
        reasons.append("agreed, no later version seen to do it")
    elif row.status.state is ConcernState.DISPUTED:
        weight += 1
        reasons.append("declined, not settled")
    else:
        reasons.append("never answered")
        weight += 1
    if row.concern.source != "human":
        weight -= 1
    if not _is_not_done(row) and since >= LONG_AGO:
        weight -= 2
        reasons.append(f"not said again in {since} versions")
    if _TOUCHED.search(row.status.addressed_evidence):
        weight -= 3
        reasons.append("its place has changed since")
    if PATCH_GONE in row.status.addressed_evidence:
        weight -= 3
        reasons.append("its patch is no longer in the series")
    reasons.append("no tag from who asked")
    places = tuple(one.concern.message_id for one in (*group, *again))
    return Dropped(row, weight, tuple(reasons), places)


@dataclass(frozen=True, slots=True)
class _Tag:
    mail: StoredMessage
    title: str
    is_whole: bool


def _tags(mails: Iterable[StoredMessage]) -> list[tuple[str, _Tag]]:
    """Who gave a settling tag (key of the name) in which mail, to which patch."""
    found = []
    for mail in mails:
        subject = parse_subject(mail.subject)
        tag = _Tag(mail, title_key(subject.title), subject.number == 0 or mail.patch_number == 0)
        for trailer in mail.trailers:
            if trailer.tag in _SETTLING and trailer.person is not None:
                found.append((trailer.person.address.casefold(), tag))
    return found


def _is_not_done(row: IssueRow) -> bool:
    return row.status.addressed_evidence.startswith(NOT_DONE)


def _content(mails: Iterable[StoredMessage], newest: str) -> frozenset[str]:
    """The addresses of those who gave a settling tag to half of the newest version's patches or more."""
    patches = 0
    given: dict[str, set[int | None]] = {}
    for mail in mails:
        if mail.series_id != newest or not newest:
            continue
        patches += mail.has_patch and not parse_subject(mail.subject).is_reply
        for trailer in mail.trailers:
            if trailer.tag in _SETTLING and trailer.person is not None and trailer.person.address:
                given.setdefault(trailer.person.address.casefold(), set()).add(mail.patch_number)
    return frozenset(name for name, numbers in given.items() if patches and 2 * len(numbers) >= patches)


def _tagged(row: IssueRow, mail: StoredMessage | None, tags: Sequence[tuple[str, _Tag]]) -> bool:
    """Whether the asker later gave a tag to the patch that the concern answers, or to the whole series."""
    asked = title_key(parse_subject(mail.subject).title) if mail else ""
    for address, tag in tags:
        by_asker = address == row.concern.author.address.casefold() and bool(address)
        if by_asker and (tag.title == asked or tag.is_whole) and _later(tag.mail.date, row.concern.date):
            return True
    return False


def _later(one: Moment, other: Moment) -> bool:
    return isinstance(one, datetime) and isinstance(other, datetime) and one > other


def _when(date: Moment) -> float:
    return date.timestamp() if isinstance(date, datetime) else 0.0
