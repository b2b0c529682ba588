"""patchew.org: a series or patch with all its replies on one page, verbatim, without ids and addresses.

Messages are told apart by their title followed by ``Posted by NAME WHEN``; dates are relative to the unknown
day of saving. Who answers whom is told by the attribution lines: the writer at depth 1 is the parent's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from threadmine.model import Defect, Message, Moment, Origin, Person, Unknown
from threadmine.parse.attribution import find_attributions
from threadmine.parse.headers import parse_date
from threadmine.parse.pages.shape import Draft, Page, finish, page_id

_WHEN = (
    r"(?:(?:\d+|an?)\s(?:second|minute|hour|day|week|month|year)s?,?\s){1,3}ago|just now"
    r"|(?:on )?(?:[A-Z][a-z]{2,8}\.? \d{1,2}, \d{4}|\d{4}-\d\d-\d\d)[^\n]{0,30}"
)
_POSTED = re.compile(r"Posted by (?P<name>.{1,100}?) (?P<when>" + _WHEN + r")$")
_SERIES = re.compile(r"(?P<name>.{1,100}?) posted (?P<count>\d+) patch(?:es)? ")
_NEWER = "There is a newer version of this series"


def recognise(text: str) -> bool:
    """``NAME posted N patches`` near the top, and a message head."""
    lines = [line.replace("\xa0", " ") for line in text[:6000].split("\n")]
    heads = any(_POSTED.match(line) for line in lines)
    return heads and any(_SERIES.match(line) for line in lines[:60])


def read(text: str, origin: Origin) -> Page:
    """All messages of a page, in its order (depth first)."""
    lines = text.split("\n")
    heads = [
        number
        for number in range(1, len(lines))
        if lines[number].startswith("Posted by ")
        and _POSTED.match(lines[number].replace("\xa0", " "))
        and lines[number - 1].strip()
    ]
    drafts: list[Draft] = []
    for number, head in enumerate(heads):
        end = heads[number + 1] - 1 if number + 1 < len(heads) else len(lines)
        drafts.append(_draft(lines[head - 1], lines[head], lines[head + 1 : end]))
    top = lines[: heads[0]] if heads else lines[:20]
    return Page("patchew", _linked(drafts, origin), superseded=any(_NEWER in line for line in top))


def _draft(title: str, posted: str, body: Sequence[str]) -> Draft:
    match = _POSTED.match(posted.replace("\xa0", " "))
    name, when = (match["name"], match["when"]) if match else ("", "")
    return Draft(
        body="\n".join(body),
        author=Person(name.strip(), ""),
        subject=title.strip(),
        date=_date(when),
        defects=[Defect("relative-date", when)] if when.endswith("ago") else [],
    )


def _date(when: str) -> Moment:
    if when.endswith("ago"):
        return Unknown(f"the page says only: {when}")
    found = parse_date(when)
    return Unknown(f"the page says only: {when}") if isinstance(found, Unknown) else found


def _linked(drafts: Sequence[Draft], origin: Origin) -> tuple[Message, ...]:
    """The messages with their parents: the latest one above by the writer that the attribution names."""
    ids = [page_id(_trimmed(draft)) for draft in drafts]
    out: list[Message] = []
    for number, draft in enumerate(drafts):
        draft.body = _trimmed(draft).body
        parent = _parent(drafts, number)
        if parent is not None:
            draft.parent = ids[parent]
            draft.references = _chain(drafts, ids, number)
        out.append(finish(draft, origin))
    return tuple(out)


def _trimmed(draft: Draft) -> Draft:
    draft.body = draft.body.strip("\n") + "\n"
    return draft


def _parent(drafts: Sequence[Draft], number: int) -> int | None:
    if number == 0:
        return None
    wanted = _chain_of_writers(drafts[number].body)
    best: tuple[int, int] | None = None
    for earlier in range(number - 1, -1, -1):
        theirs = [drafts[earlier].author.name, *_chain_of_writers(drafts[earlier].body)]
        same = 0
        while same < len(wanted) and same < len(theirs) and wanted[same] == theirs[same]:
            same += 1
        complete = same == len(wanted) == len(theirs)
        score = same * 2 + complete
        if same and (best is None or score > best[0]):
            best = (score, earlier)
    return best[1] if best else 0


def _chain_of_writers(body: str) -> list[str]:
    """The writers at depth 1, 2 … as the attribution lines at the top of the body name them."""
    chain: dict[int, str] = {}
    for found in find_attributions(body):
        chain.setdefault(found.depth, found.writer)
    out: list[str] = []
    while len(out) in chain:
        out.append(chain[len(out)])
    return out


def _chain(drafts: Sequence[Draft], ids: Sequence[str], number: int) -> tuple[str, ...]:
    chain: list[str] = []
    at = _parent(drafts, number)
    while at is not None and len(chain) < 100:
        chain.append(ids[at])
        at = _parent(drafts, at)
    return tuple(reversed(chain))
