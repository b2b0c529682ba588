"""Mail from lore and other public-inbox servers, fetched with liblore and b4.

liblore fetches and caches (with its mirrors and fallbacks, from git-config), b4 knows how to find the other
versions of a series. All their failures, some of which are None, an empty list or an error of the gzip
module, become one :class:`SourceError` each that says what to do. What was fetched is whole before any of it
is given on.
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import html
import io
import logging
import re
import urllib.parse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import b4
import b4.mbox
import liblore
import requests
from liblore.utils import split_and_dedupe

from threadmine.errors import SourceError
from threadmine.model import Origin, RawMail, Skipped, unique
from threadmine.parse.headers import clean_id, find_ids, split_headers
from threadmine.parse.pages import read_page
from threadmine.parse.subject import parse_subject
from threadmine.sources.mailbox import read_mbox
from threadmine.sources.server import explained, server_clock, session

_SLACK = timedelta(hours=2)
"""How far before the server's last word a poll begins again: mail may be filed late."""

_HIT = re.compile(r'<b><a\s+href="([^"/\s]{1,500})/">([^<]{0,1000})</a></b>')
"""A message in the summary that a search gives."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """Mail that came, all of it, and the server's clock at that time."""

    mails: tuple[RawMail | Skipped, ...]
    as_of: datetime
    base: str

    @property
    def ids(self) -> tuple[str, ...]:
        """The message-ids, in order."""
        return unique(mail_id(mail) for mail in self.mails if isinstance(mail, RawMail))


def mail_id(mail: RawMail) -> str:
    """The Message-ID of raw mail, without parsing more of it."""
    return clean_id(split_headers(mail.data).first("message-id"))


def subject_of(mail: RawMail) -> str:
    """The decoded subject of raw mail, without parsing more of it."""
    return str(b4.LoreMessage.clean_header(split_headers(mail.data).first("subject")))


def mail_references(mail: RawMail) -> tuple[str, ...]:
    """The ids that raw mail refers to, oldest first, without parsing more of it."""
    headers = split_headers(mail.data)
    return unique((*find_ids(headers.first("references")), *find_ids(headers.first("in-reply-to"))))


