"""Asking others over HTTP: one POST, bounded in time and in what is read.

Witnesses and time-stamping authorities belong to others: they may be slow, away, or answer without
end. No redirection is followed and no proxy is used: who was written down is asked, nobody else.
"""

from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from time import monotonic
from typing import Final, NamedTuple
from urllib.parse import urlsplit

PART_BYTES: Final = 8192
_CONNECTIONS: Final = {"http": HTTPConnection, "https": HTTPSConnection}


class Unreachable(Exception):  # noqa: N818 - what is the matter, in one word
    """There is no answer: no connection, no time left, or no HTTP."""


class Got(NamedTuple):
    """An answer: its status, its body as far as it may be long, and its type."""

    status: int
    body: bytes
    media: str


def is_address(url: str) -> bool:
    """Say whether a URL is one that can be asked."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    return parts.scheme in _CONNECTIONS and bool(parts.hostname) and not parts.query


def post(url: str, body: bytes, media: str, *, seconds: float, at_most: int) -> Got:
    """Send a body, and return what is answered, whatever its status.

    Args:
        url: where to; ``is_address`` holds.
        body: what to send.
        media: its type.
        seconds: after which nothing more is waited for.
        at_most: how many bytes of an answer are read.

    Raises:
        Unreachable: there is no answer, or a longer one.
    """
    parts, until = urlsplit(url), monotonic() + seconds
    make = _CONNECTIONS[parts.scheme]
    connection = make(parts.hostname or "", parts.port, timeout=seconds)
    try:
        headers = {"content-type": media, "connection": "close"}
        connection.request("POST", parts.path or "/", body, headers)
        response = connection.getresponse()
        data = _read(response, until, at_most)
        return Got(response.status, data, response.headers.get("content-type") or "")
    except (OSError, HTTPException, ValueError) as error:
        raise Unreachable(type(error).__name__) from None
    finally:
        connection.close()


def _read(response: HTTPResponse, until: float, at_most: int) -> bytes:
    data = bytearray()
    while part := response.read1(PART_BYTES):
        data += part
        if len(data) > at_most or monotonic() > until:
            raise Unreachable("an answer without end")
    return bytes(data)
