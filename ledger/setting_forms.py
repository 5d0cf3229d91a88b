"""What the values of settings look like, and how each is read.

A value of another form is a ``ValueError``; what is told of it never quotes it.
"""

import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict

PORT_MAX = 65535
SECONDS_MAX = 86_400
ADDRESS = re.compile(r"https?://[^\s?#]+")
BUCKET = re.compile(r"s3://[^\s:@/]+:[^\s:@/]+@[^\s:@/]+(:[0-9]+)?/[^\s/?]+(/[^\s?]+)?(\?\S*)?")


def platform_home(environment: Mapping[str, str]) -> Path:
    """Return where the platform keeps an application's data."""
    user = Path(environment.get("HOME") or "~").expanduser()
    if sys.platform == "darwin":
        return user / "Library" / "Application Support" / "mingzhang"
    # The rule of the XDG specification: a relative path is to be ignored.
    data = Path(environment.get("XDG_DATA_HOME") or ".")
    return (data if data.is_absolute() else user / ".local" / "share") / "mingzhang"


def path(text: str) -> Path:
    """Return an absolute path."""
    return Path(text).expanduser().absolute()


def place_of_documents(text: str) -> str:
    """Return a directory, absolute, or an S3 bucket with its access."""
    if not text.startswith("s3://"):
        return str(path(text))
    if not BUCKET.fullmatch(text):
        raise ValueError
    return text


def database_url(text: str) -> str:
    """Return where a server is, as PostgreSQL's own library reads it."""
    try:
        parts = conninfo_to_dict(text)
    except psycopg.ProgrammingError:
        # Without its cause, which quotes the text, password and all.
        raise ValueError from None
    if "@" in str(parts.get("host", "")).lstrip("@"):
        # A password with a bare @ in it: its end would be shown as the name of the host.
        raise ValueError
    return text


def port(text: str) -> int:
    """Return a port; 0 is any."""
    port = int(text)
    if not 0 <= port <= PORT_MAX:
        raise ValueError
    return port


def seconds(text: str) -> int:
    """Return a number of seconds."""
    seconds = int(text)
    if not 1 <= seconds <= SECONDS_MAX:
        raise ValueError
    return seconds


def addresses(text: str) -> tuple[str, ...]:
    """Return the URLs that stand there, with spaces between."""
    found = tuple(text.split())
    if not all(ADDRESS.fullmatch(one) for one in found):
        raise ValueError
    return found


def matching(pattern: str | re.Pattern[str]) -> Callable[[str], str]:
    """Return what takes a text that has a form as it is."""
    compiled = re.compile(pattern)

    def parse(text: str) -> str:
        if not compiled.fullmatch(text):
            raise ValueError
        return text

    return parse
