"""Directories of ours: made with the permissions they need, and seen to be nobody else's."""

import os
from pathlib import Path

from aggregates.language import Message
from ledger.embedded.account import Account
from ledger.errors import Misconfigured

OUTSIDE = (Path("/var/lib/mingzhang"), Path("/opt/mingzhang"))
"""Where we make a directory of ours under root when the home is closed; the first that can be."""

OTHERS_WRITE = 0o022


def make_private(directory: Path, account: Account) -> None:
    """Make a directory that the server's account alone may enter, unless it stands.

    Raises:
        OSError: It cannot be made.
    """
    if not directory.exists():
        directory.mkdir(mode=0o700)
        os.chown(directory, account.uid, account.gid)


def make_passable(directory: Path) -> bool:
    """Make a directory of the caller's own, unless it stands; return whether it was made.

    Under root everybody may pass through it, so that the server's account can.

    Raises:
        Misconfigured: It is not the caller's, or others may write in it.
        OSError: It cannot be made.
    """
    made = not directory.exists()
    if made:
        directory.mkdir(mode=0o700)
        if os.geteuid() == 0:
            directory.chmod(0o755)
    see_ours(directory)
    return made


def see_ours(directory: Path) -> None:
    """See that a directory is the caller's own and that nobody else may write in it.

    Raises:
        Misconfigured: It is not: somebody else could lay links where we write.
    """
    state = directory.lstat()
    if (
        directory.is_symlink()
        or state.st_uid != os.geteuid()
        or (os.geteuid() == 0 and state.st_mode & OTHERS_WRITE)
    ):
        raise Misconfigured(
            Message(
                f"{directory} 不为本用户（编号 {os.geteuid()}）独有。",
                f"{directory} is not this user's (number {os.geteuid()}) alone.",
            ),
            mend=Message(
                "以其所有者身份运行，或把 MINGZHANG_HOME 设为自己的目录。",
                "Run as its owner, or point MINGZHANG_HOME at a directory of your own.",
            ),
        )


def outside() -> Path:
    """Return the directory of ours outside every home, making it; for root only.

    Raises:
        Misconfigured: None can be made, or it is not root's alone.
    """
    failure: OSError | Misconfigured | None = None
    for directory in OUTSIDE:
        try:
            make_passable(directory)
        except (OSError, Misconfigured) as error:
            failure = failure or error
        else:
            return directory
    raise Misconfigured(
        Message(
            f"没有可供服务器账户使用的目录：{OUTSIDE[0]} 无法创建或不可信。",
            "There is no directory that the server's account could use: "
            f"{OUTSIDE[0]} cannot be made or trusted.",
        ),
        mend=Message(
            "把 MINGZHANG_HOME 设为其他用户可以经过的目录，例如 /srv/mingzhang。",
            "Point MINGZHANG_HOME at a directory that others may pass, say /srv/mingzhang.",
        ),
    ) from failure
