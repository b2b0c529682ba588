"""Whether a sentence says plainly enough what was read from it, so that it may be called wrong.

A false alarm costs more than a missed error: a reader who is told that a true statement is wrong stops
reading.
So a refutation asks for more than a fact: both names in one short clause, no condition or wish in it, and a
negation exactly where the claim is negative.
"""

from __future__ import annotations

import re
from functools import lru_cache

from threadmine.memmap.effects import flag_operation
from threadmine.model import Claim, Polarity, Predicate, Tense
from threadmine.verify.refs import Kind, Ref
from threadmine.verify.tables import called

MAX_WORDS = 26
MAX_APART, LEAD = 160, 24
"""Characters between two names that still belong together; and before them, where "no" or "not" may stand."""

_WORD = re.compile(r"\w+")
_CALL = re.compile(r"(\w)\(\w{0,30}\)")
_ORDER = re.compile(r"\b(?:after|before)\b", re.I)
"""Words of doubt elsewhere; the very point of a statement about the order of steps."""

_SPLIT = re.compile(
    r"[;:,]\s|[()]|\s[-–—]{1,2}\s|\.\s"
    r"|\b(?:but|and then|because|so that|which|while|whereas|although|since|however)\b",
    re.I,
)
_UNSURE = re.compile(
    r"\b(?:if|when|whenever|once|unless|until|till|whether|would|should|shouldn't|wouldn't|could|might|may"
    r"|maybe|perhaps|probably|possibly|suppose|assum\w+|let's|want\w*|need\w*|instead|wish\w*|hope\w*"
    r"|wonder\w*|idea|seems?|seemed|feel|guess|going to|will|won't|shall|plan\w*|propos\w+|suggest\w*|try"
    r"|tries|trying|after|before|yet|any ?more|no longer|used to|previously|originally|comfortable|why|how"
    r"|what|means?|meaning|making|makes?|otherwise|times|now|from here on|in the end)\b|\?",
    re.I,
)
_CONDITION = re.compile(r"\b(?:if|unless|when|whenever|once|until|whether|as long as|in case)\b", re.I)
_IMPERATIVE = re.compile(
    r"\W{0,4}(?:and |then |also |just |simply |instead,? )?"
    r"(?:add|make|use|put|store|let|remove|delete|drop|fix|convert|replace|move|introduce|avoid"
    r"|don't|do not|change|rename|keep|allow|ensure|get rid|pass|call|set|clear|export|teach|split|merge"
    r"|rework|stop|switch|turn|provide|return|check|consider|please|try|mark|initiali[sz]e|reset|skip"
    r"|close|restore|seriali[sz]e|fold|factor|apply|enable|extend)\b"
    r"(?! (?:calls?|uses|needs|takes|is|are|was|were|has|does|can|will|works|fails|path|paths|code)\b)",
    re.I,
)
_SUGGESTION = re.compile(
    r"\b(?:you|we|one) (?:can|could|may|might|should)\b(?! (?:also )?(?:grep|see|find|look))"
    r"|\b(?:how|what) about\b|\bwhy not\b|\blet's\b"
    r"|\b(?:I|we|this|it|that|they)(?:['’]ll| will| would| am going to| are going to)\b"
    r"|\bfollow-?(?:on|up) (?:patch|series)|\bgood time to\b|\b(?:in theory|theoretically)\b"
    r"|\b(?:later|next|separate) (?:patch|series|version)\b"
    r"|\b(?:has|have|is|was|are|were) (?:now )?(?:been )?(?:removed|dropped|deleted|replaced|converted)\b",
    re.I,
)
_RESTRICTED = re.compile(r"\b(?:without|except|only|never|unless|other than|but not|not)\b", re.I)
_NAME_OR_NUMBER = re.compile(r"\b(?:[a-z]+_\w+|[A-Z][A-Z0-9_]{3,}|order|\d+)\b")
_CLAUSE_END = re.compile(r"[:;]\s")
_LEAD_END = re.compile(r"[.,;:()]|\s[-–—]+\s")
_WOULD = re.compile(r"\b(?:would|could|should|might|ought)\b(?!n['’]t be)", re.I)
_SUPPOSING = re.compile(r"\b(?:would|could|should|might|maybe|perhaps|another|those|problem)\b", re.I)
_QUALIFIED = re.compile(r"\b(?:for|of|on|with|by|to|as|under|at|from|in(?! (?:the )?struct))\b", re.I)
"""Words behind "does not exist" that make it a statement about some pages or builds, not a definition."""

