"""The path from a message to its claims; see the package's docstring."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

from threadmine.extraction.claims import accept, scan
from threadmine.extraction.claims.clauses import Candidate, Memory, is_order
from threadmine.extraction.claims.context import Surroundings
from threadmine.extraction.claims.grammar import candidates
from threadmine.extraction.claims.idle import idle
from threadmine.extraction.claims.qualifiers import Qualifiers, qualify
from threadmine.extraction.claims.readings.coverage import coverage
from threadmine.extraction.claims.relevance import relevant
from threadmine.extraction.claims.sentence import ENTITIES, Read, Sort, Thing, read_sentence
from threadmine.extraction.claims.weighing import unread
from threadmine.extraction.claims.worth import worth
from threadmine.extraction.names import Lexicon, MailFacts, NameFacts, lexicon_of
from threadmine.extraction.text import Place, Sentence
from threadmine.model import Claim, Message, Predicate, fold

_LOG = re.compile(r":\d+:\d+: |\bsparse: |\bwarning: |\bif \(|(?:^|[\s)])[{}](?=[\s;]|$)")
_TITLE = re.compile(r"(?:struct \w+|\w+(?:\(\))?) +- ")
_POINTER = re.compile(
    r"(?:also,? |please |and |but )*(?:see|look|refer|cf\.?|compare)\b(?! no\b)", re.IGNORECASE
)
_TOLD = re.compile(
    r"^(?:@\w+: *|[* ]+)?(?:(?:please )?(?:do not|don't|use|see)\b|(?:todo|fixme|xxx)\b"
    r"|(?:never|always) (?!\w+(?:ed|en|set)\b)[a-z]+ )",
    re.IGNORECASE,
)
_CALLED = re.compile(
    r"^(?:if|when|once|whenever) (\w+)\(\) (?:is|was|gets|has been) (?:called|invoked|entered|run)$",
    re.IGNORECASE,
)
_BY_WHOM_IS_CALLED = (Predicate.USES, Predicate.REQUIRES, Predicate.READS)

NEAR = 300
"""Characters before and behind a sentence that tell whose refcount it speaks of."""

MAX_BARE_ITEM = 60
"""Characters of a list item that is nothing but a name."""


class HasNames(Protocol):
    """What is needed of the model here."""

    @property
    def names(self) -> NameFacts: ...


@dataclass(frozen=True, slots=True)
class Proposal:
    """A candidate with its sentence and qualifiers, before it is accepted or not."""

    read: Read
    candidate: Candidate
    qualifiers: Qualifiers
    features: tuple[str, ...]
    accepted: bool


def find_claims(message: Message, model: HasNames) -> tuple[Claim, ...]:
    """The claims in ``message``'s own text, in order of their place. Robots make none."""
    if message.bot:
        return ()
    lexicon = lexicon_of(model.names)
    found: dict[str, Claim] = {}
    for proposal in propose(message, lexicon):
        if proposal.accepted:
            claim = _claim(message, proposal)
            found.setdefault(claim.id, claim)
    return tuple(sorted(found.values(), key=lambda c: (c.start, c.end, c.id)))


def propose(message: Message, lexicon: Lexicon) -> Iterator[Proposal]:
    """Every candidate of ``message`` with the features by which it is accepted (for training as well)."""
    picked = scan.pick(message, lexicon)
    if not picked:
        return
    mail = MailFacts(message.body)
    memory = Memory()
    paragraph, end = -1, 0
    surroundings = Surroundings(message, lexicon)

    def read_in_place(sentence: Sentence) -> Read:
        around = message.body[max(0, sentence.start - NEAR) : sentence.end + NEAR]
        return read_sentence(with_lead(sentence), lexicon, mail, around)

    for sentence, by_weight in picked:
        if by_weight:  # what the readings remember stays as it is
            yield from _weighed(read_in_place(sentence), surroundings.function(sentence), [], surroundings)
            continue
        if sentence.paragraph != paragraph:
            memory = Memory(
                function=memory.function,
                list=memory.list,
                look_up=partial(surroundings.function, sentence),
                look_above=partial(surroundings.above, sentence),
            )
            paragraph = sentence.paragraph
        if sentence.place is Place.COMMENT:
            _look_around_comment(sentence, memory, surroundings, mail)
        memory.look_back = partial(surroundings.before, sentence, mail, end)
        end = sentence.end
        read = read_in_place(sentence)
        found = list(_of_sentence(read, memory, lexicon, surroundings))
        yield from found
        kept = [each.candidate for each in found if each.accepted]
        yield from _weighed(read, memory.context, kept, surroundings)


