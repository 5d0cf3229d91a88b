"""Goal 9: appending to a long log against appending to one a tenth as long, in turn.

Each stands on a server of its own. Write-ahead log is counted on the long one, against the bytes of
the rows that were written: of entries, of answers to keys, and sealed.
"""

from collections.abc import Callable, Coroutine
from typing import Any, Final

import psycopg

from aggregates.language import Message
from ledger.measuring.anchors import scratch
from ledger.measuring.appending import SEALED_EVERY, Measured, submit
from ledger.measuring.filling import fill_log
from ledger.measuring.results import Goal, Result, ratios

SHORTER: Final = 10
TIME: Final = Goal(
    9, Message("长账本的追加", "append to a log ten times as long"), 1.25, least=False, unit="×"
)
WAL: Final = Goal(
    9, Message("预写日志字节", "WAL against the rows' bytes"), 1.6, least=False, unit="×"
)
_AT: Final = "select pg_current_wal_insert_lsn() - '0/0'::pg_lsn, position from ledger.head"
# The bytes of an entry's rows: its own, that of its key, and every so many times a sealed one.
_ROW: Final = """
with lately as (
  select * from ledger.entry where position > %s order by position limit 2000
)
select (select avg(pg_column_size(e.*)) from lately e)
  + (select avg(pg_column_size(k.*)) from ledger.idempotency k join lately e
     on k.scope = 'bench' and k.key = e.stream || '/' || e.version)
  + (select avg(pg_column_size(s.*)) from (select * from vault.sealed limit 2000) s) / %s
"""

Run = Callable[[Coroutine[Any, Any, Any]], Any]


def measure(
    conninfo: str, repetitions: int, seconds: float, *, entries: int, run: Run
) -> list[Result]:
    """Fill both logs, and let submitters append to each in turn."""
    fill_log(conninfo, max(1, entries // SHORTER))
    short: list[float] = []
    long: list[float] = []
    wal: list[float] = []
    row: list[float] = []
    with scratch() as longer:
        fill_log(longer, entries)
        for one in (conninfo, longer):
            run(submit(one, 1.0))
        for _ in range(repetitions):
            short.append(_micros(run(submit(conninfo, seconds))))
            before, position = _at(longer)
            long.append(_micros(run(submit(longer, seconds))))
            after, reached = _at(longer)
            wal.append((after - before) / (reached - position))
            row.append(_row_bytes(longer, position))
    return [
        Result(TIME, ratios(long, short), long, short, "µs"),
        Result(WAL, ratios(wal, row), wal, row, "B"),
    ]


def _micros(measured: Measured) -> float:
    """Return the microseconds from one acknowledged entry to the next."""
    return 1e6 / measured.rate


def _at(conninfo: str) -> tuple[int, int]:
    """Return how many bytes of write-ahead log there are, and how many entries."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        row = connection.execute(_AT).fetchone()
    return (int(row[0]), int(row[1])) if row else (0, 0)


def _row_bytes(conninfo: str, after: int) -> float:
    """Return how many bytes the rows of one entry have, from those behind a position."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        row = connection.execute(_ROW, (after, SEALED_EVERY)).fetchone()
    return float(row[0]) if row and row[0] is not None else 0.0
