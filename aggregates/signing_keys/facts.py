"""The story of the log's signing keys, told in the log that they sign.

Each fact lies under a head that was signed with the keys of before as well, so whoever trusted
those learns of the new ones. Keys that sign promises have facts of their own, since a promise has
no size but names an entry. Secrets are never in it: a key is its public half.
"""

from typing import Annotated, Literal

from msgspec import Meta

from aggregates.facts import Code, Digest, Fact, Title, fact

VerifierKey = Annotated[
    str, Meta(pattern=r"^[^+\s]+\+[0-9a-f]{8}\+[A-Za-z0-9+/]+={0,2}$", max_length=4096)
]
"""A public key as C2SP's signed notes write it down: name, id, kind and key."""
KeyId = Annotated[str, Meta(pattern="^[0-9a-f]{8}$")]
"""The four bytes by which a signature refers to a key, in hexadecimal."""
LogSize = Annotated[int, Meta(ge=0, le=2**53)]
"""How many entries the log has under a head."""
Place = Annotated[int, Meta(ge=0, le=2**53)]
"""A position of the log, from 1; 0 where it holds nothing yet."""
Tree = Literal["sha256", "sm3"]
Algorithm = Literal["ed25519", "ml-dsa-44", "sm2-sm3"]
Ground = Literal["COMPROMISED", "LOST", "WEAK", "SUPERSEDED"]


@fact("evidence.signing-key-introduced.v1")
class SigningKeyIntroduced(Fact):
    """A key begins to sign the log's heads, beside those that are there.

    Attributes:
        log: The origin of the log.
        tree: Which tree's heads it signs.
        algorithm: Which kind of signature it makes.
        vkey: The public key.
        key_id: Its id.
        first_size: It signs no head of fewer entries.
    """

    log: Title
    tree: Tree
    algorithm: Algorithm
    vkey: VerifierKey
    key_id: KeyId
    first_size: LogSize


@fact("evidence.signing-key-retired.v1")
class SigningKeyRetired(Fact):
    """A key has ended its service: the overlap is over.

    Attributes:
        log: The origin of the log.
        tree: Which tree's heads it signed.
        vkey: The public key.
        key_id: Its id.
        last_size: The largest head that it signed; it counts up to there.
    """

    log: Title
    tree: Tree
    vkey: VerifierKey
    key_id: KeyId
    last_size: LogSize


@fact("evidence.signing-key-revoked.v1")
class SigningKeyRevoked(Fact):
    """A key is not to be trusted any more: whatever it signs beyond a size is not the log's.

    Attributes:
        log: The origin of the log.
        tree: Which tree's heads it signed.
        vkey: The public key.
        key_id: Its id.
        last_size: The largest head for which its signature still counts.
        ground: Why.
        document: The document that ordered it, if one did.
    """

    log: Title
    tree: Tree
    vkey: VerifierKey
    key_id: KeyId
    last_size: LogSize
    ground: Ground
    document: Code | None = None


@fact("evidence.promise-key-introduced.v1")
class PromiseKeyIntroduced(Fact):
    """A key begins to sign promises, beside those that are there.

    It has no first place: whoever sends a command once more is promised its entry of before.

    Attributes:
        log: The origin of the log.
        algorithm: Which kind of signature it makes.
        vkey: The public key.
        key_id: Its id.
    """

    log: Title
    algorithm: Algorithm
    vkey: VerifierKey
    key_id: KeyId


@fact("evidence.promise-key-retired.v1")
class PromiseKeyRetired(Fact):
    """A key promises nothing any more: the overlap is over.

    Attributes:
        log: The origin of the log.
        vkey: The public key.
        key_id: Its id.
        last_position: The last entry that it can have promised; it counts up to there.
    """

    log: Title
    vkey: VerifierKey
    key_id: KeyId
    last_position: Place


@fact("evidence.promise-key-revoked.v1")
class PromiseKeyRevoked(Fact):
    """A key of promises is not to be trusted any more: what it promises beyond is not the log's.

    Attributes:
        log: The origin of the log.
        vkey: The public key.
        key_id: Its id.
        last_position: The last entry for which its promise still counts.
        ground: Why.
        document: The document that ordered it, if one did.
    """

    log: Title
    vkey: VerifierKey
    key_id: KeyId
    last_position: Place
    ground: Ground
    document: Code | None = None


@fact("evidence.signing-keys-backed-up.v1")
class SigningKeysBackedUp(Fact):
    """Keys were written, encrypted, into a file that is kept apart.

    Attributes:
        log: The origin of the log.
        key_ids: The signing keys in it.
        with_vault: Whether the vault's keys are in it too.
        digest: Of the file.
    """

    log: Title
    key_ids: tuple[KeyId, ...]
    with_vault: bool
    digest: Digest
