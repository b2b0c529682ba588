"""Signatures of a real key, checked by b4 and patatt; nothing is trusted that nobody has looked at."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import b4
import pytest

from threadmine.db.queries import Queries
from threadmine.db.session import open_database
from threadmine.model import Mined, Origin, RawMail
from threadmine.parse.message import parse_mail
from threadmine.pipeline import ingest_messages
from threadmine.sources.attest import NONE, UNKNOWN, attestation

MAIL = b"""From: Ann Alpha <ann@example.org>
Subject: [PATCH] mm: count
Date: Mon, 5 Jan 2026 10:00:00 +0000
Message-ID: <signed-1@example.org>

The text that is signed.
"""


def set_up(policy: str = "softfail", keys: Path | None = None) -> None:
    config = {"b4.attestation-policy": policy, "b4.attestation-check-dkim": "no"}
    if keys is not None:
        config["b4.keyringsrc"] = str(keys)
    b4.setup_config(argparse.Namespace(config=config))


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    b4.setup_config(argparse.Namespace(config={}))


def signed(home: Path) -> tuple[bytes, Path]:
    """The mail with a signature of a fresh key, and the ring that holds the key."""
    env = {key: value for key, value in os.environ.items() if not key.startswith(("GIT_", "XDG_"))}
    env.update(HOME=str(home), XDG_DATA_HOME=str(home / "data"), GIT_CONFIG_NOSYSTEM="1")

    def run(*words: str) -> None:
        subprocess.run(words, env=env, cwd=home, check=True, capture_output=True)

    patatt = str(Path(sys.executable).with_name("patatt"))
    for key, value in (("user.name", "Ann Alpha"), ("user.email", "ann@example.org")):
        run("git", "config", "--global", key, value)
    run(patatt, "genkey", "-n", "t1")
    for key, value in (("patatt.signingkey", "ed25519:t1"), ("patatt.selector", "t1")):
        run("git", "config", "--global", key, value)
    (home / "mail.eml").write_bytes(MAIL)
    run(patatt, "sign", "mail.eml")
    return (home / "mail.eml").read_bytes(), home / "data/patatt/public"


def test_a_good_signature_and_a_changed_mail(home: Path) -> None:
    mail, keys = signed(home)
    set_up(keys=keys)
    assert attestation(mail) == "good: ann@example.org (patatt)"
    changed = attestation(mail.replace(b"that is signed", b"that was changed"))
    assert changed.startswith("bad: ann@example.org (patatt): ")


def test_a_key_that_is_not_there_proves_nothing(home: Path) -> None:
    mail, _ = signed(home)
    set_up(keys=home / "empty")
    assert attestation(mail).startswith(UNKNOWN)


def test_unsigned_and_not_looked_at(home: Path) -> None:
    set_up()
    assert attestation(MAIL) == NONE
    assert attestation(b"DKIM-Signature: v=1; d=example.org\n" + MAIL) == UNKNOWN
    set_up(policy="off")
    assert attestation(MAIL) == UNKNOWN


def test_the_answer_is_stored_and_shown(tmp_path: Path) -> None:
    message = parse_mail(RawMail(MAIL, Origin("x")))
    with open_database(f"sqlite:///{tmp_path}/t.db") as database:
        ingest_messages(
            database, [replace(message, attestation="good: ann@example.org (patatt)")], miner=Mined
        )
        stored = Queries(database).message("signed-1@example.org")
    assert stored.attestation == "good: ann@example.org (patatt)"
    assert message.attestation == UNKNOWN
