"""Headers of a mail, found fast in the plain case and decoded with care in the odd one.

Two thirds of a list mail are headers nobody reads (Received, ARC, DKIM), so only the wanted ones are cut out
of the block, by one linear pattern. Addresses repeat from mail to mail and are remembered.
"""

from __future__ import annotations

import email.errors
import email.header
import email.utils
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

from threadmine.model import Defect, Moment, Person, Unknown
from threadmine.parse.charsets import decode_bytes
from threadmine.parse.limits import MAX_HEADER, MAX_PEOPLE, MAX_REFERENCES

KEPT = ("List-Id", "X-Mailer", "User-Agent", "Reply-To", "X-Change-ID", "Archived-At", "X-Patchwork-Hint")
"""Headers that travel on in ``Message.headers`` as they are."""

_NAMES = (
    "From", "To", "Cc", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "Content-Type",
    "Content-Transfer-Encoding", "Sender", *KEPT,
)  # fmt: skip


def _any_case(names: Iterable[str]) -> str:
    """A pattern of the names in any case, filed by their first letters: most headers are none of them."""
    rests: dict[str, list[str]] = {}
    for name in names:
        rests.setdefault(name[0].upper() + name[0].lower(), []).append(name[1:])
    return "|".join(f"[{first}](?i:{'|'.join(rest)})" for first, rest in rests.items())


_WANTED = re.compile(rf"\n({_any_case(_NAMES)})[ \t]*:[ \t]*([^\n]*+(?:\n[ \t][^\n]*+)*+)")
_RECEIVED = re.compile(r"\nReceived[ \t]*:([^\n]*(?:\n[ \t][^\n]*)*)", re.IGNORECASE)
_BLANK_LINE = re.compile(rb"\n\r?\n")
_FOLD = re.compile(r"[\r\n]+[ \t]*")
_ID = re.compile(r"<([^<>]*)>")
_SPACE = re.compile(r"\s+")
_PLAIN_ADDRESS = re.compile(r'\s*(?:"([^"\\]*)"|([^",<>@:;\\]*))\s*<([^<>\s",()]+@[^<>\s",()@]+)>\s*')
_BARE_ADDRESS = re.compile(r"\s*([^<>\s\",():;@]+@[^<>\s\",():;@]+)\s*")
_PLAIN_NAME = re.compile(r'\s*(?:"[^"\\]*"|[-\w ]*)\s*', re.ASCII)
_FOLDED_ADDRESS = re.compile(r"[-\w.+=~$&'*/?^`{|}!#%]+@[-\w.]+", re.ASCII)
"""An address that a client folded in its midst, once the white space of the fold is taken out."""


@dataclass(frozen=True, slots=True)
class Headers:
    """The wanted headers of one mail, unfolded but not decoded; names in lower case, in order."""

    values: dict[str, list[str]]
    end: int
    defects: tuple[Defect, ...] = ()

    def first(self, name: str) -> str:
        """The first value of header ``name`` (lower case), the empty text if there is none."""
        found = self.values.get(name)
        return found[0] if found else ""


def split_headers(data: bytes) -> Headers:
    """Cuts the wanted headers out of raw mail; ``end`` is the offset in bytes where the body starts."""
    stop, body_start = _header_end(data)
    defects: list[Defect] = []
    if stop > MAX_HEADER:
        defects.append(Defect("header-cut", f"{stop} bytes of headers"))
        block = _OVERLONG.sub(rb"\1", data[:stop])[:MAX_HEADER]  # one huge header hides none of the others
    else:
        block = data[:stop]
    if block.isascii():
        text = block.decode("ascii")
    else:
        text, _ = decode_bytes(block, "utf-8")
        defects.append(Defect("raw-8bit-header"))
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    values: dict[str, list[str]] = {}
    for name, value in _WANTED.findall("\n" + text):
        if "\n" in value:
            value = value.replace("\n\t", " ").replace("\n", " ")
        values.setdefault(name.lower(), []).append(value.strip())
    for name in ("message-id", "from", "date", "subject"):
        if len(set(values.get(name, ()))) > 1:
            defects.append(Defect("duplicate-header", name))
    return Headers(values, body_start, tuple(defects))


