"""A real public-inbox server on loopback, filled with mail for a test."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

PROGRAMS = ("public-inbox-init", "public-inbox-index", "public-inbox-extindex", "public-inbox-httpd", "git")
_WAIT = 60.0


def missing_programs() -> list[str]:
    """Those of the programs that a server needs which are not installed."""
    return [name for name in PROGRAMS if shutil.which(name) is None]


@dataclass
class InboxServer:
    """One inbox, served below ``url`` and, with all other inboxes, below ``/all``."""

    root: Path
    list_name: str = "linux-mm"
    address: str = "linux-mm@example.org"
    port: int = 0
    _process: subprocess.Popen[bytes] | None = None
    _env: dict[str, str] = field(default_factory=dict)
    _count: int = 0

    def __post_init__(self) -> None:
        self._env = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
        home = self.root / "server-home"
        home.mkdir(parents=True)
        self._env.update(
            HOME=str(home),
            PI_CONFIG=str(self.root / "config"),
            XDG_CACHE_HOME=str(home / "cache"),
            XDG_DATA_HOME=str(home / "data"),
            GIT_CONFIG_NOSYSTEM="1",
        )

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def inbox(self) -> Path:
        return self.root / self.list_name

    @property
    def settings(self) -> dict[str, str]:
        """Overrides that point b4 and liblore here."""
        return {"b4.midmask": f"{self.origin}/all/%s", "b4.attestation-policy": "off"}

    def _run(self, *command: str, data: bytes | None = None) -> None:
        subprocess.run(command, input=data, env=self._env, check=True, capture_output=True, timeout=300)

    def start(self, mails: Iterable[bytes]) -> InboxServer:
        """Fills the inbox, indexes it and serves it."""
        url = f"http://127.0.0.1:0/{self.list_name}"
        self._run(
            "public-inbox-init",
            "-V2",
            "-j1",
            "-L",
            "full",
            self.list_name,
            str(self.inbox),
            url,
            self.address,
        )
        config = str(self.root / "config")
        self._run("git", "config", "-f", config, "publicinbox.wwwlisting", "all")
        self._run("git", "config", "-f", config, "extindex.all.topdir", str(self.root / "all"))
        self._run("git", "config", "-f", config, "extindex.all.url", "http://127.0.0.1:0/all")
        self.add(mails)
        self.serve()
        return self

    def add(self, mails: Iterable[bytes], epoch: int = 0) -> None:
        """Appends mails to an epoch, one commit each, and indexes them."""
        stream: list[bytes] = []
        repository = self.inbox / "git" / f"{epoch}.git"
        known = subprocess.run(
            ["git", "-C", str(repository), "rev-parse", "-q", "--verify", "refs/heads/master"],
            env=self._env, capture_output=True, text=True, check=False,
        ).stdout.strip()  # fmt: skip
        for mail in mails:
            self._count += 1
            who = b"Archive <archive@example.org> %d +0000" % (1_700_000_000 + self._count)
            stream.append(b"commit refs/heads/master\ncommitter " + who + b"\ndata 1\nm")
            if known and len(stream) == 1:
                stream.append(b"from " + known.encode())
            stream.append(b"M 100644 inline m\ndata %d\n" % len(mail) + mail)
        self._run(
            "git", "-C", str(repository), "fast-import", "--quiet", "--force", data=b"\n".join(stream) + b"\n"
        )
        self._run("public-inbox-index", "--no-fsync", "--jobs=0", str(self.inbox))
        self._run("public-inbox-extindex", "--no-fsync", "--jobs=0", "--all", str(self.root / "all"))
        if self._process is not None:  # it keeps the search index that it opened
            self.stop()
            self.serve()

    def serve(self) -> None:
        """Starts the server on a free port and waits until it answers."""
        errors = self.root / "httpd.err"
        with errors.open("wb") as stream:
            self._process = subprocess.Popen(
                ["public-inbox-httpd", "-W0", "-l", f"http://127.0.0.1:{self.port}"],
                env=self._env,
                stdout=stream,
                stderr=stream,
            )
        deadline = time.monotonic() + _WAIT
        while time.monotonic() < deadline:
            match = re.search(rb"127\.0\.0\.1:(\d+)", errors.read_bytes())
            if match is not None:
                self.port = int(match.group(1))
                return
            if self._process.poll() is not None:
                break
            time.sleep(0.02)
        raise RuntimeError("public-inbox-httpd did not start: " + errors.read_text(errors="replace"))

    def stop(self) -> None:
        """Ends the server."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=20)
            self._process = None
