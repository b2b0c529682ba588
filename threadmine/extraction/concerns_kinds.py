"""The same words ask, object or thank, by the sentence around them; what a sentence wants is decided
here alone.

``ask_of`` reads one sentence with the cues of ``vocab/concerns.toml`` and says what kind of concern it
states, if any. Of the mail around it it knows the writer's part and what the sentence stands under, nothing
more.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from threadmine.model import ConcernKind
from threadmine.vocab.concerns_cues import Words, vocabulary

MAX_RETORT = 4
"""Words of a retort ("I disagree."): under somebody's words it answers them and raises nothing."""


_REJECTED = re.compile(r" (?:could|can|might) [^,]{0,160}, but ")
"""An option that is named to be declined."""


class Part(Enum):
    """What the writer is in the discussion: it decides how much a "should" weighs."""

    REVIEWER = "reviewer"
    AUTHOR = "author"  # of the patch that is discussed
    POSTER = "poster"  # of the patch or cover letter that this mail is


@dataclass(frozen=True, slots=True)
class Setting:
    """Where a sentence stands.

    ``reviewing``: right under quoted code. ``answering``: under a question of somebody else. ``debating``:
    the mail goes on with a discussion. ``listed``: an item of a list that something else introduces.
    """

    part: Part
    reviewing: bool = False
    answering: bool = False
    debating: bool = False
    listed: bool = False


@dataclass(frozen=True, slots=True)
class Ask:
    """What a sentence wants, and the cue that told so."""

    kind: ConcernKind
    cue: str


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
        return _question(words) if _is_asked(words, setting.part) else None
    if setting.part is not Part.REVIEWER:
        invites = setting.part is Part.POSTER and vocabulary("concerns")["question"]["invites"].first(words)
        return Ask(ConcernKind.QUESTION, invites) if invites else None
    return _statement(words, setting)


def _is_asked(words: Words, part: Part) -> bool:
    """Whether a question wants an answer: no scrap of a sentence, no figure of speech, no plea for
    approval.
    """
    cues = vocabulary("concerns")
    if words.plain <= 2 and not (words.capital or cues["question"]["plain"].first(words)):
        return False
    if part is Part.POSTER:
        return bool(cues["question"]["seeks"].first(words))
    return part is Part.REVIEWER or not cues["veto"]["approval"].first(words)


def _question(words: Words) -> Ask | None:
    cues = vocabulary("concerns")
    if cues["veto"]["question"].first(words):
        return None
    asks = cues["question"]
    process = cues["process"]["strong"].first(words)
    plain = asks["plain"].first(words)
    request = asks["request"].first(words)
    if process and (request or not plain):
        return Ask(ConcernKind.PROCESS, process)
    if objection := asks["objection"].first(words):
        return Ask(ConcernKind.OBJECTION, objection)
    if request and not plain:
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
    if cues["veto"]["agreement"].first(words) or _REJECTED.search(words.text):
        request = ""
    if setting.answering or (words.plain <= MAX_RETORT and not setting.reviewing):
        objection = ""
    if not request and not objection and setting.reviewing and not setting.answering:
        objection = "" if cues["veto"]["soft"].first(words) else cues["objection"]["weak"].first(words)
    if not (nit or request or objection) or cues["veto"]["courtesy"].first(words):
        return None
    return _choose(words, nit, request, objection)


def _choose(words: Words, nit: str, request: str, objection: str) -> Ask | None:
    process = vocabulary("concerns")["process"]["strong"].first(words)
    if nit and (request or objection or words.plain < 12):
        return Ask(ConcernKind.NIT, nit)
    if request and not (objection.startswith("my ") and not process):
        return Ask(ConcernKind.PROCESS if process else ConcernKind.REQUEST, process or request)
    if objection:
        return Ask(ConcernKind.OBJECTION, objection)
    return None
