"""How an issue stood at a given moment: what was said after it does not count.

The database holds the state of today. A digest of last month must not know of this week's answers, so the
state is taken back to the last evidence that was there then.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from threadmine.digest.items import Point
from threadmine.model import (
    ConcernState,
    Effect,
    IssueRow,
    Moment,
    SeriesRow,
    StateEvidence,
    StoredMessage,
    Unknown,
)

AFTER = {
    Effect.ANSWER: ConcernState.ANSWERED,
    Effect.AGREE: ConcernState.ACKNOWLEDGED,
    Effect.PROMISE: ConcernState.ACKNOWLEDGED,
    Effect.DEFER: ConcernState.ACKNOWLEDGED,
    Effect.DISAGREE: ConcernState.DISPUTED,
    Effect.FIX: ConcernState.ADDRESSED,
    Effect.WITHDRAW: ConcernState.WITHDRAWN,
    Effect.REDIRECT: ConcernState.OPEN,
}
"""State that a reply leaves, where later replies have to be left out."""


def before(moment: Moment, end: datetime) -> bool:
    """Whether ``moment`` is before ``end``; an unknown moment counts as before."""
    return isinstance(moment, Unknown) or aware(moment) < end


def aware(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def within(moment: Moment, since: datetime, until: datetime) -> bool:
    """Whether ``moment`` is known and in the half-open time."""
    return not isinstance(moment, Unknown) and since <= aware(moment) < until


def sent(series: SeriesRow) -> Moment:
    """When a version was sent; where only answers to it are dated, the date of the last of them."""
    return series.last_activity if isinstance(series.date, Unknown) else series.date


def dated(date: Moment, series: SeriesRow | None) -> Moment:
    """The date of what was said; where it is unknown, that of the series it was said in."""
    return sent(series) if isinstance(date, Unknown) and series is not None else date


class Standing:
    """Takes issues back to ``until``.

    Args:
        since: begin of the time that counts as new.
        until: the moment of the answer.
        mail: the message with an id, None where it is not in hand.
        series: every series version by its id.
    """

    def __init__(
        self,
        since: datetime,
        until: datetime,
        mail: Callable[[str], StoredMessage | None],
        series: Mapping[str, SeriesRow],
    ) -> None:
        self.since = since
        self.until = until
        self._mail = mail
        self._series = series

    def point(self, row: IssueRow) -> Point:
        """The issue as it stood."""
        is_new = within(dated(row.concern.date, self._series.get(row.series_id)), self.since, self.until)
        status = row.status
        known = [item for item in status.evidence if self._said(item)]
        last = known[-1] if known else None
        mail = self._mail(last.message_id) if last else None
        mover, moved = (mail.author, mail.date) if mail else (None, None)
        effect = last.effect if last else None
        link = row.url
        state = status.state
        if state is ConcernState.ADDRESSED and status.addressed_in:
            version = self.addressing(row)
            if version is not None and not before(version.date, self.until):
                return Point(
                    row, self._from(last), is_new, mover, moved, last.quote if last else "", effect, link
                )
            moved = version.date if version is not None else moved
            why = status.addressed_evidence or (last.quote if last else "")
            mover = version.author if version else mover
            return Point(row, state, is_new, mover, moved, why, effect, link)
        if len(known) < len(status.evidence):
            state = self._from(last)
        return Point(row, state, is_new, mover, moved, last.quote if last else "", effect, link)

    def _said(self, item: StateEvidence) -> bool:
        mail = self._mail(item.message_id)
        return mail is None or before(mail.date, self.until)

    @staticmethod
    def _from(last: StateEvidence | None) -> ConcernState:
        return ConcernState.OPEN if last is None else AFTER[last.effect]

    def addressing(self, row: IssueRow) -> SeriesRow | None:
        """The version that has the fix, found along the chain of the issue's own series."""
        here = self._series.get(row.series_id)
        seen: set[str] = set()
        while here is not None and here.id not in seen:
            seen.add(here.id)
            if row.status.addressed_in in (here.id, here.version_text, f"v{here.version}"):
                return here
            here = self._series.get(here.superseded_by)
        return None
