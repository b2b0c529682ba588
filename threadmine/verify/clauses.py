"""Plain statements in one clause of a sentence: who does what to which function, member, flag or lock.

Many rows are read by half: the right function with no object, or a clause in its own words. Where a clause
says "f() re-takes the lru_lock", "g() is called from f()" or "f() drops the reference", that is held against
the facts. Such a statement can only confirm, and must be about what the row itself names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import islice

from threadmine.memmap.effects import flag_operation
from threadmine.memmap.neighbours import other_members
from threadmine.model import Claim, Modality, Polarity, Predicate, Tense
from threadmine.verify.locks import lock_in
from threadmine.verify.refs import Kind, Ref
from threadmine.verify.rule import Question
from threadmine.verify.tables import called

MAX_QUOTE = 900
MAX_CLAUSE = 260
MAX_STATEMENTS = 8
NEAR = 60
"""Characters from a verb to the thing that it is done to."""

_LOOSE = frozenset({Predicate.OTHER, Predicate.STATE, Predicate.IS_A})
"""Rows that say so little that one name of theirs is enough; of the others both names must be spoken of."""

_HALF = _LOOSE | {
    Predicate.CALLS,
    Predicate.SETS,
    Predicate.CLEARS,
    Predicate.READS,
    Predicate.USES,
    Predicate.REQUIRES,
    Predicate.VALID_FOR,
}

_PART = re.compile(
    r"[;:?!]\s|\.\s|\s[-–—]{1,2}\s|\s\(|(?<!\()\)[\s,.]"
    r"|,\s(?=(?:we|you|I|one|it|this|that) (?:can|could|should|might|may|will|would|need|must)\b)"
    r"|,?\s(?=(?:which|because|while|whereas|although|though|since|but|so|where|whose|as)\s)"
)
_FUNCTION = re.compile(r"(?<![\w>.-])([A-Za-z_]\w{3,60})(\(\w{0,20}\))?(?!\w)")
_DENIED = re.compile(
    r"\b(?:not|never|no|none|without|cannot|nothing|nobody|neither|nor|only|except|unlike)\b|n['’]t\b", re.I
)
_DOUBT = re.compile(
    r"\b(?:should|must|needs?|would|could|might|may|if|once|until|unless|wants?|lets?|will|shall|can"
    r"|perhaps|maybe|probably|seems?|instead|supposed|used to|no longer|any ?more|going to|to be|whether"
    r"|either|tr(?:y|ies)|claims?|rather)\b",
    re.I,
)
_SUPPOSED = re.compile(r"\b(?:if|unless|whether|suppose|imagine|assum\w+|instead of|rather than)\b", re.I)
_BESIDE = re.compile(r"\s?(?:,|/|,? and|,? or|&)\s?(?:the |then |also )?")
_ADVERBS = (
    r"(?:\s+(?:itself|also|already|then|currently|just|now|simply|all|both|each|internally|always|explicitly"
    r"|directly|immediately|unconditionally|first|later|usually|still|actually|implicitly|manually|eventually"
    r"|function|helper|wrapper|callback|code|correctly|merely|indirectly|often|again|today|additionally))*"
)
_CALL = (
    r"calls?|invokes?|uses?|runs?|does|do|performs?|issues?|triggers?|executes?|walks?|takes?|drops?"
    r"|goe?s? (?:through|via|into|to)|falls? back to|ends? up (?:in|calling|at)|enters?|reach(?:es)?|hits?"
    r"|wraps?|rel(?:ies|y) on|delegates? to|passes (?:\w+ ){0,3}to|hands (?:\w+ ){0,3}to|re-?takes?"
)
_SET = (
    r"sets?(?: up)?|writes?(?: to)?|stores?|assigns?|updates?|(?:re-?)?initiali[sz]es?|modif(?:y|ies)"
    r"|changes?|adjusts?|overwrites?|fills?(?: in)?|populates?|forces?|marks?"
)
_UP = r"increments?|increases?|bumps?|raises?|elevates?"
_DOWN = r"decrements?|decreases?|lowers?"
_CLEAR = r"clears?|resets?|zeroe?s?|wipes?|nullif(?:y|ies)|unsets?|drops?|releases?|unlocks?"
_LETS_GO = re.compile(r"(?:drop|release|unlock)s?\Z")
_READ = (
    r"reads?|checks?(?: for)?|tests?(?: for)?|looks? at|inspects?|consults?|dereferences?|snapshots?|samples?"
    r"|compares?|examines?|peeks? at|evaluates?|decodes?|loads?|fetch(?:es)?|access(?:es)?|cop(?:ies|y)"
)
_TAKE = r"takes?|(?:re-?)?acquires?|re-?takes?|grabs?|obtains?|gets?|holds?"
_ACTS = {
    name: re.compile(rf"(?:{verbs})\Z")
    for name, verbs in (("call", _CALL), ("set", _SET), ("up", _UP), ("down", _DOWN), ("clear", _CLEAR))
}
_ACTS |= {"read": re.compile(rf"(?:{_READ})\Z"), "take": re.compile(rf"(?:{_TAKE})\Z")}
_VERB = rf"(?P<verb>{_CALL}|{_SET}|{_UP}|{_DOWN}|{_CLEAR}|{_READ}|{_TAKE})(?![\w-])"
_DOES = re.compile(rf"{_ADVERBS}(?P<denied>\s+(?:(?:does|do|did)(?: not|n['’]t)|never))?{_ADVERBS}\s+{_VERB}")
_AND_DOES = re.compile(rf"(?:,? and(?: then)?|,? then|,){_ADVERBS}\s+{_VERB}")
_FLAG = re.compile(r"\b(?:(PG_\w{2,30})|Page[A-Z]\w{2,30}(?:\(\))?)")
_CONSTANT = re.compile(r"\b(?!PG_)[A-Z][A-Z0-9]{1,20}(?:_[A-Z0-9]+){1,6}\b(?!\()")
_WORD = re.compile(r"(?<![\w(])(?:->)?[a-z_]\w{4,40}\b(?!\()")
_BETWEEN = re.compile(
    r"\s*(?:(?!(?:whether|if|that|which|by|for|from|of|to|in|on|with|about|when|than|at|a (?:call|caller))\b)"
    r"[\w'’*-]+,? ){0,4}[&*]?\Z"
)
_REFERENCE = re.compile(
    r"\s+(?:a|the|an|its|their|one|another|that|this)\s(?:(?:extra|last|final|initial|additional|own|page|folio)\s){0,2}"
    r"(?:reference|refcount|ref)\b(?! count)"
)
_PAGE_LOCK = re.compile(r"\s+(?:the|its) (?:page|folio)(?:'s)? lock\b")
_UNDER = re.compile(
    r"\b(?:under|holding|with|inside) (?:the )?(?=[\w>.-]*(?: \w+)?\s?(?:lock|sem\b|rcu|ptl))"
)
_TO_VALUE = re.compile(r"[\w\s()'’]{0,40}?\bto (\d{1,4}|zero|one|NULL)\b")
_NUMBERS = {"zero": "0", "one": "1"}
_DONE = r"(?:is|are|was|were|gets?|being|been)(?: (?:also|then|always|only|first|still|already|now))?"
_PASSIVE = re.compile(
    rf"\s+{_DONE} (?P<verb>called|invoked|used|set|cleared|reset|updated|written|read|checked"
    r"|tested|initiali[sz]ed|incremented|decremented|bumped|taken|acquired|zeroed|modified)"
    r"(?: (?:early|late|directly|once|twice|again))? (?:by|in|inside|within|from|through|at)(?: the)? "
)
_OF_PASSIVE = {
    "called": Predicate.CALLS,
    "invoked": Predicate.CALLS,
    "used": Predicate.CALLS,
    "cleared": Predicate.CLEARS,
    "reset": Predicate.CLEARS,
    "zeroed": Predicate.CLEARS,
    "read": Predicate.READS,
    "checked": Predicate.READS,
    "tested": Predicate.READS,
    "taken": Predicate.REQUIRES,
    "acquired": Predicate.REQUIRES,
}
_STORED = re.compile(rf"\b(?:{_SET})\b(?=[^,;]{{1,40}}$)")
MAX_IN = 12
"""Characters of "in the" between a member and the function that it is stored in."""

_IN = re.compile(r"\b[Ii]n (?:the )?\Z")
_CALLED_THERE = re.compile(r"\b(?:calls?|uses?|invokes?|passed to|handed to|calls? (?:to|of))(?: the)? \Z")


def statements(question: Question) -> Iterator[Claim]:
    """What single clauses of the sentence plainly state of the row's own names; at most MAX_STATEMENTS."""
    claim = question.claim
    if claim.predicate in _HALF and "_" in claim.quote and len(claim.quote) <= MAX_QUOTE:
        names = _own_names(question)
        found = (s for s in _all(question) if _is_about(s, claim, names))
        for each in islice(found, MAX_STATEMENTS):
            yield replace(each, modality=Modality.ASSERTED, tense=Tense.PRESENT)


