import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.embedded import launch
from ledger.embedded.account import Account
from ledger.embedded.configuration import write_configuration
from ledger.embedded.place import Place
from ledger.embedded.server import EmbeddedServer
from ledger.errors import Misconfigured
from tests.ledger.embedded.harness import AS_ROOT, data_of, read, write

MEGABYTE = 1024 * 1024


class Disk:
    """A disk of its own, in memory."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def mount(self, options: str) -> None:
        subprocess.run(
            ["/bin/mount", "-t", "tmpfs", "-o", options, "none", self.path],
            check=True,
            capture_output=True,
        )

    def remount(self, options: str) -> None:
        self.mount(f"remount,{options}")

    def fill(self) -> Path:
        """Write until nothing more can be written; return the file."""
        path = self.path / "filler"
        with path.open("wb", buffering=0) as file:
            try:
                while file.write(bytes(MEGABYTE)) == MEGABYTE:
                    pass
                while True:
                    file.write(b"0" * 512)
            except OSError:
                return path


@pytest.fixture
def disk(open_directory: Path) -> Iterator[Disk]:
    if not AS_ROOT:
        pytest.skip("does not apply: only root can mount a disk")
    disk = Disk(open_directory / "disk")
    disk.path.mkdir()
    try:
        disk.mount("size=8m,mode=0711")
    except subprocess.CalledProcessError:
        pytest.skip("does not apply: this container may not mount a disk")
    yield disk
    subprocess.run(["/bin/umount", disk.path], check=True)


def test_a_disk_that_is_too_small_is_refused_before_anything_is_made(disk: Disk) -> None:
    with pytest.raises(Misconfigured, match="is full"):
        EmbeddedServer(disk.path / "home").start()
    assert not list(disk.path.glob("home/postgres/data*"))


def test_a_disk_that_becomes_full_during_the_first_start_leaves_no_data_directory(
    disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launch, "FREE_BYTES_MIN", 0)
    server = EmbeddedServer(disk.path / "home")
    with pytest.raises(Misconfigured, match="is full"):
        server.start()
    assert server.status().state == "absent"
    assert not list(disk.path.glob("home/postgres/data*"))
    disk.remount("size=400m")
    with server as url:
        write(url, 1)


def test_a_full_disk_is_named_and_the_server_starts_once_there_is_space(disk: Disk) -> None:
    disk.remount("size=400m")
    server = EmbeddedServer(disk.path / "home")
    with server as url:
        write(url, 1)
    filler = disk.fill()
    with pytest.raises(Misconfigured, match="is full") as refused:
        server.start()
    assert refused.value.mend is not None
    assert "MINGZHANG_HOME" in refused.value.mend.en
    filler.unlink()
    with server as url:
        assert read(url) == [1]


def test_a_disk_without_space_for_the_servers_own_files_is_named(
    disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk.remount("size=400m")
    server = EmbeddedServer(disk.path / "home")
    with server as url:
        write(url, 1)

    # Our own files can be written; only then is the disk full, and the server cannot even say so.
    def write_and_fill(place: Place, account: Account) -> None:
        write_configuration(place, account)
        disk.fill()

    monkeypatch.setattr("ledger.embedded.launch.write_configuration", write_and_fill)
    with pytest.raises(Misconfigured, match="is full"):
        server.start()
    monkeypatch.undo()
    (disk.path / "filler").unlink()
    with server as url:
        assert read(url) == [1]


def test_a_disk_that_is_read_only_is_named(disk: Disk) -> None:
    disk.remount("size=400m")
    server = EmbeddedServer(disk.path / "home")
    with server as url:
        write(url, 1)
    disk.remount("ro,size=400m")
    with pytest.raises(Misconfigured, match="read-only"):
        server.start()
    with pytest.raises(Misconfigured, match="read-only"):
        EmbeddedServer(disk.path / "another").start()
    disk.remount("rw,size=400m")
    with server as url:
        assert read(url) == [1]


def test_a_log_that_has_become_long_is_put_aside(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launch, "LOG_BYTES_MAX", 10)
    server = EmbeddedServer(home)
    log = data_of(server).parent / "log" / "server.log"
    before = log.read_text("utf-8")
    with server:
        assert log.read_text("utf-8").count("starting PostgreSQL") == 1
    assert log.with_name("server.log.1").read_text("utf-8") == before
