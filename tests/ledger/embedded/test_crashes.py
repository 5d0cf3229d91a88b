import os
import signal
import socket
import subprocess
import threading
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from ledger.embedded import launch
from ledger.embedded.account import Account
from ledger.embedded.configuration import PORT
from ledger.embedded.place import Place
from ledger.embedded.postmaster import is_there, left_behind, postmaster_of
from ledger.embedded.server import EmbeddedServer
from ledger.errors import Conflict, Fault
from tests.ledger.embedded.harness import (
    AS_ROOT,
    HOLD,
    Run,
    Told,
    ask,
    data_of,
    kill_server,
    let_go,
    line_of,
    read,
    server_pid,
    wait_until,
    write,
)


def test_a_killed_server_is_seen_and_started_again_with_all_that_was_committed(home: Path) -> None:
    server = EmbeddedServer(home)
    url = server.start()
    write(url, 1)
    kill_server(server)
    assert server.status().state == "left"
    assert not server.running
    assert read(server.start()) == [1]
    server.stop()
    assert server.status().state == "stopped"


def test_a_stop_after_the_server_was_killed_is_quiet(home: Path) -> None:
    server = EmbeddedServer(home)
    server.start()
    kill_server(server)
    server.stop()
    with server:
        assert server.running


def test_a_server_whose_user_was_killed_is_used_again_and_then_stopped(
    home: Path, run: Run
) -> None:
    other = run(HOLD, home)
    line_of(other)
    server = EmbeddedServer(home)
    pid = server_pid(server)
    other.kill()
    other.wait()
    with server as url:
        assert server_pid(server) == pid
        write(url, 1)
    assert not server.running
    with server as url:
        assert read(url) == [1]


def test_server_and_user_killed_together_lose_nothing(home: Path, run: Run) -> None:
    other = run(HOLD, home)
    write(line_of(other), 1)
    server = EmbeddedServer(home)
    other.kill()
    kill_server(server)
    with server as url:
        assert read(url) == [1]


def test_a_busy_process_of_a_killed_server_is_ended_before_the_next_start(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launch, "LEFT_BEHIND_SECONDS", 4.0)
    server = EmbeddedServer(home)
    url = server.start()
    data = data_of(server)
    # Counting never looks up, so it does not notice that the first process is gone.
    busy = threading.Thread(target=_count_for_long, args=(url,))
    busy.start()
    wait_until(lambda: _counting(url))
    kill_server(server)
    assert left_behind(data)
    with server as again:
        write(again, 1)
        assert server_pid(server)
    busy.join()


def _count_for_long(url: str) -> None:
    with suppress(psycopg.OperationalError), psycopg.connect(url) as connection:
        connection.execute("set max_parallel_workers_per_gather = 0")
        connection.execute(
            "select count(*) from generate_series(1, 100000000000) x where x % 2 = 3"
        )


def _counting(url: str) -> bool:
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "select 1 from pg_stat_activity where state = 'active' and query like 'select count%'"
        ).fetchall()
    return bool(rows)


def test_a_process_left_behind_that_does_not_end_is_named(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launch, "LEFT_BEHIND_SECONDS", 1.0)
    server = EmbeddedServer(home)
    server.start()
    data = data_of(server)
    stopped = left_behind(data)[0]
    os.kill(stopped, signal.SIGSTOP)
    kill_server(server)
    with pytest.raises(Fault, match=str(stopped)):
        server.start()
    os.kill(stopped, signal.SIGKILL)
    wait_until(lambda: not is_there(stopped))
    with server:
        assert server.running


def test_a_pid_file_whose_number_belongs_to_another_process_is_not_believed(home: Path) -> None:
    server = EmbeddedServer(home)
    server.start()
    pid = kill_server(server)
    data = data_of(server)
    with subprocess.Popen(["/bin/sleep", "60"], user=data.owner() if AS_ROOT else None) as other:
        # The same user's process has the number by now: PostgreSQL itself would refuse to start.
        for file in (data / "postmaster.pid", data.parent / "run" / f".s.PGSQL.{PORT}.lock"):
            file.write_text(file.read_text("ascii").replace(str(pid), str(other.pid), 1), "ascii")
        assert server.status().state == "left"
        with server:
            assert server_pid(server) != other.pid
        assert other.poll() is None
        other.kill()


