"""Where the shared corpus is."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def corpus_path() -> Path:
    """The shared corpus: THREADMINE_CORPUS, or the folder ``shared`` beside the repository."""
    return Path(os.environ.get("THREADMINE_CORPUS") or ROOT.parent / "shared").resolve()
