"""Notes for ``b4 review tui``: a text for the series, and for each patch its quoted diff with comments in
it.

b4 reads a quoted diff (``> `` before each line) and takes what stands between the quoted lines as comments
on the line above; what stands before the first ``> diff --git`` is the note on the whole patch. Pure: texts
in, texts out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from textwrap import wrap

from threadmine.track.patches import squash_line

COLUMNS = 72


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment on a patch. ``anchor`` is a line that the patch adds, squashed; empty for the patch as a
    whole.
    """

    text: str
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Notes:
    """``series`` is the text on the whole series; ``patches`` the annotated diffs by patch number."""

    series: str
    patches: Mapping[int, str] = field(default_factory=dict)


def annotate(body: str, diff_start: int, comments: Sequence[Comment]) -> str:
    """The diff of a patch mail, quoted, with the comments under the lines they are about.

    Args:
        body: the patch mail.
        diff_start: where the diff begins in it.
        comments: what is to be said; those whose line is not found go to the top.
    """
    waiting = list(comments)
    quoted: list[str] = []
    for line in _diff_lines(body[diff_start:]):
        quoted.append(f"> {line}".rstrip())
        if not line.startswith("+"):
            continue
        here = [one for one in waiting if one.anchor and one.anchor == squash_line(line[1:])]
        for one in here:
            waiting.remove(one)
            quoted += ["", *_wrapped(one.text), ""]
    top = [text for one in waiting for text in (*_wrapped(one.text), "")]
    return "\n".join([*top, *quoted]) + "\n"


def _diff_lines(text: str) -> Iterator[str]:
    """The lines of a diff without the signature that ends a mail."""
    for line in text.split("\n"):
        if line.rstrip() == "--":
            return
        yield line


def _wrapped(text: str) -> list[str]:
    """A comment in lines; none begins like a quotation."""
    return [line.lstrip(">") for line in wrap(text, COLUMNS, break_long_words=False, break_on_hyphens=False)]
