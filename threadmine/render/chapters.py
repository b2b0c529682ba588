"""What happened between two versions of a series, as lines for people and as a record for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from threadmine.model import Chapter, TagChange
from threadmine.render.lists import person
from threadmine.render.style import PLAIN, Style
from threadmine.render.text import safe_line, wrap

MOST_CHANGES = 8
"""Items of a changelog that are shown; the cover letter has them all."""


def chapter_lines(chapter: Chapter, columns: int, style: Style = PLAIN) -> Iterator[str]:
    """Who asked, what changed, which tags came and went; nothing of what did not happen."""
    if chapter.askers:
        asked = (
            f"{person(who)} {count}{f' ({still_open} open)' if still_open else ''}"
            for who, count, still_open in chapter.askers
        )
        yield from wrap(", ".join(asked), columns, "  asked by: ", "            ")
    counts = [
        f"{len(titles)} {what}"
        for titles, what in ((chapter.kept, "as before"), (chapter.changed, "changed"))
        if titles
    ]
    counts += [
        f"{len(titles)} {what}" for titles, what in ((chapter.fresh, "new"), (chapter.gone, "gone")) if titles
    ]
    if counts:
        yield f"  since:    patches {', '.join(counts)}"
    for mark, titles in (("+", chapter.fresh), ("-", chapter.gone)):
        for title in titles:
            yield from wrap(f"{mark} {safe_line(title)}", columns, "            ", "              ")
    for text in chapter.changes[:MOST_CHANGES]:
        yield from wrap(safe_line(text), columns, "            * ", "              ")
    if (more := len(chapter.changes) - MOST_CHANGES) > 0:
        yield style(f"            {more} more in its changelog", "dim")
    yield from _tags("tags came", chapter.gained, columns)
    yield from _tags("tags went", chapter.lost, columns)


def _tags(label: str, changes: Sequence[TagChange], columns: int) -> Iterator[str]:
    """One line for each person, tag and reason, with the patches it concerns."""
    grouped: dict[tuple[str, str, str], list[str]] = {}
    for one in changes:
        grouped.setdefault((one.tag, person(one.person), one.why), []).append(one.patch)
    lead = f"  {label}: "
    for (tag, who, why), places in grouped.items():
        text = f"{safe_line(tag)} {who} on {', '.join(places)}: {why}"
        yield from wrap(text, columns, lead, "              ")
        lead = " " * len(lead)


def chapter_record(chapter: Chapter) -> dict[str, Any]:
    """The same for programs."""
    return {
        "new_patches": list(chapter.fresh),
        "changed_patches": list(chapter.changed),
        "kept_patches": list(chapter.kept),
        "gone_patches": list(chapter.gone),
        "changelog": list(chapter.changes),
        "tags_gained": [_tag_record(one) for one in chapter.gained],
        "tags_lost": [_tag_record(one) for one in chapter.lost],
        "asked_by": [
            {"person": str(who), "issues": count, "open": still_open}
            for who, count, still_open in chapter.askers
        ],
    }


def _tag_record(one: TagChange) -> dict[str, str]:
    return {
        "tag": one.tag,
        "person": str(one.person),
        "patch": one.patch,
        "title": one.title,
        "why": one.why,
    }
