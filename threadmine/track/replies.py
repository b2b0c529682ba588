"""Where a concern stands by the replies below it.

For each reply the quotations are searched for the concern's sentence; what is written right under it has an
effect: it answers, agrees, promises, declines, hands the question on or puts it off. The state follows from
the effects in the order of time. That somebody agreed never makes a concern addressed; only a later version
does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from threadmine.model import (
    Concern,
    ConcernKind,
    ConcernState,
    ConcernStatus,
    Effect,
    Person,
    StateEvidence,
    StoredMessage,
)
from threadmine.track.asked import suggests
from threadmine.track.effects import MAX_SAID, cue, effect_in, effect_of
from threadmine.track.people import name_key, same_person
from threadmine.track.text import Exchange, exchanges, squash
from threadmine.vocab.concerns_cues import Words, read_words, vocabulary

MAX_GAP = 700
"""Characters, squashed, between a quoted concern and the text that still answers it."""

MAX_SHORT_GAP = 250
"""The same for a refusal in a word or two; "Ok." is often said of a whole paragraph."""

MAX_SHORT = 20
"""Characters of an answer in a word or two."""

MAX_NEXT = 600
"""Characters between an objection and the request that belongs to it."""

MAX_EVIDENCE = 6
_TAIL = 40  # squashed characters by which the end of a quotation is found again
_QUOTED_LINE = re.compile(r"(?m)^[ \t]*>")
_KEY = 80  # squashed characters of a concern that are searched for


@dataclass(frozen=True, slots=True)
class Reaction:
    """What one reply does to one concern; ``by_asker``: the one who raised it speaks."""

    effect: Effect
    message_id: str
    quote: str
    by_asker: bool
    writer: str = ""
    blanket: bool = False  # said of all points of a mail at once


def statuses(mails: Sequence[StoredMessage], concerns: Sequence[Concern]) -> tuple[ConcernStatus, ...]:
    """Where each concern stands at the end of the thread, in the order given.

    Args:
        mails: all messages of the thread, in any order.
        concerns: concerns raised in them; others get the state open.
    """
    tree = _Tree(mails, concerns)
    found = [_status(concern, tree) for concern in concerns]
    return tuple(_with_next(at, concerns, found) for at in range(len(concerns)))


def _with_next(at: int, concerns: Sequence[Concern], found: Sequence[ConcernStatus]) -> ConcernStatus:
    """Concerns that nobody took up by themselves, but with their neighbour.

    An objection stands as the request that its writer goes on to make; "Ditto." as what it repeats.
    """
    concern, status = concerns[at], found[at]
    if status.evidence:
        return status
    if concern.kind is ConcernKind.OBJECTION and at + 1 < len(concerns):
        following = concerns[at + 1]
        near = 0 <= following.start - concern.end <= MAX_NEXT
        if near and following.message_id == concern.message_id and following.kind is ConcernKind.REQUEST:
            return replace(found[at + 1], concern_id=concern.id)
    if _REPEATS.match(concern.quote) and at and concerns[at - 1].message_id == concern.message_id:
        return replace(found[at - 1], concern_id=concern.id)
    return status


_REPEATS = re.compile(r"(?:ditto|same here|likewise|and here|here too)\b", re.IGNORECASE)


def _status(concern: Concern, tree: _Tree) -> ConcernStatus:
    reactions = [
        reaction for mail in tree.below(concern.message_id) for reaction in _reactions(concern, mail, tree)
    ]
    state = _state(concern, reactions)
    evidence = tuple(StateEvidence(r.message_id, r.quote, r.effect) for r in reactions[:MAX_EVIDENCE])
    return ConcernStatus(concern.id, state, evidence)


class _Tree:
    """The thread, with each reply's exchanges read once."""

    def __init__(self, mails: Sequence[StoredMessage], concerns: Sequence[Concern]) -> None:
        self._below: dict[str, list[StoredMessage]] = {}
        self._rests: dict[str, str] = {}
        self._keys: dict[str, str] = {}
        self._effects: dict[tuple[str, int, bool], tuple[Effect | None, str]] = {}
        self._stops: dict[str, list[int]] = {}
        for concern in concerns:
            self._stops.setdefault(concern.message_id, []).append(concern.start)
        self._mails = {mail.message_id: mail for mail in mails}
        self._answers: dict[str, list[StoredMessage]] = {}
        for mail in sorted(mails, key=_when):
            if mail.in_reply_to and mail.in_reply_to != mail.message_id:
                self._answers.setdefault(mail.in_reply_to, []).append(mail)
        self._exchanges: dict[str, tuple[Exchange, ...]] = {}
        self._blankets: dict[str, str] = {}
        self._posters: list[Person] = []

    def below(self, message_id: str) -> list[StoredMessage]:
        """All that people wrote below a message, oldest first; robots answer nothing."""
        if message_id not in self._below:
            self._below[message_id] = [mail for mail in self._all_below(message_id) if self.exchanges(mail)]
        return self._below[message_id]

    def _all_below(self, message_id: str) -> list[StoredMessage]:
        found: dict[str, StoredMessage] = {}
        waiting = [message_id]
        while waiting:
            for mail in self._answers.get(waiting.pop(), ()):
                if mail.message_id not in found:
                    found[mail.message_id] = mail
                    waiting.append(mail.message_id)
        return sorted(found.values(), key=_when)

    def rest(self, concern: Concern) -> str:
        """What its writer says after the concern and before the next quotation or concern, squashed."""
        if concern.id not in self._rests:
            mail = self._mails.get(concern.message_id)
            body = mail.body if mail else ""
            end = min(
                (at for at in self._stops.get(concern.message_id, ()) if at > concern.end), default=len(body)
            )
            text = body[concern.end : min(end, concern.end + 2 * MAX_GAP)]
            quote = _QUOTED_LINE.search(text)
            self._rests[concern.id] = squash(text[: quote.start()] if quote else text)
        return self._rests[concern.id]

    def key(self, concern: Concern) -> str:
        """The end of the concern's quotation, squashed: by that it is found in replies."""
        if concern.quote not in self._keys:
            self._keys[concern.quote] = squash(concern.quote)[-_KEY:]
        return self._keys[concern.quote]

    def effect(self, mail: StoredMessage, at: int, by_asker: bool) -> tuple[Effect | None, str]:
        """What the exchange at this place of a mail does (:func:`effect_of`)."""
        key = (mail.message_id, at, by_asker)
        if key not in self._effects:
            self._effects[key] = effect_of(self.exchanges(mail)[at], by_asker)
        return self._effects[key]

    def blanket(self, mail: StoredMessage) -> str:
        """The sentence in which a mail promises all that was asked for, empty where it does not."""
        if mail.message_id not in self._blankets:
            said = (one for exchange in self.exchanges(mail) for one in exchange.said[:MAX_SAID])
            found = (one for one in said if _promises_all(read_words(one)))
            self._blankets[mail.message_id] = next(found, "")
        return self._blankets[mail.message_id]

    def is_guest(self, mail: StoredMessage) -> bool:
        """Whether a mail is by somebody else than those who sent patches in the thread or began it."""
        if not self._posters:
            posted = [one for one in self._mails.values() if one.has_patch or not one.in_reply_to]
            self._posters = [one.author for one in posted]
        return not any(same_person(mail.author, poster) for poster in self._posters)

    def is_only(self, message_id: str) -> bool:
        """Whether a mail raises a single point."""
        return len(self._stops.get(message_id, ())) == 1

    def exchanges(self, mail: StoredMessage) -> tuple[Exchange, ...]:
        if mail.message_id not in self._exchanges:
            self._exchanges[mail.message_id] = () if mail.bot else exchanges(mail)
        return self._exchanges[mail.message_id]


