"""What most commands need first: settings, a migrated database, keys, an open ledger."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import Connection

from ledger.clock import Clock, SystemClock
from ledger.documents.place import store_at
from ledger.embedded.database import resolve, resolve_copy
from ledger.ids import Ids, SystemIds
from ledger.integration.log_keys import LogKeys
from ledger.integration.place import SigningPlace
from ledger.integration.trees import origin_of
from ledger.integration.vouching import Vouching
from ledger.settings import SIMULATED, Settings
from ledger.store.migrations import migrate
from ledger.store.roles import as_role
from ledger.store.rows import SEE_ENTRIES
from ledger.vault.keyfile import create_keyring, load_keyring
from ledger.vault.keys import Keyring

if TYPE_CHECKING:
    from ledger.application.running import Ledger


@dataclass(frozen=True, slots=True)
class Place:
    """An installation that is at hand.

    Attributes:
        settings: Its settings.
        conninfo: Where its database is; it may hold a password and is not shown.
    """

    settings: Settings
    conninfo: str

    def taking(self, role: str) -> "Place":
        """Return it for a process that has the rights of a group role alone."""
        return replace(self, conninfo=as_role(self.conninfo, role))

    def keyring(self) -> Keyring:
        """Return its keys.

        Raises:
            KeysUnusable: there are none, or they are exposed.
        """
        return load_keyring(self.settings.key_file)

    @property
    def renewals(self) -> Path:
        """Where the log's later words on its roots are kept."""
        return self.settings.home / "renewals"

    @property
    def signing(self) -> SigningPlace:
        """Where the log's signing keys are, and what was signed last."""
        return SigningPlace.below(self.settings.home)

    @property
    def vouching(self) -> Vouching:
        """Who vouches for the log beside its own keys."""
        return Vouching.of(self.settings)


@contextmanager
def at_hand(settings: Settings, *, create_keys: Keyring | None = None) -> Iterator[Place]:
    """Start the database if it is the embedded one, migrate it, and leave it at the end.

    Args:
        settings: The settings.
        create_keys: Keys for a new installation; an existing key file is kept.
    """
    with resolve(settings) as conninfo:
        migrate(conninfo)
        place = Place(settings, conninfo)
        if create_keys is not None:
            if not settings.key_file.exists():
                create_keyring(settings.key_file, create_keys)
            place.signing.prepare(_log_keys(settings, place.keyring()))
        yield place


@contextmanager
def copy_at_hand(settings: Settings, *, demo: bool = False) -> Iterator[Place]:
    """Give the read database, which holds a copy of the log; it is migrated."""
    with resolve_copy(settings, demo=demo) as conninfo:
        migrate(conninfo)
        yield Place(settings, conninfo)


def _log_keys(settings: Settings, keyring: Keyring) -> LogKeys:
    """Return signing keys for a new log; a simulated one has those of its seed."""
    origin = origin_of(source_of(settings, keyring))
    seed = getattr(keyring, "seed", None)
    return LogKeys.generate(origin) if seed is None else LogKeys.derived(origin, seed)


@contextmanager
def connected(*, demo: bool = False, read: bool = False) -> Iterator[tuple[Place, Connection[Any]]]:
    """Connect to the database of the settings, in autocommit, and leave it at the end.

    Args:
        demo: The demonstration's.
        read: The read database, which holds a copy.
    """
    settings = Settings.read(demo=demo)
    with (
        copy_at_hand(settings, demo=demo) if read else at_hand(settings) as place,
        psycopg.connect(place.conninfo, autocommit=True) as connection,
    ):
        connection.execute(SEE_ENTRIES)
        yield place, connection


@contextmanager
def folded(*, demo: bool = False) -> Iterator[Place]:
    """Give an installation whose read models have been brought up to the log."""
    from projections.catalogue import folds  # noqa: PLC0415 - heavy
    from projections.run import catch_up, prepare  # noqa: PLC0415 - heavy

    with connected(demo=demo) as (place, connection):
        prepare(connection, folds())
        catch_up(connection, folds())
        yield place


@contextmanager
def signed(*, demo: bool = False) -> Iterator[Place]:
    """Give an installation whose log is signed for, and whose read models reach as far."""
    from ledger.integration.catching_up import catch_up  # noqa: PLC0415 - heavy

    with folded(demo=demo) as place:
        catch_up(place.conninfo, place.signing, SystemClock())
        yield place


@asynccontextmanager
async def opened(
    place: Place,
    *,
    clock: Clock | None = None,
    ids: Ids | None = None,
    resumes: bool = True,
) -> "AsyncIterator[Ledger]":
    """Open the ledger of an installation; see ``open_ledger``."""
    from ledger.application.running import open_ledger  # noqa: PLC0415 - heavy

    time = SystemClock() if clock is None else clock
    keyring = place.keyring()
    async with open_ledger(
        place.conninfo,
        keyring=keyring,
        clock=time,
        ids=SystemIds(time) if ids is None else ids,
        source=source_of(place.settings, keyring),
        documents=store_at(place.settings.documents),
        resumes=resumes,
    ) as ledger:
        yield ledger


def source_of(settings: Settings, keyring: Keyring) -> str:
    """Return the name that stands in every entry; a simulated world says so in it."""
    seed = getattr(keyring, "seed", None)
    return f"//{settings.origin}" if seed is None else f"{SIMULATED}{seed}"
