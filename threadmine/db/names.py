"""How a member is named in questions and in rows: ``folio._nr_pages``, ``_nr_pages``, ``page[1].memcg_data``.

Rows keep structure and member apart; a question finds rows of the member whose structure is the one asked
for, unknown, or another view of the same memory.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, or_
from sqlalchemy.orm import InstrumentedAttribute

from threadmine.query.names import overlays, split_name


@dataclass(frozen=True, slots=True)
class NameColumns:
    """The two columns of a table that hold a name."""

    struct: InstrumentedAttribute[str]
    member: InstrumentedAttribute[str]

    def match(self, name: str) -> ColumnElement[bool]:
        """The condition that a row is about ``name``; ``flags`` also finds ``flags.f``."""
        struct, member = split_name(name)
        is_member = or_(self.member == member, and_(self.member >= f"{member}.", self.member < f"{member}/"))
        if not struct:
            return is_member
        family = overlays() if struct in overlays() else {struct}
        return and_(is_member, self.struct.in_(["", *sorted(family)]))


def plain_id(text: str) -> str:
    """A message-id from what a person pastes: ``<id>``, a lore or msgid.link address, or the id."""
    name = text.strip().strip("<>")
    if "://" in name:
        parts = [part for part in name.split("://", 1)[1].split("?")[0].split("#")[0].split("/") if part]
        name = next((part for part in parts[1:] if "@" in part), parts[-1])
        name = name.replace("%40", "@").replace("%2B", "+").replace("%2b", "+").replace("%25", "%")
    return name
