"""Names that are written as a single word, without C around them.

A bare English word (``mapping``, ``flags``) is a member only where something beside it says so; which struct
it belongs to is taken from what the text names.
"""

from __future__ import annotations

import re

from threadmine.extraction.names_lexicon import CALLBACKS, Lexicon, Name, NameKind, flag_of_call, prefer
from threadmine.extraction.names_mail import MailFacts

_COMMON = frozenset({"page", "folio"})
"""A plain word beside "field" is a member of one of these, unless another struct is named."""

_CONSTANT = re.compile(r"_?[A-Z][A-Z0-9]+(?:_[A-Z0-9]+)+$")

_KEPT = ("_lock", "_mutex", "_sem", "_count", "_refcount", "_list", "_flags", "_mask")
"""What names of members, locks and variables end with, and no English compound or adjective."""

_DOING = re.compile(r"\b(?:in|from|by|via|during|through|calls?|calling|inside|like) \Z")
"""Before a name of several words that is written without parentheses these say that it is a function's."""

_LED = re.compile(r"\b(?:in|of|by|to|from|with|on|for) \Z")
"""What is behind one of these is not what the verb is about."""

_OWNED = re.compile(r"\b(?:page|folio|slab|pgmap|pagemap|ptdesc|zpdesc)['’]s (?:own )?$")


_STRUCT = re.compile(r"\bstruct (\w{2,40})")


def bare_name(word: str, start: int, text: str, lexicon: Lexicon, mail: MailFacts) -> Name | None:
    """What a single word at ``start`` of ``text`` names, None where it names nothing.

    Args:
        word: the word as it is written.
        start: its place, in characters of ``text``.
        text: the sentence around it, which may say what the word is.
        lexicon: the model's names.
        mail: what the mail around the text tells of members and functions.
    """
    end = start + len(word)
    flag = lexicon.flags.get(word) or (
        flag_of_call(word, lexicon) if "Page" in word or "folio_" in word else ""
    )
    if flag:
        return Name(start, end, word, flag, NameKind.FLAG, ("page.flags",))
    owners = lexicon.members.get(word)
    plain = "_" not in word or word in lexicon.plain
    if owners and (
        not plain
        or _beside(text, start, end, lexicon)
        or _pointed_at(text, start, owners)
        or _written(word, text, owners, mail)
        or _told(word, text, start, end, lexicon, mail)
    ):
        if word != "compound_head" and mail.is_function(word):
            return Name(start, end, word, word, NameKind.FUNCTION, lexicon.accessors.get(word, ()))
        common = not plain or not _COMMON.isdisjoint(owners)
        struct = _nearby(text, owners) or (prefer(owners) if common else "")
        note = f"struct {struct} for a bare member"
        return Name(start, end, word, f"{struct}.{word}", NameKind.MEMBER, inferred=note) if struct else None
    if word in CALLBACKS and "_" in word:
        return Name(start, end, word, f"{CALLBACKS[word]}.{word}", NameKind.FUNCTION)
    other = lexicon.others.get(word)
    if other:
        return Name(start, end, word, other, NameKind.EXPRESSION)
    if _CONSTANT.match(word):
        implied = tuple(member for prefix, member in lexicon.constants if word.startswith(prefix))
        return Name(start, end, word, word, NameKind.CONSTANT, implied[:1])
    if "_" in word and word[0].isupper() and word[1:].islower():  # it begins the sentence
        word = word[0].lower() + word[1:]
    routine = word in lexicon.routines and word.lstrip("_").count("_") > 1  # new_page is a variable as well
    if "_" in word and (routine or word in lexicon.functions or mail.is_function(word)):
        return Name(start, end, word, word, NameKind.FUNCTION, lexicon.accessors.get(word, ()))
    if word in lexicon.single or (word in lexicon.structs and "_" in word):
        return Name(start, end, word, word, NameKind.STRUCT)
    if "_" in word and (
        found := _of_neighbour(word, start, text, lexicon) or _of_mail(word, start, text, lexicon, mail)
    ):
        return found
    if word.count("_") > 1 and word.islower() and _DOING.search(text, max(0, start - 10), start):
        return Name(start, end, word, word, NameKind.FUNCTION)
    if word.islower() and (word.strip("_").count("_") > 1 or word.endswith(_KEPT)):  # nobody declares it here
        return Name(start, end, word, word, NameKind.EXPRESSION)
    return None


