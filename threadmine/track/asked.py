"""What exactly a concern asks about: the quoted lines above it, the names in it, the code proposed below it.

This is what a later version is searched for. Read from the mail that raises the concern, once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from threadmine.model import Concern, ConcernKind, StoredMessage, StretchKind
from threadmine.track.patches import is_comment, squash_line
from threadmine.track.text import stretches_of
from threadmine.vocab.tracking import SUGGESTING

MAX_ABOVE = 8
"""Lines above a concern that it may be about: those that a patch adds, and as many others."""

MAX_SEEN = 12
"""Quoted lines above a concern that are looked at."""

MAX_CONTEXT = 30
"""Characters before a name in which it may be said that it is named for orientation only."""

MIN_LINE = 8
"""Characters, without white space, of a line that can be told from others."""

_MARKS = re.compile(r"^[ \t]*(?:[>|][ \t]?)+")
_EXPRESSION = re.compile(r"[A-Za-z_]\w*(?:(?:->|\.)[A-Za-z_]\w*)*(?:[ ]?(?:==|!=|>>|<<|&=|\|=)[ ]?\w+)?")
_OPERATOR = re.compile(r"==|!=|>>|<<|&=|\|=")
_NAME = re.compile(r"[A-Za-z_]\w{2,}")
_CONTEXT = re.compile(
    r"(?i)\b(?:after|before|when|than|from|without|not|in|inside|within|under|since|because|while|"
    r"instead of|rather than)(?: (?:calling|using|the|in))?[ `'\"]*\Z"
)
"""What stands before a name that is no part of what is asked for."""
_OPINION = re.compile(r"(?i)\b(?:give|any|your|further)(?: (?:me|us|some))? comments?\b")
_ABOUT_COMMENT = re.compile(r"(?i)\b(?:comments?|kernel-?docs?|diagrams?)\b")
_ABOUT_MESSAGE = re.compile(
    r"(?i)\b(?:wording|reword\w*|rephras\w*|subject(?: line)?|(?:commit|patch) (?:message|msg|log|title|"
    r"description|text)s?|change[- ]?log|cover letter)\b"
)
_ABOUT_LAYOUT = re.compile(
    r"(?i)\b(?:align\w*|indent\w*|white-?space|spacing|columns?|line length|too long|characters|chars|"
    r"one line|line break|blank line|newline)\b"
)
_ABOUT_PLACE = re.compile(
    r"(?i)\b(?:plac(?:e|ed|ing)|position(?:ed)?|re-?order(?:ed|ing)?|move (?:this|that|it|them|these)|"
    r"at the (?:end|beginning|start|top|bottom))\b"
)
_SUGGESTS = re.compile(rf"(?i)\b(?:{'|'.join(SUGGESTING)})\b")
_COMMENT = re.compile(
    r"(?i)\b(?:comments?|kernel-?docs?|document(?:ed|ation|ing)?|explain(?:s|ing)?|describe)\b"
)
_MOVE = re.compile(
    r"(?i)\b(?:split|fold|squash|push|move|pull|merge|separate|later|earlier|another|own|next|previous)\b.{0,60}"
    r"\b(?:patch(?:es)?|series|commit)\b|\bpatch \d+\b"
)
_AWAY = re.compile(
    r"(?i)\b(?:drop|remove|delete|revert|fold|squash|merge|get rid|needed|necessary|unnecessary|pointless|"
    r"useless|wrong place|this patch|refrain|avoid|instead)\b"
)
_QUOTED = re.compile(r"[\"“]([A-Za-z][\w -]{2,40})[\"”]")
_CODE = frozenset({StretchKind.CODE, StretchKind.DIFF})


@dataclass(frozen=True, slots=True)
class Asked:
    """What to look for in the next versions.

    ``added`` and ``text``: the ``+`` lines and other lines right above, squashed, nearest last;
    ``taken_away`` the ``-`` line it is about instead. ``names`` are the C names of the sentence,
    ``wanted_names`` those that it may want to see ("after calling x()" wants no x()), ``new_names`` those
    that count as done where they are new in a version; ``expressions`` its C expressions of more than one
    word, squashed; ``proposed`` the lines of code below, squashed, with ``proposed_names`` and
    ``proposed_comments``; ``wording`` the words in quotation marks; ``functions`` what it is about by its
    targets. ``wants_comment``: it asks for words in the code; ``wants_move``: for another patch to do it;
    ``wants_away``: for the patch not to be. ``about_comment``, ``about_message``, ``about_layout``: it is
    about a comment, the commit message, white space. ``written`` has each squashed line as it is written.
    """

    added: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    names: frozenset[str] = frozenset()
    new_names: frozenset[str] = frozenset()
    expressions: frozenset[str] = frozenset()
    proposed: frozenset[str] = frozenset()
    proposed_names: frozenset[str] = frozenset()
    proposed_comments: frozenset[str] = frozenset()
    wants_comment: bool = False
    wants_move: bool = False
    wants_away: bool = False
    about_comment: bool = False
    about_message: bool = False
    about_layout: bool = False
    about_place: bool = False
    wording: tuple[str, ...] = ()
    wanted_names: frozenset[str] = frozenset()
    taken_away: str = ""
    functions: frozenset[str] = frozenset()
    written: tuple[tuple[str, str], ...] = ()

    def as_written(self, line: str) -> str:
        """A squashed line as its mail has it, white space folded."""
        return dict(self.written).get(line, line)


def read_asked(concern: Concern, mail: StoredMessage) -> Asked:
    """What ``concern``, raised in ``mail``, asks about."""
    written: dict[str, str] = {}
    added, text = _above(concern, mail, written)
    names = frozenset(_names(concern.quote))
    wanted = frozenset(_names(concern.quote, wanted=True)) if suggests(concern) else frozenset()
    code = tuple(_proposed(concern, mail))
    squashed = frozenset(_squash(line, written) for line in code if not is_comment(line))
    return Asked(
        added=added,
        text=text,
        names=names,
        wanted_names=wanted,
        new_names=wanted,
        expressions=frozenset(_expressions(concern.quote)),
        proposed=frozenset(line for line in squashed if len(line) >= MIN_LINE),
        proposed_names=frozenset(name for line in code if not is_comment(line) for name in _names(line)),
        proposed_comments=frozenset(
            _squash(line, written) for line in code if is_comment(line) and _says(line)
        ),
        about_comment=_ABOUT_COMMENT.search(concern.quote) is not None,
        about_message=_ABOUT_MESSAGE.search(concern.quote) is not None,
        about_layout=_ABOUT_LAYOUT.search(concern.quote) is not None,
        about_place=_ABOUT_PLACE.search(concern.quote) is not None,
        wants_comment=_COMMENT.search(_OPINION.sub("", concern.quote)) is not None,
        wording=tuple(match[1].lower() for match in _QUOTED.finditer(concern.quote)),
        functions=frozenset({concern.about_function, *concern.targets} - {""}),
        wants_away=_AWAY.search(concern.quote) is not None,
        wants_move=_MOVE.search(concern.quote) is not None,
        written=tuple(sorted(written.items())),
    )


def suggests(concern: Concern) -> bool:
    """Whether a concern wants something done: all but questions that only want to know."""
    return concern.kind is not ConcernKind.QUESTION or _SUGGESTS.search(concern.quote) is not None


def _squash(line: str, written: dict[str, str]) -> str:
    """``line`` squashed, and remembered as it is written."""
    short = squash_line(line)
    written[short] = " ".join(line.split())
    return short


def _above(
    concern: Concern, mail: StoredMessage, written: dict[str, str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The last lines before the concern that it answers: those a patch adds, and the others.

    They are quoted, or pasted by the writer without quote marks.
    """
    added: list[str] = []
    text: list[str] = []
    above = [s for s in stretches_of(mail) if s.end <= concern.start and (s.depth or s.kind in _CODE)]
    if not above:
        return (), ()
    pasted = not above[-1].depth
    for line in reversed(mail.body[above[-1].start : above[-1].end][-4000:].split("\n")):
        match = _MARKS.match(line)
        rest = line[match.end() :] if match else line
        if len(squash_line(rest)) < MIN_LINE:
            continue
        if rest.startswith("+") or (pasted and not rest.startswith(("-", "@@", "diff "))):
            if len(added) < MAX_ABOVE:
                added.append(_squash(rest.removeprefix("+"), written))
        elif not rest.startswith(("-", "@@", "diff ", "+++")) and len(text) < MAX_ABOVE:
            text.append(_squash(rest, written))
        if len(added) >= MAX_ABOVE or len(added) + len(text) >= MAX_SEEN:
            break
    return tuple(reversed(added)), tuple(reversed(text))


