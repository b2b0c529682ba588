"""What the whole of a mail tells about the names in one of its sentences."""

from __future__ import annotations

import re
from itertools import islice

_DECLARED = r"struct(?<=\bstruct)[ \t]+(\w{{2,40}})[ \t]*\*{{1,2}}[ \t]*(?:const[ \t]+)?{}\b"

_VARIABLE = re.compile(r"[A-Za-z_]\w*\Z")

MAX_VARIABLE = 40
"""Characters of a variable's name that are looked at."""

MAX_DECLARATIONS = 400
"""Declarations of one variable that are looked at in a mail."""


class MailFacts:
    """What the whole of a mail tells about the names in one sentence; looked up when first asked."""

    def __init__(self, body: str = "") -> None:
        self._body = body
        self._structs: dict[str, str] = {}
        self._called: dict[str, bool] = {}
        self._written: dict[str, str] = {}

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

    def variable_of(self, member: str) -> str:
        """The variable behind which the mail first names ``member`` as C does (``x`` of ``x->member``), empty
        where it does not.
        """
        known = self._written.get(member)
        if known is None:
            known = self._written[member] = self._look_before(f"->{member}")
        return known

    def _look_before(self, arrow: str) -> str:
        at = self._body.find(arrow)
        while at > 0:
            end = at + len(arrow)
            if not (self._body[end : end + 1].isalnum() or self._body[end : end + 1] == "_"):
                match = _VARIABLE.search(self._body, max(0, at - MAX_VARIABLE), at)
                return match.group() if match else ""
            at = self._body.find(arrow, end)
        return ""


NO_MAIL = MailFacts()
"""For a sentence without a mail around it."""
