"""Text out of mail whose MIME structure is broken, with mail-parser.

Only mail that the standard library's parser finds defects in, or no text, comes here: mail-parser also looks
into what stands before the first and after the last boundary, where broken or hostile mail hides its text,
and names the defects. It is slower than the rest by an order of magnitude, so plain mail never gets here.
"""

from __future__ import annotations

import binascii
import logging

from threadmine.model import Defect
from threadmine.parse.limits import MAX_BODY, MAX_PARTS

_MAX_BYTES = 2 * 1024 * 1024
"""Bytes of a broken mail that are handed on: beyond that it is read as plain text."""


def recover(data: bytes, defects: list[Defect]) -> tuple[list[str], list[str]]:
    """The plain texts and the HTML pages that can be saved from a broken mail; defects are added to."""
    if len(data) > _MAX_BYTES:
        return [], []
    import mailparser  # slow to import, and hardly ever needed

    logging.getLogger("mailparser").setLevel(logging.CRITICAL)
    try:
        mail = mailparser.parse_from_bytes(data)
        texts = [str(text)[:MAX_BODY] for text in mail.text_plain[:MAX_PARTS]]
        pages = [str(page)[:MAX_BODY] for page in mail.text_html[:MAX_PARTS]]
        named = sorted(str(name) for name in mail.defects_categories)
    except (
        mailparser.exceptions.MailParserError,
        RecursionError,
        ValueError,
        LookupError,
        AttributeError,
        TypeError,
        AssertionError,
        binascii.Error,
    ) as error:
        # it is given what other parsers have stumbled over; what it stumbles over itself is noted
        defects.append(Defect("mime", f"mail-parser: {type(error).__name__}"))
        return [], []
    defects += [Defect("mime", name) for name in named]
    return [t for t in texts if t.strip()], [p for p in pages if p.strip()]
