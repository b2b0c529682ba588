"""A maintainer's open issues are sentences that ask for something; this finds them in one message.

Sentence by sentence over the writer's own text: ``concerns_kinds`` says what a sentence wants,
``concerns_place`` what it stands under, ``concerns_targets`` which members and functions it is about.
Depends on the message and the model alone; what became of a concern is ``threadmine.track``'s business.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from threadmine.extraction.concerns_kinds import Ask, Part, Setting, ask_of, echoes, goes_on, rephrases
from threadmine.extraction.concerns_place import About, Surroundings
from threadmine.extraction.concerns_targets import Near, Targets
from threadmine.extraction.text import Place, Sentence, sentences
from threadmine.model import Concern, ConcernKind, Message, StretchKind, fold
from threadmine.vocab.concerns_cues import Words, read_words

if TYPE_CHECKING:
    from threadmine.memmap import Model

MAX_CONCERNS = 200
"""Concerns kept of one message; a mail with more is no review."""

MAX_QUOTE = 600
"""Characters of one concern's quote; a longer row of objections keeps its first sentence."""

_SAID = 20  # sentences before a concern that may name what it is about
ECHO = "an echo"
"""The cue of a sentence that only says that the point before holds here, too."""

INVITATIONS = (
    "?", "et me know", "ot sure", "TODO", "n't know", "till need", "emain", "to hear", "eedback",
    "appreciated", "would be ", "n't have ", "aven't", "no idea", "pen question", "ndecided", "lease ",
    "n't tell",
)  # fmt: skip
"""How a posting asks: parts of the words with which it does, for a quick look."""

_QUOTE_MARKS = ('"', "'", "`", "\u201c")
_PLACES = frozenset({Place.REPLY, Place.COVER, Place.NOTES})
_SIGNED = re.compile(r"[> |]*Signed-off-by:[ \t]*([^<\n]{1,80}?)[ \t]*<")
_POSTED = re.compile(r"\d{4,}[.-]\d{1,3}-[\w.+-]{1,80}@[\w.-]{1,120}\Z")
"""A Message-ID as ``git send-email`` makes it, which ends in the address of who sent it."""

_CODE = frozenset({StretchKind.CODE, StretchKind.DIFF})
_FROM = re.compile(r">[> |]*From:[ \t]*([^<\n]{1,80}?)[ \t]*<")
_OWN_ANSWER = re.compile(
    r"(?:Because\b|It'?s because\b|Well,|No[,.]|Nope\b|Yes[,.]|Then |It has |Turns out|That'?s because|"
    r"Ah[,.]|Oh[,.]|Never ?mind|Ignore (?:me|that|this)|Scratch that|Forget (?:it|that|about))"
)


_UNSURE_OF_OWN = re.compile(
    r" not (?:[a-z]+ )?sure (?:if|whether|how|why|what|when|where|about)(?: [a-z]+)? (?:i|my|mine) "
)
_STEPS = re.compile(
    r"(?i)\b(?:steps?|stages?|phases?|sequence|happens?|happening|scenario|procedure|workflow|race|order)\b"
)
_OWN_PLAN = re.compile(
    r"(?:(?:So|But|And|Anyway|For now|Either way|In any case),? )?"
    r"(?:I'?ll|I will|I am going to|I'm going to|Let me)\b"
)


def find_concerns(message: Message, model: Model) -> tuple[Concern, ...]:
    """What the writer of ``message`` wants answered or changed, in the order of the text.

    Args:
        message: a parsed mail; only its own prose is read, never quotations, code, trailers or signatures.
        model: the memmap model, for the names of members, functions and flags.
    """
    if _is_plain_patch(message):
        return ()
    part = part_of(message)
    if part is Part.POSTER and not _asks_anything(message):
        return ()
    found: list[Concern] = []
    targets = Targets(message.body, model)
    surroundings = Surroundings(message)
    said: list[Sentence] = []
    begin, end = _embedded_message(message)
    cut = sentences(message, _may_ask if part is Part.POSTER else None)
    for _, group in groupby(cut, key=lambda sentence: sentence.paragraph):
        paragraph = [one for one in group if one.place in _PLACES and not begin <= one.start < end]
        said += paragraph
        for sentence, ask in _asks(message, paragraph, part, surroundings, found):
            found.append(_concern(message, targets, surroundings, said[-_SAID:], sentence, ask))
            if len(found) >= MAX_CONCERNS:
                return _without_repeats(found)
    return _without_repeats(found)


def _is_plain_patch(message: Message) -> bool:
    """A posted patch whose notes below the commit message ask nothing."""
    patch = message.patch
    if patch is None or not patch.has_diff or message.subject.is_reply:
        return False
    return not _may_ask(message.body[patch.message_end : patch.files[0].start])


