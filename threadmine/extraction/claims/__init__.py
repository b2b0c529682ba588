"""Claims: statements of a message's author that could be checked against the struct definitions or the
code.

The way of a sentence: a plain scan picks those with a name in them (:mod:`.scan`), spaCy reads them
(:mod:`threadmine.extraction.nlp`), the grammar proposes who does what to which member (:mod:`.grammar`),
the qualifiers say how sure and when (:mod:`.qualifiers`), and a small trained model says which of the
proposals are claims and which are talk (:mod:`.accept`). What the grammar leaves is weighed by another one
(:mod:`.weighing`).
"""

from threadmine.extraction.claims.find import find_claims

__all__ = ["find_claims"]
