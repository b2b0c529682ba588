"""The static site: whole pages, links that lead somewhere, and hostile mail that stays text."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests import world
from tests.db.letters import fresh_database, mined, series
from threadmine.db.queries import Queries
from threadmine.db.session import open_database
from threadmine.db.store import Store
from threadmine.errors import SourceError
from threadmine.model import Mined
from threadmine.report import MARKER, write_site
from threadmine.report.assets import SCRIPT, STYLE
from threadmine.report.html import element, lines, outside, page, text

NOW = datetime(2026, 2, 8, tzinfo=UTC)

VOID = {"meta", "input"}


class Page(HTMLParser):
    """Elements, ids and links of a page; fails on elements that do not close."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.ids: list[str] = []
        self.attributes: set[str] = set()
        self.shown: list[str] = []
        self.labels: set[str] = set()
        self.feed(path.read_text(encoding="utf-8"))
        self.close()
        assert not self.open, (path, self.open)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            self.attributes.add(name)
            if name in ("href", "src"):
                self.links.append(value or "")
            if name == "id":
                self.ids.append(value or "")
            if tag == "label" and name == "for":
                self.labels.add(value or "")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open.pop() == tag, tag

    def handle_data(self, data: str) -> None:
        if not {"script", "style"} & set(self.open):
            self.shown.append(data)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    with open_database(world.make(folder / "world.db"), readonly=True) as database:
        assert write_site(Queries(database), folder / "site", NOW) > 10
    return folder / "site"


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[str, Page]:
    return {str(path.relative_to(site)): Page(path) for path in sorted(site.rglob("*.html"))}


def test_there_is_a_page_for_each_thing(pages: dict[str, Page]) -> None:
    folders = {name.split("/")[0] for name in pages if "/" in name}
    assert folders == {"field", "series", "person", "claim"}
    assert {"index.html", "series.html", "people.html", "claims.html", "search.html"} <= set(pages)
    assert any("folio._nr_pages" in name for name in pages)


def test_every_link_leads_somewhere_and_loads_nothing(pages: dict[str, Page], site: Path) -> None:
    for name, one in pages.items():
        assert "src" not in one.attributes
        assert len(one.ids) == len(set(one.ids)), name
        for target in one.links:
            if target.startswith("https://lore.kernel.org/"):
                continue
            path, _, anchor = target.partition("#")
            assert "://" not in path, (name, target)
            reached = (site / name).parent / path if path else site / name
            assert reached.resolve().is_file(), (name, target)
            if anchor:
                assert anchor in Page(reached).ids, (name, target)


def test_hostile_mail_stays_text(pages: dict[str, Page]) -> None:
    for name, one in pages.items():
        assert not {"img", "iframe", "object", "embed", "form", "base", "link"} & one.tags, name
        assert not [attribute for attribute in one.attributes if attribute.startswith("on")], name
        assert ("script" in one.tags) == (name == "search.html")
    person = next(one for name, one in pages.items() if name.startswith("person/eve"))
    words = "".join(person.shown)
    assert "<img src=x onerror=alert(2)>" in words  # shown, not run
    assert "\x1b" not in words and "\u202e" not in words


def test_the_policy_allows_only_what_stands_in_the_page(site: Path) -> None:
    for path in site.rglob("*.html"):
        content = path.read_text(encoding="utf-8")
        policy = re.search(r'Content-Security-Policy" content="([^"]*)"', content)
        assert policy is not None and "default-src &#x27;none&#x27;" in policy[1]
        assert digest(STYLE) in policy[1] and "unsafe" not in policy[1]
        assert (digest(SCRIPT) in policy[1]) == (path.name == "search.html")
        assert "style=" not in content.replace("<style>", "")


