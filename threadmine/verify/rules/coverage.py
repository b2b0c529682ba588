"""A series is said to convert every user: wrong where a user that the mail itself names is in no file it
touches."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from threadmine.model import Message, Predicate, Unknown, VerdictKind, unique
from threadmine.verify.rule import Case, Finding, Question, Rule, Truth

_ALL = re.compile(r"\b(?:all|every|each)\b", re.I)
_CHANGE = re.compile(
    r"\b(?:convert|mov|switch|chang|replac|adapt|fix|updat|remov|port|handl|cover|mark|chang)\w*\b", re.I
)
_SERIES = re.compile(r"\b(?:series|patch ?set|patches|patch)\b", re.I)
_FILE = re.compile(r"(?<![\w/.-])((?:[a-z][\w-]*/){1,6}[\w-]+\.[ch])\b(?!\s*\|)")
_STAT = re.compile(r"^[> \t|]{0,60} ?([\w./-]{1,120}/[\w.-]{1,80})\s*\|\s{1,8}\d", re.M)
_TOPIC = re.compile(r"__GFP_\w+|\b[a-z_]\w{3,}(?=\()|\b[a-z]\w*_\w+(?=\(s\))")
MAX_BODY = 200_000

_REPLY = """\
> All users are converted in this series.
But drivers/scsi/sg.c allocates pages with __GFP_COMP and is not touched.

>  mm/page_alloc.c   | 10 +++++-----
>  io_uring/memmap.c |  4 ++--
>  2 files changed, 7 insertions(+), 7 deletions(-)
"""


class CoverageRule(Rule):
    """ "I convert them all in this series", and drivers/scsi/sg.c is not in the diffstat."""

    name = "coverage"
    checks_limits = True
    kernel_free = True
    needs_names = False
    predicates = frozenset(Predicate)

    cases = (
        Case(
            Predicate.OTHER,
            "this series",
            "all users",
            quote="All users are converted in this series.",
            body=_REPLY,
            verdict=VerdictKind.REFUTED,
        ),
        Case(
            Predicate.OTHER,
            "this series",
            "all users",
            quote="All users are converted in this series.",
            body=_REPLY.replace("drivers/scsi/sg.c", "mm/page_alloc.c"),
            verdict=VerdictKind.UNDECIDED,
        ),
        Case(
            Predicate.OTHER,
            "this series",
            "all users",
            quote="All users are converted in this series.",
            body=_REPLY.split("\n\n")[0],
            verdict=VerdictKind.UNDECIDED,
        ),
        Case(
            Predicate.OTHER,
            "this series",
            "users",
            quote="Some users are converted in this series.",
            body=_REPLY,
            verdict=VerdictKind.UNDECIDED,
        ),
    )

    def applies(self, question: Question) -> bool:
        quote = question.claim.quote
        return bool(_SERIES.search(quote) and _ALL.search(quote) and _CHANGE.search(quote))

    def find(self, question: Question, version: str) -> Finding | Unknown:
        touched = diffstat(question.message)
        if not touched:
            return Unknown("no diffstat of the series in this mail")
        spoken: frozenset[str] | None = None
        for file in _named_files(question.message, touched):
            names = question.code.in_file(file, version)
            if not names:
                continue
            if spoken is None:  # once for all files: the mail may be long
                spoken = frozenset(_TOPIC.findall(_text(question.message)))
            topic = self._topic(question, names, spoken, version)
            if topic:
                text = f"{file} uses {topic} and is not in the diffstat ({len(touched)} files)"
                return Finding(Truth.FALSE, text, self.fact(text, "series diffstat"))
        return Unknown("no user outside the diffstat is named in this mail")

    @staticmethod
    def _topic(question: Question, names: Iterable[str], spoken: frozenset[str], version: str) -> str:
        """Something the mail speaks of that one of these functions uses, or the empty text."""
        for name in names:
            facts = question.code.function(name, version)
            if isinstance(facts, Unknown):
                continue
            shared = spoken & {*facts.constants, *facts.callees}
            if shared:
                return f"{min(shared)} (in {name}())"
        return ""


def diffstat(message: Message) -> tuple[str, ...]:
    """Paths of the diffstat in a mail, quoted or not."""
    own = message.patch.diffstat_paths if message.patch is not None else ()
    return unique((*own, *_STAT.findall(_text(message))))


def _text(message: Message) -> str:
    """The mail, and the one that it is quoted in: the rest of what its writer said may stand there."""
    return f"{message.body[:MAX_BODY]}\n{message.around[:MAX_BODY]}"


def _named_files(message: Message, touched: tuple[str, ...]) -> Iterator[str]:
    """Source files named in the text that the series does not touch."""
    short = {path.rsplit("/", 1)[-1] for path in touched if path.startswith((".../", "..."))}
    for file in dict.fromkeys(_FILE.findall(_text(message))):
        if file not in touched and file.rsplit("/", 1)[-1] not in short:
            yield file
