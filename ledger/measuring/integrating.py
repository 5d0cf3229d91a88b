"""Evidence beside its anchors: appending with both trees grown against without, and verifying.

The writers' own speed without an integrator is the anchor, taken in turn on the same server.
"""

from collections.abc import Callable, Coroutine
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time, sleep
from typing import Any, NamedTuple

import psycopg

from aggregates.language import Message
from ledger.clock import SystemClock
from ledger.integration.catching_up import catch_up
from ledger.integration.log_keys import LogKeys, policy_of
from ledger.integration.place import SigningPlace
from ledger.integration.trees import WORLD
from ledger.integration.verifying import verify_live
from ledger.integration.vouching import Vouching
from ledger.measuring.appending import Measured, submit
from ledger.measuring.results import Goal, Result, ratios
from ledger.timers.integrating import Integrating

START_SECONDS = 30
HOLDS = "select exists (select from pg_locks where locktype = 'advisory' and granted)"
ORIGIN = "bench.invalid/log"
BESIDE = Goal(
    14, Message("整合时的追加", "append while both trees grow"), 0.85, least=True, unit="× without"
)
VERIFY = Goal(
    13, Message("由库行核验", "verify from the rows"), 100_000, least=True, unit="entries/s a core"
)


def measure(
    conninfo: str,
    *,
    repetitions: int,
    seconds: float,
    run: Callable[[Coroutine[Any, Any, Measured]], Measured],
) -> list[Result]:
    """Measure appending with and without the integrator in turn, then verification."""
    with TemporaryDirectory() as home:
        place = SigningPlace.below(Path(home))
        place.prepare(LogKeys.generate(ORIGIN))
        without: list[float] = []
        beside: list[float] = []
        for _ in range(repetitions):
            without.append(run(submit(conninfo, seconds)).rate)
            catch_up(conninfo, place, SystemClock())
            process = Integrating(conninfo, place, Vouching())
            process.start()
            try:
                _await_integrator(conninfo)
                beside.append(run(submit(conninfo, seconds)).rate)
            finally:
                process.stop()
        catch_up(conninfo, place, SystemClock())
        speeds = [_verified(conninfo, place) for _ in range(repetitions)]
    return [
        Result(BESIDE, ratios(beside, without), beside, without, "entries/s"),
        Result(
            VERIFY, [one.a_core for one in speeds], [one.by_the_clock for one in speeds], [], "/s"
        ),
    ]


def _await_integrator(conninfo: str) -> None:
    """Wait until the integrator's process has connected, so that its start is not measured."""
    until = perf_counter() + START_SECONDS
    with psycopg.connect(conninfo, autocommit=True) as connection:
        while perf_counter() < until:
            row = connection.execute(HOLDS).fetchone()
            if row is not None and row[0]:
                return
            sleep(0.05)
    raise TimeoutError("the integrator did not begin")


class _Speed(NamedTuple):
    """Entries verified in a second of the verifying process's core, and by the clock on the wall.

    The server sends its rows from another process; by the clock both share the machine.
    """

    a_core: float
    by_the_clock: float


def _verified(conninfo: str, place: SigningPlace) -> _Speed:
    begun, spent = perf_counter(), process_time()
    found = verify_live(conninfo, policy_of(place.keys(), WORLD))
    wall, core = perf_counter() - begun, process_time() - spent
    if found.wrong is not None or found.report is None:
        raise RuntimeError("an honest log did not verify")
    return _Speed(found.report.checked / core, found.report.checked / wall)
