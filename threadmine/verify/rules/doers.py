"""Which functions a subject stands for, and how far each of them reaches."""

from __future__ import annotations

import re
from collections.abc import Iterable

from threadmine.model import Polarity, Unknown
from threadmine.verify.code import DEPTH, Reach, reach
from threadmine.verify.refs import Kind, Ref, unnamed
from threadmine.verify.rule import Question
from threadmine.verify.tables import acts_of, places_of

MAX_FUNCTIONS = 400
"""Functions of a file that are looked at for one claim."""

MAX_WIDE = 2_000
"""Functions of a part of the kernel of which it says nothing that one of them does something."""

_BARE_FILE = re.compile(r"\w[\w-]*\.[ch]")
FOLDERS = ("mm", "include/linux", "fs", "kernel", "net/core")
"""Where a file is looked for that is named without its folder."""


def reaches_of(names: Iterable[str], version: str, full: bool) -> list[Reach]:
    """What each function reaches; of more than one (a file's) only what they do themselves and one call
    deep."""
    chosen = tuple(names)
    depth = DEPTH if len(chosen) == 1 else 1
    found = (reach(name, version, depth, full) for name in chosen[:MAX_FUNCTIONS])
    return [each for each in found if not isinstance(each, Unknown)]


def function_names(question: Question, subject: Ref, version: str) -> tuple[str, ...] | Unknown:
    """The functions that a subject stands for: itself, or all of a file or part of the kernel."""
    code = question.code
    if subject.kind is Kind.FUNCTION:
        if not code.known(subject.text):
            return Unknown(f"no facts about {subject.text}()")
        facts = code.function(subject.text, version)
        return facts if isinstance(facts, Unknown) else (subject.text,)
    if subject.kind is Kind.MEMBER and code.known(subject.member):
        return (subject.member,)
    spoken = subject.kind is Kind.WORDS and question.claim.polarity is Polarity.POSITIVE
    acts = acts_of(subject.text) if spoken else ()  # who else does it is not known: no absence is told of it
    known = tuple(name for name in acts if not isinstance(code.function(name, version), Unknown))
    if known:
        return known
    files: Iterable[str] = (subject.text,) if subject.kind is Kind.FILE else places_of(subject.text)
    if question.claim.polarity is Polarity.NEGATIVE and any("#" in path for path in files):
        return Unknown(f"not all functions of {subject.text!r} are known")
    if _BARE_FILE.fullmatch(subject.text):
        files = [path for folder in FOLDERS if code.has_file(path := f"{folder}/{subject.text}")][:1]
    names = tuple(name for path in files for name in code.in_file(path, version))
    if len(names) > MAX_WIDE and question.claim.polarity is Polarity.POSITIVE:
        return Unknown(f"{subject.text!r} is too wide: {len(names)} functions")
    return names or unnamed(subject, "function that is known")
