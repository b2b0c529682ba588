"""Fit the weights by which depths are found again on pages of the viewer
(threadmine/parse/pages/depths.toml).

Recipe: mails that quote are shown as the viewer shows them: no quote marks, a line ``quoted`` for each level
that opens below the first, no blank line where the depth changes. So the true depth of every line is known. A
conditional random field over the lines is fitted by Adam on batches of mails, in an order that depends on
nothing but the mails. Its worth is measured on two folds of whole threads; ``--page`` leaves out the mails
that a page of a test set shows. No text of a mail goes into the weights but words that stand in small letters
in many mails, so no names.

    tools/fit_viewer.py MAIL… [--without MAIL…] [--page FILE…] [--measure] [--write]

MAIL is anything that ``ingest`` reads; the threads of ``--without`` are left out, whoever sent them.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from threadmine.model import Message, RawMail
from threadmine.parse.message import parse_mail
from threadmine.parse.pages import depths, likely
from threadmine.parse.pages.borders import Looks
from threadmine.parse.pages.moves import (
    COLUMNS,
    LEVELS,
    STYLES,
    Border,
    State,
    border_above,
    first_states,
    moves,
    states,
)
from threadmine.parse.pages.shown import Line, shown_lines, writers_of
from threadmine.people import name_key
from threadmine.sources import read_path

WEIGHTS = Path(__file__).parent.parent / "threadmine/parse/pages/depths.toml"
DEEPEST = 12
MOST_LINES = 800
BATCH, EPOCHS, RATE, PENALTY = 24, 12, 0.05, 1.0
MAILS_OF_ATTRIBUTE = 8
MAILS_OF_WORD = 25
SHARED_LINES = 4
"""A mail that shares as many longer lines with a page of ``--page`` belongs to what it shows."""
SMALLEST = 0.05
MARKS = re.compile(r"(?:>[ ]?)+")

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def rendered(text: str) -> tuple[list[str], list[int]]:
    """A mail's text as the viewer shows it, and the depth of each line that is not blank."""
    out: list[str] = []
    truth: list[int] = []
    before = blank = 0
    lines = text.rstrip().split("\n")
    ends = [n for n, line in enumerate(lines) if line in ("-- ", "--")]
    for line in lines[: ends[0]] if ends else lines:
        match = MARKS.match(line)
        depth = match.group().count(">") if match else 0
        said = line[match.end() :] if match else line
        if not said.strip():
            blank += 1
            continue
        if not truth or depth != before:
            out += ["quoted"] * (max(depth, 1) - max(before, 1))
        else:
            out += [""] * blank
        out.append(said.rstrip())
        truth.append(depth)
        before, blank = depth, 0
    return out, truth


@dataclass(eq=False)
class Shown:
    """A mail as a page: its lines, the names on it, the true depths and states, its thread."""

    lines: list[Line]
    writers: dict[int, str]
    top: int
    truth: list[int]
    thread: str
    borders: list[Border] = field(default_factory=list)
    path: list[int] = field(default_factory=list)
    of_border: list[list[str]] = field(default_factory=list)
    of_line: list[list[str]] = field(default_factory=list)
    of_depth: list[list[list[str]]] = field(default_factory=list)


STATES = [(style, state) for style in range(STYLES) for state in states(DEEPEST)]
NUMBER = {each: number for number, each in enumerate(STATES)}
DEPTHS = np.array([state.depth for _, state in STATES])
OF_STYLE = np.array([style for style, _ in STATES])
WITHOUT_CHOICE = ""


def kinds_of_border() -> list[tuple[Border, int]]:
    """Every kind of border between two lines, with the markers at it."""
    plain = [(border, 0) for border in (Border.PLAIN, Border.STAY, Border.BELOW_ATTRIBUTION)]
    return [*plain, *((Border.OPENED, opened) for opened in range(1, DEEPEST + 1))]


