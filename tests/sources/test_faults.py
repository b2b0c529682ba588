"""What a server can do wrong: each fault is one line that says what to do, and nothing is stored."""

from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.sources.conftest import Run, letter
from threadmine.db.session import open_database
from threadmine.errors import SourceError
from threadmine.following import Puller
from threadmine.sources import server
from threadmine.sources.lore import Lore
from threadmine.sources.target import parse_target

Answer = Callable[[BaseHTTPRequestHandler], None]
WANTED = "wanted@example.org"
MBOX = b"From mboxrd@z Thu Jan  1 00:00:00 1970\n" + letter(WANTED, "a subject", "Text.\n", 1) + b"\n"


class FaultyServer:
    """Answers every request as ``answer`` says; for the faults that a real server won't produce on demand."""

    def __init__(self) -> None:
        self.answer: Answer = lambda handler: send(handler, 200, gzip.compress(MBOX))
        self.requests = 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def _any(self) -> None:
                outer.requests += 1
                length = int(self.headers.get("Content-Length") or 0)
                self.rfile.read(length)
                outer.answer(self)

            def do_GET(self) -> None:
                self._any()

            def do_POST(self) -> None:
                self._any()

            def do_HEAD(self) -> None:
                self._any()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    @property
    def settings(self) -> dict[str, str]:
        port = self.server.server_address[1]
        return {"b4.midmask": f"http://127.0.0.1:{port}/all/%s", "b4.attestation-policy": "off"}

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def send(
    handler: BaseHTTPRequestHandler, status: int, body: bytes, headers: dict[str, str] | None = None
) -> None:
    handler.send_response(status)
    for name, value in (headers or {}).items():
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    if handler.command != "HEAD":
        handler.wfile.write(body)


def cut(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    handler.wfile.write(gzip.compress(MBOX)[:20])
    handler.close_connection = True


def slow(handler: BaseHTTPRequestHandler) -> None:
    time.sleep(3)
    send(handler, 200, gzip.compress(MBOX))


@pytest.fixture
def faulty() -> Iterator[FaultyServer]:
    found = FaultyServer()
    yield found
    found.stop()


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "MAX_WAIT", 0.01)


FAULTS: list[tuple[str, Answer, str]] = [
    ("truncated gzip", lambda h: send(h, 200, gzip.compress(MBOX * 50)[:-30]), "cut short"),
    (
        "a page",
        lambda h: send(h, 200, b"<!DOCTYPE html><html>Are you a robot?</html>"),
        "a page where mail was promised",
    ),
    ("404", lambda h: send(h, 404, b"no"), "there is no message"),
    ("403", lambda h: send(h, 403, b"no"), "refuses to answer (403)"),
    ("429", lambda h: send(h, 429, b"no", {"Retry-After": "1"}), "busy (429)"),
    ("503", lambda h: send(h, 503, b"no", {"Retry-After": "1"}), "busy (503)"),
    ("500", lambda h: send(h, 500, b"no"), "error (500)"),
    ("cut connection", cut, "cut in the middle"),
    ("empty", lambda h: send(h, 200, gzip.compress(b"")), "no mail"),
    (
        "another mail",
        lambda h: send(h, 200, gzip.compress(MBOX.replace(b"wanted@", b"other@"))),
        "does not hold the message",
    ),
]


@pytest.mark.parametrize(("answer", "says"), [f[1:] for f in FAULTS], ids=[f[0] for f in FAULTS])
def test_each_fault_is_one_line(faulty: FaultyServer, answer: Answer, says: str) -> None:
    faulty.answer = answer
    source = Lore(faulty.settings, timeout=5)
    try:
        with pytest.raises(SourceError) as caught:
            source.thread(WANTED)
    finally:
        source.close()
    line = caught.value.line()
    assert says in line and "\n" not in line and caught.value.remedy


def test_a_slow_server_is_given_up(faulty: FaultyServer) -> None:
    faulty.answer = slow
    source = Lore(faulty.settings, timeout=0.3)
    start = time.monotonic()
    with pytest.raises(SourceError, match="did not answer in time"):
        source.thread(WANTED)
    assert time.monotonic() - start < 3
    source.close()


def test_a_server_that_is_down() -> None:
    source = Lore({"b4.midmask": "http://127.0.0.1:1/all/%s"}, timeout=2)
    with pytest.raises(SourceError, match="cannot be reached"):
        source.thread(WANTED)
    source.close()


def test_a_busy_server_is_asked_again(faulty: FaultyServer) -> None:
    def busy_once(handler: BaseHTTPRequestHandler) -> None:
        if faulty.requests == 1:
            send(handler, 503, b"later", {"Retry-After": "1"})
        else:
            send(handler, 200, gzip.compress(MBOX))

    faulty.answer = busy_once
    source = Lore(faulty.settings, timeout=5)
    assert source.thread(WANTED).ids == (WANTED,)
    assert faulty.requests == 2
    source.close()


