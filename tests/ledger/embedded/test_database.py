import socket
from pathlib import Path

import pytest

from ledger.embedded.database import Database, OwnServer, resolve, resolve_copy
from ledger.embedded.server import EmbeddedServer
from ledger.errors import Misconfigured
from ledger.settings import Settings
from tests.ledger.embedded.harness import ask


def test_the_embedded_server_of_the_home_is_taken_by_default(home: Path) -> None:
    with resolve(Settings.read({"MINGZHANG_HOME": str(home)})) as url:
        assert ask(url, "select current_database()") == "mingzhang"
        assert EmbeddedServer(home).running
    assert not EmbeddedServer(home).running


def test_a_server_of_the_users_own_comes_first_and_is_not_stopped(home: Path) -> None:
    with EmbeddedServer(home) as own:
        unused = home / "unused"
        settings = Settings.read({"MINGZHANG_HOME": str(unused), "MINGZHANG_DATABASE_URL": own})
        with resolve(settings) as url:
            assert url == own
        assert ask(own, "select 1") == "1"
        assert not unused.exists()


def test_a_copy_lies_where_its_own_setting_says_and_a_server_that_is_away_is_named_by_it(
    home: Path,
) -> None:
    with pytest.raises(Misconfigured, match="there is no read database"):
        resolve_copy(Settings.read({"MINGZHANG_HOME": str(home)}), demo=False).__enter__()
    named = {"MINGZHANG_HOME": str(home), "MINGZHANG_READ_DATABASE_URL": f"host={home}/nobody"}
    with pytest.raises(Misconfigured, match="MINGZHANG_READ_DATABASE_URL cannot be reached"):
        resolve_copy(Settings.read(named), demo=False).__enter__()
    with EmbeddedServer(home) as url:
        named["MINGZHANG_READ_DATABASE_URL"] = url
        with resolve_copy(Settings.read(named), demo=False) as copy:
            assert copy == url


def test_a_demonstrations_copy_lies_beside_its_ledger_once_it_was_begun(home: Path) -> None:
    demo = Settings.read({"MINGZHANG_HOME": str(home)}, demo=True)
    with pytest.raises(Misconfigured, match="make run KAFKA=1"):
        resolve_copy(demo, demo=True).__enter__()
    with resolve_copy(demo, demo=True, begin=True) as copy:
        assert ask(copy, "select current_database()") == "mingzhang_read"
    with resolve_copy(demo, demo=True) as copy, resolve(demo) as ledger:
        assert ask(ledger, "select current_database()") == "mingzhang"
        assert ask(copy, "select current_database()") == "mingzhang_read"


def test_both_kinds_are_databases() -> None:
    kinds: list[Database] = [EmbeddedServer(Path("/x")), OwnServer("host=/x")]
    assert len(kinds) == 2


def test_an_own_server_that_does_not_answer_is_named_without_its_password() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        server = OwnServer(f"postgresql://clerk:hunter2@127.0.0.1:{port}/ledger")
        with pytest.raises(Misconfigured, match="cannot be reached") as refused:
            server.start()
    assert "hunter2" not in str(refused.value)
    assert "hunter2" not in repr(server)


def test_an_own_server_that_is_too_old_is_refused(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with EmbeddedServer(home) as url:
        monkeypatch.setattr("ledger.embedded.database.VERSION_MIN", 999999)
        with pytest.raises(Misconfigured, match="15 or later is needed"):
            OwnServer(url).start()
