"""The synchronous face of the log: the contracts of the ``eventsourcing`` library.

``Application``, ``Repository``, mapper, recorder, notification log and subscriptions, for imports,
consumers and whoever knows the library. The log is the same; HTTP uses the asynchronous face.

The library's words, in ours: an originator is a stream, a topic the stored name of a fact, a
state its data, a notification id a position.
"""

from ledger.library.application import LedgerApplication
from ledger.library.mapper import FactMapper, Happened
from ledger.library.recorder import LedgerRecorder

__all__ = ["FactMapper", "Happened", "LedgerApplication", "LedgerRecorder"]
