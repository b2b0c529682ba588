"""The same words ask, object or thank, by the sentence around them; what a sentence wants is decided
here alone.

``ask_of`` reads one sentence with the cues of ``vocab/concerns.toml`` and says what kind of concern it
states, if any. Of the mail around it it knows the writer's part and what the sentence stands under, nothing
more.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import Enum

from threadmine.model import ConcernKind
from threadmine.vocab.concerns_cues import Words, vocabulary

MAX_REMARKS = 3
"""Sentences under a quotation that are still about it as it stands; what follows explains or argues."""

MAX_RETORT = 4
"""Words of a retort ("I disagree."): under somebody's words it answers them and raises nothing."""


MAX_NAME = 3
"""Words, code aside, of a remark that only names what should stand there ("folio_put(), please")."""

MAX_ECHO = 8
"""Words of a sentence that only repeats."""

MIN_CLAUSE = 3
"""Words of the second half of a sentence that is read by itself."""

_NODS = frozenset((" yes", " yeah", " sure", " right", " true", " yep"))
_CODE_ALONE = re.compile(r"(?: (?:just|simply|use))? CODE(?: ,?(?: ?(?:please|instead|here|too|maybe))?)? ")
"""A remark that only names what should stand there."""

_REFUSES = ("my ", "please ")
"""What says so objects, whatever the sentence asks for besides ("please don't")."""

_REASONS = (" because ", " that is because ", " this is because ", " it is because ")
"""So begins the answer to somebody's question."""

_CONDITION = re.compile(
    r" (?:if|when|unless|once|before|since|as|because|while|until|given|otherwise) "
    r"(?:[^,;]{2,200} , (?:then )?|[^,;]{2,160}? then )"
)
"""A clause before the main one."""

_REJECTED = re.compile(r" (?:could|can|might) (?!not )[^,]{0,160}, but ")
_BUT = ", but "
"""An option that is named to be declined, and what is in each such sentence."""


class Part(Enum):
    """What the writer is in the discussion: it decides how much a "should" weighs."""

    REVIEWER = "reviewer"
    AUTHOR = "author"  # of the patch that is discussed
    POSTER = "poster"  # of the patch or cover letter that this mail is


@dataclass(frozen=True, slots=True)
class Setting:
    """Where a sentence stands.

    ``reviewing``: under code, ``quoted``: under text of somebody else. ``answering``: under a question of
    somebody else. ``follows``: how many sentences of the writer stand between the quotation and this one.
    ``quotes``: it opens with words in quotation marks.
    """

    part: Part
    reviewing: bool = False
    quoted: bool = False
    answering: bool = False
    follows: int = 0
    quotes: bool = False

    @property
    def is_remark(self) -> bool:
        """Whether a reviewer says it right under quoted code: of such sentences every other one asks."""
        quoted_code = self.reviewing and self.quoted
        return self.part is Part.REVIEWER and quoted_code and self.follows < MAX_REMARKS


@dataclass(frozen=True, slots=True)
class Ask:
    """What a sentence wants, and the cue that told so. ``weak``: only its form or an aside tells."""

    kind: ConcernKind
    cue: str
    weak: bool = False


def echoes(words: Words) -> bool:
    """Whether a sentence says that the point before holds here as well ("Ditto.")."""
    return words.plain <= MAX_ECHO and bool(vocabulary("concerns")["speech"]["echo"].first(words))


def rephrases(words: Words) -> bool:
    """Whether a question only puts the ask before it in other words ("How about this?")."""
    return bool(vocabulary("concerns")["veto"]["rephrasing"].first(words))


def goes_on(words: Words) -> bool:
    """Whether a sentence elaborates on the request before it ("That way ...")."""
    return bool(vocabulary("concerns")["veto"]["elaboration"].first(words))


def ask_of(words: Words, setting: Setting) -> Ask | None:
    """What the sentence wants, None where it wants nothing.

    Args:
        words: the sentence as ``read_words`` gives it.
        setting: where it stands; an author who explains does not request.
    """
    if words.is_question:
        return _question(words, setting) if _is_asked(words, setting) else None
    if setting.part is Part.REVIEWER:
        return None if setting.quoted and words.text.startswith(_REASONS) else _statement(words, setting)
    ask = _posters(words) if setting.part is Part.POSTER else None
    return ask or _authors(words, setting)


def _posters(words: Words) -> Ask | None:
    """What a posting invites its readers to say, or owns to have left open."""
    cues = vocabulary("concerns")["question"]
    if invites := cues["invites"].first(words):
        return Ask(ConcernKind.QUESTION, invites)
    left = cues["left"].first(words)
    return Ask(ConcernKind.PROCESS, left) if left else None


def _authors(words: Words, setting: Setting) -> Ask | None:
    """What a statement of the patch's author wants: most of them explain, agree or promise."""
    cues = vocabulary("concerns")
    asks, rejects = cues["speech"]["own"].first(words), cues["speech"]["rejects"].first(words)
    vetoed = cues["veto"]["courtesy"].first(words) or cues["veto"]["agreement"].first(words)
    if not (asks or rejects) or vetoed:
        return None
    if rejects:
        said = cues["question"]["said"].first(words)
        return Ask(ConcernKind.QUESTION if said else ConcernKind.OBJECTION, said or rejects)
    return _statement(words, setting) or Ask(ConcernKind.REQUEST, asks)


