"""What went wrong with a directory or a server, said so that it can be mended."""

import errno
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from aggregates.language import Message
from ledger.errors import Failure, Fault, Misconfigured

LOG_TAIL_BYTES = 16 * 1024

BUSY = "pre-existing shared memory block"
"""What the server says while processes of a killed one are still there."""

OWN_SERVER = Message(
    "或用 MINGZHANG_DATABASE_URL 连接已有的服务器。",
    "Or name a server of your own in MINGZHANG_DATABASE_URL.",
)


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn what the system says about files into what people can mend.

    Args:
        path: What the block works on; named if the system names no file.

    Raises:
        Misconfigured: The disk is full or read-only, or a file may not be used.
        Fault: The system failed in another way.
    """
    try:
        yield
    except OSError as error:
        named = Path(os.fsdecode(error.filename)) if error.filename else path
        raise of_number(error.errno or 0, named) from error


def of_number(number: int, path: Path) -> Failure:
    """Return the failure for an error number of the system."""
    if number in {errno.ENOSPC, errno.EDQUOT}:
        return full(path)
    if number == errno.EROFS:
        return Misconfigured(
            Message(f"{path} 所在磁盘是只读的。", f"The disk of {path} is read-only."),
            mend=_elsewhere(),
        )
    if number in {errno.EACCES, errno.EPERM}:
        return Misconfigured(
            Message(f"无权使用 {path}。", f"There is no permission to use {path}."),
            mend=_elsewhere(),
        )
    if number in {errno.ENOTDIR, errno.EEXIST, errno.ELOOP, errno.ENAMETOOLONG}:
        return Misconfigured(
            Message(f"{path} 不能用作目录。", f"{path} cannot be used as a directory."),
            mend=_elsewhere(),
        )
    reason = os.strerror(number)
    return Fault(Message(f"{path}：{reason}", f"{path}: {reason}"))


def full(path: Path) -> Misconfigured:
    """Say that a disk is full."""
    return Misconfigured(
        Message(f"{path} 所在磁盘已满。", f"The disk of {path} is full."),
        mend=Message(
            "腾出空间，或把 MINGZHANG_HOME 设到更大的磁盘上；已有数据不受影响。",
            "Free some space, or point MINGZHANG_HOME at a larger disk; the data are unharmed.",
        ),
    )


def of_output(lines: Sequence[str], path: Path, what: Message) -> Failure:
    """Return the failure that a program of PostgreSQL ended with, from what it wrote.

    Args:
        lines: What it wrote, the last line last.
        path: What it worked on.
        what: What it was to do.
    """
    text = "\n".join(lines)
    for number in (errno.ENOSPC, errno.EDQUOT, errno.EROFS):
        if os.strerror(number) in text:
            return of_number(number, path)
    telling = [
        line
        for line in lines
        if any(word in line for word in ("FATAL:", "PANIC:", "error:", "could not"))
    ]
    reason = (telling or list(lines) or ["?"])[-1]
    if "Permission denied" in reason:
        return of_number(errno.EACCES, path)
    return Fault(
        Message(f"{what.zh}失败：{reason}", f"{what.en} failed: {reason}"),
        mend=Message(
            f"日志在 {path}；执行 mingzhang doctor 查看原因。{OWN_SERVER.zh}",
            f"The log is in {path}; mingzhang doctor looks for the cause. {OWN_SERVER.en}",
        ),
    )


def killed(log: Path) -> Fault:
    """Say that the server was ended again and again while it started."""
    return Fault(
        Message(
            "PostgreSQL 在启动过程中一再被终止。",
            "PostgreSQL was killed again and again at its start.",
        ),
        mend=Message(
            f"检查内存是否耗尽（dmesg 中的 Out of memory）；日志在 {log}。",
            f"See whether memory ran out (Out of memory in dmesg); the log is in {log}.",
        ),
    )


def log_tail(log: Path, since: int = 0) -> list[str]:
    """Return the last lines of a log from a place in it on."""
    try:
        with log.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(since, size - LOG_TAIL_BYTES))
            return file.read().decode(errors="replace").splitlines()
    except FileNotFoundError:
        return []


def log_size(log: Path) -> int:
    """Return the length of a log in bytes."""
    return log.stat().st_size if log.exists() else 0


def _elsewhere() -> Message:
    """Say that another home helps."""
    return Message(
        "把 MINGZHANG_HOME 设为可写的目录。", "Point MINGZHANG_HOME at a directory you can write."
    )
