"""Bringing trees, checkpoints and cosignatures up to the log here and now."""

from ledger.clock import Clock
from ledger.evidence.note import VerifierKey
from ledger.evidence.policy import Policy
from ledger.integration import storing
from ledger.integration.cosigning import Cosigning
from ledger.integration.integrator import LOCK, Integrator
from ledger.integration.log_keys import LogKeysUnusable
from ledger.integration.place import SigningPlace
from ledger.integration.publishing import Publisher
from ledger.integration.trees import WORLD


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


def have_cosigned(conninfo: str, place: SigningPlace, policy: Policy, clock: Clock) -> None:
    """Ask the witnesses about the newest checkpoint, once; whoever does not answer is passed over.

    Raises:
        LogKeysUnusable: there are no signing keys.
    """

    def keys() -> list[VerifierKey]:
        return [one.key for one in place.keys().of(WORLD)]

    with storing.connected(conninfo) as connection:
        Cosigning(policy, keys, clock).round(connection)
