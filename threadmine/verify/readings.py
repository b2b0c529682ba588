"""Other ways to read a sentence, for claims that no rule understands as they were read.

Who does what to which member is often clear from a few words ("put_page() in memunmap_pages()", "rmap.c
uses READ_ONCE(page->mapping)") where a parse of the whole sentence went astray. Each reading names at least
one thing
that the claim itself is about; it is only used to confirm, never to call somebody wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, combinations, islice, permutations

from threadmine.memmap.effects import flag_operation
from threadmine.model import Claim, Message, Modality, Polarity, Predicate, Tense
from threadmine.parse.diff import find_quoted_hunks, place_before
from threadmine.verify.clauses import statements
from threadmine.verify.plainer import MODAL, NEGATION, plainer, vague
from threadmine.verify.reading import whole_place
from threadmine.verify.refs import Kind
from threadmine.verify.rule import Question
from threadmine.verify.tables import packed

MAX_QUOTE = 600
MAX_READINGS = 12
MAX_FUNCTIONS, MAX_MEMBERS = 4, 4

_FUNCTION = r"([A-Za-z_]\w{3,60})\((?:\w{0,20})\)"
_INSIDE = re.compile(rf"{_FUNCTION} (?:call |calls )?(?:in|inside|within|from) (?:the )?{_FUNCTION}")
_OWNED = re.compile(rf"{_FUNCTION}'s {_FUNCTION}")
_ARROW = re.compile(rf"{_FUNCTION}\s{{0,3}}->\s{{0,3}}{_FUNCTION}")
_CALLING = re.compile(
    r"\b(?:calls?|called|calling|invok\w+|uses?|using|via|through|by way of|wrapp?er\w*|wraps|relies on"
    r"|ends? up in|boils down to|open[- ]codes?)\b",
    re.I,
)
_PARTS = re.compile(r"[;:]\s|\.\s|,\s(?=and |but |so |which |while |then )")
_NAMED = re.compile(r"(?<![\w>.])([A-Za-z_]\w{3,60})(\()?")
_IN_C = re.compile(r"\b[A-Za-z_]\w{0,40}(?:\[\d\])?(?:->|\.)[A-Za-z_]\w{2,40}\b")
_WORD = re.compile(r"\b[A-Za-z_]\w{3,40}\b")
_CALL_NAME = re.compile(_FUNCTION)
_FILE = re.compile(r"(?<![\w/.-])((?:[a-z][\w-]{0,30}/){0,6}[a-z][\w-]{1,30}\.[ch])\b")
_OVERLAP = re.compile(
    r"\b(?:overlap\w*|alias\w*|overla[iy]\w*|on top of|doubles as|same field|re-?us\w+ the"
    r"|same (?:slot|bytes|offset|word|place|location|memory|storage)"
    r"|union\w*|shar(?:es?|ing) (?:the |its |their |some )?(?:storage|space|memory|bytes?|slot|word)"
    r"|shared with|lives? in the same|in the (?:word|bytes|space|storage|slot) of)\b",
    re.I,
)
_WAS_USED = re.compile(
    r"\b(?:overwritten (?:by|with)|clobbered (?:by|with)|(?:been|was|were) (?:previously )?used (?:for|as)"
    r"|makes? room for)\b",
    re.I,
)
"""Words by which one thing has been where another is: what "may have been" so shares its bytes."""

_BIT = re.compile(r"\b(PG_\w{2,40})\b[^.;]{0,30}?\bbit\s?#?(\d{1,2})\b")
_KEPT = re.compile(
    r"\b(?:encod|stor|kept|keep|hold|held|sav|includ|contain|resid|liv|packed|put|modif|carr|occup|squeez|stash"
    r"|steal|stole|cram|embed|bits? of)\w*",
    re.I,
)
_ORDER = re.compile(r"\border[- ](\d{1,2}|zero)\b|\border of (\d{1,2})\b", re.I)
_SET = re.compile(r"\bset\b", re.I)
_FLAG = re.compile(r"\bPG_[a-z]\w{1,40}\b")
_WHERE = re.compile(
    r"\b(?:per[- ](?:sub)?page|(?:each|every) (?:sub)?page|(?:only )?(?:on |in )?the head page|second page"
    r"|first tail(?: page)?|individual (?:sub)?pages?)\b",
    re.I,
)
_HAS_NOT = re.compile(
    r"\b(?:does not|doesn['’]t|do not|don['’]t|did not|didn['’]t) have\b|\bhas no\b|\bhave no\b", re.I
)
_SECOND = re.compile(r"\bpage ?\+ ?1\b|\bpage\[1\]|\bsecond (?:struct )?page\b|\bfirst tail page\b", re.I)
_WRITES = re.compile(
    r"\b(?:set|sets|write|writes|update|updates|initiali[sz]es?|assigns?|stores?|composes?|sets up"
    r"|bumps?|increments?|decrements?|raises?|elevates?|fills? in|populates?|overwrites?|marks?|stamps?)\b",
    re.I,
)
_CLEARS = re.compile(
    r"\b(?:clear|clears|reset|resets|zero|zeroes|zeros|wipes?|nullif(?:y|ies)|unsets?|drops?)\b", re.I
)
_READS = re.compile(
    r"\b(?:reads?|checks?|tests?|looks? (?:at|into)|inspects?|READ_ONCE|uses|using|goes? by|consults?"
    r"|dereferences?|follows?|peeks? at|evaluates?|decodes?)\b",
    re.I,
)


_PLAIN_MEMBERS = frozenset({"pgmap", "zspage"})
"""Members without an underscore that are no English words."""

PRONOUNS = frozenset({"it", "this", "that", "we", "they", "the patch", "the code", "the function"})
_POINTS = re.compile(
    r"\b(?:points?|pointing|pointers?) (?:back )?to (?:an?|the|its|their)? ?(?:struct )?([a-z]\w{3,30})\b"
)
_CAN = re.compile(r"\b(?:can|could|would|may|might|should|will)\b", re.I)
ACTIONS = frozenset({Predicate.CALLS, Predicate.SETS, Predicate.CLEARS, Predicate.READS, Predicate.USES})
OF_CALLS = frozenset({Predicate.CALLS, Predicate.USES, Predicate.STATE, Predicate.OTHER, Predicate.IS_A})
"""What a sentence about who calls whom may have been read as; a claim about a member is no such sentence."""


def readings(question: Question) -> Iterator[Claim]:
    """Other claims that the same sentence may make, most certain first; at most MAX_READINGS."""
    claim = question.claim
    if not claim.quote or len(claim.quote) > MAX_QUOTE:
        return
    own = _own_names(question)
    others = chain(
        plainer(question),
        statements(question),
        (o for o in _all(question) if not vague(claim) and _is_about(o, claim, own)),
    )
    for other in islice(others, MAX_READINGS):
        yield replace(other, modality=Modality.ASSERTED, tense=Tense.PRESENT)


def _all(question: Question) -> Iterator[Claim]:
    yield from _calls(question)
    yield from _places(question)
    yield from _flags(question)
    yield from _subjects(question)
    yield from _effects(question)


def _is_about(other: Claim, claim: Claim, own: set[str]) -> bool:
    """Whether another reading is about what the claim is about: one of its names, for an act both of them.

    Who calls whom may bring in a function that stands beside the claim's own; what is done to a member may
    not,
    unless the claim names nobody who does it.
    """
    if claim.predicate in (Predicate.REQUIRES, Predicate.VALID_FOR, Predicate.PRECEDES):
        return False
    if other.predicate is Predicate.CALLS and claim.predicate not in OF_CALLS:
        return False
    if (
        other.predicate is Predicate.OVERLAPS
        and claim.predicate in ACTIONS
        and _CALL_NAME.search(claim.quote)
    ):
        return False  # "it lets f() use x (which lies over y)": what f() does is not shown by that
    if other.predicate is Predicate.OVERLAPS and claim.predicate is Predicate.USES and claim.value:
        return False  # "x (which lies over y) is shared by both halves": who shares it is another matter
    sides = [{name, _bare(name)} for name in (other.subject, other.object) if name]
    if other.predicate is Predicate.CALLS and claim.subject.lower() not in ("", *PRONOUNS):
        return claim.subject in (other.subject, other.object)
    if other.predicate in (Predicate.SETS, Predicate.CLEARS, Predicate.READS) and claim.subject:
        return all(side & own for side in sides)
    return any(side & own for side in sides)


def _bare(name: str) -> str:
    """A member without struct and page index; a compound's second flags word is "flags" to most writers."""
    bare = name.split(".")[-1]
    return "flags" if bare == "_flags_1" else bare