class Lore:
    """One server, as git-config and ``-c section.key=value`` choose it.

    Args:
        settings: overrides of git-config (``b4.midmask``, ``lore.fallback``, …).
        timeout: seconds to wait for an answer; None takes liblore's.
    """

    def __init__(self, settings: Mapping[str, str] | None = None, timeout: float | None = None) -> None:
        _quiet()
        self._settings = dict(settings or {})
        self._timeout = timeout
        self._nodes: dict[str, liblore.LoreNode] = {}
        b4.LORENODE = None
        b4.setup_config(argparse.Namespace(config=self._settings))
        midmask = str(b4.get_main_config().get("midmask", "https://lore.kernel.org/all/%s"))
        self.base = midmask.replace("/%s", "").rstrip("/")
        if not urllib.parse.urlsplit(self.base).path.strip("/"):
            self.base += "/all"

    def close(self) -> None:
        """Ends all connections."""
        for node in self._nodes.values():
            node.close()
        b4.LORENODE = None

    def _node(self, base: str) -> liblore.LoreNode:
        node = self._nodes.get(base)
        if node is None:
            options: dict[str, Any] = {"cache_dir": f"{b4.get_cache_dir()}/lore", "cache_ttl": 600}
            fallback = self._settings.get("lore.fallback")
            if fallback:
                options["fallback_urls"] = [fallback]
            if self._timeout is not None:
                options["request_timeout"] = (min(self._timeout, 5.0), self._timeout)
            node = liblore.LoreNode.from_git_config(base, **options)
            node.set_requests_session(session(node))
            self._nodes[base] = node
        if base == self.base:
            b4.LORENODE = node
        return node

    # ------------------------------------------------------------------------------- threads

    def thread(self, message_id: str, base: str = "", fresh: bool = True) -> Fetched:
        """The whole thread of a message.

        Raises:
            SourceError: it did not come, or what came does not hold the message.
        """
        base = base or self.base
        node = self._node(base)
        with explained(f"{base}/{message_id}", f"there is no message {message_id} on {_host(base)}"):
            data = node.get_mbox_by_msgid(message_id, nocache=fresh)
        fetched = self._fetched(data, base, message_id, node)
        if message_id not in fetched.ids:
            raise SourceError(
                "the server's answer does not hold the message that was asked for",
                f"{base}/{message_id}",
                "check the id, or ask another server (b4.midmask)",
            )
        return fetched

    def series(self, change_id: str) -> tuple[str, ...]:
        """Ids of messages, one for each thread of a series that carries ``change_id``.

        Raises:
            SourceError: nothing carries it, or the server fails.
        """
        found = self._search(
            f'nq:"change-id: {change_id}"', self.base, f"no series has the change-id {change_id}"
        )
        roots = [
            mail_id(mail)
            for mail in found.mails
            if isinstance(mail, RawMail) and _states_change_id(mail, change_id) and _is_first(mail)
        ]
        if not roots:
            raise SourceError(
                f"no series has the change-id {change_id}", _host(self.base), "check the change-id"
            )
        return unique(roots)

    def other_versions(self, thread: Fetched) -> tuple[str, ...]:
        """Ids of the first messages of the older and newer versions of the series in ``thread``.

        b4 finds them by change-id or by title and author. Empty where the thread is no series.
        """
        data = b"".join(_as_mbox(mail) for mail in thread.mails if isinstance(mail, RawMail))
        known = set(thread.ids)
        latest = max((parse_subject(s).version for s in _first_subjects(thread)), default=0)
        if not latest:
            return ()
        self._node(self.base)
        found: list[str] = []
        with explained(self.base, "the search for other versions found nothing"):
            for direction, wanted in ((1, None), (-1, list(range(1, latest)))):
                if direction < 0 and not wanted:
                    continue
                messages = split_and_dedupe(data)
                for message in b4.mbox.get_extra_series(messages, direction, wanted, nocache=True):
                    subject = parse_subject(b4.LoreMessage.clean_header(message.get("Subject", "")))
                    own = b4.LoreMessage.get_clean_msgid(message) or ""
                    if own and own not in known and not subject.is_reply and (subject.number or 0) <= 1:
                        found.append(own)
        return unique(found)

    # ---------------------------------------------------------------------------------- news

    def thread_news(self, message_id: str, since: datetime, base: str = "") -> Fetched | None:
        """What arrived in the thread of a message since then, by the server's clock; perhaps nothing.

        Newer servers look in that thread alone; older ones (public-inbox 1.9) look in the whole inbox, and
        give whole threads: what the caller does not follow has to be dropped.

        Returns:
            None where the server has no search: fetch the whole thread.

        Raises:
            SourceError: the server fails.
        """
        base = base or self.base
        where = f"{base}/{urllib.parse.quote(message_id, safe='@')}/"
        return self._news(f"{where}?x=m&q=rt:{int(since.timestamp())}..", base)

    def thread_ids(self, message_id: str, base: str = "") -> tuple[str, ...]:
        """The ids of all messages of a thread, from the overview below the server's page of one of them.

        Much smaller than the thread; empty where the server shows no such page.
        """
        base = base or self.base
        with contextlib.suppress(liblore.LibloreError, requests.RequestException):
            answer = self._node(base).request("GET", f"{base}/{urllib.parse.quote(message_id, safe='@')}/")
            if answer.status_code == 200:
                page = read_page(answer.content, Origin(base))
                rows = page.rows if page is not None else ()
                return tuple(row.message_id for row in rows if row.message_id)
        return ()

    def found(self, query: str, base: str = "") -> dict[str, str] | None:
        """The subjects of the newest messages that match a query, by id: the server's summary, without mail.

        Returns:
            None where the server shows no such page.

        Raises:
            SourceError: the server fails.
        """
        base = base or self.base
        with explained(base, ""):
            try:
                answer = self._node(base).request("GET", f"{base}/?q={urllib.parse.quote_plus(query)}")
            except liblore.RemoteError as error:
                if error.status_code in (500, 501):
                    return None
                raise
        if answer.status_code == 404:
            return {}
        hits = _HIT.findall(answer.text) if answer.status_code == 200 else []
        if not hits and "No results found" not in answer.text:
            return None
        return {urllib.parse.unquote(html.unescape(name)): html.unescape(subject) for name, subject in hits}

    def _news(self, address: str, base: str) -> Fetched | None:
        node = self._node(base)
        sent = datetime.now(UTC)
        with explained(base, ""):
            try:
                answer = node.request("POST", address, data="x=m")
            except liblore.RemoteError as error:
                if error.status_code in (500, 501):
                    return None
                raise
            if answer.status_code in (400, 405, 501):
                return None
            if answer.status_code not in (200, 404):
                raise liblore.RemoteError("refused", status_code=answer.status_code)
            data = gzip.decompress(answer.content) if answer.status_code == 200 else b""
        as_of = server_clock(answer, sent)
        return self._fetched(data, base, "", node, as_of) if data else Fetched((), as_of, base)

    # ------------------------------------------------------------------------------- queries

    def query(self, list_name: str, query: str, since: datetime | None = None) -> Fetched:
        """All threads of a list (empty: of all lists) with a message that matches.

        Raises:
            SourceError: there is no such list, nothing matches, or the server fails.
        """
        base = f"{_origin(self.base)}/{list_name}" if list_name else self.base
        node = self._node(base)
        with explained(base, f"there is no list {list_name or 'all'} on {_host(base)}"):
            node.validate()
        full = f"({query})" if query else ""
        if since is not None:
            full = " AND ".join(filter(None, (full, f"rt:{int(since.timestamp())}..")))
        return self._search(full or "rt:1000000000..", base, f"nothing matches {query!r}", whole_threads=True)

    def _search(self, query: str, base: str, nothing: str, whole_threads: bool = False) -> Fetched:
        node = self._node(base)
        with explained(base, nothing, "loosen the query or widen --since"):
            data = node.get_mbox_by_query(query, full_threads=whole_threads, nocache=True)
            if not data:
                raise LookupError
        return self._fetched(data, base, "", node)

    def _fetched(
        self, data: bytes, base: str, message_id: str, node: liblore.LoreNode, as_of: datetime | None = None
    ) -> Fetched:
        source = f"{base}/{message_id}" if message_id else base
        name = base.rsplit("/", 1)[-1]
        mails: list[RawMail | Skipped] = []
        for mail in read_mbox(io.BytesIO(data), source):
            origin = Origin(source, mail.origin.place, "" if name == "all" else name)
            mails.append(
                RawMail(mail.data, origin) if isinstance(mail, RawMail) else Skipped(origin, mail.reason)
            )
        if not any(isinstance(mail, RawMail) for mail in mails):
            raise SourceError("the server's answer holds no mail", source, "check the server (b4.midmask)")
        return Fetched(tuple(mails), as_of or node.last_as_of or datetime.now(UTC), base)


