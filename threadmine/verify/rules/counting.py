"""Which way a count goes, by what a sentence says and by what a store does."""

from __future__ import annotations

import re

from threadmine.model import Predicate
from threadmine.verify.code import Found
from threadmine.verify.refs import Kind, Ref
from threadmine.verify.rule import Question

MAX_SAID = 120
"""Characters behind a function's name in which a sentence says what it does to a count."""

CONSTANT = re.compile(r"^(?:-?\d{1,4}|NULL|true|false|[+-]1|[A-Z][A-Z0-9_]{3,})$")
_COUNTED = re.compile(r"[^,;]{0,40}?(?:\bref|count|\bpins?\b)", re.I)
_CLAUSE = re.compile(r"[,;:.]\s")
_BY_NAME = {"+": re.compile(r"_(?:add|inc|get)(?:_|$)"), "-": re.compile(r"_(?:sub|dec|put)(?:_|$)")}
_COUNTS = frozenset({"_refcount", "_mapcount", "_pincount", "_entire_mapcount", "_large_mapcount"})
_UP = re.compile(
    r"\b(?:tak(?:es?|en|ing)|took|gets?|grab\w*|incr\w+|rais\w+|elevates?|bump\w*|adds?|acquir\w+|pins?|holds?)\b",
    re.I,
)
_DOWN = re.compile(
    r"\b(?:drop\w*|puts?|putting|decr\w+|lower\w*|releas\w+|unpins?|subtract\w*|reduc\w+)\b", re.I
)


def direction(question: Question, target: Ref) -> str:
    """Which way a sentence says that a count goes: "+", "-", or empty where it does not say or says both."""
    claim = question.claim
    if target.member not in _COUNTS or claim.predicate is not Predicate.SETS or claim.value.strip():
        return ""
    at = claim.quote.find(question.subject.text) if question.subject.kind is Kind.FUNCTION else 0
    said = claim.quote[max(at, 0) : max(at, 0) + MAX_SAID].replace(question.subject.text, "", 1)
    said = _CLAUSE.split(said)[0]
    ways = {
        way
        for way, words in (("+", _UP), ("-", _DOWN))
        if any(_COUNTED.match(said, found.end()) for found in words.finditer(said))
    }
    return ways.pop() if len(ways) == 1 else ""


def goes(hit: Found, sign: str) -> bool:
    """Whether a store raises ("+") or lowers ("-") a count: by its value, else by its accessor's name."""
    if hit.value[:1] in ("+", "-"):
        return hit.value.startswith(sign)
    name = hit.through or hit.step.facts.name
    return not CONSTANT.match(hit.value) and _BY_NAME[sign].search(name) is not None
