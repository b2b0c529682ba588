"""Claim or talk? A linear model over attributes of a candidate and of its sentence.

Rules find what a sentence says of which member; whether its author *states* that, or asks, orders, thanks
or muses, shows in many weak signs at once. They are weighed by a logistic regression that
``tools/train_claims.py`` fits on annotated mail; its weights are data (``weights.json``). An attribute
without a weight counts nothing, so unseen words do no harm.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from threadmine.extraction.claims.clauses import Candidate, is_order
from threadmine.extraction.claims.qualifiers import Qualifiers
from threadmine.extraction.claims.sentence import ENTITIES, Read, Sort

_PEOPLE = frozenset({"i", "you", "your", "my", "we", "our", "us", "me", "people", "somebody", "someone"})
_VERBS = frozenset(
    {
        "is",
        "are",
        "was",
        "were",
        "be",
        "has",
        "have",
        "had",
        "does",
        "do",
        "did",
        "can",
        "will",
        "must",
        "may",
        "need",
        "needs",
    }
)
_LONG, _SHORT = 40, 6


@dataclass(frozen=True, slots=True)
class Weights:
    """The fitted model: a bias, a weight for each attribute, and the score from which a candidate is a
    claim.
    """

    bias: float
    weights: dict[str, float]
    threshold: float


@lru_cache(maxsize=1)
def weights() -> Weights:
    """The weights that come with the package."""
    text = resources.files(__package__).joinpath("weights.json").read_text(encoding="utf-8")
    data = json.loads(text)
    return Weights(data["bias"], data["weights"], data["threshold"])


def features(read: Read, one: Candidate, how: Qualifiers, siblings: int) -> tuple[str, ...]:
    """The attributes of a candidate, each a short name; ``siblings``: candidates of its sentence."""
    return tuple(
        dict.fromkeys((*_of_candidate(one, how, siblings), *_of_sentence(read), *_of_clause(read, one)))
    )


def _of_candidate(one: Candidate, how: Qualifiers, siblings: int) -> Iterator[str]:
    subject = one.subject.sort if one.subject else "none"
    object_ = one.object.sort if one.object else "none"
    yield f"predicate={one.predicate}"
    yield f"fit={one.fit}"
    yield f"subject={subject}"
    yield f"object={object_}"
    yield f"slots={subject}-{object_}"
    yield f"modality={how.modality}"
    yield f"tense={how.tense}"
    yield f"polarity={how.polarity}"
    yield f"siblings={min(siblings, 4)}"
    if one.inherited:
        yield "inherited"
    if one.passive:
        yield "passive"
    named = [t for t in (one.subject, one.object) if t is not None]
    if any(t.sort in (Sort.MEMBER, Sort.FLAG) for t in named):
        yield "field"
        yield "field-in-words" if all(t.concept for t in named) else "field-in-c"
    if any(not t.known for t in named):
        yield "unknown-struct"


def _of_sentence(read: Read) -> Iterator[str]:
    words, sentence = read.words, read.sentence
    yield f"place={sentence.place}"
    if sentence.item:
        yield "item"
    if sentence.text.endswith("?"):
        yield "asks"
    if len(words) > _LONG:
        yield "long"
    if len(words) < _SHORT:
        yield "short"
    if is_order(read):
        yield f"order-{sentence.place}"
    if _VERBS.isdisjoint(words):
        yield "no-plain-verb"
    for group in ("request", "chatter", "hedge", "doubt", "negation", "retraction", "planned"):
        terms = read.marks.get(group, ())
        if terms:
            yield group
        if len(terms) > 1:
            yield f"{group}+"
        if group in ("request", "chatter"):
            yield from (f"{group}:{term.value}" for term in terms)
    entities = sum(t.sort in ENTITIES for t in read.things)
    yield f"entities={min(entities, 5)}"
    if any(w.startswith("0x") or w in ("nip", "gpr", "msr") for w in words):
        yield "log"


def _of_clause(read: Read, one: Candidate) -> Iterator[str]:
    words = read.words[one.clause.first : one.clause.last]
    if not _PEOPLE.isdisjoint(words):
        yield "people"
        yield from (f"person:{w}" for w in words if w in ("i", "you"))
    yield (
        f"opening={one.clause.opening}"
        if one.clause.opening.isalpha() and not _inside(read, one)
        else "opening-name"
    )
    if one.clause.condition:
        yield "condition"
    if one.clause.conditional:
        yield "conditional-clause"
    if one.cue:
        yield f"cue:{one.cue.lower()}"


def _inside(read: Read, one: Candidate) -> bool:
    return any(t.first <= one.clause.first < t.last for t in read.things)


def score(found: tuple[str, ...]) -> float:
    """How sure the model is that a candidate with these attributes is a claim, 0 to 1."""
    fitted = weights()
    total = fitted.bias + sum(fitted.weights.get(name, 0.0) for name in found)
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total))))


def is_claim(found: tuple[str, ...]) -> bool:
    """Whether a candidate with these attributes is a claim."""
    return score(found) >= weights().threshold
