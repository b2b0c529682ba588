"""Where a concern stands by the replies below it.

For each reply the quotations are searched for the concern's sentence; what is written right under it has an
effect: it answers, agrees, promises, declines, hands the question on or puts it off. The state follows from
the effects in the order of time. That somebody agreed never makes a concern addressed; only a later version
does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
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
from threadmine.track.text import Exchange, exchanges, squash
from threadmine.vocab.concerns_cues import Words, read_words, vocabulary

MAX_GAP = 500
"""Characters, squashed, between a quoted concern and the text that still answers it."""

MAX_SAID = 12
"""Sentences under a quotation that are looked at."""

MAX_EVIDENCE = 6
_KEY = 80  # squashed characters of a concern that are searched for


@dataclass(frozen=True, slots=True)
class Reaction:
    """What one reply does to one concern; ``by_asker``: the one who raised it speaks."""

    effect: Effect
    message_id: str
    quote: str
    by_asker: bool


def statuses(mails: Sequence[StoredMessage], concerns: Sequence[Concern]) -> tuple[ConcernStatus, ...]:
    """Where each concern stands at the end of the thread, in the order given.

    Args:
        mails: all messages of the thread, in any order.
        concerns: concerns raised in them; others get the state open.
    """
    tree = _Tree(mails)
    return tuple(_status(concern, tree) for concern in concerns)


def _status(concern: Concern, tree: _Tree) -> ConcernStatus:
    reactions = [
        reaction for mail in tree.below(concern.message_id) for reaction in _reactions(concern, mail, tree)
    ]
    state = _state(concern.kind, reactions)
    evidence = tuple(StateEvidence(r.message_id, r.quote, r.effect) for r in reactions[:MAX_EVIDENCE])
    return ConcernStatus(concern.id, state, evidence)


class _Tree:
    """The thread, with each reply's exchanges read once."""

    def __init__(self, mails: Sequence[StoredMessage]) -> None:
        self._mails = {mail.message_id: mail for mail in mails}
        self._answers: dict[str, list[StoredMessage]] = {}
        for mail in sorted(mails, key=_when):
            if mail.in_reply_to and mail.in_reply_to != mail.message_id:
                self._answers.setdefault(mail.in_reply_to, []).append(mail)
        self._exchanges: dict[str, tuple[Exchange, ...]] = {}

    def below(self, message_id: str) -> list[StoredMessage]:
        """All that was written below a message, oldest first."""
        found: dict[str, StoredMessage] = {}
        waiting = [message_id]
        while waiting:
            for mail in self._answers.get(waiting.pop(), ()):
                if mail.message_id not in found:
                    found[mail.message_id] = mail
                    waiting.append(mail.message_id)
        return sorted(found.values(), key=_when)

    def exchanges(self, mail: StoredMessage) -> tuple[Exchange, ...]:
        if mail.message_id not in self._exchanges:
            self._exchanges[mail.message_id] = () if mail.bot else exchanges(mail)
        return self._exchanges[mail.message_id]


def _when(mail: StoredMessage) -> tuple[float, str]:
    return (mail.date.timestamp() if isinstance(mail.date, datetime) else 0.0, mail.message_id)


def _reactions(concern: Concern, mail: StoredMessage, tree: _Tree) -> Iterator[Reaction]:
    by_asker = same_person(mail.author, concern.author)
    key = squash(concern.quote)[-_KEY:]
    for exchange in tree.exchanges(mail):
        at = exchange.quoted.rfind(key)
        if at < 0 or len(exchange.quoted) - at - len(key) > MAX_GAP:
            continue
        effect, quote = effect_of(exchange, concern.kind, by_asker)
        if effect is not None:
            yield Reaction(effect, mail.message_id, quote, by_asker)
            return


def same_person(one: Person, other: Person) -> bool:
    """Whether two authors are the same by address or by full name."""
    if one.address and one.address.casefold() == other.address.casefold():
        return True
    return bool(one.name) and " " in one.name and one.name.casefold() == other.name.casefold()


def effect_of(exchange: Exchange, kind: ConcernKind, by_asker: bool) -> tuple[Effect | None, str]:
    """What the text under a quotation does to a concern in it, and the sentence that does it."""
    read = [(sentence, read_words(sentence)) for sentence in exchange.said[:MAX_SAID]]
    if by_asker:
        return _askers_effect(read)
    stated = [(sentence, words) for sentence, words in read if not words.is_question]
    effects = [(_effect(words), sentence) for sentence, words in stated]
    for wanted, last in _PRECEDENCE:
        for effect, sentence in effects[:last]:
            if effect in wanted:
                return effect, sentence
    if stated:
        return Effect.ANSWER, stated[0][0]
    if exchange.code:
        return Effect.FIX, ""
    return None, ""


def _effect(words: Words) -> Effect | None:
    return next((effect for effect, group in _ORDER if _cue(group, words)), None)


# Of several effects under one quotation the first group counts, looked for in that many stated sentences.
_PRECEDENCE = (
    ((Effect.FIX, Effect.PROMISE), 6),
    ((Effect.AGREE, Effect.DISAGREE), 3),
    ((Effect.REDIRECT, Effect.DEFER), 4),
)
_ORDER = (
    (Effect.FIX, "fix"),
    (Effect.PROMISE, "promise"),
    (Effect.AGREE, "agree"),
    (Effect.DISAGREE, "disagree"),
    (Effect.REDIRECT, "redirect"),
    (Effect.DEFER, "defer"),
)


def _askers_effect(read: Iterable[tuple[str, Words]]) -> tuple[Effect | None, str]:
    for sentence, words in read:
        if words.is_question:
            continue
        if _cue("accept", words):
            return Effect.WITHDRAW, sentence
        if _cue("disagree", words):
            return Effect.DISAGREE, sentence
    return None, ""


def _cue(group: str, words: Words) -> str:
    return vocabulary("replies")[group]["strong"].first(words)


_SETTLES: Mapping[Effect, ConcernState] = {
    Effect.ANSWER: ConcernState.ANSWERED,
    Effect.AGREE: ConcernState.ACKNOWLEDGED,
    Effect.PROMISE: ConcernState.ACKNOWLEDGED,
    Effect.FIX: ConcernState.ACKNOWLEDGED,
    Effect.DISAGREE: ConcernState.DISPUTED,
    Effect.WITHDRAW: ConcernState.WITHDRAWN,
    Effect.DEFER: ConcernState.ACKNOWLEDGED,
}


def _state(kind: ConcernKind, reactions: Sequence[Reaction]) -> ConcernState:
    """The state after all reactions in order of time."""
    state = ConcernState.OPEN
    for reaction in reactions:
        state = _after(kind, state, reaction)
    return state


def _after(kind: ConcernKind, state: ConcernState, reaction: Reaction) -> ConcernState:
    if reaction.by_asker:
        if reaction.effect is Effect.WITHDRAW:
            return ConcernState.WITHDRAWN if state is ConcernState.DISPUTED else state
        contradicts = state is not ConcernState.OPEN and kind is not ConcernKind.QUESTION
        return ConcernState.DISPUTED if contradicts else state
    if reaction.effect is Effect.REDIRECT:
        return state
    if kind is ConcernKind.QUESTION and reaction.effect in (Effect.AGREE, Effect.DISAGREE, Effect.DEFER):
        return ConcernState.ANSWERED
    if reaction.effect is Effect.ANSWER and kind is not ConcernKind.QUESTION:
        return state if state is not ConcernState.OPEN else ConcernState.ANSWERED
    return _SETTLES[reaction.effect]
