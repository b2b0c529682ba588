"""How servers are asked: patiently, and every way to fail becomes one line that says what to do."""

from __future__ import annotations

import contextlib
import gzip
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import liblore
import requests
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

from threadmine.errors import SourceError

MAX_WAIT = 30
"""Seconds that a server's Retry-After is obeyed for."""

_TRIES = 3


def server_clock(answer: requests.Response, sent: datetime) -> datetime:
    """The server's own time, but never later than ours when we asked."""
    try:
        return min(parsedate_to_datetime(answer.headers["Date"]).astimezone(UTC), sent)
    except (KeyError, ValueError, TypeError):
        return sent


class _PatientRetry(Retry):
    """Tries again after 403, 429, 502, 503 and 504, as long as the server asks for, up to a bound."""

    def get_retry_after(self, response: Any) -> float | None:
        wait = super().get_retry_after(response)
        return None if wait is None else min(wait, MAX_WAIT)


def session(node: liblore.LoreNode) -> requests.Session:
    """A session that tries again where a server is busy, and says who asks."""
    retry = _PatientRetry(
        total=_TRIES,
        connect=1,
        read=0,
        status_forcelist=[429, 502, 503, 504],
        allowed_methods=None,
        backoff_factor=0.5,
        raise_on_status=False,
        respect_retry_after_header=True,
    )
    asking = requests.Session()
    for scheme in ("http://", "https://"):
        asking.mount(scheme, HTTPAdapter(max_retries=retry))
    node.set_user_agent("threadmine", "1")
    asking.headers["User-Agent"] = getattr(node, "_user_agent", "threadmine")
    return asking


@contextlib.contextmanager
def explained(where: str, missing: str, remedy: str = "check the id or the list") -> Iterator[None]:
    """Turns whatever b4, liblore, requests or gzip raise into one SourceError that says what to do."""
    try:
        yield
    except liblore.RemoteError as error:
        raise _remote(error, where, missing, remedy) from error
    except LookupError as error:
        raise SourceError(missing, where, remedy) from error
    except (EOFError, zlib.error) as error:
        raise SourceError("the answer was cut short; nothing of it was stored", where, "try again") from error
    except gzip.BadGzipFile as error:
        what = (
            "the server sent a page where mail was promised (a check for robots, or no public-inbox server)"
        )
        raise SourceError(
            what, where, "check the address; open it in a browser once, or try again later"
        ) from error
    except (requests.exceptions.ChunkedEncodingError, requests.exceptions.ContentDecodingError) as error:
        what = "the connection was cut in the middle; nothing was stored"
        raise SourceError(what, where, "try again") from error
    except requests.RequestException as error:
        raise SourceError(
            f"the server cannot be reached ({type(error).__name__})", where, _NETWORK
        ) from error
    except liblore.LibloreError as error:
        raise SourceError(
            f"the request failed ({error})", where, "check the git-config of liblore"
        ) from error


_NETWORK = "check the network and b4.midmask, or use --offline-mode"


def _remote(error: liblore.RemoteError, where: str, missing: str, remedy: str) -> SourceError:
    status = error.status_code
    if status == 404:
        return SourceError(missing, where, remedy)
    if status == 403:
        return SourceError(
            "the server refuses to answer (403)", where, "wait a while, or use a mirror (lore.fallback)"
        )
    if status in (429, 502, 503, 504):
        what = f"the server is busy ({status}), also after {_TRIES} more tries"
        return SourceError(what, where, "try again later, or use a mirror (lore.fallback)")
    if status is not None:
        return SourceError(f"the server answers with an error ({status})", where, "try again later")
    text = str(error)
    if "timed out" in text or "Timeout" in text:
        return SourceError(
            "the server did not answer in time", where, "try again, or raise -c threadmine.timeout"
        )
    if "IncompleteRead" in text or "Connection broken" in text or "RemoteDisconnected" in text:
        return SourceError("the connection was cut in the middle; nothing was stored", where, "try again")
    return SourceError("the server cannot be reached", where, _NETWORK)
