"""Signs, other than the line itself, that a version did what was asked.

Names and code that were asked for and appear, the changelog, a new patch that takes the point up, the commit
message, the function it is about. Each is told in words that a maintainer can check, empty where it is not
there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from threadmine.model import Concern, ConcernKind
from threadmine.track.asked import Asked, is_c_name, suggests
from threadmine.track.changelog import Change
from threadmine.track.patches import PatchText, share_kept, squash_line
from threadmine.track.versions import title_key
from threadmine.track.versiontext import VersionText, fresh_patches, matched
from threadmine.vocab.tracking import DULL_PARTS, DULL_WORDS

CHANGELOG = "its changelog says"
"""How the words begin that an item of a changelog tells."""

MAX_CREDITED = 25
"""Words of a changelog item; a longer one speaks of many things."""

MIN_SHARED_NAMES = 2
"""Names of C that a new patch must share with a concern to be about it."""

MAX_KEPT = 0.75
"""Share of its words up to which a commit message counts as written anew."""

MIN_SENTENCE = 20
"""Characters of a sentence that is new in a commit message."""

SAME_FUNCTION = 0.6
"""Share of its names from which a function counts as the same one under another name."""

_WORD = re.compile(r"[a-z_][a-z0-9_]{3,}")
_SAID = re.compile(r"[a-z]{3,}")
_PATH = re.compile(r"\b([\w.-]+/)*([\w-]+\.[chS])\b")
_PROSE_NAME = re.compile(r"[A-Za-z_]\w{3,}")
_NO_CHANGE = re.compile(r"thank|\btest(?:ing|ed|s)? (?:shows?|results?)|benchmark")
"""Items of a changelog that tell no change."""
_PART = re.compile(r"(?<=[.:;])\s|\n\s*\n")
_OF_COMMENT = re.compile(r"\b(?:comments?|kernel-?doc|document\w*|explain\w*|explanation)\b")
_TAG_LINE = re.compile(
    r"(?m)^(?!(?:Reported|Suggested|Requested)-by:)[A-Z][A-Za-z-]+(?:-by|[Cc]c|Fixes|Link):.*$"
)


# ------------------------------------------------------------------------------------ names and code


def adopted(concern: Concern, asked: Asked, old: VersionText, new: VersionText) -> str:
    """Names, expressions, code or comments that were asked for and are new in this version."""
    lines = sorted((asked.proposed & new.added) - old.added) if asked.proposed else []
    if lines and 2 * len(lines) >= len(asked.proposed - old.added):
        return f"has the proposed code: {asked.as_written(lines[0])}"
    lines = sorted((asked.proposed_comments & new.comments) - old.comments) if asked.proposed_comments else []
    if lines and 2 * len(lines) >= len(asked.proposed_comments - old.comments):
        return f"has the proposed comment: {asked.as_written(lines[0])}"
    if asked.new_names and (names := old.not_mentioned(asked.new_names & new.names)):
        return f"has {names[0]} on its added lines, which the version before did not mention"
    for text in sorted(asked.expressions):
        if text in new.joined and text not in old.joined:
            return f"has {text} on its added lines"
    return _adopted_in_function(concern, asked, old, new)


def _adopted_in_function(concern: Concern, asked: Asked, old: VersionText, new: VersionText) -> str:
    """A name that was asked for and is new in the function that the concern is about or names."""
    wanted = (asked.wanted_names | asked.proposed_names) & new.names
    if not wanted or (concern.kind is ConcernKind.QUESTION and not suggests(concern)):
        return ""
    for function in sorted({concern.about_function, *asked.names} - {""}):
        there = (wanted - {function}) & new.names_in(function)
        if there and (fresh := there - old.names_in(function)):
            return f"{function}() now has {min(fresh)}"
    return ""


# ------------------------------------------------------------------------------------------ functions


def function_speaks(concern: Concern, asked: Asked, old: VersionText, new: VersionText) -> str:
    """A function the concern is about, that now has a name made of the concern's own words."""
    said = frozenset(_SAID.findall(concern.quote.lower())) | _parts(asked.names)
    for function, before, after in _changed(asked.functions, old, new):
        for name in sorted(after - before - asked.names):
            parts = _parts([name])
            if len(parts & said) >= MIN_SHARED_NAMES:
                return f"{function}() is changed: it now has {name}"
    return ""