_IS_NUMBER = re.compile(
    r"\W{0,4}(?:field |member |flag |bit )?(?:itself )?(?:is|are|has|takes|occupies|lies|sits|starts)"
    r"(?: (?!grow|shr[iu]nk|sav|reduc|add|extra|more|less|pad|hole|off\b)[\w'-]+){0,4}? #?\d"
)
_NEGATION = re.compile(
    r"\b(?:not|never|no|none|nothing|nobody|neither|nor|without|cannot|can't|lacks?|missing|gone)\b|n't\b"
    r"|\block-?(?:free|less)\b|\bfree of\b"
    r"|\b(?:instead of|rather than)\b",
    re.I,
)
_REMOVAL = re.compile(r"\b(?:remov|delet|drop|kill|eliminat|get(?:s|ting)? rid|disappear|los(?:e|es|ing)\b)")
_OF_BOTH = (Predicate.OVERLAPS, Predicate.EQUALS)
_BESIDE = re.compile(r"[\w>.()\[\]'-]{1,60}(?:,? (?:and|or)|,) (?:\w{1,20}(?:->|\.))?")
"""One name and the "and" to the next: what both are said to be, or not to be, stands behind them."""

_DEFINITION = re.compile(
    r"\b(?:members?|fields?|struct\w*|definition|declar\w*|union|defined|exists?|has no|have no|had no"
    r"|no such|only available|is gone|was removed|contains?)\b",
    re.I,
)


def speaks_plainly(claim: Claim, subject: Ref, target: Ref) -> bool:
    """Whether ``claim`` may be refuted as far as its wording goes.

    Args:
        claim: its quote is looked at.
        subject: what it is about.
        target: the object, or NOTHING where the claim has none (its value must then stand in the clause).
    """
    clause = clause_with(claim.quote, subject, target)
    if _CONDITION.search(claim.quote[: max(0, claim.quote.find(clause[:12]))]):
        return False
    if not clause or len(clause.split()) > MAX_WORDS or claim.quote.rstrip().endswith("?"):
        return False
    if _IMPERATIVE.match(claim.quote):
        return False
    if _UNSURE.search(_ORDER.sub("", clause) if claim.predicate is Predicate.PRECEDES else clause):
        return False
    negations = list(_NEGATION.finditer(clause))
    if len(negations) != (1 if claim.polarity is Polarity.NEGATIVE else 0):
        return False
    # "struct page has no X": there the negation stands before the name
    member = claim.predicate is Predicate.MEMBER_OF
    if negations and not member and not _between(clause.lower(), negations[0].start(), subject, target):
        return False
    if claim.predicate in (Predicate.SIZE, Predicate.OFFSET):
        return _number_follows(" ".join(clause.lower().split()), subject)
    if claim.predicate is not Predicate.MEMBER_OF:
        return True
    rest = clause[negations[0].end() :] if negations else clause
    return _DEFINITION.search(clause) is not None and _QUALIFIED.search(rest) is None


def _number_follows(clause: str, subject: Ref) -> bool:
    """Whether the clause says "<subject> is ... <number>": not that something grows by so much."""
    for name in spellings(subject):
        at = clause.find(name)
        if at >= 0 and _IS_NUMBER.match(clause, at + len(name)):
            return True
    return False


def _between(clause: str, negation: int, subject: Ref, target: Ref) -> bool:
    """Whether the negation stands between subject and object (not in "no risk in a() using b()")."""
    first = _place(clause, subject)
    second = _place(clause, target)
    if first < 0 or (target.kind is not Kind.NOTHING and second < 0):
        return False
    return first < negation and (second < 0 or negation < second)


def _place(clause: str, ref: Ref) -> int:
    whole = clause.find(ref.text.lower()) if ref.kind is Kind.FLAG else -1
    if whole >= 0:
        return whole  # PG_idle, not the "idle" of page_idle
    found = [clause.find(name) for name in spellings(ref)]
    return min((place for place in found if place >= 0), default=-1)


def place_of(claim: Claim, ref: Ref) -> int:
    """Where a name stands in the sentence of a claim, -1 where it does not."""
    return _place(claim.quote.lower(), ref)


