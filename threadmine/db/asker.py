"""What all questions to a database have in common."""

from __future__ import annotations

from threadmine.db.session import Database


class Asker:
    """Asks one database.

    Args:
        database: where to ask; may be shared between threads.
    """

    def __init__(self, database: Database) -> None:
        self.database = database