def _all(question: Question) -> Iterator[Claim]:
    quote, at = question.claim.quote, 0
    for part in _PART.split(quote):
        start = quote.find(part, at)
        at = start + len(part)
        if not 8 <= len(part) <= MAX_CLAUSE or _DOUBT.search(part) or _SUPPOSED.search(quote, 0, start):
            continue
        functions = _functions(question, part)
        if functions and quote[at : at + 1] != "?":
            yield from _active(question, part, functions)
            if not _DENIED.search(part):
                yield from _passive(question, part, functions)
                yield from _there(question, part, functions)


def _is_about(other: Claim, claim: Claim, own: frozenset[str]) -> bool:
    """Whether a statement is about the row: both of its names, or one where the row says little more."""
    same = (other.predicate, other.subject, other.object) == (claim.predicate, claim.subject, claim.object)
    if same and (not other.value or other.value == claim.value):
        return False  # it was asked as it was read, with all that it says
    own_sides = [_bare(name) in own for name in (other.subject, other.object)]
    if claim.predicate is Predicate.CALLS and claim.subject not in claim.quote:
        return own_sides[1]  # who calls it was taken from elsewhere, though the sentence tells
    if claim.predicate is Predicate.STATE:
        return own_sides[0]  # what is said of a member is another thing than who writes it
    return any(own_sides) if claim.predicate in _LOOSE else all(own_sides)


