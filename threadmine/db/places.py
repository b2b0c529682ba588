"""Where messages belong: threads, versions of series, the tree of a thread. Pure, and blind to order.

Every answer depends on the set of messages alone, never on the order in which they came.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field

from threadmine.model import QUOTED_ID, stable_id, stand_in_id

_LAST = 1 << 62  # sorts after every date

MAX_REFERENCES = 200
"""References of one message that count: the first, and the last of them (hostile mail names thousands)."""


def counted_references(message_id: str, references: Sequence[str]) -> tuple[str, ...]:
    """The references that place a message: without itself, repeats and excess."""
    kept = [ref for ref in dict.fromkeys(references) if ref and ref != message_id]
    if len(kept) > MAX_REFERENCES:
        kept = kept[:1] + kept[1 - MAX_REFERENCES :]
    return tuple(kept)


@dataclass(frozen=True, slots=True)
class Light:
    """What placing a message needs to know of it."""

    message_id: str
    references: tuple[str, ...]
    sent_at: int | None
    author: str
    title: str
    is_candidate: bool  # a patch or cover letter that is no reply
    version: int = 1
    subversion: str = ""
    is_rfc: bool = False
    is_resend: bool = False
    number: int | None = None
    total: int | None = None
    base: str = ""
    change_id: str = ""
    list_name: str = ""
    author_name: str = ""

    @property
    def rank(self) -> tuple[int, str]:
        """Earliest first; those without a date last."""
        return (_LAST if self.sent_at is None else self.sent_at, self.message_id)


# -------------------------------------------------------------------------------------------- threads


class Groups:
    """Sets of ids that grow together (union-find)."""

    def __init__(self) -> None:
        self._above: dict[str, str] = {}

    def find(self, name: str) -> str:
        above = self._above
        if name not in above:
            above[name] = name
            return name
        root = name
        while above[root] != root:
            root = above[root]
        while above[name] != root:
            above[name], name = root, above[name]
        return root

    def join(self, first: str, second: str) -> None:
        self._above[self.find(second)] = self.find(first)

    def members(self) -> list[list[str]]:
        """The sets, each in the order its names were first seen."""
        found: dict[str, list[str]] = {}
        for name in list(self._above):
            found.setdefault(self.find(name), []).append(name)
        return list(found.values())


def group_threads(messages: Iterable[tuple[str, Sequence[str]]]) -> list[list[str]]:
    """Sets of message-ids that belong to one thread, from (id, references); ghosts are in them too."""
    groups = Groups()
    for message_id, references in messages:
        groups.find(message_id)
        for reference in counted_references(message_id, references):
            groups.join(message_id, reference)
    return groups.members()


def thread_root(ids: Mapping[str, bool]) -> str:
    """The root of a thread: the first of its ids, in their alphabetical order, that has no parent.

    Args:
        ids: every id of the thread, ghosts included, with whether it has a parent.
    """
    roots = [name for name, has_parent in ids.items() if not has_parent]
    return min(roots or ids)


def thread_id_of(root: str) -> str:
    """The id of the thread with this root."""
    return stable_id("t", root)


def parents(messages: Iterable[Light]) -> dict[str, str | None]:
    """Each message's nearest ancestor in hand, None for those without; circles are cut.

    What is known from quotations alone stands in for the mail that is missing.
    """
    by_id = {message.message_id: message for message in messages}
    stand_ins = {name for name in by_id if name.endswith(QUOTED_ID)}
    found: dict[str, str | None] = {}
    for message in sorted(by_id.values(), key=lambda m: m.rank):
        nearest = next((ref for ref in reversed(message.references) if ref in by_id), None)
        if stand_ins:
            nearest = _nearest_known(message, by_id, stand_ins)
        found[message.message_id] = nearest
    _cut_circles(found)
    return found


def _nearest_known(message: Light, by_id: Mapping[str, Light], stand_ins: Set[str]) -> str | None:
    """The nearest ancestor that is in hand itself or by its stand-in."""
    for ref in reversed(message.references):
        if ref in by_id:
            return ref
        hidden = stand_in_id(ref)
        if hidden in stand_ins and hidden != message.message_id:
            return hidden
    return None


def _cut_circles(found: dict[str, str | None]) -> None:
    """Makes the first of each circle (in the order of ``found``) a root."""
    done: set[str] = set()
    for start in found:
        path: list[str] = []
        on_path: set[str] = set()
        node: str | None = start
        while node is not None and node not in done and node not in on_path:
            path.append(node)
            on_path.add(node)
            node = found[node]
        if node is not None and node in on_path:
            found[start if start in path[path.index(node) :] else node] = None
        done.update(path)


def tree_order(messages: Sequence[Light]) -> list[tuple[str, int]]:
    """(message-id, level) in reading order: children under their parent, earliest first."""
    above = parents(messages)
    children: dict[str | None, list[Light]] = {}
    for message in sorted(messages, key=lambda m: m.rank, reverse=True):
        children.setdefault(above[message.message_id], []).append(message)
    order: list[tuple[str, int]] = []
    waiting = [(message, 0) for message in children.get(None, [])]
    while waiting:
        message, level = waiting.pop()
        order.append((message.message_id, level))
        waiting.extend((child, level + 1) for child in children.get(message.message_id, []))
    return order


# --------------------------------------------------------------------------------------------- series


@dataclass(slots=True)
class SeriesDraft:
    """One version of a series in the making."""

    head: Light
    cover: Light | None = None
    patches: dict[int, Light] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return stable_id("s", self.head.message_id)

    @property
    def total(self) -> int:
        return self.head.total or len(self.patches)

    @property
    def is_complete(self) -> bool:
        return all(number in self.patches for number in range(1, self.total + 1))

    @property
    def version_text(self) -> str:
        head = self.head
        words = ["RFC"] * head.is_rfc + ["RESEND"] * head.is_resend
        version = f"v{head.version}" + (f".{head.subversion}" if head.subversion else "")
        return " ".join([*words, version])

    def first_stated(self, name: str) -> str:
        """The first ``base`` or ``change_id`` that the cover or a patch states."""
        patches = [self.patches[number] for number in sorted(self.patches)]
        for message in [self.cover, *patches] if self.cover else patches:
            if value := getattr(message, name):
                return str(value)
        return ""


@dataclass(frozen=True, slots=True)
class Arranged:
    """The series of a thread, and for each message the series and patch that it is or answers."""

    series: tuple[SeriesDraft, ...]
    places: dict[str, tuple[str, int | None]]


def arrange_series(messages: Sequence[Light]) -> Arranged:
    """Finds the versions of series in a thread and what every other message answers."""
    above = parents(messages)
    by_id = {message.message_id: message for message in messages}
    candidates = sorted(
        (m for m in messages if m.is_candidate and not _replaces(m, by_id.get(above[m.message_id] or ""))),
        key=lambda m: m.rank,
    )
    buckets: dict[tuple[object, ...], list[Light]] = {}
    for message in candidates:
        buckets.setdefault(_bucket(message), []).append(message)
    drafts: list[SeriesDraft] = []
    places: dict[str, tuple[str, int | None]] = {}
    for bucket in buckets.values():
        for group in _split(bucket, above):
            draft = _draft(group)
            drafts.append(draft)
            places.update((message.message_id, (draft.id, message.number)) for message in group)
    _place_replies(messages, above, places)
    return Arranged(tuple(sorted(drafts, key=lambda d: d.head.rank)), places)


def _replaces(message: Light, parent: Light | None) -> bool:
    """Whether this is a better copy of the patch it answers (``[PATCH mm 10/12]``, ``[PATCH v5.1 10/12]``).

    It stays in the series of that patch, as an answer to it.
    """
    return (
        parent is not None
        and parent.is_candidate
        and message.number not in (None, 0)
        and (message.number, message.total, message.author) == (parent.number, parent.total, parent.author)
        and message.version in (1, parent.version)
    )


def _bucket(message: Light) -> tuple[object, ...]:
    """What patches of one version have in common; a patch without a number is alone."""
    if message.number is None:
        return (message.message_id,)
    return (message.version, message.subversion, message.is_rfc, message.is_resend, message.total)


def _split(bucket: list[Light], above: Mapping[str, str | None]) -> list[list[Light]]:
    """The series in a bucket: one for each cover letter, or each author where there is none."""
    covers = {message.message_id for message in bucket if message.number == 0}
    if len(bucket) == 1 or len(covers) == 1:
        return [bucket]
    groups: dict[str, list[Light]] = {}
    for message in bucket:
        node: str | None = message.message_id
        while node is not None and node not in covers:
            node = above[node]
        groups.setdefault(node or f"author {message.author}", []).append(message)
    return list(groups.values())


def _draft(group: list[Light]) -> SeriesDraft:
    """A series from its messages in order of date; of two with one number the earlier counts."""
    cover = next((message for message in group if message.number == 0), None)
    patches: dict[int, Light] = {}
    for message in group:
        if message.number != 0:
            patches.setdefault(1 if message.number is None else message.number, message)
    return SeriesDraft(cover or patches[min(patches)], cover, patches)


def _place_replies(
    messages: Sequence[Light],
    above: Mapping[str, str | None],
    places: dict[str, tuple[str, int | None]],
) -> None:
    """Gives every message that answers a patch, at any depth, the place of that patch."""
    for message in messages:
        path: list[str] = []
        node: str | None = message.message_id
        while node is not None and node not in places:
            path.append(node)
            node = above[node]
        place = places[node] if node is not None else ("", None)
        places.update((name, place) for name in path)
