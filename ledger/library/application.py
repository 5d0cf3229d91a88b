"""The library's application on our log.

with LedgerApplication(conninfo, clock, envelope) as app:
    app.save(Happened(stream, 1, fact), guards=((other, 7),))
    state = app.repository.get(stream, projector_func=evolve_all)
"""

from typing import Any

from eventsourcing.application import Application
from eventsourcing.persistence import (
    AggregateRecorder,
    ApplicationRecorder,
    InfrastructureFactory,
    Mapper,
    NotSupportedError,
    ProcessRecorder,
    TrackingRecorder,
)
from eventsourcing.utils import Environment
from psycopg_pool import ConnectionPool

from ledger.clock import Clock
from ledger.entry import Envelope
from ledger.library.mapper import FactMapper
from ledger.library.recorder import LedgerRecorder, StateForm
from ledger.store.threads import SyncLog

CONNECTIONS_MAX = 4


class LedgerFactory(InfrastructureFactory[TrackingRecorder]):
    """Makes and owns a log and the recorder on it.

    There are no snapshots (a fold of one stream is quick), and positions of other logs are
    kept by the read models that follow them: only an application's recorder is made.
    """

    def __init__(
        self,
        env: Environment | None,
        conninfo: str,
        clock: Clock,
        envelope: Envelope,
        *,
        form: StateForm | None = None,
    ) -> None:
        """Open the log; raises as ``SyncLog.start``."""
        super().__init__(env)
        self._conninfo = conninfo
        self._envelope = envelope
        self._form = form
        self._log = SyncLog(conninfo, clock)
        self._log.start()
        self._pool: ConnectionPool[Any] = ConnectionPool(
            conninfo,
            min_size=1,
            max_size=CONNECTIONS_MAX,
            kwargs={"autocommit": True},
            open=True,
        )

    def application_recorder(self) -> ApplicationRecorder:
        """Return a recorder on the log."""
        return LedgerRecorder(
            self._log, self._pool, self._envelope, conninfo=self._conninfo, form=self._form
        )

    def aggregate_recorder(self, purpose: str = "events") -> AggregateRecorder:
        """Return a recorder for events; there is none for snapshots."""
        if purpose != "events":
            raise NotSupportedError("the log keeps no snapshots")
        return self.application_recorder()

    def tracking_recorder(
        self,
        tracking_recorder_class: type[TrackingRecorder] | None = None,  # noqa: ARG002 - refused
    ) -> TrackingRecorder:
        """Refuse: a read model keeps its position beside its rows."""
        raise NotSupportedError("read models keep their positions beside their rows")

    def process_recorder(self) -> ProcessRecorder:
        """Refuse, for the same reason."""
        raise NotSupportedError("read models keep their positions beside their rows")

    def close(self) -> None:
        """Write what was taken and close the connections."""
        self._log.stop()
        self._pool.close()


class LedgerApplication(Application[str]):
    """Saves facts and folds streams, on the log that everybody else uses."""

    def __init__(
        self,
        conninfo: str,
        clock: Clock,
        envelope: Envelope,
        *,
        mapper: FactMapper | None = None,
    ) -> None:
        """Open the log.

        Args:
            conninfo: a migrated database.
            clock: the source of recorded times.
            envelope: who acts when ``save`` does not say ``envelope=``.
            mapper: how facts are spelled; the registered ones by default.
        """
        self._opening = (conninfo, clock, envelope)
        self._given_mapper = mapper or FactMapper()
        super().__init__()

    def construct_factory(self, env: Environment) -> InfrastructureFactory[TrackingRecorder]:
        """Return the factory that owns the log."""
        return LedgerFactory(env, *self._opening)

    def construct_mapper(self) -> Mapper[str]:
        """Return the mapper of facts."""
        return self._given_mapper
