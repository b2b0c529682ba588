"""Questions: types of the model out, never rows. Each answers in milliseconds; tests look at their plans.

Lists are newest first unless they say otherwise; what has no date comes last. ``field`` arguments take
``folio._nr_pages``, ``_nr_pages`` or ``page[1].memcg_data``; ``series`` arguments take a series id, a
message-id, a lore address or words of the title; ``author`` is part of a name or address; ``since`` and
``until`` are moments (``until`` is not included).
"""

from __future__ import annotations

from threadmine.db.board import board_statements, count_all, field_count, people, threads
from threadmine.db.completing import count_waiting
from threadmine.db.questions_findings import FindingQuestions
from threadmine.db.questions_mails import MailQuestions
from threadmine.db.questions_series import SeriesQuestions
from threadmine.model import (
    Counts,
    FieldCount,
    PersonCount,
    ThreadCount,
)


class Queries(FindingQuestions, MailQuestions, SeriesQuestions):
    """Questions to one database: those of the three kinds, and how much there is of everything."""

    def counts(self) -> Counts:
        """How much there is of everything."""
        with self.database.read() as connection:
            return count_all(connection)

    def board(self, struct: str | None = None) -> tuple[FieldCount, ...]:
        """Counts for each struct member that anything is said about, by name.

        Args:
            struct: only members of this structure.
        """
        found: dict[tuple[str, str], dict[str, int]] = {}
        with self.database.read() as connection:
            for statement in board_statements(struct):
                for row in connection.execute(statement):
                    counts = found.setdefault((row.struct, row.member), {})
                    last = max(counts.get("last", -1), -1 if row.last is None else row.last)
                    counts.update(row._mapping)
                    counts["last"] = last
        return tuple(field_count(*name, counts) for name, counts in sorted(found.items()))

    def people(self, limit: int | None = 200) -> tuple[PersonCount, ...]:
        """What each person asked and claimed, most recently active first."""
        with self.database.read() as connection:
            return people(connection, limit)

    def threads(self, limit: int | None = 200, offset: int = 0) -> tuple[ThreadCount, ...]:
        """The threads with their open issues, most recently active first."""
        with self.database.read() as connection:
            return threads(connection, limit, offset)

    def waiting(self) -> int:
        """How many messages are stored and not mined."""
        return count_waiting(self.database)

    def changed(self) -> int:
        """A number that changes when another process has written to the database."""
        return self.database.data_version()