def _own_names(question: Question) -> frozenset[str]:
    claim = question.claim
    return frozenset(_bare(n) for n in (claim.subject, claim.object, *claim.entities) if n)


def _bare(name: str) -> str:
    return name.rsplit(".", 1)[-1]


# ------------------------------------------------------------------------------------------------- names


def _functions(question: Question, part: str) -> list[tuple[str, int, int]]:
    """Known functions in a clause with their places; names without parentheses need an underscore."""
    code, members = question.code, question.model.names.members
    return [
        (m[1], m.start(), m.end())
        for m in _FUNCTION.finditer(part)
        if (m[2] or ("_" in m[1] and m[1] not in members)) and code.known(m[1])
    ]


@cache
def _phrases() -> tuple[re.Pattern[str], dict[str, str]]:
    """What people call members ("the refcount"), as one pattern, and the member of each."""
    words = {w.removeprefix("the "): member for w, member in called().items()}
    listed = sorted(words, key=lambda w: (-len(w), w))
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, listed))})\b", re.I), words


def _thing(question: Question, part: str, start: int) -> tuple[str, Kind, int] | None:
    """The first thing named behind a verb, within NEAR characters: its name, its kind, where it ends."""
    window = part[start : start + NEAR]
    found: list[tuple[int, int, str, Kind]] = []
    for name, begin, end in _functions(question, window):
        found.append((begin, -end, name, Kind.FUNCTION))
    for ref in (*question.subjects, *question.objects, *_entities(question)):
        if ref.kind in (Kind.MEMBER, Kind.FLAG):
            spelled = _pattern(ref).search(window)
            if spelled is not None:
                found.append((spelled.start(), -spelled.end(), ref.text, ref.kind))
    constant = _CONSTANT.search(window)
    if constant is not None:
        found.append((constant.start(), -constant.end(), constant[0], Kind.WORDS))
    for flag in _FLAG.finditer(window):
        name = _flag_called(question, flag)
        if name:
            found.append((flag.start(), -flag.end(), name, Kind.FLAG))
    for word in _WORD.finditer(window):
        member = _member_called(question, word[0])
        if member:
            found.append((word.start(), -word.end(), member, Kind.MEMBER))
    pattern, words = _phrases()
    phrase = pattern.search(window)
    if phrase is not None:
        found.append((phrase.start(), -phrase.end(), words[phrase[0].lower()], Kind.MEMBER))
    if not found:
        return None
    begin, end, name, kind = min(found)
    return (name, kind, start - end) if _BETWEEN.match(window[:begin]) else None


