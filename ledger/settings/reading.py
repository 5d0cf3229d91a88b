"""How the text of a variable is read, and what holds where there is none.

A reader raises ``ValueError`` where the text has not the form; it never quotes it, since some hold
passwords.
"""

import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

PORT_MAX = 65535
ADDRESS = re.compile(r"https?://[^\s?#]+")
SECONDS_MAX = 86400
BUCKET = re.compile(r"s3://[^\s:@/]+:[^\s:@/]+@[^\s:@/]+(:[0-9]+)?/[^\s/?]+(/[^\s?]+)?(\?\S*)?")
BROKER = re.compile(r"(\[[0-9a-fA-F:]+\]|[^\s/:,]+):[0-9]{1,5}")


def home(environment: Mapping[str, str]) -> Path:
    """Return where the platform keeps an application's data."""
    user = Path(environment.get("HOME") or "~").expanduser()
    if sys.platform == "darwin":
        return user / "Library" / "Application Support" / "mingzhang"
    # The rule of the XDG specification: a relative path is to be ignored.
    data = Path(environment.get("XDG_DATA_HOME") or ".")
    return (data if data.is_absolute() else user / ".local" / "share") / "mingzhang"


def key_file(home: Path) -> Path:
    """Return where the vault's keys lie by default."""
    return home / "keys" / "vault.keys"


def documents(home: Path) -> Path:
    """Return where the files of archived documents lie by default."""
    return home / "documents"


def place_of_documents(text: str) -> str:
    """Read where these files lie: a directory, or a bucket with its secret."""
    if not text.startswith("s3://"):
        return str(path(text))
    if not BUCKET.fullmatch(text):
        raise ValueError
    return text


def witness_policy(home: Path) -> Path:
    """Return where the policy that names witnesses lies by default."""
    return home / "witness.policy"


def tsa_roots(home: Path) -> Path:
    """Return where the roots of time-stamping authorities lie by default."""
    return home / "tsa.pem"


def path(text: str) -> Path:
    """Read the path of a file or directory."""
    return Path(text).expanduser().absolute()


def database_url(text: str) -> str:
    """Read the address of a PostgreSQL server."""
    from psycopg import ProgrammingError  # noqa: PLC0415 - heavy, and few commands are told one
    from psycopg.conninfo import conninfo_to_dict  # noqa: PLC0415 - likewise

    try:
        parts = conninfo_to_dict(text)
    except ProgrammingError:
        # Without its cause, which quotes the text, password and all.
        raise ValueError from None
    if "@" in str(parts.get("host", "")).lstrip("@"):
        # A password with a bare @ in it: its end would be shown as the name of the host.
        raise ValueError
    return text


def brokers(text: str) -> tuple[str, ...]:
    """Read ``host:port`` of brokers, with commas between."""
    found = tuple(one.strip() for one in text.split(","))
    if not all(BROKER.fullmatch(one) for one in found):
        raise ValueError
    return found


def port(text: str) -> int:
    """Read a port."""
    port = int(text)
    if not 0 <= port <= PORT_MAX:
        raise ValueError
    return port


def seconds(text: str) -> int:
    """Read a number of seconds, at most a day."""
    seconds = int(text)
    if not 1 <= seconds <= SECONDS_MAX:
        raise ValueError
    return seconds


def addresses(text: str) -> tuple[str, ...]:
    """Read web addresses, with spaces between."""
    found = tuple(text.split())
    if not all(ADDRESS.fullmatch(one) for one in found):
        raise ValueError
    return found


def matching(pattern: str | re.Pattern[str]) -> Callable[[str], str]:
    """Return what reads a text of a form."""
    compiled = re.compile(pattern)

    def parse(text: str) -> str:
        if not compiled.fullmatch(text):
            raise ValueError
        return text

    return parse


def always(
    value: str | int | tuple[str, ...] | None,
) -> Callable[[Mapping[str, str], Mapping[str, Any]], Any]:
    """Return what holds, whatever else is set."""
    return lambda _environment, _above: value
