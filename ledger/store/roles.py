"""The database roles of processes: each with the rights of its part, taken for all its connections.

Migrations make the roles and grant what each needs. A process whose login may take its role does so
as it connects; it keeps a slip, or a statement that somebody smuggled in, within those rights. A
login of its own that has no more (``infra/distributed``) keeps out whoever takes over the process.
"""

import logging
from typing import Any, Final

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

READER: Final = "mingzhang_reader"
"""Reads the log, and in a copy its read models; writes nothing."""
RELAY: Final = "mingzhang_relay"
"""Reads entries and keeps how far they were published."""
PROJECTOR: Final = "mingzhang_projector"
"""Adds to a copy what has come."""
INTAKE: Final = "mingzhang_intake"
"""Appends, seals, and keeps what waits; opens no identity and ends no key of a person."""

_log = logging.getLogger(__name__)


def as_role(conninfo: str, role: str) -> str:
    """Return where to connect so that every session has the rights of a group role alone.

    Where the role is not there or may not be taken, that is told, and the login's own rights stay:
    ``doctor`` says how to mend it.

    Args:
        conninfo: Where to connect, as the login.
        role: The group role.
    """
    with psycopg.connect(conninfo, autocommit=True) as connection:
        if not may_take(connection, role):
            _log.warning("role %s cannot be taken; see mingzhang doctor", role)
            return conninfo
    before = conninfo_to_dict(conninfo).get("options") or ""
    return make_conninfo(conninfo, options=f"{before} -c role={role}".strip())


def may_take(connection: psycopg.Connection[Any], role: str) -> bool:
    """Say whether whoever is connected may take a role."""
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(sql.SQL("set local role {}").format(sql.Identifier(role)))
    except (psycopg.errors.InvalidParameterValue, psycopg.errors.InsufficientPrivilege):
        return False
    return True
