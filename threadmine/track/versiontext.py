"""One version of a series with its patches read, and the patches of two versions matched once.

Comparing versions asks the same sets (all lines, all names) for each concern; they are made when first asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from threadmine.model import Moment
from threadmine.track.changelog import Change
from threadmine.track.patches import MIN_ALIKE, PatchText, alike, match_patches

MAX_MATCHED = 10
"""Pairs of versions whose patches are kept matched: they hold the texts of both."""


@dataclass(frozen=True)
class VersionText:
    """One version of a series with its patches read. ``label`` is ``v5``; ``changes`` are those it came in
    with. ``again`` says, in words, that some of its patches are as they were sent again later.
    """

    label: str
    date: Moment
    patches: tuple[PatchText, ...]
    changes: tuple[Change, ...] = ()
    again: str = ""

    @cached_property
    def added(self) -> frozenset[str]:
        return frozenset().union(*(patch.added for patch in self.patches))

    @cached_property
    def removed(self) -> frozenset[str]:
        return frozenset().union(*(patch.removed for patch in self.patches))

    @cached_property
    def names(self) -> frozenset[str]:
        return frozenset().union(*(patch.names for patch in self.patches))

    @cached_property
    def comments(self) -> frozenset[str]:
        return frozenset().union(*(patch.comments for patch in self.patches))

    def not_mentioned(self, names: Iterable[str]) -> list[str]:
        """Those of the names, sorted, that none of its mails has as an identifier."""
        return [name for name in sorted(names) if not any(one.mentions(name) for one in self.patches)]

    def names_in(self, function: str) -> frozenset[str]:
        """The identifiers on the lines that its patches add in a function."""
        found = self._named.get(function)
        if found is None:
            near = (one for one in self.patches if one.mentions(function))
            found = frozenset().union(*(patch.by_function.get(function, ()) for patch in near))
            self._named[function] = found
        return found

    @cached_property
    def _named(self) -> dict[str, frozenset[str]]:
        return {}

    @cached_property
    def joined(self) -> str:
        """All added lines in one text, for looking up expressions."""
        return "\n".join(sorted(self.added))

    def patch(self, message_id: str) -> PatchText | None:
        """The patch that this mail is, if it is one of this version."""
        return next((one for one in self.patches if one.message_id == message_id), None)

    def with_patch(self, sent: PatchText, again: str, date: Moment) -> VersionText:
        """This version after a patch was sent again in its thread, or one was added to it there.

        Args:
            sent: the patch; it takes the place of the one that it resembles most, if it resembles any.
            again: words for ``VersionText.again``.
            date: when it was sent.
        """
        score, at = max(((alike(one, sent), -at) for at, one in enumerate(self.patches)), default=(0.0, 0))
        if score >= MIN_ALIKE:
            patches = (*self.patches[:-at], sent, *self.patches[1 - at :])
        else:
            patches = (*self.patches, sent)
        return replace(self, patches=patches, again=again, date=date)


def matched(old: VersionText, new: VersionText, patch: PatchText) -> PatchText | None:
    """The patch of ``new`` that a patch of ``old`` has become, None where there is none."""
    return matches(old, new).get(patch.message_id)


def matches(old: VersionText, new: VersionText) -> Mapping[str, PatchText]:
    """The patches of ``new`` by the message-ids of the patches of ``old`` that they are."""
    key = (id(old), id(new))
    if key not in _known:
        if len(_known) > MAX_MATCHED:
            _known.clear()
        _known[key] = (old, new, match_patches(old.patches, new.patches))
    return _known[key][2]


def forget_matches() -> None:
    """Lets go of the texts that the pairs matched so far hold."""
    _known.clear()


def fresh_patches(old: VersionText, new: VersionText) -> Sequence[PatchText]:
    """The patches of ``new`` that none of ``old`` has become."""
    taken = {patch.message_id for patch in matches(old, new).values()}
    return [patch for patch in new.patches if patch.message_id not in taken]


_known: dict[tuple[int, int], tuple[VersionText, VersionText, dict[str, PatchText]]] = {}
