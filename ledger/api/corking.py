"""Head and body of an answer in one packet.

The server's protocol hands the head to the transport and then the body, and the transport gives
each to the kernel at once: two system calls, and a reader that is woken twice. A corked transport
keeps what it is given until the turn of the event loop ends.
"""

import asyncio
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HELD_BYTES_MAX = 64 * 1024
"""More than this leaves at once, so that the transport can say when a reader is too slow."""


class CorkedTransport:
    """A transport that writes once a turn; all else is that of the transport behind it."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._held: list[bytes] = []

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the transport has
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Take bytes; they leave when this turn of the loop is over, many of them at once."""
        if not self._held:
            self._loop.call_soon(self._leave)
        self._held.append(data)
        if len(data) > HELD_BYTES_MAX:
            self._leave()

    def close(self) -> None:
        """Close once all that was taken has left."""
        self._leave()
        self._transport.close()

    def _leave(self) -> None:
        held, self._held = self._held, []
        if held and not self._transport.is_closing():
            self._transport.write(b"".join(held))


class CorkedProtocol(HttpToolsProtocol):
    """The server's protocol over a corked transport."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as the base class declares it
        """Begin on a corked transport."""
        super().connection_made(cast(asyncio.Transport, CorkedTransport(transport, self.loop)))
