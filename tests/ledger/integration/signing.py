"""Keys, places and signed logs for the tests of integration."""

from pathlib import Path

from ledger.clock import SystemClock
from ledger.evidence.checkpoint import Checkpoint, open_checkpoint
from ledger.evidence.keys import verifier_of
from ledger.integration import storing
from ledger.integration.integrator import Integrator
from ledger.integration.log_keys import LogKeys
from ledger.integration.place import SigningPlace
from ledger.integration.publishing import Publisher, newest_checkpoint
from ledger.integration.signing import HeadSigner
from ledger.integration.trees import WORLD, TreeKind

ORIGIN = "ledger.example/county"
KEYS = LogKeys.derived(ORIGIN, "tests")


def place_in(folder: Path) -> SigningPlace:
    """Return a place whose signer has signed nothing yet."""
    place = SigningPlace.below(folder)
    place.prepare(KEYS)
    return place


def publish(conninfo: str, signer: HeadSigner) -> None:
    """Bring the trees up to the log, and have their heads signed."""
    with storing.connected(conninfo) as connection:
        integrator = Integrator(connection)
        while integrator.step():
            pass
        Publisher(signer, ORIGIN, SystemClock()).publish(connection)


def newest(conninfo: str, tree: TreeKind = WORLD) -> Checkpoint:
    """Return the newest checkpoint, once all its lines are verified."""
    note = note_of(conninfo, tree)
    signed = open_checkpoint(note, [verifier_of(one.key) for one in KEYS.of(tree)])
    assert len(signed.signed) == len(KEYS.of(tree))
    return signed.checkpoint


def note_of(conninfo: str, tree: TreeKind = WORLD) -> bytes:
    """Return the newest checkpoint as it is stored."""
    with storing.connected(conninfo) as connection:
        found = newest_checkpoint(connection, tree.name)
    assert found is not None
    return found[1]
