"""A reply is prepared, never sent, and no text of a mail can add to its headers."""

from __future__ import annotations

import email
import email.policy
from datetime import UTC, datetime

from threadmine.model import Person, StoredMessage
from threadmine.render.reply import reply_text


def message(**changes: object) -> StoredMessage:
    given: dict[str, object] = {
        "message_id": "m1@example.org",
        "thread_id": "t1",
        "in_reply_to": None,
        "subject": "Re: RE: [PATCH] mm: a patch",
        "author": Person("Ada", "ada@example.org"),
        "date": datetime(2026, 1, 5, 9, 30, tzinfo=UTC),
        "list_name": "linux-mm",
        "has_patch": False,
        "body": "> old\nnew\n",
        "to": (Person("", "list@example.org"), Person("Me", "me@example.org")),
        "cc": (Person("Bob", "bob@example.org"), Person("Bob", "BOB@example.org")),
    }
    return StoredMessage(**{**given, **changes})  # type: ignore[arg-type]  # built from a table


def test_headers_and_quotation() -> None:
    mail = email.message_from_string(reply_text(message(), "me@example.org"), policy=email.policy.default)
    assert mail["Subject"] == "Re: [PATCH] mm: a patch"
    assert mail["To"] == "Ada <ada@example.org>"
    assert mail["Cc"] == "list@example.org, Bob <bob@example.org>"
    assert mail["In-Reply-To"] == "<m1@example.org>"
    body = mail.get_content()
    assert body.startswith("On Mon, Jan 05, 2026 at 09:30:00 +0000, Ada wrote:\n>> old\n> new\n")


def test_a_mail_can_not_add_headers() -> None:
    nasty = message(
        subject="x\r\nBcc: victim@example.org",
        message_id="m@example.org>\nX-Evil: 1",
        author=Person("Eve\nBcc: a@example.org", "eve@example.org"),
        cc=(Person("", "no address\nX: y"), Person("", "ok@example.org, more@example.org")),
    )
    mail = email.message_from_string(reply_text(nasty), policy=email.policy.default)
    assert set(mail.keys()) <= {
        "Subject",
        "To",
        "Cc",
        "In-Reply-To",
        "Content-Type",
        "Content-Transfer-Encoding",
        "MIME-Version",
    }
    assert "more@example.org" not in str(mail["Cc"])


def test_escape_sequences_stay_out() -> None:
    assert "\x1b" not in reply_text(message(body="\x1b[31mred\x1b[0m\n"))
