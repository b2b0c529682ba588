"""Handing a reply to the user's editor: a draft in a file, never a mail sent."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from pathlib import Path

from platformdirs import user_state_path
from textual.app import App, SuspendNotSupported

from threadmine.errors import StoreError
from threadmine.model import StoredMessage
from threadmine.render.reply import reply_text


def prepare_reply(app: App[None], message: StoredMessage, who: str) -> str:
    """Writes the draft, opens it in the editor, and says where it is and how it could be sent.

    Args:
        app: suspended while the editor runs; where that can not be, the draft is only written.
        message: the mail that is answered.
        who: ``Name <address>`` of the person at the keyboard.

    Raises:
        StoreError: the draft can not be written.
    """
    own = address_of(who)
    path = draft_path(message.message_id)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():  # a draft that was begun is gone on with
            path.write_text(reply_text(message, own), encoding="utf-8")
    except OSError as error:
        raise StoreError(f"the draft can not be written: {error.strerror}", str(path)) from error
    try:
        with app.suspend():
            subprocess.run([*editor(), str(path)], check=False)
    except SuspendNotSupported:
        pass  # no terminal to give away: the draft is there all the same
    except OSError as error:
        raise StoreError(
            f"the editor can not be started: {error.strerror}", editor()[0], "set EDITOR"
        ) from error
    return f"draft: {path}; send it with: git send-email {shlex.quote(str(path))}"


def address_of(who: str) -> str:
    """The address in ``Name <address>``; empty where there is none."""
    return who.rpartition("<")[2].rstrip(">") if "<" in who else ""


def draft_path(message_id: str) -> Path:
    """Where the reply to a message is drafted, below XDG_STATE_HOME."""
    name = re.sub(r"[^A-Za-z0-9@._-]", "_", message_id)[:120].lstrip(".") or "reply"
    return user_state_path("threadmine") / "replies" / f"{name}.eml"


def editor() -> list[str]:
    """The user's editor, as git looks for it."""
    chosen = os.environ.get("GIT_EDITOR") or os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    return shlex.split(chosen) or ["vi"]
