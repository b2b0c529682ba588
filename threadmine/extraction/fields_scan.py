"""The cheap look at a diff that decides whether it is read closely: does a changed line name what we know?

Most patches name nothing that the model knows. Their words are cut out in one go and set against the words
that were met before, so that a patch costs a few microseconds; only a word never seen is looked up.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container
from dataclasses import dataclass, field

MAX_WORDS = 60_000  # remembered (some 6 MB); beyond that the memory starts anew

_CHANGED = re.compile(r"\n[+-][^\n]*")
_WORD_BYTES = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")
_TO_BLANKS = bytes(byte if byte in _WORD_BYTES else 0x20 for byte in range(256))


@dataclass
class Scan:
    """Remembers which words can make a line touch a member, and in what form.

    Args:
        members: names of members; they count behind ``->`` or ``.``.
        variables: names of variables of ours; they count before ``->``.
        is_call: whether a word, followed by ``(``, is a helper or macro of ours.
    """

    members: Container[str]
    variables: Container[str]
    is_call: Callable[[str], bool]
    _plain: set[bytes] = field(default_factory=set)
    _telling: dict[bytes, tuple[str, ...]] = field(default_factory=dict)

    def finds(self, body: str, start: int, end: int) -> bool:
        """Whether a changed line between two offsets of ``body`` names something of ours."""
        changed = "".join(_CHANGED.findall(body, start, end))
        words = set(changed.encode("utf-8", "replace").translate(_TO_BLANKS).split())
        for word in words - self._plain - self._telling.keys():
            self._learn(word)
        return any(form in changed for word in self._telling.keys() & words for form in self._telling[word])

    def _learn(self, word: bytes) -> None:
        """Sorts a word that was not met before."""
        if len(self._plain) + len(self._telling) > MAX_WORDS:
            self._plain.clear()
            self._telling.clear()
        name = word.decode("ascii")
        forms: tuple[str, ...] = ()
        if name in self.members:
            forms += (f"->{name}", f".{name}")
        if name in self.variables:
            forms += (f"{name}->",)
        if self.is_call(name):
            forms += (f"{name}(",)
        if forms:
            self._telling[word] = forms
        else:
            self._plain.add(word)
