"""Readings of who uses a member, where no verb of using says so.

"x is shared by the accounting code", "x is fsdax-only", "the mlock code relies on x", "put it into x, as the
ring buffer code does", "x, which the file system treats as its own".
"""

from __future__ import annotations

from dataclasses import replace

from threadmine.extraction.claims.clauses import Candidate, Clause, text_of
from threadmine.extraction.claims.plain_names import all_before, all_behind, before, behind
from threadmine.extraction.claims.readings.around import Around
from threadmine.extraction.claims.readings.several import last_run, run
from threadmine.extraction.claims.sentence import MEMBERISH, Read, Sort, Thing
from threadmine.extraction.claims.words import GRAMMAR
from threadmine.model import Predicate

_SHARERS = frozenset({"by", "between", "among", "amongst"})
_AFTER_SHARERS = GRAMMAR.marks | GRAMMAR.strong_conditions | {",", ".", "so", "at", "for", "in"}
MAX_SHARERS = 5
"""The most words that name those who share a member."""

_USERS = (Sort.AGENT, Sort.KIND)
_ENDS = ("-only", "-specific", "-private")
_PASSED = GRAMMAR.fillers | GRAMMAR.determiners | {"strictly", "purely", "really", "still", "now", "solely"}
_SO = ("as", "like")
_SUCH = ("as", "to", "for")


def users(around: Around) -> list[Candidate]:
    """uses: a part of the kernel or a kind of page, told by the form of a clause; else empty."""
    return _by_whom(around) or _alone(around) or _relied_on(around) or _as_others_do(around)


def _by_whom(around: Around) -> list[Candidate]:
    """ "page->private was taken over by the splice code", "x must be shared between both halves"."""
    words = around.read.words
    if _SHARERS.isdisjoint(words[around.cue.first : around.clause.last]):
        return []
    for at in range(around.cue.last - 1, around.clause.last - 1):
        verb = at - 1 - (words[at - 1] in GRAMMAR.particles or words[at - 1] == "over")
        among = words[at] != "by" and words[verb] == "shared"
        if among and words[at] in _SHARERS and verb > around.clause.first:
            return _among(around, verb, at + 1)
        if words[at] != "by" or words[verb] not in GRAMMAR.sharing_out or verb <= around.clause.first:
            continue
        members = last_run([t for t in around.members(around.left) if t.last <= verb], around.read)
        named = [t for t in all_behind(around.read, at + 1, around.clause.last) if t.sort in _USERS]
        value = text_of(around.read, verb, around.clause.last)
        return [around.make(Predicate.USES, who, one, 6, value) for who in named for one in members]
    return []


def _among(around: Around, verb: int, first: int) -> list[Candidate]:
    """ "x is shared between both halves": who shares a member uses it."""
    members = last_run([t for t in around.members(around.left) if t.last <= verb], around.read)
    last = first
    while last < around.clause.last and around.read.words[last] not in _AFTER_SHARERS:
        last += 1
    if not members or any(t.sort in MEMBERISH for t in around.right) or not 0 < last - first <= MAX_SHARERS:
        return []
    text = text_of(around.read, first, last)
    who = Thing(first, last, text, text.removeprefix("the "), Sort.AGENT)
    value = text_of(around.read, verb, around.clause.last)
    return [around.make(Predicate.USES, who, one, 7, value) for one in members]


def _alone(around: Around) -> list[Candidate]:
    """ "page->share is fsdax-only", "x is hugetlb only", "x is for the page allocator only"."""
    words, last = around.read.words, around.clause.last
    if not around.left or words[around.cue.first] not in GRAMMAR.be:
        return []
    members = last_run(around.members(around.left), around.read)
    if not members:
        return []
    if any(
        w not in GRAMMAR.helpers for w in words[members[-1].last : around.cue.first] if members[-1].last > 0
    ):
        return []
    at = around.cue.last
    while at < last and words[at] in _PASSED:
        at += 1
    if at >= last:
        return []
    who = _in_hyphens(around.read, at)
    if who is None:
        who = behind(around.read, at + (words[at] == "for"), last)
        only = who is not None and words[who.last : who.last + 1] == ("only",) and who.last + 2 >= last
        if who is None or who.sort not in _USERS or not only:
            return []
    return [around.make(Predicate.USES, who, one, 6, around.behind()) for one in members]


def _in_hyphens(read: Read, at: int) -> Thing | None:
    """ "fsdax" of "fsdax-only", None for "read-only" and what is no such word."""
    word = read.words[at]
    end = next((end for end in _ENDS if word.endswith(end)), "")
    name = word.removesuffix(end)
    if not end or name in GRAMMAR.no_users or not name[:1].isalpha():
        return None
    text = read.tokens[at][: len(name)]
    return Thing(at, at + 1, text, text, Sort.AGENT)


def _relied_on(around: Around) -> list[Candidate]:
    """ "The mlock code relies on x", "the s390 code overloads x", "x is what the shrinker depends on"."""
    if around.cue.text.lower() not in GRAMMAR.relying or around.passive:
        return []
    who = before(around.read, around.clause.first, around.cue.first)
    if who is None or who.sort not in _USERS:
        return []
    members = [t for t in run(around.members(around.right), around.read) if not t.concept]
    left = [t for t in around.members(around.left) if t.last <= who.first and not t.concept]
    told = not GRAMMAR.what_it_is.isdisjoint(around.read.words[left[-1].last : who.first]) if left else False
    if not members and told:
        members = left[-1:]
    listed = all_before(around.read, around.clause.first, around.cue.first)
    whole = listed if who in listed else [who]
    return [around.make(Predicate.USES, user, one, 6, around.behind()) for user in whole for one in members]


def _as_others_do(around: Around) -> list[Candidate]:
    """ "Use page->private for that, as the ring buffer code does": the code uses it already."""
    words = around.read.words
    if not GRAMMAR.echoes & set(words[around.cue.last : around.clause.last]):
        return []
    if around.cue.text.lower() not in GRAMMAR.using and around.cue.text.lower() not in GRAMMAR.minding:
        return []
    for at in range(around.cue.last, around.clause.last - 2):
        who = behind(around.read, at + 1, around.clause.last) if words[at] in _SO else None
        if who is None or who.sort not in _USERS or words[who.last : who.last + 1] == ():
            continue
        members = run([t for t in around.members(around.right) if t.last <= at], around.read)
        if words[who.last] in GRAMMAR.echoes:
            made = (around.make(Predicate.USES, who, one, 6) for one in members)
            own = replace(around.clause, first=at, opening=words[at])
            cue, at = around.read.tokens[who.last], who.last
            return [replace(one, clause=own, cue=cue, cue_at=at) for one in made]
    return []


def which(read: Read, clause: Clause) -> list[Candidate]:
    """uses: "page->private, which the file system treats as its own", whatever the verb is."""
    if clause.opening != "which" or clause.first == 0:
        return []
    words = read.words
    own = [t for t in read.things if clause.first - 1 <= t.last <= clause.first and t.sort in MEMBERISH]
    who = behind(read, clause.first + 1, clause.last) if own else None
    if who is None or who.sort not in _USERS or who.last + 1 >= clause.last:
        return []
    verb = who.last
    while verb + 1 < clause.last and words[verb] in GRAMMAR.helpers:
        verb += 1
    if not words[verb].isalpha() or words[verb + 1 : verb + 2] == () or words[verb + 1] not in _SUCH:
        return []
    value = text_of(read, verb, clause.last)
    return [Candidate(Predicate.USES, who, own[-1], clause, read.tokens[verb], verb, 5, value=value)]