class Moves:
    """Which weight and which column stand behind a step between two states, by kind of border."""

    def __init__(self) -> None:
        self.names = [WITHOUT_CHOICE]
        self.columns = [-1]
        self.kinds = {kind: number for number, kind in enumerate(kinds_of_border())}
        self.table = np.full((len(self.kinds), len(STATES), len(STATES)), -1)
        for (border, opened), kind in self.kinds.items():
            for (style, state), at in NUMBER.items():
                for move in moves(style, state, border, opened, DEEPEST):
                    number = self._number(move.name, -1 if move.column is None else move.column)
                    self.table[kind, at, NUMBER[style, move.to]] = number
        self.column = np.array(self.columns)
        self.possible = (self.table >= 0).astype(np.float64)
        self.gather = np.where(self.table >= 0, self.table, 0)
        self.one_hot = [self._one_hot(table.reshape(-1)) for table in self.table]

    def _number(self, name: str, column: int) -> int:
        if name not in self.names:
            self.names.append(name)
            self.columns.append(column)
        return self.names.index(name)

    def _one_hot(self, flat: Ints) -> Floats:
        out = np.zeros((len(flat), len(self.names)))
        at = np.nonzero(flat >= 0)[0]
        out[at, flat[at]] = 1.0
        return out


MOVES = Moves()


def shown_page(author: str, out: list[str], truth: list[int], thread: str = "") -> Shown | None:
    """The page of a mail, or None where it breaks the viewer's rules (or is deeper than ``DEEPEST``)."""
    lines = shown_lines(out)
    if not truth or len(lines) != len(truth) or max(truth) > DEEPEST:
        return None
    writers, top = writers_of(lines, author)
    page = Shown(lines, writers, top, truth, thread)
    page.borders = [border_above(lines, n) if n else Border.STAY for n in range(len(lines))]
    page.path = true_path(page)
    if not page.path:
        return None
    looks = Looks(lines, writers, top)
    for number in range(len(lines)):
        free = page.borders[number] in (Border.PLAIN, Border.BELOW_ATTRIBUTION)
        page.of_border.append(looks.border(number) if free else [])
        page.of_line.append(looks.line(number))
        page.of_depth.append([looks.at_depth(number, depth) for depth in range(DEEPEST + 1)])
    return page


def true_path(page: Shown) -> list[int]:
    """The states of the lines; empty where a step is impossible."""
    truth = page.truth
    direct = any(
        before >= 2 and not now and page.borders[number + 1] is Border.PLAIN
        for number, (before, now) in enumerate(pairwise(truth))
    )
    behind, path = "start", []
    for number, depth in enumerate(truth):
        if number and truth[number - 1] != depth and not depth:
            behind = "1" if truth[number - 1] == 1 else "2"
        path.append(NUMBER[int(direct), State(depth, "" if depth else behind)])
    if STATES[path[0]][1] not in [state for state, _ in first_states(page.lines[0], DEEPEST)]:
        return []
    steps = enumerate(pairwise(path), 1)
    return path if all(MOVES.table[kind_of(page, at), a, b] >= 0 for at, (a, b) in steps) else []


def kind_of(page: Shown, number: int) -> int:
    border = page.borders[number]
    opened = page.lines[number].opened if border is Border.OPENED else 0
    return MOVES.kinds[border, min(opened, DEEPEST)]


def pages_of(paths: Iterable[Path], left_out: Iterable[Path], tests: Iterable[Path]) -> list[Shown]:
    """The pages of all mails that quote, but those of left out threads and of the pages of test sets."""
    threads = Threads()
    banned = {threads.of(message) for message in messages_of(left_out)}
    known = {line.strip() for path in tests for line in path.read_text(encoding="utf-8").split("\n")}
    known = {line for line in known if len(line) > 40}
    found: dict[str, tuple[Message, list[str], list[int]]] = {}
    for message in messages_of(paths):
        threads.of(message)
        if "\n>" not in message.body or message.message_id in found:
            continue
        out, truth = rendered(message.body)
        if len(truth) <= MOST_LINES and sum(line.strip() in known for line in out) < SHARED_LINES:
            found[message.message_id] = (message, out, truth)
    roots = {threads.root(name) for name in banned}
    pages = []
    for message, out, truth in found.values():
        thread = threads.of(message)
        page = None if thread in roots else shown_page(message.author.name, out, truth, thread)
        if page is not None:
            pages.append(page)
    return sorted(pages, key=lambda page: (len(page.lines), page.thread))


