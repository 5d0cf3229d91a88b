"""The projector as a process: its database, the folding beside it, a clean end."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from consumers.broker import BrokerFault, Cluster
from consumers.projector import mirror
from consumers.projector.fetching import log_of
from consumers.projector.rebuilding import rebuild
from consumers.projector.running import RETRY_SECONDS, Projector
from consumers.stopping import Stop
from consumers.topics import EVENTS, needed
from ledger.embedded.database import resolve_copy
from ledger.settings import Settings
from ledger.store.migrations import migrate
from ledger.store.roles import PROJECTOR, as_role
from ledger.store.rows import SEE_ENTRIES
from ledger.timers.folding import Folding
from ledger.timers.processes import collect_seldom, give_way
from projections.catalogue import folds
from projections.run import catch_up, prepare

_log = logging.getLogger(__name__)


def project(
    settings: Settings, cluster: Cluster, *, until: int | None = None, demo: bool = False
) -> int:
    """Feed the read database until a signal comes; return the position that was reached.

    Args:
        settings: The settings; those of the demonstration for that.
        cluster: Where Kafka is.
        until: End when entries and read models have come so far.
        demo: Feed the read database of the demonstration.

    Raises:
        Alarm: something is not as it was published.
        Failure: the operator has to mend something.
    """
    stop = Stop()
    with _database(settings, demo=demo) as conninfo:
        stop.at_signals()
        keeping = keeping_in(conninfo, cluster, stop)
        working = Projector(keeping, cluster, stop, log=log_of(settings))
        beside = Folding(conninfo)
        beside.start()
        collect_seldom()
        give_way()
        try:
            working.run(until=until)
        finally:
            beside.stop()
        if until is not None:
            _folded(conninfo)
    return working.mark


def rebuilt(settings: Settings, cluster: Cluster, *, demo: bool = False) -> int:
    """Make the read database anew from the topic's first record; return where it stands.

    Raises:
        Alarm: the topic does not hold what the copy holds.
        Failure: the operator has to mend something.
    """
    with _database(settings, demo=demo) as conninfo:
        return rebuild(conninfo, cluster, log=log_of(settings))


def keeping_in(conninfo: str, cluster: Cluster, stop: Stop) -> str:
    """Make the database a copy; return where to connect with the rights of keeping alone."""
    while not stop.is_set():
        with mirror.connected(conninfo) as connection:
            try:
                if mirror.origin(connection) is None:
                    mirror.become(connection, needed(cluster, EVENTS))
            except BrokerFault as fault:
                _log.warning("Kafka is away (%s); trying again", fault.kind)
            else:
                connection.execute("select mirror.let_in()")
                break
        stop.wait(RETRY_SECONDS)
    return as_role(conninfo, PROJECTOR)


def _folded(conninfo: str) -> None:
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(SEE_ENTRIES)
        connection.execute("select pg_advisory_lock(hashtext('mingzhang folding'))")
        prepare(connection, folds())
        catch_up(connection, folds())


@contextmanager
def _database(settings: Settings, *, demo: bool) -> Iterator[str]:
    """Return where the read database is, migrated."""
    with resolve_copy(settings, demo=demo, begin=demo) as conninfo:
        migrate(conninfo)
        yield conninfo
