"""What the message's own patch shows: a call or a store in a function, added, removed or standing there.

The oldest source of truth about a driver that no fact table covers. Removed and context lines are the code
as it
is; added lines are the code as it will be: they decide what a series proposes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from threadmine.model import Message, Polarity, Predicate, Side, Tense, Unknown, VerdictKind
from threadmine.parse.diff import hunk_lines
from threadmine.verify.refs import Kind, Ref, unnamed
from threadmine.verify.rule import Case, Finding, Question, Rule, Truth
from threadmine.verify.rules.calls import callee_name

MAX_LINES = 20_000
_CALLED = re.compile(r"\b([a-z_]\w{3,60})\(\)")
_GONE = re.compile(r"\b(?:no longer|not any ?more|remov\w*|drop\w*|delet\w*|stops?)\b", re.I)

_DIFF = """\
 1 file changed

diff --git a/mm/example.c b/mm/example.c
--- a/mm/example.c
+++ b/mm/example.c
@@ -1,9 +1,9 @@
 void example_free(struct folio *folio)
 {
-\texample_old_step(folio);
+\texample_new_step(folio);
 \texample_kept_step(folio);
-\tfolio->mapping = NULL;
+\tfolio->private = NULL;
 }
"""


@dataclass(frozen=True, slots=True)
class Line:
    """A changed or context line of the message's own diff, with its function and place."""

    side: Side
    text: str
    function: str
    file: str
    number: int


class HunkRule(Rule):
    """``example_free()`` calls ``example_old_step()``: the patch removes that very line."""

    name = "hunk"
    kernel_free = True
    predicates = frozenset({Predicate.CALLS, Predicate.SETS, Predicate.CLEARS, Predicate.READS})

    cases = (
        Case(Predicate.CALLS, "example_free()", "example_kept_step()", body=_DIFF),
        Case(Predicate.CALLS, "example_free()", "example_old_step()", body=_DIFF),
        Case(Predicate.CALLS, "example_free()", "example_new_step()", tense=Tense.PROPOSED, body=_DIFF),
        Case(
            Predicate.CALLS,
            "example_free()",
            "example_old_step()",
            tense=Tense.PROPOSED,
            body=_DIFF,
            polarity=Polarity.NEGATIVE,
            quote="example_free() no longer calls example_old_step()",
        ),
        Case(Predicate.SETS, "example_free()", "folio.private", tense=Tense.PROPOSED, body=_DIFF),
        Case(Predicate.CLEARS, "example_free()", "folio.mapping", body=_DIFF),
        Case(
            Predicate.CALLS,
            "example_free()",
            "example_other_step()",
            body=_DIFF,
            verdict=VerdictKind.UNDECIDED,
        ),
        Case(
            Predicate.CALLS,
            "example_free()",
            "example_old_step()",
            tense=Tense.PROPOSED,
            body=_DIFF,
            verdict=VerdictKind.PLANNED,
        ),
    )

    def applies(self, question: Question) -> bool:
        patch = question.message.patch
        named = question.object.member or question.object.text
        said = named.rsplit(".", 1)[-1] in question.claim.quote
        return said and patch is not None and bool(patch.files) and question.subject.kind is Kind.FUNCTION

    def find(self, question: Question, version: str) -> Finding | Unknown:
        subject = question.subject
        wanted = _pattern(question)
        if isinstance(wanted, Unknown):
            return wanted
        needle, pattern = wanted
        inside = [
            line
            for line in lines_with(question.message, needle)
            if line.function == subject.text and pattern.search(line.text)
        ]
        if not inside:
            return Unknown(f"no line of the diff shows that in {subject.text}()")
        through = [name for name in _CALLED.findall(question.claim.value) if name != subject.text]
        if any(name not in line.text for name in through for line in inside):
            return Unknown(f"the diff shows it, but not with {through[0]}()")
        return self._sides(question, inside)

    def _sides(self, question: Question, inside: list[Line]) -> Finding | Unknown:
        claim = question.claim
        after = [line for line in inside if line.side is not Side.REMOVED]
        before = [line for line in inside if line.side is not Side.ADDED]
        added = [line for line in inside if line.side is Side.ADDED]
        if claim.tense is Tense.PROPOSED:
            if added and claim.polarity is Polarity.POSITIVE:
                return self._found(question, added[0], Truth.TRUE)
            if before and not after and _GONE.search(claim.quote):
                return self._found(question, before[0], Truth.FALSE)
            return Unknown("the diff neither adds nor removes that")
        if before and claim.polarity is Polarity.POSITIVE:
            return self._found(question, before[0], Truth.TRUE)
        return Unknown("the diff adds that; the code before it is not shown")

    def _found(self, question: Question, line: Line, truth: Truth) -> Finding:
        what = {Side.ADDED: "adds", Side.REMOVED: "removes", Side.CONTEXT: "shows"}[line.side]
        shown = " ".join(line.text.split())[:80]
        text = f"the patch {what} `{shown}` in {line.function}()"
        source = f"hunk {question.message.message_id}:{line.file}:{line.number}"
        return Finding(truth, text, self.fact(text, source))


def _pattern(question: Question) -> tuple[str, re.Pattern[str]] | Unknown:
    """A word that must stand in the hunk, and what the line must look like."""
    claim, target = question.claim, question.object
    if claim.predicate is Predicate.CALLS:
        callee = callee_name(target, question.code)
        if isinstance(callee, Unknown):
            return callee
        name = callee.rsplit(".", 1)[-1]
        return name, _call_pattern(name)
    if target.kind is not Kind.MEMBER:
        return unnamed(target, "member")
    return target.member, _member_pattern(target, claim.predicate)


@lru_cache(maxsize=2_000)
def _call_pattern(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w]){re.escape(name)}\s?\(")


@lru_cache(maxsize=2_000)
def _member_pattern(target: Ref, predicate: Predicate) -> re.Pattern[str]:
    member = rf"(?:->|\.){re.escape(target.member)}\b"
    if predicate is Predicate.READS:
        return re.compile(rf"^(?!.*\bWRITE_ONCE\(.{{0,80}}{member}).*{member}(?!\s*[-+|&^]?=(?!=))")
    if predicate is Predicate.CLEARS:
        return re.compile(rf"{member}\s*(?:=\s*(?:NULL|0)\b|&=)")
    return re.compile(
        rf"{member}\s*[-+|&^]?=(?!=)|WRITE_ONCE\([^;]{{0,80}}{member}|atomic_set\([^;]{{0,80}}{member}"
    )


def lines_with(message: Message, needle: str) -> Iterator[Line]:
    """The lines of those hunks of a message's own diff in which ``needle`` stands, at most MAX_LINES."""
    count = 0
    for each in message.patch.files if message.patch is not None else ():
        for hunk in each.hunks:
            if message.body.find(needle, hunk.start, hunk.end) < 0:
                continue
            for line in hunk_lines(message.body, hunk):
                count += 1
                if count > MAX_LINES:
                    return
                if line.text.lstrip().startswith(("*", "/*", "//")):
                    continue  # what a comment says of a function is no call of it
                number = line.old_line if line.side is Side.REMOVED else line.new_line
                yield Line(line.side, line.text, line.function, each.path, number)
