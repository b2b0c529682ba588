"""A reply prepared for an editor: headers set, the mail quoted, nothing sent.

Headers go through ``email.message`` with a policy that refuses line breaks, so that no text of a mail can add
a header of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy

from threadmine.model import Person, StoredMessage, Unknown
from threadmine.render.text import safe, safe_line

POLICY = EmailPolicy(utf8=True, max_line_length=998, linesep="\n")
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_{|}~-]{1,64}@[A-Za-z0-9.-]{1,255}")
MAX_RECIPIENTS = 100


def reply_text(message: StoredMessage, own_address: str = "") -> str:
    """The reply to ``message`` as RFC 5322 text, ready for an editor and ``git send-email``.

    Args:
        message: the mail that is answered; its body is quoted whole.
        own_address: left out of the recipients.
    """
    mail = EmailMessage(policy=POLICY)
    title = re.sub(r"^(?:re:\s*)+", "", safe_line(message.subject), flags=re.IGNORECASE)
    mail["Subject"] = f"Re: {title}"
    mail["To"] = _addresses([message.author], own_address)
    others = _addresses([*message.to, *message.cc], own_address, but=message.author.address)
    if others:
        mail["Cc"] = others
    mail["In-Reply-To"] = f"<{safe_line(message.message_id)}>"
    mail.set_content(_quoted(message))
    return mail.as_string()


def _addresses(people: Iterable[Person], own: str, but: str = "") -> tuple[Address, ...]:
    """Addresses once each, without our own, ``but`` and whatever is no plain address."""
    left_out = {own.casefold(), but.casefold()} - {""}
    found: dict[str, Address] = {}
    for person in people:
        address = person.address.strip()
        if _ADDRESS.fullmatch(address) and address.casefold() not in left_out:
            found.setdefault(address.casefold(), Address(safe_line(person.name), addr_spec=address))
    return tuple(found.values())[:MAX_RECIPIENTS]


def _quoted(message: StoredMessage) -> str:
    date = message.date
    when = "" if isinstance(date, Unknown) else f"On {_stamp(date)}, "
    lines = [f"{when}{safe_line(message.author.display)} wrote:"]
    for line in message.body.rstrip("\n").split("\n"):
        text = safe(line, limit=2000)
        lines.append(f">{text}" if text.startswith(">") else f"> {text}".rstrip())
    return "\n".join([*lines, "", ""])


def _stamp(date: datetime) -> str:
    return date.strftime("%a, %b %d, %Y at %H:%M:%S %z").strip()
