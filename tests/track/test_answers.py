"""Threads of our own writing: what somebody asks, what is replied, and where each ask stands then.

``right`` in ``answers.toml`` is the percentage of states that must be as a careful reader has them.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from threadmine.model import Concern, ConcernKind, Person, StoredMessage
from threadmine.track.replies import statuses

PEOPLE = {
    "asker": Person("Rita Reviewer", "rita@example.org"),
    "author": Person("Paul Poster", "paul@example.org"),
    "third": Person("Theo Third", "theo@example.org"),
}
START = datetime(2025, 2, 3, tzinfo=UTC)


def mail(name: str, who: str, body: str, parent: str | None, hours: int) -> StoredMessage:
    return StoredMessage(
        message_id=f"{name}@example.org",
        thread_id="t1",
        in_reply_to=f"{parent}@example.org" if parent else None,
        subject="Re: [PATCH 1/2] mm: gadgets",
        author=PEOPLE[who],
        date=START + timedelta(hours=hours),
        list_name="linux-mm",
        has_patch=False,
        body=body,
    )


def reply_body(text: str, said: Mapping[str, str]) -> tuple[str, str]:
    """The text of a reply with what it quotes filled in, and the name of the mail it answers."""
    parent, lines = "ask", []
    for line in text.split("\n"):
        if not line.startswith("@"):
            lines.append(line)
            continue
        parent = line[1:] if line.startswith("@r") else parent
        lines += [f"> {quoted}" for quoted in said[line[1:]].strip().split("\n")]
    head = ["On Monday somebody wrote:"] if "@" in text else []
    return "\n".join([*head, *lines, ""]), parent


def wrong_states(row: Mapping[str, Any]) -> list[str]:
    """The asks of a thread whose state is not the wanted one."""
    quotes = [quote for quote, _ in row["asks"]]
    body = "Hi,\n\n> +	count = 0;\n\n" + "\n\n> +	other(line);\n\n".join(quotes) + "\n"
    concerns = []
    for at, (quote, kind) in enumerate(row["asks"]):
        start = body.index(quote)
        end = start + len(quote)
        concerns.append(
            Concern(f"q{at}", "ask@example.org", PEOPLE["asker"], START, quote, start, end, ConcernKind(kind))
        )
    mails = [mail("ask", "asker", body, None, 0)]
    said = {"all": body} | {str(at): quote for at, quote in enumerate(quotes, 1)}
    for at, (who, text) in enumerate(row["replies"], 1):
        said[f"r{at}"], parent = reply_body(text, said)
        mails.append(mail(f"r{at}", who, said[f"r{at}"], parent, at))
    return [
        f"{quote} wanted {wanted}, is {status.state.value}: {row['replies']}"
        for quote, wanted, status in zip(quotes, row["states"], statuses(mails, concerns), strict=True)
        if status.state.value != wanted
    ]


def test_as_many_answers_are_read_rightly_as_were() -> None:
    table = tomllib.loads((Path(__file__).parent / "answers.toml").read_text(encoding="utf-8"))
    wrong = [one for row in table["thread"] for one in wrong_states(row)]
    count = sum(len(row["states"]) for row in table["thread"])
    assert 100 * (count - len(wrong)) / count >= table["right"], "\n".join(wrong)