def messages_of(paths: Iterable[Path]) -> Iterator[Message]:
    for path in paths:
        for mail in read_path(str(path)):
            if isinstance(mail, RawMail):
                yield parse_mail(mail)


class Threads:
    """Mails that belong together by their references or by their titles."""

    def __init__(self) -> None:
        self._above: dict[str, str] = {}

    def root(self, name: str) -> str:
        while self._above.get(name, name) != name:
            name = self._above[name]
        return name

    def of(self, message: Message) -> str:
        names = [message.message_id, *message.references[:1], *filter(None, [message.in_reply_to])]
        if message.subject.title:
            names.append("title " + message.subject.title.lower())
        first = self.root(names[0])
        for name in names[1:]:
            other = self.root(name)
            if other != first:
                self._above[max(first, other)] = min(first, other)
                first = min(first, other)
        return first


class Model:
    """The weights as arrays, with the names of their rows."""

    def __init__(self, pages: Sequence[Shown]) -> None:
        words = words_of(pages)
        self.border = _rows(
            pages, lambda p: p.of_border, lambda n: not n.startswith("word ") or n.split()[1] in words
        )
        self.line = _rows(pages, lambda p: p.of_line)
        self.depth = _rows(pages, lambda p: [list(chain.from_iterable(each)) for each in p.of_depth])
        self.arrays = [
            np.zeros((len(self.border), len(COLUMNS))),
            np.zeros((len(self.line), len(LEVELS))),
            np.zeros(len(self.depth)),
            np.zeros(len(MOVES.names)),
            np.zeros(STYLES + 1),  # of the styles, and of a page that begins with quoted text
        ]

    def weights(self) -> likely.Weights:
        """As the package reads them, rounded, without those that are next to nothing."""
        border, line, depth, move, start = self.arrays
        named = zip(MOVES.names[1:], move[1:], strict=True)
        return likely.Weights(
            _table(self.border, border),
            _table(self.line, line),
            {
                name: round(float(depth[row]), 2) + 0.0
                for name, row in self.depth.items()
                if abs(depth[row]) >= SMALLEST
            },
            {name: round(float(value), 2) + 0.0 for name, value in named}
            | {f"style {style}": round(float(start[style]), 2) + 0.0 for style in range(STYLES)}
            | {"begins quoted": round(float(start[STYLES]), 2) + 0.0},
        )


def words_of(pages: Sequence[Shown]) -> frozenset[str]:
    """Words that begin a line in enough mails, and stand in small letters in as many: no names."""
    small: Counter[str] = Counter()
    first: Counter[str] = Counter()
    for page in pages:
        small.update({word for line in page.lines for word in re.findall(r"(?<!\S)[a-z']+", line.text)})
        first.update(
            {
                name.split()[1]
                for names in page.of_border
                for name in names
                if name.startswith("word ") and name != "word "
            }
        )
    return frozenset(w for w, count in first.items() if count >= MAILS_OF_WORD and small[w] >= MAILS_OF_WORD)


def _rows(
    pages: Sequence[Shown],
    names: Callable[[Shown], list[list[str]]],
    good: Callable[[str], bool] = lambda _: True,
) -> dict[str, int]:
    mails: Counter[str] = Counter()
    for page in pages:
        mails.update({name for each in names(page) for name in each})
    kept = sorted(
        name for name, count in mails.items() if count >= MAILS_OF_ATTRIBUTE and name.split() and good(name)
    )
    return {name: row for row, name in enumerate(kept)}