def _look_around_comment(
    sentence: Sentence, memory: Memory, surroundings: Surroundings, mail: MailFacts
) -> None:
    """Remember what stands beside a comment: the member, struct or list that it describes."""
    member = surroundings.member(sentence)
    alone = not sentence.code.startswith("{ ") or sentence.text.startswith("@")
    memory.describe(member, alone, surroundings.pointee(sentence, mail) if member else "")
    if sentence.text.endswith(":") and sentence.code:
        memory.list = surroundings.listed(sentence)
    if memory.described is None and not sentence.code:
        memory.described = surroundings.struct(sentence)


def _weighed(
    read: Read, context: Thing | None, kept: list[Candidate], surroundings: Surroundings
) -> Iterator[Proposal]:
    """What fitted weights find in a sentence besides ``kept``."""
    for one in unread(read, context, kept):
        if not asks(read, one) and not idle(read, one):
            yield Proposal(read, one, qualify(read, one, surroundings.of_future), (), True)


def _of_sentence(
    read: Read, memory: Memory, lexicon: Lexicon, surroundings: Surroundings
) -> Iterator[Proposal]:
    """What the readings find in one sentence."""
    found = candidates(read, memory)
    whole = coverage(read)
    for one in [whole] if whole is not None else [_with_called(read, one) for one in found]:
        if one is not whole and (not relevant(one, lexicon) or asks(read, one) or idle(read, one)):
            continue
        qualifiers = qualify(read, one, surroundings.of_future)
        features = accept.features(read, one, qualifiers, len(found))
        yield Proposal(read, one, qualifiers, features, one.sure or accept.is_claim(features))


def _with_called(read: Read, one: Candidate) -> Candidate:
    """A use or need that is there when one function is called, as that of this function ("x is used if f()
    is called").
    """
    called = _CALLED.search(one.clause.condition)
    if one.subject is not None or one.between or called is None or one.predicate not in _BY_WHOM_IS_CALLED:
        return one
    doers = [t for t in read.things if t.sort is Sort.FUNCTION and t.entity == called[1]]
    alone = len(doers) == 1 and doers[0] is not one.object
    return replace(one, subject=doers[0]) if alone else one


def asks(read: Read, one: Candidate) -> bool:
    """Whether a reviewer wants something done ("Please clear it", "Use the helper here") and states
    nothing.
    """
    if _LOG.search(read.sentence.text) or (one.clause.first == 0 and _POINTER.match(read.sentence.text)):
        return True
    if read.sentence.place is Place.COMMENT:
        text, scope = read.sentence.text, read.sentence.scope
        if text.startswith("@") and scope and " " not in scope:
            return True  # an argument of a function
        if one.predicate is Predicate.STATE and _is_bidden(read, one):
            return True
        return _TOLD.search(text) is not None or _TITLE.match(text) is not None
    if read.sentence.place is not Place.REPLY or one.clause.first > 0:
        return False
    if read.words[0] == "lets" or read.words[:2] == ("let", "'s"):
        return read.words[2:3] != ("say",)
    return "please" in read.words[: one.cue_at + 1] or (is_order(read) and one.cue_at == 0)


