"""What is known of a patch or series that somebody holds in hand: its earlier versions and what they left
open.

The message may be in the database or not; where it is not, it is set against the earlier versions as it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from threadmine.cli.versions import all_versions
from threadmine.model import IssueRow, Message, SeriesRow, StoredMessage, VerdictKind
from threadmine.track.checks import Detail, detail_of_claim, detail_of_finding, detail_of_issue
from threadmine.track.people import same_person
from threadmine.track.versions import change_id_in, references_in, title_key

if TYPE_CHECKING:
    from threadmine.db.queries import Queries


@dataclass(frozen=True, slots=True)
class InHand:
    """A message with the chain of versions it belongs to: ``own`` is its version if the database has it."""

    message: Message
    chain: tuple[SeriesRow, ...] = ()
    own: SeriesRow | None = None

    @property
    def earlier(self) -> tuple[SeriesRow, ...]:
        """The versions before the one of the message, oldest first."""
        if self.own is None:
            return self.chain
        return self.chain[: self.chain.index(self.own)]


def find_versions(queries: Queries, message: Message) -> InHand:
    """The series that a message is, or would be, a version of."""
    own = _own_version(queries, message)
    if own is not None:
        return InHand(message, tuple(all_versions(queries, own)), own)
    before = _version_before(queries, message)
    return InHand(message, tuple(all_versions(queries, before)) if before else ())


def _own_version(queries: Queries, message: Message) -> SeriesRow | None:
    """The version that the message is part of, by its own id or that of the cover letter it answers."""
    names = [message.message_id, *reversed(message.references)]
    for mail in queries.messages_by_id(names):
        if not mail.series_id:
            continue
        row = queries.series(mail.series_id)[0]
        if mail.message_id == message.message_id or _is_part(message, row):
            return row
    return None


def _is_part(message: Message, row: SeriesRow) -> bool:
    subject = message.subject
    return (
        subject.is_patch
        and not subject.is_reply
        and subject.version == row.version
        and subject.total == row.total
    )


def _version_before(queries: Queries, message: Message) -> SeriesRow | None:
    """The newest version that the message's change-id, links or title lead to."""
    rows = queries.series()
    wanted = title_key(message.subject.title)
    change_id = change_id_in(message.body)
    named = {mail.series_id for mail in queries.messages_by_id(references_in(message.body)) if mail.series_id}
    found = [
        row
        for row in rows
        if row.id in named
        or (title_key(row.title) == wanted and same_person(row.author, message.author))
        or (change_id and change_id in _head(queries, row))
    ]
    if not found and message.patch is not None and message.patch.has_diff:
        found = _by_patch_title(queries, message, {row.id: row for row in rows})
    return max(found, key=lambda row: (str(row.date), row.version), default=None)


def _head(queries: Queries, row: SeriesRow) -> str:
    mails = queries.messages_by_id([row.cover or (row.patches[0][1] if row.patches else "")])
    return mails[0].body if mails else ""


def _by_patch_title(queries: Queries, message: Message, rows: dict[str, SeriesRow]) -> list[SeriesRow]:
    """The series that hold a patch with this title."""
    wanted = title_key(message.subject.title)
    found = queries.search(f'"{message.subject.title}"', limit=50)
    return [
        rows[mail.series_id]
        for mail in found
        if mail.has_patch and mail.series_id in rows and title_key(mail.subject.rsplit("]", 1)[-1]) == wanted
    ]


def open_points(queries: Queries, hand: InHand) -> tuple[Detail, ...]:
    """What earlier versions left open: of the message's patch, or of the whole series for a cover letter."""
    from threadmine.track.dropped import dropped

    if not hand.earlier:
        return ()
    issues = [issue for row in hand.earlier for issue in queries.issues(series=row.id)]
    mails = {mail.message_id: mail for row in hand.chain for mail in queries.messages(series=row.id)}
    message = hand.message
    is_patch = message.patch is not None and message.patch.has_diff
    if is_patch:
        wanted = title_key(message.subject.title)
        issues = [row for row in issues if _asked_on(mails.get(row.concern.message_id)) == wanted]
        if hand.own is None:
            issues = list(_followed(queries, hand, issues, mails))
    order = [*(row.id for row in hand.earlier), hand.own.id if hand.own else ""]
    left = dropped(issues, mails.values(), order)
    return tuple(detail_of_issue(one.row, "; ".join(one.reasons)) for one in left if one.sure)


def _asked_on(mail: StoredMessage | None) -> str:
    """The title of the patch that a reply answers, as titles are compared."""
    return title_key(mail.subject.rsplit("]", 1)[-1]) if mail else ""


def _followed(
    queries: Queries, hand: InHand, issues: Iterable[IssueRow], mails: dict[str, StoredMessage]
) -> Iterable[IssueRow]:
    """The issues with their states as the patch in hand leaves them."""
    from threadmine.track.asked import read_asked
    from threadmine.track.follow import follow
    from threadmine.track.patches import read_patch
    from threadmine.track.series import Chains
    from threadmine.track.versiontext import VersionText

    chains = Chains(queries)
    new = read_patch(as_stored(hand.message))
    for row in issues:
        mail = mails[row.concern.message_id]
        if new is None or row.series_id not in chains.links:
            yield row
            continue
        label = f"v{hand.message.subject.version}"
        later = (chains.texts(row.series_id)[0], VersionText(label, hand.message.date, (new,)))
        asked = read_asked(row.concern, mail)
        status = follow(row.concern, row.status, asked, chains.patch_of(mail), later)
        yield replace(row, status=status)


def as_stored(message: Message) -> StoredMessage:
    """A message that is not in the database, as one that is."""
    patch = message.patch
    return StoredMessage(
        message_id=message.message_id,
        thread_id="",
        in_reply_to=message.in_reply_to,
        subject=message.subject.raw,
        author=message.author,
        date=message.date,
        list_name=message.list_id,
        has_patch=patch is not None and patch.has_diff,
        body=message.body,
        patch_number=message.subject.number,
        trailers=message.trailers,
        bot=message.bot,
    )


def own_faults(message: Message) -> tuple[Detail, ...]:
    """What the model says against the message itself: refuted statements, and findings in its patch."""
    from threadmine import memmap
    from threadmine.extract import mine
    from threadmine.model import ClaimRow

    mined = mine(message, memmap.load())
    refuted = [
        ClaimRow(claim, verdict, message.subject.raw)
        for claim, verdict in zip(mined.claims, mined.verdicts, strict=True)
        if verdict.kind is VerdictKind.REFUTED
    ]
    return (*map(detail_of_claim, refuted), *map(detail_of_finding, mined.findings))
