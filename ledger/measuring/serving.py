"""Goals 2, 3 and 4: the real server over HTTP, its load made by this process on the same box."""

import asyncio
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from statistics import median
from time import perf_counter, sleep
from typing import Any

import orjson
import psycopg
from psycopg.errors import UndefinedTable

from aggregates.ids import derived_id
from aggregates.institution.uscc import check_character
from aggregates.language import Message
from ledger.clock import SystemClock
from ledger.ids import SystemIds
from ledger.measuring.anchors import lone_insert_ms, p8
from ledger.measuring.results import Goal, Result, ratios

CONNECTIONS = 64
BATCH_LINES = 500
ENGAGEMENTS = 8
INSTITUTION = derived_id("institution", "bench")
IDLE_SECONDS_MAX = 120.0
"""How long the read models may take to come up with the log before the next figure is taken."""
SINGLE = Goal(
    2, Message("HTTP，每请求一条命令", "HTTP, one command a request"), 0.30, least=True, unit="× P8"
)
BATCHES = Goal(3, Message("HTTP，NDJSON批次", "HTTP, NDJSON batches"), 1.0, least=True, unit="× P8")
LONE = Goal(
    4, Message("单条命令的p50", "one lone command, p50"), 2.8, least=False, unit="× pgbench"
)
_REQUEST = (
    b"POST %b HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer %b\r\n"
    b"content-type: %b\r\ncontent-length: %d\r\n\r\n%b"
)
_LENGTH = b"content-length: "
_PORT = re.compile(r"http://127\.0\.0\.1:(\d+)")


@dataclass(frozen=True, slots=True)
class Served:
    """A server that runs.

    Attributes:
        port: Its port on 127.0.0.1.
        token: A token of a county clerk.
        conninfo: Its database.
    """

    port: int
    token: str
    conninfo: str


@contextmanager
def served(conninfo: str) -> Iterator[Served]:
    """Run ``mingzhang init``, make a token, and serve until the end."""
    with tempfile.TemporaryDirectory(prefix="mingzhang-bench-") as home:
        environment = os.environ | {
            "MINGZHANG_HOME": home,
            "MINGZHANG_DATABASE_URL": conninfo,
            "MINGZHANG_LANG": "en",
        }
        command = [sys.executable, "-m", "ledger.cli"]
        _run([*command, "init"], environment)
        token = _run(
            [*command, "token", "create", "bench", "--role", "COUNTY_CLERK", "--days", "1"],
            environment,
        )
        with tempfile.TemporaryFile("w+") as told:
            server = subprocess.Popen(  # noqa: S603 - our own command
                [*command, "serve", "--port", "0"], env=environment, stderr=told
            )
            try:
                yield Served(_port(told, server), token.strip(), conninfo)
            finally:
                server.send_signal(signal.SIGTERM)
                server.wait(timeout=30)


