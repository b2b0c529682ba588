"""Whether a later version did what was asked.

The lines a concern is about are looked up in the next versions: unchanged, changed, moved, gone, or their
patch is dropped. Together with what the author said in reply, names and code that the reviewer asked for
and that appear, and the changelog, this makes a concern addressed, or says why not. That somebody agreed is
never enough.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise

from threadmine.model import Concern, ConcernKind, ConcernState, ConcernStatus, Effect, Moment
from threadmine.track.asked import Asked
from threadmine.track.lines import Fate, Followed, follow_lines, new_comment, reformatted, tie
from threadmine.track.patches import PatchText
from threadmine.track.signs import (
    adopted,
    function_changed,
    function_follows,
    function_speaks,
    in_changelog,
    message_changed,
    new_patch,
    reworded,
    tag_of_asker,
)
from threadmine.track.versiontext import VersionText, matched

SOON = 2
"""Versions after a change in the place of a concern in which a surer sign still counts before it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Why a version counts as having done it, or not: words a maintainer can check.

    ``sure``: what was asked for is there. ``near``: the very line that the concern stands under has changed.
    ``replaced``: another line stands in its place. ``vague``: its function has changed, or its whole patch
    is gone. ``loose``: nothing in it speaks of what was asked, so that only a promise makes it count.
    ``gone``: all it shows is that the whole patch is gone, which nobody asked for.
    """

    done: bool
    sure: bool
    words: str
    near: bool = False
    vague: bool = False
    replaced: bool = False
    loose: bool = False
    gone: bool = False


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

    What was declined stays so, and what the newest version has of it is told. Otherwise the first version
    with a change where the concern stands counts, unless one of the next shows the very thing that was asked
    for: authors often touch a place before they do what was wanted there.
    """
    if status.state is ConcernState.WITHDRAWN or not versions:
        return status
    old = versions[0]
    patch = old.patch(patch_id)
    wanted = tie(concern, _wanted(concern.kind, _will_be_done(concern.kind, status), asked), patch)
    later = [new for new in versions[1:] if _after(concern.date, new.date)]
    if not may_be_addressed(status):
        told = _told(later[-1], compare(concern, wanted, old, patch, later[-1])) if later else ""
        return replace(status, addressed_evidence=told)
    last = ""
    found: list[tuple[int, VersionText, Finding]] = []
    for at, new in enumerate(later):
        if found and at - found[0][0] > SOON:
            break
        finding = compare(concern, wanted, old, patch, new)
        if new.again and not (finding.sure or finding.near):
            continue  # a single patch shows that something was done only where it does so plainly
        if finding.done and _counts(concern.kind, status, finding):
            found.append((at, new, finding))
            if finding.sure or finding.near:
                return _addressed(status, new, finding)
        elif not found:
            last = _told(
                new, replace(finding, words=f"{_UNSURE}: {finding.words}") if finding.loose else finding
            )
    if found:
        return _addressed(status, *found[0][1:])
    if CANNOT_TELL in last and (tagged := _by_tag(concern, status, patch, old, later)):
        return tagged
    return replace(status, addressed_evidence=_undone(status.state, last)) if last else status


def _by_tag(
    concern: Concern,
    status: ConcernStatus,
    patch: PatchText | None,
    old: VersionText,
    later: Sequence[VersionText],
) -> ConcernStatus | None:
    """What was promised is done in the version on which its asker gave a tag: the next one carries it.

    A tag that the next version carries already was given together with the ask, and tells nothing. For a
    question, too: who asked may have been content with the answer.
    """
    if (
        concern.kind is ConcernKind.QUESTION
        or not is_agreed(status)
        or not later
        or tag_of_asker(concern, patch, old, later[0])
    ):
        return None
    for before, new in pairwise(later):
        if before.label != new.label and (tag := tag_of_asker(concern, patch, old, new)):
            words = f"{concern.author.display}, who asked, gave it {tag}"
            return _addressed(status, before, Finding(True, True, words))
    return None


def _addressed(status: ConcernStatus, new: VersionText, finding: Finding) -> ConcernStatus:
    return replace(
        status,
        state=ConcernState.ADDRESSED,
        addressed_in=new.label,
        addressed_evidence=_told(new, finding),
    )


def _told(new: VersionText, finding: Finding) -> str:
    return f"{new.label}: {f'({new.again}) ' if new.again else ''}{finding.words}"


def _wanted(kind: ConcernKind, agreed: bool, asked: Asked) -> Asked:
    """What counts as done if it appears: a name does only where it was agreed on, or for a nit."""
    if agreed or kind is ConcernKind.NIT:
        return asked
    return replace(asked, new_names=frozenset())


def _after(asked: Moment, posted: Moment) -> bool:
    return not isinstance(asked, datetime) or not isinstance(posted, datetime) or posted > asked