def test_the_command_says_it_and_stores_nothing(faulty: FaultyServer, run: Run) -> None:
    faulty.answer = lambda handler: send(handler, 200, b"<html>robots?</html>")
    done = run("pull", WANTED, settings=faulty.settings)
    assert done.returncode == 1
    assert [line for line in done.stderr.splitlines() if "where mail was promised" in line]
    assert run("export", "messages").stdout == ""
    faulty.answer = lambda handler: send(handler, 200, gzip.compress(MBOX))
    assert run("pull", "--no-versions", WANTED, settings=faulty.settings).returncode == 0


def test_a_version_search_that_fails_keeps_the_thread(faulty: FaultyServer, run: Run) -> None:
    patch = letter(WANTED, "[PATCH 1/1] mm: count", "Text.\n---\ndiff --git a/a b/a\n", 1)

    def answer(handler: BaseHTTPRequestHandler) -> None:
        if handler.command == "POST":
            send(handler, 200, b"<html>robots?</html>")
        else:
            send(handler, 200, gzip.compress(b"From mboxrd@z Thu Jan  1 00:00:00 1970\n" + patch + b"\n"))

    faulty.answer = answer
    done = run("pull", WANTED, settings=faulty.settings)
    assert done.returncode == 1 and "where mail was promised" in done.stderr
    assert WANTED in run("export", "messages").stdout


def answered(handler: BaseHTTPRequestHandler) -> None:
    """A server that works: the thread where it is asked for, and nothing new in any window."""
    if "q=" in handler.path:
        send(handler, 404, b"No results found")
    else:
        send(handler, 200, gzip.compress(MBOX))


UPDATE_FAULTS = [
    fault for fault in FAULTS if fault[0] not in ("404", "empty", "another mail")
]  # to an update these say that nothing is new


@pytest.mark.parametrize(
    ("answer", "says"), [f[1:] for f in UPDATE_FAULTS], ids=[f[0] for f in UPDATE_FAULTS]
)
def test_each_fault_of_an_update_is_one_line_and_changes_nothing(
    faulty: FaultyServer, tmp_path: Path, answer: Answer, says: str
) -> None:
    faulty.answer = answered
    source = Lore(faulty.settings, timeout=5)
    with open_database(str(tmp_path / "t.db")) as database:
        puller = Puller(source, database)
        puller.pull([parse_target(WANTED)], versions=True)
        assert not puller.outcome.failures
        before = puller.followed()
        faulty.answer = answer
        again = Puller(source, database)
        again.update()
        (line,) = again.outcome.failures
        assert says in line and "\n" not in line
        assert again.followed() == before and not again.outcome.new_ids
    source.close()


@pytest.mark.parametrize("fault", ["404", "empty", "another mail"])
def test_nothing_new_is_no_fault_and_strange_mail_is_dropped(
    faulty: FaultyServer, tmp_path: Path, fault: str
) -> None:
    faulty.answer = answered
    source = Lore(faulty.settings, timeout=5)
    with open_database(str(tmp_path / "t.db")) as database:
        Puller(source, database).pull([parse_target(WANTED)], versions=True)
        faulty.answer = next(answer for name, answer, _ in FAULTS if name == fault)
        again = Puller(source, database)
        again.update()
        assert (again.outcome.failures, again.outcome.new_ids) == ([], [])
    source.close()


def test_a_server_that_fails_is_not_asked_for_every_thread(faulty: FaultyServer, tmp_path: Path) -> None:
    names = [f"many-{n}@example.org" for n in range(9)]
    mails = [letter(name, f"number {name}", "Text.\n", 1) for name in names]

    def all_there(handler: BaseHTTPRequestHandler) -> None:
        found = next((n for n, name in enumerate(names) if name.partition("@")[0] in handler.path), 0)
        send(handler, 200, gzip.compress(b"From mboxrd@z Thu Jan  1 00:00:00 1970\n" + mails[found] + b"\n"))

    faulty.answer = all_there
    source = Lore(faulty.settings, timeout=5)
    with open_database(str(tmp_path / "t.db")) as database:
        Puller(source, database).pull(map(parse_target, names), versions=False)
        faulty.answer = lambda handler: send(handler, 403, b"no")
        faulty.requests = 0
        again = Puller(source, database)
        again.update()
        assert (
            len(again.outcome.failures) == 3 and "7 more threads were not asked" in again.outcome.failures[-1]
        )
        assert faulty.requests <= 2
    source.close()
