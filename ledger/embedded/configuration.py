"""How the embedded server is set up: written anew at every start, so that an update takes effect.

The files stand beside the data directory and not in it: under root the data belong to the
server's account, and root never writes where another account could lay a link. Whoever wants other
values uses ``ALTER SYSTEM``, which comes after these; addresses, socket and access are given on
the command line and cannot be changed so.
"""

import os
from pathlib import Path
from urllib.parse import quote

from ledger.embedded.account import Account
from ledger.embedded.place import Place
from ledger.embedded.postmaster import mark

PORT = 5432
"""Part of the socket's name only: the server listens on no network address."""

SUPERUSER = "mingzhang"
DATABASE = "mingzhang"

SHARED_MEMORY_BYTES_MIN = 512 * 1024 * 1024
"""Below this size of ``/dev/shm`` (containers give 64 MB) parallel queries use System V memory."""

PARAMETERS: tuple[tuple[str, str], ...] = (
    # Nothing acknowledged may be lost: these three are the defaults and stand here as a promise.
    ("fsync", "on"),
    ("synchronous_commit", "on"),
    ("full_page_writes", "on"),
    # Two cores and a laptop's memory.
    ("max_connections", "100"),
    ("shared_buffers", "256MB"),
    ("effective_cache_size", "1GB"),
    ("work_mem", "32MB"),
    ("maintenance_work_mem", "256MB"),
    ("max_parallel_workers", "2"),
    ("max_parallel_workers_per_gather", "1"),
    ("max_parallel_maintenance_workers", "1"),
    ("jit", "off"),
    ("random_page_cost", "1.1"),
    # A long way between checkpoints: after each one, whole pages go to the log again.
    ("wal_buffers", "16MB"),
    ("wal_compression", "on"),
    ("min_wal_size", "256MB"),
    ("max_wal_size", "4GB"),
    ("checkpoint_timeout", "15min"),
    ("checkpoint_completion_target", "0.9"),
    ("autovacuum", "on"),
    # A recovery says every other second how far it is, and we pass that on.
    ("log_startup_progress_interval", "2s"),
    # No values of rows in the server's log: a failed statement is told to its client alone, since
    # even the first line of an error may quote what was to be stored.
    ("log_min_messages", "log"),
    ("log_min_error_statement", "panic"),
    ("log_error_verbosity", "terse"),
    ("log_line_prefix", "%m [%p] "),
    ("lc_messages", "C"),
    ("log_timezone", "UTC"),
    ("timezone", "UTC"),
)
"""Each parameter with its value."""


def write_configuration(place: Place, account: Account) -> None:
    """Write the server's settings and who may connect: peers on the socket, nobody else."""
    settings = dict(PARAMETERS) | {"dynamic_shared_memory_type": _shared_memory()}
    _write(
        place.root / "postgresql.conf",
        "".join(f"{name} = '{value}'\n" for name, value in settings.items()),
    )
    _write(place.root / "pg_hba.conf", "local all all peer map=mingzhang\n")
    names = sorted({account.name, account.caller})
    _write(
        place.root / "pg_ident.conf",
        "".join(f"mingzhang {_quoted(name)} all\n" for name in names),
    )


def arguments(place: Place) -> list[str]:
    """Return the command line of the server, after the program."""
    pairs = {
        "config_file": place.root / "postgresql.conf",
        "hba_file": place.root / "pg_hba.conf",
        "ident_file": place.root / "pg_ident.conf",
        "listen_addresses": "",
        "unix_socket_directories": place.sockets,
        "unix_socket_permissions": "0700",
        "port": PORT,
        "cluster_name": mark(place.data),
        "logging_collector": "off",
        "log_destination": "stderr",
    }
    options = [part for name, value in pairs.items() for part in ("-c", f"{name}={value}")]
    return ["-D", str(place.data), *options]


def conninfo(sockets: Path, database: str = DATABASE) -> str:
    """Return where to connect, as a URL that libpq reads."""
    return f"postgresql://{SUPERUSER}@/{database}?host={quote(str(sockets))}&port={PORT}"


def _shared_memory() -> str:
    """Return the kind of shared memory for parallel queries."""
    try:
        shm = os.statvfs("/dev/shm")  # noqa: S108 - only its size is asked
    except OSError:
        return "posix"
    return "posix" if shm.f_blocks * shm.f_frsize >= SHARED_MEMORY_BYTES_MIN else "sysv"


def _quoted(name: str) -> str:
    """Quote a user's name: one that begins with a slash would be read as a pattern."""
    return '"' + name.replace('"', '""') + '"'


def _write(path: Path, text: str) -> None:
    """Replace a file as a whole, readable for the server's account."""
    unfinished = path.with_name(f"{path.name}.unfinished")
    unfinished.write_text(text, encoding="utf-8")
    unfinished.chmod(0o644)
    unfinished.replace(path)
