"""Finds series in flight that write the same bytes, although the members may have different names.

Two series that both write ``folio->_nr_pages`` meet when they are merged; two of which one writes
``page[1].memcg_data`` meet only at run time. Which members share bytes is the layout's to say.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import combinations

from threadmine.memmap import Layout
from threadmine.model import Access, Conflict, SharedBytes, TouchRow, Unknown

WRITES = frozenset((Access.WRITE, Access.DECLARE, Access.REMOVE))
MAX_ROWS = 20  # of one member and series that a conflict shows
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def find_conflicts(
    rows: Iterable[TouchRow], layout: Layout, *, through_helpers: bool = False
) -> tuple[Conflict, ...]:
    """Pairs of series that write bytes in common, those with the most members in common first.

    Args:
        rows: touched members of the series in flight, one version (the newest) of each.
        layout: the kernel that they are to be merged into.
        through_helpers: count members that a patch writes only by calling a helper, too (many more, mostly
            harmless: every user of ``prep_compound_page()`` writes nine members).

    A member that the layout does not know shares bytes only with the same member of the same name. Context
    lines do not count.
    """
    written: dict[str, dict[str, list[TouchRow]]] = defaultdict(lambda: defaultdict(list))
    started: dict[str, datetime] = {}
    for row in rows:
        touch = row.touch
        if touch.access not in WRITES or touch.side.value == " " or not touch.struct:
            continue
        if touch.via and not through_helpers:
            continue
        written[touch.name][row.series_id].append(row)
        date = row.date if isinstance(row.date, datetime) else _LONG_AGO
        started[row.series_id] = min(date, started.get(row.series_id, date))
    found: dict[tuple[str, str], list[SharedBytes]] = defaultdict(list)
    for first, second, how in _meeting(sorted(written), layout):
        for pair, shared in _pairs(first, second, how, written, started):
            found[pair].append(shared)
    conflicts = [Conflict(one, two, tuple(shared)) for (one, two), shared in found.items()]
    return tuple(sorted(conflicts, key=lambda each: (-len(each.shared), each.first, each.second)))


def _meeting(names: Sequence[str], layout: Layout) -> Iterable[tuple[str, str, str]]:
    """(member, member, how they lie) of all that share a byte, each member with itself included."""
    for name in names:
        yield name, name, "the same member"
    for first, second in combinations(names, 2):
        overlap = layout.overlap(first, second)
        if not isinstance(overlap, Unknown) and overlap.meets:
            yield first, second, f"{overlap.text()} ({layout.kernel}, {layout.arch})"


def _pairs(
    first: str,
    second: str,
    how: str,
    written: Mapping[str, Mapping[str, Sequence[TouchRow]]],
    started: Mapping[str, datetime],
) -> Iterable[tuple[tuple[str, str], SharedBytes]]:
    """The pairs of series of which one writes ``first`` and the other ``second``, the older series first."""
    for one, one_rows in sorted(written[first].items()):
        for two, two_rows in sorted(written[second].items()):
            if one == two or (first == second and one > two):
                continue
            left, right = tuple(one_rows[:MAX_ROWS]), tuple(two_rows[:MAX_ROWS])
            if (started[one], one) <= (started[two], two):
                yield (one, two), SharedBytes(first, second, how, left, right)
            else:
                yield (two, one), SharedBytes(second, first, how, right, left)
