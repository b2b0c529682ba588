"""The query language and its dates: one way to ask, for commands, screen limits and exports.

``compile_query(parse(text), Surroundings(now))`` gives a test for the :class:`~threadmine.query.facts.Facts`
of a row (``of_issue``, ``of_claim`` ...); ``narrow`` says what a database can be asked beforehand.
"""

from threadmine.query.facts import Facts, head_of, of_claim, of_issue, of_message, of_series, of_touch
from threadmine.query.match import Narrow, Surroundings, compile_query, is_list, narrow
from threadmine.query.parser import And, Node, QueryError, Text, has_terms, parse
from threadmine.query.where import Where

__all__ = [
    "And",
    "Facts",
    "Narrow",
    "Node",
    "QueryError",
    "Surroundings",
    "Text",
    "Where",
    "compile_query",
    "has_terms",
    "head_of",
    "is_list",
    "narrow",
    "of_claim",
    "of_issue",
    "of_message",
    "of_series",
    "of_touch",
    "parse",
]
