"""A query typed on the command line: words of the shell become the text of a query."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from threadmine.asking import Asking
from threadmine.query import has_terms
from threadmine.query.terms import TERMS

if TYPE_CHECKING:
    from threadmine.cli.app import App
    from threadmine.db.queries import Queries


def asking(app: App, queries: Queries, terms: Sequence[str]) -> Asking:
    """The query that the words of a command line make.

    Raises:
        QueryError: they cannot be understood.
    """
    return Asking(queries, " ".join(map(quoted, terms)), app.now)


def quoted(word: str) -> str:
    """A word of the shell as words of the query: one that was quoted in the shell keeps its blanks."""
    if '"' in word or not any(c.isspace() for c in word):
        return word
    name, colon, value = word.partition(":")
    if colon and name.lstrip("-(").lower() in TERMS:
        return word if has_terms(value) else f'{name}:"{value}"'
    return word if has_terms(word) else f'"{word}"'
