"""The digest as an Atom feed entry and as a ready RFC 5322 message for ``git send-email``."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, getaddresses
from html import escape

from threadmine.digest.items import Digest
from threadmine.digest.layout import title
from threadmine.digest.markup import html_body
from threadmine.digest.plain import plain_lines
from threadmine.errors import UsageError
from threadmine.render.text import as_utc


def atom_lines(found: Digest) -> Iterator[str]:
    """A feed with this digest as its one entry; well-formed XML, its id depends on time and scope alone."""
    stamp = as_utc(found.until).strftime("%Y-%m-%dT%H:%M:%SZ")
    name = escape(title(found))
    yield '<?xml version="1.0" encoding="utf-8"?>'
    yield '<feed xmlns="http://www.w3.org/2005/Atom">'
    yield f"<id>urn:threadmine:digest:{_scope_key(found)}</id>"
    yield "<title>threadmine digest</title>"
    yield f"<updated>{stamp}</updated>"
    yield "<author><name>threadmine</name></author>"
    yield "<entry>"
    yield f"<id>urn:threadmine:digest:{_scope_key(found)}:{digest_key(found)}</id>"
    yield f"<title>{name}</title><updated>{stamp}</updated>"
    yield '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">'
    yield from map(xml_text, html_body(found))
    yield "</div></content></entry></feed>"


def xml_text(text: str) -> str:
    """``text`` without the code points that XML 1.0 forbids."""
    return "".join(
        c for c in text if c in "\t\n\r" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c > "\uffff"
    )


def digest_key(found: Digest) -> str:
    """A short key of a digest's time and scope."""
    scope = found.scope
    parts = (found.since, found.until, scope.list_name, scope.field, scope.person, scope.subsystem)
    return hashlib.blake2b("\x1f".join(map(str, parts)).encode(), digest_size=8).hexdigest()


def _scope_key(found: Digest) -> str:
    scope = found.scope
    parts = (scope.list_name, scope.field, scope.person, scope.subsystem)
    return hashlib.blake2b("\x1f".join(parts).encode(), digest_size=6).hexdigest()


def mbox_lines(found: Digest, sender: str, to: Sequence[str] = ()) -> Iterator[str]:
    """A mailbox with the digest as one message.

    Raises:
        UsageError: ``sender`` or a recipient is no mail address.
    """
    stamp = as_utc(found.until - timedelta(seconds=1))
    yield f"From threadmine@localhost {stamp:%a %b %e %H:%M:%S %Y}"
    for line in mail(found, sender, to).as_bytes(policy=SMTP.clone(linesep="\n")).decode("ascii").split("\n"):
        yield f">{line}" if line.lstrip(">").startswith("From ") else line


def mail(found: Digest, sender: str, to: Sequence[str] = ()) -> EmailMessage:
    """The digest as a message. Header lines hold nothing that came from a mail.

    Raises:
        UsageError: ``sender`` or a recipient is no mail address.
    """
    message = EmailMessage()
    (author,) = addresses([sender], "--from")
    message["From"] = author
    if to:
        message["To"] = addresses(to, "--to")
    message["Subject"] = title(found)
    message["Date"] = format_datetime(as_utc(found.until))
    message["Message-ID"] = f"<digest.{digest_key(found)}@{author.domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content("\n".join(plain_lines(found)) + "\n", charset="utf-8", cte="quoted-printable")
    return message


def addresses(texts: Sequence[str], option: str) -> list[Address]:
    """Mail addresses as people write them.

    Raises:
        UsageError: one is none (an injected line, a missing domain).
    """
    found = []
    for text in texts:
        try:
            if any(not c.isprintable() for c in text):
                raise ValueError("control character")
            pairs = getaddresses([text])
            if not pairs:
                raise ValueError("empty")
            for name, address in pairs:
                parsed = Address(display_name=name, addr_spec=address)
                if not parsed.username or not parsed.domain:
                    raise ValueError("no domain")
                found.append(parsed)
        except (ValueError, IndexError) as error:
            hint = f"give one as {option} 'Name <name@example.org>'"
            raise UsageError(
                f"'{text}' is no mail address ({error})" if text else "no mail address", "", hint
            ) from error
    return found
