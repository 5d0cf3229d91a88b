"""What the machine, the installation and the home have to bring."""

import errno
import importlib.metadata
import os
import re
import shutil
import socket
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aggregates.language import Message
from ledger.clock import SystemClock
from ledger.documents.place import store_at
from ledger.embedded import failures
from ledger.embedded.checks import Examination, Result, good
from ledger.embedded.place import place_of
from ledger.errors import Failure
from ledger.integration.place import SigningPlace
from ledger.settings import Settings, unknown
from ledger.vault.keyfile import load_keyring

PYTHON_MIN = (3, 11)
DISTRIBUTION = "mingzhang"

GIGABYTE = 1024**3
FREE_BYTES_BAD = GIGABYTE // 2
FREE_BYTES_NOTE = 5 * GIGABYTE
"""A county's year with its read models takes about one gigabyte."""

EARLIEST = datetime(2026, 9, 1, tzinfo=UTC)
"""No clock that is right shows an earlier time: this program did not exist."""
LATEST = datetime(2100, 1, 1, tzinfo=UTC)
CLOCK_LEAP = timedelta(minutes=2)


def _python(_settings: Settings) -> Result:
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] >= PYTHON_MIN:
        return good(f"Python {version}", f"Python {version}")
    return Result(
        "bad",
        Message(f"Python {version} 过旧。", f"Python {version} is too old."),
        Message(
            "安装 Python 3.11 以上，再执行 make setup。", "Install Python 3.11, run make setup."
        ),
    )


def _packages(_settings: Settings) -> Result:
    setup = Message("执行 make setup。", "Run make setup.")
    try:
        required = importlib.metadata.requires(DISTRIBUTION) or []
    except importlib.metadata.PackageNotFoundError:
        return Result("bad", Message("mingzhang 没有安装。", "mingzhang is not installed."), setup)
    names = [
        re.split(r"[^A-Za-z0-9._-]", line, maxsplit=1)[0]
        for line in required
        if "extra ==" not in line
    ]
    missing = [name for name in names if not _installed(name)]
    if missing:
        listed = ", ".join(missing)
        return Result("bad", Message(f"缺少软件包：{listed}", f"Packages missing: {listed}"), setup)
    return good(f"所需的 {len(names)} 个软件包齐备。", f"All {len(names)} packages are there.")


def _installed(name: str) -> bool:
    try:
        importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def _variables(_settings: Settings) -> Result:
    strange = unknown(os.environ)
    if not strange:
        return good("设置可以读取。", "The settings can be read.")
    listed = ", ".join(strange)
    return Result(
        "note",
        Message(f"不认识的环境变量（拼写有误？）：{listed}", f"Unknown, misspelt? {listed}"),
        Message("改正或取消。", "Correct or unset them."),
    )


def _clock(settings: Settings) -> Result:
    now = SystemClock().now()
    control = _control_file(settings.home)
    written = None if control is None else datetime.fromtimestamp(control.stat().st_mtime, UTC)
    if not EARLIEST <= now <= LATEST or (written is not None and written > now + CLOCK_LEAP):
        shown = now.isoformat(timespec="seconds")
        return Result(
            "bad",
            Message(
                f"系统时钟为 {shown}，不可信：早于本程序或早于已有数据。",
                f"The clock shows {shown}, which cannot be: the program or the data are newer.",
            ),
            Message("校准时钟（启用 NTP）。", "Set the clock, and let NTP keep it."),
        )
    shown = now.isoformat(timespec="seconds")
    return good(f"系统时钟为 {shown}。", f"The clock shows {shown}.")


def _control_file(home: Path) -> Path | None:
    """Return the file that PostgreSQL writes at every checkpoint, if it can be seen."""
    try:
        place = place_of(home.resolve())
        control = place.data / "global" / "pg_control" if place else None
        return control if control is not None and control.exists() else None
    except (OSError, Failure):
        return None


def _home(settings: Settings) -> Result:
    home = settings.home
    with failures.explained(home):
        standing = _nearest(home)
        with tempfile.TemporaryFile(dir=standing):
            pass
    if standing != home:
        return good(f"{home} 将在首次启动时创建。", f"{home} is made at the first start.")
    return good(f"{home} 可写。", f"{home} can be written.")


