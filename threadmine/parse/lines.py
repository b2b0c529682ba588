"""What one line of unquoted text looks like: patterns only, no state.

Each pattern is linear in the length of the line, and lines are cut to a bound before they are looked at.
"""

from __future__ import annotations

import re

from threadmine.vocab.mail import CHANGELOG_HEADS, CLOSINGS, FOOTER_STARTS, LOG_WORDS, TRAILER_TAGS

DIFF_START = re.compile(
    r"diff --(?:git|cc|combined) |Index: \S+$|--- (?:a/|/dev/null|\S+\s+\d{4}-)|@@@* -\d+(?:,\d+)? "
)
DIFF_HEAD = re.compile(
    r"(?:diff --|index [0-9a-f]{4,40}\.\.|--- |\+\+\+ |(?:new|deleted) file mode |old mode |new mode "
    r"|(?:dis)?similarity index |rename (?:from|to) |copy (?:from|to) |Binary files |GIT binary patch|@@"
    r"|={20,}$|Index: )"
)
HUNK = re.compile(r"@@+ -\d+(?:,(\d+))? (?:-\d+(?:,\d+)? )*\+\d+(?:,(\d+))? @@")

DIFFSTAT = re.compile(
    r"\s?\S[^|\n]{0,300}?\s+\|\s+(?:\d+\s?[-+]*|Bin(?: \d+ -> \d+ bytes)?|Unmerged)\s*$"
    r"|\s?\d+ files? changed(?:,|$)"
    r"|\s?(?:create|delete) mode \d{6} |\s?mode change \d{6} => "
    r"|\s(?:rename|copy) \S[^\n]{0,300}\(\d{1,3}%\)$"
)

_TAGS = {tag.lower(): tag for tag in TRAILER_TAGS}
TRAILER = re.compile(
    r"\s?([A-Za-z][A-Za-z-]{1,40}-by|Cc|CC|cc|Fixes|Link|Closes|Message-I[dD]|Change-[Ii]d|BugLink|Bug[Ll]ink"
    r"|References|Depends-on|Obsoleted-by|[Bb]ase-commit|prerequisite-patch-id|prerequisite-message-id|Patchwork)"
    r"\s?:\s*(\S.*)$"
)

_LOG_WORDS = "|".join(LOG_WORDS)
LOG = re.compile(
    r"\s{0,8}(?:\[\s*\d{1,6}\.\d{3,6}\]|<\d>\[|(?:" + _LOG_WORDS + r")"
    r"|# CONFIG_\w+ is not set$|CONFIG_\w+="
    r"|[?]?\s?[a-zA-Z_][\w.]*\+0x[0-9a-f]+/0x[0-9a-f]+"
    r"|[0-9a-f]{4,16}:?(?:\s+[0-9a-f]{2,16}){4,}"
    r"|(?:/\S+)?[#$]\s[a-z./]\S*(?:\s|$)|\[[\w.-]+@[\w.-]+[^\]\n]{0,60}\][#$]\s)"
)
_RULE = re.compile(r"[-+|=\s]{5,}$|\s*[|+][-|+=\s].*[|+]\s*$")
_FIGURE = re.compile(r"[-+(]?\d[\d,.]*(?:%|[kKMGT]i?B?|us|ns|ms|s)?\)?,?$")

FOOTER_HINTS = frozenset(start[:3] for start in FOOTER_STARTS) | {"___", "---", "===", "has", "thi"}
SOURCE_PLACE = re.compile(r"\S\.[ch]:\d{1,5}(?: \[inline\])?$")
"""The end of a line of a backtrace."""

SIGN_MARK = re.compile(r"--\s?$")
FOOTER_MARK = re.compile(
    r"(?:_{20,}|-{40,}|={40,})\s*$|-----(?:BEGIN|END) PGP |Hash: SHA\d+$|This (?:e-?mail|message) "
)
CLOSING = re.compile(r"(?:" + "|".join(re.escape(word) for word in CLOSINGS) + r")[\s,.!~]*$", re.IGNORECASE)

