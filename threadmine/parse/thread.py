"""Messages arranged as trees by who answers whom; pure, over ids alone.

A missing parent does not tear a thread apart: the message hangs below the nearest ancestor that is there, and
messages that name the same missing one stay together. Loops in references, which hostile mail has, are cut.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from threadmine.model import Moment


@dataclass(frozen=True, slots=True)
class Link:
    """What threading needs of a message: ``parents`` are the ids it refers to, oldest first."""

    message_id: str
    parents: tuple[str, ...]
    date: Moment


@dataclass(frozen=True, slots=True)
class Placed:
    """A message's place: ``root`` names its thread, ``level`` is 0 for a root, ``parent`` may be missing."""

    message_id: str
    parent: str | None
    root: str
    level: int


_NEVER = datetime.max.replace(tzinfo=UTC)


def arrange(messages: Iterable[Link]) -> tuple[Placed, ...]:
    """Depth first, threads and siblings in the order of their dates (then of their ids).

    Returns one :class:`Placed` per different id. ``parent`` is the nearest ancestor that is among the
    messages; ``root`` the id that the thread's oldest known reference leads to, present or not.
    """
    links: dict[str, Link] = {}
    for link in messages:
        links.setdefault(link.message_id, link)
    parents = {key: _parent(link, links) for key, link in links.items()}
    _cut_loops(links, parents)
    roots = _roots(links, parents)
    children: dict[str, list[str]] = {}
    tops: list[str] = []
    for key, parent in parents.items():
        if parent is None:
            tops.append(key)
        else:
            children.setdefault(parent, []).append(key)
    return _walk(links, parents, roots, tops, children)


def _order(links: dict[str, Link], key: str) -> tuple[datetime, str]:
    date = links[key].date
    return (date if isinstance(date, datetime) else _NEVER, key)


def _parent(link: Link, links: dict[str, Link]) -> str | None:
    """The nearest reference that is there."""
    for reference in reversed(link.parents):
        if reference in links and reference != link.message_id:
            return reference
    return None


def _cut_loops(links: dict[str, Link], parents: dict[str, str | None]) -> None:
    """Makes the earliest message of every loop a root."""
    settled: set[str] = set()
    for key in links:
        path: list[str] = []
        on_path: set[str] = set()
        at: str | None = key
        while at is not None and at not in settled and at not in on_path:
            path.append(at)
            on_path.add(at)
            at = parents[at]
        if at is not None and at in on_path:
            loop = path[path.index(at) :]
            parents[min(loop, key=lambda k: _order(links, k))] = None
        settled.update(path)


def _roots(links: dict[str, Link], parents: dict[str, str | None]) -> dict[str, str]:
    """The thread of each message: messages that share a missing reference are of one thread."""
    leader: dict[str, str] = {}

    def find(key: str) -> str:
        while leader.setdefault(key, key) != key:
            leader[key] = leader[leader[key]]
            key = leader[key]
        return key

    for key, link in links.items():
        for reference in (*link.parents, parents[key] or key):
            one, two = find(key), find(reference)
            if one != two:
                leader[two] = one
    names: dict[str, str] = {}
    for key in sorted(links, key=lambda k: _order(links, k)):
        group = find(key)
        if group not in names:
            first = links[key].parents
            names[group] = first[0] if first and parents[key] is None else key
    return {key: names[find(key)] for key in links}


def _walk(
    links: dict[str, Link],
    parents: dict[str, str | None],
    roots: dict[str, str],
    tops: Sequence[str],
    children: dict[str, list[str]],
) -> tuple[Placed, ...]:
    by_thread: dict[str, list[str]] = {}
    for key in sorted(tops, key=lambda k: _order(links, k)):
        by_thread.setdefault(roots[key], []).append(key)
    out: list[Placed] = []
    for group in by_thread.values():
        stack = [(key, 0) for key in reversed(group)]
        while stack:
            key, level = stack.pop()
            out.append(Placed(key, parents[key], roots[key], level))
            below = sorted(children.get(key, ()), key=lambda k: _order(links, k), reverse=True)
            stack.extend((child, level + 1) for child in below)
    return tuple(out)
