"""A relay or a projector as a process of its own, with small batches, for tests that kill it."""

import sys

from consumers.broker import Cluster
from consumers.projector.running import Projector
from consumers.relay.running import Relay
from consumers.stopping import Stop

BATCH = 20
DELIVERY_MS = 15_000
SESSION_MS = 6_000


def main(what: str, conninfo: str, bootstrap: str, group: str) -> None:
    """Work until killed."""
    cluster, stop = Cluster(tuple(bootstrap.split(","))), Stop()
    stop.at_signals()
    if what == "relay":
        Relay(conninfo, cluster, stop, batch=BATCH, delivery_ms=DELIVERY_MS).run()
    else:
        Projector(conninfo, cluster, stop, group=group, session_ms=SESSION_MS).run()


if __name__ == "__main__":
    main(*sys.argv[1:])
