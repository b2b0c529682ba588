"""The tokenizer keeps C expressions whole, the word lists are found, and memory stays bounded."""

from __future__ import annotations

import pytest

from threadmine.extraction import nlp


def tokens(text: str) -> list[str]:
    return [token.text.replace(nlp.GLUE, " ") for token in nlp.read(text)]


@pytest.mark.parametrize(
    "expression",
    [
        "folio->_nr_pages",
        "page[1].memcg_data",
        "((struct folio *)(new_page - 1))->_nr_pages",
        "put_devmap_managed_page(&folio->page, 1)",
        "mm/page_alloc.c",
        "->folio_free()",
    ],
)
def test_c_expressions_stay_whole(expression: str) -> None:
    assert expression in tokens(f"Here {expression} is used, (see {expression}).")


def test_words_lists_and_contractions_are_cut() -> None:
    assert tokens("it doesn't, private/coherent pages") == [
        "it",
        "does",
        "n't",
        ",",
        "private",
        "/",
        "coherent",
        "pages",
    ]


def test_the_longest_phrase_counts() -> None:
    text = "the page reference count is not zero"
    found = {(t.group, t.value, t.text) for t in nlp.terms(nlp.read(text), text)}
    assert ("member", "page._refcount", "page reference count") in found
    assert not any(text == "reference count" for _, _, text in found)


@pytest.mark.parametrize(
    ("verb", "forms"),
    [
        ("overlap", {"overlap", "overlaps"}),
        ("clear", {"clear", "clears", "cleared", "clearing"}),
        ("store", {"stores", "stored", "storing"}),
        ("modify", {"modifies", "modified", "modifying"}),
        ("set", {"set", "sets", "setting"}),
    ],
)
def test_forms_of_verbs(verb: str, forms: set[str]) -> None:
    assert forms <= set(nlp.inflect(verb, nlp.word_list("cues")["irregular"]))


def test_the_vocabulary_does_not_grow_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    first = nlp.language()
    nlp.read("a few words")
    monkeypatch.setattr(nlp, "MAX_WORDS", len(first.vocab))
    nlp.read("words that nobody wrote before: qwxyz_1 qwxyz_2")
    nlp.read("and more")
    assert nlp.language() is not first