_DENIED_BEHIND = re.compile(
    r"[\w.()>-]+ (?:is|are|was|were|has|have|does|do|did|gets?)(?: \w+)?(?: not\b|n['’]t\b| never\b)"
)
"""An object of which its own verb denies something: "... but PG_x is not included"."""

_NO_DENIAL = re.compile(r"\bnot only\b|\b(?:nothing|no) (?:but|more than|other than|else than)\b")
"""Words of denial that deny nothing: "is nothing but a test of ..."."""

_REJECTS = re.compile(r"\b(?:reject|refus|forbid|disallow|turns? away|bails? out)\w*\b", re.I)


def scoped_polarity(claim: Claim, subject: Ref, target: Ref) -> Polarity | None:
    """The claim's polarity as the words between its names show it; None where they contradict the reading.

    A negation behind the object belongs to another clause ("f() expects g(), which will not be the case").
    """
    if claim.predicate is Predicate.VALID_FOR and _REJECTS.search(claim.quote):
        return claim.polarity  # "f() rejects X" denies without a word of negation
    quote = claim.quote.lower()
    first, second = _place(quote, subject), _place(quote, target)
    if first < 0 or second <= first or second - first > MAX_APART:
        return claim.polarity
    if claim.predicate in _OF_BOTH and _BESIDE.fullmatch(quote[first:second]):
        return claim.polarity  # "x and y do not overlap"
    negations = _NEGATION.findall(quote[first:second])
    if claim.polarity is Polarity.NEGATIVE:
        if claim.predicate is Predicate.MEMBER_OF and _REMOVAL.search(quote):
            return claim.polarity
        lead = _LEAD_END.split(quote[max(0, first - LEAD) : first])[-1]
        denied = negations or _NEGATION.search(lead) or _DENIED_BEHIND.match(quote, second)
        return claim.polarity if denied else Polarity.POSITIVE
    if len(negations) != 1 or _NO_DENIAL.search(quote[first:second]):
        return claim.polarity
    if claim.predicate is Predicate.REQUIRES and "without" in negations:
        lead = _LEAD_END.split(quote[max(0, first - LEAD) : first])[-1]
        return claim.polarity if _NEGATION.search(lead) else None  # "nobody touches x without the lock"
    if not _NEGATION.search(_CLAUSE_END.split(quote[first:second])[-1]):
        return claim.polarity  # it stands in a clause that has ended ("f() is not safe: its setting of PG_x")
    # "other" says nothing by itself: what its sentence denies is denied
    return Polarity.NEGATIVE if claim.predicate is Predicate.OTHER else None


_REASON = re.compile(
    r"(?:\b(?:since|because|given(?: that)?|the fact that)|(?:^|[,;(]\s)as)\s(.{8,200}?)"
    r"(?=,\s|;|\.\s|$|\s(?:we|you|I|one)\s(?:can|could|should|might|know)\b)",
    re.I,
)
_SO = re.compile(r"^(.{8,200}?), so\b(?! that)")


def given_as_reason(claim: Claim, subject: Ref, target: Ref) -> str:
    """The part of a sentence that gives a reason and has both names ("since f() calls g(), ..."), or ""."""
    for found in (*_REASON.finditer(claim.quote), *_SO.finditer(claim.quote)):
        part = found[1].lower()
        named = whole_place(part, subject) >= 0 or whole_place(claim.quote.lower(), subject) < 0
        if named and (whole_place(part, target) >= 0 or _spoken_of(part, target)):
            return found[1]
    return ""


def _spoken_of(part: str, target: Ref) -> bool:
    """Whether a text calls a member by what people call it ("the refcount")."""
    words = [word.removeprefix("the ") for word, member in called().items() if member == target.name]
    return any(word in part and re.search(rf"(?<!\w){re.escape(word)}(?!\w)", part) for word in words)


_FILLING = re.compile(
    r"\b(?:an?|the|pages?|folios?|it|its|be|to|is|are|was|bit|flag|state|must|should|already|being|have|been|of"
    r"|head|and|stay|remain|called|with)\b"
)


def plain_state(value: str, flag: str) -> str:
    """ "folio to be locked" of PG_locked as "set", "unlocked" as "clear"; any other value as it is."""
    words = re.findall(r"[a-z']+", _FILLING.sub("", value.lower()))
    bare = flag.removeprefix("PG_").lower()
    if len(words) != 1:
        return value
    if words[0] in (bare, "set", "held", "taken"):
        return "set"
    return "clear" if words[0] in (f"un{bare}", f"non{bare}", "clear", "cleared", "unset") else value


