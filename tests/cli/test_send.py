"""`digest --send` against a real SMTP server on loopback."""

from __future__ import annotations

import email
import email.policy
import os
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests import world

WEEK = ["digest", "--week", "2026-W06", "--from", "Ada Author <ada@example.org>"]


class Inbox:
    """Keeps what comes in; refuses recipients at nobody.example.org."""

    def __init__(self) -> None:
        self.mails: list[Envelope] = []

    async def handle_RCPT(  # the server's own spelling
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.endswith("@nobody.example.org"):
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.mails.append(envelope)
        return "250 OK"


@pytest.fixture
def inbox() -> Iterator[tuple[Inbox, int]]:
    box = Inbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    yield box, port
    controller.stop()


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> str:
    return world.make(tmp_path_factory.mktemp("world") / "world.db")


def run(database: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "threadmine", "--db", database, *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, stdin=subprocess.DEVNULL, env=os.environ, check=False
    )


def configure(**settings: object) -> None:
    for key, value in settings.items():
        subprocess.run(["git", "config", "--global", f"sendemail.{key}", str(value)], check=True)


def test_it_is_sent_through_the_users_settings(inbox: tuple[Inbox, int], database: str) -> None:
    box, port = inbox
    configure(smtpserver="127.0.0.1", smtpserverport=port)
    done = run(
        database, *WEEK, "--send", "--yes", "--to", "List <list@example.org>", "--to", "max@example.org"
    )
    assert done.returncode == 0, done.stderr
    assert "sent to List <list@example.org>, max@example.org through 127.0.0.1" in done.stderr
    assert "Needs a decision" in done.stdout and "Subject: threadmine digest" in done.stderr
    (envelope,) = box.mails
    assert envelope.mail_from == "ada@example.org"
    assert envelope.rcpt_tos == ["list@example.org", "max@example.org"]
    message = email.message_from_bytes(envelope.content or b"", policy=email.policy.default)
    assert message["Subject"] == "threadmine digest, week 2026-W06 (2026-02-02 to 2026-02-08)"
    body = message.get_content().replace("\r\n", "\n")
    assert body == done.stdout
    assert not [name for name in message if name.lower() in ("cc", "bcc", "reply-to")]


def test_nothing_is_sent_unasked(inbox: tuple[Inbox, int], database: str) -> None:
    box, port = inbox
    configure(smtpserver="127.0.0.1", smtpserverport=port)
    done = run(database, *WEEK, "--send")
    assert done.returncode == 2 and "--to" in done.stderr
    done = run(database, *WEEK, "--send", "--to", "list@example.org")
    assert done.returncode == 2 and "--yes" in done.stderr
    done = run(database, *WEEK, "--send", "--yes", "--to", "list@example.org\nBcc: x@example.org")
    assert done.returncode == 2 and "no mail address" in done.stderr
    assert not box.mails


def test_a_refusal_and_a_dead_server_are_one_line(inbox: tuple[Inbox, int], database: str) -> None:
    box, port = inbox
    configure(smtpserver="127.0.0.1", smtpserverport=port)
    done = run(database, *WEEK, "--send", "--yes", "--to", "who@nobody.example.org")
    assert done.returncode == 1 and not box.mails
    assert done.stderr.splitlines()[-1].startswith("threadmine: the mail server refused:")
    with socket.socket() as bound:  # bound, and nobody listens
        bound.bind(("127.0.0.1", 0))
        configure(smtpserverport=bound.getsockname()[1])
        done = run(database, *WEEK, "--send", "--yes", "--to", "list@example.org")
    assert done.returncode == 1
    assert "cannot reach the mail server" in done.stderr.splitlines()[-1]


def test_a_mail_command_is_used_where_one_is_set(tmp_path: Path, database: str) -> None:
    script = tmp_path / "sendmail"
    script.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/arguments\ncat > {tmp_path}/mail\n')
    script.chmod(script.stat().st_mode | stat.S_IEXEC)
    configure(sendmailcmd=script)
    done = run(database, *WEEK, "--send", "--yes", "--to", "list@example.org")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "arguments").read_text().split()[-1] == "list@example.org"
    assert "\r" not in (tmp_path / "mail").read_text()
