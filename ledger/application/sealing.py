"""Personal values of one command: sealed while it is read, kept once it is decided."""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from hmac import digest as hmac_digest
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection

from aggregates.decisions import COMMANDS, Command, Declaration
from aggregates.facts import hints_of, parts_of
from aggregates.ids import LINK_KINDS, STREAM_KINDS, derived_id
from aggregates.sealed import FreeText, Matchable, Payload, Personal, form_of, token_id
from aggregates.sealed import IdNumber as IdNumberKind
from ledger.rows import NO_ROWS, VaultRows
from ledger.vault.data_keys import DataKeys
from ledger.vault.errors import OwnerErased
from ledger.vault.keys import Keyring
from ledger.vault.sealing import Placed, Sealer, rows_under, vault_rows


class Opening:
    """One command on its way in."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    @property
    def hook(self) -> Callable[[Any, Any], Any]:
        """The parser's hook: plain values go in, sealed ones come out."""
        return self._sealer.hook

    def placed(self, command: Command, declared: Declaration) -> list[Placed]:
        """Return the values of a command, each with its owner."""
        return self._sealer.placed(command, owner_of(command, declared))


class Seals:
    """Seals commands under the installation's keys.

    Attributes:
        connection: To make data keys with; in autocommit, shared by all commands.
        data_keys: The data keys.
    """

    def __init__(
        self, keyring: Keyring, connection: AsyncConnection[Any], data_keys: DataKeys
    ) -> None:
        self._keyring = keyring
        self.connection = connection
        self.data_keys = data_keys
        self._commands = 0

    @property
    def keyring(self) -> Keyring:
        """The installation's keys."""
        return self._keyring

    def begin(self, key: str | None = None) -> Opening:
        """Return the sealing of one command.

        Args:
            key: Whose command it is and under which idempotency key. Only a seeded keyring
                derives salts from it, so that a simulation gives the same bytes again.
        """
        self._commands += 1
        context = f"key {key}" if key is not None else f"command {self._commands}"
        return Opening(Sealer(self._keyring, self._keyring.salts(context)))

    def are_at_hand(self, owners: Iterable[UUID]) -> bool:
        """Say whether the data keys of all owners are known already."""
        return all(map(self.data_keys.__contains__, owners))

    async def rows(self, placed: Sequence[Sequence[Placed]]) -> list[VaultRows | OwnerErased]:
        """Return what each of many commands leaves in the vault; one statement makes all keys.

        A command that names somebody who was erased gets that failure instead.
        """
        owners = {one.owner for values in placed for one in values}
        if not owners:
            return [NO_ROWS] * len(placed)
        try:
            keys = await self.data_keys.of(self.connection, owners)
        except OwnerErased as erased:
            if len(placed) == 1:
                return [erased]
            return [row for values in placed for row in await self.rows([values])]
        return [rows_under(keys, values) if values else NO_ROWS for values in placed]

    async def payload(self, text: str, owner: UUID) -> tuple[Personal[Payload], VaultRows]:
        """Seal what was sent, whole, as evidence of a refused command."""
        commitment, rows = await self._alone(Personal[Payload], text, owner)
        return Personal(commitment), rows

    async def text(self, text: str, owner: UUID) -> tuple[Personal[FreeText], VaultRows]:
        """Seal what somebody wrote outside a command, such as the purpose of a look-up."""
        commitment, rows = await self._alone(Personal[FreeText], text, owner)
        return Personal(commitment), rows

    async def _alone(self, hint: Any, text: str, owner: UUID) -> tuple[str, VaultRows]:  # noqa: ANN401 - the hook's contract
        self._commands += 1
        sealer = Sealer(self._keyring, self._keyring.salts(f"alone {self._commands}"))
        value = sealer.hook(hint, text)
        rows = await vault_rows(self.connection, self.data_keys, sealer.placed((value,), owner))
        return value.commitment, rows

    def keyed_digest(self, body: bytes) -> bytes:
        """Return 32 bytes that stand for a request: keyed, since it may hold personal data."""
        return hmac_digest(self._keyring.matching, b"request\0" + body, "sha256")


def owner_of(command: Command, declared: Declaration) -> UUID:
    """Return whose the values of a command are, where no record within it says so.

    The person whose ID number it bears; else the thing it is about; else the kind of stream,
    for values that no single thing owns.
    """
    numbers, owning = _owners(declared.name)
    for name in numbers:
        value = getattr(command, name)
        if isinstance(value, Matchable):
            return token_id(value)
    for name in owning:
        one = getattr(command, name)
        if isinstance(one, UUID):
            return one
    return derived_id("owner", declared.kind.prefix)


@cache
def _owners(name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the fields of a command that bear an ID number, and those that name its thing."""
    declared = COMMANDS[name]
    kind = STREAM_KINDS.get(declared.kind.prefix)
    hints = hints_of(declared.cls)
    numbers = tuple(
        field
        for field, hint in hints.items()
        if (form := form_of(hint)) is not None
        and form.sealed is Matchable
        and form.inner is IdNumberKind
    )
    named = [
        field
        for field, hint in hints.items()
        if any(LINK_KINDS.get(part) == kind for part in (hint, *parts_of(hint)))
    ]
    own = ["own_id"] if hasattr(declared.cls, "own_id") else []
    return numbers, (*own, *named)