def function_changed(asked: Asked, old: VersionText, new: VersionText) -> str:
    """A function the concern is about, to which this version adds other code than the one before.

    Alone that tells little: most versions change a function for reasons of their own.
    """
    for function, before, after in _changed(asked.functions, old, new):
        fresh, gone = sorted(after - before), sorted(before - after)
        what = f"now has {fresh[0]}" if fresh else f"has no {gone[0]} any more"
        return f"{function}() is changed: it {what}"
    return ""


def function_follows(concern: Concern, asked: Asked, old: VersionText, new: VersionText) -> str:
    """A function the concern is about, where a name that the concern speaks of came or went."""
    said = (frozenset(_SAID.findall(concern.quote.lower())) | _parts(asked.names)) - DULL_PARTS - DULL_WORDS
    for function, before, after in _changed(asked.functions, old, new):
        own = _parts([function, concern.about_function])
        for name in sorted(after - before):
            if name in asked.wanted_names | asked.proposed_names or _parts([name]) & (said - own):
                return f"{function}() is changed: it now has {name}"
        for name in sorted((before - after) & asked.names - {function}):
            return f"{function}() is changed: it has no {name} any more"
    return ""


def _changed(
    functions: Iterable[str], old: VersionText, new: VersionText
) -> Iterator[tuple[str, frozenset[str], frozenset[str]]]:
    """Functions with the names on their added lines before and after, where these differ."""
    for function in sorted(functions):
        before, after = old.names_in(function), new.names_in(function)
        if before and not after and (other := _renamed(function, before, old, new)):
            before, after = before - {function}, new.names_in(other) - {other}
        if before and after and before != after:
            yield function, before, after


def _renamed(function: str, names: frozenset[str], old: VersionText, new: VersionText) -> str:
    """The function of the next version that has most of this one's code, which is not there any more."""
    best, found = SAME_FUNCTION, ""
    for patch in old.patches:
        other = matched(old, new, patch) if patch.mentions(function) else None
        fresh = old.not_mentioned(other.by_function.functions()) if other is not None else ()
        for name in fresh:
            code = new.names_in(name) - {name}
            share = len(code & names) / len(code | names) if code else 0.0
            if share > best:
                best, found = share, name
    return found


def _parts(names: Iterable[str]) -> frozenset[str]:
    """The words that names are made of (``put_dev_pagemap``: put, pagemap)."""
    found = (part for name in names for part in name.lower().split("_"))
    return frozenset(part for part in found if len(part) > 2) - DULL_PARTS


# ------------------------------------------------------------------------------- messages and changelogs


def reworded(asked: Asked, patch: PatchText | None, old: VersionText, new: VersionText) -> str:
    """Words in quotation marks that the commit message had and has no longer."""
    if patch is None or not asked.wording:
        return ""
    other = matched(old, new, patch)
    texts = [other.message] if other is not None else [one.message for one in new.patches]
    after = " ".join(texts).lower()
    for word in asked.wording:
        if word in patch.message.lower() and word not in after:
            return f'its commit message says "{word}" no longer'
    return ""


def message_changed(asked: Asked, patch: PatchText | None, old: VersionText, new: VersionText) -> str:
    """What is new in the commit message that the concern is about."""
    if patch is None or not asked.about_message:
        return ""
    other = matched(old, new, patch)
    if other is None:
        return ""
    if share_kept(patch.message, other.message) <= MAX_KEPT:
        return "its commit message is written anew"
    before = squash_line(patch.message)
    for part in _PART.split(_TAG_LINE.sub("", other.message)):
        sentence = " ".join(part.split())
        if len(sentence) >= MIN_SENTENCE and squash_line(sentence) not in before:
            return f"its commit message now says: {sentence}"
    return ""


