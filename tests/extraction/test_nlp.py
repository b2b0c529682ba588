"""The tokenizer keeps C expressions whole, the word lists are found, and memory stays bounded."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version

import pytest

from threadmine.extraction import nlp
from threadmine.vocab.lists import word_list


def tokens(text: str) -> list[str]:
    return [text[start : start + length] for start, length in nlp.spans(nlp.read(text))]


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
    assert forms <= set(nlp.inflect(verb, word_list("cues")["irregular"]))


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A vocabulary that is full from the start."""
    nlp.language.cache_clear()
    monkeypatch.setattr(nlp, "MAX_WORDS", len(nlp.language().vocab))
    yield
    nlp.language.cache_clear()


def test_a_full_vocabulary_forgets_later_words(small: None) -> None:
    known = len(nlp.language().vocab.strings)
    text = "the qwxyz_1 overlaps with the page reference count (see qwxyz_2(folio, 1))"
    read = []
    for _ in range(3):
        nlp.read.cache_clear()
        read.append(nlp.read(text))
    nlp._held.forget()
    assert "qwxyz_1" not in nlp.language().vocab.strings
    assert len(nlp.language().vocab.strings) == known
    assert read[0] == read[1] == read[2]
    assert ("member", "page._refcount") in {(t.group, t.value) for t in nlp.terms(read[0], text)}


def test_words_are_read_alike_whether_kept_or_forgotten(small: None, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "Later mail doesn't clear folio->_nr_pages; put_page(page, 2) always drops zqj_ref"
    forgotten = nlp.read(text)
    monkeypatch.setattr(nlp, "MAX_WORDS", 10**6)
    nlp.read.cache_clear()
    assert nlp.read(text) == forgotten


def test_words_are_forgotten_after_some_hundred_texts(small: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nlp, "MAX_HELD", 3)
    strings = nlp.language().vocab.strings
    for number in range(1, 4):
        nlp.read(f"text {number} speaks of zq_held_{number}")
    assert "zq_held_1" in strings
    nlp.read("text 4 speaks of zq_held_4")
    assert "zq_held_1" not in strings
    assert "zq_held_4" in strings


def test_spacy_is_imported_without_its_command_line() -> None:
    script = (
        "import sys, threadmine.extraction.nlp, spacy; assert 'requests' not in sys.modules; "
        "print(spacy.info(silent=True)['spacy_version'])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == version("spacy")


def test_the_pipeline_is_made_anew_after_very_many_words(
    small: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = nlp.language()
    monkeypatch.setattr(nlp, "MAX_FORGOTTEN", len(first.vocab))
    nlp.read("words that nobody wrote before: qwxyz_3 qwxyz_4")
    nlp.read("and more")
    assert nlp.language() is not first
