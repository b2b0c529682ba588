"""What a sentence is about without saying it: the function of the hunk it answers, comments, or is titled
after.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property

from threadmine.extraction.claims.referents import referent_words
from threadmine.extraction.claims.said import Said, said_in
from threadmine.extraction.claims.sentence import SORT_OF, Sort, Thing, read_sentence
from threadmine.extraction.names import Lexicon, MailFacts, NameKind, find_names
from threadmine.extraction.text import Place, Sentence, split_text
from threadmine.model import Message, Stretch, StretchKind, fold
from threadmine.parse.diff import QuotedHunk, find_quoted_hunks, hunk_lines, place_before
from threadmine.parse.diff_scopes import ScopeKind, scopes_of

MAX_HUNKS = 12
"""Hunks of a patch that are looked through for the function it is about."""

MAX_QUOTED = 3_000
"""Characters of a quotation, from its end, that are looked at for what a remark below it means."""

MAX_SKIPPED = 400
"""Characters before a sentence in which the one before it is looked for."""

MAX_TRAILING = 4
"""Lines at the end of quoted code of which the last changed one is what a remark is about."""

MAX_OWN = 600
"""Characters of own text below a quoted hunk that may still be about the function it is in."""

MAX_BETWEEN = 160
"""Characters of own text between a quotation and a paragraph that may still speak of it."""

_FUTURE = re.compile(
    r"(?i)\b(?:memdesc\w*|eventually|in (?:the|some) future|at some point|long[- ]term|end[- ]?goal"
    r"|end[- ]?game|hoping to|plan is|once we (?:have|get)|32[- ]byte|8[- ]byte struct page)\b"
)
_IDENTIFIER = re.compile(r"[A-Za-z_]\w*$")
_DECLARED = re.compile(r"(?P<name>[A-Za-z_]\w*)(?:\[[^\]]*\]|\s*:\s*\d+)?\s*[;,]?$")
_POINTER = re.compile(r"struct (?P<struct>\w+) +\*(?P<name>\w+)")
_TEXT = (StretchKind.PROSE, StretchKind.CODE, StretchKind.DIFF)
_MARK = re.compile(r"^[ \t]{0,3}(?:[>|][ \t]?){1,30}")
_TITLED = re.compile(r"\b([a-z_]\w{4,60})\(\)")


class Surroundings:
    """The context of one message's sentences; the quoted hunks are looked for when first asked."""

    def __init__(self, message: Message, lexicon: Lexicon) -> None:
        self._message = message
        self._lexicon = lexicon

    @cached_property
    def _hunks(self) -> tuple[QuotedHunk, ...]:
        message = self._message
        if "@@ -" not in message.body and not any(
            s.depth and s.kind is StretchKind.DIFF for s in message.stretches
        ):
            return ()
        return find_quoted_hunks(message.body, message.stretches)

    @cached_property
    def _titled(self) -> str:
        """The function that the subject line says is changed, not one that is only got rid of or used."""
        match = _TITLED.search(self._message.subject.title)
        if match is None:
            return ""
        before = self._message.subject.title[: match.start()].rstrip().rsplit(" ", 1)[-1].lower()
        return match.group(1) if before in referent_words().titled or not before or before[-1] == ":" else ""

    @cached_property
    def of_future(self) -> bool:
        """Whether a reply speaks of how things will be ("in the memdesc world"), so that its lists are
        plans.
        """
        message = self._message
        if message.patch is not None and message.patch.has_diff:
            return False
        prose = (s for s in message.stretches if s.depth == 0 and s.kind is StretchKind.PROSE)
        return any(_FUTURE.search(message.body, s.start, s.end) for s in prose)

    @cached_property
    def _changed(self) -> str:
        """The function that at least half of the patch's changed lines are in, empty where there is none."""
        patch = self._message.patch
        if patch is None or sum(len(each.hunks) for each in patch.files) > MAX_HUNKS:
            return ""
        lines = Counter(
            line.function
            for each in patch.files
            if each.path.endswith((".c", ".h"))
            for hunk in each.hunks
            for line in hunk_lines(self._message.body, hunk)
            if line.side != " "
        )
        name, count = lines.most_common(1)[0] if lines else ("", 0)
        return name if 2 * count >= lines.total() else ""

    def above(self, sentence: Sentence) -> Said | None:
        """What the quotation that ``sentence`` answers names in its last line of code or last sentence."""
        for stretch in self._quotations(sentence):
            said = self._last_said(stretch)
            if said.things or said.code:
                return said
        return None

    def _last_said(self, stretch: Stretch) -> Said:
        lines = self._lines(stretch)
        if stretch.kind is StretchKind.PROSE:
            text = fold(" ".join(lines))
            ends = list(split_text(text))
            return self._named(text[slice(*ends[-1])] if ends else "", code=False)
        return self._named(_last_line(lines), code=True)

    def before(self, sentence: Sentence, mail: MailFacts, end: int) -> Said | None:
        """What the sentence right before names that was not worth reading; ``end``: where the last one that
        was ends. None where there is none in between.
        """
        if sentence.place is Place.COMMENT or sentence.item:
            return None
        body = self._message.body
        start = max(end, sentence.start - MAX_SKIPPED, body.rfind("\n\n", 0, sentence.start) + 2)
        own = [s.start for s in self._message.stretches if s.start <= sentence.start < s.end]
        text = fold(body[max([start, *own]) : sentence.start].strip())
        ends = list(split_text(text))
        if not ends:
            return None
        passed = sentence._replace(text=text[slice(*ends[-1])])
        return said_in(read_sentence(passed, self._lexicon, mail))

    def _quotations(self, sentence: Sentence) -> Iterator[Stretch]:
        """The last two quoted stretches of prose or code right above a sentence of a reply, last first."""
        if sentence.place is not Place.REPLY:
            return
        before = [s for s in self._message.stretches if s.kind in _TEXT and s.start < sentence.start]
        at = sentence.start
        for stretch in reversed([s for s in before if s.depth][-2:]):
            if at - stretch.end > MAX_BETWEEN:
                return
            yield stretch
            at = stretch.start

    def _lines(self, stretch: Stretch) -> list[str]:
        """The last lines of a quoted stretch, their marks removed."""
        body = self._message.body
        start = max(stretch.start, stretch.end - MAX_QUOTED)
        return [_MARK.sub("", line) for line in body[start : stretch.end].splitlines()]

    def _named(self, text: str, code: bool) -> Said:
        """The things that a line of code or a sentence names; in code the first call is what it is about."""
        things = tuple(
            Thing(
                -1,
                -1,
                n.text,
                n.entity,
                SORT_OF[n.kind],
                n.implied,
                n.index,
                f"{n.entity}: the quotation above",
            )
            for n in find_names(text, self._lexicon)
        )
        return Said(things, things[:1], code)

    def _defined(self, sentence: Sentence) -> str:
        """The function that quoted code without diff marks ends in, empty where that is none."""
        stretch = next(self._quotations(sentence), None)
        if stretch is None or stretch.kind is not StretchKind.CODE:
            return ""
        scopes = [s for s in scopes_of(self._lines(stretch), "") if s.kind is ScopeKind.FUNCTION]
        return scopes[-1].name if scopes else ""

    def function(self, sentence: Sentence) -> Thing | None:
        """The function whose code ``sentence`` is about, None where nothing tells."""
        name, why = "", ""
        if sentence.place is Place.COMMENT:
            name, why = sentence.scope, "the comment stands in it"
        elif sentence.place is Place.REPLY:
            place = place_before(self._hunks, sentence.start) if self._hunks else None
            near = place is not None and self._own_text(place.start, sentence.start) <= MAX_OWN
            name, why = (place.function if place and near else ""), "the quoted hunk above is in it"
            if not name and (name := self._defined(sentence)):
                why = "it is quoted above"
        if not name or " " in name:
            name, why = self._titled, "the subject line names it"
        if not name and sentence.place in (Place.COMMIT, Place.NOTES):
            name, why = self._changed, "most lines of the patch are in it"
        if not name or not _IDENTIFIER.match(name):
            return None
        return Thing(-1, -1, name, name, Sort.FUNCTION, inferred=f"{name}: {why}")

    def _own_text(self, first: int, last: int) -> int:
        """Characters of the writer's own text between two places of the mail."""
        own = (s for s in self._message.stretches if not s.depth and s.end > first and s.start < last)
        return sum(min(s.end, last) - max(s.start, first) for s in own)

    def listed(self, sentence: Sentence) -> tuple[Thing, ...]:
        """The members that a comment shows behind a colon ("These fields of struct page are used by X:")."""
        named = [n.entity for n in find_names(sentence.text, self._lexicon) if n.kind is NameKind.STRUCT]
        struct = named[0] if named else sentence.scope.removeprefix("struct ")
        if not sentence.text.endswith(":") or struct not in self._lexicon.structs:
            return ()
        names = (_declared(f"{part};") for part in sentence.code.split(";"))
        return tuple(_as_member(struct, name, known=True) for name in names if name)

    def struct(self, sentence: Sentence) -> Thing | None:
        """The struct that a comment stands before, None where the model knows none such."""
        name = sentence.scope.removeprefix("struct ")
        if name == sentence.scope or name not in self._lexicon.structs:
            return None
        return Thing(-1, -1, name, name, Sort.STRUCT, inferred=f"{name}: the comment describes it")

    def pointee(self, sentence: Sentence, mail: MailFacts) -> str:
        """The struct that the member a comment describes is declared to point to, or empty."""
        name = _described(sentence.text) or _declared(sentence.code)
        beside = _POINTER.search(sentence.code)
        if beside:
            return beside["struct"] if beside["name"] == name else ""
        return mail.struct_of(name) if name else ""

    def member(self, sentence: Sentence) -> Thing | None:
        """The member that a comment's own code declares or writes, or that its ``@name:`` describes."""
        if sentence.place is not Place.COMMENT:
            return None
        struct = sentence.scope.removeprefix("struct ") if sentence.scope.startswith("struct ") else ""
        if struct:
            name = _described(sentence.text) or _declared(sentence.code)
            known = struct in self._lexicon.structs
            return _as_member(struct, name, known) if name else None
        for found in find_names(sentence.code, self._lexicon):
            if found.kind in (NameKind.MEMBER, NameKind.FLAG):
                sort = Sort.MEMBER if found.kind is NameKind.MEMBER else Sort.FLAG
                return Thing(
                    -1, -1, found.text, found.entity, sort, inferred=f"{found.entity}: the code beside"
                )
        return None


def _last_line(lines: Sequence[str]) -> str:
    """The line that a remark below quoted code is about: the last one that the patch changes, where that is
    near the end, else the last one.
    """
    written = [line for line in lines if line.strip()]
    changed = [line for line in written[-MAX_TRAILING:] if line[0] in "+-" and line[1:].strip(" \t{}")]
    return changed[-1][1:] if changed else (written[-1] if written else "")


def _described(text: str) -> str:
    match = re.match(r"@(\w+):", text)
    return match.group(1) if match else ""


def _declared(code: str) -> str:
    match = _DECLARED.search(code.strip())
    return match["name"] if match and (";" in code or "," in code) else ""


def _as_member(struct: str, name: str, known: bool) -> Thing:
    entity = f"{struct}.{name}"
    return Thing(
        -1, -1, name, entity, Sort.MEMBER, inferred=f"{entity}: the comment describes it", known=known
    )