def denies(claim: Claim) -> bool:
    """Whether any word of the sentence denies something."""
    return _NEGATION.search(claim.quote) is not None


def hypothetical(claim: Claim, subject: Ref, target: Ref) -> bool:
    """Whether "would", "could" or "should" stands between the two names or close before them.

    Of the past "would" tells a habit ("this would happen in the last put_page()").
    """
    if claim.tense is Tense.PAST:
        return False
    quote = claim.quote.lower()
    first, second = sorted((_place(quote, subject), _place(quote, target)))
    if second < 0 or second - max(first, 0) > MAX_APART:
        return False
    start = max(0, (first if first >= 0 else second) - LEAD)
    return _WOULD.search(quote[start:second]) is not None


def borrows_subject(claim: Claim) -> bool:
    """Whether the subject is only where the sentence stands, and the sentence denies or supposes something.

    "Clearing the flag is not the same as taking the lock" under a hunk says nothing of that hunk's function.
    """
    if not any(note.startswith(f"{claim.subject}: ") for note in claim.inferred):
        return False
    if re.search(rf"(?<!\w){re.escape(claim.subject)}\(", claim.quote):
        return False  # the sentence names it, too
    return _NEGATION.search(claim.quote) is not None or _SUPPOSING.search(claim.quote) is not None


def rests_on_inference(claim: Claim) -> bool:
    """Whether subject or object is taken from another sentence or from quoted code, or the statement was not
    read but weighed: another one may be meant.
    """
    return claim.is_weighed or any(
        note in claim.inferred
        for name in (claim.subject, claim.object)
        for note in (f"{name}: from the text before", f"{name}: the quotation above")
    )


def suggests(claim: Claim, body: str = "") -> bool:
    """Whether the sentence is an order, a suggestion or of a change ("add f()", "you can still call f()").

    ``body`` is the mail's text: a quote that begins in the middle of a sentence ("... and turn it off") is no
    order.
    """
    begins = claim.quote.lstrip()[:1].isupper() or not _goes_on(body, claim.start)
    ordered = begins and _IMPERATIVE.match(claim.quote) is not None
    return ordered or _SUGGESTION.search(claim.quote) is not None


def _goes_on(body: str, start: int) -> bool:
    """Whether a sentence has begun before ``start``: a word or a comma stands before it."""
    raw = body[max(0, start - LEAD * 2) : start]
    before = raw.rstrip(" \t\n>")
    if not before or raw[len(before) :].count("\n") > 1:
        return False
    return before[-1].isalnum() or before[-1] in ",)"


def covered(claim: Claim, reason: str) -> bool:
    """Whether what narrows the claim is named in a fact, too ("unless NODE_NOT_IN_PAGE_FLAGS")."""
    words = _NAME_OR_NUMBER.findall(claim.condition)
    if not words or _RESTRICTED.search(f"{claim.value} | {claim.object}"):
        return False
    return all(re.search(rf"\b{re.escape(word)}\b", reason) for word in words)


_EXCEPT = re.compile(
    r"\b(?:but for|except(?:ing)?|other than|apart from|aside from|besides|unless|save for"
    r"|with the exception)\b",
    re.I,
)


def excepts(claim: Claim) -> bool:
    """Whether the sentence excepts or rejects something: which way it is meant is easily misread.

    "No use for it but for ..." may be about the rest, and "f() rejects X" is read as a positive statement.
    """
    return _EXCEPT.search(claim.quote) is not None or _REJECTS.search(claim.quote) is not None


_ACTS = frozenset({Predicate.CALLS, Predicate.SETS, Predicate.CLEARS, Predicate.READS})
_DENYING = re.compile(r"\b(?:without|(?<!but )not)\b", re.I)
_JUST_ONE = re.compile(r"\b(?:only (?:a single|one)|one only|just one)\b", re.I)


def restricted(claim: Claim) -> bool:
    """Whether value, object or condition narrow the claim ("an anon_vma without the bit")."""
    said = f"{claim.value} | {claim.object} | {claim.condition}"
    if claim.predicate in _ACTS and claim.polarity is Polarity.POSITIVE:
        # "calls g() if x is not set" narrows no more than "if x is set" does
        said = f"{claim.value} | {claim.object} | {_DENYING.sub('', claim.condition)}"
    if claim.predicate is Predicate.MEMBER_OF:
        said = _JUST_ONE.sub("one", said)  # a struct has each of its members once
    return _RESTRICTED.search(said) is not None


