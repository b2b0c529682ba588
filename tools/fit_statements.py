"""Fit the weights of statements that no reading finds (threadmine/extraction/claims/weighing/weights.npz).

Data: ``tools/annotations/statements.tsv``, statements that readers without part in the rules found in some
980 mails of the shared corpus, after the annotation guide. It holds no text: a line names a mail by the
first 16 digits of its Message-ID's SHA-1, whether it is for fitting or ``held`` for measuring, the place of
the sentence in the body (characters), predicate, subject, object, polarity, modality, tense, scope and
entities (some that are held: and the truth); ``-`` in place of a sentence stands for a mail in which
nothing is stated.
Annotated mails of the gold (``--gold``) are added to those for fitting, and the sentences of our own that the
readings are tested with (``tests/extraction/readings``, without those held back), which hold much that states
nothing.

Recipe: every pair of names of every sentence of these mails is an example; it is what the statement about
these two says, or nothing. A softmax regression with an L2 penalty is fitted to them (L-BFGS, from zeros: no
random numbers). ``--folds N`` tells what it is worth on mails that were left out, by what the score script
counts, beside the readings alone; ``--held`` the same on the mails that are for measuring.

    tools/fit_statements.py --corpus ../shared --gold ../shared/gold/dev.jsonl [--folds 4] [--held] [--write]

Needs scipy (``pip install scipy``), which nothing else does.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
from corpus import corpus_path
from scipy import sparse
from scipy.optimize import minimize
from train_claims import entity, words

from tests.extraction.test_readings import FILES, WANTED, message_of
from threadmine import memmap
from threadmine.extraction.claims import find
from threadmine.extraction.claims.context import Surroundings
from threadmine.extraction.claims.sentence import read_sentence
from threadmine.extraction.claims.weighing import attributes, picking, weights
from threadmine.extraction.names import Lexicon, MailFacts, lexicon_of
from threadmine.extraction.text import Sentence, sentences
from threadmine.ingest import parse_all
from threadmine.model import Message
from threadmine.sources import read_path

ANNOTATIONS = Path(__file__).parent / "annotations/statements.tsv"
WEIGHTS = Path(weights.__file__).parent / "weights.npz"
COLUMNS = ("predicate", "subject", "object", "polarity", "modality", "tense", "scope", "entities", "truth")
MIN_COUNT = 3
"""Examples that an attribute must be seen in."""

PENALTY = 2.0
ITERATIONS = 40
OWN_TIMES = 3
"""How often a sentence of our own counts: they are few, and what states nothing is told there on purpose."""

NOTHING = 4.0
"""The bias that nothing stated begins with: it holds for 98 of 100 pairs."""

FAMILIES = ("D01", "D02", "D03", "D05", "D11", "D12", "D13", "D14")
"""The families of corpus/dev that may be read."""

Claims = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Annotated:
    """One mail with the statements in it, by the place of their sentence."""

    message: Message
    claims: dict[tuple[int, int], Claims]


@dataclass(slots=True)
class Examples:
    """Pairs of names: the attributes of each, and the column of what is stated of it."""

    attributes: list[attributes.Numbers] = field(default_factory=list)
    labels: list[int] = field(default_factory=list)


def annotations(held: bool) -> dict[str, dict[tuple[int, int], Claims]]:
    """The annotated statements by mail and by place."""
    found: dict[str, dict[tuple[int, int], Claims]] = {}
    for line in ANNOTATIONS.read_text(encoding="utf-8").splitlines():
        mail, use, start, *rest = line.split("\t")
        if (use == "held") != held:
            continue
        of_mail = found.setdefault(mail, {})
        if start != "-":
            claim: dict[str, Any] = dict(zip(COLUMNS, rest[1:], strict=False))
            claim["entities"] = [name for name in claim["entities"].split(",") if name]
            of_mail.setdefault((int(start), int(rest[0])), []).append(claim)
    return found


def mails(corpus: Path) -> Iterator[Message]:
    """The mails that annotations can be about."""
    folders = sorted((corpus / "corpus/dev/mbox").iterdir())
    paths = [folder for folder in folders if folder.name[:3] in FAMILIES]
    for path in (*paths, corpus / "corpus/bulk.bundle"):
        yield from (item for item in parse_all(read_path(str(path))) if isinstance(item, Message))


def key(message: Message) -> str:
    return hashlib.sha1(message.message_id.encode()).hexdigest()[:16]


def read_annotated(corpus: Path, held: bool) -> list[Annotated]:
    """The annotated mails, in the order of the corpus, each once."""
    told = annotations(held)
    found: dict[str, Annotated] = {}
    for message in mails(corpus):
        if key(message) in told:
            found.setdefault(key(message), Annotated(message, told[key(message)]))
    if missing := len(told) - len(found):
        print(f"{missing} of {len(told)} annotated mails are not in the corpus", file=sys.stderr)
    return list(found.values())


def read_gold(corpus: Path, path: Path) -> list[Annotated]:
    """The annotated mails of one gold file; a statement goes to the sentence that its quotation fits best."""
    rows = {row["message_id"]: row for row in map(json.loads, path.read_text(encoding="utf-8").splitlines())}
    found = []
    for file in sorted({str(row["file"]) for row in rows.values()}):
        for message in parse_all(read_path(str(corpus / "corpus/dev/mbox" / file.removeprefix("mbox/")))):
            row = rows.pop(message.message_id, None) if isinstance(message, Message) else None
            if row is not None:
                found.append(Annotated(message, placed(row["claims"], list(sentences(message)))))
    return found


def read_own() -> list[Annotated]:
    """The sentences of our own that the readings are tested with, those that are held back left out."""
    found = []
    for path in FILES:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        lead = table.get("lead", "")
        for text, *wanted in table["sentences"]:
            message = message_of(text, lead)
            at = message.body.find(text.removeprefix("commit: "))
            last = max(sentences(message), key=lambda s: s.start <= at < s.end, default=None)
            if last is not None:
                told = [stated(one if ": " in one else f"{path.stem}: {one}") for one in wanted]
                found.append(Annotated(message, {(last.start, last.end): told}))
    return found


def stated(wanted: str) -> dict[str, Any]:
    """A statement of the tests' form as annotated ones are."""
    predicate, _, pair = wanted.partition(": ")
    match = WANTED.match(pair)
    assert match is not None, wanted
    object_ = match["object"].strip()
    return {
        "predicate": predicate,
        "subject": match["subject"].strip(),
        "object": "" if object_ == "-" else object_,
        "entities": [],
    }


