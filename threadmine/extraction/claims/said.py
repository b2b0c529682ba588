"""What a piece of text names, for the sentence behind it: what "it" or "this helper" can stand for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from threadmine.extraction.claims.sentence import ENTITIES, MEMBERISH, Read, Sort, Thing
from threadmine.extraction.claims.words import GRAMMAR

_VAGUE = frozenset({"caller", "callers", "user", "users", "nobody", "nothing", "none", "no one", "no code"})


@dataclass(frozen=True, slots=True)
class Said:
    """The things that a sentence, or a line of quoted code, names.

    ``topic`` is what it is about: the things side by side before its first verb (``leads``: there are
    such, else it is what is named first). ``code``: it is code, in
    which a function's name is a call. Positions in ``things`` are worth nothing: it is another sentence.
    """

    things: tuple[Thing, ...]
    topic: tuple[Thing, ...]
    code: bool = False
    leads: bool = False

    def doers(self) -> list[Thing]:
        """The functions named, and the parts of the kernel that it is about, in order, each once."""
        named = [t for t in self.things if t.sort is Sort.FUNCTION or t in self.topic]
        return [t for t in _each_once(named) if is_doer(t)]

    def members(self, sorts: Sequence[Sort] = MEMBERISH) -> list[Thing]:
        """The members and flags named, in order, each once."""
        return [t for t in _each_once(self.things) if t.sort in sorts]


def is_doer(thing: Thing) -> bool:
    """Whether a thing can do something and has a name of its own."""
    if thing.sort is Sort.FUNCTION:
        return True
    return thing.sort is Sort.AGENT and thing.concept and thing.entity.lower() not in _VAGUE


def elsewhere(thing: Thing, why: str) -> Thing:
    """``thing`` as a sentence that does not name it sees it, with why it is meant."""
    return Thing(
        -1,
        -1,
        thing.text,
        thing.entity,
        thing.sort,
        thing.implied,
        thing.index,
        f"{thing.entity}: {why}",
        thing.concept,
        thing.known,
    )


def said_in(read: Read) -> Said | None:
    """What a sentence names; None where that is nothing that another sentence could speak of."""
    things = tuple(t for t in read.things if t.sort in ENTITIES or (t.sort is Sort.AGENT and t.concept))
    if not things:
        return None
    verb = min((c.first for c in read.cues), default=len(read.words))
    led = [t for t in things if t.first < verb]
    begun = led or list(things)
    topic = begun[:1]
    for thing in begun[1:]:
        gap = read.words[topic[-1].last : thing.first]
        if len(gap) > 3 or not all(word in GRAMMAR.joins for word in gap):
            break
        topic.append(thing)
    return Said(tuple(_without_place(things)), tuple(_without_place(topic)), leads=bool(led))


def _without_place(things: Iterable[Thing]) -> list[Thing]:
    return [elsewhere(t, "from the text before") for t in things]


def _each_once(things: Iterable[Thing]) -> list[Thing]:
    found: dict[str, Thing] = {}
    for thing in things:
        found[thing.entity] = found.pop(thing.entity, thing)
    return list(found.values())
