"""Where the server of one home keeps its things.

    <home>/                     the caller's: keys, exports
      postgres.lock             held while the server is started or stopped
      postgres.users            held by every process that uses the server
      postgres/                 the place
        home.txt                whose place it is
        postgresql.conf …       written anew at every start
        data/                   PostgreSQL's own, of the server's account
        log/server.log
        run/                    the socket

Under root the server's account has to pass every directory above the place. Where one is closed to
it, as ``/root`` is, the place stands in ``/var/lib/mingzhang`` and ``<home>/postgres`` is a link to
it. No permission of a directory that is not ours is changed.
"""

import hashlib
import os
import re
import secrets
from dataclasses import dataclass
from pathlib import Path

from aggregates.language import Message
from ledger.embedded.account import Account
from ledger.embedded.directories import (
    OUTSIDE,
    make_passable,
    make_private,
    outside,
    see_ours,
)
from ledger.embedded.telling import Tell
from ledger.errors import Misconfigured

HOME_FILE = "home.txt"
OUTSIDE_PREFIX = "home-"

SOCKET_DIRECTORY_BYTES_MAX = 107 - len("/.s.PGSQL.5432")
"""The kernel's limit on a socket's path (``sun_path``), less the name of the socket."""

PLAIN_PATH = re.compile(r"/[A-Za-z0-9._/+-]*")
"""Paths that libpq and PostgreSQL take as they are: a comma would be read as a list."""


@dataclass(frozen=True, slots=True)
class Place:
    """The directories of one server.

    Attributes:
        root: The directory that holds the others.
        sockets: Where the socket stands.
    """

    root: Path
    sockets: Path

    @property
    def data(self) -> Path:
        """PostgreSQL's own directory."""
        return self.root / "data"

    @property
    def log(self) -> Path:
        """What the server writes about itself."""
        return self.root / "log" / "server.log"


def open_home(home: Path) -> Path:
    """Return the home with its links resolved, creating it where it is missing.

    A home that stands already keeps its permissions. One that root creates may be passed through,
    not listed, so that the server's account can reach its place.

    Raises:
        Misconfigured: The path cannot be used.
        OSError: It cannot be created.
    """
    if "\n" in str(home):
        raise Misconfigured(
            Message("目录名中不能有换行符。", "The name of the home may not hold a line break."),
            mend=Message("更改 MINGZHANG_HOME。", "Change MINGZHANG_HOME."),
        )
    if not home.exists():
        home.mkdir(parents=True, mode=0o700)
        if os.geteuid() == 0:
            home.chmod(0o711)
    return home.resolve(strict=True)


def place_of(home: Path) -> Place | None:
    """Return the place of a resolved home, or ``None`` before there is one.

    Raises:
        Misconfigured: It is a link to something that is gone.
        OSError: It may not be looked at.
    """
    link = home / "postgres"
    if not link.exists():
        if not link.is_symlink():
            return None
        raise Misconfigured(
            Message(
                f"{link} 指向的目录 {link.readlink()} 已不存在。",
                f"{link} leads to {link.readlink()}, which is gone.",
            ),
            mend=Message(
                f"从备份恢复该目录；若数据可以放弃，删除 {link}。",
                f"Restore that directory from a backup, or remove {link} to begin anew.",
            ),
        )
    root = link.resolve(strict=True)
    return Place(root, _socket_directory(root))


def make_place(home: Path, account: Account, tell: Tell) -> Place:
    """Return the place of a resolved home, making what is missing of it.

    Raises:
        Misconfigured: The place belongs to another home or user, or the account cannot enter it.
        OSError: A directory cannot be made.
    """
    place = place_of(home)
    if place is None:
        root = _make_inside(home, account) or _make_outside(home, tell)
        place = Place(root, _socket_directory(root))
    see_ours(place.root)
    if not account.may_enter(place.root):
        raise Misconfigured(
            Message(
                f"{account.name} 进不了 {place.root}：上级目录已对其关闭。",
                f"{account.name} cannot enter {place.root}: a directory above it is closed.",
            ),
            mend=Message(
                f"把该目录移到 {OUTSIDE[0]} 下，并让 {home / 'postgres'} 链接到它。",
                f"Move it below {OUTSIDE[0]} and make {home / 'postgres'} a link to it.",
            ),
        )
    _claim(place.root, home)
    make_private(place.log.parent, account)
    parent = place.sockets.parent
    if parent != place.root and make_passable(parent):
        tell(
            Message(
                f"已创建目录 {parent}：套接字的路径须短。",
                f"Created the directory {parent}: the path of a socket has to be short.",
            )
        )
    make_private(place.sockets, account)
    return place


def claimed_by(root: Path) -> Path | None:
    """Return the home that a place says it belongs to."""
    try:
        return Path(os.fsdecode((root / HOME_FILE).read_bytes()))
    except FileNotFoundError:
        return None


def fits_a_socket(directory: Path) -> bool:
    """Whether a socket's path in this directory is short enough and plain."""
    name = str(directory)
    return len(os.fsencode(name)) <= SOCKET_DIRECTORY_BYTES_MAX and bool(PLAIN_PATH.fullmatch(name))


def _make_inside(home: Path, account: Account) -> Path | None:
    """Make the place in the home; return nothing if the account could not enter it there."""
    root = home / "postgres"
    make_passable(root)
    if account.may_enter(root):
        return root
    root.rmdir()
    return None


def _make_outside(home: Path, tell: Tell) -> Path:
    """Make the place outside the home, under root only, and link to it."""
    root = outside() / f"{OUTSIDE_PREFIX}{secrets.token_hex(8)}"
    make_passable(root)
    _claim(root, home)
    (home / "postgres").symlink_to(root)
    tell(
        Message(
            f"服务器账户进不了 {home}，其数据放在 {root}（未改动任何目录的权限）。",
            f"The server's account cannot enter {home}; its data are in {root} "
            "(no directory's permissions were changed).",
        )
    )
    return root


def _claim(root: Path, home: Path) -> None:
    """Write down whose place this is; a copied home must not use the first one's data."""
    former = claimed_by(root)
    if former == home:
        return
    link = None if former is None else former / "postgres"
    if link is not None and link.exists() and link.samefile(root):
        raise Misconfigured(
            Message(
                f"{home} 是 {former} 的副本，二者指向同一份数据 {root}。",
                f"{home} is a copy of {former}; both lead to the same data in {root}.",
            ),
            mend=Message(
                f"删除链接 {home / 'postgres'}。", f"Remove the link {home / 'postgres'}."
            ),
        )
    (root / HOME_FILE).write_bytes(os.fsencode(home))


def _socket_directory(root: Path) -> Path:
    """Return where the socket stands: in the place, or where its path is short and plain."""
    inside = root / "run"
    if fits_a_socket(inside):
        return inside
    if os.geteuid() == 0:
        parent = Path("/run" if Path("/run").is_dir() else "/var/run") / "mingzhang"
    else:
        runtime = Path(os.environ.get("XDG_RUNTIME_DIR") or "/nonexistent")
        usable = runtime.is_absolute() and runtime.is_dir() and fits_a_socket(runtime / ("x" * 32))
        short = Path(f"/tmp/mingzhang-{os.geteuid()}")  # noqa: S108 - it is seen to be ours
        parent = runtime / "mingzhang" if usable else short
    return parent / hashlib.sha256(os.fsencode(root)).hexdigest()[:16]
