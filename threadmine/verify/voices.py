"""Whether a sentence states a thing in its writer's own voice, as something that is so.

A fact that matches the words of a sentence confirms nothing where the writer leaves open which of two things
is so, tells an idea, hands on what others say, or speaks of the code as his own patch will make it.
"""

from __future__ import annotations

import re

from threadmine.model import Claim, Message, Modality, Polarity, Predicate, Tense
from threadmine.verify.reading import clause_with, place_of, whole_place
from threadmine.verify.refs import Kind, Ref

MAX_BEHIND = 120
"""Characters behind a sentence in which the next one may dispute what it reports."""

FEW = 4
"""Words from which what stands between quotation marks is somebody's words and not a name."""

FROM_THE_PATCH = "it says what is so from the patch on"

_EITHER = re.compile(r"\beither\b(?! (?:way|case)\b)", re.I)
_OR = re.compile(r"\bor\b", re.I)
_IDEA = re.compile(
    r"\b(?:my|his|her|our|your|their|another|an|one|the (?:other|basic|rough)) ideas? (?:is|was|would)\b"
    r"|\bthe idea (?:is|was|would be) (?:to|that)\b|\bone (?:could|might)\b"
    r"|\b(?:one|another) (?:option|possibility|alternative|approach) (?:is|was|would)\b",
    re.I,
)
_REPORTED = re.compile(
    r"\b(?:comments?|documentation|docs?|changelogs?|descriptions?|kernel-?doc)\b[^.;:,]{0,60}?"
    r"\b(?:mention|sa(?:y|id)|claim|state|suggest|talk|tell|told|imply|implie|read)(?:s|ed)?\b",
    re.I,
)
_DISPUTED = re.compile(
    r"\b(?:but|however|though|although|yet|wrong|untrue|stale|outdated|obsolete|misleading|incorrect"
    r"|not (?:true|right|correct|the case)|no longer)\b",
    re.I,
)
_DISPUTES = re.compile(
    r"\s{1,4}(?:but|however|yet|actually|(?:that|this|it|which)(?:'s| is| was| isn't| seems?| looks?)"
    r"(?: \w+)? ?(?:not|no longer|wrong|untrue|stale|outdated|obsolete|misleading|incorrect))\b",
    re.I,
)
_SAID = re.compile(r"\"([^\"]{1,400})\"|“([^”]{1,400})”")
_FROM_NOW = re.compile(r"\bfrom (?:now|here) on\b", re.I)
_NOW = re.compile(r"(?:\b(?:right|for|until|till|by|as of|up to) )?\bnow\b(?! that\b)", re.I)
_SINCE = re.compile(r"\bsince\b|\bcommit\b", re.I)
_HEADS_A_LIST = re.compile(r"\b(?:either|one|any|all|both|some) ?(?:of)?(?: the)?(?: following)?:\s*$", re.I)
_ASKS_FOR_ASSENT = re.compile(
    r"(?:,|;| -+) ?(?:right|no|correct|yes|or not|isn't it|doesn't it|AFAICT)\s?\?", re.I
)
_DEMANDED = re.compile(r"\bshould (?:\w+ )?(?:follow|obey|respect|behave|adhere|comply|honou?r)\b", re.I)
_ENDED = re.compile(
    r"\b(?:need|use|requirement|reason)s? (?:to|of|for)\b[^.;]{0,80}?"
    r"\b(?:is|are|was|were|has been|have been|gets?) (?:eliminated|removed|gone|dropped|obviated|avoided)\b",
    re.I,
)
_SIDE_EFFECT = re.compile(
    r"\bas a (?:side[- ]effect|result|consequence)\b|\bthen there (?:may|will|can)\b", re.I
)
_STAYS = re.compile(r"\b(?:still|(?:continue|remain|keep|stay)s?)\b", re.I)
_STEP = re.compile(r"\s*\d{1,2}/\s")
_MARKS = re.compile(r"(?<![\w\"'])\"(?=\w)|(?<=[\w.?!,])\"(?!\w)")
"""Quotation marks that open or close somebody's words; not those of inches or of C."""

FAR = 700
"""Characters around a sentence in which the marks of a quotation that it is part of are looked for."""

