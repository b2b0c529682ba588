"""Finds the files and hunks of a diff that stands in a mail, as offsets into the mail's body.

A mail is not a patch file: text stands before and after the diff, mailers strip trailing blanks, wrap lines
and people edit hunks by hand, so the counts of a hunk header are a hint and not a promise. Whole-text
searches find the few marks (``diff --git``, ``@@ -``); no Python statement runs per line of a good diff.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from threadmine.model import FileDiff, Hunk

MAX_FILES = 5_000
MAX_HUNKS = 50_000
MAX_HEADER_LINES = 40
MAX_WRAPPED = 100  # lines broken by a mailer that one hunk may hold

_HUNK = re.compile(r"@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@ ?([^\n]*)\n?")
_HEADER_LINE = re.compile(
    r"(?:index |--- |\+\+\+ |(?:old|new|deleted file|new file) mode |(?:dis)?similarity index |"
    r"(?:rename|copy) (?:from|to) |Binary files |GIT binary patch|Index: |={20})"
)
_BINARY_DATA = re.compile(r"(?:(?:literal|delta) \d{1,12}\n(?:[A-Za-z][^\n ]*\n)*+\n?)*+")
_ABOVE_PLAIN = ("Index: ", "=====", "diff ", "index ", "new file mode ", "deleted file mode ")
_OCTAL = re.compile(r"\\([0-7]{3}|.)")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
_SIGNATURE = ("-- \n", "--\n")


@dataclass(slots=True)
class _OpenFile:
    """A file whose hunks are still being collected."""

    start: int
    header_end: int
    old_path: str
    new_path: str
    is_binary: bool = False
    hunks: list[Hunk] = field(default_factory=list)

    def close(self) -> FileDiff:
        end = self.hunks[-1].end if self.hunks else self.header_end
        return FileDiff(
            self.old_path,
            self.new_path,
            tuple(self.hunks),
            self.start,
            max(end, self.header_end),
            self.is_binary,
        )


def find_files(body: str, prefix: str = "") -> tuple[FileDiff, ...]:
    """Every file that a diff in ``body`` changes, in order.

    Args:
        body: the decoded text of a mail, line ends ``\\n``.
        prefix: what stands before each line of the diff (quote marks or blanks), "" for a diff of its own.

    Bounded by MAX_FILES and MAX_HUNKS; what lies beyond is left out.
    """
    done: list[_OpenFile] = []
    git = _find(body, prefix + "diff --git ", 0)
    at = _find(body, prefix + "@@ -", 0)
    count = 0
    while (git >= 0 or at >= 0) and len(done) < MAX_FILES and count < MAX_HUNKS:
        if git >= 0 and (at < 0 or git < at):
            done.append(_open_git(body, git, prefix))
            git = _find(body, prefix + "diff --git ", git + 1)
            continue
        current = done[-1] if done else None
        if current is None or not current.hunks or current.hunks[-1].end != at:
            above = _plain_header(body, at, prefix)
            if above >= 0 and (current is None or above >= current.header_end):
                current = _open_plain(body, above, at, prefix)
                done.append(current)
            elif current is None:
                current = _OpenFile(at, at, "", "")
                done.append(current)
        hunk = read_hunk(body, at, prefix, may_wrap=bool(current.new_path or current.old_path))
        if hunk is None:
            at = _find(body, prefix + "@@ -", at + 1)
            continue
        count += 1
        current.hunks.append(hunk)
        at = _find(body, prefix + "@@ -", hunk.end)
    return tuple(each.close() for each in done if each.hunks or each.header_end > each.start)


def _find(body: str, mark: str, start: int) -> int:
    """Offset of the first line from ``start`` on that begins with ``mark``, or -1."""
    if start == 0 and body.startswith(mark):
        return 0
    found = body.find("\n" + mark, max(start - 1, 0))
    return found + 1 if found >= 0 else -1


def _line_before(body: str, start: int) -> int:
    """Offset of the line that ends before the line at ``start``, or -1."""
    return body.rfind("\n", 0, start - 1) + 1 if start > 0 else -1


def _line_end(body: str, start: int) -> int:
    end = body.find("\n", start)
    return end + 1 if end >= 0 else len(body)


def _plain_header(body: str, at: int, prefix: str) -> int:
    """Offset of the ``---`` line where ``---`` and ``+++`` stand right above the hunk at ``at``, or -1."""
    plus = _line_before(body, at)
    if plus < 0 or not body.startswith(prefix + "+++ ", plus):
        return -1
    minus = _line_before(body, plus)
    return minus if minus >= 0 and body.startswith(prefix + "--- ", minus) else -1


def _open_plain(body: str, minus: int, at: int, prefix: str) -> _OpenFile:
    """A file that begins with ``---``/``+++`` alone (quilt, diff -u), with an ``Index:`` above it if any."""
    lines = [line.removeprefix(prefix) for line in body[minus:at].split("\n")]
    start = minus
    for _ in range(4):
        above = _line_before(body, start)
        if above < 0 or not body.startswith(tuple(prefix + mark for mark in _ABOVE_PLAIN), above):
            break
        start = above
    old, new = plain_paths(lines[0][4:], lines[1][4:])
    return _OpenFile(start, at, old, new)


def _open_git(body: str, start: int, prefix: str) -> _OpenFile:
    """A file that begins with ``diff --git``: its header read line by line (a handful)."""
    end = _line_end(body, start)
    first = body[start + len(prefix) : end].rstrip("\n")
    values: dict[str, str] = {}
    binary = False
    for _ in range(MAX_HEADER_LINES):
        here = end + len(prefix)
        if not body.startswith(prefix, end) or not _HEADER_LINE.match(body, here):
            break
        end = _line_end(body, end)
        line = body[here:end].rstrip("\n")
        if line.startswith(("Binary files ", "GIT binary patch")):
            binary = True
            if line.startswith("GIT") and not prefix and (data := _BINARY_DATA.match(body, end)):
                end = data.end()
            break
        for word in (
            "--- ",
            "+++ ",
            "rename from ",
            "rename to ",
            "copy from ",
            "copy to ",
            "new file mode ",
        ):
            if line.startswith(word):
                values[word] = line[len(word) :]
        if line.startswith("deleted file mode "):
            values["deleted"] = "1"
    old, new = _git_paths(first[len("diff --git ") :], values)
    return _OpenFile(start, end, old, new, binary)


def _git_paths(pair: str, values: dict[str, str]) -> tuple[str, str]:
    """Old and new path of a git file header; "" for the side that does not exist."""
    if "--- " in values and "+++ " in values:
        old, new = _cut_name(values["--- "]), _cut_name(values["+++ "])
        named = "rename from " in values or "copy from " in values
        return (_strip_git(old, "a", new), _strip_git(new, "b", old)) if not named else _renamed(values)
    if "rename from " in values or "copy from " in values:
        return _renamed(values)
    old, new = _split_pair(pair)
    if "new file mode " in values:
        return "", new
    if "deleted" in values:
        return old, ""
    return old, new


def _renamed(values: dict[str, str]) -> tuple[str, str]:
    old = values.get("rename from ", values.get("copy from ", ""))
    new = values.get("rename to ", values.get("copy to ", ""))
    return _unquote(old.strip()), _unquote(new.strip())


def _split_pair(pair: str) -> tuple[str, str]:
    """The two names of ``diff --git a/x b/x``, which are the same but for the first letter, or quoted."""
    pair = pair.rstrip()
    if pair.startswith('"'):
        close = pair.find('" ', 1)
        left, right = (pair[: close + 1], pair[close + 2 :]) if close > 0 else (pair, pair)
    else:
        half = len(pair) // 2
        if len(pair) % 2 == 1 and pair[half] == " " and _tail(pair[:half]) == _tail(pair[half + 1 :]):
            left, right = pair[:half], pair[half + 1 :]
        else:
            left, _, right = pair.partition(" ")
    left, right = _unquote(left), _unquote(right)
    return _strip_git(left, "a", right), _strip_git(right, "b", left)


def _tail(path: str) -> str:
    return path.partition("/")[2]


def _cut_name(text: str) -> str:
    """A name from a ``---`` or ``+++`` line: without the time stamp behind a tab, unquoted."""
    return _unquote(text.partition("\t")[0].rstrip())


def _unquote(name: str) -> str:
    """Undoes git's C quoting of odd file names (``"a/\\303\\244.c"``)."""
    if len(name) < 2 or name[0] != '"' or name[-1] != '"':
        return name

    def one(match: re.Match[str]) -> str:
        code = match.group(1)
        return chr(int(code, 8) & 0xFF) if len(code) == 3 else _ESCAPES.get(code, code)

    text = _OCTAL.sub(one, name[1:-1])
    try:
        return text.encode("latin-1").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return text


