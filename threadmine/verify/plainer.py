"""Readings of a row whose predicate says less than its sentence: a state that is a size, a lock held.

As all readings they can only confirm, and are about the names of the claim itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from threadmine.memmap.effects import flag_operation
from threadmine.model import Claim, Polarity, Predicate
from threadmine.verify.kinds import kinds_in, singular
from threadmine.verify.locks import lock_in
from threadmine.verify.refs import Kind
from threadmine.verify.rule import Question

_POOR = frozenset({Predicate.STATE, Predicate.OTHER, Predicate.IS_A})
_DONE = frozenset({Predicate.SETS, Predicate.CALLS, Predicate.USES, Predicate.READS, Predicate.STATE})
NEAR = 90
"""Characters from a function to the page that it writes to."""

NEGATION = re.compile(r"\b(?:not|never|no|none|without|cannot|nothing|nobody|neither|nor)\b|n['’]t\b", re.I)
MODAL = re.compile(
    r"\b(?:should|must|needs?|would|could|might|may|if|once|when|until|unless|want|wants|let|lets)\b", re.I
)
_GUARDS = re.compile(r"\b(?:guard|protect)(?:s|ed|ing)?\b", re.I)
_USED = re.compile(r"\b(?:us(?:es?|ed|ing)|stor\w+|keeps?|kept|stash\w*|re-?us\w+|repurpos\w+)\b", re.I)

_BYTES = re.compile(r"\bbytes?\b", re.I)
_IS_LONG = re.compile(
    r"(?:\(\))? (?:is|takes|has|occupies|needs) (?:only )?(\d{1,3})(?: bytes?\b|(?=[,.;:)]|$| and\b))"
)

_MACRO = re.compile(
    r"\b(READ_ONCE|WRITE_ONCE)(?:\(\))? (?:\w+ )?(?:in|inside|within|of|from) ([a-z_]\w{3,60})\("
)
_IN_PAGE = re.compile(r"\bpage\[([1-3])\]")
_TOUCHES = re.compile(
    r"\b(?:initiali[sz]e[sd]?|writes?|written|sets?|touche[sd]|touch|clears?|cleared|overwrites?)\b", re.I
)
_NO_SUCH = re.compile(
    r"\b(?:has|have|had|there (?:is|was)) no (?:such (?:thing|function) as )?([a-z_]\w{3,60})\(\)"
)
_SAME_FLAG = re.compile(
    r"\b(PG_\w{2,40}|Page[A-Z]\w{2,30}(?:\(\))?) (?:is|uses|shares|re-?uses|has|occupies|aliases) "
    r"(?:really |just |also |actually )?(?:the same (?:bit|flag) as |(?:the|its) bit (?:of|with) "
    r"|an alias (?:of|for) |another name (?:of|for) )?"
    r"(PG_\w{2,40})\b"
)
_AFTER = re.compile(
    r"\b(?:after|once|when) (?:the )?(?:call (?:to|of) )?([a-z_]\w{3,60})\(\)"
    r"(?! (?:would|could|fails?|failed|calls?|sets?|clears?|takes?))",
    re.I,
)
_INSIDE = re.compile(
    r"\b(?:in|inside|within|into|(?:get|got|gets|comes?|came|getting) to|reach(?:es|ed)?|enter(?:s|ed|ing)?"
    r"|at the (?:start|beginning|top) of) ([a-z_]\w{3,60})\(\)",
    re.I,
)
_KNOWN_BY = re.compile(
    r"\b(?:us(?:es?|ed|ing)|stor\w+|keeps?|kept|recogni\w+|identif\w+|known by|marked"
    r"|found (?:through|by|via)|look\w* at)\b",
    re.I,
)
_CLAUSES = re.compile(r"[;:]\s|,?\s(?:because|since|but|while|although|whereas|so)\s")
_PLACE = re.compile(r"\b(?:in|inside|within|after|once|when|at|by)\b[^|]{0,20}$", re.I)
_IS_NUMBER = re.compile(r"\b(?:is|are|has|have|stays?) (?:always |still |already )?(zero|0|one|1|NULL)\b")
_IS_DONE = re.compile(
    r"(\w+)(?:\(\))? (?:is|are|gets?) (?:always |also |already |still )?(set|clear|cleared)\b"
)
_TAKES = re.compile(r"\b(?:takes?|acquires?|grabs?|gets?|obtains?)\b", re.I)


def plainer(question: Question) -> Iterator[Claim]:
    """Other claims that the sentence plainly makes of the same names."""
    yield from _sizes(question)
    yield from _locks(question)
    yield from _macros(question)
    yield from _pages(question)
    yield from _missing(question)
    yield from _aliases(question)
    yield from _passives(question)
    yield from _where(question)
    yield from _of_kinds(question)
    if not vague(question.claim):
        yield from _guarded(question)
        yield from _used(question)


def vague(claim: Claim) -> bool:
    """Whether a row is in its clause's own words: what it names may stand anywhere in the sentence."""
    return claim.predicate is Predicate.OTHER and bool(claim.value) and not claim.cue


