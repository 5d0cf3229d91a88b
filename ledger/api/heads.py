"""HEAD: whatever can be read says what it would answer, and keeps the answer to itself."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class HeadAsGet:
    """Answers HEAD as GET without the body, for every route.

    Whatever a route records of a look it records of this one too: that somebody has a story, or
    may see it, is told by a status already.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through; of the answer to HEAD, what begins it."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return
        state = {**scope.get("state", {}), "bodiless": True}
        ended = False

        async def bodiless(message: Message) -> None:
            nonlocal ended
            if message["type"] != "http.response.body":
                await send(message)
            elif not ended:
                # With its first part: a server that sees the end lets a long file go unread.
                ended = True
                await send({"type": "http.response.body", "body": b""})

        await self._app({**scope, "method": "GET", "state": state}, receive, bodiless)