def _counts(kind: ConcernKind, status: ConcernStatus, finding: Finding) -> bool:
    """Whether a change settles a concern: the less was agreed, the surer it must be.

    What was answered, and not agreed to, is settled by a change right there; that its function or its whole
    patch is another one now tells nothing. Of what nobody answered a small thing is done where another line
    stands in its place.
    """
    if finding.loose and not _is_promised(status):
        return False
    if finding.gone and _is_promised(status) and not _is_promised(status, _AWAY):
        return False  # something else was promised
    answered = status.state is ConcernState.ANSWERED and not finding.vague
    explained = answered and (finding.near or kind is not ConcernKind.QUESTION)
    small = kind in (ConcernKind.REQUEST, ConcernKind.NIT)
    silent = status.state is ConcernState.OPEN and finding.replaced and small  # done without a word
    return finding.sure or explained or silent or _will_be_done(kind, status)


def _will_be_done(kind: ConcernKind, status: ConcernStatus) -> bool:
    """Whether somebody agreed to do something; "correct" under a question only answers it."""
    if kind is ConcernKind.QUESTION and status.state is ConcernState.ANSWERED:
        return _is_promised(status)
    return is_agreed(status)


_AWAY = re.compile(
    r"(?i)\b(?:drop|remov|revert|rid of|without|leave .{0,20}out|split|fold|squash|merg|rework)"
)
"""Words of a promise after which the patch may be gone."""


def _is_promised(status: ConcernStatus, what: re.Pattern[str] | None = None) -> bool:
    """Whether somebody said to do something, or just this; "yes" alone may only mean that it is so."""
    promises = (one.quote for one in status.evidence if one.effect in (Effect.PROMISE, Effect.FIX))
    return any(what is None or what.search(quote) for quote in promises)


def is_agreed(status: ConcernStatus) -> bool:
    """Whether somebody agreed or promised; an answered question may well lead to a change, too."""
    if status.state is ConcernState.ANSWERED:
        return any(one.effect in (Effect.PROMISE, Effect.FIX, Effect.AGREE) for one in status.evidence)
    return status.state is ConcernState.ACKNOWLEDGED


STAYS = "the line is unchanged: "
"""How the words begin that a line is still there, as it was."""

NOT_DONE = "promised or agreed, but not done"
CANNOT_TELL = "cannot tell"
_UNSURE = f"{CANNOT_TELL} whether it was done"
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
    sure = (
        adopted(concern, asked, old, new)
        or in_changelog(concern, asked, new)
        or (function_speaks(concern, asked, old, new) if patch is None else "")
    )
    if sure:
        return Finding(True, True, sure)
    if asked.about_layout and (words := reformatted(asked, patch, old, new)):
        return Finding(True, False, words, near=True)
    if words := reworded(asked, patch, old, new):
        return Finding(True, False, words)
    return _by_lines(concern, asked, old, patch, new)


def _by_lines(
    concern: Concern, asked: Asked, old: VersionText, patch: PatchText | None, new: VersionText
) -> Finding:
    """What became of the lines, the comments and the function that a concern is about."""
    followed = follow_lines(asked, patch, old, new)
    asks = concern.kind in (ConcernKind.QUESTION, ConcernKind.PROCESS)
    if not followed.of_code and (words := new_patch(concern, asked, old, new)):
        return Finding(True, False, words)
    if followed.fate is not Fate.CHANGED and (words := message_changed(asked, patch, old, new)):
        return Finding(True, False, words)
    comment = asked.wants_comment and followed.fate in (Fate.UNCHANGED, Fate.MOVED, Fate.UNKNOWN)
    if comment and (words := new_comment(concern, asked, patch, old, new)):
        return Finding(True, False, f"adds a comment: {words}")
    match followed.fate:
        case Fate.UNCHANGED:
            around = "" if followed.is_telling else ", but not what is around it"
            return Finding(False, False, f"the line is unchanged{around}: {followed.line}")
        case Fate.MOVED if asked.wants_move:
            return Finding(True, False, f"the line is in another patch: {followed.line}")
        case Fate.MOVED:
            return Finding(False, False, f"the line is moved: {followed.line}")
        case Fate.CHANGED:
            near = not asks or followed.is_telling
            return Finding(True, False, _changed_words(followed), near=near, replaced=bool(followed.now))
        case Fate.DROPPED:
            away = asked.wants_away and concern.kind is not ConcernKind.NIT
            objects = concern.kind is ConcernKind.OBJECTION
            return Finding(away or objects, False, PATCH_GONE, vague=True, gone=objects or not away)
    if not asks and (words := function_follows(concern, asked, old, new)):
        return Finding(True, False, words, vague=True)
    if not asks and (words := function_changed(asked, old, new)):
        return Finding(True, False, words, vague=True, loose=True)
    if patch is not None and matched(old, new, patch) is None:
        return Finding(False, False, PATCH_GONE)
    return Finding(False, False, f"{_UNSURE}: it names no lines or code to look for")


def _changed_words(followed: Followed) -> str:
    now = f"; now: {followed.now}" if followed.now else ""
    return f"the line is changed or gone: {followed.line}{now}"