def placed(claims: Claims, every: Sequence[Sentence]) -> dict[tuple[int, int], Claims]:
    """Statements by the place of their sentence; what fits none by half its words is left out."""
    found: dict[tuple[int, int], Claims] = {}
    for claim in claims:
        want = words(claim["quote"])
        fits = [(shared(want, words(one.text)), -one.start, one) for one in every]
        share, _, best = max(fits, default=(0.0, 0, None))
        if best is not None and share >= 0.5:
            found.setdefault((best.start, best.end), []).append(claim)
    return found


def shared(a: Counter[str], b: Counter[str]) -> float:
    return sum((a & b).values()) / max(1, min(a.total(), b.total()))


def examples(every: Iterable[Annotated], lexicon: Lexicon) -> Examples:
    """All pairs of names of all sentences."""
    found = Examples()
    for one in every:
        surroundings, mail = Surroundings(one.message, lexicon), MailFacts(one.message.body)
        body = one.message.body
        for sentence in sentences(one.message):
            around = body[max(0, sentence.start - find.NEAR) : sentence.end + find.NEAR]
            read = read_sentence(find.with_lead(sentence), lexicon, mail, around)
            view = attributes.look_at(read, surroundings.function(sentence))
            if view.options:
                add(found, view, labels(view, one.claims.get((sentence.start, sentence.end), [])))
    return found