_REFERS = re.compile(r"(?:\W*\w+){0,3}?\W*\b(?:it|its|this|that|these|those|they|their|which|both)\b", re.I)
_BORROWED = frozenset({Kind.WORDS, Kind.MEMBER, Kind.FLAG})
"""Subjects that, taken from the sentence before, often belong to another verb: functions do not."""


_MOVES = re.compile(
    r"\b(?:stays?|goes|go away|moves?|remains?|ends? up|gets? (?:moved|replicated|removed|copied)"
    r"|disappears?|will)\b",
    re.I,
)
"""Verbs by which a statement of where something lives is about a change to come."""


_FUTURE = re.compile(
    r"\b(?:memdesc world|future|eventually(?! (?:saw|reali[sz]ed|found|noticed|understood|figured|learn\w+))"
    r"|long[- ]term|some ?day|one day|ultimately|the goal|the plan|my plan"
    r"|planned (?:removal|conversion|change|rename)|end goal|down the road|next step)\b",
    re.I,
)


_TODAY = re.compile(r"\b(?:for now|still|today|currently|at the moment|as of now|already)\b", re.I)


def to_come(claim: Claim, subject: Ref, target: Ref) -> bool:
    """Whether a claim of residence or existence speaks of a change, in the present tense.

    Only the clause that names both counts: "the word has the node id, so wiping it will break that" tells
    what is.
    """
    if claim.tense is Tense.PRESENT and _FUTURE.search(claim.quote):
        return True
    lives = claim.predicate in (Predicate.RESIDES, Predicate.MEMBER_OF)
    lives |= claim.predicate is Predicate.STATE and claim.subject.startswith("PG_")
    if not lives or claim.tense is not Tense.PRESENT:
        return False
    clause = clause_with(claim.quote, subject, target) or claim.quote
    return _MOVES.search(clause) is not None and _TODAY.search(clause) is None


def not_own(claim: Claim, message: Message, subject: Ref, target: Ref) -> str:
    """Why what a sentence says is not what its writer says is so; empty where nothing tells.

    Args:
        claim: its quote is looked at.
        message: the mail it stands in.
        subject: what the claim is about.
        target: its object, or NOTHING.
    """
    places = [place for place in (place_of(claim, subject), place_of(claim, target)) if place >= 0]
    if _is_one_of_two(claim.quote, places):
        return "it is one side of an either and or"
    if _IDEA.search(claim.quote):
        return "it is told as an idea"
    if _HEADS_A_LIST.search(claim.quote):
        return "what it says stands in the list behind it"
    if claim.modality is Modality.QUESTION and not _ASKS_FOR_ASSENT.search(claim.quote):
        return "it is asked, not said"
    if _DEMANDED.search(claim.quote):
        return "it is told as it should be"
    if claim.polarity is Polarity.POSITIVE and _ENDED.search(claim.quote):
        return "it says that there is no need or use any more"
    if _is_a_step(message.body, claim.start):
        return "it is a step of a list"
    if why := _without_subject(claim, subject):
        return why
    if _is_disputed(claim, message.body, places):
        return "it is reported of a comment, and disputed"
    if _is_quoted(claim.quote, places) or _stands_in_quotation(message.body, claim):
        return "it stands between quotation marks"
    if _is_of_the_patch(claim, message, clause_with(claim.quote, subject, target), places):
        return FROM_THE_PATCH
    return ""


def _without_subject(claim: Claim, subject: Ref) -> str:
    """Why a sentence says nothing of the subject it was read with; empty where it may."""
    named = whole_place(claim.quote.lower(), subject) >= 0
    if subject.kind is Kind.WORDS and named:
        part = re.findall(rf"(\bper[- ])?(?<!\w){re.escape(subject.text.lower())}(?!\w)", claim.quote.lower())
        return f"it names {subject.text} as a part of another name" if part and all(part) else ""
    borrowed = f"{claim.subject}: from the text before" in claim.inferred
    if named or not borrowed or subject.kind not in _BORROWED or _REFERS.match(claim.quote):
        return ""
    return f"{claim.subject} stands in another sentence"