def _is_bidden(read: Read, one: Candidate) -> bool:
    """Whether the word for a state is an order or a purpose ("Get the address", "pages to be mapped")."""
    before = read.words[one.cue_at - 1 : one.cue_at]
    order = one.cue_at == one.clause.first and one.cue.lower() in (
        "get",
        "keep",
        "turn",
        "stop",
        "drop",
        "go",
    )
    return order or (before == ("to",) and one.cue.lower() == "be" and read.words[0] == "@")


def with_lead(sentence: Sentence) -> Sentence:
    """A list item without a verb of its own, read as the end of the line that introduces the list."""
    if not sentence.lead or len(sentence.text) > MAX_BARE_ITEM or " " in sentence.text.strip(" .,;"):
        return sentence
    return sentence._replace(text=f"{sentence.lead.rstrip(' :')} {sentence.text}")


def _claim(message: Message, proposal: Proposal) -> Claim:
    read, one, how = proposal.read, proposal.candidate, proposal.qualifiers
    subject, object_, value = slots(read, one)
    sentence = read.sentence
    return Claim(
        id=Claim.make_id(
            message.message_id, sentence.start, sentence.end, one.predicate, subject, object_, value
        ),
        message_id=message.message_id,
        author=message.writer if sentence.place in (Place.COMMIT, Place.COMMENT) else message.author,
        date=message.date,
        quote=fold(message.body[sentence.start : sentence.end]) if sentence.lead else sentence.text,
        start=sentence.start,
        end=sentence.end,
        predicate=one.predicate,
        subject=subject,
        object=object_,
        value=value,
        condition=_condition(one),
        polarity=how.polarity,
        modality=how.modality,
        tense=how.tense,
        entities=entities(one),
        cue=one.cue,
        inferred=_inferred(one, how),
        quoted=message.quoted_only,
    )


def slots(read: Read, one: Candidate) -> tuple[str, str, str]:
    """Subject, object and value as the annotation guide writes them."""
    subject, object_, value = one.subject, one.object, worth(one.value)
    if one.predicate is Predicate.STATE and subject is not None and subject.sort is Sort.FLAG:
        return "page.flags", subject.entity, value
    return (
        subject.entity if subject else _default_subject(read),
        object_.entity if object_ else "",
        value[:120],
    )


def _default_subject(read: Read) -> str:
    """An order in a commit message is what the patch does; nobody else is named."""
    of_patch = read.sentence.place in (Place.COMMIT, Place.COVER) and (
        is_order(read) or "patch" in read.words
    )
    return "the patch" if of_patch else ""


def _condition(one: Candidate) -> str:
    index = next((t.index for t in (one.subject, one.object) if t is not None and t.index), "")
    parts = [f"page[{index}]" if index else "", one.clause.condition]
    return ", ".join(part for part in parts if part)[:200]


_ABOUT_THE_CALL = (Predicate.CALLS, Predicate.REQUIRES)
"""Predicates that are about a function itself, whatever member it deals with."""


def entities(one: Candidate) -> tuple[str, ...]:
    """The real entities of the claim: of its slots and those they imply, else those of the same clause."""
    slots = [t for t in (one.subject, one.object) if t is not None]
    if not any(t.sort in ENTITIES for t in slots):
        slots += [t for t in one.clause.things if t not in slots and t.entity not in one.listed]
    found: dict[str, None] = {}
    for thing in slots:
        if thing.sort in ENTITIES:
            found.setdefault(thing.entity)
    for thing in slots:
        if thing.sort is Sort.FUNCTION and one.predicate in _ABOUT_THE_CALL:
            continue
        for implied in thing.implied:
            found.setdefault(implied)
    return tuple(found)[:12]


def _inferred(one: Candidate, how: Qualifiers) -> tuple[str, ...]:
    notes = [t.inferred for t in (one.subject, one.object) if t is not None and t.inferred]
    if one.inherited and one.subject is not None and one.subject not in one.clause.things:
        notes.append(f"{one.subject.entity}: from the text before")
    if one.between and one.subject is None:
        notes.append(f"subject undecided: {' or '.join(t.entity for t in one.between)}")
    return tuple(dict.fromkeys([*notes, *how.why]))
