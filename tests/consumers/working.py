"""A relay, projector or intake as a process of its own, for tests that kill it: small batches."""

import asyncio
import sys

from consumers.broker import Cluster
from consumers.intake.messages import topic_of
from consumers.intake.running import Intake
from consumers.projector.running import Projector
from consumers.relay.running import Relay
from consumers.stopping import Stop
from ledger.store.roles import RELAY, as_role
from tests.consumers.intake.sending import narrow, opened

BATCH = 20
DELIVERY_MS = 15_000
SESSION_MS = 6_000


def main(what: str, conninfo: str, bootstrap: str, group: str) -> None:
    """Work until killed."""
    cluster, stop = Cluster(tuple(bootstrap.split(","))), Stop()
    stop.at_signals()
    if what == "relay":
        Relay(as_role(conninfo, RELAY), cluster, stop, batch=BATCH, delivery_ms=DELIVERY_MS).run()
    elif what == "intake":
        working = Intake(
            narrow(conninfo),
            lambda: opened(narrow(conninfo), resumes=False),
            cluster,
            stop,
            topics=[topic_of("attendance")],
            group=group,
            session_ms=SESSION_MS,
            delivery_ms=DELIVERY_MS,
        )
        asyncio.run(working.run())
    else:
        Projector(conninfo, cluster, stop, group=group, session_ms=SESSION_MS).run()


if __name__ == "__main__":
    main(*sys.argv[1:])