_PRIOR = re.compile(
    r"^\W{0,3}(?:prior to|before|until|up to) [^.;]{1,120}?"
    r"\b(?:was|were|had|did|used to|dropped|held|took)\b",
    re.I,
)
_TODAY = re.compile(r"\b(?:now|today|currently|at the moment|nowadays)\b", re.I)


def tells_of_before(quote: str) -> bool:
    """Whether a sentence tells how it was before some change, and no more: "prior to 1234 pages were ..."."""
    return _PRIOR.match(quote) is not None and _TODAY.search(quote) is None


_ONLY = re.compile(r"\b(?:only|just|merely)\b", re.I)
_BUT_FOR = re.compile(r"\b(?:without|unless|except)\b", re.I)
_OF_PLACE = (Predicate.POINTS_TO, Predicate.OVERLAPS, Predicate.RESIDES, Predicate.STATE)
MAX_BEHIND = 60
"""Characters behind an object in which "without ..." takes something away from it."""


def only_for_some(claim: Claim, subject: Ref, target: Ref) -> bool:
    """Whether "only" stands between the names of a claim with a condition: it denies the act for the rest.

    "f() only updates ->mapping for head pages" is not proven by a store to it.
    """
    quote = claim.quote.lower()
    at = whole_place(quote, target) if claim.predicate in _OF_PLACE else -1
    if at >= 0 and _BUT_FOR.search(quote, at, at + MAX_BEHIND) and not _BUT_FOR.search(claim.condition):
        return True
    if not claim.condition or claim.polarity is Polarity.NEGATIVE:
        return False
    first, second = _place(quote, subject), whole_place(quote, target)
    return 0 <= first < second and _ONLY.search(quote[first:second]) is not None


def whole_place(clause: str, ref: Ref) -> int:
    """Where a name stands in a lower-case text as a word of its own, -1 where it does not.

    ("mapping", but not that of set_mapping().)
    """
    found = (re.search(rf"(?<!\w){re.escape(name)}(?!\w)", clause) for name in spellings(ref))
    return min((each.start() for each in found if each is not None), default=-1)


def plain_without_names(claim: Claim) -> bool:
    """The same for claims whose subject is a pronoun ("these fields"): a short plain sentence."""
    quote = claim.quote
    if len(quote.split()) > MAX_WORDS or quote.rstrip().endswith("?"):
        return False
    return not (_NEGATION.search(quote) or _UNSURE.search(quote))


def clause_with(quote: str, subject: Ref, target: Ref) -> str:
    """The part of the sentence between commas and the like that names both, or the empty text."""
    wanted = [names for names in (spellings(subject), spellings(target)) if names]
    for part in _SPLIT.split(_CALL.sub(r"\1", quote[:2_000])):
        low = part.lower()
        if wanted and all(any(_stands(name, low) for name in names) for names in wanted):
            return part.strip()
    return ""


def _stands(name: str, clause: str) -> bool:
    """Whether a name stands in the clause; of several words, whether all of them do."""
    return name in clause or (" " in name and all(word in clause for word in _WORD.findall(name)))


@lru_cache(maxsize=4_000)
def spellings(ref: Ref) -> tuple[str, ...]:
    """How a name may stand in a sentence, lower case; none for plain words and for nothing."""
    if ref.kind is Kind.MEMBER:
        return (ref.member.lower(),)
    if ref.kind is Kind.FLAG:
        bare = ref.text.removeprefix("PG_").lower()
        return tuple(dict.fromkeys((ref.text.lower(), bare, bare.replace("_", ""), bare.replace("_", " "))))
    if ref.kind is Kind.FUNCTION:
        operation = flag_operation(ref.text)
        also = (operation.flag.removeprefix("PG_").lower(),) if operation is not None else ()
        return (ref.text.lower(), *also)
    if ref.kind is Kind.STRUCT:
        return (f"struct {ref.text.lower()}",)
    if ref.kind is Kind.FILE:
        return (ref.text.lower(), ref.text.rsplit("/", 1)[-1].lower())
    if ref.kind is Kind.WORDS:
        return (ref.text.lower(),)
    return ()
