"""Finding claims, concerns and touched members in a message. The only room that uses spaCy.

spaCy loads its command line (typer, requests, httpx ...) with its first import, for one function that nobody
here calls; a stand-in for that module spares every run a third of the time that importing spaCy takes.
"""

import sys
from types import ModuleType
from typing import Any

_CLI = "spacy.cli.info"


def _info(*values: Any, **named: Any) -> Any:
    """``spacy.info``, which loads the real one when somebody does call it."""
    sys.modules.pop(_CLI, None)
    from spacy.cli.info import info

    return info(*values, **named)


if "spacy" not in sys.modules and _CLI not in sys.modules:
    _stand_in = ModuleType(_CLI)
    _stand_in.info = _info  # type: ignore[attr-defined]  # a module made here has what is put there
    sys.modules[_CLI] = _stand_in
