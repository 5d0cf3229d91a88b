"""The keys of an installation, and what is derived under each of them.

- A *master key* wraps the data keys of persons. It can be rotated: the new one wraps, the old
  ones still unwrap until every data key is wrapped anew.
- The *matching key* makes tokens, and from the token of an ID number the id of the person. It is
  for ever: another key would make a stranger of everybody.

Every derived nonce comes from what it protects, so that the only randomness is in keys and
salts, and a simulation with seeded keys gives the same bytes on every machine.
"""

import os
from collections.abc import Callable, Sequence
from hashlib import sha256
from hmac import digest as hmac_digest
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from aggregates.ids import PersonId, uuid_v8
from aggregates.language import Message
from aggregates.sealed import IdNumber
from ledger.vault.errors import KeysUnusable, SealBroken

KEY_BYTES: Final = 32
SALT_BYTES: Final = 32
TOKEN_BYTES: Final = 16
NONCE_BYTES: Final = 12
MASTER_ID_BYTES: Final = 8
TAG_BYTES: Final = 16
_SEALED_AT = MASTER_ID_BYTES + NONCE_BYTES
_WRAPPED_BYTES = _SEALED_AT + KEY_BYTES + TAG_BYTES

Salts = Callable[[], bytes]
"""Gives a salt of 32 bytes that was never given before."""

_NO_SUCH_MASTER = Message(
    "密钥环中没有包装该数据密钥的主密钥",
    "the keyring lacks the master key that wrapped this data key",
)
_RESTORE = Message("请恢复轮换前的密钥文件", "restore the key file of before the rotation")
_NOT_UNWRAPPED = Message(
    "数据密钥无法解开：密钥或记录已被改动",
    "a data key does not unwrap: key or row was changed",
)


def hmac_sha256(key: bytes, *parts: bytes) -> bytes:
    """Return HMAC-SHA256 (RFC 2104) of the parts, a NUL between them."""
    return hmac_digest(key, b"\0".join(parts), "sha256")


class Keyring:
    """The keys of one installation.

    Attributes:
        masters: Current master key first, then those that may still unwrap; 32 bytes each.
        current_id: The 8 bytes by which a wrapped data key names the current master key.
        simulated: Keys and salts come from a seed: nothing sealed by them is secret.
    """

    simulated: bool = False

    def __init__(self, masters: Sequence[bytes], *, matching: bytes) -> None:
        if not masters or any(len(key) != KEY_BYTES for key in (*masters, matching)):
            raise KeysUnusable(
                Message(
                    f"密钥环不完整：每个密钥应为{KEY_BYTES}字节",
                    f"the keyring is incomplete: each key has {KEY_BYTES} bytes",
                )
            )
        self.masters = tuple(masters)
        self.matching = matching
        # Apart from each other, so that no key serves two algorithms.
        self._ciphers = {
            master_id(key): AESGCM(hmac_sha256(key, b"wrapping")) for key in self.masters
        }
        self._nonces = hmac_sha256(self.masters[0], b"nonces")
        self.current_id = master_id(self.masters[0])

    @classmethod
    def generate(cls) -> "Keyring":
        """Return a new keyring out of the system's randomness."""
        return Keyring([os.urandom(KEY_BYTES)], matching=os.urandom(KEY_BYTES))

    def __repr__(self) -> str:
        return f"{type(self).__name__}(master {self.current_id.hex()})"

    def rotated(self) -> "Keyring":
        """Return the keyring with a new master key in front of the old ones."""
        return Keyring([os.urandom(KEY_BYTES), *self.masters], matching=self.matching)

    def without_old_masters(self) -> "Keyring":
        """Return the keyring with the current master key alone; for when all is wrapped anew."""
        return Keyring(self.masters[:1], matching=self.matching)

    def salts(self, context: str) -> Salts:
        """Return a source of salts; ``context`` matters to seeded keyrings only."""
        del context
        return _random_salt

    def new_data_key(self, owner: UUID) -> bytes:
        """Return a data key of 32 bytes for an owner that has none."""
        del owner
        return os.urandom(KEY_BYTES)

    def token(self, kind: str, canonical: bytes) -> bytes:
        """Return the 16 bytes by which equal values of one kind are known as equal."""
        return hmac_sha256(self.matching, kind.encode(), canonical)[:TOKEN_BYTES]

    def pseudonym(self, id_number: str) -> PersonId:
        """Return the id of the person with a canonical ID number (UUIDv8, RFC 9562 5.8).

        It is the id that the token of the number gives (``aggregates.sealed.token_id``), so that
        a decision can tell from a sealed number whose it is. Without the matching key nobody
        can tell, even with a list of all ID numbers.
        """
        return PersonId(uuid_v8(self.token(IdNumber.code, id_number.encode())))

    def keyed_digest(self, body: bytes) -> bytes:
        """Return 32 bytes that tell one request body from another and reveal nothing of it."""
        return hmac_sha256(self.matching, b"request", body)

    def wrap(self, owner: UUID, data_key: bytes) -> bytes:
        """Return a data key encrypted under the current master key, bound to its owner.

        Layout: id of the master key (8 bytes), nonce (12), AES-256-GCM (48). The nonce is an
        HMAC of what is wrapped, so it repeats only where the whole plaintext does.
        """
        nonce = hmac_sha256(self._nonces, owner.bytes, data_key)[:NONCE_BYTES]
        sealed = self._ciphers[self.current_id].encrypt(nonce, data_key, owner.bytes)
        return self.current_id + nonce + sealed

    def unwrap(self, owner: UUID, wrapped: bytes) -> bytes:
        """Return the data key that ``wrap`` encrypted for ``owner``.

        Raises:
            KeysUnusable: it was wrapped under a master key that the keyring does not hold.
            SealBroken: it does not decrypt: another owner's, or changed.
        """
        if len(wrapped) != _WRAPPED_BYTES:
            raise SealBroken(_NOT_UNWRAPPED)
        cipher = self._ciphers.get(wrapped[:MASTER_ID_BYTES])
        if cipher is None:
            raise KeysUnusable(_NO_SUCH_MASTER, mend=_RESTORE)
        nonce, sealed = wrapped[MASTER_ID_BYTES:_SEALED_AT], wrapped[_SEALED_AT:]
        try:
            return cipher.decrypt(nonce, sealed, owner.bytes)
        except InvalidTag:
            raise SealBroken(_NOT_UNWRAPPED) from None

    def is_current(self, wrapped: bytes) -> bool:
        """Say whether a data key is wrapped under the current master key."""
        return wrapped[:MASTER_ID_BYTES] == self.current_id


