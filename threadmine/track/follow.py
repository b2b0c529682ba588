"""Whether a later version did what was asked.

The lines a concern is about are looked up in the next versions: unchanged, changed, moved, gone, or their
patch is dropped. Together with what the author said in reply, names and code that the reviewer asked for
and that appear, and the changelog, this makes a concern addressed, or says why not. That somebody agreed is
never enough.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import cached_property

from threadmine.model import Concern, ConcernKind, ConcernState, ConcernStatus, Effect, Moment
from threadmine.track.asked import Asked
from threadmine.track.changelog import Change
from threadmine.track.patches import PatchText, match_patches

MAX_CREDITED = 25
"""Words of a changelog item that names the asker; a longer one speaks of many things."""

MAX_MATCHED = 40
"""Pairs of versions whose patches are kept matched: they hold the texts of both."""

MIN_COMMENT = 12
"""Characters, without white space, of a line of comment that says something."""


class Fate(StrEnum):
    """What became of the lines that a concern is about."""

    UNCHANGED = "unchanged"
    MOVED = "moved"  # to another patch of the series
    CHANGED = "changed"
    DROPPED = "dropped"  # with their patch
    UNKNOWN = "unknown"  # it is not about lines that could be found


@dataclass(frozen=True)
class VersionText:
    """One version of a series with its patches read. ``label`` is ``v5``; ``changes`` are those it came in
    with.
    """

    label: str
    date: Moment
    patches: tuple[PatchText, ...]
    changes: tuple[Change, ...] = ()

    @cached_property
    def added(self) -> frozenset[str]:
        return frozenset().union(*(patch.added for patch in self.patches))

    @cached_property
    def names(self) -> frozenset[str]:
        return frozenset().union(*(patch.names for patch in self.patches))

    @cached_property
    def mentioned(self) -> frozenset[str]:
        """Every identifier in its mails."""
        return frozenset().union(*(patch.mentioned for patch in self.patches))

    def names_in(self, function: str) -> frozenset[str]:
        """The identifiers on the lines that its patches add in a function."""
        near = (patch for patch in self.patches if function in patch.mentioned)
        return frozenset().union(*(patch.by_function.get(function, ()) for patch in near))

    @cached_property
    def joined(self) -> str:
        """All added lines in one text, for looking up expressions."""
        return "\n".join(sorted(self.added))


@dataclass(frozen=True, slots=True)
class Finding:
    """Why a version counts as having done it, or not: words a maintainer can check.

    ``sure``: what was asked for is there. ``near``: the very line that the concern stands under has changed.
    """

    done: bool
    sure: bool
    words: str
    near: bool = False


def may_be_addressed(status: ConcernStatus) -> bool:
    """Whether it matters what later versions do; what was declined or taken back stays so."""
    return status.state not in (ConcernState.WITHDRAWN, ConcernState.DISPUTED)


def follow(
    concern: Concern, status: ConcernStatus, asked: Asked, patch_id: str, versions: Sequence[VersionText]
) -> ConcernStatus:
    """``status`` as the later versions of the series leave it.

    Args:
        concern: what was asked.
        status: its state by the replies.
        asked: what it asks about.
        patch_id: message-id of the patch it answers, empty for a cover letter.
        versions: the version that the concern was raised on, and those after it, oldest first.
    """
    if not may_be_addressed(status) or not versions:
        return status
    old = versions[0]
    patch = next((one for one in old.patches if one.message_id == patch_id), None)
    wanted = _wanted(concern.kind, is_agreed(status), asked)
    last = ""
    for new in versions[1:]:
        if not _after(concern.date, new.date):
            continue
        finding = compare(concern, wanted, old, patch, new)
        if finding.done and _counts(concern.kind, status, finding):
            return replace(
                status,
                state=ConcernState.ADDRESSED,
                addressed_in=new.label,
                addressed_evidence=f"{new.label}: {finding.words}",
            )
        last = f"{new.label}: {finding.words}"
    return replace(status, addressed_evidence=_undone(status.state, last)) if last else status


def _wanted(kind: ConcernKind, agreed: bool, asked: Asked) -> Asked:
    """What counts as done if it appears: a name does only where it was agreed on, or for a nit."""
    if agreed or kind is ConcernKind.NIT:
        return asked
    return replace(asked, new_names=frozenset())


def _after(asked: Moment, posted: Moment) -> bool:
    return not isinstance(asked, datetime) or not isinstance(posted, datetime) or posted > asked


def _counts(kind: ConcernKind, status: ConcernStatus, finding: Finding) -> bool:
    """Whether a change settles a concern: the less was agreed, the surer it must be."""
    explained = status.state is ConcernState.ANSWERED and (finding.near or kind is not ConcernKind.QUESTION)
    return finding.sure or explained or is_agreed(status)


def is_agreed(status: ConcernStatus) -> bool:
    """Whether somebody agreed or promised; an answered question may well lead to a change, too."""
    if status.state is ConcernState.ANSWERED:
        return any(one.effect in (Effect.PROMISE, Effect.FIX, Effect.AGREE) for one in status.evidence)
    return status.state is ConcernState.ACKNOWLEDGED


NOT_DONE = "promised or agreed, but not done"
CANNOT_TELL = "cannot tell"
PATCH_GONE = "the patch is no longer in the series"


def _undone(state: ConcernState, words: str) -> str:
    if state is ConcernState.ACKNOWLEDGED:
        return (
            f"promised or agreed, {words}"
            if CANNOT_TELL in words or PATCH_GONE in words
            else f"{NOT_DONE}: {words}"
        )
    return words


def compare(
    concern: Concern, asked: Asked, old: VersionText, patch: PatchText | None, new: VersionText
) -> Finding:
    """What one later version did about a concern."""
    sure = _adopted(concern, asked, old, new)
    if sure or (sure := _in_changelog(concern, asked, new)):
        return Finding(True, True, sure)
    if words := _reworded(asked, patch, old, new):
        return Finding(True, False, words)
    fate, line = _fate(asked, patch, old, new)
    if fate is Fate.UNCHANGED or fate is Fate.MOVED:
        if asked.wants_comment and (words := _comments(patch, old, new)):
            return Finding(True, False, words)
        if fate is Fate.MOVED and asked.wants_move:
            return Finding(True, False, f"the line is in another patch: {asked.as_written(line)}")
        return Finding(False, False, f"the line is {fate.value}: {asked.as_written(line)}")
    if fate is Fate.CHANGED:
        return Finding(True, False, f"the line is changed or gone: {asked.as_written(line)}", near=True)
    if fate is Fate.DROPPED:
        of_code = patch is not None and line in patch.added
        against = asked.wants_away or concern.kind is ConcernKind.OBJECTION
        return Finding(of_code or against, False, PATCH_GONE)
    if asked.wants_comment and (words := _comments(patch, old, new)):
        return Finding(True, False, words)
    if words := _function_changed(asked, old, new):
        return Finding(True, False, words)
    return Finding(False, False, f"{CANNOT_TELL} whether it was done: it names no lines or code to look for")


def _adopted(concern: Concern, asked: Asked, old: VersionText, new: VersionText) -> str:
    """Names, expressions or code that were asked for and are new in this version."""
    lines = sorted(asked.proposed & (new.added - old.added))
    if lines and 2 * len(lines) >= len(asked.proposed - old.added):
        return f"has the proposed code: {asked.as_written(lines[0])}"
    if asked.new_names and (names := sorted((asked.new_names & new.names) - old.mentioned)):
        return f"has {names[0]} on its added lines, which the version before did not mention"
    for text in sorted(asked.expressions):
        if text in new.joined and text not in old.joined:
            return f"has {text} on its added lines"
    return _adopted_in_function(concern, asked, old, new)


def _adopted_in_function(concern: Concern, asked: Asked, old: VersionText, new: VersionText) -> str:
    """A name that was asked for and is new in the function that the concern is about or names."""
    wanted = (asked.names | asked.proposed_names) & new.names
    if not wanted:
        return ""
    for function in sorted({concern.about_function, *asked.names} - {""}):
        fresh = sorted((wanted - {function}) & (new.names_in(function) - old.names_in(function)))
        if fresh:
            return f"{function}() now has {fresh[0]}"
    return ""


def _fate(asked: Asked, patch: PatchText | None, old: VersionText, new: VersionText) -> tuple[Fate, str]:
    """What became of the nearest line above the concern that its patch adds or says."""
    if patch is None:
        return Fate.UNKNOWN, ""
    other = _matches(old, new).get(patch.message_id)
    telling = patch.added - patch.repeated
    line = next((line for line in reversed(asked.added) if line in telling), "")
    if line:
        if other is not None and line in other.added:
            return Fate.UNCHANGED, line
        if line in new.added:
            return Fate.MOVED, line
        return (Fate.DROPPED if other is None else Fate.CHANGED), line
    message = "".join(patch.message.split())
    text = next((line for line in reversed(asked.text) if line in message), "")
    if not text:
        return Fate.UNKNOWN, ""
    if other is None:
        return Fate.DROPPED, text
    return (Fate.UNCHANGED if text in "".join(other.message.split()) else Fate.CHANGED), text


def _reworded(asked: Asked, patch: PatchText | None, old: VersionText, new: VersionText) -> str:
    """Words in quotation marks that the commit message had and has no longer."""
    if patch is None:
        return ""
    other = _matches(old, new).get(patch.message_id)
    texts = [other.message] if other is not None else [one.message for one in new.patches]
    after = " ".join(texts).lower()
    for word in asked.wording:
        if word in patch.message.lower() and word not in after:
            return f'its commit message says "{word}" no longer'
    return ""


def _function_changed(asked: Asked, old: VersionText, new: VersionText) -> str:
    """A function the concern is about, to which this version adds other code than the one before."""
    for function in sorted(asked.functions):
        before, after = old.names_in(function), new.names_in(function)
        if before and after and before != after:
            fresh, gone = sorted(after - before), sorted(before - after)
            what = f"now has {fresh[0]}" if fresh else f"has no {gone[0]} any more"
            return f"{function}() is changed: it {what}"
    return ""


def _matches(old: VersionText, new: VersionText) -> Mapping[str, PatchText]:
    key = (id(old), id(new))
    if key not in _known:
        if len(_known) > MAX_MATCHED:
            _known.clear()
        _known[key] = (old, new, match_patches(old.patches, new.patches))
    return _known[key][2]


_known: dict[tuple[int, int], tuple[VersionText, VersionText, dict[str, PatchText]]] = {}


def _comments(patch: PatchText | None, old: VersionText, new: VersionText) -> str:
    """A comment that is new in the patch that the concern is about."""
    if patch is None:
        return ""
    other = _matches(old, new).get(patch.message_id)
    fresh = sorted((other.comments - patch.comments) if other is not None else (), key=_longest)
    return f"adds a comment: {fresh[-1]}" if fresh and len(fresh[-1]) >= MIN_COMMENT else ""


def _longest(line: str) -> tuple[int, str]:
    return len(line), line


_WORD = re.compile(r"[a-z_][a-z0-9_]{3,}")
_DULL = frozenset(
    [
        "that",
        "this",
        "with",
        "from",
        "patch",
        "should",
        "would",
        "could",
        "please",
        "have",
        "there",
        "when",
        "what",
        "code",
        "here",
        "instead",
        "just",
        "like",
        "think",
        "make",
        "need",
        "into",
        "also",
        "more",
        "than",
        "then",
        "they",
        "page",
        "pages",
        "folio",
        "struct",
        "function",
        "because",
        "will",
        "which",
        "about",
        "only",
        "does",
        "some",
    ]
)


def _in_changelog(concern: Concern, asked: Asked, new: VersionText) -> str:
    """The item of the changelog that speaks of this concern."""
    wanted = frozenset(_WORD.findall(concern.quote.lower())) - _DULL
    names = {name.lower() for name in asked.names}
    asker = [part for part in re.split(r"[\s,]+", concern.author.name.lower()) if len(part) > 2]
    asks = concern.kind is ConcernKind.QUESTION
    for change in new.changes:
        text = change.text.lower()
        if "thank" in text:
            continue
        words = frozenset(_WORD.findall(text)) - _DULL
        shared = wanted & words
        credited = any(re.search(rf"\b{re.escape(part)}\b", text) for part in asker)
        credited = credited and len(shared) >= 2 and len(words) <= MAX_CREDITED
        named = bool(shared & names) and len(shared) >= 2
        close = len(shared) >= 3 and 2 * len(shared) >= len(words)
        if credited or (not asks and (named or close)):
            return f"its changelog says: {change.text}"
    return ""
