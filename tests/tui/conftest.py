"""The databases that the screen is driven over."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conftest import ROOT
from tests.tui.driving import ME, make_app
from threadmine.db.session import Database, open_database
from threadmine.pipeline import ingest_paths
from threadmine.tui import ThreadmineApp


@pytest.fixture(scope="session")
def sample_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """The sample mail, mined; tests that write make their own."""
    url = f"sqlite:///{tmp_path_factory.mktemp('tui') / 'sample.db'}"
    with open_database(url) as database:
        ingest_paths(database, [str(ROOT / "data" / "mail")])
        yield database


@pytest.fixture
def app(sample_database: Database) -> ThreadmineApp:
    return make_app(sample_database)


@pytest.fixture
def my_app(sample_database: Database) -> ThreadmineApp:
    """The application with a person at the keyboard."""
    return make_app(sample_database, who=ME)
