"""One way to read the word lists that stand as TOML files in this room."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any


@cache
def word_list(name: str) -> Mapping[str, Any]:
    """The word list ``vocab/NAME.toml``, read once.

    Args:
        name: the file's name without its ending.

    Raises:
        FileNotFoundError: there is no such list.
    """
    text = resources.files("threadmine.vocab").joinpath(f"{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
