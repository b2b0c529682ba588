"""Statements in sentences that no reading fits, found by weighing (:mod:`.picking`).

The readings know forms of sentences; people write others. What stands around two names tells, in many weak
signs at once, whether something is stated of them, and what: the signs are :mod:`.attributes`, their weights
are fitted to annotated mail by ``tools/fit_statements.py`` and are data (:mod:`.weights`).
"""

from threadmine.extraction.claims.weighing.picking import unread

__all__ = ["unread"]