def _own_names(question: Question) -> set[str]:
    """Names that the claim itself is about, whole and without their struct."""
    claim = question.claim
    names = {claim.subject, claim.object, *claim.entities}
    return {n for name in names if name for n in (name, _bare(name))}


def _claim(claim: Claim, predicate: Predicate, subject: str, object_: str = "", **more: str) -> Claim:
    """The claim read another way: positive, with nothing left of the first reading but its place."""
    return replace(
        claim,
        predicate=predicate,
        subject=subject,
        object=object_,
        value=more.get("value", ""),
        condition=more.get("condition", ""),
        polarity=Polarity.POSITIVE,
    )


# --------------------------------------------------------------------------------------------- who calls


def _calls(question: Question) -> Iterator[Claim]:
    """Two functions and a word of calling in one clause: the facts tell which of them calls the other."""
    claim = question.claim
    quote = claim.quote
    if NEGATION.search(quote):
        yield from _not_called(question)
        return
    for pattern in (_ARROW, _OWNED):
        for found in pattern.finditer(quote):
            yield _claim(claim, Predicate.CALLS, *found.groups())
    for found in _INSIDE.finditer(quote):
        yield _claim(claim, Predicate.CALLS, *found.groups()[::-1])
    for part in _PARTS.split(quote):
        functions = functions_in(question, part)
        if 2 <= len(functions) <= MAX_FUNCTIONS and _CALLING.search(part) and not MODAL.search(part):
            for caller, callee in permutations(functions, 2):
                yield _claim(claim, Predicate.CALLS, caller, callee)


