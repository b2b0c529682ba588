"""Fit the weights by which candidate statements are taken for claims
(threadmine/extraction/claims/weights.json).

Recipe: the annotated mails of GOLD (JSON Lines as in the annotation guide, with the path of each mail's
mbox) are parsed, every candidate statement of the grammar is paired with the annotated claims by the rule
of the score script (same message, half of the shorter quote's words, a shared entity), pairs are positive
examples, the rest negative. A logistic regression with an L2 penalty is fitted by gradient descent (no
random numbers). Its worth is measured by leaving out one family of threads at a time, and the threshold is
the one that is best over all the left-out families.

    tools/train_claims.py --corpus ../shared --gold ../shared/gold/dev.jsonl [--write]
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from threadmine import memmap
from threadmine.extraction.claims import find
from threadmine.extraction.names import lexicon_of
from threadmine.model import Message, Origin, RawMail
from threadmine.parse.message import parse_mail

WEIGHTS = Path(__file__).parent.parent / "threadmine/extraction/claims/weights.json"
SEPARATOR = re.compile(rb"(?:^|\n)From mboxrd@z Thu Jan  1 00:00:00 1970\n")
WORD = re.compile(r"[A-Za-z0-9_]+")
MIN_COUNT = 3
PENALTY = 2.0
STEPS = 1500
RATE = 0.3
NEARLY_BEST = 0.01
"""The middle of the thresholds this close to the best F1 is taken: the best one alone is chance."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Example:
    """One candidate: the family of its thread, its message, attributes, and whether it is paired with a
    claim.
    """

    family: str
    message: str
    features: tuple[str, ...]
    is_claim: bool


def read_messages(corpus: Path, rows: list[dict[str, object]]) -> dict[str, Message]:
    """The annotated messages by their id."""
    wanted = {str(row["message_id"]) for row in rows if row["message_id"]}
    found = {}
    for name in sorted({str(row["file"]) for row in rows if row["message_id"]}):
        path = corpus / "corpus/dev/mbox" / name.removeprefix("mbox/")
        for part in SEPARATOR.split(path.read_bytes()):
            if part.strip():
                message = parse_mail(RawMail(re.sub(rb"(?m)^>(>*From )", rb"\1", part), Origin(name)))
                if message.message_id in wanted:
                    found[message.message_id] = message
    return found


def words(text: str) -> Counter[str]:
    return Counter(word.lower() for word in WORD.findall(text or ""))


def entity(name: str) -> str:
    """The last part of an entity, as the score script compares them."""
    text = re.sub(r"\[[^\]]*\]|\(\)|^struct\s+|\s+", "", name.replace("->", "."))
    return text.strip(".*&").lower().rsplit(".", 1)[-1]


def names_of(claim: dict[str, object]) -> set[str]:
    entities = claim["entities"]
    assert isinstance(entities, list)
    found = [*entities, claim["subject"], claim["object"]]
    return {entity(str(name)) for name in found if name} - {""}


def examples(corpus: Path, gold: list[Path]) -> list[Example]:
    """Candidates of all annotated messages with their labels."""
    rows = [
        json.loads(line) for path in gold for line in path.read_text(encoding="utf-8").splitlines() if line
    ]
    messages = read_messages(corpus, rows)
    lexicon = lexicon_of(memmap.load().names)
    found = []
    for row in rows:
        message = messages.get(str(row["message_id"]))
        if message is not None:
            read = (p for p in find.propose(message, lexicon) if p.features)  # none has what was weighed
            proposals = list(read)
            labels = pair(row["claims"], proposals)
            found += [
                Example(row["family"], message.message_id, p.features, label)
                for p, label in zip(proposals, labels, strict=True)
            ]
    return found