def _may_ask(text: str) -> bool:
    """Whether a paragraph of a posting holds a question mark or an invitation."""
    return any(map(text.__contains__, INVITATIONS))


def _asks_anything(message: Message) -> bool:
    """Whether the writer's own prose holds a question mark or an invitation at all."""
    return any(
        message.body.find(sign, stretch.start, stretch.end) >= 0
        for stretch in message.stretches
        if not stretch.depth and stretch.kind is StretchKind.PROSE
        for sign in INVITATIONS
    )


def _embedded_message(message: Message) -> tuple[int, int]:
    """Where a reply holds the commit message of a patch of its writer's own: (start, end), equal for none."""
    if message.patch is None or not message.patch.has_diff or not message.subject.is_reply:
        return 0, 0
    signed = [t.start for t in message.trailers if t.tag == "Signed-off-by"]
    if not signed:
        return 0, 0
    quoted = [stretch.end for stretch in message.stretches if stretch.depth and stretch.end <= signed[0]]
    return max(quoted, default=0), signed[0]


def _posted_it(message: Message) -> bool:
    """Whether the thread begins with mail that was sent from the writer's address.

    ``git send-email`` and ``git series`` end their Message-IDs with it.
    """
    return any(_sent_by(reference, message) for reference in message.references[:2])


def _sent_by(message_id: str, message: Message) -> bool:
    """Whether a Message-ID tells that it was sent from the address of the writer of ``message``."""
    address = message.author.address.casefold()
    return "@" in address and message_id.casefold().endswith((f"-{address}", f".{address}"))


def part_of(message: Message) -> Part:
    """The writer's part: the one who posts, the author of the patch that is quoted, or somebody else."""
    if not message.subject.is_reply:
        return Part.POSTER if message.patch is not None or message.is_cover else Part.REVIEWER
    for line, sign in ((_FROM, "From:"), (_SIGNED, "Signed-off-by:")):
        written = _first_line(message.body, line, sign)
        if written is not None and _same(written[1], message.author.name):
            return Part.AUTHOR
    if _posted_it(message):
        return Part.AUTHOR
    deepest = max((stretch.depth for stretch in message.stretches), default=0)
    at_bottom = [stretch for stretch in message.stretches if stretch.depth == deepest]
    code = [stretch for stretch in at_bottom if stretch.kind in _CODE]
    if not code and _POSTED.search(message.references[0] if message.references else ""):
        return Part.REVIEWER  # somebody else sent the patch, and it is cut away
    writers = {stretch.writer for stretch in code or at_bottom if not stretch.candidates}
    if deepest and any(_same(writer, message.author.name) for writer in writers):
        return Part.AUTHOR
    return Part.REVIEWER


def _first_line(body: str, line: re.Pattern[str], sign: str) -> re.Match[str] | None:
    """The first line of ``body`` that begins with ``line``, which holds ``sign``."""
    at = body.find(sign)
    while at >= 0:
        if found := line.match(body, body.rfind("\n", 0, at) + 1):
            return found
        at = body.find(sign, at + len(sign))
    return None


def _same(written: str, name: str) -> bool:
    """Whether two spellings name one person; who has no name is nobody else."""
    return bool(name.strip()) and sorted(written.replace(",", " ").casefold().split()) == sorted(
        name.replace(",", " ").casefold().split()
    )


def _asks(
    message: Message,
    paragraph: Sequence[Sentence],
    part: Part,
    surroundings: Surroundings,
    found: Sequence[Concern],
) -> Iterator[tuple[Sentence, Ask]]:
    """The sentences of a paragraph that want something.

    An objection and the objection right after it are one, with its reason; "How about this?" belongs to the
    request it follows; a question that its writer goes on to answer is none.
    """
    last: tuple[Sentence, Ask] | None = None
    for at, sentence in enumerate(paragraph):
        asks = part is not Part.POSTER or _may_ask(sentence.text)
        if not asks or _is_code(message, sentence):
            if last is not None:
                yield last
            last = None
            continue
        words = read_words(sentence.text)
        place = surroundings.above(sentence.start)
        setting = Setting(
            _part_under(part, place, message),
            reviewing=place.is_code,
            quoted=place.depth > 0,
            answering=place.is_question,
            follows=surroundings.follows(sentence.start),
            quotes=sentence.text.startswith(_QUOTE_MARKS),
        )
        ask = ask_of(words, setting)
        if setting.part is Part.REVIEWER and place.depth and echoes(words):
            ask = Ask(found[-1].kind if found else ConcernKind.REQUEST, ECHO)
        if ask is not None and words.is_question and _answers_itself(paragraph[at + 1 :]):
            ask = None
        if ask is not None and _is_own_matter(words, paragraph[at + 1 :]):
            ask = None
        if ask is not None and (_corrects_himself(words, place, message) or _is_step(sentence, words)):
            ask = None
        if ask is None or (last is not None and _is_reason(last[1], ask)):
            if last is not None:
                yield last
            last = None
        elif last is not None and _continues(last[1], ask, words):
            last = (_joined(message, last[0], sentence), last[1])
        else:
            if last is not None:
                yield last
            last = (sentence, ask)
    if last is not None:
        yield last