def _when(mail: StoredMessage) -> tuple[float, str]:
    return (mail.date.timestamp() if isinstance(mail.date, datetime) else 0.0, mail.message_id)


def _reactions(concern: Concern, mail: StoredMessage, tree: _Tree) -> Iterator[Reaction]:
    key = tree.key(concern)
    rest = tree.rest(concern) if mail.in_reply_to == concern.message_id else ""
    for at, exchange in enumerate(tree.exchanges(mail)):
        if not exchange.quoted or not _is_about(exchange, key, rest):
            continue
        by_asker = same_person(mail.author, concern.author)
        effect, quote = tree.effect(mail, at, by_asker)
        if effect is Effect.PROMISE and not by_asker and tree.is_guest(mail) and _only_plans(quote):
            if concern.kind in _WANTS_WORK:
                return
            effect = Effect.ANSWER
        if effect is not None:
            yield Reaction(effect, mail.message_id, quote, by_asker, name_key(mail.author.display))
            return
    if mail.in_reply_to == concern.message_id and not same_person(mail.author, concern.author):
        yield from _of_the_whole(mail, tree)


_WILL = re.compile(r" (?:i|we) (?:[a-z]+ )?will ")
_WANTS_WORK = frozenset({ConcernKind.REQUEST, ConcernKind.NIT, ConcernKind.PROCESS})


def _only_plans(quote: str) -> bool:
    """Whether a sentence tells what its writer is going to do anyway: no promise of who has not the patch."""
    words = read_words(quote)
    return bool(cue("plan", words)) and not _WILL.search(words.text)


def _of_the_whole(mail: StoredMessage, tree: _Tree) -> Iterator[Reaction]:
    """What a reply says of a point of the mail it answers that it does not quote.

    A promise for all of them ("I'll address these in v2") counts for each; an answer without any quotation
    is one to the only point of a mail.
    """
    writer = name_key(mail.author.display)
    if promised := tree.blanket(mail):
        yield Reaction(Effect.PROMISE, mail.message_id, promised, False, writer, blanket=True)
        return
    found = tree.exchanges(mail)
    if len(found) == 1 and not found[0].quoted and tree.is_only(mail.in_reply_to or ""):
        effect, quote = tree.effect(mail, 0, False)
        if effect is not None:
            yield Reaction(effect, mail.message_id, quote, False, writer)