def placed_in_a_patch(claim: Claim, subject: Ref, target: Ref) -> bool:
    """Whether nothing but its place in a patch makes a statement a proposal: it names both, and no change.

    "f() sets the flag itself instead of calling g()" is none either: "instead of" tells how it is.
    """
    notes = [note for note in claim.inferred if note.startswith("proposed:")]
    if any(note != "proposed: “instead of”" for note in notes):
        return False
    around = f"{claim.subject}: the comment stands in it" in claim.inferred
    there = place_of(claim, subject) >= 0 or around
    return there and bool(claim.subject and claim.object) and place_of(claim, target) >= 0


def _is_one_of_two(quote: str, places: list[int]) -> bool:
    """Whether a name stands behind "either", and an "or" behind that: the other side may be so.

    An either and or between brackets is over where those close.
    """
    either = _EITHER.search(quote)
    other = _OR.search(quote, either.end()) if either is not None else None
    if either is None or other is None:
        return False
    closed = quote.find(")", other.end()) if _open_bracket(quote[: either.start()]) else -1
    end = closed if closed >= 0 else len(quote)
    return not places or any(either.start() < place < end for place in places)


def _open_bracket(text: str) -> bool:
    """Whether a bracket is open at the end of a text."""
    return text.count("(") > text.count(")")


def _is_disputed(claim: Claim, body: str, places: list[int]) -> bool:
    """Whether a comment says so and this sentence or the next one says that it is otherwise."""
    report = _REPORTED.search(claim.quote)
    if report is None or (places and max(places) < report.start()):
        return False
    dispute = _DISPUTED.search(claim.quote, report.end())
    if dispute is not None:
        return not places or min(places) < dispute.start()
    behind = body[claim.end : claim.end + MAX_BEHIND]
    return bool(claim.end) and _DISPUTES.match(behind) is not None


def _is_quoted(quote: str, places: list[int]) -> bool:
    """Whether all names stand in the same words between quotation marks."""
    spans = [m.span() for m in _SAID.finditer(quote) if len((m[1] or m[2]).split()) >= FEW]
    return bool(places) and any(all(a < place < b for place in places) for a, b in spans)


def _stands_in_quotation(body: str, claim: Claim) -> bool:
    """Whether a mark of quotation was opened in the sentences before and is closed in or behind this one."""
    if not claim.end or '"' not in body[max(0, claim.start - FAR) : claim.end + FAR]:
        return False
    before = body[max(0, claim.start - FAR) : claim.start]
    before = before[max(before.rfind("\n>"), before.rfind("\n--")) + 1 :]
    opened = False
    for mark in _MARKS.finditer(before):
        opened = before[mark.end() : mark.end() + 1].isalnum()
    if not opened:
        return False
    behind = _MARKS.search(body, claim.start, min(len(body), claim.end + FAR))
    return behind is not None and not body[behind.end() : behind.end() + 1].isalnum()


def _is_a_step(body: str, start: int) -> bool:
    """Whether the line of a sentence begins as a step of a list of what is to be done ("5/ then ...")."""
    line = body[body.rfind("\n", 0, start) + 1 : start + 1]
    return len(line) < FEW * 8 and _STEP.match(line) is not None


def _before_now(quote: str, places: list[int]) -> bool:
    """Whether both names stand before the "now": "Currently x does y, but now ..."."""
    now = _NOW.search(quote)
    return now is not None and len(places) > 1 and max(places) < now.start()


def _is_of_the_patch(claim: Claim, message: Message, clause: str, places: list[int]) -> bool:
    """Whether "from now on", or the "now" of a message with a patch, makes it true by that patch alone.

    ``clause`` is the part that names both: the "now" of another one says nothing of it.
    """
    if _FROM_NOW.search(claim.quote):
        return True
    has_diff = message.patch is not None and message.patch.has_diff
    is_cover = message.subject.is_patch and message.subject.number == 0
    if not (has_diff or is_cover) or _SINCE.search(claim.quote):
        return False
    if _SIDE_EFFECT.search(claim.quote) and not _STAYS.search(clause or claim.quote):
        return True
    if claim.quote.lower().startswith("current") and _before_now(claim.quote, places):
        return False
    return any(
        found[0].lower() == "now" for found in _NOW.finditer(clause or claim.quote if is_cover else clause)
    )
