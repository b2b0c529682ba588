"""The bounds that keep hostile mail from costing more than honest mail.

One place, so that the documentation, the tests and the code agree on them. Sizes are bytes or characters.
"""

from __future__ import annotations

MAX_MAIL = 32 * 1024 * 1024
"""Bytes of one mail that a source reads; what is beyond is dropped and the mail gets a defect."""

MAX_HEADER = 512 * 1024
"""Bytes of the header block that are looked at."""

MAX_BODY = 4 * 1024 * 1024
"""Characters of a decoded body that are kept."""

MAX_PARTS = 200
"""MIME parts of one mail that are looked at."""

MAX_NESTING = 12
"""Levels of multipart that are followed."""

MAX_REFERENCES = 500
"""Message-ids kept of a References header."""

MAX_PEOPLE = 1000
"""Addressees kept of To and Cc."""

MAX_DEPTH = 64
"""Quote levels told apart; deeper ones count as this many."""

MAX_LINE = 10_000
"""Characters of one line that the line rules look at."""
