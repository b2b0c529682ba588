"""Mail out: one message through the SMTP settings that git send-email and b4 use. Nothing is sent unasked.

The only thing threadmine ever sends is a digest that somebody told it to send.
"""

from __future__ import annotations

import argparse
import smtplib
import socket
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from threadmine.errors import SourceError

SECONDS = 60
"""How long the server may take over one step."""

REMEDY = "check the sendemail.* settings of git-config"


def send(message: bytes, sender: str, to: Sequence[str], settings: Mapping[str, str] | None = None) -> str:
    """Sends one message and returns what it went through (server or command).

    Args:
        message: RFC 5322, lines ended by CRLF.
        sender: envelope sender, an address alone.
        to: envelope recipients, addresses alone.
        settings: ``sendemail.*`` settings that win over git-config.

    Raises:
        SourceError: no server takes it; nothing was sent, or only to some (then the error says to whom not).
    """
    import b4

    # b4 wants a sender of its own, though the envelope has one.
    b4.setup_config(argparse.Namespace(config={"sendemail.from": sender, **(settings or {})}))
    try:
        with _limited():
            channel, _ = b4.get_smtp()
            if isinstance(channel, list):
                return _through_command(channel, message, to)
            assert channel is not None  # only a dry run gives none
            return _through_server(channel, message, sender, to)
    except smtplib.SMTPException as error:
        raise SourceError(f"the mail server refused: {_reason(error)}", "", REMEDY) from error
    except subprocess.TimeoutExpired as error:
        raise SourceError("the mail command did not end", str(error.cmd[0]), REMEDY) from error
    except OSError as error:
        server = b4.get_sendemail_config().get("smtpserver", "localhost")
        what = f"cannot reach the mail server ({error.strerror or error})"
        raise SourceError(what, str(server), REMEDY) from error


def _through_command(command: Sequence[str], message: bytes, to: Sequence[str]) -> str:
    done = subprocess.run(
        [*command, *to],
        input=message.replace(b"\r\n", b"\n"),
        capture_output=True,
        timeout=SECONDS,
        check=False,
    )
    if done.returncode:
        why = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise SourceError(
            f"the mail command failed: {why[-1] if why else done.returncode}", command[0], REMEDY
        )
    return command[0]


def _through_server(channel: smtplib.SMTP, message: bytes, sender: str, to: Sequence[str]) -> str:
    with channel:
        refused = channel.sendmail(sender, list(to), message)
        if refused:
            names = ", ".join(sorted(refused))
            raise SourceError(
                f"the mail server did not take these recipients: {names}", "", "send to them again"
            )
        return str(getattr(channel, "_host", "") or "the mail server")


def _reason(error: smtplib.SMTPException) -> str:
    text = getattr(error, "smtp_error", b"") or str(error)
    return text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)


@contextmanager
def _limited() -> Iterator[None]:
    """A time limit for the connection, which b4 opens without one."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(SECONDS)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)