def _sizes(question: Question) -> Iterator[Claim]:
    """ "x takes 8 bytes, y takes 4": of y, too."""
    claim, subject = question.claim, question.subject
    if claim.predicate not in _POOR or subject.kind is not Kind.MEMBER or not _BYTES.search(claim.quote):
        return
    at = claim.quote.find(subject.member)
    stated = _IS_LONG.match(claim.quote, at + len(subject.member)) if at >= 0 else None
    if stated is not None and claim.polarity is Polarity.POSITIVE:
        yield replace(claim, predicate=Predicate.SIZE, object="", value=f"{stated[1]} bytes", condition="")


def _locks(question: Question) -> Iterator[Claim]:
    """ "f() takes x->lock": it needs the lock, and takes it itself."""
    claim, subject, target = question.claim, question.subject, question.object
    if claim.predicate not in _DONE or subject.kind is not Kind.FUNCTION or target.kind is not Kind.MEMBER:
        return
    if claim.polarity is not Polarity.POSITIVE or not lock_in(target.text):
        return
    first, second = claim.quote.find(subject.text), claim.quote.find(target.member)
    if 0 <= first < second and _TAKES.search(claim.quote, first, second):
        yield replace(claim, predicate=Predicate.REQUIRES, value="taken", condition="")


def _macros(question: Question) -> Iterator[Claim]:
    """ "the WRITE_ONCE in f()": f() uses it."""
    claim = question.claim
    found = _MACRO.search(claim.quote)
    if found is not None and found[2] == question.subject.text and claim.polarity is Polarity.POSITIVE:
        yield replace(claim, predicate=Predicate.CALLS, object=found[1], value="", condition="")


def _pages(question: Question) -> Iterator[Claim]:
    """ "f() initialises things in page[2]": it writes to a member of a folio that lies there."""
    claim, subject = question.claim, question.subject
    if claim.predicate not in _DONE | _POOR or subject.kind is not Kind.FUNCTION or claim.object:
        return
    at = claim.quote.find(subject.text)
    page = _IN_PAGE.search(claim.quote, at) if at >= 0 else None
    if page is not None and page.start() - at <= NEAR and _TOUCHES.search(claim.quote, at, page.start()):
        yield replace(claim, predicate=Predicate.SETS, object=f"folio.__page_{page[1]}", value="")


def _missing(question: Question) -> Iterator[Claim]:
    """ "there is no f()": it does not exist, whatever the row makes it do."""
    claim = question.claim
    found = _NO_SUCH.search(claim.quote)
    if found is not None and found[1] in (question.subject.text, question.object.text):
        yield replace(
            claim,
            predicate=Predicate.OTHER,
            subject=found[1],
            object="",
            value="exists",
            condition="",
            polarity=Polarity.NEGATIVE,
        )


def _aliases(question: Question) -> Iterator[Claim]:
    """ "PG_a is (the same bit as) PG_b": two names of one bit."""
    claim = question.claim
    found = _SAME_FLAG.search(claim.quote) if claim.predicate in _POOR else None
    if found is None:
        return
    first = flag_operation(found[1].removesuffix("()"))
    name = first.flag if first is not None else found[1]
    if {name, found[2]} & {claim.subject, claim.object, claim.value}:
        yield _positive(claim, Predicate.EQUALS, name, found[2])


