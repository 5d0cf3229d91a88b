"""Cosignatures (C2SP tlog-cosignature): "at this time, this was the largest tree I had seen".

Two kinds, both a time in POSIX seconds followed by a signature. The Ed25519 kind (04) signs the
time and the note's whole text, and does not name who signs: one key for one name, never two. The
ML-DSA-44 kind (06) signs names, time, size and root, and stands against quantum computers; a log
may use it for its own line as well.
"""

from typing import Final, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import (
    MLDSA44PrivateKey,
    MLDSA44PublicKey,
)

from ledger.evidence.checkpoint import Checkpoint
from ledger.evidence.errors import Malformed
from ledger.evidence.note import VerifierKey
from ledger.evidence.signers import ed25519_holds, ed25519_public

COSIGNATURE_V1: Final = b"\x04"
SUBTREE_V1: Final = b"\x06"

TIME_BYTES: Final = 8
TIME_MAX: Final = 2**63 - 1
NAME_BYTES_MAX: Final = 255

_LABEL: Final = b"subtree/v1\n\0"


class Timestamped(NamedTuple):
    """What stands behind the key id of a cosignature.

    Attributes:
        at: when it was made, in POSIX seconds.
        signature: 64 bytes of Ed25519, or 2,420 of ML-DSA-44.
    """

    at: int
    signature: bytes

    @classmethod
    def parse(cls, data: bytes) -> "Timestamped":
        """Take time and signature apart.

        Raises:
            Malformed: there is no signature, or the time is out of range.
        """
        at = int.from_bytes(data[:TIME_BYTES], "big")
        if len(data) <= TIME_BYTES or at > TIME_MAX:
            raise Malformed("not a signature with a time")
        return cls(at, data[TIME_BYTES:])

    def __bytes__(self) -> bytes:
        """Return both as they stand behind the key id."""
        return self.at.to_bytes(TIME_BYTES, "big") + self.signature


def ed25519_message(text: str, at: int) -> bytes:
    """Return what the Ed25519 kind signs: two lines, then the note's text."""
    return f"cosignature/v1\ntime {at}\n{text}".encode()


def mldsa_message(name: str, at: int, checkpoint: Checkpoint) -> bytes:
    """Return what the ML-DSA-44 kind signs of a checkpoint; its extension lines are not covered.

    Raises:
        Malformed: a name has more than 255 bytes.
    """
    cosigner, origin = name.encode(), checkpoint.origin.encode()
    if max(len(cosigner), len(origin)) > NAME_BYTES_MAX:
        raise Malformed(f"a name has at most {NAME_BYTES_MAX} bytes")
    return b"".join(
        (
            _LABEL,
            len(cosigner).to_bytes(1, "big") + cosigner,
            at.to_bytes(8, "big"),
            len(origin).to_bytes(1, "big") + origin,
            (0).to_bytes(8, "big"),
            checkpoint.size.to_bytes(8, "big"),
            checkpoint.root,
        )
    )


class Ed25519Cosigner:
    """Cosigns with Ed25519 (kind 04); its key must serve no other name and no other purpose.

    Attributes:
        key: its public key.
    """

    def __init__(self, name: str, seed: bytes) -> None:
        """Cosign as ``name`` with the key that 32 secret bytes make."""
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        public = self._private.public_key().public_bytes_raw()
        self.key = VerifierKey(name, COSIGNATURE_V1 + public)

    def sign(self, text: str, at: int) -> bytes:
        """Return time and signature."""
        return bytes(Timestamped(at, self._private.sign(ed25519_message(text, at))))

    def secret(self) -> bytes:
        """Return kind and seed: what ``keys.secret_text`` spells."""
        return COSIGNATURE_V1 + self._private.private_bytes_raw()


class Ed25519CosignatureVerifier:
    """Checks cosignatures of kind 04.

    Attributes:
        key: whose lines.
    """

    def __init__(self, key: VerifierKey) -> None:
        """Check the lines of ``key``.

        Raises:
            Malformed: it is no key of this kind.
        """
        self.key = key
        self._public = ed25519_public(key, COSIGNATURE_V1)

    def verify(self, text: str, signature: bytes) -> bool:
        """Say whether the cosignature is one of this text."""
        try:
            Checkpoint.parse(text)
            signed = Timestamped.parse(signature)
        except Malformed:
            return False
        return ed25519_holds(self._public, ed25519_message(text, signed.at), signed.signature)


class MlDsa44Cosigner:
    """Cosigns with ML-DSA-44 (kind 06, FIPS 204); a log may sign its own checkpoints with it.

    Attributes:
        key: its public key.
    """

    def __init__(self, name: str, seed: bytes) -> None:
        """Cosign as ``name`` with the key that 32 secret bytes make."""
        self._private = MLDSA44PrivateKey.from_seed_bytes(seed)
        self.key = VerifierKey(name, SUBTREE_V1 + self._private.public_key().public_bytes_raw())

    def sign(self, text: str, at: int) -> bytes:
        """Return time and signature; it is another one every time.

        Raises:
            Malformed: the text is no checkpoint's.
        """
        message = mldsa_message(self.key.name, at, Checkpoint.parse(text))
        return bytes(Timestamped(at, self._private.sign(message)))

    def secret(self) -> bytes:
        """Return kind and seed: what ``keys.secret_text`` spells."""
        return SUBTREE_V1 + self._private.private_bytes_raw()


class MlDsa44Verifier:
    """Checks lines of kind 06.

    Attributes:
        key: whose lines.
    """

    def __init__(self, key: VerifierKey) -> None:
        """Check the lines of ``key``.

        Raises:
            Malformed: it is no key of this kind.
        """
        self.key = key
        if not key.material.startswith(SUBTREE_V1):
            raise Malformed("a key of another kind")
        try:
            self._public = MLDSA44PublicKey.from_public_bytes(key.material[1:])
        except ValueError:
            raise Malformed("not an ML-DSA-44 key") from None

    def verify(self, text: str, signature: bytes) -> bool:
        """Say whether the cosignature is one of the checkpoint that the text is."""
        try:
            signed = Timestamped.parse(signature)
            message = mldsa_message(self.key.name, signed.at, Checkpoint.parse(text))
            self._public.verify(signed.signature, message)
        except (InvalidSignature, Malformed):
            return False
        return True
