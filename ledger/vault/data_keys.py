"""Data keys: one per owner, made before anything is sealed under it, held by the vault wrapped.

An owner is a person, an enrolment, or a stream. A key is committed before the first row that
needs it, so a crash in between leaves a key that nothing uses yet, never a row that nothing
opens. Keys at hand are kept in a bounded cache; whoever erases an owner tells every process to
``forget`` them (``FORGET_CHANNEL``). What a process seals in the moments before it hears of it
cannot be opened by anybody, as it should be, and the next sweep removes it.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import tuple_row

from aggregates.language import Message
from ledger.vault.errors import OwnerErased
from ledger.vault.keys import Keyring
from ledger.vault.statements import DATA_KEYS_MADE

HELD_MAX: Final = 65_536
"""How many data keys are kept at hand; about 200 bytes each."""
FORGET_CHANNEL: Final = "vault_forget"
"""PostgreSQL notifies here when owners were erased or readmitted; the payload is empty: forget
the keys of all."""

_ERASED = Message(
    "该人员的个人数据已按规定删除，不能再封存新的数据",
    "this person's data were erased; nothing more can be sealed for them",
)
_READMIT = Message("如确需重新登记，须先办理重新启用", "to register them again, readmit them first")


class DataKeys:
    """Gets data keys from the vault, and makes those that are missing.

    Many tasks may share one: while one of them waits for the database, the others gather behind
    it, and the next asks for all of them at once.
    """

    def __init__(self, keyring: Keyring, *, held_max: int = HELD_MAX) -> None:
        self.keyring = keyring
        self._held: OrderedDict[UUID, bytes] = OrderedDict()
        self._held_max = held_max
        self._gathered: set[UUID] = set()
        self._asking = asyncio.Lock()

    def __len__(self) -> int:
        """Return how many keys are at hand."""
        return len(self._held)

    def __contains__(self, owner: UUID) -> bool:
        """Say whether an owner's key is at hand."""
        return owner in self._held

    async def of(
        self, connection: AsyncConnection[Any], owners: Iterable[UUID]
    ) -> Mapping[UUID, bytes]:
        """Return the data key of each owner, 32 bytes; one statement for all not at hand.

        The keys made are committed when this returns.

        Args:
            connection: In autocommit and outside a transaction, since the keys may be other
                tasks' too.
            owners: Whose.

        Raises:
            OwnerErased: an owner's key was destroyed.
            KeysUnusable: a key is wrapped under a master key that the keyring lacks.
            SealBroken: a wrapped key was changed.
            ValueError: the connection is not in autocommit.
        """
        wanted = set(owners)
        found = self._at_hand(wanted)
        missing = wanted - found.keys()
        if not missing:
            return found
        if not connection.autocommit:
            raise ValueError("data keys are made on a connection in autocommit")
        self._gathered |= missing
        async with self._asking:
            found |= self._at_hand(missing)
            missing -= found.keys()
            while missing:
                asked, self._gathered = self._gathered | missing, set()
                rows = await self._made(connection, sorted(asked))
                found |= {o: self.held(o, kept) for o, kept in rows if kept or o in missing}
                missing -= found.keys()
            self._gathered -= wanted
        return {owner: found[owner] for owner in wanted}

    def _at_hand(self, owners: Iterable[UUID]) -> dict[UUID, bytes]:
        found: dict[UUID, bytes] = {}
        for owner in owners:
            key = self._held.get(owner)
            if key is not None:
                self._held.move_to_end(owner)
                found[owner] = key
        return found

    async def _made(
        self, connection: AsyncConnection[Any], owners: Sequence[UUID]
    ) -> list[tuple[UUID, bytes | None]]:
        """Return the rows of owners, made where there are none but another session's unseen."""
        # Sorted, so that two sessions making the same keys wait for each other in one order.
        fresh = [self.keyring.new_data_key(owner) for owner in owners]
        wrapped = [self.keyring.wrap(o, key) for o, key in zip(owners, fresh, strict=True)]
        async with connection.cursor(binary=True, row_factory=tuple_row) as cursor:
            await cursor.execute(DATA_KEYS_MADE, {"owners": owners, "wrapped": wrapped})
            return await cursor.fetchall()

    def held(self, owner: UUID, wrapped: bytes | None) -> bytes:
        """Return the data key in a row of ``vault.data_key``, and keep it at hand.

        Raises:
            OwnerErased: the row is a tombstone.
            KeysUnusable: it is wrapped under a master key that the keyring lacks.
            SealBroken: it was changed.
        """
        if wrapped is None:
            raise OwnerErased(_ERASED, mend=_READMIT)
        key = self._held.get(owner)
        if key is None:
            key = self._held[owner] = self.keyring.unwrap(owner, wrapped)
            while len(self._held) > self._held_max:
                self._held.popitem(last=False)
        return key

    def forget(self, owners: Iterable[UUID] | None = None) -> None:
        """Drop the keys of some owners from the cache, or all of them."""
        if owners is None:
            self._held.clear()
            return
        for owner in owners:
            self._held.pop(owner, None)
