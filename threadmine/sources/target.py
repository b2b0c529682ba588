"""What people give to name a message or a series: ids and links in all their spellings."""

from __future__ import annotations

import re
import urllib.parse
from dataclasses import dataclass

from threadmine.errors import SourceError

_PUBLIC_HOSTS = frozenset({"lore.kernel.org", "www.lore.kernel.org", "patch.msgid.link", "msgid.link"})
_CHANGE_ID = re.compile(r"[A-Za-z0-9._-]{8,200}$")


@dataclass(frozen=True, slots=True)
class Target:
    """What a user asks for: a message by its id, or a series by its change-id."""

    message_id: str = ""
    change_id: str = ""
    base: str = ""  # server and list, where the target names another one than is configured

    def __str__(self) -> str:
        return self.message_id or self.change_id


def parse_target(text: str) -> Target:
    """A message-id, ``<message-id>``, link to a public-inbox server or msgid.link, or a change-id.

    Raises:
        SourceError: it is none of these.
    """
    text = text.strip()
    if re.match(r"https?://", text, re.IGNORECASE):
        return _parse_link(text)
    bare = re.sub(
        r"^(?:\w*id|message-id|mid|rfc822msgid|change-id):\s*", "", text, flags=re.IGNORECASE
    ).strip("<>")
    if "@" in bare and not re.search(r"\s", bare):
        return Target(message_id=urllib.parse.unquote(bare) if "%40" in bare else bare)
    if _CHANGE_ID.match(bare):
        return Target(change_id=bare)
    raise SourceError(
        "this is no message-id, link or change-id",
        text[:120],
        "give the id of a message, or its link on lore",
    )


def _parse_link(text: str) -> Target:
    link = urllib.parse.urlsplit(text)
    parts = [urllib.parse.unquote(part) for part in link.path.split("/") if part]
    at = next((n for n, part in enumerate(parts) if "@" in part), None)
    if at is None:
        raise SourceError(
            "this link names no message", text[:200], "copy the link of one message of the thread"
        )
    host = (link.hostname or "").lower()
    if host in _PUBLIC_HOSTS or "/project/" in link.path:
        return Target(message_id=parts[at])
    inbox = "/".join(parts[:at]) or "all"
    return Target(message_id=parts[at], base=f"{link.scheme}://{link.netloc}/{inbox}")