def pair(claims: list[dict[str, object]], proposals: list[find.Proposal]) -> list[bool]:
    """Which proposals the score script would pair with an annotated claim (one to one)."""
    options = []
    for g, claim in enumerate(claims):
        for p, proposal in enumerate(proposals):
            want, have = words(str(claim["quote"])), words(proposal.read.sentence.text)
            shared, shorter = sum((want & have).values()), min(sum(want.values()), sum(have.values()))
            if not shorter or shared / shorter < 0.5:
                continue
            slots = find.slots(proposal.read, proposal.candidate)
            named = {entity(n) for n in (*find.entities(proposal.candidate), *slots[:2]) if n}
            common = len(named & names_of(claim))
            same = (claim["predicate"] == proposal.candidate.predicate) + common
            closeness = shared / shorter + shared / max(1, sum((want | have).values()))
            if common or not names_of(claim):
                options.append((-same, -closeness, g, p))
    used_g: set[int] = set()
    used_p: set[int] = set()
    for _, _, g, p in sorted(options):
        if g not in used_g and p not in used_p:
            used_g.add(g)
            used_p.add(p)
    return [p in used_p for p in range(len(proposals))]


def fit(train: list[Example]) -> tuple[float, dict[str, float]]:
    """Bias and weights of a logistic regression on ``train``."""
    counts = Counter(name for each in train for name in each.features)
    vocabulary = {name: i for i, name in enumerate(sorted(n for n, c in counts.items() if c >= MIN_COUNT))}
    matrix = np.zeros((len(train), len(vocabulary)))
    for row, each in enumerate(train):
        for name in each.features:
            if name in vocabulary:
                matrix[row, vocabulary[name]] = 1.0
    labels = np.array([1.0 if each.is_claim else 0.0 for each in train])
    weight: Floats = np.zeros(len(vocabulary))
    bias = 0.0
    for _ in range(STEPS):
        miss = 1.0 / (1.0 + np.exp(-(matrix @ weight + bias))) - labels
        weight -= RATE * (matrix.T @ miss + PENALTY * weight) / len(train)
        bias -= RATE * float(miss.mean())
    return bias, {name: float(weight[i]) for name, i in vocabulary.items()}


def probability(model: tuple[float, dict[str, float]], features: tuple[str, ...]) -> float:
    bias, weights = model
    return float(1.0 / (1.0 + np.exp(-(bias + sum(weights.get(name, 0.0) for name in features)))))


def f1(kept: list[tuple[float, bool]], threshold: float, gold: int) -> tuple[float, float, float]:
    chosen = [label for p, label in kept if p >= threshold]
    precision = sum(chosen) / max(1, len(chosen))
    recall = sum(chosen) / max(1, gold)
    return precision, recall, 2 * precision * recall / max(1e-9, precision + recall)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--gold", type=Path, action="append", required=True)
    parser.add_argument("--write", action="store_true", help="replace the package's weights")
    args = parser.parse_args()
    found = examples(args.corpus, args.gold)
    gold = sum(
        len(json.loads(line)["claims"])
        for path in args.gold
        for line in path.read_text(encoding="utf-8").splitlines()
    )
    paired = sum(e.is_claim for e in found)
    print(f"{len(found)} candidates, {paired} paired with one of {gold} annotated claims")
    left_out = []
    for family in sorted({e.family for e in found}):
        model = fit([e for e in found if e.family != family])
        scored = [(probability(model, e.features), e.is_claim) for e in found if e.family == family]
        left_out += scored
    thresholds = [t / 100 for t in range(5, 80, 5)]
    for threshold in thresholds:
        p, r, f = f1(left_out, threshold, gold)
        print(f"left out, threshold {threshold:.2f}: precision {p:.3f} recall {r:.3f} F1 {f:.3f}")
    top = max(f1(left_out, t, gold)[2] for t in thresholds)
    near = [t for t in thresholds if f1(left_out, t, gold)[2] >= top - NEARLY_BEST]
    best = near[len(near) // 2]
    bias, weights = fit(found)
    if args.write:
        data = {
            "bias": round(bias, 4),
            "threshold": best,
            "weights": {k: round(w, 3) for k, w in sorted(weights.items()) if abs(w) >= 0.005},
        }
        WEIGHTS.write_text(json.dumps(data, indent=0) + "\n", encoding="utf-8")
        print(f"wrote {len(weights)} weights, threshold {best:.2f}")


if __name__ == "__main__":
    main()
