"""Concerns of earlier versions that nothing has settled, the weightiest first.

A concern is settled by a later version, a reply, a tag of the one who raised it, or by that person's coming
back to the patch, content. Whoever reads the list acts on it, so what cannot be shown to be left over is kept
apart: a concern is *sure* to be dropped where its line stands as it was, where it was asked again, where a
refuted statement is behind it, or where nobody has answered it since the version before. What is left is
ordered by how much it matters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from threadmine.model import ConcernKind, ConcernState, Effect, IssueRow, StoredMessage
from threadmine.track.content import Content, when
from threadmine.track.follow import NOT_DONE, PATCH_GONE, STAYS
from threadmine.track.people import same_person
from threadmine.track.same import same_issue
from threadmine.vocab.concerns_cues import read_words, vocabulary
from threadmine.vocab.tracking import ASKING, ORDERS

_CHANGED_SINCE = re.compile(r"the line is changed or gone|\(\) is changed|adds a comment|laid out otherwise")

MAX_NEXT = 400
"""Characters between a question and the request that it leads up to."""

LONG_AGO = 3
"""Versions after which a point that nobody raised again is more likely to be moot than forgotten."""

_KIND_WEIGHT = {
    ConcernKind.OBJECTION: 3,
    ConcernKind.REQUEST: 3,
    ConcernKind.QUESTION: 2,
    ConcernKind.PROCESS: 1,
    ConcernKind.NIT: 0,
}
_SET_ASIDE = re.compile(r"\b(?:closed|merged|snoozed)\b")
_ASKS = re.compile(rf"(?i)\?|\bs/[^/\n]+/[^/\n]*/|\b(?:{'|'.join(ASKING)})\b")
_ORDERS = re.compile(rf"(?i)(?:(?:and|so|then|also,?|just) )*(?:{'|'.join(ORDERS)})\b")


@dataclass(frozen=True, slots=True)
class Dropped:
    """One issue that was dropped: its newest concern, why it matters, and every message that raises it.

    ``sure``: it can be shown that it is left over.
    """

    row: IssueRow
    weight: int
    reasons: tuple[str, ...]
    places: tuple[str, ...]
    sure: bool = True


def dropped(
    issues: Sequence[IssueRow], mails: Iterable[StoredMessage], order: Sequence[str]
) -> tuple[Dropped, ...]:
    """The unsettled concerns of the versions before the last of ``order``: the sure ones first, and of these
    the weightiest.

    Args:
        issues: the concerns of all versions in hand.
        mails: all mail of these versions, for tags and for the patches that concerns answer.
        order: the series ids of the versions, oldest first; what was raised on the last is not dropped
            yet. An empty id at the end stands for a version that is not in the database.
    """
    newest = order[-1] if order else ""
    since = {name: len(order) - 1 - at for at, name in enumerate(order)}
    content = Content(mails, issues, order)
    left = [
        row
        for row in issues
        if row.status.state.is_open
        and row.series_id != newest
        and not _SET_ASIDE.search(row.triage)
        and not _by_author(row)
        and not content.tagged(row)
        and (_is_promised(row) or not content.is_content(row) or content.complained(row))
    ]
    left = [row for row in left if not _goes_on(row, issues)]
    later = [row for row in issues if row.series_id == newest]
    found = [_weigh(group, later, since.get(group[-1].series_id, 0), content) for group in _groups(left)]
    return tuple(
        sorted(
            found,
            key=lambda one: (not one.sure, -one.weight, when(one.row.concern.date), one.row.concern.id),
        )
    )


def _by_author(row: IssueRow) -> bool:
    """Whether the author of the series asks: reviewers owe the answer, the next version does not."""
    return row.waits_for is None or same_person(row.waits_for, row.concern.author)


def _goes_on(row: IssueRow, issues: Sequence[IssueRow]) -> bool:
    """Whether a question that nobody answered leads up to one, or to a request, that was taken care of."""
    if row.concern.kind is not ConcernKind.QUESTION or row.status.evidence:
        return False
    done = (ConcernState.ADDRESSED, ConcernState.WITHDRAWN)
    return any(
        other.concern.message_id == row.concern.message_id
        and other.concern.id != row.concern.id
        and 0 <= other.concern.start - row.concern.end <= MAX_NEXT
        and other.status.state in done
        for other in issues
    )


def _groups(rows: Sequence[IssueRow]) -> list[list[IssueRow]]:
    """Rows that raise the same issue, each group oldest first."""
    groups: list[list[IssueRow]] = []
    for row in sorted(rows, key=lambda row: (when(row.concern.date), row.concern.id)):
        for group in groups:
            if same_issue(group[0].concern, row.concern):
                group.append(row)
                break
        else:
            groups.append([row])
    return groups


def _weigh(group: Sequence[IssueRow], later: Sequence[IssueRow], since: int, content: Content) -> Dropped:
    """How much an issue matters; ``since``: how many versions came after it was last raised."""
    row = group[-1]
    again = [other for other in later if same_issue(row.concern, other.concern)]
    places = tuple(one.concern.message_id for one in (*group, *again))
    weight = max(_KIND_WEIGHT[one.concern.kind] for one in group)
    reasons: list[str] = []
    if any(one.severity for one in group):
        weight += 6
        reasons.append("a statement that is wrong stands behind it")
    if len(places) > 1:
        weight += 3
        reasons.append(f"asked {len(places)} times")
    if content.complained(row):
        weight += 3
        reasons.append("its asker said that it was ignored")
    more, why = _by_state(row, content)
    weight += more
    reasons.append(why)
    if row.concern.source != "human":
        weight -= 1
    if not _is_promised(row) and since >= LONG_AGO:
        weight -= 2
        reasons.append(f"not said again in {since} versions")
    if _CHANGED_SINCE.search(row.status.addressed_evidence):
        weight -= 3
        reasons.append("its place has changed since")
    elif PATCH_GONE in row.status.addressed_evidence:
        weight -= 3
        reasons.append("its patch is no longer in the series")
    elif _stays(row):
        weight += 2
        reasons.append("its line stands as it was")
    reasons.append("no tag from who asked")
    return Dropped(row, weight, tuple(reasons), places, _is_sure(group, len(places), since, content))


def _by_state(row: IssueRow, content: Content) -> tuple[int, str]:
    """What the replies add to the weight, and in words."""
    state = row.status.state
    if _is_promised(row):
        return 3, "promised, but not done"
    if row.status.addressed_evidence.startswith(NOT_DONE):
        return 2, "agreed, but not done"
    if state is ConcernState.ACKNOWLEDGED:
        return 1, "agreed, no later version seen to do it"
    if state is ConcernState.DISPUTED:
        return (1, "declined, not settled") if content.insisted(row) else (0, "declined")
    return 1, "never answered"


def _is_sure(group: Sequence[IssueRow], times: int, since: int, content: Content) -> bool:
    """Whether it can be shown that an issue is left over; see the head of this module."""
    row = group[-1]
    evidence = row.status.addressed_evidence
    if _CHANGED_SINCE.search(evidence) or PATCH_GONE in evidence:
        return False
    if any(one.severity for one in group):
        return True
    if not any(_asks(one) for one in group):
        return False
    if content.complained(row):
        return True
    if _is_promised(row):
        if not _stays(row):
            return False
        said = any(one.effect is Effect.PROMISE for one in row.status.evidence)
        return said or not content.tagged_at_once(row)
    if row.concern.kind is ConcernKind.NIT:
        return False
    if row.status.state is ConcernState.DISPUTED and not content.insisted(row):
        return False
    versions = {one.series_id for one in group}
    if times > 1 and len(versions) > 1:
        return True
    if row.status.state is ConcernState.ACKNOWLEDGED:
        return False  # whoever says "right" has often explained rather than promised
    if _stays(row):
        return not content.came_back(row)
    recent = since <= 1 and row.status.state is ConcernState.OPEN
    return recent and content.to_author(row) and not content.came_back(row)


def _asks(row: IssueRow) -> bool:
    """Whether the sentence itself asks for something: the list must not show remarks."""
    quote = row.concern.quote
    if row.concern.kind is ConcernKind.OBJECTION and _says_wrong(quote):
        return True
    return _ASKS.search(quote) is not None or _ORDERS.match(quote) is not None


def _says_wrong(quote: str) -> bool:
    """Whether an objection says outright that something is wrong."""
    return bool(vocabulary("concerns")["objection"]["explicit"].first(read_words(quote)))


def _is_promised(row: IssueRow) -> bool:
    """Promised, and the line is still there; who says "right" has promised nothing."""
    promised = any(one.effect in (Effect.PROMISE, Effect.FIX) for one in row.status.evidence)
    return row.status.addressed_evidence.startswith(NOT_DONE) and (promised or not row.status.evidence)


def _stays(row: IssueRow) -> bool:
    return STAYS in row.status.addressed_evidence
