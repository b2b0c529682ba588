"""What became of a concern: the replies at sentence level, then the later versions of the series."""

from __future__ import annotations

from threadmine.track.apply import update
from threadmine.track.replies import statuses

__all__ = ["statuses", "update"]
