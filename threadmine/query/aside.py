"""What people took off the list by hand: issues closed, merged into others, or put to sleep."""

from __future__ import annotations

from datetime import date

SNOOZED = "snoozed until "


def is_aside(triage: str, today: date) -> bool:
    """Whether what people set of an issue takes it off the list of open ones.

    Args:
        triage: the text that the database keeps (``closed; snoozed until 2026-03-01``).
        today: the day of the question; a sleep is over on its last day.
    """
    for part in triage.split("; "):
        if part == "closed" or part.startswith("merged into "):
            return True
        if part.startswith(SNOOZED) and part.removeprefix(SNOOZED)[:10] > today.isoformat():
            return True
    return False