def _strip_git(path: str, letter: str, other: str) -> str:
    """``path`` without git's ``a/`` or ``b/`` (or ``i/ w/ c/ o/``); unchanged where git wrote none."""
    if path == "/dev/null":
        return ""
    if path.startswith(letter + "/"):
        return path[2:]
    mnemonic = len(path) > 2 and path[1] == "/" and path[0] in "iwcoab"
    return path[2:] if mnemonic and (other == "/dev/null" or other[:2] != path[:2]) else path


def plain_paths(old: str, new: str) -> tuple[str, str]:
    """Paths of a diff that git did not write, as ``patch -p1`` would see them.

    ``--- linux.orig/mm/x.c`` / ``+++ linux/mm/x.c``, ``--- a/mm/x.c~fix`` / ``+++ a/mm/x.c`` and names
    without any leading folder are all known.
    """
    old, new = _cut_name(old), _cut_name(new)
    if "  " in old:
        old = old.partition("  ")[0]
    if "  " in new:
        new = new.partition("  ")[0]
    old_none, new_none = old == "/dev/null", new == "/dev/null"
    if not old_none and not new_none:
        old = _drop_backup(old, new)
        if old == new and not old.startswith(("a/", "b/")):
            return old, new
        if _tail(old) == _tail(new) and _tail(new):
            return _tail(old), _tail(new)
    return ("" if old_none else _strip_ab(old)), ("" if new_none else _strip_ab(new))