def _says(line: str) -> bool:
    """Whether a line of comment has words, and is not its frame."""
    return len(_NAME.findall(line)) > 1


def _names(quote: str, wanted: bool = False) -> Iterator[str]:
    """Words that can only be C: with an underscore, all in capitals, or followed by a parenthesis.

    With ``wanted`` without those that the sentence names for orientation only.
    """
    for match in _NAME.finditer(quote):
        name = match.group()
        if wanted and _CONTEXT.search(quote, max(0, match.start() - MAX_CONTEXT), match.start()):
            continue
        called = quote[match.end() : match.end() + 1] == "("
        if called or is_c_name(name):
            yield name


def is_c_name(name: str) -> bool:
    """Whether a word can only be C: an underscore inside, capitals throughout, or PageLocked."""
    if "_" in name.strip("_"):
        return len(name) > 4
    camel = name[0].isupper() and any(c.isupper() for c in name[1:]) and any(c.islower() for c in name)
    return camel or (name.isupper() and len(name) > 4)


def _expressions(quote: str) -> Iterator[str]:
    for match in _EXPRESSION.finditer(quote):
        text = squash_line(match.group())
        if _OPERATOR.search(text) or text.count("->") > 1:
            yield text


def _proposed(concern: Concern, mail: StoredMessage) -> Iterator[str]:
    """The lines of code that the writer puts under the concern, before the next quotation."""
    for stretch in stretches_of(mail):
        if stretch.end <= concern.start:
            continue
        if stretch.depth:
            return
        if stretch.kind in _CODE and stretch.start >= concern.start:
            for line in mail.body[stretch.start : stretch.end].split("\n"):
                if not line.startswith(("-", "@@", "diff ", "+++")):
                    yield line.removeprefix("+")
