"""What waits for somebody: each section by series, what moved in the time in full, the rest in a line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from threadmine.digest.block import POINT_CELLS, Block, Kind, age_of, more, point_block, quoted
from threadmine.digest.items import Debt, Digest, Point, Topic, topics
from threadmine.digest.standing import within
from threadmine.model import ConcernKind, ConcernState, Effect
from threadmine.render.lists import person
from threadmine.render.text import join_words, numbered, safe_line

MOST_TOPICS = 10
"""Series of one section."""

MOST_POINTS = 3
"""Points of a series with news; new ones, then those that name something, are preferred."""

MOST_LINES = 16
"""Points of a whole section that are not new: where few series have some, more of each are shown."""

FEW = 60
"""Points that wait, in all, up to which a quiet series has one shown, too."""

MOST_PEOPLE = 8


def decisions(found: Digest) -> Iterator[Block]:
    """Disputes, and objections nobody answered."""
    yield from _section(
        "Needs a decision, oldest first", found.decisions, found, "threadmine issues --state disputed", 4
    )


def unanswered(found: Digest) -> Iterator[Block]:
    """What nobody answered, and what newer versions left behind."""
    yield from _section(
        "No reply yet, oldest first", topics(found.unanswered), found, "threadmine issues --state open"
    )
    yield from _section(
        "Left behind by a newer version", topics(found.dropped), found, "threadmine dropped SERIES", 1
    )


def promised(found: Digest) -> Iterator[Block]:
    """What somebody agreed to and no version has."""
    yield from _section(
        "Promised or agreed to, not seen done",
        topics(found.promised),
        found,
        "threadmine issues --state acknowledged",
        2,
    )


def settled(found: Digest) -> Iterator[Block]:
    """What was answered, withdrawn or fixed within the time."""
    yield from _section(
        "Settled in this time", topics(found.fixed), found, "threadmine issues --state addressed", 2
    )


def _section(
    heading: str, chosen: Sequence[Topic], found: Digest, command: str, most: int = MOST_POINTS
) -> Iterator[Block]:
    if not chosen:
        return
    yield Block(Kind.HEADING, heading)
    quiet = not any(_news(topic, found) for topic in chosen)
    share = max(1, MOST_LINES // min(len(chosen), MOST_TOPICS)) if quiet else int(_waiting(found) <= FEW)
    for topic in chosen[:MOST_TOPICS]:
        yield from _topic(topic, found, most, min(share, most))
    yield from more(len(chosen), MOST_TOPICS, command)


def _topic(topic: Topic, found: Digest, most: int, most_old: int) -> Iterator[Block]:
    about = f": {join_words(map(safe_line, topic.about), 3)}" if topic.about else ""
    size = numbered(len(topic.points), "point")
    text = f"{safe_line(topic.title)} ({age_of(topic.points[0], found.until)}, {size}){about}"
    first = topic.points[0]
    new = any(point.is_new for point in topic.points)
    yield Block(Kind.ITEM, text, first.link or first.row.url, new, first.row.series_id)
    room = most if _news(topic, found) else most_old
    telling = sorted(topic.points, key=lambda point: _telling(point, found))[:room]
    shown = [point for point in topic.points if point in telling]
    for place, point in enumerate(shown):
        yield _with_reply(point, shown[place + 1] if place + 1 < len(shown) else None, found)
    if shown:
        yield from more(len(topic.points), len(shown), "", Kind.SUB)


def _with_reply(point: Point, following: Point | None, found: Digest) -> Block:
    """The point with the words that moved it; words that move the next one too stand there."""
    block = point_block(point, found.until, Kind.SUB)
    settles = point.state in (ConcernState.ADDRESSED, ConcernState.ANSWERED, ConcernState.ACKNOWLEDGED)
    if not point.why or not settles:
        return block
    if following is not None and (following.why, following.mover) == (point.why, point.mover):
        return block
    who = f"{person(point.mover)}: " if point.mover is not None else ""
    fixed = point.state is ConcernState.ADDRESSED
    words = quoted(point.why, POINT_CELLS)
    why = words if fixed else f'{who}"{words}"'
    return Block(block.kind, f"{block.text} => {why}", block.link, block.new, block.id)


def _waiting(found: Digest) -> int:
    return sum(map(len, (found.unanswered, found.dropped, found.promised)))


def _news(topic: Topic, found: Digest) -> bool:
    """Whether something came up or moved within the time."""
    return any(point.is_new or _moved(point, found) for point in topic.points)


def _moved(point: Point, found: Digest) -> bool:
    return point.moved is not None and within(point.moved, found.since, found.until)


def _telling(point: Point, found: Digest) -> tuple[bool, bool, bool, bool, bool]:
    """Sorts the points worth a line first: new and moved ones, those about more than wording, promises ..."""
    return (
        not point.is_new,
        not _moved(point, found),
        point.row.concern.kind in (ConcernKind.NIT, ConcernKind.PROCESS),
        point.effect is not Effect.PROMISE and point.state is not ConcernState.DISPUTED,
        not point.row.concern.targets,
    )


def debts(found: Iterable[Debt]) -> Iterator[Block]:
    """Who promised what, and who was asked what and did not answer."""
    people = list(found)
    if not people:
        return
    yield Block(Kind.HEADING, "Who owes what")
    for debt in people[:MOST_PEOPLE]:
        parts = []
        if debt.promised:
            parts.append(f"promised {_ids(debt.promised)}")
        if debt.asked:
            parts.append(f"was asked {_ids(debt.asked)}")
        yield Block(Kind.ITEM, f"{person(debt.person)} {'; '.join(parts)}")
    yield from more(len(people), MOST_PEOPLE)


def _ids(points: Sequence[Point]) -> str:
    return f"{len(points):,}: {join_words((point.row.concern.id for point in points), 3)}"
