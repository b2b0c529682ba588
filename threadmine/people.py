"""One person behind several names and addresses; never two people behind one first name.

Facts that make two writings one person: the same address; the same full name (order, brackets with the
employer and letter case aside); an address with hidden letters that fits a known one of the same name; and
what a ``.mailmap`` says. A first name alone, or the same name with nothing else, joins nobody.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from threadmine.model import Person

_ASIDE = re.compile(r"\s*[(\[][^()\[\]]*[)\]]\s*")
_VIA = re.compile(r"\s+(?:via|on behalf of)\s+.*$", re.IGNORECASE)
_MAILMAP = re.compile(r"([^<>#]*)<([^<>]+)>\s*(?:([^<>#]*)<([^<>]+)>)?")
_PROBABLY, _OR = "probably ", " or "
UNNAMED = "unknown"
"""Stands among possible writers for somebody whom the page does not name."""

_MAX_MAILMAP = 4 * 1024 * 1024
_DOTS = re.compile(r"\.\.\.|\[\.\.\.\]|…")


@lru_cache(maxsize=1 << 16)
def straight_name(name: str) -> str:
    """``Yan, Zi`` as ``Zi Yan``; brackets, quotes, ``@`` and ``via a list`` taken off."""
    name = _VIA.sub("", _ASIDE.sub(" ", name)).strip(" \"'@,;:")
    if name.count(",") == 1:
        last, _, first = name.partition(",")
        suffix = first.strip().lower().rstrip(".")
        if first.strip() and suffix not in ("jr", "sr", "phd", "ii", "iii"):
            name = f"{first.strip()} {last.strip()}"
    return " ".join(name.split())


@lru_cache(maxsize=1 << 16)
def name_key(name: str) -> str:
    """What two spellings of a full name have in common: letters without accents and case, order kept."""
    plain = unicodedata.normalize("NFKD", straight_name(name))
    plain = "".join(c for c in plain if not unicodedata.combining(c)).lower()
    return " ".join(re.findall(r"\w+", plain))


def uncertain_name(names: Sequence[str], leads: bool) -> str:
    """How a writer is called of whom a page leaves several open: ``A or B``, ``probably A (or B)``.

    Args:
        names: the possible ones, likeliest first.
        leads: whether the first is clearly likelier than the others.
    """
    if leads and len(names) > 1:
        return f"{_PROBABLY}{names[0]} (or {_OR.join(names[1:])})"
    return _OR.join(names)


def possible_names(name: str) -> tuple[str, ...]:
    """The names in what ``uncertain_name`` made, likeliest first; any other name alone."""
    first = likeliest_name(name)
    if not first:
        return tuple(name.split(_OR))
    return (first, *name[len(_PROBABLY) + len(first) + len(" (or ") : -1].split(_OR))


def likeliest_name(name: str) -> str:
    """The one who leads in ``probably A (or B)``; empty where nobody does, or the name is of one person."""
    if not (name.startswith(_PROBABLY) and name.endswith(")")):
        return ""
    first, found, _ = name.removeprefix(_PROBABLY).partition(" (or ")
    return first if found else ""


def is_full_name(name: str) -> bool:
    """Whether a name has two words at least, so that it can stand for one person."""
    return len(name_key(name).split()) >= 2


def address_key(address: str) -> str:
    """An address without case and without a ``+tag``."""
    address = address.strip().lower()
    local, at, domain = address.partition("@")
    return f"{local.split('+')[0] or local}{at}{domain}"


def fits_hidden(hidden: str, address: str) -> bool:
    """Whether an address with hidden letters (``ann@...mple.org``) can be ``address``.

    Dots for letters stand for the first three characters of the domain; other archives cut the domain off.
    """
    hidden, address = hidden.lower(), address.lower()
    parts = _DOTS.split(hidden, maxsplit=1)
    if len(parts) != 2 or not address.startswith(parts[0]) or not address.endswith(parts[1]):
        return False
    missing = len(address) - len(parts[0]) - len(parts[1])
    return missing == 3 if "@..." in hidden else missing >= 0


def is_hidden(address: str) -> bool:
    """Whether letters of the address are hidden by the archive."""
    return _DOTS.search(address) is not None


@dataclass(slots=True)
class Identity:
    """One person: the name shown, and every name and address that was found to be theirs."""

    name: str
    names: set[str] = field(default_factory=set)
    addresses: set[str] = field(default_factory=set)


class Directory:
    """Identities built from people as mails name them, in any order with the same result.

    Args:
        mailmap: the text of a ``.mailmap``; its lines win over everything else.
    """

    def __init__(self, mailmap: str = "") -> None:
        self._by_address, self._names = parse_mailmap(mailmap)
        self._leader: dict[str, str] = {}
        self._people: dict[str, set[tuple[str, str]]] = {}
        self._counts: dict[tuple[str, str], int] = {}
        self._known: dict[Person, list[str]] = {}

    def add(self, person: Person, count: int = 1) -> None:
        """Notes a person as one mail gives them."""
        pair = (person.name.strip(), person.address.strip())
        if not any(pair):
            return
        self._counts[pair] = self._counts.get(pair, 0) + count
        keys = self._keys(person)
        for key in keys:
            self._people.setdefault(key, set()).add(pair)
        for other in keys[1:]:
            self._join(keys[0], other)

    def _keys(self, person: Person) -> list[str]:
        known = self._known.get(person)
        if known is None:
            known = self._known[person] = self._find_keys(person)
        return known

    def _find_keys(self, person: Person) -> list[str]:
        keys: list[str] = []
        address = person.address.strip()
        name = straight_name(person.name)
        if address and not is_hidden(address):
            proper = self._by_address.get(
                (address.lower(), person.name.strip().lower())
            ) or self._by_address.get((address.lower(), ""))
            keys.append("a:" + address_key(proper or address))
        if is_full_name(name):
            keys.append("n:" + name_key(name))
        return keys or ["?:" + (address.lower() or name.lower())]

    def _find(self, key: str) -> str:
        self._leader.setdefault(key, key)
        while self._leader[key] != key:
            self._leader[key] = self._leader[self._leader[key]]
            key = self._leader[key]
        return key

    def _join(self, one: str, other: str) -> None:
        first, second = sorted((self._find(one), self._find(other)))
        self._leader[second] = first

    def same(self, one: Person, other: Person) -> bool:
        """Whether two writings are known to be one person."""
        mine, theirs = self._keys(one), self._keys(other)
        return any(self._find(a) == self._find(b) for a in mine for b in theirs)

    def key_of(self, person: Person) -> str:
        """A text that is the same for all writings of one person (and means nothing else)."""
        return self._find(self._keys(person)[0])

    def names(self) -> dict[str, str]:
        """For each key of :meth:`key_of` the name to show: the ``.mailmap``'s, else the most frequent one."""
        return {key: self._identity(pairs).name for key, pairs in self._groups().items()}

    def _groups(self) -> dict[str, set[tuple[str, str]]]:
        groups: dict[str, set[tuple[str, str]]] = {}
        for key, pairs in self._people.items():
            groups.setdefault(self._find(key), set()).update(pairs)
        return groups

    def identities(self) -> tuple[Identity, ...]:
        """Everybody, sorted by name."""
        out = [self._identity(pairs) for pairs in self._groups().values()]
        return tuple(sorted(out, key=lambda i: (i.name.lower(), sorted(i.addresses))))

    def _identity(self, pairs: Iterable[tuple[str, str]]) -> Identity:
        names = {straight_name(name) for name, _ in pairs if name}
        addresses = {address for _, address in pairs if address}
        proper = next((self._names[a.lower()] for a in sorted(addresses) if a.lower() in self._names), "")
        counts: dict[str, int] = {}
        for name, address in pairs:
            if name:
                counts[straight_name(name)] = counts.get(straight_name(name), 0) + self._counts[name, address]
        best = proper or max(counts, key=lambda n: (counts[n], len(n), n), default="")
        return Identity(best or next(iter(sorted(addresses)), ""), names, addresses)


def own_mailmap() -> str:
    """The text of the ``.mailmap``: what ``THREADMINE_MAILMAP`` names, else that of this folder, if any."""
    path = Path(os.environ.get("THREADMINE_MAILMAP") or ".mailmap")
    try:
        return path.read_text(encoding="utf-8", errors="replace")[:_MAX_MAILMAP]
    except OSError:
        return ""


def parse_mailmap(text: str) -> tuple[Mapping[tuple[str, str], str], Mapping[str, str]]:
    """A ``.mailmap``: (address, name or "") -> proper address, and address -> proper name."""
    addresses: dict[tuple[str, str], str] = {}
    names: dict[str, str] = {}
    for line in text.split("\n"):
        match = _MAILMAP.match(line.split("#")[0].strip())
        if match is None:
            continue
        proper_name, first, commit_name, second = (part.strip() if part else "" for part in match.groups())
        if second:
            addresses[second.lower(), commit_name.lower()] = first.lower()
        if proper_name:
            names[first.lower()] = proper_name
            if second:
                names[second.lower()] = proper_name
    return addresses, names
