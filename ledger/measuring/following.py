"""Goal 11: read models behind a writer that never rests.

A county's year is written again into an empty log at a steady rate, whole commits at a time, and
the folding process of the service follows. Lag is the time from a commit until every read model
holds its entries.
"""

from collections.abc import Sequence
from threading import Event, Thread
from time import perf_counter, sleep
from typing import Any, Final, NamedTuple

import psycopg
from psycopg import Connection

from aggregates.language import Message
from ledger.measuring.anchors import scratch
from ledger.measuring.results import Goal, Result, percentile
from ledger.simulation.demo import fill
from ledger.timers.folding import Keeper
from ledger.timers.processes import Beside, Until
from projections.catalogue import MODELS, folds_of
from projections.run import prepare

SCALE, SEED = "county", 7
COMMITS_A_SECOND: Final = 50
LOOK_SECONDS: Final = 0.01
PATIENCE_SECONDS: Final = 120.0
FEW: Final = ("class_ledger", "trail")
ALL: Final = tuple(one.name for one in MODELS)
GOALS: Final = (
    (
        FEW,
        5_000,
        Goal(
            11,
            Message(
                "一表通与轨迹在每秒5000条后的滞后p99", "lag of class ledger and trail at 5,000/s"
            ),
            1.0,
            least=False,
            unit="s",
        ),
    ),
    (
        ALL,
        2_000,
        Goal(
            11,
            Message("每秒2000条时全部读模型滞后p99", "all read models at 2,000/s"),
            1.0,
            least=False,
            unit="s",
        ),
    ),
)

_READ = "copy (select {columns} from ledger.entry order by position) to stdout (format binary)"
_COLUMNS = "position, recorded_at, version, stream, type, body, leaf"
_KEPT = "create unlogged table public.world as select {columns} from ledger.entry with no data"
_WRITE = f"""
with written as (
  insert into ledger.entry select {_COLUMNS} from public.world
  where position > %(after)s and position <= %(until)s returning recorded_at
)
update ledger.head set position = %(until)s, recorded_at = (select max(recorded_at) from written)
"""  # noqa: S608 - columns of this program
_TELL = "select pg_notify('ledger_entry', %(until)s::text)"
_REACHED = "select coalesce(min(position), 0) from model.progress"


def keep_some(conninfo: str, names: Sequence[str], until: Until) -> None:
    """Fold some read models until told to stop; the work of a process."""
    Keeper(conninfo, folds_of(*names), until).run()


class _Commit(NamedTuple):
    """A commit: its last position, and when it was there."""

    until: int
    at: float


def measure(conninfo: str, *, repetitions: int) -> list[Result]:
    """Measure goal 11, each run on a log of its own."""
    fill(conninfo, scale=SCALE, years=1, seed=SEED)
    results: list[Result] = []
    for names, rate, goal in GOALS:
        lags = [_followed(conninfo, names, rate) for _ in range(repetitions)]
        results.append(
            Result(goal, [percentile(one, 0.99) for one in lags], [rate] * len(lags), [], "/s")
        )
    return results


def _followed(source: str, names: Sequence[str], rate: int) -> list[float]:
    """Return the lags, in seconds, of the commits of one run at so many entries a second."""
    with scratch() as conninfo, psycopg.connect(conninfo, autocommit=True) as writer:
        count = _copied(source, writer)
        with psycopg.connect(conninfo, autocommit=True) as connection:
            prepare(connection, folds_of(*names))
        folding = Beside("folding", keep_some, conninfo, tuple(names))
        folding.start()
        over, reached = Event(), list[_Commit]()
        watch = Thread(target=_watch, args=(conninfo, count, over, reached))
        watch.start()
        try:
            commits = list(_written(writer, count, rate))
            watch.join(PATIENCE_SECONDS)
        finally:
            over.set()
            watch.join()
            folding.stop()
    if not reached or reached[-1].until < count:
        raise TimeoutError(f"the read models stayed behind at {rate} entries a second")
    return _lags(commits, reached)


def _copied(source: str, writer: Connection[Any]) -> int:
    """Bring the world beside the empty log, so that writing it costs only the writing."""
    writer.execute(_KEPT.format(columns=_COLUMNS).encode())
    with (
        psycopg.connect(source) as reading,
        reading.cursor().copy(_READ.format(columns=_COLUMNS).encode()) as out,
        writer.cursor().copy("copy public.world from stdin (format binary)") as into,
    ):
        for data in out:
            into.write(data)
    writer.execute("alter table public.world add primary key (position)")
    row = writer.execute("select max(position) from public.world").fetchone()
    return int(row[0]) if row else 0


def _written(writer: Connection[Any], count: int, rate: int) -> Sequence[_Commit]:
    step, begun = rate // COMMITS_A_SECOND, perf_counter()
    commits: list[_Commit] = []
    for number, after in enumerate(range(0, count, step)):
        sleep(max(0.0, begun + number / COMMITS_A_SECOND - perf_counter()))
        until = min(after + step, count)
        with writer.transaction():
            writer.execute(_WRITE, {"after": after, "until": until})
            writer.execute(_TELL, {"until": until})
        commits.append(_Commit(until, perf_counter()))
    return commits


def _watch(conninfo: str, count: int, over: Event, reached: list[_Commit]) -> None:
    """Note how far all read models have come, whenever they have come further."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        last = 0
        while last < count and not over.is_set():
            row = connection.execute(_REACHED).fetchone()
            now = int(row[0]) if row else 0
            if now > last:
                last = now
                reached.append(_Commit(now, perf_counter()))
            sleep(LOOK_SECONDS)


def _lags(commits: Sequence[_Commit], reached: Sequence[_Commit]) -> list[float]:
    lags: list[float] = []
    seen = iter(reached)
    held = next(seen)
    for one in commits:
        while held.until < one.until:
            held = next(seen)
        lags.append(held.at - one.at)
    return lags