def _table(rows: dict[str, int], array: Floats) -> dict[str, list[float]]:
    return {
        name: [round(float(value), 2) + 0.0 for value in array[row]]
        for name, row in rows.items()
        if np.abs(array[row]).max() >= SMALLEST
    }


@dataclass(eq=False)
class Numbered:
    """A page with the rows of its attributes in a model: (line, row), or (line, depth, row)."""

    page: Shown
    border: Ints
    line: Ints
    depth: Ints
    levels: Floats  # which columns of LEVELS count in a state

    @classmethod
    def of(cls, page: Shown, model: Model) -> Numbered:
        levels = np.zeros((len(STATES), len(LEVELS)))
        levels[np.arange(len(STATES)), np.minimum(DEPTHS, 3)] = 1.0
        levels[page.top == DEPTHS, 4] = 1.0
        levels[page.top < DEPTHS, 5] = 1.0
        triples = [
            (number, depth, model.depth[name])
            for number, by_depth in enumerate(page.of_depth)
            for depth, names in enumerate(by_depth)
            for name in names
            if name in model.depth
        ]
        return cls(
            page,
            _pairs(page.of_border, model.border),
            _pairs(page.of_line, model.line),
            np.array(triples, dtype=np.int64).reshape(-1, 3),
            levels,
        )

    def scores(self, model: Model) -> tuple[Floats, Floats]:
        """The scores of the lines in all states, and of all moves at the borders above them."""
        count = len(self.page.lines)
        border, line, depth, move, start = model.arrays
        lines = np.zeros((count, len(LEVELS)))
        np.add.at(lines, self.line[:, 0], line[self.line[:, 1]])
        alone = lines @ self.levels.T
        by_depth = np.zeros((count, DEEPEST + 1))
        np.add.at(by_depth, (self.depth[:, 0], self.depth[:, 1]), depth[self.depth[:, 2]])
        alone += by_depth[:, DEPTHS]
        alone[:, 1 + sum(each.opened for each in self.page.lines) < DEPTHS] = -np.inf
        begin = np.full(len(STATES), -np.inf)
        for style in range(STYLES):
            for state, name in first_states(self.page.lines[0], DEEPEST):
                begin[NUMBER[style, state]] = start[style] + (start[STYLES] if name else 0.0)
        alone[0] += begin
        columns = np.zeros((count, len(COLUMNS)))
        np.add.at(columns, self.border[:, 0], border[self.border[:, 1]])
        steps = np.tile(move, (count, 1))
        weighed = MOVES.column >= 0
        steps[:, weighed] += columns[:, MOVES.column[weighed]]
        return alone, steps


def _pairs(names: list[list[str]], rows: dict[str, int]) -> Ints:
    found = [(number, rows[name]) for number, each in enumerate(names) for name in each if name in rows]
    return np.array(found, dtype=np.int64).reshape(-1, 2)


