"""Members, functions, flags and constants in prose and in code.

What counts as a name comes from the model's facts (every struct, member and flag that any kernel had) and
from the way C is written. A bare English word (``mapping``, ``flags``) is a member only where something
beside it says so. Which struct a member belongs to is taken from the variable's declaration in the mail,
from its name, or from the kind of page named nearby; what was concluded this way is said in
``Name.inferred``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from importlib import resources
from itertools import islice
from typing import Protocol


class NameKind(StrEnum):
    """What a name names."""

    MEMBER = "member"
    FUNCTION = "function"
    FLAG = "flag"
    CONSTANT = "constant"
    STRUCT = "struct"
    EXPRESSION = "expression"  # C notation whose struct the model does not know


@dataclass(frozen=True, slots=True)
class Name:
    """One name in a text.

    ``entity`` is ``struct.member``, ``function``, ``PG_flag``, the struct's or the constant's name.
    ``implied`` are entities that the name is about as well (``page_count`` is about ``page._refcount``).
    ``index`` is the page index of ``page[1].x``. Offsets are characters of the text that was searched.
    """

    start: int
    end: int
    text: str
    entity: str
    kind: NameKind
    implied: tuple[str, ...] = ()
    index: str = ""
    inferred: str = ""


class NameFacts(Protocol):
    """What the model must tell about names (``memmap`` gives it)."""

    @property
    def structs(self) -> Iterable[str]: ...

    @property
    def members(self) -> Mapping[str, tuple[str, ...]]: ...

    @property
    def functions(self) -> Iterable[str]: ...

    @property
    def flags(self) -> Iterable[str]: ...

    @property
    def routines(self) -> frozenset[str]: ...

    @property
    def other_members(self) -> Mapping[str, tuple[str, ...]]: ...

    @property
    def other_structs(self) -> frozenset[str]: ...

    def resolve(self, name: str) -> str: ...


@dataclass(frozen=True)
class Lexicon:
    """The names known to the model in the forms that people write, ready to look up."""

    structs: frozenset[str]
    members: Mapping[str, tuple[str, ...]]
    functions: frozenset[str]
    flags: Mapping[str, str]  # any spelling -> PG_name
    accessors: Mapping[str, tuple[str, ...]]  # function -> members it is about
    constants: tuple[tuple[str, str], ...]  # prefix -> member
    variables: tuple[tuple[str, str], ...]  # end of a variable's name -> struct
    plain: frozenset[str]
    others: Mapping[str, str]  # members of structs outside the model
    beside: frozenset[str]
    routines: frozenset[str] = frozenset()  # functions of memory management, whatever they touch
    around: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # members of other structs
    neighbours: frozenset[str] = frozenset()  # those structs
    single: frozenset[str] = frozenset()  # structs of one word that is no English (``zpdesc``)
    whole: frozenset[str] = frozenset()  # every word without an underscore that may be a name
    resolved: dict[str, str] = field(default_factory=dict)


# Which struct an ambiguous member is taken for where nothing tells; first match wins.
_PREFERENCE = ("page", "folio", "dev_pagemap", "slab", "ptdesc", "zpdesc", "netmem_desc")
_COMMON = frozenset({"page", "folio"})
"""A plain word beside "field" is a member of one of these, unless another struct is named."""
_CALLBACKS = {
    "page_free": "dev_pagemap_ops",
    "folio_free": "dev_pagemap_ops",
    "migrate_to_ram": "dev_pagemap_ops",
    "memory_failure": "dev_pagemap_ops",
    "folio_split": "dev_pagemap_ops",
    "isolate_page": "movable_operations",
    "migrate_page": "movable_operations",
    "putback_page": "movable_operations",
}
_NOT_MEMBERS = frozenset(
    "c h S rst txt py sh org com net html yaml dts dtsi patch diff conf git md org's".split()  # noqa: SIM905
)

_NAME = re.compile(
    r"""
    (?P<plain>(?<![\w.>/-])(?!struct\b)[A-Za-z_]\w{2,60}+(?=[ \n\t,;'")]|$))  # a word that nothing follows
  | (?P<cast>\(\(\s*struct\s+(?P<castto>\w{1,40})\s*\*\s*\)
        [^()\n]{0,20}(?:\([^()\n]{0,40}\))?[^()\n]{0,10}\)->(?P<castmember>\w{1,60}))
  | (?P<struct>\bstruct\s+(?P<structname>[a-z_]\w{1,60})(?:::(?P<structmember>\w{1,60}))?)
  | (?P<chain>(?<![\w.>/-])(?:[A-Za-z_]\w{0,60}+(?:\[[^\]\s]{0,20}\]|\(\))?)?
        (?:(?:->|\.(?!\.)|::)[A-Za-z_]\w{0,60}+(?:\[\w{0,20}\])?){1,6}(?P<chaincall>\()?)
  | (?P<call>(?<![\w.>/-])[A-Za-z_]\w{2,60}+(?:\[s\]|\(s\))?)\(
  | (?P<word>(?<![\w.>/-])[A-Za-z_]\w{2,60}+)(?![\w/]|\.[chS]\b)
    """,
    re.VERBOSE,
)
_PLAIN = ("plain", "word")
"""The groups of :data:`_NAME` that match a single word, which is all that they match."""

_DECLARED = r"\bstruct[ \t]+(\w{{2,40}})[ \t]*\*{{1,2}}[ \t]*(?:const[ \t]+)?{}\b"
_CONSTANT = re.compile(r"_?[A-Z][A-Z0-9]+(?:_[A-Z0-9]+)+$")
_FLAG_CALL = re.compile(
    r"(?:(?:__)?(?:Test)?(?:Set|Clear)?Page|folio_(?:test_|set_|clear_|test_set_|test_clear_|mark_)|__folio_(?:set|clear)_)(\w{2,30})$"
)
_DOING = re.compile(r"\b(?:in|from|by|via|during|through|calls?|calling|inside|like) \Z")
"""Before a name of several words that is written without parentheses these say that it is a function's."""

_OWNED = re.compile(r"\b(?:page|folio|slab|pgmap|pagemap|ptdesc|zpdesc)['’]s (?:own )?$")
_CAPITALISED = re.compile(r"[A-Z][A-Za-z]*\d?(?![\w(])")
_FLAG_LIST = re.compile(
    r"\b[A-Z][A-Za-z]*\d?(?:\s?[/&]\s?[A-Z][A-Za-z]*\d?){1,40}(?![\w(])"
    r"|(?:^|(?<=[.;:*-] ))[A-Z][A-Za-z]+\d?"
    r"(?= (?:all )?(?:stays?|moves?|goes|go|lives?|exists?|remains?|becomes?|turns?)\b)"
)
_PARTS = re.compile(r"->|::|\.")
MAX_DECLARATIONS = 400


@lru_cache(maxsize=4)
def _vocabulary() -> Mapping[str, Mapping[str, object]]:
    text = resources.files("threadmine.vocab").joinpath("accessors.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def lexicon_of(facts: NameFacts) -> Lexicon:
    """The lexicon for a model's names; made once for each model."""
    known = _lexicons.get(id(facts))
    if known is None or known[0] is not facts:
        known = (facts, _build(facts))
        _lexicons[id(facts)] = known
    return known[1]


_lexicons: dict[int, tuple[NameFacts, Lexicon]] = {}


def _build(facts: NameFacts) -> Lexicon:
    vocabulary = _vocabulary()
    flags: dict[str, str] = {}
    for flag in sorted(facts.flags):
        if not flag.startswith("PG_"):
            continue
        for spelling in _spellings(flag):
            flags.setdefault(spelling, flag)
    flags.update({str(alias): str(flag) for alias, flag in vocabulary["flag_aliases"].items()})
    accessors: dict[str, tuple[str, ...]] = {}
    for member, entry in vocabulary.items():
        if "." in member:
            for name in entry["names"]:  # type: ignore[attr-defined]  # a TOML array of names by construction
                accessors[name] = (*accessors.get(name, ()), member)
    plain = vocabulary["plain"]
    members = {**_lacking(facts), **facts.members}
    single = frozenset(vocabulary["structs"]["words"])  # type: ignore[call-overload]
    return Lexicon(
        structs=frozenset(facts.structs),
        members=members,
        functions=frozenset(facts.functions) | frozenset(accessors),
        flags=flags,
        accessors=accessors,
        constants=tuple((str(k), str(v)) for k, v in vocabulary["constants"].items()),
        variables=tuple((str(k), str(v)) for k, v in vocabulary["variables"].items()),
        others={str(k): str(v) for k, v in vocabulary["other_members"].items()},
        plain=frozenset(plain["words"]),  # type: ignore[call-overload]  # a TOML array by construction
        beside=frozenset(plain["beside"]),  # type: ignore[call-overload]
        routines=facts.routines,
        around=facts.other_members,
        neighbours=facts.other_structs,
        single=single,
        whole=frozenset(name for name in (*members, *flags, *single) if "_" not in name),
    )


def _lacking(facts: NameFacts) -> Mapping[str, tuple[str, ...]]:
    """Members of the described structs that only the facts of the code know (``page.rcu_head``)."""
    ours = frozenset(facts.structs)
    found = {name: tuple(s for s in owners if s in ours) for name, owners in facts.other_members.items()}
    return {name: owners for name, owners in found.items() if owners and "_" in name}


def _spellings(flag: str) -> Iterable[str]:
    """``PG_anon_exclusive``, ``AnonExclusive``, ``anon_exclusive`` (the last two only where they are no
    plain word).
    """
    short = flag[3:]
    camel = "".join(part.capitalize() for part in short.split("_"))
    yield flag
    yield "/" + short.replace("_", "")  # in a list with slashes, any capitals
    for page in (f"Page{camel}", f"Page{short.upper()}"):
        yield from (page, f"SetPage{page[4:]}", f"ClearPage{page[4:]}", f"TestSet{page}", f"TestClear{page}")
    if "_" in short and not short.endswith(("_1", "_2", "_3")):
        yield short
        yield camel
        yield camel.lower()


class MailFacts:
    """What the whole of a mail tells about the names in one sentence; looked up when first asked."""

    def __init__(self, body: str = "") -> None:
        self._body = body
        self._structs: dict[str, str] = {}
        self._called: dict[str, bool] = {}

    def struct_of(self, variable: str) -> str:
        """The one struct that ``variable`` is declared to point to in the mail, empty where there is none."""
        known = self._structs.get(variable)
        if known is None:
            known = self._structs[variable] = self._look_up(variable)
        return known

    def _look_up(self, variable: str) -> str:
        if f"*{variable}" not in self._body:
            return ""
        declaration = re.compile(_DECLARED.format(re.escape(variable)))
        found = {match.group(1) for match in islice(declaration.finditer(self._body), MAX_DECLARATIONS)}
        return found.pop() if len(found) == 1 else ""

    def is_function(self, name: str) -> bool:
        """Whether ``name`` is called anywhere in the mail: in its text, a quotation or a patch."""
        known = self._called.get(name)
        if known is None:
            known = self._called[name] = self._is_called(f"{name}(")
        return known

    def _is_called(self, call: str) -> bool:
        at = self._body.find(call)
        while at > 0 and (self._body[at - 1].isalnum() or self._body[at - 1] == "_"):
            at = self._body.find(call, at + 1)  # the end of a longer name
        return at >= 0

    def has_member(self, name: str) -> bool:
        """Whether the mail names a member ``name`` as C does, ``x->name``."""
        return f"->{name}" in self._body


NO_MAIL = MailFacts()
"""For a sentence without a mail around it."""


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
        return _word(word, match.start(), text, lexicon, mail)
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
    if struct not in lexicon.structs and "_" not in struct:
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
        return _callback(match, bare, lexicon)
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


def _callback(match: re.Match[str], members: list[str], lexicon: Lexicon) -> Name | None:
    last = members[-1]
    struct = _CALLBACKS.get(last)
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
    name = _resolve(name, lexicon)
    if name in _CALLBACKS:
        return Name(match.start(), end, name, f"{_CALLBACKS[name]}.{name}", NameKind.FUNCTION)
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


def flag_of_call(name: str, lexicon: Lexicon) -> str:
    """The flag that ``PageDirty``, ``folio_set_dirty`` and the like are about, or empty."""
    match = _FLAG_CALL.match(name)
    if not match:
        return ""
    rest = match.group(1)
    return lexicon.flags.get(f"PG_{rest.lower()}", "") or lexicon.flags.get(f"Page{rest}", "")


def _word(word: str, start: int, text: str, lexicon: Lexicon, mail: MailFacts) -> Name | None:
    end = start + len(word)
    flag = lexicon.flags.get(word) or (
        flag_of_call(word, lexicon) if "Page" in word or "folio_" in word else ""
    )
    if flag:
        return Name(start, end, word, flag, NameKind.FLAG, ("page.flags",))
    owners = lexicon.members.get(word)
    plain = "_" not in word or word in lexicon.plain
    if owners and (not plain or _beside(text, start, end, lexicon) or _written(word, text, owners, mail)):
        if word != "compound_head" and mail.is_function(word):
            return Name(start, end, word, word, NameKind.FUNCTION, lexicon.accessors.get(word, ()))
        common = not plain or not _COMMON.isdisjoint(owners)
        struct = _nearby(text, owners, lexicon) or (prefer(owners) if common else "")
        note = f"struct {struct} for a bare member"
        return Name(start, end, word, f"{struct}.{word}", NameKind.MEMBER, inferred=note) if struct else None
    if word in _CALLBACKS and "_" in word:
        return Name(start, end, word, f"{_CALLBACKS[word]}.{word}", NameKind.FUNCTION)
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
    if "_" in word and (found := _of_neighbour(word, start, text, lexicon)):
        return found
    if word.count("_") > 1 and word.islower() and _DOING.search(text, max(0, start - 10), start):
        return Name(start, end, word, word, NameKind.FUNCTION)
    return None


def _written(word: str, text: str, owners: tuple[str, ...], mail: MailFacts) -> bool:
    """Whether a plain word of two parts (``rcu_head``) is a member here: the mail has it in C, or the struct
    is named beside it.
    """
    if "_" not in word:
        return False
    return mail.has_member(word) or any(f"struct {owner}" in text for owner in owners)


def _of_neighbour(word: str, start: int, text: str, lexicon: Lexicon) -> Name | None:
    """A struct outside the layouts, or a member that only one of them has (or one that the text names)."""
    end = start + len(word)
    if word in lexicon.neighbours and word not in lexicon.plain:
        return Name(start, end, word, word, NameKind.STRUCT)
    owners = lexicon.around.get(word, ())
    struct = owners[0] if len(owners) == 1 else _nearby(text, owners, lexicon)
    if not struct or word in lexicon.plain:
        return None
    note = f"struct {struct} for a bare member"
    return Name(start, end, word, f"{struct}.{word}", NameKind.EXPRESSION, inferred=note)


def _beside(text: str, start: int, end: int, lexicon: Lexicon) -> bool:
    """Whether ``field``, ``member`` or the like follows a plain word, or it stands in quotes."""
    following = text[end : end + 12].lstrip("'\"` ").split(" ", 1)[0].rstrip(".,;:)")
    if following in lexicon.beside or _OWNED.search(text, max(0, start - 16), start):
        return True
    if text[max(0, start - 1) : start] == "@":
        return True
    return text[max(0, start - 1) : start] in "`@'\"" and text[end : end + 1] in "`'\"" and start > 0


def _nearby(text: str, owners: tuple[str, ...], lexicon: Lexicon) -> str:
    """The struct among ``owners`` that the text names, if it names just one."""
    named = [owner for owner in owners if re.search(rf"\b{owner}\b", text)]
    return named[0] if len(named) == 1 else ""


def prefer(owners: tuple[str, ...]) -> str:
    """The struct a member is taken for where nothing tells which of ``owners`` is meant."""
    for struct in _PREFERENCE:
        if struct in owners:
            return struct
    return owners[0]


def _struct_of(variable: str, lexicon: Lexicon, mail: MailFacts) -> tuple[str, str]:
    """(struct, how it was inferred) for a variable; the struct is empty where nothing tells."""
    if variable in lexicon.structs or variable in lexicon.neighbours:
        return variable, ""
    for ending, struct in lexicon.variables:
        if variable == ending or (len(ending) > 1 and variable.endswith(ending)):
            return struct, f"struct {struct} from the variable's name"
    declared = mail.struct_of(variable)
    return declared, f"{variable} is declared struct {declared} * in the mail" if declared else ""


def _resolve(name: str, lexicon: Lexicon) -> str:
    return lexicon.resolved.get(name, name)
