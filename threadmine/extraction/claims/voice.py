"""How a verb stands to the names before it: in the passive, or behind an aside that names somebody else."""

from __future__ import annotations

from dataclasses import replace

from threadmine.extraction.claims.clauses import MEMBERISH, Clause, Memory
from threadmine.extraction.claims.sentence import ENTITIES, Read, Sort, Thing
from threadmine.extraction.claims.words import GRAMMAR
from threadmine.extraction.nlp import Term

_ASIDES = frozenset({"which", "who", "being", "having", "unlike", "via"})


def is_passive(read: Read, clause: Clause, cue: Term) -> bool:
    """Whether the verb ``cue`` is in the passive ("x is cleared", "cleared by f()")."""
    word = read.words[cue.first]
    particle = cue.last - cue.first == 2 and read.words[cue.last - 1] in GRAMMAR.particles
    if (cue.last - cue.first > 1 and not particle) or not word.endswith(GRAMMAR.participles):
        return False
    before = read.words[max(clause.first, cue.first - 4) : cue.first]
    behind = read.words[cue.last] if cue.last < clause.last else ""
    by = behind == "by" or (behind in ("from", "via") and word.endswith("ed"))
    return by or any(w in GRAMMAR.be for w in before)


def goes_on_passive(read: Read, clause: Clause, cue: Term, memory: Memory) -> bool:
    """Whether a participle goes on with the passive before it ("x is set by f() and reset in g()")."""
    last = memory.last
    if last is None or memory.here is None or not last.passive or last.clause.last > clause.first:
        return False
    words = read.words[clause.first : cue.first]
    bare = words[:1] in (("and",), ("or",), ("then",), ("but",)) and GRAMMAR.fillers.issuperset(words[1:])
    participle = cue.last - cue.first == 1 and read.words[cue.first].endswith(GRAMMAR.participles)
    return bare and participle and read.words[cue.last : cue.last + 1] != ("the",) and _alone(read, cue)


def _alone(read: Read, cue: Term) -> bool:
    """Whether no object stands right behind a verb."""
    return not any(t.first in (cue.last, cue.last + 1) and t.sort in MEMBERISH for t in read.things)


def before_aside(read: Read, clause: Clause, cue: Term) -> Thing | None:
    """What a verb behind an aside goes on about ("f(), called by g(), clears x")."""
    words = read.words
    end = cue.first - 1
    while end > 0 and (words[end] in GRAMMAR.fillers or words[end] in GRAMMAR.helpers):
        end -= 1
    if end < 3 or words[end] != "," or words[cue.first].endswith("ing"):
        return None
    begin = end - 1
    while begin > 0 and words[begin] != ",":
        begin -= 1
    at = begin + 1
    while at < end and words[at] in ("now", "itself", "also", "only"):
        at += 1
    if begin == 0 or not (words[at] in _ASIDES or words[at].endswith(("ed", "ing"))):
        return None
    return next((t for t in read.things if t.last == begin and t.sort in ENTITIES), None)


def behind_aside(read: Read, clause: Clause, cue: Term) -> Clause:
    """What is left of a clause behind an aside before the verb ``cue``."""
    first = max(i for i in range(cue.first) if read.words[i] == ",") + 1
    return replace(
        clause,
        first=first,
        things=tuple(t for t in clause.things if t.first >= first),
        cues=tuple(c for c in clause.cues if c.first >= first),
        opening=read.words[first],
    )


def pronoun_behind(read: Read, cue: Term, left: list[Thing]) -> bool:
    """Whether a pronoun stands for what is done to in the functions before it ("in f() it is cleared")."""
    if any(t.sort is not Sort.FUNCTION or t.first < 1 for t in left):
        return False
    words = read.words[left[-1].last : cue.first]
    bare = [w for w in words if w.isalpha() and w not in GRAMMAR.helpers and w not in GRAMMAR.fillers]
    return read.words[left[-1].first - 1] in ("in", "inside", "within") and bare in (
        ["it"],
        ["they"],
        ["both"],
    )
