"""Goals 5 and 6: the class ledger rebuilt whole, and as of the middle of the log."""

from statistics import median
from time import perf_counter
from typing import Any

import psycopg
from psycopg import Connection

from aggregates.language import Message
from ledger.measuring.anchors import a0
from ledger.measuring.results import Goal, Result, percentile, ratios
from ledger.simulation.demo import fill
from ledger.store.rows import SEE_ENTRIES
from projections.catalogue import model
from projections.model import Moment
from projections.rebuilding import rebuild_parts
from projections.run import prepare, rebuild
from projections.spreading import Folds

SCALE, SEED = "county", 7
CLASSES_ASKED = 200
ENTRIES = Goal(
    5,
    Message("由条目重建一表通（两个进程）", "class ledger from the entries, two processes"),
    0.35,
    least=True,
    unit="× A0",
)
PARTS = Goal(
    5, Message("由明细重建一表通", "class ledger from the parts"), 2.5, least=True, unit="× A0"
)
AS_OF = Goal(
    6, Message("历史时点全部班期", "all classes as of the middle"), 0.2, least=False, unit="× 重建"
)
ONE_AS_OF = Goal(
    6,
    Message("历史时点单个班期p99", "one class as of the middle, p99"),
    5.0,
    least=False,
    unit="ms",
)


def _world(conninfo: str) -> Folds:
    """Fill the database with a county-year; return the class ledger with the parts it reads."""
    fill(conninfo, scale=SCALE, years=1, seed=SEED)
    ledger = model("class_ledger")
    return Folds(ledger.parts, (ledger,))


def _connected(conninfo: str) -> Connection[Any]:
    connection = psycopg.connect(conninfo, autocommit=True)
    connection.execute(SEE_ENTRIES)
    return connection


def _from_entries(conninfo: str, folds: Folds) -> float:
    begun = perf_counter()
    rebuild_parts(conninfo, folds, processes=2)
    return perf_counter() - begun


def _from_parts(connection: Connection[Any], folds: Folds) -> float:
    begun = perf_counter()
    rebuild(connection, folds.models[0])
    return perf_counter() - begun


def measure_rebuild(conninfo: str, *, repetitions: int) -> list[Result]:
    """Measure goal 5: the rate of a rebuild beside the rate at which entries can be read at all."""
    folds = _world(conninfo)
    read: list[float] = []
    entries: list[float] = []
    parts: list[float] = []
    with _connected(conninfo) as connection:
        prepare(connection, folds)
        for _ in range(repetitions):
            read.append(a0(conninfo))
            entries.append(_from_entries(conninfo, folds))
            parts.append(_from_parts(connection, folds))
    return [
        Result(ENTRIES, ratios(read, entries), entries, read, "s"),
        Result(PARTS, ratios(read, parts), parts, read, "s"),
    ]


def measure_asof(conninfo: str, *, repetitions: int) -> list[Result]:
    """Measure goal 6: all classes as of the middle beside a whole rebuild, and one class alone."""
    folds = _world(conninfo)
    whole: list[float] = []
    rebuilt: list[float] = []
    single: list[float] = []
    with _connected(conninfo) as connection:
        prepare(connection, folds)
        row = connection.execute("select position / 2 from ledger.head").fetchone()
        middle = int(row[0]) if row else 0
        ids = [
            one
            for (one,) in connection.execute(
                "select class_id from model.class_ledger order by class_id limit %s",
                (CLASSES_ASKED,),
            )
        ]
        ledger = folds.models[0]
        for _ in range(repetitions):
            rebuilt.append(_from_entries(conninfo, folds))
            whole.append(_timed(connection, ledger.statement(keyed=False), Moment(middle), None))
            times = [
                _timed(connection, ledger.statement(keyed=True), Moment(middle), [one]) * 1000
                for one in ids
            ]
            single.append(percentile(times, 0.99))
    return [
        Result(AS_OF, ratios(whole, rebuilt), whole, rebuilt, "s"),
        Result(ONE_AS_OF, single, [median(single)], [], "ms"),
    ]


def _timed(connection: Connection[Any], statement: Any, moment: Moment, whom: Any) -> float:  # noqa: ANN401 - an SQL text and ids
    begun = perf_counter()
    with connection.transaction():
        connection.execute("set local jit = off")
        connection.execute(statement, moment.parameters(whom)).fetchall()
    return perf_counter() - begun