def _entities(question: Question) -> tuple[Ref, ...]:
    return tuple(ref for name in question.claim.entities for ref in question.read(name))


def _flag_called(question: Question, found: re.Match[str]) -> str:
    """The flag that ``PG_lru`` or ``PageLRU`` names, or the empty text."""
    if found[1]:
        return found[0]
    operation = flag_operation(found[0].removesuffix("()"))
    return operation.flag if operation is not None else ""


def _member_called(question: Question, word: str) -> str:
    """The member that ``->name`` or a bare word with an underscore can only be, or the empty text."""
    name = word.removeprefix("->")
    if name == word and ("_" not in word.strip("_") or question.code.known(word)):
        return ""
    structs = question.model.names.members.get(name) or other_members().get(name, ())
    if len(structs) == 1:
        return f"{structs[0]}.{name}"
    return next((f"{struct}.{name}" for struct in ("page", "folio") if struct in structs), "")


def _pattern(ref: Ref) -> re.Pattern[str]:
    """A member or flag as sentences spell it: ``->lru``, ``folio->lru``, ``PageLRU``, ``PG_lru``."""
    if ref.kind is Kind.FLAG:
        bare = ref.text.removeprefix("PG_").replace("_", "_?")
        return re.compile(rf"\b(?:PG_|(?:Test)?(?:Set|Clear)?Page){bare}\b(?:\(\w*\))?", re.I)
    return re.compile(rf"(?<![\w-])(?:\w+(?:\[\w+\])?)?(?:->|\.)?\b{re.escape(ref.member)}\b(?!\()")


# -------------------------------------------------------------------------------------------- statements


def _active(question: Question, part: str, functions: list[tuple[str, int, int]]) -> Iterator[Claim]:
    """ "f() and g() take x->lock", "f() does not call g()", "f() clears ->a and sets b"."""
    for group, end in _groups(part, functions):
        does = _DOES.match(part, end)
        first = True
        while does is not None:
            denied = first and does["denied"] is not None
            if _DENIED.search(part) and not denied:
                break
            if denied and len(_DENIED.findall(part)) > 1:
                break
            for one in _said(question, part, does):
                for name in group:
                    polarity = Polarity.NEGATIVE if denied else Polarity.POSITIVE
                    if name != one.object:
                        yield replace(one, subject=name, polarity=polarity)
            following = functions_behind(functions, does.end())
            does = _AND_DOES.search(part, does.end(), following)
            first = False


def functions_behind(functions: list[tuple[str, int, int]], place: int) -> int:
    """Where the second function behind a place begins: a verb behind it may have that one for its subject."""
    behind = [begin for _, begin, _ in functions if begin >= place]
    return behind[1] if len(behind) > 1 else MAX_CLAUSE


def _groups(part: str, functions: list[tuple[str, int, int]]) -> Iterator[tuple[list[str], int]]:
    """Functions that stand beside one another ("a(), b() and c()"), and where the last of them ends."""
    group: list[str] = []
    for position, (name, _, end) in enumerate(functions):
        group.append(name)
        last = position + 1 == len(functions)
        if last or _BESIDE.fullmatch(part[end : functions[position + 1][1]]) is None:
            yield group, end
            group = []


def _said(question: Question, part: str, does: re.Match[str]) -> Iterator[Claim]:
    """What a verb and the thing behind it say, without its subject."""
    claim, verb = question.claim, does["verb"]
    acts = {name for name, pattern in _ACTS.items() if pattern.match(verb)}
    reference = _REFERENCE.match(part, does.end())
    if reference is not None and acts & {"take", "clear"}:
        value = "-1" if "clear" in acts else "+1"
        yield _claim(claim, Predicate.SETS, "page._refcount", value)
        return
    yield from _held(claim, part, does.end())
    page = _PAGE_LOCK.match(part, does.end())
    if page is not None and acts & {"take", "clear"}:
        yield _claim(claim, Predicate.CLEARS if "clear" in acts else Predicate.SETS, "PG_locked")
        return
    thing = _thing(question, part, does.end())
    lock = lock_in(part[does.end() : does.end() + NEAR].split(",")[0].split(" and ")[0])
    if lock and acts & {"take"} and (thing is None or thing[1] is not Kind.FUNCTION):
        yield _claim(claim, Predicate.REQUIRES, lock, "taken")
    if lock and _LETS_GO.match(verb) and (thing is None or thing[1] is not Kind.FUNCTION):
        yield _claim(claim, Predicate.REQUIRES, lock, "released")
        return
    if thing is None:
        return
    name, kind, end = thing
    if kind is Kind.WORDS:
        yield _named(claim, name, acts)
        return
    if kind is Kind.FUNCTION:
        if acts & {"call", "take"}:
            yield _claim(claim, Predicate.CALLS, name)
        return
    stored = _TO_VALUE.match(part, end)
    value = _NUMBERS.get(stored[1], stored[1]) if stored else ""
    for act, predicate, said in (
        ("clear", Predicate.CLEARS, ""),
        ("set", Predicate.SETS, value),
        ("up", Predicate.SETS, "+1"),
        ("down", Predicate.SETS, "-1"),
        ("read", Predicate.READS, ""),
    ):
        if act in acts:
            yield _claim(claim, predicate, name, said)
            return


