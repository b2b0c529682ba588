"""What people paste as the name of a message: an id with or without ``<>``, a lore link, a patch link."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

_ID = re.compile(r"[cqs][0-9a-f]{3,12}")
_LINK_HOSTS = ("patch.msgid.link", "msgid.link")
_TAILS = ("raw", "t", "t.mbox.gz", "mbox.gz", "t.atom")


def is_own_id(text: str) -> bool:
    """Whether ``text`` looks like an id of threadmine's own: ``c..``, ``q..`` or ``s..``."""
    return _ID.fullmatch(text) is not None


def message_id(text: str) -> str:
    """The message-id that ``text`` names, without ``<>``; text that is no link comes back trimmed.

    Links: ``https://lore.kernel.org/LIST/ID/``, ``.../r/ID``, ``https://patch.msgid.link/ID``, ``mid:ID``,
    with whatever follows the id (``T/#u``, ``raw``, ``t.mbox.gz``).
    """
    text = text.strip()
    if text.startswith("<") and text.endswith(">"):
        text = text[1:-1]
    if text.lower().startswith("mid:"):
        return unquote(text[4:])
    if not text.lower().startswith(("http://", "https://")):
        return text
    link = urlsplit(text)
    parts = [unquote(part) for part in link.path.split("/") if part]
    if link.hostname not in _LINK_HOSTS and len(parts) > 1:
        parts = parts[1:]
    while len(parts) > 1 and (parts[-1].lower() in _TAILS or "@" not in parts[-1]):
        parts.pop()
    return parts[0].strip("<>") if parts else text