def functions_in(question: Question, text: str) -> list[str]:
    """Known functions named in a text, in order: with parentheses, or with an underscore in their name."""
    code = question.code
    found = [m[1] for m in _NAMED.finditer(text) if (m[2] or "_" in m[1]) and code.known(m[1])]
    return [name for name in dict.fromkeys(found) if name not in question.model.names.members]


def _not_called(question: Question) -> Iterator[Claim]:
    """A sentence with one negation, a file and a function: "don't see f() called in fs/dax.c"."""
    claim = question.claim
    files = _FILE.findall(claim.quote)
    if len(files) == 1 and len(NEGATION.findall(claim.quote)) == 1 and re.search(r"\bcall", claim.quote):
        for name in (claim.subject, claim.object):
            if name in claim.quote and question.code.known(name):
                path = _full_path(question, files[0])
                yield replace(_claim(claim, Predicate.CALLS, path, name), polarity=Polarity.NEGATIVE)


def _full_path(question: Question, file: str) -> str:
    """``mm/rmap.c`` for ``rmap.c``, where one file of mm/ has that name."""
    if "/" in file:
        return file
    return next(
        (
            path
            for path in (f"mm/{file}", f"include/linux/{file}", f"fs/{file}")
            if question.code.has_file(path)
        ),
        file,
    )


# ------------------------------------------------------------------------------------------------ places


def _places(question: Question) -> Iterator[Claim]:
    claim = question.claim
    quote = claim.quote
    names = members_in(question)
    negated = NEGATION.search(quote) is not None
    over = _OVERLAP.search(quote) is not None and not _CAN.search(quote)
    if len(names) >= 2 and not negated and (over or _WAS_USED.search(quote)):
        for first, second in combinations(names[:MAX_MEMBERS], 2):
            yield _claim(claim, Predicate.OVERLAPS, first, second)
    folio = [n for n in names if n.startswith("folio.")]
    if folio and len(names) == 1 and not negated and _SECOND.search(quote):
        yield _claim(claim, Predicate.RESIDES, folio[0], "page[1]")
    order = _ORDER.search(quote)
    if folio and order and _HAS_NOT.search(quote):
        number = order[1] or order[2]
        other = _claim(claim, Predicate.STATE, folio[0], value="exists", condition=f"order {number}")
        yield replace(other, polarity=Polarity.NEGATIVE)
    if _KEPT.search(quote):
        yield from _packed(claim)
    target = _POINTS.search(quote)
    if names and target and not negated and not _CAN.search(quote):
        yield _claim(claim, Predicate.POINTS_TO, names[0], target[1])


def _packed(claim: Claim) -> Iterator[Claim]:
    """A quantity and the word it is packed into, both named: "the tag is stored in page->flags"."""
    low = claim.quote.lower()
    for quantity in packed():
        member = quantity.word.split(".")[-1].removeprefix("_").removesuffix("_1")
        if member.removesuffix("s") not in low or not re.search(
            rf"\b_?{member}(?:_1)?\b|\b{member.removesuffix('s')}\b", low
        ):
            continue
        spoken = [w for w in quantity.words if re.search(rf"\b{re.escape(w)}\b", low)]
        places = sorted((low.find(max(spoken, key=len)), low.find(member))) if spoken else [-1, -1]
        clause = _clause_around(low, places[0], places[1]) if places[0] >= 0 else low
        if spoken and _KEPT.search(clause) and not NEGATION.search(clause):
            condition = f"page[{quantity.page}]" if quantity.page else ""
            word = max(spoken, key=len)
            yield replace(
                _claim(claim, Predicate.RESIDES, word, quantity.word, condition=condition),
                entities=(*claim.entities, quantity.word),
            )


