"""Making a data directory, starting the server on it, waiting for it, and stopping it."""

import secrets
import shutil
import signal
import time
from pathlib import Path

import psycopg
from psycopg import sql

from aggregates.language import Message
from ledger.embedded import failures
from ledger.embedded.account import Account
from ledger.embedded.binaries import wheel_version
from ledger.embedded.configuration import (
    DATABASE,
    PORT,
    SUPERUSER,
    arguments,
    conninfo,
    write_configuration,
)
from ledger.embedded.directories import make_private
from ledger.embedded.place import Place
from ledger.embedded.postmaster import (
    PAUSE_SECONDS,
    Postmaster,
    end_left_behind,
    end_maker,
    is_there,
    postmaster_of,
    process_on,
    send,
)
from ledger.embedded.telling import Tell
from ledger.errors import Conflict, Fault, Misconfigured

FREE_BYTES_MIN = 160 * 1024 * 1024
"""What a new data directory needs at least: 40 MB of its own and the first files of the log."""

FREE_BYTES_LOG = 64 * 1024
"""With less than this a server that failed is held to have failed for want of space."""

UNFINISHED_PREFIX = "data.unfinished-"

LOG_BYTES_MAX = 8 * 1024 * 1024
"""A log above this length is put aside at the next start; one former log is kept."""

LEFT_BEHIND_SECONDS = 20.0
STOP_SECONDS = 300.0
TELL_AFTER_SECONDS = 3.0
CONNECT_SECONDS = 30
ANSWER_SECONDS = 3

LAST_WORDS = ("FATAL:", "PANIC:", "error while loading")
"""One of these stands in the log of a server that ends of itself."""

STARTING = Message("PostgreSQL 启动", "Starting PostgreSQL")
INITIALISING = Message("PostgreSQL 初始化", "Initialising PostgreSQL")


def initialise(place: Place, account: Account, programs: Path) -> None:
    """Make the data directory if there is none; a half-made one never bears the name.

    Raises:
        Misconfigured: The disk is full or read-only.
        Fault: PostgreSQL cannot make it.
    """
    if place.data.exists():
        return
    for left in place.root.glob(f"{UNFINISHED_PREFIX}*"):
        end_maker(left)
        shutil.rmtree(left)
    if shutil.disk_usage(place.root).free < FREE_BYTES_MIN:
        raise failures.full(place.root)
    unfinished = place.root / f"{UNFINISHED_PREFIX}{secrets.token_hex(4)}"
    make_private(unfinished, account)
    made = account.run(
        [
            programs / "initdb",
            "--no-instructions",
            f"--username={SUPERUSER}",
            "--auth-local=peer",
            "--auth-host=reject",
            "--encoding=UTF8",
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--text-search-config=simple",
            "--data-checksums",
            "-D",
            unfinished,
        ]
    )
    if made.returncode != 0:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise failures.of_output(made.stderr.splitlines(), place.root, INITIALISING)
    unfinished.rename(place.data)


def check_version(data: Path) -> None:
    """See that the data were made by the major version of PostgreSQL that we have.

    Raises:
        Misconfigured: They were not, or it is no data directory.
    """
    file = data / "PG_VERSION"
    former = file.read_text(encoding="ascii").strip() if file.exists() else "?"
    ours = wheel_version().partition(".")[0]
    if former != ours:
        raise Misconfigured(
            Message(
                f"{data} 是 PostgreSQL {former} 的数据，而程序是 {ours} 版。",
                f"{data} holds data of PostgreSQL {former}; the programs are {ours}.",
            ),
            mend=Message(
                f"用 {former} 版的 pg_dump 导出后在新目录恢复，或装回原来的版本。",
                f"Dump them with pg_dump {former} and restore into a new home, or install the "
                "former version again.",
            ),
        )


def launch(place: Place, account: Account, programs: Path) -> tuple[int, int]:
    """Start the server, detached from us and from our terminal.

    To be called under the guard, when no server of this data directory is there.

    Returns:
        Its process, and the length of its log before it was started.

    Raises:
        Fault: Processes of a killed server do not end.
    """
    left = end_left_behind(place.data, LEFT_BEHIND_SECONDS)
    if left:
        numbers = " ".join(map(str, left))
        raise Fault(
            Message(
                f"上次被终止的服务器仍有进程未退出：{numbers}",
                f"Processes of a server that was killed do not end: {numbers}",
            ),
            mend=Message(f"执行：kill -9 {numbers}", f"Run: kill -9 {numbers}"),
        )
    # PostgreSQL would remove these by itself, unless their number is another process's by now.
    socket = place.sockets / f".s.PGSQL.{PORT}"
    for stale in (place.data / "postmaster.pid", socket, Path(f"{socket}.lock")):
        stale.unlink(missing_ok=True)
    if failures.log_size(place.log) > LOG_BYTES_MAX:
        place.log.replace(place.log.with_suffix(".log.1"))
    since = failures.log_size(place.log)
    write_configuration(place, account)
    # The shell is here to let go of the server: it ends at once, and the system adopts its child.
    script = 'log=$1; shift; "$@" </dev/null >>"$log" 2>&1 & echo $!'
    started = account.run(
        ["/bin/sh", "-c", script, "sh", place.log, programs / "postgres", *arguments(place)]
    )
    if started.returncode != 0:
        raise failures.of_output(started.stderr.splitlines(), place.log, STARTING)
    return int(started.stdout), since


