"""Stand-ins and real mail brought together, whichever came first.

What is known from quotations or archive pages alone gives way to the real mail: before a batch is stored,
each new message is set against the stand-ins that are stored, and each new stand-in against the mail that is.
What hung below a stand-in is hung below the real message. Afterwards the database is the same for either
order.

What takes texts apart is imported where it is needed: to store mail that will be mined later it is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

from threadmine.model import QUOTED_ID, Message, StoredMessage, StretchKind, stand_in_id
from threadmine.parse.subject import parse_subject
from threadmine.people import is_full_name, name_key, possible_names

if TYPE_CHECKING:
    from threadmine.db.session import Database

_MADE_UP = (QUOTED_ID, "@page.invalid")
_SEARCH_WORDS = 5
_SEARCH_HITS = 25
_TITLE_HITS = 400  # all the answers to a patch have its title
_WHOLE_WORD = re.compile(r"(?<![^\s(\"])[A-Za-z]{4,}(?=[\s.,;:?!)\"])")
"""Words that are no part of a name in code: the index keeps such names whole."""


def is_stand_in(message: Message) -> bool:
    """Whether a message gives way when real mail arrives."""
    return message.quoted_only or message.message_id.endswith(_MADE_UP)


def _rank(message: Message) -> int:
    """Raw mail counts before pages, pages before quotations."""
    return 2 if message.quoted_only else 1 if message.from_page else 0


class Reconciler:
    """Keeps the stand-ins of one database in mind while mail goes into it.

    Args:
        database: opened for writing.
        from_quotes: make stand-ins for what raw mail quotes of mail that is not there.
    """

    def __init__(self, database: Database, from_quotes: bool = True) -> None:
        from threadmine.db.standins import load_stand_ins
        from threadmine.db.store import Store

        self._database = database
        self._store = Store(database)
        self._from_quotes = from_quotes
        self.gone: dict[str, str] = {}
        """Stored messages that have to go -> the message that takes their place; emptied by the caller."""
        self._held: dict[str, Message] = {m.message_id: m for m in load_stand_ins(database)}
        self._meant: dict[str, str] = {}

    def settle(self, batch: Sequence[Message]) -> list[Message]:
        """What to store instead of ``batch``; stored stand-ins that have to go are named in ``gone``.

        Every real message stays; stand-ins for mail that is there are left out, new ones for what is only
        quoted are added.
        """
        self._meant = {}
        messages = [*batch, *self._quoted_in(batch)] if self._from_quotes else list(batch)
        fresh = [message for message in messages if _rank(message)]
        if not fresh and not self._held:
            return messages
        meant = self._stored_that_give_way(messages)
        meant.update(self._fresh_that_give_way(fresh, messages))
        meant.update(_parts_of_pages(meant, (*fresh, *self._held.values())))
        back = self._take_out(meant)
        self._meant = meant
        kept: dict[str, Message] = {}
        for message in (*messages, *back):
            if message.message_id not in meant:
                kept.setdefault(message.message_id + message.origin.place, _rewritten(message, meant))
        out = list(kept.values())
        self._held.update((m.message_id, m) for m in out if _rank(m))
        return out

    def quoted_by(self, ids: Iterable[str]) -> dict[str, dict[str, str]]:
        """For each of these messages the stand-ins that its quotations made: id -> real id, if known."""
        places = {f"quoted in {name}": name for name in ids}
        found: dict[str, dict[str, str]] = {}
        for stand_in in self._held.values():
            name = places.get(stand_in.origin.place)
            if stand_in.quoted_only and name is not None:
                found.setdefault(name, {})[stand_in.message_id] = stand_in.stands_for
        return found

    def forget(self, stand_ins: Iterable[str]) -> None:
        """Stand-ins that were taken out of the database are no longer known."""
        for name in stand_ins:
            self._held.pop(name, None)

    def told(self, batch: Iterable[Message]) -> list[tuple[str, Message]]:
        """The pages of the batch just settled that tell more than a message, with whose message they show."""
        telling = (message for message in batch if message.overview or message.archive_notes)
        return [(self._meant.get(message.message_id, message.message_id), message) for message in telling]

    # ----------------------------------------------------------------- what raw mail quotes

    def _quoted_in(self, batch: Sequence[Message]) -> list[Message]:
        """Stand-ins for what the batch quotes of mail that is neither in it nor stored."""
        here = {message.message_id for message in batch}
        quoting = [m for m in batch if not _rank(m) and m.references and any(s.depth for s in m.stretches)]
        asked = {name for m in quoting for name in m.references[-_deepest(m) :]} - here
        known = here | (self._store.known(asked) if asked else set())
        out: dict[str, Message] = {}
        for message in quoting:
            wanted = message.references[-_deepest(message) :]
            if all(name in known for name in wanted):
                continue
            from threadmine.parse.quoted import quoted_messages

            for stand_in in quoted_messages(message, known.__contains__):
                if stand_in.stands_for:  # deeper levels without an id are quoted by the stand-in's own mail
                    out.setdefault(stand_in.message_id, stand_in)
        return [stand_in for key, stand_in in out.items() if key not in self._held]

    # ------------------------------------------------------------------------ what gives way

    def _stored_that_give_way(self, messages: Iterable[Message]) -> dict[str, str]:
        """Stored stand-ins whose mail is among ``messages``: old id -> id of that mail."""
        from threadmine.parse.identity import own_text, same_mail

        meant: dict[str, str] = {}
        by_writer = _by_writer(m for m in self._held.values() if not m.stands_for)
        for message in messages:
            if message.quoted_only:
                continue
            hidden = stand_in_id(message.message_id)
            if hidden in self._held:
                meant[hidden] = message.message_id
            text = ""
            for stand_in in (*by_writer.get(name_key(message.author.display), ()), *by_writer.get("", ())):
                if stand_in.message_id == message.message_id or _rank(stand_in) <= _rank(message):
                    continue
                text = text or own_text(message.body, message.stretches)
                if is_stand_in(stand_in) and same_mail(stand_in, message, text):
                    meant[stand_in.message_id] = message.message_id
        return meant

    def _fresh_that_give_way(self, fresh: Sequence[Message], messages: Sequence[Message]) -> dict[str, str]:
        """New stand-ins whose mail is in the batch or stored: their id -> id of that mail."""
        meant: dict[str, str] = {}
        known = self._store.known([m.stands_for for m in fresh if m.stands_for])
        known |= {m.message_id for m in messages if not _rank(m)}
        by_writer = _by_writer((*messages, *self._held.values()))
        for stand_in in fresh:
            if not is_stand_in(stand_in):
                continue
            if stand_in.stands_for:
                if stand_in.stands_for in known:
                    meant[stand_in.message_id] = stand_in.stands_for
                continue
            real = self._mail_of(stand_in, by_writer)
            if real:
                meant[stand_in.message_id] = real
        return meant

    def _mail_of(self, stand_in: Message, by_writer: dict[str, list[Message]]) -> str:
        """The id of the mail that a stand-in shows, from the batch or the database; empty without one."""
        from threadmine.parse.identity import same_mail

        best: tuple[int, str] | None = None
        for name in possible_names(stand_in.author.display):
            others = by_writer.get(name_key(name), ()) if name else chain.from_iterable(by_writer.values())
            for other in others:
                key = (_rank(other), other.message_id)
                if key[0] < _rank(stand_in) and (best is None or key < best) and same_mail(stand_in, other):
                    best = key
        if best is not None and best[0] == 0:
            return best[1]
        return self._stored_mail_of(stand_in) or (best[1] if best else "")

    def _stored_mail_of(self, stand_in: Message) -> str:
        """The same among stored raw mail, found by its words (lines of a patch: by those of its title)."""
        from threadmine.db.queries import Queries
        from threadmine.parse.identity import same_mail
        from threadmine.parse.quoted import is_code_alone

        limit = _SEARCH_HITS
        if is_code_alone(stand_in.stretches):
            own, limit = f"{stand_in.subject.title} ", _TITLE_HITS
        else:
            prose = (s for s in stand_in.stretches if not s.depth and s.kind is StretchKind.PROSE)
            own = " ".join(stand_in.body[s.start : s.end] for s in prose)
        words = _WHOLE_WORD.findall(own)
        if len(words) < 3:
            return ""
        rare = sorted(set(words[: _SEARCH_WORDS * 6]), key=lambda word: (-len(word), word))[:_SEARCH_WORDS]
        asked = " ".join(f'"{word}"' for word in rare)
        for found in Queries(self._database).search(asked, limit=limit):
            if found.quoted_only or found.message_id.endswith(_MADE_UP):
                continue
            if limit == _TITLE_HITS and parse_subject(found.subject).is_reply:
                continue
            if same_mail(stand_in, _probe(stand_in, found)):
                return found.message_id
        return ""

    # ---------------------------------------------------------------------------- taking out

    def _take_out(self, meant: dict[str, str]) -> list[Message]:
        """Notes the stored stand-ins that give way in ``gone``, and those below them, which come back.

        They are taken out in the transaction that stores what takes their place, so that nothing is lost
        when the program is killed in between.
        """
        going = {name for name in meant if name in self._held}
        if not going:
            return []
        below = [
            message
            for message in self._held.values()
            if message.message_id not in going
            and not going.isdisjoint((message.in_reply_to, *message.references))
        ]
        self.gone.update((name, meant[name]) for name in sorted(going))
        self.gone.update((message.message_id, message.message_id) for message in below)
        for name in (*going, *(message.message_id for message in below)):
            self._held.pop(name, None)
        return [_parsed_again(message) for message in below]


def _parts_of_pages(meant: dict[str, str], stand_ins: Iterable[Message]) -> dict[str, str]:
    """What pages quote whose message is there as real mail: that quotes the same text, with its marks, and
    tells who wrote it; a page without marks leaves it to inference.
    """
    places = {f"quoted in {old}": real for old, real in meant.items()}
    return {
        message.message_id: places[message.origin.place]
        for message in stand_ins
        if message.quoted_only and message.message_id not in meant and message.origin.place in places
    }


def _probe(stand_in: Message, found: StoredMessage) -> Message:
    """A stored message as far as ``same_mail`` looks at it."""
    from threadmine.parse.diff import parse_patch
    from threadmine.parse.quotes import find_stretches

    return replace(
        stand_in,
        message_id=found.message_id,
        subject=parse_subject(found.subject),
        author=found.author,
        body=found.body,
        stretches=find_stretches(found.body, parse_patch(found.body)),
        date=found.date,
    )


def _deepest(message: Message) -> int:
    return max((s.depth for s in message.stretches), default=0) or 1


def _by_writer(messages: Iterable[Message]) -> dict[str, list[Message]]:
    found: dict[str, list[Message]] = {}
    for message in messages:
        for name in possible_names(message.author.display):
            if is_full_name(name) or not name:
                found.setdefault(name_key(name), []).append(message)
    return found


def _rewritten(message: Message, meant: dict[str, str]) -> Message:
    """The message with the ids of real mail in place of those of stand-ins."""
    if not any(name in meant for name in message.references) and message.in_reply_to not in meant:
        return message
    references = tuple(dict.fromkeys(meant.get(name, name) for name in message.references))
    parent = message.in_reply_to
    return replace(
        message,
        in_reply_to=meant.get(parent, parent) if parent else None,
        references=tuple(name for name in references if name != message.message_id),
    )


def _parsed_again(message: Message) -> Message:
    """A message loaded from the database with what its text gives."""
    from threadmine.parse.diff import parse_patch
    from threadmine.parse.trailers import find_trailers

    patch = parse_patch(message.body)
    return replace(message, patch=patch, trailers=find_trailers(message.body, message.stretches))