def members_in(question: Question) -> list[str]:
    """Members that the claim or its sentence names, in the sentence's order where they stand in it."""
    claim = question.claim
    refs = [r for r in (*question.subjects, *question.objects) if r.kind is Kind.MEMBER]
    refs += [r for name in claim.entities for r in question.read(name) if r.kind is Kind.MEMBER]
    for found in _IN_C.finditer(claim.quote):
        refs += [r for r in question.read(found[0]) if r.kind is Kind.MEMBER]
    named = {ref.member for ref in refs}
    for word in _WORD.findall(claim.quote):
        if word not in named and (
            ("_" in word or word in _PLAIN_MEMBERS)
            and word in question.model.names.members
            and not question.code.known(word)
        ):
            refs += [r for r in question.read(f"page.{word}") if r.kind is Kind.MEMBER]
    known = [r for r in refs if r.struct in question.model.names.members.get(r.member, ())]
    place = {r.reference: claim.quote.find(r.member) for r in known}
    return sorted(place, key=lambda name: (place[name] < 0, place[name]))


def _flags(question: Question) -> Iterator[Claim]:
    claim = question.claim
    quote = claim.quote
    if "PG_" not in quote or NEGATION.search(quote):
        return
    for found in _BIT.finditer(quote):
        yield _claim(claim, Predicate.OFFSET, found[1], value=f"bit {found[2]}")
    where = _WHERE.search(quote)
    for flag in dict.fromkeys(_FLAG.findall(quote)) if where else ():
        yield _claim(claim, Predicate.STATE, flag, value=where[0] if where else "")
    order = _ORDER.search(quote)
    if order and _SET.search(quote):
        for flag in dict.fromkeys(_FLAG.findall(quote)):
            if flag in (claim.subject, claim.object):
                condition = f"page[1] of an order-{order[1] or order[2]} folio"
                yield _claim(claim, Predicate.STATE, "page.flags", flag, value="set", condition=condition)


# ---------------------------------------------------------------------------------------------- subjects


def _subjects(question: Question) -> Iterator[Claim]:
    """The claim with another subject, where its own names nobody: a function or file nearby."""
    claim = question.claim
    if claim.predicate not in ACTIONS or not claim.object or claim.polarity is not Polarity.POSITIVE:
        return
    if claim.subject and claim.subject.lower() not in PRONOUNS:
        return
    part = clause_of(claim.quote, claim.object.split(".")[-1])
    if NEGATION.search(part) or MODAL.search(part):
        return
    for file in _FILE.findall(claim.quote):
        predicate = Predicate.READS if claim.predicate is Predicate.USES else claim.predicate
        yield replace(claim, predicate=predicate, subject=_full_path(question, file), value="")
    for name in _CALL_NAME.findall(claim.quote):
        if name != claim.object and question.code.known(name) and flag_operation(name) is None:
            yield replace(claim, subject=name, value="")
    function = quoted_function(question.message, claim)
    if function:
        yield replace(claim, subject=function, value="")


def clause_of(quote: str, name: str) -> str:
    """The part of a sentence between commas in which ``name`` stands; all of it where none does."""
    return next((part for part in re.split(r"[;,]\s|\s-\s", quote) if name in part), quote)


def quoted_function(message: Message, claim: Claim) -> str:
    """The function whose quoted lines stand above the claim, or the empty text."""
    if not message.stretches or ">" not in message.body:
        return ""
    place = place_before(find_quoted_hunks(message.body, message.stretches), claim.start)
    return place.function if place is not None else ""


# ----------------------------------------------------------------------------------------------- effects


def _effects(question: Question) -> Iterator[Claim]:
    """A function and a member in one sentence with a verb of doing between them."""
    claim = question.claim
    quote = claim.quote
    direct = (Predicate.SETS, Predicate.CLEARS, Predicate.READS, Predicate.REQUIRES)
    if claim.predicate in direct:
        return
    functions = [n for n in functions_in(question, quote) if flag_operation(n) is None]
    refs = [r for r in (*question.subjects, *question.objects) if r.kind in (Kind.MEMBER, Kind.FLAG)]
    for ref in refs if functions else ():
        at = whole_place(quote.lower(), ref)
        if at < 0:
            continue
        before = [n for n in functions if quote.find(n) < at]
        function = before[-1] if before else functions[0]
        start = quote.find(function)
        between = quote[min(start, at) : max(start, at)]
        clause = _clause_around(quote, min(start, at), max(start, at))
        if NEGATION.search(clause) or MODAL.search(clause):
            continue
        for pattern, predicate in (
            (_CLEARS, Predicate.CLEARS),
            (_WRITES, Predicate.SETS),
            (_READS, Predicate.READS),
        ):
            if len(between) < 80 and pattern.search(between):
                yield _claim(claim, predicate, function, ref.text)
                break


_ENDS = re.compile(r"[.,;:!?] |\s-+\s|$")


def _clause_around(quote: str, first: int, last: int) -> str:
    """The words from the last comma or the like before ``first`` to the next one behind ``last``."""
    begins = max((found.end() for found in _ENDS.finditer(quote, 0, first) if found[0]), default=0)
    ends = _ENDS.search(quote, last)
    return quote[begins : ends.start() if ends is not None else len(quote)]
