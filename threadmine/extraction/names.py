"""Members, functions, flags and constants in prose and in code.

Here C expressions are read (``folio->mapping``, ``page[1].flags``, calls) and flags in lists. What the model
knows is in ``names_lexicon``, what the mail around a sentence tells in ``names_mail``, names without C around
them in ``names_bare``. Which struct a member belongs to is taken from the variable's declaration in the mail,
from its name, or from the kind of page named nearby; what was concluded this way is said in
``Name.inferred``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from threadmine.extraction.names_bare import bare_name
from threadmine.extraction.names_lexicon import (
    CALLBACKS,
    Lexicon,
    Name,
    NameFacts,
    NameKind,
    flag_of_call,
    lexicon_of,
    prefer,
)
from threadmine.extraction.names_mail import NO_MAIL, MailFacts
from threadmine.vocab.lists import word_list

__all__ = ["Lexicon", "MailFacts", "Name", "NameFacts", "NameKind", "find_names", "lexicon_of"]

_NOT_MEMBERS = frozenset(word_list("accessors")["endings"]["words"])

_NAME = re.compile(
    r"""
    (?P<plain>(?<![\w.>/-])(?!struct\b)[A-Za-z_]\w{2,60}+(?=[ \n\t,;'")]|$))  # a word that nothing follows
  | (?P<cast>\(\(\s*struct\s+(?P<castto>\w{1,40})\s*\*\s*\)
        [^()\n]{0,20}(?:\([^()\n]{0,40}\))?[^()\n]{0,10}\)->(?P<castmember>\w{1,60}))
  | (?P<struct>\bstruct\s+(?P<structname>[a-z_]\w{1,60})(?:::(?P<structmember>\w{1,60}))?)
  | (?P<chain>(?<![\w.>/-])(?:[A-Za-z_]\w{0,60}+(?:\[[^\]\s]{0,20}\]|\(\))?)?
        (?:(?:->|\.(?!\.)|::)[A-Za-z_]\w{0,60}+(?:\[\w{0,20}\])?){1,6}(?P<chaincall>\()?)
  | (?P<call>(?:(?<![\w.>/-])|(?<=\)/))[A-Za-z_]\w{2,60}+(?:\*|\[s\]|\(s\))?)\(
  | (?P<word>(?<![\w.>/-])[A-Za-z_]\w{2,60}+)(?![\w/]|\.[chS]\b)
    """,
    re.VERBOSE,
)

_PLAIN = ("plain", "word")
"""The groups of :data:`_NAME` that match a single word, which is all that they match."""

_CAPITALISED = re.compile(r"[A-Z][A-Za-z]*\d?(?![\w(])")

_FLAG_LIST = re.compile(
    r"\b[A-Z][A-Za-z]*\d?(?:\s?[/&]\s?[A-Z][A-Za-z]*\d?){1,40}(?![\w(])"
    r"|(?:^|(?<=[.;:*-] ))[A-Z][A-Za-z]+\d?"
    r"(?= (?:all )?(?:stays?|moves?|goes|go|lives?|exists?|remains?|becomes?|turns?)\b)"
)

_SLASHED = re.compile(
    r"(?<![\w./>-])[A-Za-z_]\w{1,60}+(?:->\w{1,60}+)?(?:\(\))?"
    r"(?:/[A-Za-z_]\w{1,60}+(?:->\w{1,60}+)?(?:\(\))?){1,8}(?![\w/-]|\.[chS]\b)"
)
"""Names with slashes between them ("anon_cost/file_cost")."""

_PARTS = re.compile(r"->|::|\.")


def find_names(text: str, lexicon: Lexicon, mail: MailFacts = NO_MAIL) -> tuple[Name, ...]:
    """The names in ``text``, in order of their place, none inside another.

    Args:
        text: prose or code.
        lexicon: the model's names (:func:`lexicon_of`).
        mail: what the mail around the text tells of variables and functions.
    """
    known = lexicon.whole
    found = list(_listed_flags(text, lexicon))
    taken = {i for name in found for i in range(name.start, name.end)}
    if "/" in text:
        text = _SLASHED.sub(_apart, text)
    for match in _NAME.finditer(text):
        if match.lastgroup in _PLAIN:  # most are
            word = match.group()
            if "_" not in word and word not in known:
                continue
        name = _read(match, text, lexicon, mail)
        if name is not None and name.start not in taken:
            found.append(name)
    found.sort(key=lambda name: name.start)
    return tuple(found)


def _apart(match: re.Match[str]) -> str:
    """Names with blanks for the slashes between them, where all are names in C; anything else as it is."""
    names = match.group().split("/")
    in_c = all("_" in name or "->" in name or name.endswith(")") for name in names)
    return " ".join(names) if in_c else match.group()


_LISTING = ("/", " & ", " stay", " move", " go", " live", " exist", " remain", " become", " turn")


def _listed_flags(text: str, lexicon: Lexicon) -> Iterable[Name]:
    """Flags without their ``PG_``: in a list with slashes ("Head/Private2"), or alone where they "stay" or
    "move".
    """
    if not any(sign in text for sign in _LISTING):
        return
    for match in _FLAG_LIST.finditer(text):
        words = list(_CAPITALISED.finditer(text, match.start(), match.end()))
        known = [(word, _listed_flag(word.group(), lexicon)) for word in words]
        if 2 * sum(bool(flag) for _, flag in known) > len(known):
            for word, flag in known:
                if flag:
                    yield Name(
                        *word.span(), word.group(), flag, NameKind.FLAG, inferred=f"{flag} in a list of flags"
                    )


def _listed_flag(word: str, lexicon: Lexicon) -> str:
    return (
        lexicon.flags.get(f"Page{word}", "")
        or lexicon.flags.get(word, "")
        or lexicon.flags.get(f"/{word.lower()}", "")
    )


def _read(match: re.Match[str], text: str, lexicon: Lexicon, mail: MailFacts) -> Name | None:
    word: str | None = match["plain"] or match["word"]
    if word is not None:
        return bare_name(word, match.start(), text, lexicon, mail)
    if match["cast"]:
        member = match["castmember"]
        return Name(*match.span(), match.group(), f"{match['castto']}.{member}", NameKind.MEMBER)
    if match["struct"]:
        return _struct(match, lexicon)
    if match["chain"]:
        return _chain(match, lexicon, mail)
    return _call(match, text, lexicon)


def _struct(match: re.Match[str], lexicon: Lexicon) -> Name | None:
    struct, member = match["structname"], match["structmember"]
    if member:
        return Name(*match.span(), match.group(), f"{struct}.{member}", NameKind.MEMBER)
    if struct not in lexicon.structs and struct not in lexicon.neighbours and "_" not in struct:
        return None
    return Name(*match.span(), match.group(), struct, NameKind.STRUCT)


def _chain(match: re.Match[str], lexicon: Lexicon, mail: MailFacts) -> Name | None:
    text = match["chain"].rstrip("(")
    parts = _PARTS.split(text)
    base, members = parts[0], parts[1:]
    arrow = "->" in text or "::" in text
    bare = [part.split("[")[0] for part in members]
    if not arrow and (bare[-1] in _NOT_MEMBERS or not base):
        return None
    if match["chaincall"]:
        return _callback(match, bare)
    if "::" in text and base:
        struct, inferred = base, ""
    else:
        struct, inferred = _struct_of(base.split("[")[0].removesuffix("()"), lexicon, mail)
    for before, member in zip(bare[-2::-1], bare[:0:-1], strict=True):
        owner = "page" if before.startswith("__page_") else _struct_of(before, lexicon, mail)[0]
        if owner in lexicon.members.get(member, ()):
            return _member(match, text, owner, member, base, f"struct {owner} from {before}")
    for member in bare:
        owner = _owner(member, struct, base, lexicon)
        if owner and (arrow or struct):
            note = inferred if owner == struct else f"struct {owner} from the member's name"
            return _member(match, text, owner, member, base, note)
    if not base or not (arrow or base in lexicon.neighbours or mail.struct_of(base)):
        return None
    end = match.start() + len(text)
    entity = f"{struct or base}.{bare[-1]}"
    return Name(match.start(), end, text, entity, NameKind.EXPRESSION, inferred=inferred)


def _owner(member: str, struct: str, base: str, lexicon: Lexicon) -> str:
    """The struct whose ``member`` is meant behind a variable of type ``struct``, empty where none is known.

    Behind a variable of unknown type a plain English word (``x->flags``) can be anything's member.
    """
    owners = lexicon.members.get(member, ())
    if struct in owners:
        return struct
    distinctive = "_" in member and member not in lexicon.plain
    if not owners or struct in lexicon.structs or (base and not distinctive):
        return ""
    return prefer(owners)


def _member(match: re.Match[str], text: str, struct: str, member: str, base: str, inferred: str) -> Name:
    index = base[base.index("[") + 1 : -1] if "[" in base and base.endswith("]") else ""
    return Name(
        match.start(),
        match.start() + len(text),
        text,
        f"{struct}.{member}",
        NameKind.MEMBER,
        (),
        index,
        inferred,
    )


def _callback(match: re.Match[str], members: list[str]) -> Name | None:
    last = members[-1]
    struct = CALLBACKS.get(last)
    text = match["chain"]
    end = match.start() + len(text)
    if match.string.startswith(")", end):
        end += 1
    if struct:
        return Name(match.start(), end, text, f"{struct}.{last}", NameKind.FUNCTION)
    return Name(match.start(), end, text, last, NameKind.FUNCTION)


_OPERATORS = frozenset(
    {"sizeof", "typeof", "offsetof", "container_of", "likely", "unlikely", "defined", "while"}
)
"""What is written like a call in C and is none."""


def _call(match: re.Match[str], text: str, lexicon: Lexicon) -> Name | None:
    name = match["call"].removesuffix("[s]").removesuffix("(s)")
    end = match.end()
    close = text.find(")", end, end + 80)
    if close >= 0 and "(" not in text[end:close]:
        end = close + 1
    elif "_" not in name and not name[0].isupper():
        return None
    if len(name) < 4 or name.isupper() or name in _OPERATORS:
        return None  # WRITE_ONCE(), BUG_ON(): a way of writing, no function that has effects
    if "_" not in name and text[match.end() : match.end() + 2] == "s)":
        return None  # "object(s)"
    if name in CALLBACKS:
        return Name(match.start(), end, name, f"{CALLBACKS[name]}.{name}", NameKind.FUNCTION)
    flag = flag_of_call(name, lexicon)
    if flag:
        return Name(
            match.start(),
            end,
            name,
            flag,
            NameKind.FLAG,
            ("page.flags", name),
            "",
            f"{name}() is about {flag}",
        )
    return Name(match.start(), end, name, name, NameKind.FUNCTION, lexicon.accessors.get(name, ()))


def _struct_of(variable: str, lexicon: Lexicon, mail: MailFacts) -> tuple[str, str]:
    """(struct, how it was inferred) for a variable; the struct is empty where nothing tells."""
    if variable in lexicon.structs or variable in lexicon.neighbours:
        return variable, ""
    for ending, struct in lexicon.variables:
        if variable == ending or (len(ending) > 1 and variable.endswith(ending)):
            return struct, f"struct {struct} from the variable's name"
    declared = mail.struct_of(variable)
    return declared, f"{variable} is declared struct {declared} * in the mail" if declared else ""
