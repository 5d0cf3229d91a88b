"""Plain signatures over a note's text: Ed25519, which everybody reads, and SM2 with SM3.

The SM2 line is ours: kind ``ff``, which others pass over, then ``sm2-sm3:`` and the point. It signs
the same text, under the default identity of GB/T 32918 (1234567812345678), as ``r || s``. The
library behind it may be exchanged for a certified module: whatever has ``key`` and ``sign`` is a
``Signer``.
"""

from typing import Final, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from gmssl_fast import SM2, GmsslError

from ledger.evidence.errors import Malformed
from ledger.evidence.note import VerifierKey

ED25519: Final = b"\x01"
SM2_SM3: Final = b"\xffsm2-sm3:"

SEED_BYTES: Final = 32
SM2_SIGNATURE_BYTES: Final = 64

_P: Final = 2**256 - 2**224 - 2**96 + 2**64 - 1
_B: Final = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93


class Ed25519Signer:
    """Signs with Ed25519 (kind 01): the line that every tool checks.

    Attributes:
        key: its public key.
    """

    def __init__(self, name: str, seed: bytes) -> None:
        """Sign as ``name`` with the key that 32 secret bytes make."""
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self.key = VerifierKey(name, ED25519 + self._private.public_key().public_bytes_raw())

    def sign(self, text: str, at: int) -> bytes:  # noqa: ARG002 - this kind carries no time
        """Return the signature of a note's text, 64 bytes."""
        return self._private.sign(text.encode())

    def secret(self) -> bytes:
        """Return kind and seed: what ``keys.secret_text`` spells."""
        return ED25519 + self._private.private_bytes_raw()


class Ed25519Verifier:
    """Checks Ed25519 lines (kind 01).

    Attributes:
        key: whose lines.
    """

    def __init__(self, key: VerifierKey) -> None:
        """Check the lines of ``key``.

        Raises:
            Malformed: it is no key of this kind.
        """
        self.key = key
        self._public = ed25519_public(key, ED25519)

    def verify(self, text: str, signature: bytes) -> bool:
        """Say whether the signature is one of this text."""
        return ed25519_holds(self._public, text.encode(), signature)


class Sm2Signer:
    """Signs with SM2 and SM3 in software: in function what a certified module does in form.

    Attributes:
        key: its public key.
    """

    def __init__(self, name: str, private: bytes, public: bytes) -> None:
        """Sign as ``name``.

        Args:
            name: of the key.
            private: the secret number, 32 bytes, big-endian.
            public: the point that belongs to it, 65 bytes, uncompressed.

        Raises:
            Malformed: these are no such keys, or they do not belong together.
        """
        self._private = private
        self.key = VerifierKey(name, SM2_SM3 + public)
        try:
            self._key = SM2(private.hex(), public.hex())
            self.sign("", 0)  # the library compares the halves when it first uses them
        except (GmsslError, ValueError):
            raise Malformed("not the two halves of one SM2 key") from None

    @classmethod
    def generate(cls, name: str) -> Self:
        """Return a signer with a key that did not exist before."""
        pair = SM2.generate()
        private, public = pair.private_key_hex or "", pair.public_key_hex or ""
        return cls(name, bytes.fromhex(private), bytes.fromhex(public))

    def sign(self, text: str, at: int) -> bytes:  # noqa: ARG002 - this kind carries no time
        """Return the signature of a note's text, ``r || s``, 64 bytes; another one every time."""
        return self._key.sign(text.encode())

    def secret(self) -> bytes:
        """Return kind, number and point: what ``keys.secret_text`` spells."""
        return SM2_SM3 + self._private + self.key.material[len(SM2_SM3) :]


class Sm2Verifier:
    """Checks SM2 lines (kind ff, ``sm2-sm3:``).

    Attributes:
        key: whose lines.
    """

    def __init__(self, key: VerifierKey) -> None:
        """Check the lines of ``key``.

        Raises:
            Malformed: it is no key of this kind.
        """
        self.key = key
        point = key.material.removeprefix(SM2_SM3)
        if not key.material.startswith(SM2_SM3) or not _is_on_curve(point):
            raise Malformed("not an SM2 key")
        self._key = SM2(public_key=point.hex())

    def verify(self, text: str, signature: bytes) -> bool:
        """Say whether the signature is one of this text."""
        if len(signature) != SM2_SIGNATURE_BYTES:
            return False
        try:
            return bool(self._key.verify(text.encode(), signature))
        except (GmsslError, ValueError):  # a point or a number outside the group
            return False


def ed25519_public(key: VerifierKey, kind: bytes) -> Ed25519PublicKey:
    """Return the public key inside a verifier key of a kind.

    Raises:
        Malformed: it is of another kind, or no key.
    """
    if not key.material.startswith(kind):
        raise Malformed("a key of another kind")
    try:
        return Ed25519PublicKey.from_public_bytes(key.material[len(kind) :])
    except ValueError:
        raise Malformed("not an Ed25519 key") from None


def ed25519_holds(public: Ed25519PublicKey, message: bytes, signature: bytes) -> bool:
    """Say whether an Ed25519 signature is one of a message."""
    try:
        public.verify(signature, message)
    except InvalidSignature:
        return False
    return True


def _is_on_curve(point: bytes) -> bool:
    """Say whether 65 bytes are an uncompressed point of the SM2 curve (GB/T 32918.5)."""
    if len(point) != 1 + 2 * SEED_BYTES or point[0] != 4:  # noqa: PLR2004 - SEC 1: uncompressed
        return False
    x, y = int.from_bytes(point[1:33], "big"), int.from_bytes(point[33:], "big")
    return x < _P and y < _P and (y * y - (x * x * x - 3 * x + _B)) % _P == 0