def _drop_backup(old: str, new: str) -> str:
    """``mm/x.c~fix`` and ``mm/x.c.orig`` are ``mm/x.c`` where the other side says so."""
    base = _tail(new) or new
    for mark in ("~", ".orig", ".old"):
        cut = old.rpartition(mark)[0]
        if cut and (cut in (new, base) or cut.endswith("/" + base)):
            return cut
    return old


def _strip_ab(path: str) -> str:
    return path[2:] if path.startswith(("a/", "b/")) else path


# ---------------------------------------------------------------------------------------------- hunks


@lru_cache(maxsize=64)
def hunk_run(prefix: str) -> re.Pattern[str]:
    """Matches a run of lines that can stand in a hunk, each behind ``prefix``."""
    lead = re.escape(prefix)
    bare = re.escape(prefix.rstrip())
    return re.compile(rf"(?:{lead}[ +\-\\][^\n]*\n?|{bare}[ \t]*\n)*+")


def read_hunk(body: str, at: int, prefix: str = "", *, may_wrap: bool = False) -> Hunk | None:
    """The hunk whose ``@@`` line starts at ``at``, or None where that line is no hunk header.

    The end is where the counts of the header say, if the lines bear them out; else where the lines stop to
    look like a diff. ``may_wrap`` lets single lines stand in it that a mailer broke off.
    """
    head = _HUNK.match(body, at + len(prefix))
    if head is None:
        return None
    numbers = head.group(1, 2, 3, 4)
    old_start, old, new_start, new = (1 if n is None else int(n) for n in numbers)
    begin = head.end()
    if may_wrap and not prefix and head.group(5):
        begin = _after_wrapped_heading(body, begin)
    end = hunk_run(prefix).match(body, begin).end()  # type: ignore[union-attr]  # an empty run matches too
    if not _counts_fit(body, begin, end, prefix, old, new):
        end = _walk(body, begin, end, prefix, (old, new), may_wrap)
    return Hunk(old_start, old, new_start, new, head.group(5).strip(), at, end)