def _run(command: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(  # noqa: S603 - our own command
        command, env=environment, check=True, capture_output=True, text=True
    )
    return done.stdout


def _port(told: Any, server: subprocess.Popen[bytes]) -> int:  # noqa: ANN401 - a temporary file
    until = perf_counter() + 60
    while perf_counter() < until and server.poll() is None:
        told.seek(0)
        found = _PORT.search(told.read())
        if found is not None:
            return int(found[1])
        sleep(0.05)
    told.seek(0)
    raise ChildProcessError(f"the server did not start: {told.read()[-2000:]}")


class Client(asyncio.Protocol):
    """One connection that sends requests and reads answers, nothing more.

    It shares the machine with what it measures, so it costs as little as it can.
    """

    def __init__(self, served_at: Served) -> None:
        self._at = served_at
        self._token = served_at.token.encode()
        self._taken = b""
        self._answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    async def open(self) -> "Client":
        """Connect."""
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_connection(lambda: self, "127.0.0.1", self._at.port)
        return self

    async def post(self, path: str, body: bytes, kind: str = "application/json") -> bytes:
        """Send a request and return the answer's body.

        Raises:
            ValueError: the answer says that it failed.
            ConnectionError: the server closed the connection.
        """
        self._answer = asyncio.get_running_loop().create_future()
        asked = (path.encode(), self._token, kind.encode(), len(body), body)
        self._transport.write(_REQUEST % asked)
        return await self._answer

    def data_received(self, data: bytes) -> None:
        """Take a piece of the answer; give the whole of it to whoever waits."""
        taken = self._taken = self._taken + data
        end = taken.find(b"\r\n\r\n")
        if end < 0:
            return
        at = taken.index(_LENGTH, 0, end + 2) + len(_LENGTH)
        if len(taken) - end - 4 < int(taken[at : taken.index(b"\r", at)]):
            return
        told, self._taken = taken[end + 4 :], b""
        if taken.startswith(b"HTTP/1.1 2"):
            self._answer.set_result(told)
        else:
            self._answer.set_exception(ValueError(f"{taken[:40]!r} {told[:300]!r}"))

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whoever waits."""
        if not self._answer.done():
            self._answer.set_exception(exc or ConnectionResetError("the server closed"))

    def close(self) -> None:
        """Leave."""
        self._answer.cancel()
        self._transport.close()


async def _institution(at: Served) -> float:
    """Register the institution that engages the lecturers."""
    client = await Client(at).open()
    body = "91371502MA3C4D5E6"
    data = {
        "institution_id": str(INSTITUTION),
        "uscc": body + check_character(body),
        "name": "东昌府区职业培训学校",
        "kind": "TRAINING_ORG",
        "legal_rep": "王明",
        "licence_no": "371502001",
        "county_code": "371502",
        "address": "东昌府区",
        "contact": "王明",
        "phone": "13806350000",
        "basic_account": {"bank": "聊城银行", "account": "6222020000000000000", "holder": "学校"},
    }
    await client.post("/api/v1/commands/register-institution", orjson.dumps(data))
    client.close()
    return 1.0


def _lines() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield commands without end: a lecturer is registered, then engaged again and again.

    Three sealed values in nine commands are the one in three that goal 1 asks of the appender.
    """
    ids = SystemIds(SystemClock())
    qualification = {"type": "TEACHER", "occupation": "4-10-01-02", "level": "3", "role": "BOTH"}
    while True:
        one = ids.new()
        yield (
            "register-instructor",
            {
                "instructor_id": str(one),
                "county_code": "371502",
                "name": "王明",
                "id_number": "371502199003070035",
                "qualifications": [qualification | {"cert_no": str(derived_id("cert", one))}],
            },
        )
        for engagement in range(ENGAGEMENTS):
            yield (
                "engage-instructor",
                {
                    "instructor_id": str(one),
                    "institution_id": str(INSTITUTION),
                    "employment": "PART",
                    "valid_from": f"{2020 + engagement}-01-01",
                    "valid_to": f"{2020 + engagement}-12-31",
                },
            )


async def single(at: Served, seconds: float) -> float:
    """Return the commands a second, one a request over 64 connections."""
    clients = [await Client(at).open() for _ in range(CONNECTIONS)]
    done, begun = 0, perf_counter()

    async def one(client: Client) -> None:
        nonlocal done
        for name, data in _lines():
            await client.post(f"/api/v1/commands/{name}", orjson.dumps(data))
            done += 1
            if perf_counter() >= begun + seconds:
                return

    await asyncio.gather(*(one(client) for client in clients))
    spent = perf_counter() - begun
    for client in clients:
        client.close()
    return done / spent


async def batches(at: Served, seconds: float) -> float:
    """Return the commands a second, in NDJSON batches over two connections."""
    clients = [await Client(at).open() for _ in range(2)]
    done, begun = 0, perf_counter()

    async def one(client: Client) -> None:
        nonlocal done
        commands = _lines()
        while perf_counter() < begun + seconds:
            lines = (
                orjson.dumps({"command": name, "data": data})
                for name, data in islice(commands, BATCH_LINES)
            )
            told = await client.post("/api/v1/commands", b"\n".join(lines), "application/x-ndjson")
            done += told.count(b'"status":201')

    await asyncio.gather(*(one(client) for client in clients))
    spent = perf_counter() - begun
    for client in clients:
        client.close()
    return done / spent


async def lone(at: Served, seconds: float) -> float:
    """Return the median milliseconds of one command after another on one connection."""
    client = await Client(at).open()
    spent: list[float] = []
    until = perf_counter() + seconds
    for name, data in _lines():
        body = orjson.dumps(data)
        begun = perf_counter()
        await client.post(f"/api/v1/commands/{name}", body)
        spent.append((perf_counter() - begun) * 1000)
        if perf_counter() >= until:
            break
    client.close()
    return median(spent)


Run = Callable[[Coroutine[Any, Any, float]], float]


_BEHIND = """
select h.position - coalesce(min(p.position), 0)
from ledger.head h, model.progress p group by h.position
"""


def _rest(at: Served) -> None:
    """Wait until the read models have come up with the log, so that the machine is idle again."""
    until = perf_counter() + IDLE_SECONDS_MAX
    with psycopg.connect(at.conninfo, autocommit=True) as connection:
        while perf_counter() < until:
            with suppress(UndefinedTable):  # the folding process has not begun yet
                row = connection.execute(_BEHIND).fetchone()
                if row is not None and row[0] == 0:
                    return
            sleep(0.2)


def measure(conninfo: str, *, repetitions: int, seconds: float, run: Run) -> list[Result]:
    """Measure goals 2, 3 and 4, interleaved with their anchors."""
    anchor: list[float] = []
    one: list[float] = []
    many: list[float] = []
    alone: list[float] = []
    insert: list[float] = []
    with served(conninfo) as at:
        run(_institution(at))
        run(single(at, 1.0))
        for _ in range(repetitions):
            _rest(at)
            anchor.append(p8(conninfo, seconds))
            one.append(run(single(at, seconds)))
            _rest(at)
            many.append(run(batches(at, seconds)))
            _rest(at)
            insert.append(lone_insert_ms(conninfo, seconds))
            alone.append(run(lone(at, seconds)))
    return [
        Result(SINGLE, ratios(one, anchor), one, anchor, "commands/s"),
        Result(BATCHES, ratios(many, anchor), many, anchor, "commands/s"),
        Result(LONE, ratios(alone, insert), alone, insert, "ms"),
    ]