SHORTLOG_HEAD = re.compile(r"\S[^:\n]{1,60}\s\(\d{1,4}\):\s*$")
CHANGELOG_HEAD = re.compile(
    r"\s{0,4}[-*=[(#]*\s?(?:"
    r"(?:"
    + "|".join(re.escape(head) for head in CHANGELOG_HEADS)
    + r")\b[^.?!;]{0,70}(?:v\d|rfc|since|last version|:)[^.?!;]{0,30}:?\]?"
    r"|(?:" + "|".join(re.escape(head) for head in CHANGELOG_HEADS[:8]) + r")\s?:?"
    r"|(?:rfc\s?|from\s|rfcv?)?v?\d{0,2}\s?(?:->|-->|=>|→)\s?(?:rfc\s?)?v?\d{1,2}[^.?!;]{0,60}"
    r"|(?:in\s|since\s|rfc\s?)?v\d{1,2}(?:\.\d)?\s?(?:[:)(\]][^.?!;]{0,60}|changes?:?)?"
    r")\s*[-=\])]*\s*$",
    re.IGNORECASE,
)
BULLET = re.compile(r"\s{0,8}(?:[-*+•o·]|\d{1,2}[.)]|\(\d{1,2}\)|[a-z][.)])\s+\S")

_WORDS = re.compile(r"(?:\b[A-Za-z][a-z']+,? ){4}")
_CODE = re.compile(
    r"\s*(?:#\s?(?:define|include|ifn?def|if|elif|else|endif|undef)\b"
    r"|(?:static|extern|inline|struct|union|enum|typedef|const|unsigned|void|int|long|bool|char|u\d{1,2}|size_t)\s[\w\s*]*[\w*]\s?[\[({;=,].*$"
    r"|(?:if|for|while|switch)\s?\(.*[)({;&|]\s*$|(?:else|do)\s*\{?\s*$|\}\s?(?:else|while)?.*$|\{\s*$|case\s[\w:]+:\s*$|default:\s*$"
    r"|(?:return|goto|break|continue)\b[^.]{0,60};|/\*.*|\*/\s*$|//\s.*)"
)
_STATEMENT = re.compile(r".*[\w\])\"'+\-];\s*(?:/\*.*\*/\s*|//.*)?$|.*[){]\s*\{\s*$|.*\\$")
_CODE_ENDS = frozenset(";{})(,:\\*/ \t&|")
_CODE_STARTS = ("#", "/*", "//", "*/", "else", "return", "struct ", "case ", "static ", "enum ", "do")
_SHAPE = re.compile(r"[=(]|->|\+\+|--|^\s*\w+;$")
_WEAK = re.compile(r"\t|\s{4,}\S|\w+:$|\s*\*\s|[})]")


_CHANGELOG_HINTS = (
    frozenset(head[:2] for head in CHANGELOG_HEADS) | {"in", "fr", "rf"} | {f"v{n}" for n in range(10)}
)


def may_open_changelog(line: str) -> bool:
    """A cheap first look before :data:`CHANGELOG_HEAD`."""
    return line.lstrip(" -*=[(#")[:2].lower() in _CHANGELOG_HINTS


def trailer_tag(name: str) -> str:
    """``name`` in the kernel's usual capitals (``reviewed-by`` -> ``Reviewed-by``)."""
    known = _TAGS.get(name.lower())
    return known or name[:1].upper() + name[1:].lower()


_SAID_FIRST = re.compile(r"[ \t]*[A-Z][a-z]+(?: [a-z]{2,}){0,2}, [^{}]*$")  # "Pointless, f() -> x = NULL;"


def is_code(line: str) -> bool:
    """Whether a line by itself reads as C (a statement, a brace, a preprocessor line, a comment mark)."""
    if line[-1:] not in _CODE_ENDS and not line.lstrip().startswith(_CODE_STARTS):
        return False
    if _SAID_FIRST.match(line):
        return False
    if _CODE.match(line):
        return not _WORDS.search(line) or "/*" in line or "//" in line or "(" in line[:40]
    if (
        (line[-1] in ";{\\" or "*/" in line or "//" in line)
        and _STATEMENT.match(line)
        and _SHAPE.search(line)
    ):
        return not _WORDS.search(line)
    return False


def may_be_code(line: str) -> bool:
    """Whether a line next to code belongs to it: indented, a label, a comment's middle."""
    return _WEAK.match(line) is not None


def is_footer(line: str) -> bool:
    """Whether list software's or a lawyer's text begins here."""
    if line[:3].lower() not in FOOTER_HINTS:
        return False
    return FOOTER_MARK.match(line) is not None or line.lower().startswith(FOOTER_STARTS)


def is_table(line: str) -> bool:
    """Whether a line is a row of figures or of a drawing: half of its words are numbers, or it is a rule."""
    if _RULE.match(line):
        return "|" in line or "+" in line
    if "  " not in line and "\t" not in line:
        return False
    words = line.split()
    figures = sum(1 for word in words if _FIGURE.match(word))
    return figures >= 3 and figures * 2 >= len(words)
