"""The texts of a multipart mail that keeps all the rules, cut out of its bytes.

Most of them are one text and its signature, for which the standard library's parser takes a millisecond.
Whatever is not plain here (a boundary that is missing or stands in odd places, a part with odd headers, a
message within the message) gives None, and is left to that parser.
"""

from __future__ import annotations

import binascii
import re

from threadmine.parse.charsets import decode_bytes
from threadmine.parse.limits import MAX_NESTING, MAX_PARTS

PATCH_TYPES = frozenset({"text/x-patch", "text/x-diff", "application/x-patch", "application/x-diff"})
_NO_TEXTS = frozenset(
    {"text/calendar", "text/vcard", "text/x-vcard", "text/css", "text/rtf", "text/enriched"}
)
_NO_ENCODING = ("", "7bit", "8bit", "binary")
_TEXT_NAMES = (".patch", ".diff", ".txt", ".text", ".c", ".h")

_BOUNDARY = re.compile(
    r';\s*boundary\s*=\s*(?:"([^"\\]{1,200})"|([^\s";,()<>@:\\/\[\]?={}]{1,200}))\s*(?:;|$)', re.I
)
_KIND = re.compile(r"[a-z0-9.+-]{1,60}/[a-z0-9.+-]{1,60}")
_HEADERS = re.compile(rb"(?:[!-9;-~]{1,100}[ \t]*:[^\n]*+\n(?:[ \t][^\n]*+\n)*+)++")
_WANTED = re.compile(
    r"\n(content-type|content-transfer-encoding|content-disposition)[ \t]*:[ \t]*([^\n]*(?:\n[ \t][^\n]*)*)",
    re.IGNORECASE,
)
_PLAIN_VALUE = re.compile(r'[^\\"*%(),=?]*|"[^\\"*%=?]*"')


def is_wanted(kind: str, name: str, disposition: str) -> bool:
    """Whether a text is one that people write, or send as a patch: no calendar, no card, no key."""
    if kind in _NO_TEXTS:
        return False
    if disposition == "attachment" or name:
        return name.endswith(_TEXT_NAMES) or not name
    return True


def plain_texts(mail: bytes) -> list[str] | None:
    """The texts in the parts of a multipart mail, in their order; None where it is not plain."""
    if b"\r" in mail:
        return None
    found = _part_headers(mail)
    texts: list[str] = []
    if found is None or not _collect(mail[found[1] :], found[0], 0, texts):
        return None
    return texts or None


def _collect(body: bytes, headers: dict[str, str], level: int, texts: list[str]) -> bool:
    """Adds the texts of a multipart body, below these headers; False where anything is not plain."""
    parts = _parts(body, headers.get("content-type", ""))
    if parts is None or level >= MAX_NESTING or len(parts) > MAX_PARTS // 4:
        return False
    if headers.get("content-transfer-encoding", "").lower() not in _NO_ENCODING:
        return False
    for part in parts:
        found = _part_headers(part)
        if found is None:
            return False
        own, start = found
        stated = own.get("content-type", "text/plain")
        kind = _kind(stated)
        if _KIND.fullmatch(kind) is None or kind.startswith("message/"):
            return False
        if kind.startswith("multipart/"):
            if not _collect(part[start:], own, level + 1, texts):
                return False
        elif kind in PATCH_TYPES or (kind.startswith("text/") and kind != "text/html"):
            text = _text(part[start:], kind, stated, own)
            if text is None:
                return False
            texts += text
    return True


def _kind(content_type: str) -> str:
    return content_type.split(";", 1)[0].strip().lower()


def _parts(body: bytes, content_type: str) -> list[bytes] | None:
    """What stands between the boundaries; None where they are not as they should be."""
    kind = _kind(content_type)
    found = _BOUNDARY.findall(content_type)
    if len(found) != 1 or content_type.lower().count("boundary") != 1 or "digest" in kind:
        return None
    if _KIND.fullmatch(kind) is None or not kind.startswith("multipart/"):
        return None
    boundary = (found[0][0] or found[0][1]).encode("ascii", "replace")
    pieces = (b"\n" + body).split(b"\n--" + boundary)
    if len(pieces) < 3 or boundary != boundary.strip():
        return None
    *middle, end = pieces[1:]
    if end != b"--" and not end.startswith(b"--\n"):
        return None
    if not all(piece.startswith(b"\n") for piece in middle):
        return None
    return [piece[1:] for piece in middle]


def _part_headers(part: bytes) -> tuple[dict[str, str], int] | None:
    """The headers of a mail or part that say what it is, and where its content starts."""
    if part.startswith(b"\n"):
        return {}, 1
    match = _HEADERS.match(part)
    if match is None or part[match.end() : match.end() + 1] != b"\n":
        return None
    found: dict[str, str] = {}
    for name, value in _WANTED.findall("\n" + match.group().decode("ascii", "replace")):
        name = name.lower()
        if name in found or not value.isascii():
            return None
        if name == "content-transfer-encoding" and value != "".join(value.split()):
            return None  # that parser takes blanks at its end for part of it
        found[name] = value.replace("\n", "").strip()
    return found, match.end() + 1


def _parameter(value: str, name: str) -> str | None:
    """A parameter of a header, in lower case, empty where it has none; None where it is written oddly."""
    for parameter in value.split(";")[1:]:
        key, _, stated = parameter.partition("=")
        if name in key.lower():
            stated = stated.strip()
            if key.strip().lower() != name or _PLAIN_VALUE.fullmatch(stated) is None:
                return None
            return stated.strip('"').lower()
    return ""


def _text(raw: bytes, kind: str, content_type: str, headers: dict[str, str]) -> list[str] | None:
    """The text of one part, none where it is not wanted; None where it is not plain."""
    disposition = headers.get("content-disposition", "")
    charset = _parameter(content_type, "charset")
    name = _parameter(disposition, "filename") or _parameter(content_type, "name")
    if charset is None or name is None or _parameter(disposition, "filename") is None:
        return None
    if kind not in PATCH_TYPES and not is_wanted(kind, name, disposition.split(";", 1)[0].strip().lower()):
        return []
    encoding = headers.get("content-transfer-encoding", "").lower()
    try:
        if encoding == "quoted-printable":
            raw = binascii.a2b_qp(raw)
        elif encoding == "base64":
            raw = binascii.a2b_base64(b"".join(raw.splitlines()), strict_mode=True)
        elif encoding not in _NO_ENCODING:
            return None
    except ValueError:
        return None
    text, clean = decode_bytes(raw, charset or "utf-8")
    return [text] if clean else None
