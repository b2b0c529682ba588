"""The text of a message taken apart: who wrote which stretch, the trailers, the patch and who wrote that.

This is the second half of reading a mail, and most of the work. It needs nothing but the message that the
first half made, so that it may be done much later.
"""

from __future__ import annotations

import re
from dataclasses import replace

from threadmine.model import Message, Patch, Person
from threadmine.parse.diff import parse_patch
from threadmine.parse.headers import people
from threadmine.parse.quotes import find_stretches
from threadmine.parse.trailers import find_trailers


def taken_apart(message: Message) -> Message:
    """A bare message with what its text consists of: who wrote which stretch, trailers, the patch.

    Depends on the text, the subject and the author alone. A message that is not bare stays as it is.
    """
    if not message.bare:
        return message
    subject = message.subject
    patch = parse_patch(message.body)
    stretches = find_stretches(message.body, patch)
    with_diff = _has_diff(patch) and not subject.is_reply
    return replace(
        message,
        stretches=stretches,
        trailers=find_trailers(message.body, stretches),
        patch=patch,
        is_cover=subject.number == 0 and not subject.is_reply and not _has_diff(patch),
        patch_author=_patch_author(message.body, message.author) if with_diff else None,
        bare=False,
    )


_OWN_FROM = re.compile(r"\s{0,20}From:[ \t]([^\n]{3,300})\n")


def _patch_author(body: str, sender: Person) -> Person | None:
    """The person of a ``From:`` line that begins a patch: git names an author there who is not the sender."""
    line = _OWN_FROM.match(body)
    found = people(line.group(1)) if line else ()
    if not found or not found[0].address:
        return None
    same_name = found[0].name.casefold() == sender.name.casefold() != ""
    return None if same_name or found[0].address.lower() == sender.address.lower() else found[0]


def _has_diff(patch: Patch | None) -> bool:
    return patch is not None and bool(patch.files)
