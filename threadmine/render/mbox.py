"""A stored message as an entry of a mailbox (mboxrd): its text and main headers, no attachments."""

from __future__ import annotations

import binascii
import re
from email.header import Header
from email.utils import format_datetime, formataddr

from threadmine.model import Person, StoredMessage, Unknown
from threadmine.render.text import as_utc

_FROM = re.compile(r"^(>*From )", re.MULTILINE)
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]+")


def mbox_text(mail: StoredMessage) -> str:
    """The entry, ended by a blank line. No value of a header can begin another header."""
    stamp = "Thu Jan  1 00:00:00 1970"
    if not isinstance(mail.date, Unknown):
        stamp = as_utc(mail.date).strftime("%a %b %e %H:%M:%S %Y")
    headers = [
        ("From", _person(mail.author)),
        ("Subject", _encoded(mail.subject)),
        ("Message-ID", f"<{_plain(mail.message_id)}>"),
    ]
    if not isinstance(mail.date, Unknown):
        headers.append(("Date", format_datetime(mail.date)))
    if mail.in_reply_to:
        headers.append(("In-Reply-To", f"<{_plain(mail.in_reply_to)}>"))
    if mail.list_name:
        headers.append(("List-Id", f"<{_plain(mail.list_name)}>"))
    headers += [
        ("MIME-Version", "1.0"),
        ("Content-Type", "text/plain; charset=utf-8"),
    ]
    body = mail.body.replace("\r\n", "\n").rstrip("\n")
    encoding = "8bit"
    if _UNPRINTABLE.search(body):  # nothing is lost, and nothing acts on the terminal that shows it
        body = binascii.b2a_qp(body.encode("utf-8", "replace")).decode("ascii")
        encoding = "quoted-printable"
    headers.append(("Content-Transfer-Encoding", encoding))
    body = _FROM.sub(r">\1", body)
    head = "".join(f"{name}: {value}\n" for name, value in headers)
    return f"From mboxrd@z {stamp}\n{head}\n{body}\n\n"


def _person(person: Person) -> str:
    """A header's person; an address that is not ASCII stands as it is (RFC 6532)."""
    name, address = _plain(person.name), _plain(person.address)
    if address.isascii():
        return formataddr((name, address))
    return f"{_encoded(name)} <{address}>"


def _plain(text: str) -> str:
    return _BREAKS.sub(" ", text).strip()


def _encoded(text: str) -> str:
    plain = _plain(text)
    return plain if plain.isascii() else Header(plain, "utf-8", maxlinelen=10_000).encode()
