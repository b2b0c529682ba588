"""The word lists of ``vocab/grammar.toml`` as sets, read once."""

from __future__ import annotations

from dataclasses import dataclass

from threadmine.extraction.nlp import word_list


@dataclass(frozen=True, slots=True)
class Grammar:
    """The small words that the grammar turns on; see ``vocab/grammar.toml`` for what each list is for."""

    marks: frozenset[str]
    cut_words: frozenset[str]
    cut_after_comma: frozenset[str]
    strong_conditions: frozenset[str]
    pronouns: frozenset[str]
    be: frozenset[str]
    by: frozenset[str]
    joins: frozenset[str]
    echoes: frozenset[str]
    fillers: frozenset[str]
    places: frozenset[str]
    not_words: frozenset[str]
    before_nouns: frozenset[str]


def _load() -> Grammar:
    table = word_list("grammar")
    return Grammar(
        marks=frozenset(table["clauses"]["marks"]),
        cut_words=frozenset(table["clauses"]["words"]),
        cut_after_comma=frozenset(table["clauses"]["after_comma"]),
        strong_conditions=frozenset(table["conditions"]["strong"]),
        pronouns=frozenset(table["pronouns"]["words"]),
        be=frozenset(table["passive"]["be"]),
        by=frozenset(table["passive"]["by"]),
        joins=frozenset(table["lists"]["joins"]),
        echoes=frozenset(table["echoes"]["words"]),
        fillers=frozenset(table["fillers"]["words"]),
        places=frozenset(table["places"]["words"]),
        not_words=frozenset(table["not"]["words"]),
        before_nouns=frozenset(table["nouns"]["before"]),
    )


GRAMMAR = _load()
