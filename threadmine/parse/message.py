"""Raw mail to :class:`~threadmine.model.Message`: the one place where everything parsed comes together.

The plain case (one text part, headers that keep the rules) takes the fast path of ``headers`` and ``body``;
whatever is unusual is read by the standard library's parser behind bounds. What is wrong with a mail ends in
its ``defects``; nothing raises.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

from threadmine.model import Defect, Message, Moment, Origin, Person, RawMail, Subject, Unknown
from threadmine.parse.body import Body, decode_body
from threadmine.parse.bots import bot_name
from threadmine.parse.headers import (
    KEPT,
    Headers,
    clean_id,
    decode_text,
    find_ids,
    parse_date,
    people,
    received_date,
    split_headers,
)
from threadmine.parse.limits import MAX_MAIL
from threadmine.parse.subject import parse_subject

MISSING_ID = "@missing.invalid"
_KEPT = tuple((name, name.lower()) for name in KEPT)
_NOBODY = Person("", "")


def parse_mail(raw: RawMail) -> Message:
    """Reads one mail. Depends on the bytes alone; never raises on what is in them."""
    from threadmine.parse.apart import taken_apart  # half of the parser: not needed to store mail only

    return taken_apart(read_mail(raw))


def read_mail(raw: RawMail) -> Message:
    """The mail's headers and text, and no more: a bare message, for a quarter of the time."""
    data = raw.data
    defects: list[Defect] = []
    if len(data) >= MAX_MAIL:
        data = data[:MAX_MAIL]
        defects.append(Defect("mail-cut", f"more than {MAX_MAIL} bytes"))
    headers = split_headers(data)
    defects += headers.defects
    body = decode_body(data, headers)
    defects += body.defects
    subject = parse_subject(decode_text(headers.first("subject")))
    author = _author(headers, defects)
    date = _date(data, headers, defects)
    message_id = clean_id(headers.first("message-id"))
    made_up = not message_id
    if made_up:
        message_id = made_up_id(author, subject.raw, date, body.text)
        defects.append(Defect("no-message-id"))
    return _assemble(raw.origin, headers, body, subject, author, date, (message_id, made_up), defects)


def _assemble(
    origin: Origin,
    headers: Headers,
    body: Body,
    subject: Subject,
    author: Person,
    date: Moment,
    identity: tuple[str, bool],
    defects: list[Defect],
) -> Message:
    message_id, made_up = identity
    parent, references = _parents(headers, message_id)
    return Message(
        message_id=message_id,
        subject=subject,
        author=author,
        date=date,
        body=body.text,
        origin=origin,
        id_made_up=made_up,
        in_reply_to=parent,
        references=references,
        to=_all_people(headers, "to"),
        cc=_all_people(headers, "cc"),
        list_id=_list_id(headers, origin),
        is_cover=subject.number == 0 and not subject.is_reply,
        defects=tuple(dict.fromkeys(defects)),
        bot=bot_name(author),
        headers=_kept(headers),
        bare=True,
    )


def _author(headers: Headers, defects: list[Defect]) -> Person:
    found = people(headers.first("from")) or people(headers.first("sender"))
    if not found:
        defects.append(Defect("no-author"))
        return _NOBODY
    return found[0]


def _date(data: bytes, headers: Headers, defects: list[Defect]) -> Moment:
    """The Date header's moment; where that is unusable, that of the first server, noted as a defect."""
    when = parse_date(headers.first("date"))
    if isinstance(when, datetime):
        return when
    received = received_date(data)
    if isinstance(received, Unknown):
        defects.append(Defect("date", when.reason))
        return when
    defects.append(Defect("date-from-received", when.reason))
    return received


def _parents(headers: Headers, message_id: str) -> tuple[str | None, tuple[str, ...]]:
    """In-Reply-To and References, oldest first, In-Reply-To last, the message itself left out."""
    stated = find_ids(headers.first("in-reply-to")) if headers.first("in-reply-to") else ()
    chain = find_ids(headers.first("references")) if headers.first("references") else ()
    chain = tuple(found for found in chain if found != message_id)
    stated = tuple(found for found in stated if found != message_id)
    parent = stated[0] if stated else chain[-1] if chain else None
    if parent is not None and (not chain or chain[-1] != parent):
        chain = (*(found for found in chain if found != parent), parent)
    return parent, chain


def _all_people(headers: Headers, name: str) -> tuple[Person, ...]:
    values = headers.values.get(name)
    if not values:
        return ()
    if len(values) == 1:
        return people(values[0])
    return tuple(person for value in values for person in people(value))


def _list_id(headers: Headers, origin: Origin) -> str:
    value = headers.first("list-id")
    return clean_id(value) if "<" in value else value.strip() or origin.list_name


def _kept(headers: Headers) -> tuple[tuple[str, str], ...]:
    values = headers.values
    return tuple((name, decode_text(values[low][0])) for name, low in _KEPT if low in values)


def made_up_id(author: Person, subject: str, date: Moment, body: str) -> str:
    """An id for a mail without one: the same wherever the same mail is met."""
    when = date.isoformat() if isinstance(date, datetime) else ""
    text = "\x1f".join((author.name, author.address, subject, when, "".join(body.split())))
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest() + MISSING_ID
