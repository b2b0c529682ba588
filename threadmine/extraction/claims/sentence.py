"""One sentence as the grammar sees it: tokens, the things named in it, and the words that make statements.

Things come from two sides: C names (:mod:`threadmine.extraction.names`) and English phrases that mean a
member, a flag, a kind of page or a part of the kernel (``vocab/concepts.toml``). Both are :class:`Thing`
here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from threadmine.extraction.claims import nouns
from threadmine.extraction.claims.counts import counted
from threadmine.extraction.claims.words import GRAMMAR
from threadmine.extraction.names import Lexicon, MailFacts, Name, NameKind, find_names
from threadmine.extraction.nlp import Term, read, spans, terms
from threadmine.extraction.text import Sentence


class Sort(StrEnum):
    """What a thing can be in a statement."""

    MEMBER = "member"
    FLAG = "flag"
    FUNCTION = "function"
    CONSTANT = "constant"
    STRUCT = "struct"
    KIND = "kind"
    AGENT = "agent"


SORT_OF = {
    NameKind.MEMBER: Sort.MEMBER,
    NameKind.EXPRESSION: Sort.MEMBER,
    NameKind.FLAG: Sort.FLAG,
    NameKind.FUNCTION: Sort.FUNCTION,
    NameKind.CONSTANT: Sort.CONSTANT,
    NameKind.STRUCT: Sort.STRUCT,
}
_AUXILIARIES = frozenset(
    {"do", "does", "did", "can", "could", "should", "would", "will", "must", "may", "might"}
)
_KERNEL_DOC = re.compile(r"@([a-z_]\w*):")
_ITSELF = re.compile(r"\b[Tt]his struct(?:ure)?\b")
_FILE = re.compile(r"[\w./-]*\w\.[ch]$")
_ALONE = GRAMMAR.nobody | {"caller", "user", "struct page", "tail page", "head page"}
"""Kinds and parts of the kernel that are what they are, whatever stands beside them."""
_PAGE = re.compile(r"(?i)page|folio|compound|pte\b")
ENTITIES = (Sort.MEMBER, Sort.FLAG, Sort.FUNCTION)
"""Sorts that are entities in the sense of the annotation guide."""

_CODE = GRAMMAR.code | GRAMMAR.code_heads
_NOBODYS = frozenset({("kernel",), ("calling",), ("user",), ("test",), ("common",), ("code",)})
"""What makes no name of "code" and the like ("kernel code")."""
_STRUCTURES = frozenset({"structure", "structures", "struct", "structs", "descriptor", "descriptors"})
_LONGER = frozenset((word,) for word in (*GRAMMAR.heads, "of", "'s"))
_NAMED = (Sort.KIND, Sort.AGENT)

MEMBERISH = (Sort.MEMBER, Sort.FLAG)
"""Things that lie in memory."""


@dataclass(frozen=True, slots=True)
class Thing:
    """Something a statement is about: tokens ``first`` to ``last`` (exclusive)."""

    first: int
    last: int
    text: str
    entity: str
    sort: Sort
    implied: tuple[str, ...] = ()
    index: str = ""
    inferred: str = ""
    concept: bool = False  # named by an English phrase
    known: bool = True  # the model knows the struct


@dataclass(frozen=True)
class Read:
    """A sentence with what was found in it. ``words`` are the tokens in lower case."""

    sentence: Sentence
    words: tuple[str, ...]
    tokens: tuple[str, ...]
    things: tuple[Thing, ...]
    cues: tuple[Term, ...]
    marks: Mapping[str, tuple[Term, ...]]  # qualifier lists -> where they were found
    offsets: tuple[int, ...] = field(default=(), repr=False)

    def marked(self, group: str, first: int = 0, last: int = 1 << 30) -> Term | None:
        """The first term of a qualifier list that begins in tokens ``first`` to ``last``."""
        for term in self.marks.get(group, ()):
            if first <= term.first < last:
                return term
        return None


def read_sentence(sentence: Sentence, lexicon: Lexicon, mail: MailFacts, around: str = "") -> Read:
    """Tokens, things and cues of ``sentence``; ``around`` is the text that tells whose refcount is meant."""
    doc = read(sentence.text)
    places = spans(doc)
    starts = tuple([start for start, _ in places])
    tokens = tuple([sentence.text[start : start + length] for start, length in places])
    words = tuple(token.lower() for token in tokens)
    marks: dict[str, list[Term]] = {}
    for term in terms(doc, sentence.text):
        marks.setdefault(term.group, []).append(term)
    cues = marks.pop("cue", [])
    phrases = [term for group in ("member", "flag", "kind", "agent") for term in marks.pop(group, [])]
    said = {i for term in phrases if term.group in ("member", "flag") for i in range(term.first, term.last)}
    phrases += counted(words, said)
    names = (*_described(sentence, lexicon), *find_names(sentence.text, lexicon, mail))
    verbs = {cue.first for cue in cues if not _is_noun(cue, words)}
    things = _things(names, phrases, starts, around or sentence.text, words, tokens, verbs)
    if ".c" in sentence.text or ".h" in sentence.text:
        things = _with_files(things, tokens)
    covered = {i for t in things if t.sort in ENTITIES and not t.concept for i in range(t.first, t.last)}
    covered.update(t.last - 1 for t in things if t.concept and words[t.last - 1] in ("count", "counts"))
    opinions = (t for t in marks.get("doubt", ()) if t.last - t.first > 1)
    covered.update(i for t in opinions for i in range(t.first, t.last))  # "from what I can tell"
    return Read(
        sentence,
        words,
        tokens,
        things,
        tuple(cue for cue in cues if cue.first not in covered and not _is_noun(cue, words)),
        {group: tuple(found) for group, found in marks.items()},
        starts,
    )


def _is_noun(cue: Term, words: tuple[str, ...]) -> bool:
    """Whether a word that can be a verb stands behind an article or the like ("the key change")."""
    if cue.last - cue.first > 1 or cue.first == 0 or not words[cue.first].isalpha():
        return False
    word, before = words[cue.first], words[cue.first - 1]
    if before == "one" and cue.first > 1 and words[cue.first - 2] in ("no", "any", "every"):
        return False
    if word.endswith("ing"):
        return False
    if word.endswith("ed"):
        return before in GRAMMAR.before_adjectives
    if word in GRAMMAR.bare and before in GRAMMAR.before_bare:
        return True
    if before in ("this", "that"):
        asked = cue.first > 1 and bool(_AUXILIARIES & set(words[max(0, cue.first - 4) : cue.first - 1]))
        return not word.endswith("s") and not asked
    return before in GRAMMAR.before_nouns


def _described(sentence: Sentence, lexicon: Lexicon) -> Iterator[Name]:
    """The member that a kernel-doc line of a struct describes (``@lru: ...``), and "this struct"."""
    if not sentence.scope.startswith("struct "):
        return
    itself = _ITSELF.search(sentence.text)
    name = sentence.scope.removeprefix("struct ")
    if itself and name in lexicon.structs:
        yield Name(
            *itself.span(), itself.group(), name, NameKind.STRUCT, inferred=f"{name}: the comment is about it"
        )
    match = _KERNEL_DOC.match(sentence.text)
    if match:
        struct = sentence.scope.removeprefix("struct ")
        entity = f"{struct}.{match.group(1)}"
        kind = NameKind.MEMBER if struct in lexicon.structs else NameKind.EXPRESSION
        yield Name(
            *match.span(),
            match.group(1),
            entity,
            kind,
            inferred=f"{entity}: the comment describes it",
        )


def _is_of_a_page(term: Term, text: str) -> bool:
    """Whether a count that many things have is that of a page or folio, as far as the text tells."""
    if term.group != "member" or not term.value.endswith(("._refcount", "._mapcount")):
        return True
    return _PAGE.search(text) is not None


def _is_of_code(term: Term, words: tuple[str, ...]) -> bool:
    """Whether a phrase only says what some code is about ("the page mapping helpers")."""
    return term.group == "member" and term.last < len(words) and words[term.last] in _CODE


def _things(
    names: tuple[Name, ...],
    phrases: list[Term],
    starts: tuple[int, ...],
    text: str,
    words: tuple[str, ...],
    tokens: tuple[str, ...],
    verbs: set[int],
) -> tuple[Thing, ...]:
    found: list[Thing] = []
    outer = 0
    for name in names:
        first = _token_at(starts, name.start)
        last = _token_at(starts, name.end - 1) + 1
        if first < outer:
            continue  # an argument of the call before
        outer = last if name.kind is NameKind.FUNCTION else outer
        found.append(
            Thing(
                first,
                last,
                name.text,
                name.entity,
                SORT_OF[name.kind],
                name.implied,
                name.index,
                name.inferred,
                known=name.kind is not NameKind.EXPRESSION,
            )
        )
    if not _STRUCTURES.isdisjoint(words):
        found += _structures(words)
    found += [_phrase(term) for term in phrases if _is_of_a_page(term, text) and not _is_of_code(term, words)]
    found.sort(key=lambda t: (-(t.last - t.first), t.concept, t.first))
    used: set[int] = set()
    kept = []
    for thing in found:
        if used.isdisjoint(range(thing.first, thing.last)):
            used.update(range(thing.first, thing.last))
            kept.append(thing)
    kept.sort(key=lambda t: t.first)
    return tuple(_longer(kept, words, tokens, used, verbs))


def _longer(
    things: list[Thing], words: tuple[str, ...], tokens: tuple[str, ...], used: set[int], verbs: set[int]
) -> Iterator[Thing]:
    """The things, with kinds of page and parts of the kernel as long as they are named ("the driver page
    allocator", "filesystem-DAX huge pages", "DEVICE_COHERENT pages", "the old virtio balloon driver").
    """
    found: list[Thing] = []
    for thing in sorted((*things, *_of_code(words, tokens, used, verbs)), key=lambda t: t.first):
        one = _with_heads(thing, words, tokens, used)
        before = found[-1] if found else None
        if before is not None and before.last == one.first and _is_one_name(before, one, words):
            found[-1] = replace(
                one,
                first=before.first,
                entity=f"{before.text if before.sort is not Sort.KIND else before.entity} {one.entity}",
                implied=() if before.sort is Sort.FLAG else before.implied,
            )
        else:
            found.append(one)
    floor = 0
    for one in found:
        yield _with_modifiers(one, words, tokens, floor, used, verbs)
        floor = one.last


def _of_code(
    words: tuple[str, ...], tokens: tuple[str, ...], used: set[int], verbs: set[int]
) -> Iterator[Thing]:
    """The parts of the kernel that are on no list ("the ring buffer code"); their tokens become used ones."""
    if GRAMMAR.code_heads.isdisjoint(words):
        return
    for at, word in enumerate(words):
        if word in GRAMMAR.code_heads and at not in used and words[at + 1 : at + 2] not in _LONGER:
            first = nouns.begin(words, at, 0, used, verbs)
            if first < at and tuple(words[first:at]) not in _NOBODYS:
                text = " ".join(tokens[first : at + 1]).replace(" 's", "'s")
                yield Thing(first, at + 1, text, nouns.singular(text), Sort.AGENT, concept=True)
                used.update(range(first, at + 1))


def _with_heads(one: Thing, words: tuple[str, ...], tokens: tuple[str, ...], used: set[int]) -> Thing:
    """A kind or part of the kernel with the nouns behind it ("swap entry writeback")."""
    if one.sort is Sort.CONSTANT:
        behind = words[one.last] if one.last < len(words) and one.last not in used else ""
        pages = behind in ("page", "pages", "folio", "folios")
        kind = f"{one.entity} {behind.removesuffix('s')}"
        return replace(one, last=one.last + 1, entity=kind, sort=Sort.KIND) if pages else one
    if one.sort not in _NAMED or one.entity in _ALONE:
        return one
    last = nouns.end(words, one.last, len(words), used, _is_plural(one, words))
    if last == one.last:
        return one
    behind = " ".join(tokens[one.last : last])
    sort = Sort.KIND if words[last - 1] in GRAMMAR.page_heads else Sort.AGENT
    return replace(one, last=last, entity=nouns.singular(f"{one.entity} {behind}"), sort=sort)


def _is_one_name(before: Thing, one: Thing, words: tuple[str, ...]) -> bool:
    """Whether two things side by side are one name ("zswap writeback code", "mapped folios")."""
    if one.sort not in _NAMED or not _ALONE.isdisjoint((before.entity, one.entity)):
        return False
    if before.sort is Sort.FLAG:
        return before.concept and one.sort is Sort.KIND and words[before.last - 1].endswith("ed")
    if one.sort is Sort.KIND and before.sort in (Sort.AGENT, Sort.CONSTANT):
        return True
    return before.sort in (*_NAMED, Sort.CONSTANT) and not _is_plural(before, words)


def _with_modifiers(
    one: Thing, words: tuple[str, ...], tokens: tuple[str, ...], floor: int, used: set[int], verbs: set[int]
) -> Thing:
    """A kind or part of the kernel with the words before it that tell which ("the virtio balloon driver")."""
    if one.sort not in _NAMED or one.entity in _ALONE:
        return one
    first = nouns.begin(words, one.first, floor, used, verbs)
    if first < one.first:
        before = " ".join(tokens[first : one.first]).replace(" 's", "'s")
        one = replace(one, first=first, entity=f"{before} {one.entity}")
    some = words[first - 1] if first > floor else ""
    if some in GRAMMAR.some and _is_plural(one, words):
        return replace(one, first=first - 1, entity=f"{some} {nouns.plural(one.entity, words[one.last - 1])}")
    return one


def _is_plural(thing: Thing, words: tuple[str, ...]) -> bool:
    word = words[thing.last - 1]
    return word.endswith("s") and not word.endswith(("ss", "us", "is", "fs")) and not word[-2:-1].isdigit()


def _structures(words: tuple[str, ...]) -> Iterator[Thing]:
    """The structs that are named the other way round ("the page structure")."""
    for at, word in enumerate(words[1:], 1):
        if (
            word in _STRUCTURES
            and words[at - 1] in ("page", "folio")
            and words[at - 2 : at - 1] != ("struct",)
        ):
            name = words[at - 1]
            yield Thing(at - 1, at + 1, f"{name} {word}", name, Sort.STRUCT, concept=True)


def _phrase(term: Term) -> Thing:
    sort = Sort(term.group)
    entity = term.value
    implied: tuple[str, ...] = ("page.flags",) if sort is Sort.FLAG else ()
    inferred = f"“{term.text}” is taken for {entity}" if sort in ENTITIES else ""
    return Thing(term.first, term.last, term.text, entity, sort, implied, "", inferred, concept=True)


def _with_files(things: tuple[Thing, ...], tokens: tuple[str, ...]) -> tuple[Thing, ...]:
    """The things and the source files ("mm/rmap.c reads it")."""
    taken = {i for t in things for i in range(t.first, t.last)}
    files = (
        Thing(i, i + 1, token, token, Sort.AGENT, concept=True)
        for i, token in enumerate(tokens)
        if i not in taken and _FILE.match(token)
    )
    return tuple(sorted((*things, *files), key=lambda t: t.first))


def _token_at(starts: tuple[int, ...], offset: int) -> int:
    """The token that holds character ``offset``."""
    low, high = 0, len(starts)
    while low < high:
        middle = (low + high) // 2
        if starts[middle] <= offset:
            low = middle + 1
        else:
            high = middle
    return max(0, low - 1)
