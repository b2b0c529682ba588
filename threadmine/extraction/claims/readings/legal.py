"""Readings of what a function may be called for: "never pass a tail page to f()", "f() skips slab pages"."""

from __future__ import annotations

from dataclasses import replace

from threadmine.extraction.claims.clauses import Candidate
from threadmine.extraction.claims.readings.around import Around
from threadmine.extraction.claims.readings.several import last_run, run
from threadmine.extraction.claims.sentence import Sort, Thing
from threadmine.extraction.claims.words import GRAMMAR
from threadmine.model import Predicate

MAX_GAP = 7
"""The most tokens between a function and the kind of page that it is right or wrong for."""

_ON = frozenset({"on", "for", "with", "to", "against", "of", "about"})
_SMALL = frozenset({"only", "any", "both", "just", "also", "every", "all", "it", "being"})
_BY = frozenset({"by", "with", "in", "to", "using", "via", "through", "from"})
_USED = frozenset(
    {"used", "called", "applied", "run", "invoked", "allowed", "supported", "meant", "intended"}
)
_ON_TO = (("to",), ("for",), ("with",), ("on",))
_SOMETHING = frozenset({"this", "that", "these", "those", "it", "them", "us", "such"})
_MODAL = frozenset({"can", "cannot", "may", "must", "should", "could", "only", "not", "never"})
_BIDDEN = frozenset({"don't", "never", "do", "avoid"})
_SPECIFIC = frozenset({"the", "this", "that", "its", "our", "their", "his"})


def legal(around: Around) -> list[Candidate]:
    """valid_for: a function and the kind of page that it is, or is not, to be called for; empty for anything
    else.
    """
    functions = around.functions(list(around.clause.things))
    kinds = [t for t in around.clause.things if t.sort is Sort.KIND and _is_any(around, t)]
    if not functions or not kinds:
        return []
    function, kind = functions[0], kinds[0]
    if function.last <= kind.first:
        return (
            _on(around, functions, kind)
            or _only(around, function, kinds)
            or _dealt(around, function, kinds)
            or _judged(around, function, kind)
        )
    return _passed_to(around, kind, function) or _by(around, kinds, function)


def _is_any(around: Around, kind: Thing) -> bool:
    """Whether a kind of page is meant, not a page of it ("the tail page")."""
    plural = around.read.words[kind.last - 1].endswith("s")
    return plural or around.word_before(kind) not in _SPECIFIC or "zero" in kind.entity


def _between(around: Around, first: int, last: int, words: frozenset[str]) -> bool:
    """Whether tokens ``first`` to ``last`` hold one of ``words`` and else only articles and the like."""
    part = around.read.words[first:last]
    rest = [w for w in part if w not in GRAMMAR.determiners and w not in _SMALL and w not in words]
    return not rest and not words.isdisjoint(part)


def _judgement(around: Around) -> str:
    """The word by which a deed is called right or wrong, in the clause or in a "which" behind it."""
    words = around.read.words
    last = around.clause.last
    if words[last : last + 2] in (("which", "is"), ("which", "was"), ("which", "would"), ("which", "isn't")):
        last += 5
    return next((w for w in words[around.clause.first : last] if w in GRAMMAR.judging), "")


def _may(around: Around, before: int) -> str:
    """The words by which a deed is bidden or allowed before token ``before``, empty where none are."""
    words = around.read.words[around.clause.first : before]
    told = bool(words) and around.clause.first == 0 and (words[0] in _BIDDEN or words[0] == "please")
    found = [w for w in words if w in GRAMMAR.permitting or w in ("supposed", "never", "unable", "able")]
    return " ".join(found) or (words[0] if told else "")


def _made(around: Around, function: Thing, kind: Thing, said: str) -> list[Candidate]:
    one = around.make(Predicate.VALID_FOR, function, kind, 6)
    return [replace(one, cue=f"{one.cue} {said}".strip() if said in GRAMMAR.denying else one.cue)]


def _on(around: Around, functions: list[Thing], kind: Thing) -> list[Candidate]:
    """ "f() on a tail page is a bug", "don't call f() on tail pages"."""
    function = functions[-1] if functions[-1].last <= kind.first else functions[0]
    said = _judgement(around)
    applied = _applied(around, function.last, kind.first)
    if not applied and not _between(around, function.last, kind.first, _ON):
        return []
    if not applied and not said and not _may(around, function.first):
        return []
    found = _made(around, function, kind, said)
    return [replace(found[0], subject=one) for one in last_run(functions, around.read)]


def _applied(around: Around, first: int, last: int) -> bool:
    """Whether tokens ``first`` to ``last`` say what may be done ("must not be used for")."""
    part = around.read.words[first:last]
    allowed = (
        GRAMMAR.helpers,
        GRAMMAR.not_words,
        GRAMMAR.permitting,
        GRAMMAR.determiners,
        _ON,
        _SMALL,
        _USED,
    )
    rest = [w for w in part if not any(w in words for words in allowed)]
    return not rest and not _USED.isdisjoint(part) and not (GRAMMAR.permitting | _MODAL).isdisjoint(part)


