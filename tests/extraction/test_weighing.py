"""Statements that no reading finds and fitted weights do: what is weighed, taken, and how judged."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.extraction.helpers import mail
from threadmine import memmap
from threadmine.extraction.claims import find_claims
from threadmine.extraction.claims.sentence import Read, Sort, Thing, read_sentence
from threadmine.extraction.claims.weighing import attributes, unread, weights
from threadmine.extraction.claims.weighing.attributes import Option
from threadmine.extraction.claims.weighing.picking import Weighed, pick_new
from threadmine.extraction.names import Lexicon, MailFacts, lexicon_of
from threadmine.extraction.text import Place, Sentence
from threadmine.model import WEIGHED, WEIGHED_LIGHTLY, Claim, Predicate, VerdictKind
from threadmine.verify.engine import judge

ANNOTATIONS = Path(__file__).parents[2] / "tools/annotations/statements.tsv"


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return lexicon_of(memmap.load().names)


def read_of(text: str, lexicon: Lexicon, place: Place = Place.REPLY) -> Read:
    return read_sentence(Sentence(text, 0, len(text), place, 0), lexicon, MailFacts(text))


def thing(name: str, sort: Sort, at: int = 0) -> Thing:
    return Thing(at, at + 1, name, name, sort)


def weighed_claims(text: str) -> list[Claim]:
    message = mail(f"{text}\n", "Re: [PATCH] mm: change a thing")
    return [claim for claim in find_claims(message, memmap.load()) if claim.is_weighed]


# ---------------------------------------------------------------------------------- what is weighed


def test_a_name_counts_by_its_sort_alone(lexicon: Lexicon) -> None:
    one = attributes.look_at(read_of("folio_put() frobs page->mapping twice.", lexicon), None)
    other = attributes.look_at(read_of("folio_get() frobs page->private twice.", lexicon), None)
    for a, b in ((one, other),):
        assert [o.thing.sort for o in a.options] == [o.thing.sort for o in b.options]
        pairs = [attributes.of_pair(view, *view.options[:2]) for view in (a, b)]
        assert np.array_equal(*pairs)
        assert np.array_equal(attributes.of_sentence(a), attributes.of_sentence(b))


def test_what_is_said_between_two_names_counts_and_who_comes_first(lexicon: Lexicon) -> None:
    view = attributes.look_at(read_of("folio_put() frobs page->mapping twice.", lexicon), None)
    doer, member = view.options[:2]
    there, back = attributes.of_pair(view, doer, member), attributes.of_pair(view, member, doer)
    assert set(there.tolist()) != set(back.tolist())
    assert max(there.max(), back.max()) < 1 << attributes.BITS


def test_options_are_names_undeclared_names_the_word_of_a_flag_and_the_function_around(
    lexicon: Lexicon,
) -> None:
    around = thing("shrink_it_all", Sort.FUNCTION, -1)
    view = attributes.look_at(read_of("PG_locked guards zork_list_head here.", lexicon), around)
    found = {(o.thing.entity, o.source) for o in view.options}
    assert {("PG_locked", "s"), ("page.flags", "i"), ("shrink_it_all", "h")} <= found
    assert any(name == "zork_list_head" for name, _ in found)


def test_a_long_sentence_is_looked_at_in_part(lexicon: Lexicon) -> None:
    view = attributes.look_at(read_of("page->mapping and " * 60 + "so on.", lexicon), None)
    assert len(view.stems) <= attributes.MAX_STEMS
    assert len(view.options) <= attributes.MAX_OPTIONS + 2


@pytest.mark.parametrize(
    ("word", "stem"), [("clearing", "clear"), ("sets", "set"), ("is", "is"), ("used", "used"), ("", "")]
)
def test_stems(word: str, stem: str) -> None:
    assert attributes.stem(word) == stem


# ------------------------------------------------------------------------------------ what is taken


def options() -> tuple[Option, Option, Option]:
    return (
        Option(thing("folio_put", Sort.FUNCTION, 0), 0, "s"),
        Option(thing("page.mapping", Sort.MEMBER, 2), 2, "s"),
        Option(thing("around_it", Sort.FUNCTION, -1), -1, "h"),
    )


def test_the_likeliest_are_taken_and_a_name_once_a_role() -> None:
    doer, member, around = options()
    every = [
        Weighed(0.44, doer, member, Predicate.SETS),
        Weighed(0.43, around, member, Predicate.SETS),
        Weighed(0.42, member, None, Predicate.STATE),
        Weighed(0.01, None, doer, Predicate.CALLS),
    ]
    assert pick_new(every, 0.2, 3, set()) == [every[0], every[2]]
    surer = [every[0]._replace(chance=0.9), every[1]._replace(chance=0.8)]
    assert pick_new(surer, 0.2, 3, set()) == surer


def test_beside_a_statement_only_another_name_is_news() -> None:
    doer, member, around = options()
    every = [Weighed(0.6, doer, member, Predicate.SETS), Weighed(0.5, around, None, Predicate.CALLS)]
    assert pick_new(every, 0.2, 3, {"folio_put", "mapping"}) == []
    assert pick_new(every, 0.2, 3, {"folio_put"}) == every[:1]
    assert pick_new(every, 0.7, 3, {"folio_put"}) == []
    assert pick_new([*every, every[0]._replace(chance=0.5, subject=None)], 0.2, 1, set()) == every[:1]


def test_comments_and_sentences_without_names_are_left_alone(lexicon: Lexicon) -> None:
    assert unread(read_of("page->mapping frobs folio_put().", lexicon, Place.COMMENT), None, []) == []
    assert unread(read_of("Nothing is named here.", lexicon), None, []) == []


def test_what_no_reading_fits_is_found_and_says_how() -> None:
    found = weighed_claims(
        "The reclaim path now skips zork_node_list, so page->lru stays there until zork_drain_all() runs."
    )
    assert found
    for claim in found:
        assert re.match(rf"{WEIGHED}(?: lightly)?: \d+% ", claim.inferred[0])
        assert {claim.subject, claim.object} - {""}


def test_a_sentence_that_is_only_weighed_changes_nothing_for_the_readings() -> None:
    said = "folio_put() clears page->mapping. Later it sets page->private."
    between = "folio_put() clears page->mapping. Nothing of zork_it is there. Later it sets page->private."
    rows = [
        {
            (c.predicate, c.subject, c.object)
            for c in find_claims(mail(f"{text}\n", "Re: [PATCH] mm: x"), memmap.load())
            if not c.is_weighed
        }
        for text in (said, between)
    ]
    assert rows[0] == rows[1] != set()


# -------------------------------------------------------------------------------------- the verdict


def read_claim(text: str) -> Claim:
    (claim,) = find_claims(mail(f"{text}\n", "Re: [PATCH] mm: x"), memmap.load())
    return claim


def test_what_was_weighed_is_never_called_wrong_and_not_right_where_the_weights_are_unsure() -> None:
    message = mail("x\n", "Re: [PATCH] mm: x")
    model = memmap.load()
    right = read_claim("folio->_mapcount overlaps page->page_type.")
    wrong = read_claim("folio->_mapcount overlaps page->flags.")
    assert judge(right, message, model, kernel="6.12").kind is VerdictKind.CONFIRMED
    assert judge(wrong, message, model, kernel="6.12").kind is VerdictKind.REFUTED
    for how, kind in ((WEIGHED, VerdictKind.CONFIRMED), (WEIGHED_LIGHTLY, VerdictKind.UNDECIDED)):
        notes = (f"{how}: 60% by the words around",)
        assert judge(replace(right, inferred=notes), message, model, kernel="6.12").kind is kind
        verdict = judge(replace(wrong, inferred=notes), message, model, kernel="6.12")
        assert verdict.kind is VerdictKind.UNDECIDED
        assert verdict.reason


# ------------------------------------------------------------------------------- weights and their data


def test_the_weights_are_whole_numbers_of_every_predicate() -> None:
    fitted = weights.weights()
    assert fitted.table.shape == (1 << attributes.BITS, 1 + len(Predicate))
    assert fitted.table.dtype == np.int8
    both = fitted.of_each([np.array([5, 9], dtype=np.uint32), np.array([9], dtype=np.uint32)])
    alone = fitted.of_each([np.array([5], dtype=np.uint32)])
    assert np.allclose(both[0], alone[0] + both[1])
    assert np.allclose(weights.chances(both).sum(axis=1), 1.0)


def test_the_annotations_hold_names_and_places_and_no_mail() -> None:
    lines = ANNOTATIONS.read_text(encoding="utf-8").splitlines()
    assert len(lines) > 4000
    for line in lines:
        mail_, use, start, *rest = line.split("\t")
        assert re.fullmatch(r"[0-9a-f]{16}", mail_)
        assert use in ("fit", "held")
        assert "@" not in line
        if start != "-":
            assert int(start) < int(rest[0])
            assert rest[1] in set(Predicate)
            assert len(rest) == 9 or (use == "held" and len(rest) == 10)
            assert max(len(part) for part in rest[2:4]) <= 120