def poll_start(as_of: datetime) -> datetime:
    """Where the next poll of a query begins that was answered at ``as_of`` by the server's clock."""
    return as_of - _SLACK


# ------------------------------------------------------------------------------------------ details


def _quiet() -> None:
    """b4 and liblore tell their user what they do; ours is told by the command."""
    for name in ("b4", "liblore", "urllib3"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


def _origin(base: str) -> str:
    link = urllib.parse.urlsplit(base)
    return f"{link.scheme}://{link.netloc}"


def _host(base: str) -> str:
    return urllib.parse.urlsplit(base).netloc


def _as_mbox(mail: RawMail) -> bytes:
    text = re.sub(rb"^(>*From )", rb">\1", mail.data, flags=re.MULTILINE)
    return b"From mboxrd@z Thu Jan  1 00:00:00 1970\n" + text.rstrip(b"\n") + b"\n\n"


def _first_subjects(thread: Fetched) -> Sequence[str]:
    """Subjects of the cover letters and first patches of a thread."""
    subjects = (
        split_headers(mail.data).first("subject") for mail in thread.mails if isinstance(mail, RawMail)
    )
    parsed = [parse_subject(b4.LoreMessage.clean_header(subject)) for subject in subjects]
    return [s.raw for s in parsed if s.is_patch and not s.is_reply and (s.number is None or s.number <= 1)]


def _is_first(mail: RawMail) -> bool:
    return is_first(subject_of(mail))


def is_first(subject: str) -> bool:
    """Whether a mail posts something by its subject: it is no reply, and no second or later patch."""
    parsed = parse_subject(subject)
    return not parsed.is_reply and (parsed.number is None or parsed.number <= 1)


def _states_change_id(mail: RawMail, change_id: str) -> bool:
    pattern = rb"^\s*change-id:\s*" + re.escape(change_id.encode()) + rb"\s*$"
    return re.search(pattern, mail.data, re.IGNORECASE | re.MULTILINE) is not None
