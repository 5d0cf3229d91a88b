"""A receipt for any entry of a long log: from the question to the bytes that prove it.

Asked are places by chance, so that next to nothing is at hand from the question before; the
server's own cache is what it is. Every receipt is checked against its entry's own bytes, outside
the time that is measured.
"""

import random
from collections.abc import Callable, Coroutine
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, Final, NamedTuple

from psycopg_pool import AsyncConnectionPool

from aggregates.language import Message
from ledger.api.receipts import NewestCheckpoint, receipt_of
from ledger.clock import SystemClock
from ledger.evidence.policy import Policy
from ledger.evidence.receipt import Receipt
from ledger.integration.catching_up import catch_up
from ledger.integration.log_keys import LogKeys, policy_of
from ledger.integration.place import SigningPlace
from ledger.integration.trees import WORLD
from ledger.measuring.filling import fill_log
from ledger.measuring.results import Goal, Result, percentile

ORIGIN: Final = "bench.invalid/log"
ASKED: Final = 500
"""How many receipts a repetition asks for."""
LIMIT_MS: Final = 20.0
P50: Final = Goal(
    15,
    Message("任一回执p50", "a receipt of any entry, p50"),
    LIMIT_MS,
    least=False,
    unit="ms",
)
P99: Final = Goal(
    15,
    Message("任一回执p99", "a receipt of any entry, p99"),
    LIMIT_MS,
    least=False,
    unit="ms",
)
_BODY: Final = "select convert_to(body, 'UTF8') from ledger.entry where position = %s"

Run = Callable[[Coroutine[Any, Any, Any]], Any]


class _Times(NamedTuple):
    """Milliseconds for a receipt: the median, and what all but one in a hundred keep."""

    p50: float
    p99: float


def measure(
    conninfo: str, repetitions: int, seconds: float, *, entries: int, run: Run
) -> list[Result]:
    """Fill a log, integrate and sign it as the service does, then ask for receipts."""
    del seconds  # so many are asked for, however long it takes
    fill_log(conninfo, entries)
    with TemporaryDirectory() as home:
        place = SigningPlace.below(Path(home))
        place.prepare(LogKeys.generate(ORIGIN))
        catch_up(conninfo, place, SystemClock())
        policy = policy_of(place.keys(), WORLD)
    times: list[_Times] = run(_asked(conninfo, policy, entries, repetitions))
    p50s, p99s = [one.p50 for one in times], [one.p99 for one in times]
    return [Result(P50, p50s, p50s, [], "ms"), Result(P99, p99s, p99s, [], "ms")]


async def _asked(conninfo: str, policy: Policy, entries: int, repetitions: int) -> list[_Times]:
    chance = random.Random(entries)  # noqa: S311 - nothing secret
    async with AsyncConnectionPool(
        conninfo, min_size=1, open=False, kwargs={"autocommit": True}
    ) as pool:
        newest = NewestCheckpoint(pool, WORLD)
        await _receipt(pool, newest, 1)
        return [
            await _repetition(
                pool, newest, policy, [chance.randint(1, entries) for _ in range(ASKED)]
            )
            for _ in range(repetitions)
        ]


async def _repetition(
    pool: AsyncConnectionPool[Any], newest: NewestCheckpoint, policy: Policy, places: list[int]
) -> _Times:
    spent: list[float] = []
    for position in places:
        begun = perf_counter()
        receipt = await _receipt(pool, newest, position)
        spent.append((perf_counter() - begun) * 1000)
        async with pool.connection() as connection:
            row = await (await connection.execute(_BODY, (position,))).fetchone()
        # Raises where it proves nothing: a receipt is fast only if it is one.
        Receipt.parse(receipt).check(WORLD.hashing.leaf(bytes(row[0]) if row else b""), policy)
    return _Times(median(spent), percentile(spent, 0.99))


async def _receipt(
    pool: AsyncConnectionPool[Any], newest: NewestCheckpoint, position: int
) -> bytes:
    covered = await newest.covering(position, 0)
    if covered is None:
        raise LookupError(f"no signed head covers position {position}")
    return await receipt_of(pool, WORLD, position - 1, *covered)
