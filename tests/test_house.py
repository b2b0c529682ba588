"""The house's own rules that import-linter can not see."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

PACKAGE = ROOT / "threadmine"
SOURCES = sorted(PACKAGE.rglob("*.py"))


def modules_after(statement: str) -> set[str]:
    """The top-level packages a fresh interpreter has loaded after ``statement``."""
    program = f"{statement}\nimport sys\nprint(' '.join(sorted({{m.split('.')[0] for m in sys.modules}})))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize(
    "statement",
    [
        "import threadmine",
        "import threadmine.cli.main",
        "import threadmine.model",
        "import threadmine.db.queries",
    ],
)
def test_light_imports_load_nothing_heavy(statement: str) -> None:
    """A question must not pay for spaCy, Textual or the network libraries."""
    assert modules_after(statement).isdisjoint({"spacy", "textual", "b4", "liblore", "requests", "numpy"})


def test_the_screen_does_not_load_the_miner() -> None:
    """The first screen has to be there within a second; spaCy alone takes longer."""
    assert modules_after("import threadmine.tui").isdisjoint({"spacy", "b4", "liblore"})


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_every_module_says_why_it_exists(path: Path) -> None:
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    assert docstring, f"{path} has no docstring"


def test_only_render_and_cli_print() -> None:
    """stdout is data: one room owns it. (ruff's T20 sees print; this sees sys.stdout.)"""
    users = {
        str(path.relative_to(PACKAGE))
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in ("stdout", "__stdout__") and _is_sys(node.value)
    }
    assert all(user.startswith(("render", "cli/")) for user in users), users


def _is_sys(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "sys"


def test_no_path_of_a_machine_is_committed() -> None:
    """The project speaks of the project alone."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    texts = (".py", ".md", ".toml", ".txt", ".cfg", ".json", ".tcss", "Makefile", "run")
    for name in filter(None, listed.stdout.split("\0")):
        path = ROOT / name
        if path.is_file() and name.endswith(texts) and path != Path(__file__):
            text = path.read_text(encoding="utf-8", errors="replace")
            for word in ("/work/main", "/work/shared", "/tmp/brief", "/root/"):
                assert word not in text, f"{name} names {word}"


def test_every_room_has_a_floor() -> None:
    """A module that no layer names is kept by no contract."""
    contracts = (ROOT / ".importlinter").read_text(encoding="utf-8")
    rooms = {p.stem if p.is_file() else p.name for p in PACKAGE.iterdir() if p.suffix == ".py" or p.is_dir()}
    rooms -= {"__init__", "__pycache__"}
    layers = contracts.split("layers =")[1].split("[importlinter")[0]
    named = {word.strip("()").removeprefix("threadmine.") for word in layers.split() if "threadmine." in word}
    assert rooms <= named, rooms - named
