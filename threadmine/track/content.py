"""Whether the one who asked is content by now: a tag, "looks good", or coming back and not saying it again.

Somebody who reads the next version of a patch and does not repeat a point has mostly let it go; only a
promise that was not kept outlives that.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from threadmine.model import Effect, IssueRow, Moment, Person, StoredMessage
from threadmine.parse.subject import parse_subject
from threadmine.track.people import name_key, same_person
from threadmine.track.text import exchanges
from threadmine.track.versions import title_key
from threadmine.vocab.tracking import IGNORED

_SETTLING = frozenset({"Reviewed-by", "Acked-by", "Tested-by"})
_OWN = frozenset({"Signed-off-by", "Co-developed-by"})
_PLEASED = re.compile(
    r"(?i)\b(?:looks? (?:all )?(?:good|fine|ok|okay|great|right|nice|correct|better)|lgtm|works for me|"
    r"no (?:more|further|other) (?:comments?|objections?|concerns?|complaints?))\b"
)
_IGNORED = re.compile(rf"(?i)\b(?:{'|'.join(IGNORED)})\b")
_NOT_PLEASED = re.compile(r"(?i)\b(?:but|except|otherwise|however|if|once|with th(?:at|is|ese)|apart)\b")


@dataclass(frozen=True, slots=True)
class _Tag:
    mail: StoredMessage
    title: str
    is_whole: bool
    own: bool


class Content:
    """What the askers did after they asked.

    Args:
        mails: all mail of the versions in hand.
        issues: the concerns raised in them.
        order: the series ids of the versions, oldest first.
    """

    def __init__(
        self, mails: Iterable[StoredMessage], issues: Sequence[IssueRow], order: Sequence[str]
    ) -> None:
        self._mails = {mail.message_id: mail for mail in mails}
        self._rank = {name: at for at, name in enumerate(order)}
        self._titles = {name: _title(mail) for name, mail in self._mails.items()}
        self._asking = {row.concern.message_id for row in issues}
        self._tags = self._first_tags()
        self._complaints: dict[str, bool] = {}
        self._by: dict[str, list[StoredMessage]] = {}
        for mail in self._mails.values():
            for key in _keys(mail.author):
                self._by.setdefault(key, []).append(mail)

    def _first_tags(self) -> dict[str, list[_Tag]]:
        """Tags by who gave them, each where it shows first: authors carry them from version to version."""
        found: dict[str, list[_Tag]] = {}
        seen: set[tuple[str, str, bool]] = set()
        for mail in sorted(self._mails.values(), key=lambda one: (when(one.date), one.message_id)):
            for person, tag in self._tags_in(mail):
                for key in _keys(person):
                    if (key, tag.title, tag.own) not in seen:
                        seen.add((key, tag.title, tag.own))
                        found.setdefault(key, []).append(tag)
        return found

    def _tags_in(self, mail: StoredMessage) -> Iterator[tuple[Person, _Tag]]:
        is_whole = mail.patch_number == 0 or parse_subject(mail.subject).number == 0
        for trailer in mail.trailers:
            own = trailer.tag in _OWN
            if trailer.person is not None and (own or trailer.tag in _SETTLING):
                yield trailer.person, _Tag(mail, self._titles[mail.message_id], is_whole, own)

    def tagged(self, row: IssueRow) -> bool:
        """Whether the asker later gave a tag to the patch, or to the whole series, or helped to write it."""
        asked = self._titles.get(row.concern.message_id, "")
        return any(
            (tag.title == asked or (tag.is_whole and not tag.own)) and _later(tag.mail.date, row.concern.date)
            for tag in self._tags_of(row)
        )

    def tagged_at_once(self, row: IssueRow) -> bool:
        """Whether the mail that asks gives a tag, too: what it asks for is no condition then."""
        return any(
            tag.mail.message_id == row.concern.message_id and not tag.own for tag in self._tags_of(row)
        )

    def is_content(self, row: IssueRow) -> bool:
        """Whether the asker gave tags to patches of a later version."""
        at = self._rank.get(row.series_id, 0)
        return any(
            self._rank.get(tag.mail.series_id, -1) > at and not tag.own
            for tag in self._tags_of(row)
            if _later(tag.mail.date, row.concern.date)
        )

    def came_back(self, row: IssueRow) -> bool:
        """Whether the asker wrote on a later version of the patch (or its cover letter), or was pleased."""
        asked = self._titles.get(row.concern.message_id, "")
        at = self._rank.get(row.series_id, 0)
        for mail in (one for key in _keys(row.concern.author) for one in self._by.get(key, ())):
            if not _later(mail.date, row.concern.date):
                continue
            same = self._titles[mail.message_id] == asked
            if same and self._rank.get(mail.series_id, -1) > at:
                return True
            if (same or mail.patch_number == 0) and self._is_pleased(mail):
                return True
        return False

    def complained(self, row: IssueRow) -> bool:
        """Whether the asker said, on a later version of the patch or of the whole, that it was ignored."""
        asked = self._titles.get(row.concern.message_id, "")
        at = self._rank.get(row.series_id, 0)
        return any(
            self._rank.get(mail.series_id, -1) > at
            and (self._titles[mail.message_id] == asked or mail.patch_number == 0)
            and self._complains(mail)
            for key in _keys(row.concern.author)
            for mail in self._by.get(key, ())
        )

    def _complains(self, mail: StoredMessage) -> bool:
        if mail.message_id not in self._complaints:
            found = _IGNORED.search(mail.body) is not None and any(
                _IGNORED.search(said) for exchange in exchanges(mail) for said in exchange.said
            )
            self._complaints[mail.message_id] = found
        return self._complaints[mail.message_id]

    def to_author(self, row: IssueRow) -> bool:
        """Whether it was said to the author of the series, and not to somebody else in the thread."""
        mail = self._mails.get(row.concern.message_id)
        parent = self._mails.get(mail.in_reply_to or "") if mail else None
        return parent is None or row.waits_for is None or same_person(parent.author, row.waits_for)

    def insisted(self, row: IssueRow) -> bool:
        """Whether the asker objected to the last answer."""
        last = row.status.evidence[-1:]
        mail = self._mails.get(last[0].message_id) if last else None
        return (
            mail is not None
            and last[0].effect is Effect.DISAGREE
            and same_person(mail.author, row.concern.author)
        )

    def _is_pleased(self, mail: StoredMessage) -> bool:
        if mail.message_id in self._asking or not _PLEASED.search(mail.body):
            return False
        said = (sentence for exchange in exchanges(mail) for sentence in exchange.said)
        return any(_PLEASED.search(sentence) and not _NOT_PLEASED.search(sentence) for sentence in said)

    def _tags_of(self, row: IssueRow) -> list[_Tag]:
        return [tag for key in _keys(row.concern.author) for tag in self._tags.get(key, ())]


def _keys(person: Person) -> Iterator[str]:
    """How somebody is filed: by address, and by a full name."""
    if person.address:
        yield person.address.casefold()
    if " " in (name := name_key(person.name)):
        yield name


def _title(mail: StoredMessage) -> str:
    return title_key(parse_subject(mail.subject).title)


def _later(one: Moment, other: Moment) -> bool:
    return isinstance(one, datetime) and isinstance(other, datetime) and one > other


def when(date: Moment) -> float:
    """A moment as seconds, 0 where it is not known: for sorting."""
    return date.timestamp() if isinstance(date, datetime) else 0.0