def tag_of_asker(concern: Concern, patch: PatchText | None, old: VersionText, new: VersionText) -> str:
    """A settling tag of the one who asked that stands in this version of the patch, and did not before."""
    other = matched(old, new, patch) if patch is not None else None
    if patch is None or other is None or not concern.author.name:
        return ""
    tag = re.compile(rf"(?mi)^((?:reviewed|acked|tested)-by):[ \t]*[\"']?{re.escape(concern.author.name)}\b")
    found = tag.search(other.message)
    return found[1] if found and not tag.search(patch.message) else ""


def in_changelog(concern: Concern, asked: Asked, new: VersionText) -> str:
    """The item of the changelog that speaks of this concern."""
    wanted = frozenset(_WORD.findall(concern.quote.lower())) - DULL_WORDS
    names = {name.lower() for name in asked.names}
    asks = concern.kind is ConcernKind.QUESTION
    for change in new.changes:
        text, words = _told_words(change.text)
        shared = wanted & words
        of_comment = asked.wants_comment and _OF_COMMENT.search(text) is not None
        telling = of_comment or len(shared) >= 2 or any("_" in word for word in shared)
        if not telling or len(words) > MAX_CREDITED:
            continue
        if _NO_CHANGE.search(text) or _elsewhere(concern, change) or _is_title(change, new):
            continue
        credited = _names_asker(concern, text)
        named = bool(shared & names) and len(shared) >= 2 and _has_expression(asked, text)
        close = len(shared) >= 3 and 2 * len(shared) >= len(words)
        if credited or (not asks and (named or close)):
            return f"{CHANGELOG}: {change.text}"
    return ""


def _has_expression(asked: Asked, text: str) -> bool:
    """Whether an item says the expression that a concern spells out, if it does; one name of it is not it."""
    short = squash_line(text)
    return not asked.expressions or any(one.lower() in short for one in asked.expressions)


@lru_cache(maxsize=512)
def _told_words(item: str) -> tuple[str, frozenset[str]]:
    """An item of a changelog in lower case, and the words in it that tell something."""
    text = item.lower()
    return text, frozenset(_WORD.findall(text)) - DULL_WORDS


def _is_title(change: Change, new: VersionText) -> bool:
    """Whether an item is but the title of a patch, over what was changed in it."""
    title = title_key(change.text)
    return any(patch.title == title for patch in new.patches)


def _elsewhere(concern: Concern, change: Change) -> bool:
    """Whether an item of a changelog names files, and not the one that the concern is about."""
    files = {match[2].lower() for match in _PATH.finditer(change.text)}
    return bool(files) and bool(concern.about_file) and _base(concern.about_file) not in files


def _base(path: str) -> str:
    return path.rsplit("/", 1)[-1].lower()


def _names_asker(concern: Concern, text: str) -> bool:
    """Whether a text, in lower case, names the one who asked by a part of the name, or as ``AdaL``."""
    parts = [part for part in re.split(r"[\s,]+", concern.author.name.lower()) if len(part) > 2]
    if not any(part in text for part in parts):
        return False
    short = f"{re.escape(parts[0])}{re.escape(parts[-1][0])}"
    return re.search(rf"\b(?:{short}|{'|'.join(map(re.escape, parts))})\b", text) is not None


def new_patch(concern: Concern, asked: Asked, old: VersionText, new: VersionText) -> str:
    """A patch that was not there before, whose message names the asker and which changes code that the
    concern is about.
    """
    about = _c_names(" ".join((concern.quote, concern.about_text[-MAX_ABOUT:]))) | asked.names
    if len(about) < MIN_SHARED_NAMES:
        return ""
    for patch in fresh_patches(old, new):
        if not _names_asker(concern, patch.message.lower()):
            continue
        changed = about & (patch.names | patch.by_function.functions())
        told = _TAG_LINE.sub("", patch.message).lower()
        if len(changed) >= MIN_SHARED_NAMES and _names_asker(concern, told):
            return f"a new patch takes it up: {patch.title}"
    return ""


MAX_ABOUT = 160
"""Characters of the quoted text right above a concern whose names are what it is about."""


def _c_names(text: str) -> frozenset[str]:
    return frozenset(name for name in _PROSE_NAME.findall(text) if is_c_name(name))
