"""Bytes to text, whatever the mail claims its charset to be.

Mail names charsets that do not exist, that are subsets of what was sent, or that would cost quadratic time
to decode; all of them end as text here and never as an exception.
"""

from __future__ import annotations

import codecs
from functools import lru_cache

_REFUSED = frozenset({"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"})
"""Codecs of Python that are no mail charsets: quadratic in time, or they interpret backslashes."""

_WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "hz": "hz", "latin-1": "cp1252", "iso8859-1": "cp1252"}
"""Charsets whose senders mean a superset of it."""

_UNKNOWN_MEANS = {"cp-850": "cp850", "x-gbk": "gb18030", "x-sjis": "cp932", "ks_c_5601-1987": "cp949"}


@lru_cache(maxsize=256)
def codec_name(charset: str) -> str | None:
    """Python's name of the codec that mail means by ``charset``; None if there is none that may be used."""
    label = charset.strip().strip("\"'").lower().split("*")[0]
    label = _UNKNOWN_MEANS.get(label, label)
    try:
        name = codecs.lookup(label).name
    except (LookupError, ValueError, UnicodeError):
        return None
    if name in _REFUSED or not _is_text(name):
        return None
    return _WIDER.get(name, name)


def _is_text(name: str) -> bool:
    try:
        b"a".decode(name)
    except UnicodeError:
        return True
    except (LookupError, ValueError):
        return False
    return True


def decode_bytes(data: bytes, charset: str) -> tuple[str, bool]:
    """``data`` as text and whether it came out clean (no character replaced, charset as stated)."""
    name = codec_name(charset) if charset else "ascii"
    if name is not None:
        try:
            return data.decode(name), True
        except UnicodeError:
            pass
    try:
        return data.decode("utf-8"), False
    except UnicodeDecodeError:
        pass
    if name is None or name in ("ascii", "utf-8", "utf-7"):
        name = "cp1252" if _looks_western(data) else "utf-8"
    return data.decode(name, "replace"), False


def _looks_western(data: bytes) -> bool:
    """Whether the bytes beyond ASCII stand alone between letters, as they do in Latin text."""
    high = sum(1 for byte in data[:20_000] if byte >= 0x80)
    return high * 4 < len(data[:20_000]) + 4
