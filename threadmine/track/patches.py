"""Patches of one version set against those of the next, as ``git range-diff`` does it, without a
repository.

A patch is what it adds and takes away, its title and the files it touches. Two patches are the same one if
their ids, titles or most of their lines agree; the best matches are taken first, one to one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from threadmine.model import FileDiff, Hunk, StoredMessage, Subject
from threadmine.parse.diff import marked_lines
from threadmine.parse.diff_files import find_files
from threadmine.parse.diff_scopes import scopes_of
from threadmine.parse.subject import parse_subject
from threadmine.track.versions import title_key

MIN_TITLE_WORDS = 3
"""Words that the titles of a patch and of what it was rewritten to must share."""

MIN_ALIKE = 0.35
"""Likeness from which two patches count as the same one."""

_INSIDE = re.compile(r"(?m)^Subject:[ \t]*(\[[^\]\n]*PATCH[^\n]*(?:\n[ \t]+[^\n]*)*)")
_MESSAGE_END = re.compile(r"^---[ \t]*$", re.MULTILINE)
_NAME = re.compile(r"[A-Za-z_]\w{2,}")
_WORDS = re.compile(r"\w+")
_LAST_WORD = re.compile(r"\w+\Z")
_COMMENTED = ("/", "*")
_MADE_BY_MACRO = re.compile(r"\A(?:compat_)?sys_")
"""``sys_read`` stands in a hunk as ``SYSCALL_DEFINE3(read, ...)``."""


@dataclass(frozen=True)
class PatchText:
    """One patch of a version, ready to be compared.

    ``added`` and ``removed`` hold lines without any white space, ``repeated`` those added more than once;
    ``names`` are the identifiers on added lines of code; ``message`` is the text above the diff.
    """

    message_id: str
    number: int
    title: str
    paths: tuple[str, ...]
    message: str
    body: str
    files: tuple[FileDiff, ...]

    @property
    def added(self) -> frozenset[str]:
        return self._lines.added

    @property
    def removed(self) -> frozenset[str]:
        return self._lines.removed

    @property
    def repeated(self) -> frozenset[str]:
        return self._lines.repeated

    @property
    def names(self) -> frozenset[str]:
        return self._lines.names

    @property
    def comments(self) -> frozenset[str]:
        return self._lines.comments

    @cached_property
    def title_words(self) -> frozenset[str]:
        return frozenset(self.title.split())

    @cached_property
    def changed(self) -> frozenset[str]:
        """Lines that it adds or takes away."""
        return self.added | self.removed

    @cached_property
    def _lines(self) -> _Lines:
        return _lines_of(self.body, self.files)

    @cached_property
    def mentioned(self) -> frozenset[str]:
        """Every identifier anywhere in the mail: what was there before, and what is only talked about."""
        return frozenset(_NAME.findall(self.body))

    def mentions(self, name: str) -> bool:
        """Whether ``name`` is one of the identifiers ``mentioned``, which seldom have to be found for it."""
        at = self.body.find(name)
        if at >= 0 and _NAME.fullmatch(name) is None:
            return False
        while at >= 0:
            before, after = self.body[at - 1 : at], self.body[at + len(name) : at + len(name) + 1]
            if before.isdigit() or not before.isascii():
                return name in self.mentioned
            if not _WORDS.match(before) and not _WORDS.match(after):
                return True
            at = self.body.find(name, at + 1)
        return False

    @cached_property
    def by_function(self) -> ByFunction:
        """The identifiers on added lines of code, comments left out, by the function they are in."""
        return ByFunction(self.body, [hunk for each in self.files for hunk in each.hunks])


class ByFunction:
    """The identifiers that a patch adds in each function; only hunks that may be in it are read.

    Args:
        body: the mail.
        hunks: its hunks.
    """

    def __init__(self, body: str, hunks: Sequence[Hunk]) -> None:
        self._body = body
        self._hunks = hunks
        self._read: dict[int, dict[str, set[str]]] = {}

    def get(self, function: str, default: Iterable[str] = ()) -> frozenset[str]:
        """The identifiers on the lines added in ``function``; ``default`` where there are none."""
        word = _LAST_WORD.search(_MADE_BY_MACRO.sub("", function))
        found: set[str] = set()
        seen = False
        for at, hunk in enumerate(self._hunks):
            if word is None or self._body.find(word[0], hunk.start, hunk.end) >= 0:
                names = self._names(at).get(function)
                seen = seen or names is not None
                found |= names or set()
        return frozenset(found) if seen else frozenset(default)

    def functions(self) -> frozenset[str]:
        """All functions to which the patch adds code."""
        return frozenset().union(*(self._names(at) for at in range(len(self._hunks))))

    def _names(self, at: int) -> dict[str, set[str]]:
        if at not in self._read:
            hunk = self._hunks[at]
            found: dict[str, set[str]] = {}
            new = [(mark, text) for mark, text, _ in marked_lines(self._body, hunk) if mark != "-"]
            scopes = scopes_of([text for _, text in new], hunk.heading)
            for (mark, text), scope in zip(new, scopes, strict=True):
                if mark == "+" and (function := scope.label) and not is_comment(text):
                    found.setdefault(function, set()).update(_NAME.findall(text))
            self._read[at] = found
        return self._read[at]


def is_comment(line: str) -> bool:
    """Whether a line of C is, or goes on with, a comment."""
    text = line.lstrip()
    return text[:1] in _COMMENTED and (text.startswith(("/*", "* ", "*/", "//")) or text.rstrip() == "*")


def squash_line(line: str) -> str:
    """A line of code as it is compared: without white space."""
    return "".join(line.split())


def words_of(line: str) -> frozenset[str]:
    """The identifiers of a line."""
    return frozenset(_WORDS.findall(line))


def share_kept(before: str, after: str) -> float:
    """The share of its words, from 0 to 1, that a text has in common with another."""
    old, new = Counter(_NAME.findall(before.lower())), Counter(_NAME.findall(after.lower()))
    return (old & new).total() / max(1, old.total(), new.total())


def read_patch(mail: StoredMessage) -> PatchText | None:
    """What a mail changes, None where it holds no diff."""
    files = find_files(mail.body)
    if not files:
        return None
    subject = parse_subject(mail.subject)
    message = _MESSAGE_END.split(mail.body[: files[0].start], maxsplit=1)[0]
    if subject.is_reply:
        subject, message = _inside(message, subject)
    return PatchText(
        message_id=mail.message_id,
        number=mail.patch_number if mail.patch_number is not None else subject.number or 0,
        title=title_key(subject.title),
        paths=tuple(sorted({each.path for each in files})),
        message=message,
        body=mail.body,
        files=files,
    )


@dataclass(frozen=True, slots=True)
class _Lines:
    """What :class:`PatchText` tells of the changed lines; of most patches nobody asks."""

    added: frozenset[str]
    removed: frozenset[str]
    repeated: frozenset[str]
    names: frozenset[str]
    comments: frozenset[str]


def _lines_of(body: str, files: Iterable[FileDiff]) -> _Lines:
    added: list[str] = []
    removed: list[str] = []
    code: list[str] = []
    comments: list[str] = []
    for each in files:
        for hunk in each.hunks:
            for line in body[hunk.start : hunk.end].split("\n")[1:]:
                mark = line[:1]
                if mark == "+":
                    text = line[1:]
                    added.append("".join(text.split()))
                    if is_comment(text):
                        comments.append(added[-1])
                    else:
                        code.append(text)
                elif mark == "-":
                    removed.append("".join(line[1:].split()))
    return _Lines(
        added=frozenset(line for line in added if line),
        removed=frozenset(line for line in removed if line),
        repeated=frozenset(line for line, count in Counter(added).items() if count > 1),
        names=frozenset(_NAME.findall("\n".join(code))),
        comments=frozenset(comments),
    )


def _inside(text: str, subject: Subject) -> tuple[Subject, str]:
    """Title and message of a patch that stands in a reply; what is said above it is no part of it."""
    header = _INSIDE.search(text)
    if header is None:
        return subject, ""
    return parse_subject(" ".join(header[1].split())), text[header.end() :]


def match_patches(old: Sequence[PatchText], new: Sequence[PatchText]) -> dict[str, PatchText]:
    """The patches of ``new`` by the message-id of the patch of ``old`` that they are; best matches first."""
    compared = ((alike(one, other), one, other) for one, other in _worth_comparing(old, new))
    pairs = [
        (-share, one.number, other.number, one, other) for share, one, other in compared if share >= MIN_ALIKE
    ]
    pairs.sort(key=lambda pair: pair[:3])
    found: dict[str, PatchText] = {}
    taken: set[str] = set()
    for _, _, _, one, other in pairs:
        if one.message_id not in found and other.message_id not in taken:
            found[one.message_id] = other
            taken.add(other.message_id)
    left = [one for one in old if one.message_id not in found]
    fresh = [other for other in new if other.message_id not in taken]
    for one, other in _worth_comparing(left, fresh):
        if one.message_id not in found and other.message_id not in taken and _is_rewritten(one, other):
            found[one.message_id] = other
            taken.add(other.message_id)
    return found


def _is_rewritten(one: PatchText, other: PatchText) -> bool:
    """Whether a patch that is left over does the same job in the same files, with other code."""
    words, others = one.title.split(), other.title.split()
    if not words or words[:1] != others[:1]:  # "s390 add x", "powerpc add x": the part of the kernel
        return False
    shared = len(set(words) & set(others))
    alike_titles = shared >= MIN_TITLE_WORDS and 2 * shared >= min(len(words), len(others))
    return alike_titles and not set(one.paths).isdisjoint(other.paths)


def _worth_comparing(
    old: Sequence[PatchText], new: Sequence[PatchText]
) -> Iterator[tuple[PatchText, PatchText]]:
    """Pairs that share a title or a file."""
    titled: dict[str, list[int]] = {}
    touching: dict[str, list[int]] = {}
    for at, other in enumerate(new):
        titled.setdefault(other.title, []).append(at)
        for path in other.paths:
            touching.setdefault(path, []).append(at)
    for one in old:
        near = set(titled.get(one.title, ()))
        near.update(*(touching.get(path, ()) for path in one.paths))
        yield from ((one, new[at]) for at in sorted(near))


def alike(one: PatchText, other: PatchText) -> float:
    """How much two patches agree, from 0 to 1 (the same diff)."""
    if one.paths == other.paths and one.added == other.added and one.removed == other.removed:
        return 1.0
    lines = _share(one.changed, other.changed)
    if one.title == other.title:
        return max(0.6, lines)
    return 0.7 * lines + 0.3 * _share(one.title_words, other.title_words)


def _share(one: frozenset[str], other: frozenset[str]) -> float:
    both = len(one & other)
    return both / (len(one) + len(other) - both) if one and other else 0.0
