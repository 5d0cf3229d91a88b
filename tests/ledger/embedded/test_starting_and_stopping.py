import shutil
import socket
import subprocess
from pathlib import Path

import psycopg
import pytest

from ledger.embedded.configuration import conninfo
from ledger.embedded.postmaster import is_there
from ledger.embedded.server import EmbeddedServer, binary
from ledger.errors import Conflict, Misconfigured
from tests.ledger.embedded.harness import (
    HOLD,
    Run,
    Told,
    ask,
    data_of,
    let_go,
    line_of,
    read,
    server_pid,
    wait_until,
    write,
)


def test_a_first_start_makes_a_server_that_answers_and_says_nothing(
    new_home: Path, told: Told
) -> None:
    server = EmbeddedServer(new_home, tell=told)
    assert server.status().state == "absent"
    with server as url:
        assert ask(url, "select current_database()") == "mingzhang"
        assert server.running
        assert server.status().url == url
    assert not told.messages


def test_a_stopped_server_is_gone_and_keeps_its_data(home: Path) -> None:
    with EmbeddedServer(home) as url:
        write(url, 1)
    server = EmbeddedServer(home)
    assert server.status().state == "stopped"
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)
    with server as again:
        assert read(again) == [1]


def test_a_clean_stop_needs_no_recovery_afterwards(home: Path) -> None:
    server = EmbeddedServer(home)
    with server as url:
        write(url, 1)
    log = data_of(server).parent / "log" / "server.log"
    assert "database system is shut down" in log.read_text("utf-8")
    with server:
        pass
    assert "automatic recovery" not in log.read_text("utf-8")


def test_starting_twice_gives_the_same_server(home: Path) -> None:
    server = EmbeddedServer(home)
    assert server.start() == server.start()
    pid = server_pid(server)
    server.stop()
    assert not server.running
    with server:
        assert server_pid(server) != pid


def test_stopping_twice_and_stopping_before_a_start_do_nothing(home: Path) -> None:
    server = EmbeddedServer(home)
    server.stop()
    with server:
        EmbeddedServer(home).stop()
        assert server.running
    server.stop()


def test_a_server_that_another_process_runs_is_used_and_left_to_it(home: Path, run: Run) -> None:
    other = run(HOLD, home)
    url = line_of(other)
    server = EmbeddedServer(home)
    assert server.start() == url
    server.stop()
    assert server.running
    let_go(other)
    assert not server.running


def test_whoever_leaves_last_stops_the_server(home: Path, run: Run) -> None:
    first = run(HOLD, home)
    line_of(first)
    server = EmbeddedServer(home)
    url = server.start()
    let_go(first)
    assert ask(url, "select 1") == "1"
    server.stop()
    assert not server.running


def test_two_users_in_one_process_count_as_two(home: Path) -> None:
    with EmbeddedServer(home) as url:
        with EmbeddedServer(home):
            pass
        assert ask(url, "select 1") == "1"
    assert not EmbeddedServer(home).running


def test_many_processes_that_start_at_once_get_one_server(new_home: Path, run: Run) -> None:
    processes = [run(HOLD, new_home) for _ in range(4)]
    urls = {line_of(process) for process in processes}
    assert len(urls) == 1
    log = data_of(EmbeddedServer(new_home)).parent / "log" / "server.log"
    assert log.read_text("utf-8").count("starting PostgreSQL") == 1
    for process in processes:
        let_go(process)
    assert not EmbeddedServer(new_home).running


def test_a_taken_network_port_does_not_matter(home: Path) -> None:
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", 5432))
        taken.listen()
        with EmbeddedServer(home) as url:
            assert ask(url, "show listen_addresses") == ""


def test_an_interrupt_at_the_terminal_does_not_reach_the_server(home: Path, run: Run) -> None:
    other = run(HOLD, home)
    line_of(other)
    pid = server_pid(EmbeddedServer(home))
    shown = subprocess.run(
        ["/bin/ps", "-o", "sid=", "-p", str(pid)], capture_output=True, text=True, check=True
    )
    mine = subprocess.run(
        ["/bin/ps", "-o", "sid=", "-p", str(other.pid)], capture_output=True, text=True, check=True
    )
    assert shown.stdout.strip() != mine.stdout.strip()


