"""Which words name a lock: members, the page lock, functions that take one, plain words."""

from __future__ import annotations

from collections.abc import Iterator

from threadmine.extraction.claims import nouns
from threadmine.extraction.claims.readings.phrases import Look, Words
from threadmine.extraction.claims.sentence import Sort, Thing
from threadmine.vocab.lists import word_list

_LISTS = word_list("locks")


def listed(table: str, name: str) -> Words:
    """A list of ``vocab/locks.toml``."""
    return frozenset(_LISTS[table][name])


_ENDINGS = tuple(_LISTS["names"]["endings"])
_PLAIN = listed("names", "plain")
_OTHERS = tuple(_LISTS["names"]["others"])
_VAGUE = listed("names", "vague")
_BEFORE = (
    listed("having", "active")
    | listed("having", "needing")
    | listed("under", "with")
    | listed("under", "without")
)


def is_lock(name: str) -> bool:
    """Whether a name of C or a plain word ends like a lock's."""
    name = name.lower().removesuffix("()")
    if name == "pg_locked":
        return True
    return name.endswith(_ENDINGS) and not name.endswith(_OTHERS)


def named_locks(look: Look) -> Iterator[Thing]:
    """The locks that a clause names, in order."""
    for at in range(look.clause.first, look.clause.last):
        thing = look.inside.get(at)
        if thing is not None:
            if thing.last == at + 1 and _is_named_lock(look, thing):
                yield thing
            continue
        word = look.words[at]
        if "_" in word and is_lock(word):
            token = look.read.tokens[at].removesuffix("()")
            yield Thing(at, at + 1, token, token, Sort.AGENT)
        elif word in _PLAIN and (named := _in_words(look, at)) is not None:
            yield named


def _is_named_lock(look: Look, thing: Thing) -> bool:
    """Whether a thing is a lock: a member that is called one, the page lock, a function that takes it."""
    if thing.sort is Sort.FUNCTION:
        if is_lock(thing.entity) and not look.read.tokens[thing.first].endswith(")"):
            return True
        at = thing.first - 1
        return thing.entity.endswith("read_lock") and look.word(at) in _BEFORE
    if thing.sort is Sort.FLAG:
        return look.words[thing.last - 1] == "lock"
    return thing.sort in (Sort.MEMBER, Sort.AGENT) and is_lock(thing.entity)


def _in_words(look: Look, at: int) -> Thing | None:
    """ "The RCU read lock", "the i_pages lock": a lock with a name of its own in plain words."""
    head = at - (look.word(at - 1) in ("read", "write"))
    first = nouns.begin(look.words, head, look.clause.first, look.inside, ())
    if first == head or look.words[first] in _VAGUE or look.words[first] in _BEFORE:
        return None
    text = look.text(first, at + 1)
    return Thing(first, at + 1, text, nouns.singular(text), Sort.AGENT)
