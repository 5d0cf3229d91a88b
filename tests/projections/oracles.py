"""The oracle of every read model, and the comparison of a whole database with them."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from psycopg import Connection

from projections.catalogue import MODELS
from projections.model import Moment
from tests.projections import oracle
from tests.projections.conftest import Mirror
from tests.projections.duty_oracle import duties
from tests.projections.entries import Written, read_back
from tests.projections.ledger_oracle import class_ledger

ORACLES: dict[str, Callable[[Iterable[Written]], Any]] = {
    "class_ledger": class_ledger,
    "trail": oracle.trail,
    "entitlements": oracle.entitlements,
    "funds": oracle.funds,
    "archive": oracle.archive,
    "duties": duties,
    "risk": oracle.risk,
}


def otherwise(conninfo: str, connection: Connection[Any]) -> Iterator[str]:
    """Yield each row in which a read model, folded to the end, differs from its oracle.

    Args:
        conninfo: The database.
        connection: A connection to it on which ``entry`` stands.
    """
    connection.execute("set timezone = 'Asia/Shanghai'")
    log = read_back(connection)
    mirror = Mirror(conninfo, connection)
    for one in MODELS:
        wanted = ORACLES[one.name](log)
        found = mirror.rows(one) if one.kept else mirror.rows_then(one, Moment(len(log)))
        for key in sorted(wanted.keys() | found.keys(), key=str):
            if found.get(key) != wanted.get(key):
                yield f"{one.name} {key}: {found.get(key)} instead of {wanted.get(key)}"