class SeededKeyring(Keyring):
    """The keyring of a simulation: everything derives from the seed (HKDF, RFC 5869).

    Attributes:
        seed: What everything derives from.
    """

    simulated = True

    def __init__(self, seed: int | str) -> None:
        self.seed = str(seed)
        self._root = hmac_sha256(b"mingzhang simulation", self.seed.encode())
        super().__init__(
            [self._derived("master")],
            matching=self._derived("matching"),
        )

    def _derived(self, purpose: str) -> bytes:
        # The expand step of HKDF for one block: T(1) = HMAC(PRK, info | 0x01).
        return hmac_digest(self._root, purpose.encode() + b"\x01", "sha256")

    def rotated(self) -> Keyring:
        """Refuse: a key that is not of the seed would end the simulation's determinism.

        Raises:
            KeysUnusable: always.
        """
        raise KeysUnusable(
            Message("模拟用的密钥不能轮换", "the keys of a simulation cannot be rotated")
        )

    def without_old_masters(self) -> Keyring:
        """Return itself: there is one master key only."""
        return self

    def salts(self, context: str) -> Salts:
        """Return a source of salts for one command.

        Args:
            context: What tells this command from every other of the history, such as its
                idempotency key; the same context gives the same salts in the same order.
        """
        key = b""
        count = 0

        def next_salt() -> bytes:
            nonlocal key, count
            key = key or hmac_sha256(self._root, b"salts", context.encode())
            count += 1
            return hmac_digest(key, count.to_bytes(8, "big"), "sha256")

        return next_salt

    def new_data_key(self, owner: UUID) -> bytes:
        """Return the data key that the seed holds for ``owner``."""
        return hmac_sha256(self._root, b"data key", owner.bytes)


def _random_salt() -> bytes:
    return os.urandom(SALT_BYTES)


def master_id(key: bytes) -> bytes:
    """Return the 8 bytes by which a wrapped data key names its master key."""
    return sha256(b"mingzhang master key id\0" + key).digest()[:MASTER_ID_BYTES]
