"""What became of the lines that a concern is about: unchanged, changed, moved, or dropped with their patch.

A concern is tied to the nearest line above it that its patch adds, takes away or says in its message. White
space does not count, unless it is what was asked about.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import groupby

from threadmine.model import Concern, Patch, Side
from threadmine.parse.diff_locate import locate
from threadmine.track.asked import Asked
from threadmine.track.patches import PatchText, is_comment, share_kept, squash_line, words_of
from threadmine.track.versiontext import VersionText, matched
from threadmine.vocab.tracking import COMMON_WORDS, DULL_PARTS, DULL_WORDS

MIN_REWRITTEN = 0.3
"""Share of its words that a line which takes the place of another has in common with it."""


MIN_AROUND = 0.4
"""Share of its words that a message keeps where single lines of it were changed on purpose."""


class Fate(StrEnum):
    """What became of the lines that a concern is about."""

    UNCHANGED = "unchanged"
    MOVED = "moved"  # to another patch of the series
    CHANGED = "changed"
    DROPPED = "dropped"  # with their patch
    UNKNOWN = "unknown"  # it is not about lines that could be found


@dataclass(frozen=True, slots=True)
class Followed:
    """A line and its fate: ``line`` as it was written, ``now`` what stands in its place, where that could be
    told. ``of_code``: it is a line of the diff, not of the message. ``is_telling``: what stands around
    it is mostly as before, so that its change was meant.
    """

    fate: Fate
    line: str = ""
    now: str = ""
    of_code: bool = False
    is_telling: bool = True


def tie(concern: Concern, asked: Asked, patch: PatchText | None) -> Asked:
    """``asked`` with the place that the answered patch itself tells, where the quotation does not.

    Reviewers cut the ``@@`` line away, and ask about lines that a patch takes away, too.
    """
    if patch is None or (concern.about_function and _telling(asked, patch)):
        return asked
    place = locate(patch.body, Patch(patch.files, 0), concern.about_text)
    if place is None:
        return asked
    functions = asked.functions | ({place.function} - {""})
    line = squash_line(place.text)
    written = tuple(sorted({**dict(asked.written), line: " ".join(place.text.split())}.items()))
    taken_away = line if place.side is Side.REMOVED and line in patch.removed else ""
    return replace(asked, functions=functions, taken_away=taken_away, written=written)


def follow_lines(asked: Asked, patch: PatchText | None, old: VersionText, new: VersionText) -> Followed:
    """What became of the nearest line above the concern that its patch adds, takes away or says."""
    if patch is None:
        return Followed(Fate.UNKNOWN)
    other = matched(old, new, patch)
    if line := _telling(asked, patch):
        return _of_added(line, asked, patch, other, new)
    if asked.taken_away:
        return _of_removed(asked, other, new)
    message = squash_line(patch.message)
    text = next((line for line in reversed(asked.text) if line in message), "")
    if not text:
        return Followed(Fate.UNKNOWN)
    if other is None:
        return Followed(Fate.DROPPED, asked.as_written(text))
    kept = text in squash_line(other.message)
    around = share_kept(patch.message, other.message) >= MIN_AROUND
    return Followed(Fate.UNCHANGED if kept else Fate.CHANGED, asked.as_written(text), is_telling=around)


def _telling(asked: Asked, patch: PatchText) -> str:
    """The nearest added line that stands in the patch once; of comments, if the concern is about one."""
    found = [
        line
        for line in reversed(asked.added)
        if line in patch.added and line not in patch.repeated and _is_own(asked.as_written(line))
    ]
    if asked.about_comment and (said := [line for line in found if line in patch.comments]):
        return said[0]
    return found[0] if found else ""


def _is_own(line: str) -> bool:
    """Whether a line is more than the ``return ret;`` that every function has."""
    words = words_of(line) - COMMON_WORDS
    return len(words) > 1 or any(len(word) > 7 or "_" in word for word in words)


def _of_added(
    line: str, asked: Asked, patch: PatchText, other: PatchText | None, new: VersionText
) -> Followed:
    written = asked.as_written(line)
    if other is not None and line in other.added:
        kept = _neighbours_kept(line, patch, other)
        if asked.about_place and not kept:
            return Followed(Fate.CHANGED, written, "at another place", of_code=True)
        return Followed(Fate.UNCHANGED, written, of_code=True, is_telling=kept == 2)
    if line in new.added:
        return Followed(Fate.MOVED, written, of_code=True)
    if other is None:
        return Followed(Fate.DROPPED, written, of_code=True)
    now = _in_its_place(written, patch, other)
    same = words_of(now) == words_of(written)  # a mail lost a semicolon
    around = 2 * len(patch.added & other.added) >= len(patch.added)
    return Followed(Fate.UNCHANGED if same else Fate.CHANGED, written, now, of_code=True, is_telling=around)


def _neighbours_kept(line: str, patch: PatchText, other: PatchText) -> int:
    """How many of the two lines of code around a line are the same in another patch; 2 if it is not found."""
    before, after = _neighbours(line, patch), _neighbours(line, other)
    return sum(one == two for one, two in zip(before, after, strict=True)) if before and after else 2


def _neighbours(line: str, patch: PatchText) -> tuple[str, ...]:
    """The lines of code before and after a line of the new code, squashed; nothing where it is not found."""
    for each in patch.files:
        for hunk in each.hunks:
            heading, *lines = patch.body[hunk.start : hunk.end].split("\n")
            code = [heading] + [one[1:] for one in lines if one[:1] in ("+", " ") and not is_comment(one[1:])]
            squashed = [short for one in code if (short := squash_line(one))]
            if line in squashed[1:]:
                at = squashed.index(line, 1)
                return squashed[at - 1], "".join(squashed[at + 1 : at + 2])
    return ()


def _of_removed(asked: Asked, other: PatchText | None, new: VersionText) -> Followed:
    line, written = asked.taken_away, f"-{asked.as_written(asked.taken_away)}"
    if other is not None and line in other.removed:
        return Followed(Fate.UNCHANGED, written, of_code=True)
    if line in new.removed:
        return Followed(Fate.MOVED, written, of_code=True)
    return Followed(Fate.DROPPED if other is None else Fate.CHANGED, written, of_code=True)


def _in_its_place(written: str, patch: PatchText, other: PatchText) -> str:
    """The line that is new in ``other`` and has most words of the one that is gone."""
    gone = words_of(written)
    best, found = 0.0, ""
    for line in _added_lines(other):
        if squash_line(line) in patch.added:
            continue
        words = words_of(line)
        share = len(gone & words) / len(gone | words) if gone and words else 0.0
        if share > best:
            best, found = share, " ".join(line.split())
    return found if best >= MIN_REWRITTEN else ""


def _added_lines(patch: PatchText) -> Iterator[str]:
    for each in patch.files:
        for hunk in each.hunks:
            for line in patch.body[hunk.start : hunk.end].split("\n")[1:]:
                if line.startswith("+"):
                    yield line[1:]


def reformatted(asked: Asked, patch: PatchText | None, old: VersionText, new: VersionText) -> str:
    """A line above the concern that has other white space now, for those who asked for just that."""
    other = matched(old, new, patch) if patch is not None else None
    if patch is None or other is None:
        return ""
    before = {squash_line(line): line.rstrip() for line in _added_lines(patch)}
    after = {line.rstrip() for line in _added_lines(other)}
    for line in reversed(asked.added):
        if line in before and line not in patch.repeated and before[line] not in after:
            return f"the line is laid out otherwise: {asked.as_written(line)}"
    return ""


def new_comment(
    concern: Concern, asked: Asked, patch: PatchText | None, old: VersionText, new: VersionText
) -> str:
    """The longest line of a comment that is new in the patch and answers the concern.

    The comment stands near the line that the concern is about, or shares a word or a target with the concern;
    a patch has other new comments, too, for what others asked.
    """
    other = matched(old, new, patch) if patch is not None else None
    if patch is None or other is None:
        return ""
    said = _told_words(f"{concern.quote} {' '.join(asked.functions)}") - _OF_COMMENTS
    targets = {target.rpartition(".")[2] for target in concern.targets}
    fresh = [
        line
        for comment, near in _fresh_comments(_telling(asked, patch), patch, other)
        if near or said & _told_words(text := " ".join(comment)) or targets & words_of(text)
        for line in comment
        if len(squash_line(line)) >= MIN_COMMENT
    ]
    return max(sorted(fresh), key=len, default="")


def _fresh_comments(line: str, patch: PatchText, other: PatchText) -> Iterator[tuple[list[str], bool]]:
    """The comments that are new in ``other``, by their lines, with whether they stand near a line."""
    for each in other.files:
        for hunk in each.hunks:
            rows = [one for one in other.body[hunk.start : hunk.end].split("\n")[1:] if one[:1] in ("+", " ")]
            places = [at for at, one in enumerate(rows) if line and squash_line(one[1:]) == line]
            marked = [(_is_fresh_comment(one, patch), at) for at, one in enumerate(rows)]
            for is_fresh, group in groupby(marked, key=lambda one: one[0]):
                if is_fresh:
                    ats = [at for _, at in group]
                    near = any(abs(at - place) <= MAX_COMMENT_GAP for place in places for at in ats)
                    yield [rows[at][1:].strip() for at in ats], near


def _is_fresh_comment(row: str, patch: PatchText) -> bool:
    return row[:1] == "+" and is_comment(row[1:]) and squash_line(row[1:]) not in patch.comments


def _told_words(text: str) -> frozenset[str]:
    """The words of a text that tell something, in lower case, names cut into their parts."""
    return frozenset(_TOLD.findall(text.lower())) - DULL_WORDS - DULL_PARTS


_TOLD = re.compile(r"[a-z]{4,}")
_OF_COMMENTS = frozenset(
    {"comment", "comments", "document", "documentation", "explain", "explaining", "describe"}
)
"""Words of asking for a comment, which the comment itself need not be about."""

MAX_COMMENT_GAP = 12
"""Lines between a line of the new code and a comment that is still about it."""

MIN_COMMENT = 12
"""Characters, without white space, of a line of comment that says something."""
