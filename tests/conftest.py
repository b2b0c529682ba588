"""Fixtures that every test may use. No test uses the network; the corpus is optional and read-only."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def corpus_path() -> Path:
    """The shared corpus: ``THREADMINE_CORPUS``, by default the folder ``shared`` beside the repository."""
    return Path(os.environ.get("THREADMINE_CORPUS") or ROOT.parent / "shared").resolve()


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The shared corpus, or a skip that says where it was looked for."""
    path = corpus_path()
    if not (path / "corpus").is_dir():
        pytest.skip(f"no shared corpus at {path} (set THREADMINE_CORPUS)")
    return path


@pytest.fixture(scope="session")
def sample() -> Path:
    """The sample corpus of our own writing."""
    return ROOT / "data"


@pytest.fixture(autouse=True)
def private_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keeps every test away from the user's own database, cache and git configuration."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    for name in ("DATA", "CACHE", "CONFIG", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(home / name.lower()))
    monkeypatch.delenv("THREADMINE_DB", raising=False)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
