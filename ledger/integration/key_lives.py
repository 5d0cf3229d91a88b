"""What the log says about its own signing keys."""

from collections.abc import Iterable
from typing import Any, Final

import orjson
import psycopg
from psycopg import AsyncConnection, Connection

from aggregates.signing_keys.facts import (
    PromiseKeyIntroduced,
    PromiseKeyRetired,
    PromiseKeyRevoked,
    SigningKeyIntroduced,
    SigningKeyRetired,
    SigningKeyRevoked,
)
from aggregates.signing_keys.state import KEPT_BY, SIGNING_KEYS, signing_keys_id
from ledger.evidence.validity import FOR_EVER, KeyState, Validity
from ledger.integration.log_keys import KeyLives

_STORY: Final = "select body from ledger.entry where stream = %s order by version"


def key_lives(connection: Connection[Any], log: str) -> KeyLives:
    """Return what the log says about its keys.

    Args:
        connection: to the database.
        log: the log's origin.
    """
    rows = connection.execute(_STORY, (SIGNING_KEYS.name(signing_keys_id(log)),)).fetchall()
    return lives_of(row[0] for row in rows)


async def key_lives_of(connection: AsyncConnection[Any], log: str) -> KeyLives:
    """Return what the log says about its keys, as ``key_lives`` does."""
    asked = (SIGNING_KEYS.name(signing_keys_id(log)),)
    rows = await (await connection.execute(_STORY, asked)).fetchall()
    return lives_of(row[0] for row in rows)


def lives_of(bodies: Iterable[str]) -> KeyLives:
    """Return at which sizes keys count, from the entries about them in their order.

    The size of a promise is that of the smallest tree with its entry, which is its position.
    """
    lives: dict[str, Validity] = {}
    for body in bodies:
        entry = orjson.loads(body)
        if entry["channel"] != KEPT_BY:
            continue
        told, data = entry["type"], entry["data"]
        vkey = data.get("vkey", "")
        first = lives.get(vkey, FOR_EVER).first
        if told == SigningKeyIntroduced.TYPE:
            lives[vkey] = Validity(data["first_size"])
        elif told == SigningKeyRetired.TYPE:
            lives[vkey] = Validity(first, data["last_size"], KeyState.RETIRED)
        elif told == SigningKeyRevoked.TYPE:
            lives[vkey] = Validity(first, data["last_size"], KeyState.REVOKED)
        elif told == PromiseKeyIntroduced.TYPE:
            lives[vkey] = Validity()
        elif told == PromiseKeyRetired.TYPE:
            lives[vkey] = Validity(first, data["last_position"], KeyState.RETIRED)
        elif told == PromiseKeyRevoked.TYPE:
            lives[vkey] = Validity(first, data["last_position"], KeyState.REVOKED)
    return lives


def lives_in(conninfo: str, log: str) -> KeyLives:
    """Return what a database's log says about its keys; nothing where it cannot be asked."""
    try:
        with psycopg.connect(conninfo, autocommit=True, connect_timeout=2) as connection:
            return key_lives(connection, log)
    except psycopg.Error:
        return {}
