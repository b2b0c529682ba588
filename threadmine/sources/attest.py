"""What signatures say of a mail, asked of b4 and patatt: noted and shown, never trusted silently.

Nothing is asked unless b4's policy allows it; a DKIM signature needs the network and is looked at only where
b4's configuration asks for it (``b4.attestation-check-dkim``). Without an answer the word is ``unknown``.
"""

from __future__ import annotations

import b4
from liblore.utils import parse_message

UNKNOWN = "unknown"
"""Nobody has looked, or nobody could."""

NONE = "none"
"""Somebody looked, and the mail carries no signature that can be checked."""

_SIGNATURES = (b"\nx-developer-signature:", b"\ndkim-signature:")
_MAX_HEADER = 512 * 1024


def attestation(data: bytes) -> str:
    """One line on the signatures of raw mail: ``good: WHO (HOW)``, ``bad: WHO (HOW): WHY``, none, unknown.

    b4 has to be set up before (see :class:`threadmine.sources.lore.Lore`).
    """
    config = b4.get_main_config()
    if config.get("attestation-policy") == "off":
        return UNKNOWN
    head = data[:_MAX_HEADER].split(b"\n\n", 1)[0].lower()
    if not any(name in b"\n" + head for name in _SIGNATURES):
        return NONE
    dkim = config.get("attestation-check-dkim") == "yes"
    if _SIGNATURES[0] not in b"\n" + head and not dkim:
        return UNKNOWN
    try:
        found = b4.LoreMessage(parse_message(data)).attestors
    except Exception as error:  # patatt, dkimpy and gpg raise what they like; a signature never stops a pull
        return f"{UNKNOWN}: {type(error).__name__}"
    if not found:
        return UNKNOWN
    return "; ".join(sorted(_line(each) for each in found))


def _line(attestor: b4.LoreAttestor) -> str:
    who = f"{attestor.identity or 'nobody'} ({attestor.mode or 'signature'})"
    if attestor.passing:
        return f"good: {who}"
    if not attestor.have_key and attestor.mode == "patatt":
        return f"{UNKNOWN}: {who}: no key"
    why = "; ".join(str(error) for error in attestor.errors[:2]) or "does not verify"
    return f"bad: {who}: {' '.join(why.split())[:120]}"