def test_a_pid_file_that_is_not_whole_is_not_believed(home: Path) -> None:
    server = EmbeddedServer(home)
    for text in ("", "\n", "rubbish\n", "-1\n", "999999999\n"):
        (data_of(server) / "postmaster.pid").write_text(text, "ascii")
        assert server.status().state == "left"
        with server as url:
            assert ask(url, "select 1") == "1"


def test_a_socket_that_is_in_use_is_taken_back(home: Path) -> None:
    server = EmbeddedServer(home)
    path = data_of(server).parent / "run" / f".s.PGSQL.{PORT}"
    with socket.socket(socket.AF_UNIX) as squatter:
        squatter.bind(str(path))
        squatter.listen()
        Path(f"{path}.lock").write_text(f"{os.getpid()}\n", "ascii")
        with server as url:
            write(url, 1)


def test_a_server_that_still_recovers_is_waited_for_and_not_started_twice(
    home: Path, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launch, "TELL_AFTER_SECONDS", 0.0)
    server = EmbeddedServer(home, tell=told)
    url = server.start()
    with psycopg.connect(url) as connection:
        connection.execute(
            "create table large as select repeat(md5(n::text), 30) t, n"
            " from generate_series(1, 200000) n"
        )
    kill_server(server)
    with pytest.raises(Conflict, match="recovering"):
        EmbeddedServer(home, tell=told, patience_seconds=0.0).start()
    found = postmaster_of(data_of(server))
    assert "recovering" in told
    with server as url, psycopg.connect(url) as connection:
        row = connection.execute("select count(*) from large").fetchone()
        assert row == (200000,)
        assert found is None or found.pid == server_pid(server)
    log = data_of(server).parent / "log" / "server.log"
    assert log.read_text("utf-8").count("redo starts") == 1


def test_a_server_whose_starter_was_killed_before_its_pid_file_is_not_started_twice(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = EmbeddedServer(home)
    server.start()
    kill_server(server)
    file = data_of(server) / "postmaster.pid"
    stale = file.read_text("ascii")
    server.start()
    pid = server_pid(server)
    whole = file.read_text("ascii")
    file.write_text(stale, "ascii")
    answer = threading.Timer(1.0, file.write_text, (whole, "ascii"))
    answer.start()
    # As far as its socket goes, it does not answer yet either.
    monkeypatch.setattr("ledger.embedded.server.answers", lambda _: False)
    with EmbeddedServer(home):
        assert server_pid(server) == pid
    server.stop()


def test_a_first_start_that_was_killed_leaves_nothing_half_made(new_home: Path, run: Run) -> None:
    code = HOLD.replace("with ", "print(flush=True)\nwith ", 1)
    other = run(code, new_home)
    assert other.stdout is not None
    other.stdout.readline()
    wait_until(lambda: any((new_home / "postgres").glob("data.unfinished-*/PG_VERSION")))
    other.kill()
    other.wait()
    server = EmbeddedServer(new_home)
    assert server.status().state == "absent"
    with server as url:
        write(url, 1)
    assert not list((new_home / "postgres").glob("data.unfinished-*"))


def test_a_server_that_is_killed_while_it_starts_is_started_once_more(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = []

    def launch_and_kill(place: Place, account: Account, programs: Path) -> tuple[int, int]:
        pid, since = launch.launch(place, account, programs)
        started.append(pid)
        if len(started) < 3:
            os.kill(pid, signal.SIGKILL)
        return pid, since

    monkeypatch.setattr("ledger.embedded.server.launch", launch_and_kill)
    server = EmbeddedServer(home)
    with server as url:
        write(url, 1)
        assert server_pid(server) == started[2]
    monkeypatch.setattr("ledger.embedded.server.LAUNCHES_MAX", 2)
    started.clear()
    with pytest.raises(Fault, match="again and again"):
        server.start()


def test_a_start_that_failed_leaves_nobody_counted_as_a_user(home: Path, run: Run) -> None:
    server = EmbeddedServer(home)
    configuration = data_of(server) / "postgresql.auto.conf"
    kept = configuration.read_text("ascii")
    configuration.write_text("no_such_parameter = 1\n", "ascii")
    with pytest.raises(Fault, match="configuration file"):
        server.start()
    configuration.write_text(kept, "ascii")
    other = run(HOLD, home)
    line_of(other)
    let_go(other)
    assert not server.running
