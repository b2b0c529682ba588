"""Makes the pictures of README.md and docs/tui.md from the sample mail: ``make pictures``.

The screen is driven as in the tests and drawn as SVG; the fonts that the drawing would fetch from elsewhere
are taken out, so that a page with the picture makes no request.
"""

from __future__ import annotations

import asyncio
import re
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from bench_screen import settle
from corpus import ROOT

from threadmine.db.queries import Queries
from threadmine.db.session import open_database
from threadmine.pipeline import ingest_paths
from threadmine.screens.board import REST, BoardScreen
from threadmine.screens.sides import Ask
from threadmine.tui import ThreadmineApp

NOW = datetime(2026, 1, 23, 12, tzinfo=UTC)
FONT_FACE = re.compile(r"@font-face \{[^}]*\}\s*")
SHOTS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("board", "page.memcg_data", ("a", "enter", "G")),
    ("claim", "folio._nr_pages", ("c", "enter", "n")),
    ("thread", "page.memcg_data", ("a", "enter", "G", "e")),
    ("diff", "page.memcg_data", ("a", "enter", "G", "d", "full_stop")),
    ("series", "page.memcg_data", ("a", "enter", "G", "s")),
    ("verdict", "folio._nr_pages", ("c", "enter", "n", "v")),
    (
        "model",
        "folio._nr_pages",
        ("m", "less_than_sign", "less_than_sign", "less_than_sign", "less_than_sign"),
    ),
)


async def shoot(app: ThreadmineApp, field: str, keys: tuple[str, ...]) -> str:
    """The screen as SVG after moving to ``field`` and pressing ``keys``."""
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(pilot)
        board = app.screen
        assert isinstance(board, BoardScreen)
        board.tree_pane.go_to(Ask(field=field))
        await settle(pilot)
        for key in keys:
            await pilot.press(key)
            await settle(pilot)
        await pilot.pause(REST)  # the later versions are read once the cursor rests
        await settle(pilot)
        return FONT_FACE.sub("", app.export_screenshot(title="threadmine"))


def main() -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        open_database(f"sqlite:///{Path(folder) / 'sample.db'}") as database,
    ):
        ingest_paths(database, [str(ROOT / "data" / "mail")])
        for name, field, keys in SHOTS:
            app = ThreadmineApp(Queries(database), clock=lambda: NOW)
            target = ROOT / "docs" / f"{name}.svg"
            target.write_text(asyncio.run(shoot(app, field, keys)), encoding="utf-8")
            print(target.relative_to(ROOT))


if __name__ == "__main__":
    main()