def _is_asked(words: Words, setting: Setting) -> bool:
    """Whether a question wants an answer: no scrap of a sentence, no figure of speech, no plea for
    approval.
    """
    cues = vocabulary("concerns")
    part = setting.part
    if words.plain <= 2 and not (
        words.capital or setting.is_remark or cues["question"]["plain"].first(words)
    ):
        return False
    if part is Part.POSTER:
        return bool(cues["question"]["seeks"].first(words))
    return part is Part.REVIEWER or not cues["veto"]["approval"].first(words)


def _question(words: Words, setting: Setting) -> Ask | None:
    cues = vocabulary("concerns")
    if cues["veto"]["question"].first(words):
        return None
    if setting.is_remark and words.plain <= MAX_NAME and not words.text.startswith(" why "):
        if setting.quotes:
            return Ask(ConcernKind.NIT, "a name in quotation marks")
        if words.code and words.plain < 2:
            return Ask(ConcernKind.REQUEST, "code alone")
    asks = cues["question"]
    process = cues["process"]["strong"].first(words)
    demand = "" if setting.part is Part.POSTER else asks["demand"].first(words)
    plain = "" if demand else asks["plain"].first(words) or asks["wish"].first(words)
    request = demand or asks["request"].first(words)
    if process and (request or not plain):
        return Ask(ConcernKind.PROCESS, process)
    if objection := asks["objection"].first(words):
        return Ask(ConcernKind.OBJECTION, objection)
    if request and not plain and setting.part is not Part.POSTER:
        nit = cues["nit"]["strong"].first(words)
        return Ask(ConcernKind.NIT if nit else ConcernKind.REQUEST, nit or request)
    if words.plain <= 4 and words.code == 0 and (nit := cues["nit"]["strong"].first(words)):
        return Ask(ConcernKind.NIT, nit)
    return Ask(ConcernKind.QUESTION, plain or request or "?")


def _statement(words: Words, setting: Setting) -> Ask | None:
    cues = vocabulary("concerns")
    nit = cues["nit"]["strong"].first(words)
    request = cues["request"]["imperative"].first(words) or cues["request"]["explicit"].first(words)
    objection = cues["objection"]["explicit"].first(words)
    if cues["veto"]["agreement"].first(words) or _is_rejected(words.text):
        request = ""
    if words.plain <= MAX_RETORT and not setting.reviewing:
        objection = ""
    weak = not (request or objection)
    if weak and setting.reviewing and not setting.answering:
        objection = "" if cues["veto"]["soft"].first(words) else cues["objection"]["weak"].first(words)
    if not (request or objection) and not setting.answering:
        request, objection = _by_form(_main_clause(words), setting)
    if not (nit or request or objection) or cues["veto"]["courtesy"].first(words):
        tail = _after_but(words)
        return _statement(tail, setting) if tail else None
    ask = _choose(words, nit, request, objection)
    return replace(ask, weak=True) if ask and weak else ask


def _is_rejected(text: str) -> bool:
    return _BUT in text and _REJECTED.search(text) is not None


def _after_but(words: Words) -> Words | None:
    """What comes after the last "but": where the first half concedes, the second may ask."""
    before, _, after = words.text.rpartition(" but ")
    if _is_rejected(words.text):
        return None
    if not before or before.rstrip(" ,") in _NODS or after.count(" ") < MIN_CLAUSE:
        return None
    return words._replace(text=f" {after}", begin=1, words=frozenset(after.split()))


def _by_form(words: Words, setting: Setting) -> tuple[str, str]:
    """(what requests, what objects) by the form of a sentence: an order, an offer, a denial.

    Denials and offers are read right under quoted code only, where they are about what is proposed there;
    elsewhere people use them to describe.
    """
    speech = vocabulary("concerns")["speech"]
    if said := vocabulary("concerns")["question"]["said"].first(words):
        return "", said
    if speech["telling"].first(words):
        return "", ""
    if asked := speech["order"].first(words) or speech["plea"].first(words):
        return asked, ""
    if blame := speech["blame"].first(words):
        return "", blame
    if not setting.is_remark:
        return "", ""
    if words.code and not setting.follows and _CODE_ALONE.fullmatch(words.text):
        return "code alone", ""
    if offer := speech["offer"].first(words):
        return offer, ""
    return "", "" if vocabulary("concerns")["veto"]["soft"].first(words) else speech["fault"].first(words)


def _main_clause(words: Words) -> Words:
    """The sentence with the clause left behind that says when or why ("If it's needed, ...")."""
    before = _CONDITION.match(words.text, words.begin - 1)
    return words._replace(begin=before.end()) if before else words


def _choose(words: Words, nit: str, request: str, objection: str) -> Ask | None:
    process = vocabulary("concerns")["process"]["strong"].first(words)
    if nit and (request or objection or words.plain < 12):
        return Ask(ConcernKind.NIT, nit)
    if request and (process or not objection.startswith(_REFUSES)):
        return Ask(ConcernKind.PROCESS if process else ConcernKind.REQUEST, process or request)
    if objection:
        said = vocabulary("concerns")["question"]["said"].first(words)
        return Ask(ConcernKind.QUESTION if said else ConcernKind.OBJECTION, said or objection)
    return None