def _only(around: Around, function: Thing, kinds: list[Thing]) -> list[Candidate]:
    """ "f() is only for large folios", "f() is used for slab pages only"."""
    words, kind = around.read.words, kinds[0]
    between = words[function.last : kind.first]
    limited = "only" in between or words[kind.last : kind.last + 1] == ("only",)
    if not limited or GRAMMAR.be.isdisjoint(between) or not _ON.intersection(between[-2:]):
        return []
    if any(w not in GRAMMAR.helpers and w not in _ON and w not in _USED and w not in _SMALL for w in between):
        return []
    return [around.make(Predicate.VALID_FOR, function, one, 6) for one in run(kinds, around.read)]


def _dealt(around: Around, function: Thing, kinds: list[Thing]) -> list[Candidate]:
    """ "f() skips tail pages", "f() doesn't know about large folios"."""
    words = around.read.words
    verb = next((i for i in range(function.last, kinds[0].first) if words[i] in GRAMMAR.dealing), 0)
    if not verb:
        return []
    helpers = words[function.last : verb]
    known = (GRAMMAR.helpers, GRAMMAR.fillers, ("n't",))
    if any(not w.endswith("ly") and all(w not in words for words in known) for w in helpers):
        return []
    gap = words[verb + 1 : kinds[0].first]
    if any(w not in GRAMMAR.determiners and w not in _ON and w not in _SMALL and w != "out" for w in gap):
        return []
    denied = any(w in GRAMMAR.not_words or w == "cannot" or w.endswith("n't") for w in helpers)
    away = words[verb] in GRAMMAR.turning_away
    if denied and (away or words[verb] in GRAMMAR.denying):
        return []  # "does not skip": whatever it does instead
    made = (around.make(Predicate.VALID_FOR, function, one, 6) for one in run(kinds, around.read))
    cue = around.read.tokens[verb] + " no" * away
    return [replace(one, cue=cue, cue_at=verb) for one in made]


def _judged(around: Around, function: Thing, kind: Thing) -> list[Candidate]:
    """ "f() gives the wrong answer for tail pages", "this makes f() usable for slab pages"."""
    words = around.read.words
    between = words[function.last : kind.first]
    said = next((w for w in between if w in GRAMMAR.judging), "")
    if any(t.sort is Sort.MEMBER and function.last <= t.first < kind.first for t in around.clause.things):
        return []  # "f() reads garbage from x on a tail page"
    if not said or len(between) > MAX_GAP or not _ON.intersection(between[-2:]):
        return []
    return _made(around, function, kind, said)


def _passed_to(around: Around, kind: Thing, function: Thing) -> list[Candidate]:
    """ "Passing a tail page to f() is not allowed", "never pass a tail page to f()"."""
    if not _between(around, kind.last, function.first, frozenset({"to", "into"})):
        return []
    words = around.read.words[around.clause.first : kind.first]
    if GRAMMAR.passing.isdisjoint(words):
        return []
    said = _judgement(around)
    return _made(around, function, kind, said) if said or _may(around, kind.first) else []


def _by(around: Around, kinds: list[Thing], function: Thing) -> list[Candidate]:
    """ "Device private pages cannot be migrated with f()", "tail pages never reach f()"."""
    words = around.read.words
    kind = next((k for k in reversed(kinds) if k.last <= function.first), kinds[0])
    between = words[kind.last : function.first]
    if len(between) > 8 or not between:
        return []
    if between[-1] in GRAMMAR.reaching and all(w in GRAMMAR.helpers or w == "n't" for w in between[:-1]):
        denied = {"never", "not", "n't", "cannot", "can't"} & set(between)
        return _made(around, function, kind, "") if denied or {"can", "may"} & set(between) else []
    may = GRAMMAR.permitting & set(between)
    if between[-1] not in _BY or not (GRAMMAR.be & set(between)) or not may:
        return []
    found = _made(around, function, kind, "")
    if not {"cannot", "not", "n't", "n’t", "never"}.isdisjoint(between):
        found = [replace(found[0], cue=f"{found[0].cue} no")]
    return [replace(found[0], object=one) for one in last_run(kinds, around.read)]


def says_little(around: Around, subject: Thing | None, goal: Thing | None) -> bool:
    """Whether it is not told of a function what it is right for: somebody is enabled to do something ("allows
    drivers to do x"), it handles "that", or something in it is safe.
    """
    cue, words = around.cue.text.lower(), around.read.words
    if goal is not None and goal.sort is Sort.KIND:
        return cue.startswith("allow") and words[goal.last : goal.last + 1] == ("to",)
    behind = words[around.cue.last : around.cue.last + 1]
    if cue.endswith("ing") and around.word_at(-1) not in GRAMMAR.be:
        return subject is None or subject.sort is Sort.FUNCTION  # "the handling logic in f()"
    if subject is None:
        return "passed" in cue or (cue.split()[0] in GRAMMAR.be and behind not in _ON_TO)
    if subject.sort is not Sort.FUNCTION:
        return False
    if around.word_before(subject) in ("in", "of", "from", "into"):
        return True
    if (
        cue == "work"
        and around.word_at(-1) not in GRAMMAR.helpers
        and words[around.cue.first - 1][-1:] != ")"
    ):
        return True  # "the extra work in f()"
    if goal is None and behind and behind[0] in _SOMETHING:
        return True
    return cue.startswith(("allow", "permit", "extend"))
