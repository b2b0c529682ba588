"""Subject lines taken apart: what the brackets say, and what remains.

The kernel's brackets are written by hand as often as by git: ``[PATCHv2 00/14]``, ``[v6 01/15]``,
``[RFC PATCH net-next V3 2/7]``, ``[PATCH v5.1 3/8]``, ``[PATCH 5/17 v2]``. docs/sources.md says why liblore's
and b4's readers of subjects are not used here.
"""

from __future__ import annotations

import re
from functools import lru_cache

from threadmine.model import Subject
from threadmine.vocab.mail import REPLY_PREFIXES

_REPLY = re.compile(
    r"\s*(?:(?:" + "|".join(REPLY_PREFIXES) + r")\s*(?:\[\d{1,3}\]|\(\d{1,3}\))?\s*[:\uff1a]\s*)",
    re.IGNORECASE,
)
_FOREIGN_REPLY = re.compile(r"\s*\w{2,4}\s*[:\uff1a]\s*(?=\[)")
_BRACKET = re.compile(r"\s*[\[\u3010]([^\[\]\u3011]{0,200})[\]\u3011]\s*")
_NESTED = re.compile(r"\[([^\[\]]{0,100})\[([^\[\]]{0,100})\]")
_COUNTER = re.compile(r"(\d{1,4})\s*(?:/|of)\s*(\d{1,4})", re.IGNORECASE)
_VERSION = re.compile(r"(?:ver(?:sion)?[.\s]?|v|rev[.]?)(\d{1,3})(?:\.(\d{1,3}))?", re.IGNORECASE)
_GLUED = re.compile(r"(patch(?:set|es)?|rfc|resend)[-_.]?(?=v\d)", re.IGNORECASE)
_PATCH_WORDS = frozenset({"patch", "patches", "patchset", "patchseries"})
_MAX = 2000


@lru_cache(maxsize=4096)
def parse_subject(text: str) -> Subject:
    """Takes a decoded subject line apart. Never fails: what cannot be read stays in the title."""
    raw = " ".join(text[:_MAX].split())
    rest, is_reply = strip_reply(raw)
    words: list[str] = []
    number = total = None
    while True:
        rest_flat = _NESTED.sub(r"[\1 \2", rest, count=1) if rest.startswith("[") else rest
        match = _BRACKET.match(rest_flat)
        if match is None:
            break
        inside = match.group(1)
        counter = _find_counter(inside)
        if counter is not None and number is None:
            number, total = int(counter.group(1)), int(counter.group(2))
            inside = inside[: counter.start()] + " " + inside[counter.end() :]
        words += [w for w in re.split(r"[\s,;|]+", _GLUED.sub(r"\1 ", inside)) if w]
        rest = rest_flat[match.end() :]
        again, replied = strip_reply(rest)
        if replied and number is None and not any(_is_patch_word(word) for word in words):
            rest, is_reply = again, True
    return _assemble(raw, rest.strip(), is_reply, words, number, total)


def strip_reply(text: str) -> tuple[str, bool]:
    """``text`` without its leading ``Re:`` and the like, and whether there was one."""
    found = False
    for _ in range(20):
        match = _REPLY.match(text) or _FOREIGN_REPLY.match(text)
        if match is None:
            break
        found = True
        text = text[match.end() :]
    return text, found


def _is_patch_word(word: str) -> bool:
    return word.lower() in _PATCH_WORDS


def _find_counter(inside: str) -> re.Match[str] | None:
    """``3/12`` as a word of its own (no path, date or branch); the last one, as in ``28/30 fix 1/2``."""
    found = None
    for match in _COUNTER.finditer(inside):
        before = inside[match.start() - 1 : match.start()]
        after = inside[match.end() : match.end() + 1]
        glued = re.search(r"(?:patch|v\d{1,3})$", inside[: match.start()], re.IGNORECASE)
        if (not before or before in " \t,;:|" or glued) and (not after or after in " \t,;:|"):
            found = match
    return found


def _assemble(
    raw: str, title: str, is_reply: bool, words: list[str], number: int | None, total: int | None
) -> Subject:
    version, stated, sub = 1, False, ""
    is_patch = is_rfc = is_resend = False
    tags: list[str] = []
    for word in words:
        low = word.lower()
        match = _VERSION.fullmatch(low)
        if match is not None and not stated:
            version, stated, sub = int(match.group(1)), True, match.group(2) or ""
        elif low in _PATCH_WORDS or low.startswith("patch/"):
            is_patch = True
        elif low in ("rfc", "rfct", "rfc/rft") or low.startswith("rfc-patch"):
            is_rfc = True
            is_patch = is_patch or "patch" in low
        elif low in ("resend", "repost", "resent", "re-send"):
            is_resend = True
        elif low.startswith(("rfcv", "resendv")):
            is_rfc = is_rfc or low.startswith("rfc")
        else:
            tags.append(word)
            if "patch" in low.split("/"):
                is_patch = True
    is_patch = is_patch or (number is not None and (stated or is_rfc or not tags or total is not None))
    return Subject(
        raw, title, is_reply, is_patch, is_rfc, is_resend, version, stated, sub, number, total, tuple(tags)
    )
