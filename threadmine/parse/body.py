"""The text of a mail out of its MIME wrapping.

A list mail is nearly always one text/plain part; that case is decoded straight from the bytes. Everything
else goes through the standard library's parser behind bounds on nesting and number of parts.
"""

from __future__ import annotations

import binascii
import email.message
import email.parser
import email.policy
import re
from dataclasses import dataclass

from threadmine.model import Defect
from threadmine.parse.charsets import decode_bytes
from threadmine.parse.headers import Headers
from threadmine.parse.limits import MAX_BODY, MAX_NESTING, MAX_PARTS
from threadmine.parse.odd_mail import recover
from threadmine.parse.plain_parts import PATCH_TYPES, is_wanted, plain_texts

_CHARSET = re.compile(r"charset\s*=\s*\"?([^\s\";]+)", re.IGNORECASE)
_PLAIN_ENCODINGS = frozenset({"", "7bit", "8bit", "binary", "7-bit", "8-bit"})
_MULTIPART = re.compile(rb"^content-type:[ \t]*(?:multipart|message)/", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Body:
    """Decoded text with ``\\n`` line ends, and what was wrong on the way."""

    text: str
    defects: tuple[Defect, ...] = ()
    flowed: bool = False


def decode_body(data: bytes, headers: Headers) -> Body:
    """The text of a mail whose headers have been cut out already."""
    content_type = headers.first("content-type")
    kind = content_type.split(";", 1)[0].strip().lower()
    if kind in ("", "text/plain", "text") or (kind.startswith("text/") and kind != "text/html"):
        return _single_part(data[headers.end :], content_type, headers.first("content-transfer-encoding"))
    return _many_parts(data, headers)


def _single_part(raw: bytes, content_type: str, encoding: str) -> Body:
    defects: list[Defect] = []
    raw = _undo_encoding(raw, encoding.strip().strip("\"'").lower(), defects)
    match = _CHARSET.search(content_type)
    text, clean = decode_bytes(raw, match.group(1) if match else "utf-8")
    if not clean:
        defects.append(Defect("charset", match.group(1)[:40] if match else "none stated"))
    return Body(normalise(text, defects), tuple(defects), "flowed" in content_type.lower())


def _undo_encoding(raw: bytes, encoding: str, defects: list[Defect]) -> bytes:
    encoding = encoding.split(";", 1)[0].strip()
    if encoding in _PLAIN_ENCODINGS:
        return raw
    if encoding == "quoted-printable":
        return binascii.a2b_qp(raw)
    if encoding == "base64":
        return _undo_base64(raw, defects)
    if encoding in ("x-uuencode", "uuencode", "x-uue", "uue"):
        return _undo_uu(raw, defects)
    defects.append(Defect("transfer-encoding", encoding[:40]))
    return raw


def _undo_base64(raw: bytes, defects: list[Defect]) -> bytes:
    """Base64, and the clear text that list software adds below it."""
    try:
        if not raw.isascii():
            raise binascii.Error
        packed = b"".join(raw.split())
        return binascii.a2b_base64(packed, strict_mode=True)
    except (binascii.Error, ValueError):
        pass
    lines = raw.split(b"\n")
    count = 0
    for line in lines:
        stripped = line.strip()
        if stripped and re.fullmatch(rb"[A-Za-z0-9+/]+={0,2}", stripped) is None:
            break
        count += 1
    packed = b"".join(b"".join(lines[:count]).split())
    if len(packed) % 4 == 1:
        packed = packed[:-1]
    try:
        decoded = binascii.a2b_base64(packed + b"=" * (-len(packed) % 4))
    except (binascii.Error, ValueError):
        defects.append(Defect("base64"))
        return raw
    defects.append(Defect("base64", "clear text among the encoded lines"))
    return decoded + b"\n" + b"\n".join(lines[count:])


def _undo_uu(raw: bytes, defects: list[Defect]) -> bytes:
    out: list[bytes] = []
    for line in raw.split(b"\n"):
        if line.startswith((b"begin ", b"end")) or not line.strip():
            continue
        try:
            out.append(binascii.a2b_uu(line))
        except binascii.Error:
            defects.append(Defect("uuencode"))
            break
    return b"".join(out)


def normalise(text: str, defects: list[Defect]) -> str:
    """``text`` with ``\\n`` line ends, without NUL, no longer than the bound."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\x00" in text:
        text = text.replace("\x00", "\ufffd")
        defects.append(Defect("nul"))
    if text.startswith("\ufeff"):
        text = text[1:]
    if len(text) > MAX_BODY:
        defects.append(Defect("body-cut", f"{len(text)} characters"))
        text = text[:MAX_BODY]
    return text


# --------------------------------------------------------------------------------------- many parts


def _many_parts(data: bytes, headers: Headers) -> Body:
    defects: list[Defect] = []
    nested = sum(1 for _ in _MULTIPART.finditer(data))
    if nested > MAX_NESTING * 4:
        defects.append(Defect("nesting", f"{nested} nested parts; read as plain text"))
        return _as_plain(data, headers, defects)
    plain = plain_texts(data)
    if plain is not None:
        return _joined(plain, defects)
    try:
        mail = email.parser.BytesParser(policy=email.policy.compat32).parsebytes(data)
        texts, pages = _collect(mail, defects)
    except (RecursionError, ValueError, LookupError, AttributeError, TypeError, AssertionError) as error:
        # the standard library's parser raises any of these on mail made to confuse it
        defects.append(Defect("mime", type(error).__name__))
        return _as_plain(data, headers, defects)
    if (mail.defects or not texts) and not _is_media(mail):
        saved, saved_pages = recover(data, defects)
        if sum(map(len, saved)) > sum(map(len, texts)):
            texts = saved
        pages = pages or saved_pages
    if not texts and pages:
        from threadmine.parse.html_text import html_to_text  # slow to import, and seldom needed

        texts = [html_to_text(page) for page in pages]
        defects.append(Defect("html-only"))
    if not texts and not _is_media(mail):
        defects.append(Defect("no-text"))
        raw = data[headers.end :]
        if not mail.is_multipart() and raw:
            return _as_plain(data, headers, defects)
    return _joined(texts, defects)


def _joined(texts: list[str], defects: list[Defect]) -> Body:
    text = "\n".join(part.rstrip("\n") + "\n" for part in texts)
    return Body(normalise(text, defects), tuple(defects))


def _is_media(mail: email.message.Message) -> bool:
    """Whether the mail as a whole is a picture or another file, with no text to be looked for."""
    return mail.get_content_maintype() in ("image", "audio", "video", "application")


def _as_plain(data: bytes, headers: Headers, defects: list[Defect]) -> Body:
    text, _ = decode_bytes(data[headers.end :], "utf-8")
    return Body(normalise(text, defects), tuple(defects))


def _collect(mail: email.message.Message, defects: list[Defect]) -> tuple[list[str], list[str]]:
    """The plain texts and the HTML pages of a mail, in order, attached patches among the texts."""
    texts: list[str] = []
    pages: list[str] = []
    stack: list[tuple[email.message.Message, int]] = [(mail, 0)]
    seen = 0
    while stack:
        part, level = stack.pop()
        seen += 1
        if seen > MAX_PARTS:
            defects.append(Defect("parts", f"more than {MAX_PARTS}"))
            break
        if part.is_multipart():
            if level < MAX_NESTING:
                children = [p for p in part.get_payload() if isinstance(p, email.message.Message)]
                stack.extend((child, level + 1) for child in reversed(children))
            continue
        kind = part.get_content_type()
        if kind == "text/html":
            pages.append(_part_text(part, defects))
        elif kind in PATCH_TYPES or (kind.startswith("text/") and _is_wanted(part, kind)):
            texts.append(_part_text(part, defects))
    for defect in mail.defects[:5]:
        defects.append(Defect("mime", type(defect).__name__))
    return texts, pages


def _is_wanted(part: email.message.Message, kind: str) -> bool:
    """As :func:`is_wanted` says; calendars, cards and keys are left out."""
    return is_wanted(kind, (part.get_filename() or "").lower(), part.get_content_disposition() or "")


def _part_text(part: email.message.Message, defects: list[Defect]) -> str:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    charset = part.get_content_charset() or "utf-8"
    text, clean = decode_bytes(payload, charset)
    if not clean:
        defects.append(Defect("charset", charset[:40]))
    return text
