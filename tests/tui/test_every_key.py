"""Every key of every view is pressed in the real application; the documentation knows each of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from textual.pilot import Pilot
from textual.screen import Screen

from tests.conftest import ROOT
from tests.tui.driving import board, make_app, press, settled
from threadmine.db.session import Database, open_database
from threadmine.pipeline import ingest_paths
from threadmine.screens.board import BoardScreen
from threadmine.screens.diff import DiffScreen
from threadmine.screens.explain import ExplainScreen
from threadmine.screens.help import HelpScreen
from threadmine.screens.keys import KEY_NAMES, groups_of
from threadmine.screens.layout import LayoutScreen
from threadmine.screens.limits import LimitsScreen, save_limit
from threadmine.screens.rows import Mode
from threadmine.screens.series import SeriesScreen
from threadmine.screens.sides import Ask
from threadmine.screens.thread import ThreadScreen
from threadmine.tui import ThreadmineApp

WAYS: dict[type[Screen[object]], tuple[Mode, tuple[str, ...]]] = {
    BoardScreen: (Mode.OPEN, ()),
    ThreadScreen: (Mode.ALL, ("G", "e")),
    DiffScreen: (Mode.ALL, ("G", "d")),
    SeriesScreen: (Mode.ALL, ("G", "s")),
    ExplainScreen: (Mode.CLAIMS, ("v",)),
    LayoutScreen: (Mode.ALL, ("m",)),
    HelpScreen: (Mode.ALL, ("question_mark",)),
    LimitsScreen: (Mode.ALL, ("w",)),
}
LEAVES = {"Q", "ctrl+c"}


def keys_of(screen: type[Screen[object]]) -> list[str]:
    """Every key that works in a view, in the order of its bindings."""
    found = (
        key for _, group in groups_of(screen, ThreadmineApp) for one in group for key in one.key.split(",")
    )
    return [key for key in found if key not in LEAVES]


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """Its own: triage keys write."""
    url = f"sqlite:///{tmp_path_factory.mktemp('keys') / 'k.db'}"
    with open_database(url) as opened:
        ingest_paths(opened, [str(ROOT / "data" / "mail")])
        yield opened


@pytest.mark.parametrize("screen", list(WAYS), ids=[kind.__name__ for kind in WAYS])
async def test_every_key_of_every_view(
    database: Database, screen: type[Screen[object]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ThreadmineApp, "open_url", lambda self, url, new_tab=True: None)
    save_limit("nits", "kind:nit")
    app = make_app(database, update_command=("true",))
    async with app.run_test(size=(100, 30)) as pilot:
        await settled(pilot)
        await to(app, pilot, screen)
        for key in keys_of(screen):
            if screen is BoardScreen and key == "q":
                continue  # quits; the last one
            await press(pilot, key)
            assert app.is_running, key
            await back_to(app, pilot, screen)
    assert app.return_code in (0, None)


async def to(app: ThreadmineApp, pilot: Pilot[None], screen: type[Screen[object]]) -> None:
    """From the board, whatever it shows, to a view."""
    mode, keys = WAYS[screen]
    front = board(pilot)
    front.want(ask=Ask(), mode=mode, limit="")
    front.set_focus(front.listing)
    await settled(pilot)
    await press(pilot, *keys)
    assert isinstance(app.screen, screen)


async def back_to(app: ThreadmineApp, pilot: Pilot[None], screen: type[Screen[object]]) -> None:
    """Back to the view whose keys are tried, whatever a key has opened or closed."""
    for _ in range(6):
        typing = bool(app.screen.query("PromptBar #answer:focus"))
        if type(app.screen) is screen and not typing:
            return
        if len(app.screen_stack) > 2 or typing:
            await press(pilot, "escape")
        else:
            await to(app, pilot, screen)
    raise AssertionError(f"stuck in {app.screen}")


def test_the_documentation_has_every_key() -> None:
    written = (ROOT / "docs" / "tui.md").read_text(encoding="utf-8")
    for screen in WAYS:
        for key in keys_of(screen):
            name = KEY_NAMES.get(key, key)
            spelled = {name, {"←": "left", "→": "right"}.get(name, name)}
            also = {"↓", "↑", "Home", "End", "PgDn", "PgUp", "^F", "^B", "Shift-Tab", "delete"}
            assert name in also or any(f"`{one}`" in written for one in spelled), (screen, name)


def test_no_two_actions_share_a_key() -> None:
    for screen in WAYS:
        keys = keys_of(screen)
        assert len(keys) == len(set(keys)), screen