def _named(claim: Claim, constant: str, acts: set[str]) -> Claim:
    """What is done to a constant: only of allocation flags people say "sets" for handing them on."""
    done = () if "GFP" in constant else acts
    for act, predicate, value in (
        ("clear", Predicate.CLEARS, ""),
        ("set", Predicate.SETS, ""),
        ("up", Predicate.SETS, "incremented"),
        ("down", Predicate.SETS, "decremented"),
    ):
        if act in done:
            return _claim(claim, predicate, constant, value)
    return _claim(claim, Predicate.USES, constant)


def _held(claim: Claim, part: str, start: int) -> Iterator[Claim]:
    """ "... under the lru_lock": the lock that it does so under."""
    under = _UNDER.search(part, start)
    lock = lock_in(part[under.end() : under.end() + NEAR].split(",")[0].split(" and ")[0]) if under else ""
    if lock:
        yield _claim(claim, Predicate.REQUIRES, lock, "held")


def _passive(question: Question, part: str, functions: list[tuple[str, int, int]]) -> Iterator[Claim]:
    """ "g() is called from f()", "x->a is cleared in f()"."""
    claim = question.claim
    for done in _PASSIVE.finditer(part):
        doers = [(n, b) for n, b, _ in functions if b == done.end()]
        if not doers:
            continue
        predicate = _OF_PASSIVE.get(done["verb"], Predicate.SETS)
        callee = next((n for n, _, e in functions if e == done.start()), "")
        if callee and predicate is Predicate.CALLS:
            yield replace(_claim(claim, Predicate.CALLS, callee), subject=doers[0][0])
        for ref in (*question.subjects, *question.objects):
            if ref.kind not in (Kind.MEMBER, Kind.FLAG) or predicate is Predicate.CALLS:
                continue
            if any(m.end() == done.start() for m in _pattern(ref).finditer(part)):
                lock = lock_in(ref.text)
                if predicate is not Predicate.REQUIRES:
                    yield replace(_claim(claim, predicate, ref.text), subject=doers[0][0])
                elif lock:
                    yield replace(_claim(claim, predicate, lock, "taken"), subject=doers[0][0])


def _there(question: Question, part: str, functions: list[tuple[str, int, int]]) -> Iterator[Claim]:
    """ "in f(), the page is passed to g()", "we force the refcount to 1 in f()"."""
    claim = question.claim
    for name, begin, end in functions:
        if not _IN.search(part, max(0, begin - 8), begin):
            continue
        stored = _STORED.search(part[:begin])
        member = _thing(question, part, stored.end()) if stored is not None else None
        if member is not None and member[1] is Kind.MEMBER and member[2] >= begin - MAX_IN:
            value = _TO_VALUE.match(part, end)
            number = _NUMBERS.get(value[1], value[1]) if value else ""
            yield replace(_claim(claim, Predicate.SETS, member[0], number), subject=name)
        for callee, place, _ in functions:
            if place > end and "," in part[end:place] and _CALLED_THERE.search(part[:place]):
                yield replace(_claim(claim, Predicate.CALLS, callee), subject=name)


def _claim(claim: Claim, predicate: Predicate, target: str, value: str = "") -> Claim:
    return replace(
        claim,
        predicate=predicate,
        object=target,
        value=value,
        condition="",
        polarity=Polarity.POSITIVE,
    )
