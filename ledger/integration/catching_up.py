"""Bringing trees and checkpoints up to the log here and now, where no service does it."""

from ledger.clock import Clock
from ledger.integration import storing
from ledger.integration.integrator import LOCK, Integrator
from ledger.integration.log_keys import LogKeysUnusable
from ledger.integration.place import SigningPlace
from ledger.integration.publishing import Publisher


def catch_up(conninfo: str, place: SigningPlace, clock: Clock) -> bool:
    """Integrate what waits, and have it signed if there are keys.

    Returns:
        Whether it was done here; a service that runs does it by itself.

    Raises:
        IntegrationFault: the log cannot be integrated, or the signer refuses.
    """
    with storing.connected(conninfo) as connection:
        row = connection.execute(LOCK).fetchone()
        if row is None or not row[0]:
            return False
        integrator = Integrator(connection)
        while integrator.step():
            pass
        try:
            keys = place.keys()
        except LogKeysUnusable:
            return True
        Publisher(place.signer(), keys.origin, clock).publish(connection)
        return True