_OVERLONG = re.compile(rb"(?m)^(?=[^\s])((?:[^\n]|\n(?=[ \t])){16384})(?:[^\n]++|\n(?=[ \t]))++")
"""A header of more than 16 KiB, continued lines and all."""


def _header_end(data: bytes) -> tuple[int, int]:
    """Where the header block ends and where the body starts, for either kind of line end."""
    if data[:1] == b"\n":
        return 0, 1
    if data[:2] == b"\r\n":
        return 0, 2
    match = _BLANK_LINE.search(data)
    if match is None:
        return len(data), len(data)
    return match.span()


def decode_text(value: str) -> str:
    """A header value with its encoded words decoded and white space folded; never raises."""
    if "=?" in value:
        value = _decode_words(value)
    if "  " in value or "\t" in value or "\n" in value:
        value = _SPACE.sub(" ", value)
    return value.strip()


def _decode_words(value: str) -> str:
    try:
        chunks = email.header.decode_header(value)
    except (email.errors.HeaderParseError, ValueError, TypeError):
        return value
    parts: list[str] = []
    for chunk, charset in chunks:
        if isinstance(chunk, str):
            parts.append(chunk)
        elif charset is None:
            parts.append(chunk.decode("utf-8", "replace"))
        else:
            parts.append(decode_bytes(chunk, charset)[0])
    return "".join(parts)


# ---------------------------------------------------------------------------------------- message ids


@lru_cache(maxsize=512)
def find_ids(value: str) -> tuple[str, ...]:
    """Message-ids of a References or In-Reply-To header, without ``<>``, oldest first, each once."""
    found = [_SPACE.sub("", text) for text in _ID.findall(value)]
    if not found and "@" in value:
        found = [word.strip("<>,;\"'") for word in value.split() if "@" in word]
    ids = tuple(dict.fromkeys(text for text in found if text))
    if len(ids) > MAX_REFERENCES:
        ids = ids[:1] + ids[1 - MAX_REFERENCES :]
    return ids


def clean_id(value: str) -> str:
    """The id of a Message-ID header, without ``<>`` and white space; empty if there is none in it."""
    inside = _ID.search(value)
    text = inside.group(1) if inside else value.strip().strip("<>")
    return _SPACE.sub("", text)


# -------------------------------------------------------------------------------------------- people


@lru_cache(maxsize=256)
def people(value: str) -> tuple[Person, ...]:
    """The addressees in a From, To or Cc header. Addresses keep their spelling; names are decoded."""
    found: list[Person] = []
    for item in _items(value):
        person = _plain_person(item)
        if person is None:
            return _people_the_long_way(value)
        found.append(person)
    return tuple(found)


def _items(value: str) -> list[str]:
    """The parts between commas, a comma inside double quotes not counted; empty parts left out."""
    parts = value.split(",", MAX_PEOPLE)
    if '"' not in value:
        return [part for part in parts if part and not part.isspace()]
    out: list[str] = []
    held = ""
    for part in parts:
        held = f"{held},{part}" if held else part
        if held.count('"') % 2 == 0:
            out.append(held)
            held = ""
    return [part for part in (*out, held) if part and not part.isspace()]


@lru_cache(maxsize=4096)
def _plain_person(item: str) -> Person | None:
    """``Ann Author <ann@example.org>`` between two commas; None if it is anything less plain."""
    match = _PLAIN_ADDRESS.fullmatch(item)
    if match is not None and (match.group(2) or "").count("(") == (match.group(2) or "").count(")"):
        return _person(match.group(1) or match.group(2) or "", match.group(3))
    match = _BARE_ADDRESS.fullmatch(item)
    return Person("", match.group(1)) if match is not None else _folded_person(item)


def _folded_person(item: str) -> Person | None:
    """The same for an address that a client has broken over two lines, which goes on without the blanks."""
    name, opened, rest = item.rpartition("<")
    address = rest.strip().removesuffix(">") if opened else rest
    if opened and (not rest.rstrip().endswith(">") or _PLAIN_NAME.fullmatch(name) is None):
        return None
    address = _SPACE.sub("", address)
    if _FOLDED_ADDRESS.fullmatch(address) is None or ".." in address or ".@" in address or "@." in address:
        return None
    return _person(name.strip().removeprefix('"').removesuffix('"'), address)