def labels(view: attributes.View, claims: Claims) -> dict[tuple[int, int], int]:
    """The column of what is stated of a pair; the number behind the last name stands for none."""
    none = len(view.options)
    places = {entity(o.thing.entity): i for i, o in reversed(list(enumerate(view.options)))}
    found: dict[tuple[int, int], int] = {}
    columns = {predicate.value: 1 + i for i, predicate in enumerate(weights.PREDICATES)}
    for claim in claims:
        subject = places.get(entity(claim["subject"] or ""), none)
        object_ = places.get(entity(claim["object"] or ""), none)
        if subject == object_ == none:
            object_ = next((places[entity(e)] for e in claim["entities"] if entity(e) in places), none)
        if subject == object_:
            object_ = none
        if subject != none or object_ != none:
            found.setdefault((subject, object_), columns[claim["predicate"]])
    return found


def add(found: Examples, view: attributes.View, stated: dict[tuple[int, int], int]) -> None:
    slots = [*view.options, None]
    whole = attributes.of_sentence(view)
    subjects = [attributes.of_role(view, option, "S") for option in slots]
    objects = [attributes.of_role(view, option, "O") for option in slots]
    for s in range(len(slots)):
        for o in range(len(slots)):
            if s != o:
                pair = attributes.of_pair(view, slots[s], slots[o])
                found.attributes.append(np.concatenate([whole, subjects[s], objects[o], pair]))
                found.labels.append(stated.get((s, o), 0))


def fit(data: Examples) -> weights.Weights:
    """The weights of a softmax regression, rounded as they are stored."""
    numbers = np.concatenate(data.attributes)
    counts = np.bincount(numbers, minlength=1 << attributes.BITS)
    kept = np.flatnonzero(counts >= MIN_COUNT)
    column = np.full(len(counts), -1)
    column[kept] = np.arange(len(kept))
    row = np.repeat(np.arange(len(data.labels)), [len(each) for each in data.attributes])
    known = column[numbers] >= 0
    ones = np.ones(int(known.sum()), dtype=np.float32)
    shape = (len(data.labels), len(kept))
    matrix = sparse.csr_matrix((ones, (row[known], column[numbers[known]])), shape=shape)
    fitted, bias = regression(matrix, np.array(data.labels))
    table = np.zeros((len(counts), fitted.shape[1]), dtype=np.int8)
    table[kept] = np.clip(np.rint(fitted / weights.LEAST), -127, 127).astype(np.int8)
    return weights.Weights(table, bias.astype(np.float32))


def regression(matrix: Any, wanted: Any) -> tuple[Any, Any]:
    """Weights and bias by L-BFGS from zeros."""
    many, wide, classes = matrix.shape[0], matrix.shape[1], 1 + len(weights.PREDICATES)
    turned = matrix.T.tocsr()
    truth = np.zeros((many, classes), dtype=np.float32)
    truth[np.arange(many), wanted] = 1.0

    def loss(flat: Any) -> tuple[float, Any]:
        table = flat[: wide * classes].reshape(wide, classes).astype(np.float32)
        scores = matrix @ table + flat[wide * classes :].astype(np.float32)
        guess = weights.chances(scores)
        miss = guess - truth
        right = np.log(np.maximum(guess[np.arange(many), wanted], 1e-12)).astype(np.float64)
        size = float((table.astype(np.float64) ** 2).sum())
        slope = np.concatenate([(turned @ miss + PENALTY * table).ravel(), miss.sum(axis=0)])
        return -float(right.sum()) + PENALTY / 2 * size, slope.astype(np.float64)

    start = np.zeros((wide + 1) * classes)
    start[wide * classes] = NOTHING
    done = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": ITERATIONS})
    return done.x[: wide * classes].reshape(wide, classes), done.x[wide * classes :]