_TO_DO = frozenset({Effect.PROMISE, Effect.FIX, Effect.AGREE, Effect.DEFER})


def _promises_all(words: Words) -> bool:
    """Whether a sentence agrees to do all that was asked for, or puts all of it off."""
    if words.is_question or (" not " in words.text and not cue("defer", words)):
        return False
    return bool(cue("blanket", words)) and effect_in(words) in _TO_DO


def _is_short(exchange: Exchange) -> bool:
    """Whether all that is said is a "No." or the like: then it is said of the last thing quoted."""
    (said,) = exchange.said if len(exchange.said) == 1 else ("",)
    return 0 < len(said) <= MAX_SHORT and bool(cue("disagree", read_words(said)))


def _is_about(exchange: Exchange, key: str, rest: str) -> bool:
    """Whether a quotation shows the concern near its end, or ends in the text that goes on from it."""
    quoted = exchange.quoted
    at = quoted.rfind(key)
    if at >= 0:
        gap = len(quoted) - at - len(key)
        return gap <= MAX_SHORT_GAP or (gap <= MAX_GAP and not _is_short(exchange))
    return len(quoted) >= _TAIL and quoted[-_TAIL:] in rest


_SETTLES: Mapping[Effect, ConcernState] = {
    Effect.ANSWER: ConcernState.ANSWERED,
    Effect.AGREE: ConcernState.ACKNOWLEDGED,
    Effect.PROMISE: ConcernState.ACKNOWLEDGED,
    Effect.FIX: ConcernState.ACKNOWLEDGED,
    Effect.DISAGREE: ConcernState.DISPUTED,
    Effect.WITHDRAW: ConcernState.WITHDRAWN,
    Effect.DEFER: ConcernState.ACKNOWLEDGED,
}


def _state(concern: Concern, reactions: Sequence[Reaction]) -> ConcernState:
    """The state after all reactions in order of time.

    What somebody has promised, another's objections do not take back.
    """
    state = ConcernState.OPEN
    promised: set[str] = set()
    for reaction in reactions:
        if reaction.by_asker:
            state = _after_asker(concern.kind, state, reaction.effect)
            continue
        if reaction.blanket:
            state = ConcernState.ACKNOWLEDGED if state is ConcernState.OPEN else state
            continue
        if reaction.effect in (Effect.PROMISE, Effect.FIX):
            promised.add(reaction.writer)
        elif reaction.effect is Effect.DISAGREE and promised - {reaction.writer}:
            continue
        state = _after(concern, state, reaction.effect)
    return state


def _after(concern: Concern, state: ConcernState, effect: Effect) -> ConcernState:
    """What somebody else's words make of a concern.

    A question that gets any answer is answered; one that suggests something stays promised once it was.
    """
    if effect is Effect.REDIRECT:
        return state
    checks = concern.kind in _WANTS_WORK and bool(cue("checks", read_words(concern.quote)))
    asks = checks or (concern.kind is ConcernKind.PROCESS and _only_asks(concern.quote))
    if concern.kind is ConcernKind.QUESTION and effect is Effect.PROMISE and suggests(concern):
        return ConcernState.ACKNOWLEDGED
    if concern.kind is ConcernKind.QUESTION or (asks and effect is Effect.DISAGREE):
        return ConcernState.ANSWERED if state is ConcernState.OPEN or not suggests(concern) else state
    if effect is Effect.ANSWER:
        if state is not ConcernState.OPEN:
            return state
        refuses = concern.kind is ConcernKind.REQUEST and not checks
        return ConcernState.DISPUTED if refuses else ConcernState.ANSWERED
    return _SETTLES[effect]


def _only_asks(quote: str) -> bool:
    """Whether a sentence asks for information: "no" answers it, and declines nothing."""
    words = read_words(quote)
    return words.is_question and not vocabulary("concerns")["question"]["request"].first(words)


def _after_asker(kind: ConcernKind, state: ConcernState, effect: Effect) -> ConcernState:
    """The asker takes the concern back, is content with an argument, or comes back against it."""
    if state is ConcernState.ACKNOWLEDGED or kind is ConcernKind.QUESTION:
        return ConcernState.WITHDRAWN if effect is Effect.WITHDRAW and state is ConcernState.OPEN else state
    if kind is ConcernKind.PROCESS and effect is Effect.AGREE and state is ConcernState.ANSWERED:
        return state  # thanks for what was done
    if effect is Effect.WITHDRAW or (effect is Effect.AGREE and state is not ConcernState.OPEN):
        return ConcernState.WITHDRAWN
    if state is ConcernState.ANSWERED and effect is Effect.DISAGREE:
        return ConcernState.DISPUTED
    return state