def digest(content: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()


def test_search_data_cannot_end_its_element(site: Path, pages: dict[str, Page]) -> None:
    content = (site / "search.html").read_text(encoding="utf-8")
    data = re.search(r'<script type="application/json" id="data">(.*?)</script>', content, re.DOTALL)
    assert data is not None and "<" not in data[1]
    rows = json.loads(data[1])
    assert any("<img src=x" in row[1] for row in rows)
    for target, _, _ in rows:
        path, _, anchor = target.partition("#")
        assert path in pages and (not anchor or anchor in pages[path].ids)


def test_pages_can_be_used_without_a_mouse_or_eyes(site: Path, pages: dict[str, Page]) -> None:
    for name, one in pages.items():
        content = (site / name).read_text(encoding="utf-8")
        assert '<html lang="en">' in content and content.count("<h1>") == 1
        assert "main" in one.tags and "nav" in one.tags and "main" in one.ids
        assert content.count("<table") == content.count("<caption>")
    assert "query" in pages["search.html"].labels


def luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    parts = [
        int(c * 2 if len(digits) == 3 else digits[i * 2 : i * 2 + 2], 16) / 255
        for i, c in enumerate(digits[:3])
    ]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("theme", [0, 1])
def test_colours_have_contrast_in_both_themes(theme: int) -> None:
    blocks = re.findall(r":root\{(.*?)\}", STYLE, re.DOTALL)
    colours = dict(re.findall(r"--(\w+):(#[0-9a-f]{3,6})", blocks[theme]))
    for name in ("fg", "soft", "link", "bad", "good", "warn"):
        for ground in ("bg", "box"):
            light, dark = sorted((luminance(colours[name]), luminance(colours[ground])), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 4.5, (theme, name, ground)


def test_the_bytes_and_the_sentence_are_shown(pages: dict[str, Page], site: Path) -> None:
    name = next(name for name in pages if name.startswith("field/folio._nr_pages"))
    words = " ".join(pages[name].shown)
    assert "Offset 120, 4 bytes" in words and "page[1]+56" in words
    assert '<span class="here">_nr_pages</span>' in (site / name).read_text(encoding="utf-8")
    refuted = next(one for name, one in pages.items() if name.startswith("claim/") and "REFUTED" in one.shown)
    assert "prep_compound_head() handles order 0 as well." in refuted.shown
    assert "mark" in refuted.tags and "does not hold: 6.15..7.3 x86-64 MEMCG" in refuted.shown


def test_findings_stand_with_their_series(pages: dict[str, Page]) -> None:
    shown = [
        words for one in pages.values() for words in one.shown if "the store clears 4 of 8 bytes" in words
    ]
    assert len(shown) == 1


def test_a_folder_with_other_things_is_left_alone(tmp_path: Path, site: Path) -> None:
    (tmp_path / "precious.txt").write_text("x")
    with open_database("sqlite://") as database:
        with pytest.raises(SourceError, match="holds other things"):
            write_site(Queries(database), tmp_path, NOW)
        write_site(Queries(database), tmp_path / "new", NOW)
        assert (tmp_path / "new" / MARKER).exists()
        write_site(Queries(database), tmp_path / "new", NOW)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new", "precious.txt"]


def test_markup_is_made_here_alone() -> None:
    assert text("<b>\x1b[1m") == "&lt;b&gt;\\x1b[1m"
    assert lines("a\n<") == "a\n&lt;"
    assert element("p", "<i>", title='"x"') == '<p title="&quot;x&quot;">&lt;i&gt;</p>'
    assert outside("javascript:alert(1)", "message") == "message"
    assert '"><script>' not in outside('https://x/"><script>', "message")
    assert "".join(page("</title><script>", text("x"))).count("<script") == 0


BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine (Debian: chromium)")
@pytest.mark.slow
def test_a_real_browser_searches_and_runs_nothing_else(site: Path, tmp_path: Path) -> None:
    def shown(name: str, *options: str) -> str:
        quiet = ["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=4000"]
        profile = f"--user-data-dir={tmp_path / 'profile'}"
        command = [
            str(BROWSER),
            *quiet,
            profile,
            *options,
            "--dump-dom",
            f"{(site / name.partition('#')[0]).as_uri()}{name[len(name.partition('#')[0]) :]}",
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=90)
        assert done.returncode == 0, done.stderr
        assert "Refused to" not in done.stderr
        return done.stdout

    assert re.search(r'<p id="count"[^>]*>\d+ entries</p>', shown("search.html"))
    found = shown("search.html#pgmap%20loop")
    assert re.search(r'<p id="count"[^>]*>[1-9]\d* entr(?:y|ies)</p>', found)
    listed = re.search(r'<ul id="found">(.*?)</ul>', found, re.DOTALL)
    assert listed is not None and "I object to setting pgmap in the loop." in listed[1]
    hostile = shown("search.html#%3Cimg%20src%3Dx")
    assert "&lt;img src=x onerror=alert(2)&gt;" in hostile and "<img" not in hostile
    assert re.search(r'<p id="count"[^>]*>\d+ entries</p>', shown("search.html#%E0%A4%A"))  # no UTF-8
    evil = next(str(path.relative_to(site)) for path in site.glob("person/eve*.html"))
    found = shown(evil, "--enable-logging=stderr")
    assert "&lt;img src=x onerror=alert(2)&gt;" in found


def test_a_restated_claim_has_one_page_with_all_its_places(tmp_path: Path) -> None:
    one, other = (series(f"v{n}", 1, version=n, hours=24 * n) for n in (1, 2))
    with fresh_database(tmp_path) as database:
        for cover, patch in (one, other):
            claims = tuple(replace(claim, quote="They are the same bytes.") for claim in mined(patch).claims)
            Store(database).store_thread([Mined(cover), replace(mined(patch), claims=claims)])
        write_site(Queries(database), tmp_path / "site", NOW)
    (path,) = (tmp_path / "site/claim").glob("*.html")
    words = " ".join(Page(path).shown)
    assert "Said again in" in words and "v1-1@example.org" in words and "v2-1@example.org" in words
    versions = [Page(found) for found in (tmp_path / "site/series").glob("*.html")]
    assert len(versions) == 2
    assert all(f"../claim/{path.name}" in version.links for version in versions)