def write(fitted: weights.Weights) -> None:
    kept = np.flatnonzero(np.abs(fitted.table).max(axis=1) > 0)
    np.savez_compressed(
        WEIGHTS,
        attributes=kept.astype(np.uint32),
        weights=fitted.table[kept],
        bias=np.round(fitted.bias, 3),
    )
    print(f"wrote {len(kept)} attributes, {WEIGHTS.stat().st_size} bytes")


# ------------------------------------------------------------------------------------ what it is worth


def mine(
    every: Iterable[Annotated], model: memmap.Model, fitted: weights.Weights | None
) -> list[dict[str, Any]]:
    """The claims of the mails, as they are exported; with ``fitted`` in place of the package's weights."""
    if fitted is not None:
        picking.weights = lambda: fitted
    rows = []
    for one in every:
        for claim in find.find_claims(one.message, model):
            row = {name: str(getattr(claim, name)) for name in ("quote", *COLUMNS[:6])}
            of_claim = {"message_id": key(one.message), "entities": list(claim.entities)}
            rows.append({**row, **of_claim, "verdict": "undecided", "weighed": claim.is_weighed})
    return rows


def judge(corpus: Path, every: Sequence[Annotated], mined: Sequence[dict[str, Any]], title: str) -> None:
    """Prints what the score script says of claims, without verdicts, which are not asked for here."""
    gold = []
    for one in every:
        text = {(s.start, s.end): s.text for s in sentences(one.message)}
        claims = [
            {"truth": "undecidable", **claim, "quote": text[place]}
            for place, told in one.claims.items()
            for claim in told
            if place in text
        ]
        gold.append({"message_id": key(one.message), "claims": claims})
    with TemporaryDirectory() as folder:
        files = [Path(folder) / name for name in ("gold.jsonl", "mined.jsonl")]
        for file, rows in zip(files, (gold, mined), strict=True):
            file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        command = [sys.executable, str(corpus / "score/score.py"), "claims", *map(str, files)]
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    print(f"== {title}\n" + "\n".join(told.splitlines()[:3]), flush=True)


def report(corpus: Path, every: Sequence[Annotated], rows: Sequence[dict[str, Any]], title: str) -> None:
    judge(corpus, every, [row for row in rows if not row["weighed"]], f"{title}: read")
    judge(corpus, every, rows, f"{title}: read and weighed")


def folded(
    every: Sequence[Annotated], model: memmap.Model, folds: int, lexicon: Lexicon
) -> list[dict[str, Any]]:
    """The claims of each mail with weights that were fitted to the mails of the other folds."""
    fold = {key(one.message): int(key(one.message), 16) % folds for one in every}
    rows = []
    for number in range(folds):
        rest = [one for one in every if fold[key(one.message)] != number]
        left = [one for one in every if fold[key(one.message)] == number]
        rows += mine(left, model, fit(examples(rest, lexicon)))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--corpus", type=Path, default=corpus_path())
    parser.add_argument("--gold", type=Path, action="append", default=[])
    parser.add_argument("--folds", type=int, default=0, help="measure on mails that were left out")
    parser.add_argument("--held", action="store_true", help="measure on the mails that are for measuring")
    parser.add_argument("--write", action="store_true", help="replace the package's weights")
    args = parser.parse_args()
    model = memmap.load()
    lexicon = lexicon_of(model.names)
    for_fitting = read_annotated(args.corpus, held=False)
    if args.folds:
        rows = folded(for_fitting, model, args.folds, lexicon)
        report(args.corpus, for_fitting, rows, f"{args.folds} folds of {len(for_fitting)} mails")
    more = [one for path in args.gold for one in read_gold(args.corpus, path)] + read_own() * OWN_TIMES
    fitted = fit(examples([*for_fitting, *more], lexicon))
    if args.held:
        held = read_annotated(args.corpus, held=True)
        report(args.corpus, held, mine(held, model, fitted), f"{len(held)} mails for measuring")
    if args.write:
        write(fitted)


if __name__ == "__main__":
    main()