def _after_wrapped_heading(body: str, begin: int) -> int:
    """Skips the second half of an ``@@`` line that a mailer broke in two."""
    if begin >= len(body) or body[begin] in "+- \n\\@" or body.startswith("diff ", begin):
        return begin
    after = _line_end(body, begin)
    return after if body[after : after + 1] in ("+", "-", " ", "\n") else begin


def _counts_fit(body: str, begin: int, end: int, prefix: str, old: int, new: int) -> bool:
    """Whether the run has just the lines that the header promises."""
    mark = "\n" + prefix
    total = body.count("\n", begin, end) + (end > begin and body[end - 1] != "\n")
    minus = body.count(mark + "-", begin - 1, end)
    plus = body.count(mark + "+", begin - 1, end)
    if total - plus == old and total - minus == new:
        return True
    back = body.count(mark + "\\", begin - 1, end)
    return total - plus - back == old and total - minus - back == new


def _walk(body: str, begin: int, run_end: int, prefix: str, counts: tuple[int, int], may_wrap: bool) -> int:
    """The end of a hunk whose run of lines does not fit its header."""
    old, new = counts
    pos, wrapped, skip = begin, 0, len(prefix)
    while old > 0 or new > 0:
        if pos >= run_end:
            after = _after_wrap(body, pos, prefix) if may_wrap and wrapped < MAX_WRAPPED else -1
            if after < 0:
                return _trim_tail(body, begin, pos, prefix)
            wrapped += 1
            pos = after
            run_end = hunk_run(prefix).match(body, pos).end()  # type: ignore[union-attr]  # as above
            continue
        char = body[pos + skip : pos + skip + 1] if body.startswith(prefix, pos) else "\n"
        if char != "\\":
            old -= char != "+"
            new -= char != "-"
        pos = _line_end(body, pos)
    if body.startswith(prefix + "\\ ", pos):
        pos = _line_end(body, pos)
    rest = body[pos + skip : pos + skip + 4] if pos < run_end and body.startswith(prefix, pos) else ""
    if rest[:1] in ("+", "-") and rest[:3] not in ("-- ", "--\n", "---", "+++"):
        return _trim_tail(body, begin, run_end, prefix)
    return pos


def _after_wrap(body: str, pos: int, prefix: str) -> int:
    """Offset after one line that a mailer broke off, if the diff goes on below it, else -1."""
    if prefix or pos >= len(body) or body.startswith(("@@", "diff ", "Index:", "\n"), pos):
        return -1
    after = _line_end(body, pos)
    goes_on = body[after : after + 1] in ("+", "-", " ") and not body.startswith(("-- \n", "--- "), after)
    return after if goes_on else -1


def _trim_tail(body: str, begin: int, end: int, prefix: str) -> int:
    """Cuts a mail signature and blank lines off the end of a run of lines."""
    mark = max(body.rfind("\n" + prefix + sign, begin - 1, end) for sign in _SIGNATURE)
    if mark >= 0 and body.count("\n", mark + 1, end) <= 4:
        end = mark + 1
    while end > begin:
        last = _line_before(body, end)
        if body[last:end].removeprefix(prefix).strip() or last < begin:
            break
        end = last
    return end
