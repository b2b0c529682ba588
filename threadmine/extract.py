"""Everything that is found in one message, in the order in which the rooms need each other."""

from __future__ import annotations

from threadmine.extraction.claims import find_claims
from threadmine.extraction.concerns import find_concerns
from threadmine.extraction.fields import find_touches
from threadmine.extraction.findings import find_findings
from threadmine.memmap import Model
from threadmine.model import Message, Mined
from threadmine.verify.engine import judge


def mine(message: Message, model: Model) -> Mined:
    """Claims with their verdicts, concerns, touched members and the program's own findings in a message.

    Pure: the same message and model give the same result, whatever else was read.
    """
    claims = find_claims(message, model)
    touches = find_touches(message, model)
    return Mined(
        message=message,
        claims=claims,
        verdicts=tuple(judge(claim, message, model) for claim in claims),
        concerns=find_concerns(message, model),
        touches=touches,
        findings=find_findings(message, model, touches),
    )
