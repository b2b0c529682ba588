"""Whether two names in mail are one person; never by first name alone."""

from __future__ import annotations

from threadmine.model import Person


def same_person(one: Person, other: Person) -> bool:
    """Whether two authors are the same, by address or by their full name in any order of its parts."""
    if one.address and one.address.casefold() == other.address.casefold():
        return True
    return name_key(one.name) == name_key(other.name) and " " in name_key(one.name)


def name_key(name: str) -> str:
    """A name as it is compared: its parts sorted, what stands in brackets left out (``Yan, Zi``, ``A B
    (Firm)``).
    """
    plain = name.split("(", 1)[0].replace(",", " ").replace('"', " ")
    return " ".join(sorted(plain.casefold().split()))
