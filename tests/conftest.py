"""What tests may ask for: a real PostgreSQL, a fresh database, a browser, the loop of production.

Everything here is lazy: a test of pure code starts nothing. On CI nothing is skipped silently: a
skip is a failure there, unless its reason begins with ``does not apply``.
"""

import gc
import os
import shutil
import tempfile
from collections.abc import Generator, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import hypothesis
import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from ledger.embedded.server import EmbeddedServer
from ledger.store.migrations import migrate
from tests import outsiders

ON_CI = os.environ.get("CI") == "true"
NOT_HERE = "does not apply"
"""How the reason of a skip begins that is right on every machine."""

TEMPLATE = "mingzhang_template"
WAITING = ("acceptance", "consumers", "simulation", "infra")
"""Tests that mostly wait for brokers and processes; others use the processor meanwhile."""
WAITING_UNTIL = 0.5
"""The last of them is begun after this part of the others, so that it leaves no long end."""
MEMORY = Path("/dev/shm")  # noqa: S108 - a file system, not a file
MEMORY_BYTES_MIN = 6 * 2**30
"""Where tests may lie in memory, and how much of it has to be free. Hundreds of them make databases
of their own, and on a disk that alone takes minutes of processor time."""
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM_PATHS = ("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",)

hypothesis.settings.register_profile("here", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
hypothesis.settings.load_profile("ci" if ON_CI else "here")


def pytest_configure(config: pytest.Config) -> None:
    """Let a run say at its end which checkers of others were asked, and lie in memory if it can.

    Other processes are told by ``TMPDIR``; whoever sets it chooses another place.
    """
    config.pluginmanager.register(outsiders)
    if "TMPDIR" in os.environ or not os.access(MEMORY, os.W_OK):
        return
    if shutil.disk_usage(MEMORY).free >= MEMORY_BYTES_MIN:
        place = tempfile.mkdtemp(prefix="mingzhang-tests-", dir=MEMORY)
        Path(place).chmod(0o711)
        os.environ["TMPDIR"] = tempfile.tempdir = place
        config.add_cleanup(lambda: shutil.rmtree(place, ignore_errors=True))


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let whoever has the time ask for more than the suite does."""
    parser.addoption(
        "--kills", type=int, default=6, help="how often processes on Kafka are killed (30: a night)"
    )


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Let each process read a directory from another place on.

    All processes of a run read all tests. Where none was compiled yet, each finds compiled what
    the others began with.
    """
    report = yield
    told: dict[str, Any] = getattr(collector.config, "workerinput", {})
    if isinstance(collector, pytest.Directory) and told and report.passed:
        found = report.result
        process = int(told["workerid"].removeprefix("gw"))
        begin = len(found) * process // told["workercount"]
        report.result = found[begin:] + found[:begin]
    return report


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let those that wait and those that work take turns, file by file."""
    here = Path(__file__).parent
    files = sorted({item.path for item in items}, reverse=True)  # small ones come last
    waiting = [path for path in files if path.relative_to(here).parts[0] in WAITING]
    working = [path for path in files if path not in waiting]
    turn = {path: WAITING_UNTIL * at / len(waiting) for at, path in enumerate(waiting)}
    turn |= {path: at / len(working) for at, path in enumerate(working)}
    items.sort(key=lambda item: turn[item.path])


def pytest_collection_finish() -> None:
    """Never look for garbage among what all tests were made of: there are millions of objects."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skip into a failure on CI, where everything that can run has to."""
    report = yield
    if ON_CI and report.skipped and not hasattr(report, "wasxfail"):
        reason = str(report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr)
        if not reason.removeprefix("Skipped: ").startswith(NOT_HERE):
            report.outcome = "failed"
            report.longrepr = f"skipped on CI: {reason}"
    return report


@pytest.fixture(scope="session")
def anyio_backend() -> tuple[str, dict[str, bool]]:
    """Run asynchronous tests on the loop that the service runs on."""
    return "asyncio", {"use_uvloop": True}


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """One PostgreSQL for this process of the test run; where to connect."""
    home = Path(tempfile.mkdtemp(prefix="mingzhang-tests-"))
    # Under root the server has an account of its own, which must be able to pass.
    home.chmod(0o711)
    embedded = EmbeddedServer(home)
    try:
        yield embedded.start()
    finally:
        embedded.discard()
        shutil.rmtree(home)


@pytest.fixture(scope="session")
def _template(server: str) -> str:
    """The name of a migrated database that nobody is connected to."""
    _administer(server, f"create database {TEMPLATE}")
    migrate(make_conninfo(server, dbname=TEMPLATE))
    return TEMPLATE


_numbers = count(1)


@pytest.fixture
def empty_database(server: str) -> Iterator[str]:
    """A database without any migration, for this test alone; where to connect."""
    yield from _database(server, "template0")


@pytest.fixture
def database(server: str, _template: str) -> Iterator[str]:
    """A migrated database without entries, for this test alone; where to connect."""
    yield from _database(server, _template)


@pytest.fixture
def second_database(server: str, _template: str) -> Iterator[str]:
    """A migrated database beside the other, for this test alone; where to connect."""
    yield from _database(server, _template)


@pytest.fixture(scope="module")
def shared_database(server: str, _template: str) -> Iterator[str]:
    """A migrated database for all tests of a module that only read what a fixture wrote."""
    yield from _database(server, _template)


@pytest.fixture(scope="session")
def chromium() -> Path:
    """The system's Chromium; ``make test`` installs it where it may."""
    found = next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), None)
    found = found or next((path for path in CHROMIUM_PATHS if Path(path).exists()), None)
    if found is None:
        pytest.skip("no Chromium on this machine")
    return Path(found)


def _database(server: str, template: str) -> Iterator[str]:
    name = f"test_{next(_numbers)}"
    _administer(server, f"create database {name} template {template} strategy file_copy")
    yield make_conninfo(server, dbname=name)
    _administer(server, f"drop database {name} with (force)")


def _administer(server: str, statement: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(statement.encode())
