"""The screen over real mail of the shared corpus: every view opens on what is there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tui.driving import BAD_CHARACTERS, board, listing, make_app, paper, press, screen_text, settled
from threadmine.db.session import Database, open_database
from threadmine.pipeline import ingest_paths
from threadmine.screens.rows import OPEN_STATES

pytestmark = pytest.mark.corpus
FAMILIES = ("D01-drm-pagemap-thp", "D02-thp-zone-device")


@pytest.fixture(scope="module")
def database(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    folder = corpus / "corpus" / "dev" / "mbox"
    with open_database(f"sqlite:///{tmp_path_factory.mktemp('corpus') / 'dev.db'}") as opened:
        ingest_paths(opened, [str(folder / name) for name in FAMILIES])
        yield opened


@pytest.mark.parametrize("size", [(80, 24), (200, 60)], ids=["80x24", "200x60"])
async def test_every_view_opens_on_real_mail(database: Database, size: tuple[int, int]) -> None:
    app = make_app(database)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        expected = len(app.queries.issues(state=OPEN_STATES))
        assert min(expected, 200) == listing(pilot).row_count > 20
        for view in "2341":
            await press(pilot, view, "j", "j", "tab")
            for opened in ("e", "d", "s", "m", "question_mark"):
                await press(pilot, opened)
                shown = screen_text(pilot)
                assert not [bad for bad in BAD_CHARACTERS if bad in shown]
                if len(app.screen_stack) > 2:
                    await press(pilot, "q")
            assert board(pilot)
        await press(pilot, "1", "tab", "G")
        assert listing(pilot).cursor_row == listing(pilot).row_count - 1
        assert "What became of it" in paper(pilot).plain
        await press(pilot, "c", "v")
        assert "How it was read" in paper(pilot).plain
