"""The ledger's own log over HTTP, for whoever holds a copy of it."""

from http.client import HTTPException
from typing import Final
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from ledger.settings import Settings

SECONDS: Final = 10.0
_NOT_FOUND: Final = 404


class HttpLog:
    """A log behind the ledger's server (a ``LogReader``)."""

    def __init__(self, url: str, token: str) -> None:
        """Read below a ledger's address, showing a token of an audit role."""
        self._base = f"{url.rstrip('/')}/log/"
        self._headers = {"authorization": f"Bearer {token}"} if token else {}

    def read(self, path: str) -> bytes | None:
        """Return what lies at a path below the log's prefix, or None if nothing does.

        Raises:
            OSError: the server cannot be reached, or does not let us.
        """
        # The address is the operator's own setting, of the form http(s)://host.
        request = Request(self._base + path, headers=self._headers)  # noqa: S310 - see above
        try:
            with urlopen(request, timeout=SECONDS) as answer:  # noqa: S310 - see above
                return bytes(answer.read())
        except HTTPError as error:
            if error.code == _NOT_FOUND:
                return None
            raise
        except HTTPException as error:
            raise ConnectionError(type(error).__name__) from None


def log_of(settings: Settings) -> HttpLog | None:
    """Return the log of the ledger that the settings name; None if they name none.

    Raises:
        Misconfigured: the token cannot be read.
    """
    if settings.ledger_url is None:
        return None
    return HttpLog(settings.ledger_url, settings.ledger_token())
