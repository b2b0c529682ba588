"""Readings of a row whose predicate says less than its sentence: a state that is a size, a lock taken.

As all readings they can only confirm, and are about the names of the claim itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from threadmine.model import Claim, Polarity, Predicate
from threadmine.verify.locks import lock_in
from threadmine.verify.refs import Kind
from threadmine.verify.rule import Question

_POOR = frozenset({Predicate.STATE, Predicate.OTHER, Predicate.IS_A})
_DONE = frozenset({Predicate.SETS, Predicate.CALLS, Predicate.USES, Predicate.READS, Predicate.STATE})
_BYTES = re.compile(r"\bbytes?\b", re.I)
_IS_LONG = re.compile(
    r"(?:\(\))? (?:is|takes|has|occupies|needs) (?:only )?(\d{1,3})(?: bytes?\b|(?=[,.;:)]|$| and\b))"
)
_TAKES = re.compile(r"\b(?:takes?|acquires?|grabs?|gets?|obtains?)\b", re.I)


def plainer(question: Question) -> Iterator[Claim]:
    """Other claims that the sentence plainly makes of the same names."""
    yield from _sizes(question)
    yield from _locks(question)


def _sizes(question: Question) -> Iterator[Claim]:
    """ "x takes 8 bytes, y takes 4": of y, too."""
    claim, subject = question.claim, question.subject
    if claim.predicate not in _POOR or subject.kind is not Kind.MEMBER or not _BYTES.search(claim.quote):
        return
    at = claim.quote.find(subject.member)
    stated = _IS_LONG.match(claim.quote, at + len(subject.member)) if at >= 0 else None
    if stated is not None and claim.polarity is Polarity.POSITIVE:
        yield replace(claim, predicate=Predicate.SIZE, object="", value=f"{stated[1]} bytes", condition="")


def _locks(question: Question) -> Iterator[Claim]:
    """ "f() takes x->lock": it needs the lock, and takes it itself."""
    claim, subject, target = question.claim, question.subject, question.object
    if claim.predicate not in _DONE or subject.kind is not Kind.FUNCTION or target.kind is not Kind.MEMBER:
        return
    if claim.polarity is not Polarity.POSITIVE or not lock_in(target.text):
        return
    first, second = claim.quote.find(subject.text), claim.quote.find(target.member)
    if 0 <= first < second and _TAKES.search(claim.quote, first, second):
        yield replace(claim, predicate=Predicate.REQUIRES, value="taken", condition="")
