"""What became of a concern: the replies at sentence level, then the later versions of the series.

``statuses`` reads one thread, ``link_versions`` orders the versions of series, ``follow`` looks whether
later versions did what was asked. All three are pure; ``update`` applies them to the threads that an ingest
touched.
"""

from __future__ import annotations

from threadmine.track.apply import update
from threadmine.track.follow import follow
from threadmine.track.replies import statuses
from threadmine.track.versions import link_versions

__all__ = ["follow", "link_versions", "statuses", "update"]