def _part_under(part: Part, place: About, message: Message) -> Part:
    """The part of the writer under a quotation: who answers somebody else's code reviews it."""
    if part is not Part.AUTHOR or not place.is_code or place.depth != 1:
        return part
    if place.writer:
        own = _same(place.writer, message.author.name)
    else:
        own = _sent_by(message.in_reply_to or "", message)
    return part if own else Part.REVIEWER


def _is_code(message: Message, sentence: Sentence) -> bool:
    """Comment lines and statements that were pasted without marks."""
    line = message.body.rfind("\n", 0, sentence.start) + 1
    before = message.body[line : sentence.start].strip()
    if (
        before in ("*", "/*", "//", "+", "-")
        or "/*" in before
        or sentence.text.startswith((">", "make[", "[ "))
    ):
        return True
    ends = sentence.text.find("*/")
    return sentence.text.startswith("/*") or (ends >= 0 and "/*" not in sentence.text[:ends])


def _answers_itself(rest: Sequence[Sentence]) -> bool:
    return bool(rest) and _OWN_ANSWER.match(rest[0].text) is not None


def _is_own_matter(words: Words, rest: Sequence[Sentence]) -> bool:
    """Whether somebody is unsure of what he does himself, and goes on to say what he will do."""
    unsure = not words.is_question and _UNSURE_OF_OWN.search(words.text) is not None
    return unsure and bool(rest) and _OWN_PLAN.match(rest[0].text) is not None


def _corrects_himself(words: Words, place: About, message: Message) -> bool:
    """Whether somebody mends the wording of a mail of his own."""
    return "SUBST" in words.words and place.depth == 1 and _same(place.writer, message.author.name)


def _is_step(sentence: Sentence, words: Words) -> bool:
    """Whether what reads like an order tells what is done: a numbered step, a line of code that follows."""
    if words.is_question or "please" in words.words:
        return False
    if sentence.item and _STEPS.search(sentence.lead):
        return True
    return sentence.text.endswith(":") and sentence.text.startswith(("And ", "Then ", "and ", "then "))


def _is_reason(last: Ask, ask: Ask) -> bool:
    """Whether what only its form makes an objection is the reason for the ask before it."""
    return ask.weak and ask.kind is ConcernKind.OBJECTION and last.kind is not ConcernKind.OBJECTION


def _continues(last: Ask, ask: Ask, words: Words) -> bool:
    if ask.kind is ConcernKind.OBJECTION:
        return last.kind is ConcernKind.OBJECTION and not words.is_question
    if last.kind is ConcernKind.REQUEST and ask.kind is ConcernKind.REQUEST and goes_on(words):
        return True
    return words.is_question and last.kind in (ConcernKind.REQUEST, ConcernKind.QUESTION) and rephrases(words)


def _joined(message: Message, first: Sentence, second: Sentence) -> Sentence:
    if second.end - first.start > 2 * MAX_QUOTE:
        return first
    text = fold(message.body[first.start : second.end])
    return first if len(text) > MAX_QUOTE else first._replace(text=text, end=second.end)


def _concern(
    message: Message,
    targets: Targets,
    surroundings: Surroundings,
    said: Sequence[Sentence],
    sentence: Sentence,
    ask: Ask,
) -> Concern:
    place = surroundings.placed(sentence.start)
    begin = surroundings.quote_before(sentence.start)
    near = Near(
        before=[other for other in said if begin <= other.start < sentence.start],
        after=[
            other for other in said if other.start >= sentence.end and other.paragraph == sentence.paragraph
        ],
        place=place,
    )
    return Concern(
        id=Concern.make_id(message.message_id, sentence.start, sentence.end),
        message_id=message.message_id,
        author=message.author,
        date=message.date,
        quote=fold(sentence.text),
        start=sentence.start,
        end=sentence.end,
        kind=ask.kind,
        targets=targets.of(sentence, ask.kind, near),
        about_text=place.text,
        about_file=place.file,
        about_line=place.line,
        about_function=place.function,
        about_depth=place.depth,
        cue=ask.cue,
        source=message.bot or "human",
        quoted=message.quoted_only,
    )


def _without_repeats(found: Sequence[Concern]) -> tuple[Concern, ...]:
    """A mail that says the same words again ("Ditto.") raises one point, at its first place."""
    first: dict[str, Concern] = {}
    for concern in found:
        first.setdefault(concern.quote.casefold(), concern)
    return tuple(first.values())