def _passives(question: Question) -> Iterator[Claim]:
    """ "x is set for kmem pages", "its refcount is 0", with nobody who does it: a state of x."""
    claim, target = question.claim, question.object
    if claim.predicate not in (Predicate.SETS, Predicate.CLEARS) or claim.subject:
        return
    if target.kind not in (Kind.MEMBER, Kind.FLAG):
        return
    for part in re.split(r"[;:,]\s", claim.quote):
        if NEGATION.search(part) or MODAL.search(part):
            continue
        number = _IS_NUMBER.search(part) if target.kind is Kind.MEMBER else None
        if number is not None:
            yield _positive(claim, Predicate.STATE, target.text, "", number[1], claim.condition)
        done = _IS_DONE.search(part)
        if done is not None and (done[2] == "set") is (claim.predicate is Predicate.SETS):
            value = f"{done[1]} set" if done[1].isupper() else done[2]
            yield _positive(claim, Predicate.STATE, target.text, "", value, claim.condition)


def _of_kinds(question: Question) -> Iterator[Claim]:
    """ "page pool pages are known by their pp_magic": what a kind of page reads or sets, it uses."""
    claim, subject, target = question.claim, question.subject, question.object
    if claim.predicate not in (Predicate.READS, Predicate.SETS) or subject.kind is not Kind.WORDS:
        return
    if claim.value.strip() or target.member.endswith("count") or not _KNOWN_BY.search(claim.quote):
        return  # what is said of it is more than that it is used
    if target.kind is Kind.MEMBER and claim.polarity is Polarity.POSITIVE and not MODAL.search(claim.quote):
        kinds = [k for k in kinds_in(claim.subject) if k.name not in ("page", "folio")]
        if len(kinds) == 1 and not NEGATION.search(claim.quote):
            yield _positive(claim, Predicate.USES, singular(kinds[0]), target.text)


def _where(question: Question) -> Iterator[Claim]:
    """ "by the time we get to f() x is 0", "once f() has run x is NULL": a state in f(), or after it."""
    claim = question.claim
    if claim.predicate is not Predicate.STATE or NEGATION.search(claim.quote):
        return
    kinds = {ref.kind for ref in (*question.subjects, *question.objects)}
    if not kinds & {Kind.MEMBER, Kind.FLAG}:
        return
    for pattern, word in ((_AFTER, "after"), (_INSIDE, "in")):
        found = pattern.search(claim.quote)
        if found is not None and question.code.known(found[1]):
            value = _stated(question, claim.value, found[1])
            yield replace(claim, condition=f"{word} {found[1]}()", value=value)


def _stated(question: Question, value: str, function: str) -> str:
    """A state without the place that was read into it: "NULL after f()" is NULL, a flag "in f()" is set."""
    at = value.find(function)
    if at < 0:
        return value
    said = _PLACE.sub("", value[:at]).strip()
    flag = question.object.text if question.object.kind is Kind.FLAG else ""
    named = bool(flag) and re.search(rf"\b{re.escape(flag.removeprefix('PG_'))}\b", question.claim.quote)
    return said or ("set" if named else "")


def _guarded(question: Question) -> Iterator[Claim]:
    """A lock and what it guards in one clause: "lru_lock still guards the lru list"."""
    claim = question.claim
    held = _GUARDS.search(claim.quote)
    if held is None or NEGATION.search(claim.quote) or MODAL.search(claim.quote):
        return
    lock = lock_in(claim.quote)
    for ref in (*question.subjects, *question.objects) if lock else ():
        if ref.kind in (Kind.FLAG, Kind.MEMBER, Kind.FUNCTION) and not lock_in(ref.text):
            yield _positive(claim, Predicate.REQUIRES, ref.text, lock, "held")


def _used(question: Question) -> Iterator[Claim]:
    """A kind of page and a member with a word of use: "hugetlb keeps its cgroup in _hugetlb_cgroup"."""
    claim = question.claim
    members = [r for r in (*question.subjects, *question.objects) if r.kind is Kind.MEMBER]
    if claim.predicate is not Predicate.USES or not members:
        return
    for part in _CLAUSES.split(claim.quote):
        used = _USED.search(part)
        if used is None or part.find(members[0].member) < used.start():
            continue
        kinds = [k for k in kinds_in(part) if k.name not in ("page", "folio")]
        if len(kinds) == 1 and not NEGATION.search(part) and not MODAL.search(part):
            yield _positive(claim, Predicate.USES, singular(kinds[0]), members[0].text)


def _positive(
    claim: Claim, predicate: Predicate, subject: str, target: str, value: str = "", condition: str = ""
) -> Claim:
    """The claim read another way: positive, with nothing left of the first reading but its place."""
    return replace(
        claim,
        predicate=predicate,
        subject=subject,
        object=target,
        value=value,
        condition=condition,
        polarity=Polarity.POSITIVE,
    )
