"""Mails of our own writing for the extraction tests."""

from __future__ import annotations

from threadmine.model import Message, Origin, RawMail
from threadmine.parse.message import parse_mail

HEAD = (
    "From: Ada Example <ada@example.org>\n"
    "Date: Mon, 12 Jan 2026 10:00:00 +0000\n"
    "Message-ID: <one@example.org>\n"
    "Subject: {subject}\n"
    "Content-Type: text/plain; charset=utf-8\n\n"
)


def mail(body: str, subject: str = "Re: [PATCH 1/2] mm: tidy up tail pages") -> Message:
    """A mail with ``body`` by Ada Example, parsed."""
    return parse_mail(RawMail((HEAD.format(subject=subject) + body).encode(), Origin("test")))