@pytest.mark.parametrize(
    "name",
    [
        "明账 a, 'b' \"c\" $(d) `e` %20 %s \\f",
        "/".join(["a-very-long-name"] * 10),
    ],
)
def test_any_path_can_be_a_home(open_directory: Path, name: str) -> None:
    server = EmbeddedServer(open_directory / name)
    try:
        with server as url:
            write(url, 1)
        with server as url:
            assert read(url) == [1]
    finally:
        server.discard()


def test_a_home_that_is_a_link_is_the_same_home(home: Path) -> None:
    link = home.with_name("link")
    with EmbeddedServer(home) as url:
        link.symlink_to(home)
        with EmbeddedServer(link) as same:
            assert same == url


def test_a_path_with_a_line_break_is_refused(open_directory: Path) -> None:
    with pytest.raises(Misconfigured, match="line break"):
        EmbeddedServer(open_directory / "a\nb").start()


def test_a_file_in_the_place_of_the_home_is_refused(open_directory: Path) -> None:
    file = open_directory / "file"
    file.write_text("mine", "utf-8")
    with pytest.raises(Misconfigured, match="cannot be used as a directory"):
        EmbeddedServer(file).start()
    assert file.read_text("utf-8") == "mine"


def test_data_of_another_major_version_are_refused_and_kept(home: Path) -> None:
    server = EmbeddedServer(home)
    version = data_of(server) / "PG_VERSION"
    version.write_text("17\n", "ascii")
    with pytest.raises(Misconfigured, match="PostgreSQL 17"):
        server.start()
    version.write_text("18\n", "ascii")
    with server as url:
        assert ask(url, "select 1") == "1"


def test_a_server_in_use_is_not_discarded(home: Path, run: Run) -> None:
    other = run(HOLD, home)
    line_of(other)
    with pytest.raises(Conflict):
        EmbeddedServer(home).discard()
    assert EmbeddedServer(home).running


def test_a_server_whose_home_was_removed_is_stopped_all_the_same(home: Path) -> None:
    server = EmbeddedServer(home)
    server.start()
    pid = server_pid(server)
    shutil.rmtree(home)
    server.stop()
    assert not is_there(pid)
    assert not home.exists()


def test_a_discarded_server_leaves_nothing_behind(home: Path) -> None:
    server = EmbeddedServer(home)
    server.start()
    root = server.status().root
    server.discard()
    assert {path.name for path in home.iterdir()} == {"postgres.lock", "postgres.users"}
    assert root is not None
    assert not root.exists()
    assert server.status().state == "absent"


def test_a_start_waits_while_another_process_is_at_it_and_says_so(
    home: Path, run: Run, told: Told
) -> None:
    code = """
import sys, time
from pathlib import Path
from ledger.embedded.locks import guarded
with guarded(Path(sys.argv[1]) / "postgres.lock", 1.0, lambda: None):
    print("held", flush=True)
    sys.stdin.readline()
"""
    other = run(code, home)
    line_of(other)
    with pytest.raises(Conflict, match="still starting"):
        EmbeddedServer(home, tell=told, patience_seconds=0.2).start()
    assert "waiting" in told
    let_go(other)
    with EmbeddedServer(home):
        pass


def test_the_programs_that_come_along_can_be_run(home: Path) -> None:
    with EmbeddedServer(home) as url:
        for options in (["-i", "-q"], ["-t", "10"]):
            subprocess.run([binary("pgbench"), *options, url], check=True, capture_output=True)
    with pytest.raises(Misconfigured):
        binary("no-such-program")


def test_a_url_keeps_what_stands_in_a_path() -> None:
    url = conninfo(Path("/a b/%20"))
    assert psycopg.conninfo.conninfo_to_dict(url)["host"] == "/a b/%20"


def test_the_home_of_a_running_server_can_be_left_by_a_fork(home: Path, run: Run) -> None:
    code = """
import os, sys, time
from pathlib import Path
from ledger.embedded.postmaster import is_there
from ledger.embedded.server import EmbeddedServer
server = EmbeddedServer(Path(sys.argv[1]))
server.start()
child = os.fork()
if child == 0:
    time.sleep(60)
server.stop()
os.kill(child, 9)
print("stopped", flush=True)
"""
    assert line_of(run(code, home)) == "stopped"
    wait_until(lambda: not EmbeddedServer(home).running)
