"""The word lists of ``vocab/grammar.toml`` as sets, read once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from threadmine.vocab.lists import word_list


@dataclass(frozen=True, slots=True)
class Grammar:
    """The small words that the grammar turns on; see ``vocab/grammar.toml`` for what each list is for."""

    marks: frozenset[str]
    cut_words: frozenset[str]
    cut_after_comma: frozenset[str]
    strong_conditions: frozenset[str]
    subordinating: frozenset[str]
    pronouns: frozenset[str]
    be: frozenset[str]
    joins: frozenset[str]
    echoes: frozenset[str]
    fillers: frozenset[str]
    places: frozenset[str]
    not_words: frozenset[str]
    before_nouns: frozenset[str]
    asides: frozenset[str]
    weak_conditions: frozenset[str]
    determiners: frozenset[str]
    helpers: frozenset[str]
    leading_on: frozenset[str]
    no_nouns: frozenset[str]
    having: frozenset[str]
    lacking: frozenset[str]
    taking: frozenset[str]
    generic: frozenset[str]
    locking: frozenset[str]
    locks: frozenset[str]
    openers: frozenset[str]
    avoiding: frozenset[str]
    limits: frozenset[str]
    prefaces: frozenset[str]
    states_in_ing: frozenset[str]
    code: frozenset[str]
    denying: frozenset[str]
    removing: frozenset[str]
    setting: frozenset[str]
    changes: frozenset[str]
    after_uses: frozenset[str]
    value_ends: frozenset[str]
    before_adjectives: frozenset[str]
    asking: frozenset[str]
    unknowing: frozenset[str]
    guarding: frozenset[str]
    releasing: frozenset[str]
    held: frozenset[str]
    nobody: frozenset[str]
    objects: frozenset[str]
    governing: frozenset[str]
    crashing: frozenset[str]
    judging: frozenset[str]
    particles: frozenset[str]
    permitting: frozenset[str]
    comparing: frozenset[str]
    nothing: frozenset[str]
    arguments: frozenset[str]
    of_nouns: frozenset[str]
    replacing: frozenset[str]
    earlier: frozenset[str]
    later: frozenset[str]
    turning: frozenset[str]
    keeping: frozenset[str]
    needing: frozenset[str]
    what: frozenset[str]
    nouns: Mapping[str, str]  # noun of doing -> predicate
    taken: frozenset[str]
    heads: frozenset[str]
    page_heads: frozenset[str]
    code_heads: frozenset[str]
    sharing_out: frozenset[str]
    relying: frozenset[str]
    no_users: frozenset[str]
    what_it_is: frozenset[str]
    some: frozenset[str]
    unnamed: frozenset[str]
    bare_verbs: frozenset[str]
    before_verbs: frozenset[str]
    relational: frozenset[str]
    breaks: frozenset[str]  # every word that may begin a clause
    using: frozenset[str]
    alike: frozenset[str]
    containing: frozenset[str]
    owning: frozenset[str]
    raised: frozenset[str]
    storing: frozenset[str]
    holding: frozenset[str]
    bare: frozenset[str]
    before_bare: frozenset[str]
    sharing: frozenset[str]
    being: frozenset[str]
    finite: frozenset[str]
    speakers: frozenset[str]
    topics: frozenset[str]
    plural_nouns: frozenset[str]
    dealing: frozenset[str]
    turning_away: frozenset[str]
    passing: frozenset[str]
    reaching: frozenset[str]
    meant: frozenset[str]
    minding: frozenset[str]
    keeping_own: frozenset[str]
    hanging: frozenset[str]
    of_something: frozenset[str]
    saying_nothing: frozenset[str]
    returning: frozenset[str]
    before_values: frozenset[str]
    getting: frozenset[str]
    orders: frozenset[str]
    before_kinds: frozenset[str]
    participles: tuple[str, ...]


def _load() -> Grammar:
    table = word_list("grammar")
    return Grammar(
        marks=frozenset(table["clauses"]["marks"]),
        cut_words=frozenset(table["clauses"]["words"]),
        cut_after_comma=frozenset(table["clauses"]["after_comma"]),
        strong_conditions=frozenset(table["conditions"]["strong"]),
        subordinating=frozenset(table["conditions"]["subordinating"]),
        pronouns=frozenset(table["pronouns"]["words"]),
        be=frozenset(table["passive"]["be"]),
        joins=frozenset(table["lists"]["joins"]),
        echoes=frozenset(table["echoes"]["words"]),
        fillers=frozenset(table["fillers"]["words"]),
        places=frozenset(table["places"]["words"]),
        not_words=frozenset(table["not"]["words"]),
        before_nouns=frozenset(table["nouns"]["before"]),
        asides=frozenset(table["asides"]["words"]),
        weak_conditions=frozenset(table["weak_conditions"]["words"]),
        determiners=frozenset(table["determiners"]["words"]),
        helpers=frozenset(table["helpers"]["words"]),
        leading_on=frozenset(table["helpers"]["leading_on"]),
        no_nouns=frozenset(table["no_nouns"]["words"]),
        having=frozenset(table["having"]["words"]),
        lacking=frozenset(table["lacking"]["words"]),
        taking=frozenset(table["taking"]["words"]),
        generic=frozenset(table["generic"]["words"]),
        locking=frozenset(table["locking"]["words"]),
        locks=frozenset(table["locks"]["words"]),
        openers=frozenset(table["openers"]["words"]),
        avoiding=frozenset(table["avoiding"]["words"]),
        limits=frozenset(table["limits"]["words"]),
        unknowing=frozenset(table["unknowing"]["words"]),
        guarding=frozenset(table["guarding"]["words"]),
        releasing=frozenset(table["releasing"]["words"]),
        held=frozenset(table["held"]["words"]),
        nobody=frozenset(table["nobody"]["words"]),
        objects=frozenset(table["objects"]["words"]),
        governing=frozenset(table["governing"]["words"]),
        crashing=frozenset(table["crashing"]["words"]),
        judging=frozenset(table["judging"]["words"]),
        particles=frozenset(table["particles"]["words"]),
        permitting=frozenset(table["permitting"]["words"]),
        comparing=frozenset(table["comparing"]["words"]),
        nothing=frozenset(table["nothing"]["words"]),
        arguments=frozenset(table["arguments"]["words"]),
        of_nouns=frozenset(table["of_nouns"]["words"]),
        replacing=frozenset(table["replacing"]["words"]),
        earlier=frozenset(table["earlier"]["words"]),
        later=frozenset(table["later"]["words"]),
        turning=frozenset(table["turning"]["words"]),
        keeping=frozenset(table["keeping"]["words"]),
        needing=frozenset(table["needing"]["words"]),
        what=frozenset(table["what"]["words"]),
        nouns={noun: done for done, nouns in table["doing_nouns"].items() for noun in nouns},
        taken=frozenset(table["taken"]["words"]),
        heads=frozenset(table["heads"]["words"]),
        page_heads=frozenset(table["heads"]["pages"]),
        code_heads=frozenset(table["heads"]["code"]),
        sharing_out=frozenset(table["users"]["shared"]),
        relying=frozenset(table["users"]["relying"]),
        no_users=frozenset(table["users"]["none"]),
        what_it_is=frozenset(table["users"]["what"]),
        some=frozenset(table["names"]["some"]),
        unnamed=frozenset(table["names"]["never"]),
        bare_verbs=frozenset(table["names"]["verbs"]),
        before_verbs=frozenset(table["names"]["before_verbs"]),
        relational=frozenset(table["names"]["relational"]),
        asking=frozenset(table["asking"]["words"]),
        before_adjectives=frozenset(table["adjectives"]["before"]),
        after_uses=frozenset(table["after_uses"]["words"]),
        value_ends=frozenset(table["value_ends"]["words"]),
        hanging=frozenset(table["value_tails"]["words"]),
        of_something=frozenset(table["value_tails"]["of_something"]),
        saying_nothing=frozenset(table["value_tails"]["saying_nothing"]),
        changes=frozenset(table["changes"]["words"]),
        setting=frozenset(table["setting"]["words"]),
        denying=frozenset(table["denying"]["words"]),
        removing=frozenset(table["removing"]["words"]),
        code=frozenset(table["code"]["words"]),
        states_in_ing=frozenset(table["states_in_ing"]["words"]),
        prefaces=frozenset(table["prefaces"]["words"]),
        breaks=frozenset(
            (*table["clauses"]["words"], *table["conditions"]["strong"], "and", "or", "after", "before")
        ),
        using=frozenset(table["using"]["words"]),
        alike=frozenset(table["alike"]["words"]),
        containing=frozenset(table["storing"]["containing"]),
        owning=frozenset(table["owning"]["words"]),
        raised=frozenset(table["owning"]["raised"]),
        storing=frozenset(table["storing"]["words"]),
        holding=frozenset(table["storing"]["holding"]),
        bare=frozenset(table["bare"]["words"]),
        before_bare=frozenset(table["bare"]["before"]),
        sharing=frozenset(table["sharing"]["words"]),
        meant=frozenset(table["meant"]["words"]),
        minding=frozenset(table["minding"]["words"]),
        keeping_own=frozenset(table["minding"]["own"]),
        dealing=frozenset(table["dealing"]["words"]),
        turning_away=frozenset(table["dealing"]["turning_away"]),
        passing=frozenset(table["dealing"]["passing"]),
        reaching=frozenset(table["dealing"]["reaching"]),
        plural_nouns=frozenset(table["plural_nouns"]["words"]),
        topics=frozenset(table["topics"]["words"]),
        finite=frozenset(table["finite"]["words"]),
        speakers=frozenset(table["finite"]["speakers"]),
        being=frozenset(table["being"]["words"]),
        returning=frozenset(table["returning"]["words"]),
        before_values=frozenset(table["returning"]["before_values"]),
        getting=frozenset(table["returning"]["getting"]),
        orders=frozenset(table["orders"]["words"]),
        before_kinds=frozenset(table["kinds"]["before"]),
        participles=tuple(table["participles"]["endings"]),
    )


GRAMMAR = _load()


def before_determiners(words: Sequence[str], at: int, floor: int) -> int:
    """The first token from ``at`` backwards that is no determiner, or ``floor``."""
    while at > floor and words[at] in GRAMMAR.determiners:
        at -= 1
    return at
