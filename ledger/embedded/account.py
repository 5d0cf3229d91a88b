"""Under whose name the embedded server runs.

PostgreSQL refuses to run as root. An ordinary user runs it as himself. Under root it runs as the
owner of its data directory, or, before there is one, as a system user of ours that is created
once and said. Nothing but the server and its programs ever runs under that name.
"""

import errno
import os
import pwd
import shutil
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from aggregates.language import Message
from ledger.embedded.telling import Tell
from ledger.errors import Misconfigured

SYSTEM_USER = "mingzhang-postgres"
"""The system user that is created under root; ``userdel`` takes it away again."""

CREATION_TRIES_MAX = 20
CREATION_PAUSE_SECONDS = 0.25

ENVIRONMENT: Mapping[str, str] = {
    "PATH": "/usr/bin:/bin:/usr/sbin:/sbin",
    "LANG": "C",
    "LC_ALL": "C",
    "TZ": "UTC",
}
"""All that the server's programs see of the environment: the caller's PG* variables stay out."""


@dataclass(frozen=True, slots=True)
class Account:
    """The user under whose name the server runs.

    Attributes:
        name: The user's name, which ``peer`` authentication compares.
        uid: The user's number.
        gid: The number of the user's group.
        caller: The name of the user who calls, and who connects to the server.
    """

    name: str
    uid: int
    gid: int
    caller: str

    @property
    def switched(self) -> bool:
        """Whether the server runs under another name than the caller's."""
        return self.uid != os.geteuid()

    def run(
        self, command: Sequence[str | Path], *, text: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Run a program under this account, from the root directory, and wait for it.

        Args:
            command: The program and its arguments.
            text: What it reads from its standard input.

        Returns:
            The finished process with what it wrote.

        Raises:
            Misconfigured: We may not take this account's name.
            OSError: The program cannot be run at all.
        """
        switched = self.switched
        try:
            return subprocess.run(  # noqa: S603 - the programs are ours, their arguments no shell sees
                [str(part) for part in command],
                user=self.uid if switched else None,
                group=self.gid if switched else None,
                extra_groups=[] if switched else None,
                umask=0o077,
                cwd="/",
                env=dict(ENVIRONMENT),
                input=text,
                capture_output=True,
                text=True,
                errors="replace",
                start_new_session=True,
                check=False,
            )
        except OSError as error:
            if switched and error.errno in {errno.EPERM, errno.EINVAL}:
                raise _not_allowed(self.name) from error
            raise

    def may_enter(self, directory: Path) -> bool:
        """Whether this account can enter a directory; the system is asked, not the mode bits."""
        return self.run(["/bin/sh", "-c", 'cd -- "$1"', "sh", directory]).returncode == 0


def account_for(data: Path, tell: Tell) -> Account:
    """Return the account for a data directory, creating the system user where it is needed.

    Args:
        data: The data directory, which need not exist yet.
        tell: Hears of a system user that is created.

    Raises:
        Misconfigured: The directory belongs to somebody else, the user has no name, or the
            system user cannot be created.
    """
    caller = _entry(os.geteuid())
    owner = data.stat().st_uid if data.exists() else None
    if os.geteuid() != 0:
        if owner not in {None, caller.pw_uid}:
            raise Misconfigured(
                Message(
                    f"数据目录 {data} 属于用户编号 {owner}，不属于 {caller.pw_name}。",
                    f"The data directory {data} belongs to user number {owner}, "
                    f"not to {caller.pw_name}.",
                ),
                mend=Message(
                    "以该用户运行，或把 MINGZHANG_HOME 设为自己的目录。",
                    "Run as that user, or point MINGZHANG_HOME at a directory of your own.",
                ),
            )
        return Account(caller.pw_name, caller.pw_uid, caller.pw_gid, caller.pw_name)
    if owner == 0:
        raise Misconfigured(
            Message(
                f"数据目录 {data} 属于 root，而 PostgreSQL 不以 root 运行。",
                f"The data directory {data} belongs to root, and PostgreSQL does not run as root.",
            ),
            mend=Message(
                f"执行：chown -R {SYSTEM_USER}: {data}", f"Run: chown -R {SYSTEM_USER}: {data}"
            ),
        )
    user = _system_user(tell) if owner is None else _entry(owner)
    return Account(user.pw_name, user.pw_uid, user.pw_gid, caller.pw_name)


def _entry(uid: int) -> pwd.struct_passwd:
    """Return the entry of a user number; PostgreSQL cannot do without its name."""
    try:
        return pwd.getpwuid(uid)
    except KeyError as error:
        raise Misconfigured(
            Message(
                f"用户编号 {uid} 没有用户名，PostgreSQL 无法以其身份运行。",
                f"User number {uid} has no name, and PostgreSQL cannot run without one.",
            ),
            mend=Message(
                "在 /etc/passwd 中登记该用户，或用 MINGZHANG_DATABASE_URL 连接已有的服务器。",
                "Enter the user in /etc/passwd, or name a server of your own in "
                "MINGZHANG_DATABASE_URL.",
            ),
        ) from error


def _system_user(tell: Tell) -> pwd.struct_passwd:
    """Return our system user; two who create it at once both get the same one."""
    failure = ""
    for _ in range(CREATION_TRIES_MAX):
        try:
            return pwd.getpwnam(SYSTEM_USER)
        except KeyError:
            failure = _create_system_user(tell)
            if failure:
                time.sleep(CREATION_PAUSE_SECONDS)
    raise Misconfigured(
        Message(
            f"无法创建系统用户 {SYSTEM_USER}：{failure}",
            f"The system user {SYSTEM_USER} cannot be created: {failure}",
        ),
        mend=Message(
            "以普通用户运行（最简单），或先用系统工具创建该用户。",
            "Run as an ordinary user (simplest), or create that user with the system's own tool.",
        ),
    )


def _create_system_user(tell: Tell) -> str:
    """Create the system user; return why not, or nothing."""
    program = shutil.which("useradd", path=ENVIRONMENT["PATH"])
    if program is None:
        return "useradd: not found"
    made = subprocess.run(  # noqa: S603 - a fixed command without a shell
        [
            program,
            "--system",
            "--user-group",
            "--no-create-home",
            "--home-dir=/nonexistent",
            "--shell=/usr/sbin/nologin",
            "--comment=Mingzhang embedded PostgreSQL",
            SYSTEM_USER,
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode == 0:
        tell(
            Message(
                f"已创建系统用户 {SYSTEM_USER}（PostgreSQL 不以 root 运行）；"
                f"不再需要时执行 userdel {SYSTEM_USER}。",
                f"Created the system user {SYSTEM_USER} (PostgreSQL does not run as root); "
                f"userdel {SYSTEM_USER} removes it.",
            )
        )
        return ""
    return made.stderr.strip() or f"useradd: {made.returncode}"


def _not_allowed(name: str) -> Misconfigured:
    """Say that this process may not act under another name."""
    return Misconfigured(
        Message(
            f"本进程虽为 root，却无权以 {name} 的身份运行程序（容器权限受限）。",
            f"This process is root but may not run programs as {name} (a restricted container).",
        ),
        mend=Message(
            "以普通用户运行，或用 MINGZHANG_DATABASE_URL 连接已有的服务器。",
            "Run as an ordinary user, or name a server of your own in MINGZHANG_DATABASE_URL.",
        ),
    )