@lru_cache(maxsize=4096)
def _person(name: str, address: str) -> Person:
    return Person(decode_text(name).strip("\"' "), address)


def _people_the_long_way(value: str) -> tuple[Person, ...]:
    """Comments, groups, encoded words, quoted commas: as the standard library reads them."""
    value = value[:MAX_HEADER]
    if "@" not in value:
        name = decode_text(value).strip("\"'<> ")
        return (Person(name, ""),) if name and not name.endswith(":;") else ()
    found: list[Person] = []
    try:
        pairs = email.utils.getaddresses([value])
    except (IndexError, ValueError, TypeError, RecursionError):
        pairs = []
    for name, address in pairs[:MAX_PEOPLE]:
        if "@" in address or (name and address):
            found.append(_person(name, _SPACE.sub("", address)))
        elif name or address:
            found.append(Person(decode_text(name or address), ""))
    if not found and value.strip():
        found.append(_guess_person(decode_text(value)))
    return tuple(found)


def _guess_person(text: str) -> Person:
    """A name and an address out of a header that follows no grammar."""
    match = re.search(r"[^\s<>\"(),;:]+@[^\s<>\"(),;:]+", text)
    if match is None:
        return Person(text.strip(" <>\"'"), "")
    name = (text[: match.start()] + " " + text[match.end() :]).strip(" <>\"'(),;")
    return Person(_SPACE.sub(" ", name), match.group())


# --------------------------------------------------------------------------------------------- dates


_EARLIEST = 1970
_LATEST = 2199
_MONTHS = dict(
    zip(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"),
        range(1, 13),
        strict=True,
    )
)
_PLAIN_DATE = re.compile(
    r"(?:[A-Za-z]{3},\s*)?(\d{1,2})\s+([A-Za-z]{3})\s+(\d{4})\s+(\d{2}):(\d{2})(?::(\d{2}))?\s+([+-])(\d{2})(\d{2})"
)
_ZONES: dict[int, timezone] = {0: UTC}


def parse_date(value: str) -> Moment:
    """The moment a Date header names, with its offset, or why it names none."""
    match = _PLAIN_DATE.match(value)
    if match is not None:
        day, month, year, hour, minute, second, sign, off_hours, off_minutes = match.groups()
        offset = int(off_hours) * 60 + int(off_minutes)
        if offset < 24 * 60 and _EARLIEST <= int(year) <= _LATEST:
            offset = -offset if sign == "-" else offset
            zone = _ZONES.get(offset)
            if zone is None:
                zone = _ZONES.setdefault(offset, timezone(timedelta(minutes=offset)))
            try:
                return datetime(
                    int(year),
                    _MONTHS.get(month.lower(), 0),
                    int(day),
                    int(hour),
                    int(minute),
                    min(int(second or 0), 59),
                    tzinfo=zone,
                )
            except ValueError:
                pass
    return _parse_odd_date(value)


def _parse_odd_date(value: str) -> Moment:
    if not value.strip():
        return Unknown("the mail has no Date header")
    try:
        when = email.utils.parsedate_to_datetime(value[:200])
    except (ValueError, TypeError, IndexError, OverflowError):
        return Unknown(f"the Date header cannot be read: {value[:80]}")
    if when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    if not _EARLIEST <= when.year <= _LATEST:
        return Unknown(f"the Date header names the year {when.year}")
    return when


def received_date(data: bytes) -> Moment:
    """When the first server that saw the mail says it came: the lowest Received header with a date."""
    block = data[: min(_header_end(data)[0], MAX_HEADER)].decode("latin-1").replace("\r\n", "\n")
    for value in reversed(_RECEIVED.findall("\n" + block)[:50]):
        _, _, text = _FOLD.sub(" ", value).rpartition(";")
        when = parse_date(text.strip())
        if isinstance(when, datetime):
            return when
    return Unknown("no Received header names a date")