def expected(model: Model, batch: Sequence[Numbered]) -> tuple[Floats, Floats]:
    """By line and page: the probabilities of the states, and of the moves at the border above."""
    longest, size = max(len(each.page.lines) for each in batch), len(batch)
    alone = np.ones((longest, size, len(STATES)))
    steps = np.ones((longest, size, len(MOVES.names)))
    kinds = np.full((longest, size), MOVES.kinds[Border.STAY, 0])
    for at, each in enumerate(batch):
        count = len(each.page.lines)
        of_lines, of_steps = each.scores(model)
        best = of_lines.max(1, keepdims=True)
        alone[:count, at] = np.exp(np.maximum(of_lines - best, -80.0)) * np.isfinite(of_lines)
        steps[:count, at] = np.exp(np.minimum(of_steps, 30.0))
        kinds[1:count, at] = [kind_of(each.page, number) for number in range(1, count)]
    ahead = np.zeros_like(alone)
    ahead[0] = alone[0] / alone[0].sum(1, keepdims=True)
    ways: list[Floats] = [np.zeros(0)] * longest
    rows = np.arange(size)[:, None, None]
    for number in range(1, longest):
        kind = kinds[number]
        ways[number] = steps[number][rows, MOVES.gather[kind]] * MOVES.possible[kind]
        now = np.einsum("bs,bst->bt", ahead[number - 1], ways[number]) * alone[number]
        ahead[number] = now / np.maximum(now.sum(1, keepdims=True), 1e-300)
    taken = np.zeros_like(steps)
    behind = np.ones((size, len(STATES)))
    chances = np.zeros_like(alone)
    chances[longest - 1] = ahead[longest - 1]
    for number in range(longest - 1, 0, -1):
        weight = alone[number] * behind
        pairs = ahead[number - 1][:, :, None] * ways[number] * weight[:, None, :]
        pairs /= np.maximum(pairs.sum((1, 2), keepdims=True), 1e-300)
        flat = pairs.reshape(size, -1)
        for kind in np.unique(kinds[number]):
            here = np.nonzero(kinds[number] == kind)[0]
            taken[number, here] = flat[here] @ MOVES.one_hot[kind]
        behind = np.einsum("bst,bt->bs", ways[number], weight)
        behind /= np.maximum(behind.sum(1, keepdims=True), 1e-300)
        chances[number - 1] = ahead[number - 1] * behind
    chances /= np.maximum(chances.sum(2, keepdims=True), 1e-300)
    return chances, taken


def gradient(model: Model, batch: Sequence[Numbered]) -> list[Floats]:
    """What the model expects less what is true, for all weights."""
    chances, taken = expected(model, batch)
    out = [np.zeros_like(array) for array in model.arrays]
    for at, each in enumerate(batch):
        count = len(each.page.lines)
        path = np.array(each.page.path)
        wrong = chances[:count, at].copy()
        wrong[np.arange(count), path] -= 1.0
        moved = taken[:count, at].copy()
        for number in range(1, count):
            moved[number, MOVES.table[kind_of(each.page, number), path[number - 1], path[number]]] -= 1.0
        columns = np.stack([moved[:, MOVES.column == column].sum(1) for column in range(len(COLUMNS))], 1)
        np.add.at(out[0], each.border[:, 1], columns[each.border[:, 0]])
        np.add.at(out[1], each.line[:, 1], (wrong @ each.levels)[each.line[:, 0]])
        by_depth = np.zeros((DEEPEST + 1, count))
        np.add.at(by_depth, DEPTHS, wrong.T)
        np.add.at(out[2], each.depth[:, 2], by_depth[each.depth[:, 1], each.depth[:, 0]])
        out[3] += moved.sum(0)
        for style in range(STYLES):
            out[4][style] += wrong[0, style == OF_STYLE].sum()
        if not each.page.lines[0].opened:
            out[4][STYLES] += wrong[0, DEPTHS == 1].sum()
    out[3][0] = 0.0  # where there is no choice
    return out


def fit(pages: Sequence[Shown], epochs: int = EPOCHS) -> Model:
    """The model that makes the true depths of the pages most likely, but for the penalty on large weights."""
    model = Model(pages)
    numbered = [Numbered.of(page, model) for page in pages]
    batches = [numbered[at : at + BATCH] for at in range(0, len(numbered), BATCH)]
    order = np.random.default_rng(1)
    mean = [np.zeros_like(array) for array in model.arrays]
    square = [np.zeros_like(array) for array in model.arrays]
    done, steps = 0, len(batches) * epochs
    for _ in range(epochs):
        for number in order.permutation(len(batches)):
            done += 1
            rate = RATE * 0.5 * (1.0 + np.cos(np.pi * done / steps))
            found = gradient(model, batches[number])
            for array, slope, first, second in zip(model.arrays, found, mean, square, strict=True):
                slope = slope / BATCH + PENALTY * array / len(pages)
                first *= 0.9
                first += 0.1 * slope
                second *= 0.99
                second += 0.01 * slope * slope
                size = np.sqrt(second / (1.0 - 0.99**done)) + 1e-6
                array -= rate * first / (1.0 - 0.9**done) / size
    return model


