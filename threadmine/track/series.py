"""The chains of versions in a database, with their patches read when a concern needs them.

This and ``apply`` are the part of tracking that asks the database; everything they decide with is pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from threadmine.db.again import sent_again, with_patches_again
from threadmine.db.queries import Queries
from threadmine.model import SeriesRow, StoredMessage
from threadmine.track.changelog import changes_in
from threadmine.track.patches import read_patch
from threadmine.track.people import same_person
from threadmine.track.versions import (
    ManualLink,
    VersionFacts,
    VersionLink,
    change_id_in,
    is_fragment,
    link_versions,
    references_in,
    superseded_in,
    title_key,
)
from threadmine.track.versiontext import VersionText

HEADS_AT_ONCE = 100
"""Cover letters and first patches in memory while versions are linked."""

MAX_RAISED = 20
"""Versions kept with a patch that somebody sent in reply and others answered."""

MAX_KEPT = 400_000
"""Characters of the mails whose versions are kept read, besides those of the series at hand."""


@dataclass(frozen=True, slots=True)
class History:
    """The patch that a concern answers, and the versions from the one it was raised on, oldest first; none
    where nothing has come after it.
    """

    patch_id: str
    versions: tuple[VersionText, ...]


class Chains:
    """All series of a database, linked; texts of versions are read on demand, the last few are kept.

    Args:
        queries: where to ask.
        manual: links that somebody made or cut by hand.

    Raises:
        StoreError: (every method) the database cannot be read.
    """

    def __init__(self, queries: Queries, manual: Iterable[ManualLink] = ()) -> None:
        self._queries = queries
        self.rows = {row.id: row for row in queries.series()}
        links = link_versions(_facts(queries, tuple(self.rows.values())), manual)
        self.links: dict[str, VersionLink] = {link.series_id: link for link in links}
        self.whole = _wholes(self.rows.values())
        self._parts: dict[str, list[str]] = {}
        for part, series_id in sorted(self.whole.items()):
            names = (name for _, name in self.rows[part].patches)
            self._parts.setdefault(series_id, []).extend(names)
        self._again = with_patches_again(queries.database) | self._parts.keys()
        self._texts: dict[str, tuple[VersionText, tuple[VersionText, ...]]] = {}
        self._raised: dict[str, VersionText] = {}
        self._sizes: dict[str, int] = {}
        self._last: tuple[str, tuple[VersionText, ...]] = "", ()

    def chain(self, series_id: str) -> tuple[str, ...]:
        """The versions linked to this one, itself included, oldest first."""
        if series_id not in self.links:
            return ()
        first = series_id
        while before := self.links[first].supersedes:
            first = before
        found = [first]
        while after := self.links[found[-1]].superseded_by:
            found.append(after)
        return tuple(found)

    def labels(self, chain: Sequence[str]) -> dict[str, str]:
        """``v5`` for each version of a chain; one without a number goes on from the one before it."""
        found: dict[str, str] = {}
        number = 0
        for name in chain:
            row = self.rows[name]
            stated = row.version > 1 or number <= 1
            number = row.version if stated and row.version >= number else number + 1
            found[name] = f"v{number}"
        return found

    def texts(self, series_id: str) -> tuple[VersionText, ...]:
        """This version and the later ones of its chain, with their patches read, each as it was posted."""
        chain = self.chain(series_id)
        labels = self.labels(chain)
        found = tuple(self._text(name, labels[name])[0] for name in chain[chain.index(series_id) :])
        if sum(self._sizes.values()) > MAX_KEPT:
            for name in self._sizes.keys() - set(chain):
                del self._texts[name], self._sizes[name]
        return found

    def history(self, mail: StoredMessage, above: Sequence[StoredMessage]) -> History:
        """What a concern can be set against: the version it was raised on, and all that came after it.

        Args:
            mail: the mail that raises it.
            above: the mails that it answers, nearest first.

        Patches that were sent again in the thread of a version count for that version: of a later one after
        it was posted, of this one where it is the newest.
        """
        series_id = self.whole.get(mail.series_id, mail.series_id)
        chain = self.chain(series_id)
        if chain[-1] == series_id and series_id not in self._again:
            return History("", ())
        own, *states = self._states(series_id)
        patch_id = self.patch_of(mail)
        author = self.rows[mail.series_id].author
        proposed = next((one for one in above if one.has_patch), None)
        answered = proposed is not None and same_person(proposed.author, author)
        if proposed is not None and answered and proposed.message_id != patch_id:
            own, patch_id = self._as_raised(own, proposed, patch_id), proposed.message_id
        return History(patch_id, (own, *states))

    def _states(self, series_id: str) -> tuple[VersionText, ...]:
        """A version, and what has come after it; kept for the next concern, with all that is found in it."""
        if self._last[0] != series_id:
            posted = self.texts(series_id)
            chain = self.chain(series_id)
            after = chain[chain.index(series_id) + 1 :]
            states = [
                state
                for name, text in zip(after, posted[1:], strict=True)
                for state in (text, *_as_last_sent(self._texts[name][1]))
            ]
            if not after:
                states = list(self._texts[series_id][1])
            self._last = series_id, (posted[0], *states)
        return self._last[1]

    def _as_raised(self, own: VersionText, proposed: StoredMessage, patch_id: str) -> VersionText:
        """A version with the patch that a concern really answers, one that somebody sent in reply."""
        key = proposed.message_id
        if key not in self._raised:
            if len(self._raised) > MAX_RAISED:
                self._raised.clear()
            patch = read_patch(proposed)
            self._raised[key] = own.with_patch(patch, "", own.date) if patch is not None else own
        return self._raised[key]

    def _text(self, series_id: str, label: str) -> tuple[VersionText, tuple[VersionText, ...]]:
        """A version as it was posted, and after each patch that was sent again in its thread."""
        if series_id not in self._texts:
            row = self.rows[series_id]
            mails = self._queries.messages_by_id(_members(row), people=False)
            text = version_text(row, label, mails)
            again = self._sent_again(series_id) if series_id in self._again else ()
            self._texts[series_id] = (text, tuple(amended(text, again)))
            self._sizes[series_id] = sum(len(mail.body) for mail in (*mails, *again))
        return self._texts[series_id]

    def _sent_again(self, series_id: str) -> tuple[StoredMessage, ...]:
        """The patches that were sent again, oldest first: in replies, and as ``[PATCH v5.1 10/12]``."""
        parts = self._queries.messages_by_id(self._parts.get(series_id, ()))
        found = {mail.message_id: mail for mail in (*sent_again(self._queries.database, series_id), *parts)}
        return tuple(sorted(found.values(), key=lambda mail: (_seconds(mail), mail.message_id)))

    def patch_of(self, mail: StoredMessage) -> str:
        """The message-id of the patch that a mail answers, empty where it answers none."""
        row = self.rows.get(mail.series_id)
        if row is None or mail.patch_number is None:
            return ""
        return next((name for number, name in row.patches if number == mail.patch_number), "")


def _wholes(rows: Iterable[SeriesRow]) -> dict[str, str]:
    """For each patch or two that replace some of a version in its thread, that version."""
    parts: list[SeriesRow] = []
    others: dict[tuple[str, int, int], list[SeriesRow]] = {}
    for row in rows:
        if is_fragment(VersionFacts(row)):
            parts.append(row)
        elif row.total > 1:
            others.setdefault((row.thread_id, row.version, row.total), []).append(row)
    found = {}
    for part in parts:
        near = others.get((part.thread_id, part.version, part.total), ())
        same = [row.id for row in near if same_person(row.author, part.author)]
        if len(same) == 1:
            found[part.id] = same[0]
    return found


def _seconds(mail: StoredMessage) -> float:
    return mail.date.timestamp() if isinstance(mail.date, datetime) else 0.0


def _as_last_sent(states: Sequence[VersionText]) -> Iterator[VersionText]:
    """The last of the states of a version, if patches of it were sent again at all."""
    for last in states[-1:]:
        day = f" up to {last.date:%Y-%m-%d}" if isinstance(last.date, datetime) else ""
        yield replace(last, again=f"with patches sent again{day}") if len(states) > 1 else last


def amended(version: VersionText, again: Iterable[StoredMessage]) -> Iterator[VersionText]:
    """A version after each patch that its author sent again in its thread: whole ones with a sign-off, not
    what is shown in passing.
    """
    for mail in again:
        signed = any(trailer.tag == "Signed-off-by" for trailer in mail.trailers)
        patch = read_patch(mail) if signed else None
        if patch is not None:
            day = f" on {mail.date:%Y-%m-%d}" if isinstance(mail.date, datetime) else ""
            version = version.with_patch(patch, f"patch {patch.number} sent again{day}", mail.date)
            yield version


def version_text(row: SeriesRow, label: str, mails: Sequence[StoredMessage]) -> VersionText:
    """A version with its patches read and the changes that its changelogs say it came in with."""
    number = int(label[1:])
    patches = [patch for mail in mails if (patch := read_patch(mail)) is not None]
    changes = [
        change
        for mail in mails
        for change in changes_in(
            mail.body if mail.message_id == row.cover else mail.body.split("\ndiff --git", 1)[0]
        )
        if change.version in (number, row.version)
    ]
    ordered = tuple(sorted(patches, key=lambda patch: (patch.number, patch.message_id)))
    return VersionText(label, row.date, ordered, tuple(changes))


def _members(row: SeriesRow) -> tuple[str, ...]:
    cover = (row.cover,) if row.cover else ()
    return (*cover, *(message_id for _, message_id in row.patches))


def _facts(queries: Queries, rows: Sequence[SeriesRow]) -> tuple[VersionFacts, ...]:
    """What linking needs to know of each version; the titles of patches only where titles of series
    changed.
    """
    head_ids = {row.id: row.cover or (row.patches[0][1] if row.patches else "") for row in rows}
    retitled = _retitled(rows)
    subjects = queries.subjects(name for row in rows if row.id in retitled for _, name in row.patches)
    signs: dict[str, tuple[str, frozenset[str], frozenset[str]]] = {}
    names = list(filter(None, head_ids.values()))
    for start in range(0, len(names), HEADS_AT_ONCE):  # their texts are not kept
        for mail in queries.messages_by_id(names[start : start + HEADS_AT_ONCE], people=False):
            answers = {mail.in_reply_to} if mail.in_reply_to else set()
            refers_to = references_in(mail.body) | answers
            signs[mail.message_id] = (change_id_in(mail.body), refers_to, superseded_in(mail.body))
    found = []
    for row in rows:
        change_id, refers_to, replaces = signs.get(head_ids[row.id], ("", frozenset(), frozenset()))
        titles: frozenset[str] = frozenset()
        if row.id in retitled:
            there = (subjects[name] for _, name in row.patches if name in subjects)
            titles = frozenset(title_key(subject.rsplit("]", 1)[-1]) for subject in there)
        found.append(VersionFacts(row, change_id, refers_to, titles, replaces))
    return tuple(found)


def _retitled(rows: Sequence[SeriesRow]) -> frozenset[str]:
    """Series of authors who have more than one title among their series of several patches."""
    titles: dict[str, set[str]] = {}
    for row in rows:
        if row.total > 1:
            titles.setdefault(row.author.address, set()).add(title_key(row.title))
    return frozenset(row.id for row in rows if row.total > 1 and len(titles[row.author.address]) > 1)