def wait_ready(
    place: Place, pid: int, since: int, patience_seconds: float, tell: Tell
) -> Postmaster | None:
    """Wait until the server takes connections, telling how far a recovery is.

    Args:
        place: Where the server runs.
        pid: Its process.
        since: The length of its log before it was started.
        patience_seconds: How long to wait; the server is not stopped if it takes longer.
        tell: Hears of the progress.

    Returns:
        The server, or nothing if it ended without a word, as one does that is killed.

    Raises:
        Conflict: It still recovers; the next start goes on waiting.
        Misconfigured: The disk is full or read-only.
        Fault: It ended.
    """
    begin = time.monotonic()
    told = ""
    while True:
        there = is_there(pid)
        found = postmaster_of(place.data)
        if found is not None and found.ready:
            return found
        if not there:
            # On a full disk the server cannot even write why it ends.
            if shutil.disk_usage(place.root).free < FREE_BYTES_LOG:
                raise failures.full(place.root)
            said = failures.log_tail(place.log, since)
            if not any(word in line for line in said for word in LAST_WORDS):
                return None
            raise failures.of_output(said, place.log, STARTING)
        waited = time.monotonic() - begin
        if waited > patience_seconds:
            raise Conflict(
                Message("PostgreSQL 仍在恢复数据。", "PostgreSQL is still recovering its data."),
                mend=Message(
                    "不要终止它；稍后再试，会继续等待。",
                    "Do not stop it; try again later, which goes on waiting.",
                ),
            )
        progress = _progress(place.log, since)
        if progress != told and waited > TELL_AFTER_SECONDS:
            told = progress
            tell(
                Message(
                    f"PostgreSQL 正在恢复上次中断时的数据：{progress}",
                    f"PostgreSQL is recovering what was interrupted: {progress}",
                )
            )
        time.sleep(PAUSE_SECONDS)


def _progress(log: Path, since: int) -> str:
    """Return the last thing that the server said about itself, without its time and number."""
    said = [line for line in failures.log_tail(log, since) if "LOG:  " in line]
    return said[-1].partition("LOG:  ")[2] if said else "…"


def answers(sockets: Path) -> bool:
    """Whether a PostgreSQL is behind a socket, though we cannot see its process.

    So it is when two containers share a home: a second server on the same data would ruin them.
    """
    try:
        psycopg.connect(conninfo(sockets), connect_timeout=ANSWER_SECONDS).close()
    except psycopg.OperationalError as error:
        # Only a server has a code to refuse with, say while it is starting.
        return error.sqlstate is not None
    return True


def greet(sockets: Path) -> None:
    """Connect, so that a start ends with a server that answered, and see to the database.

    Raises:
        Fault: It does not answer.
    """
    address = conninfo(sockets, "postgres")
    try:
        with psycopg.connect(
            address, autocommit=True, connect_timeout=CONNECT_SECONDS
        ) as connection:
            made = connection.execute(
                "select true from pg_database where datname = %s", [DATABASE]
            ).fetchone()
            if made is None:
                connection.execute(sql.SQL("create database {}").format(sql.Identifier(DATABASE)))
    except psycopg.Error as error:
        raise failures.of_output(str(error).splitlines(), sockets, STARTING) from error


def shut_down(place: Place, tell: Tell) -> None:
    """Stop the server cleanly and wait for it; nothing happens if there is none.

    Raises:
        Fault: It does not end.
    """
    found = postmaster_of(place.data)
    pid = found.pid if found is not None and found.alive else process_on(place.data)
    if pid is None:
        return
    send(pid, signal.SIGINT)
    begin = time.monotonic()
    told = False
    while is_there(pid):
        waited = time.monotonic() - begin
        if waited > STOP_SECONDS:
            raise Fault(
                Message(
                    f"PostgreSQL（进程 {pid}）没有停止。",
                    f"PostgreSQL (process {pid}) does not stop.",
                ),
                mend=Message(f"查看日志 {place.log}。", f"See its log in {place.log}."),
            )
        if not told and waited > TELL_AFTER_SECONDS:
            told = True
            tell(Message("PostgreSQL 正在写盘并停止…", "PostgreSQL is writing to disk to stop…"))
        time.sleep(PAUSE_SECONDS)