def _space(settings: Settings) -> Result:
    with failures.explained(settings.home):
        place = place_of(settings.home.resolve())
        standing = place.root if place else _nearest(settings.home)
        free = shutil.disk_usage(standing).free
    shown = f"{free / GIGABYTE:.1f} GB"
    found = Message(f"{standing} 剩余 {shown}。", f"{shown} are free at {standing}.")
    if free < FREE_BYTES_BAD:
        return Result("bad", found, failures.full(standing).mend)
    if free < FREE_BYTES_NOTE:
        return Result("note", found, failures.full(standing).mend)
    return Result("good", found)


def _nearest(path: Path) -> Path:
    """Return the path or the nearest directory above it that stands."""
    return next(one for one in (path, *path.parents) if one.exists())


def _port(settings: Settings) -> Result:
    where = f"{settings.host}:{settings.port}"
    mend = Message("更改 MINGZHANG_HOST 或 MINGZHANG_PORT。", "Change MINGZHANG_HOST or _PORT.")
    try:
        for family, kind, protocol, _name, address in socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        ):
            with socket.socket(family, kind, protocol) as one:
                one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                one.bind(address)
    except socket.gaierror:
        return Result(
            "bad", Message(f"{settings.host} 无法解析。", f"{settings.host} is unknown."), mend
        )
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            # It may well be our own service, which is as it should be.
            found = Message(f"{where} 已有程序在用。", f"Some program listens on {where} already.")
            return Result("note", found, mend)
        reason = error.strerror or "?"
        found = Message(f"无法绑定 {where}：{reason}", f"Cannot bind to {where}: {reason}")
        return Result("bad", found, mend)
    return good(f"{where} 空闲。", f"{where} is free.")


def _keys(settings: Settings) -> Result:
    with failures.explained(settings.key_file):
        if not settings.key_file.exists():
            return Result(
                "note",
                Message(f"尚无密钥文件 {settings.key_file}。", f"No keys in {settings.key_file}."),
                Message("由 mingzhang init 生成。", "mingzhang init makes them."),
            )
    load_keyring(settings.key_file)
    return good(
        f"密钥文件 {settings.key_file} 完好，仅本用户可读。",
        f"The keys in {settings.key_file} are whole and readable by their owner alone.",
    )


def _signing(settings: Settings) -> Result:
    place = SigningPlace.below(settings.home)
    with failures.explained(place.key_file):
        if not place.key_file.exists():
            return Result(
                "note",
                Message("尚无日志签名密钥，检查点未签名。", "Checkpoints are not signed: no keys."),
                Message("由 mingzhang init 生成。", "mingzhang init makes them."),
            )
    if not place.signer().is_begun():
        return Result(
            "bad",
            Message(
                f"签名器的记录已丢失，拒绝签名：{place.memory}",
                f"The signer has lost what it signed last and refuses: {place.memory}",
            ),
            Message(
                "用 mingzhang evidence adopt 指明最新的已签检查点。",
                "Name the newest signed checkpoint with mingzhang evidence adopt.",
            ),
        )
    return good(
        f"日志签名密钥 {place.key_file} 完好，签名器记录齐备。",
        f"The signing keys in {place.key_file} are whole, and the signer remembers.",
    )


def _documents(settings: Settings) -> Result:
    """Ask for a file that nobody has: whoever answers that it is not there can be read."""
    if settings.documents.startswith("s3://"):
        store_at(settings.documents).octets("0" * 64)
        return good("存储桶可以读取。", "The bucket can be read.")
    place = Path(settings.documents)
    if not place.exists():
        return good("尚无入库的材料原件。", "No file of a document was stored yet.")
    if not os.access(place, os.R_OK | os.W_OK | os.X_OK):
        return Result(
            "bad",
            Message(f"材料库不可读写：{place}", f"The document store cannot be used: {place}"),
            Message("请调整该目录的权限。", "Mend the permissions of that directory."),
        )
    return good(f"材料库 {place} 可读写。", f"The document store {place} can be used.")


EXAMINATIONS = (
    Examination("python", Message("Python 版本", "Python"), _python),
    Examination("packages", Message("软件包", "Packages"), _packages),
    Examination("settings", Message("环境变量", "Settings"), _variables),
    Examination("clock", Message("系统时钟", "Clock"), _clock),
    Examination("home", Message("数据目录", "Home"), _home),
    Examination("space", Message("磁盘空间", "Disk space"), _space),
    Examination("port", Message("网页端口", "Port"), _port),
    Examination("keys", Message("密钥文件", "Keys"), _keys),
    Examination("signing", Message("日志签名", "Signing"), _signing),
    Examination("documents", Message("材料库", "Document store"), _documents),
)
"""In the order in which one depends on the other."""