def fold_of(page: Shown) -> int:
    return hashlib.blake2b(page.thread.encode()).digest()[0] % 2


@dataclass
class Tally:
    """How many lines were told right, decided, decided right."""

    lines: int = 0
    right: int = 0
    led: int = 0
    led_right: int = 0
    decided: int = 0
    decided_right: int = 0
    kept: int = 0

    def add(self, page: Shown, given: likely.Weights) -> None:
        """Counts the lines of a page that are not attribution lines."""
        found = depths.doubts(page.lines, page.writers, page.top, given)
        for line, depth, doubt in zip(page.lines, page.truth, found, strict=True):
            if line.in_attribution:
                continue
            name = name_key(page.writers.get(depth, ""))
            likeliest = name_key(doubt.names[0]) == name
            self.lines += 1
            self.right += likeliest
            if doubt.is_sure:
                self.decided += 1
                self.decided_right += likeliest
            else:
                self.kept += name in map(name_key, doubt.names)
                self.led += doubt.leads
                self.led_right += doubt.leads and likeliest

    def told(self) -> str:
        open_lines = self.lines - self.decided
        return (
            f"{self.lines} lines: likeliest writer right {_share(self.right, self.lines)}, "
            f"decided {_share(self.decided, self.lines)}, "
            f"of which right {_share(self.decided_right, self.decided)}, "
            f"of the others led {_share(self.led, open_lines)}, "
            f"of which right {_share(self.led_right, self.led)}, "
            f"writer among the candidates {_share(self.kept, open_lines)}"
        )


def _share(part: int, whole: int) -> str:
    return f"{100 * part / max(1, whole):.1f} %"


def measure(pages: Sequence[Shown]) -> None:
    """Prints how well pages are told by the weights of the other half of the threads."""
    deep, flat = Tally(), Tally()
    for fold in (0, 1):
        given = fit([page for page in pages if fold_of(page) != fold]).weights()
        for page in pages:
            if fold_of(page) == fold:
                (deep if max(page.truth) > 1 else flat).add(page, given)
    print(f"pages of two levels and more: {deep.told()}")
    print(f"pages of one level: {flat.told()}")


def toml(given: likely.Weights) -> str:
    """The data file of the weights."""
    parts = [
        "# Weights by which depths are found on pages of the viewer, fitted by tools/fit_viewer.py",
        "# (recipe and figures: docs/sources.md). Do not edit by hand.",
    ]
    for title, table in (("border", given.border), ("line", given.line)):
        head = COLUMNS if title == "border" else LEVELS
        parts += ["", f"# {', '.join(head)}", f"[{title}]"]
        parts += [f"{json.dumps(name)} = {list(values)}" for name, values in table.items()]
    for title, single in (("person", given.person), ("move", given.move)):
        parts += ["", f"[{title}]", *(f"{json.dumps(name)} = {value}" for name, value in single.items())]
    return "\n".join(parts) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("mail", nargs="+", type=Path)
    parser.add_argument("--without", nargs="+", type=Path, default=[])
    parser.add_argument("--page", nargs="+", type=Path, default=[])
    parser.add_argument("--measure", action="store_true")
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    pages = pages_of(given.mail, given.without, given.page)
    deep = sum(max(page.truth) > 1 for page in pages)
    print(
        f"{len(pages)} pages, {deep} of them of two levels and more, {len({p.thread for p in pages})} threads"
    )
    if given.measure:
        measure(pages)
    if given.write:
        WEIGHTS.write_text(toml(fit(pages).weights()), encoding="utf-8")
        print(f"written: {WEIGHTS}")


if __name__ == "__main__":
    main()