def _written(word: str, text: str, owners: tuple[str, ...], mail: MailFacts) -> bool:
    """Whether a plain word of two parts (``rcu_head``) is a member here: the mail has it in C, or the struct
    is named beside it.
    """
    if "_" not in word:
        return False
    return mail.has_member(word) or any(f"struct {owner}" in text for owner in owners)


def _told(word: str, text: str, start: int, end: int, lexicon: Lexicon, mail: MailFacts) -> bool:
    """Whether a single word is a member of which the mail speaks ("while stride is still stale")."""
    if word in lexicon.said_of:
        behind = text[end : end + 12].split("'", 1)[0].split(" ", 2)
        spoken = len(behind) > 1 and behind[0] == "" and behind[1] in lexicon.verbs
        return spoken and _LED.search(text, max(0, start - 6), start) is None and mail.has_member(word)
    return word in lexicon.telling and mail.has_member(word)


def _of_neighbour(word: str, start: int, text: str, lexicon: Lexicon) -> Name | None:
    """A struct outside the layouts, or a member that only one of them has (or one that the text names)."""
    end = start + len(word)
    if word in lexicon.neighbours and word not in lexicon.plain:
        return Name(start, end, word, word, NameKind.STRUCT)
    owners = lexicon.around.get(word, ())
    struct = owners[0] if len(owners) == 1 else _nearby(text, owners)
    if not struct or word in lexicon.plain:
        return None
    note = f"struct {struct} for a bare member"
    return Name(start, end, word, f"{struct}.{word}", NameKind.EXPRESSION, inferred=note)


def _of_mail(word: str, start: int, text: str, lexicon: Lexicon, mail: MailFacts) -> Name | None:
    """A member that no kernel knows, which the mail writes in C behind a variable of a known struct."""
    told = _STRUCT.findall(text) if _is_called_so(text, start + len(word), lexicon) else []
    if len(told) == 1 and told[0] in lexicon.structs:
        note = f"struct {told[0]} is named beside it"
        return Name(start, start + len(word), word, f"{told[0]}.{word}", NameKind.EXPRESSION, inferred=note)
    variable = mail.variable_of(word)
    struct = _struct_named(variable, lexicon) or mail.struct_of(variable) if variable else ""
    if struct not in lexicon.structs and struct not in lexicon.neighbours:
        return None
    note = f"struct {struct} from {variable}->{word} in the mail"
    return Name(start, start + len(word), word, f"{struct}.{word}", NameKind.EXPRESSION, inferred=note)


def _is_called_so(text: str, end: int, lexicon: Lexicon) -> bool:
    """Whether the word that ends at ``end`` is called a field or a member in so many words."""
    return text[end : end + 12].lstrip("'\"` ").split(" ", 1)[0].rstrip(".,;:)") in lexicon.beside


def _struct_named(variable: str, lexicon: Lexicon) -> str:
    """The struct that a variable's name tells."""
    if variable in lexicon.structs or variable in lexicon.neighbours:
        return variable
    ends = (struct for ending, struct in lexicon.variables if len(ending) > 1 and variable.endswith(ending))
    return next(ends, "")


def _beside(text: str, start: int, end: int, lexicon: Lexicon) -> bool:
    """Whether ``field``, ``member`` or the like follows a plain word, or it stands in quotes.

    A plain ``@page`` or ``@order`` is an argument of the function that kernel-doc describes.
    """
    if _is_called_so(text, end, lexicon) or _OWNED.search(text, max(0, start - 16), start):
        return True
    before, behind = text[max(0, start - 1) : start], text[end : end + 1]
    if before == "@":
        return "_" in text[start:end]
    return bool(before and behind) and before in "`'\"" and behind in "`'\""


def _pointed_at(text: str, start: int, owners: tuple[str, ...]) -> bool:
    """Whether a plain word behind an @ is a member, as one of the structs that have it is named ("reorder
    @type and @owner in struct net_iov").
    """
    return text[max(0, start - 1) : start] == "@" and any(f"struct {owner}" in text for owner in owners)


def _nearby(text: str, owners: tuple[str, ...]) -> str:
    """The struct among ``owners`` that the text names, if it names just one."""
    named = [owner for owner in owners if re.search(rf"\b{owner}\b", text)]
    return named[0] if len(named) == 1 else ""
