"""What the screen remembers between visits: when each database was last looked at, and the limits used.

Kept as JSON below XDG_STATE_HOME. Losing it loses no data: a file that can not be read or written is passed
over in silence.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from platformdirs import user_state_path

MOST_LIMITS = 50
MOST_DATABASES = 100


@dataclass(frozen=True, slots=True)
class Memory:
    """``visits``: (database, ISO date) pairs; ``limits``: newest first; ``theme``: the colours chosen."""

    visits: tuple[tuple[str, str], ...] = ()
    limits: tuple[str, ...] = ()
    theme: str = ""

    def last_visit(self, database: str) -> datetime | None:
        """When ``database`` was last looked at; None for never (or an unreadable date)."""
        text = dict(self.visits).get(database, "")
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            return None
        return moment if moment.tzinfo else None

    def visited(self, database: str, now: datetime) -> Memory:
        kept = [pair for pair in self.visits if pair[0] != database]
        return replace(self, visits=((database, now.isoformat()), *kept)[:MOST_DATABASES])

    def with_limit(self, limit: str) -> Memory:
        """The same with ``limit`` as the newest; an empty one changes nothing."""
        if not limit.strip():
            return self
        kept = [other for other in self.limits if other != limit]
        return replace(self, limits=(limit, *kept)[:MOST_LIMITS])

    def with_theme(self, theme: str) -> Memory:
        return replace(self, theme=theme)


def memory_path() -> Path:
    """The file, below XDG_STATE_HOME."""
    return user_state_path("threadmine") / "screen.json"


def recall() -> Memory:
    """What was kept; nothing where there is no readable file."""
    try:
        found = json.loads(memory_path().read_text(encoding="utf-8"))
        visits = tuple((str(name), str(at)) for name, at in dict(found["visits"]).items())
        limits = tuple(str(limit) for limit in found["limits"])
        return Memory(visits, limits, str(found.get("theme", "")))
    except (OSError, ValueError, KeyError, TypeError):
        return Memory()


def keep(memory: Memory) -> None:
    """Writes the file whole or not at all."""
    path = memory_path()
    found = {"visits": dict(memory.visits), "limits": list(memory.limits), "theme": memory.theme}
    text = json.dumps(found, ensure_ascii=False)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_suffix(".new")
        new.write_text(text, encoding="utf-8")
        new.replace(path)
    except OSError:
        return
