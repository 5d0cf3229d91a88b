"""What is asked to be recorded about signing keys, at the machine that holds them."""

from collections.abc import Iterator

from aggregates.decisions import Command, New, Unmet, World, command, lifecycle, unmet
from aggregates.facts import Code, Digest, Fact, Title
from aggregates.signing_keys.facts import (
    Algorithm,
    Ground,
    KeyId,
    LogSize,
    Place,
    PromiseKeyIntroduced,
    PromiseKeyRetired,
    PromiseKeyRevoked,
    SigningKeyIntroduced,
    SigningKeyRetired,
    SigningKeyRevoked,
    SigningKeysBackedUp,
    Tree,
    VerifierKey,
)
from aggregates.signing_keys.state import (
    CURRENT,
    KEPT_BY,
    REVOKED,
    SIGNING_KEYS,
    signing_keys_id,
)

KEEPERS = ("KEY_KEEPER",)


def _new(log: str, fact: Fact) -> New:
    return New(SIGNING_KEYS, signing_keys_id(log), fact)


@command(
    "introduce-signing-key",
    zh="启用日志签名密钥",
    en="Introduce a signing key",
    kind=SIGNING_KEYS,
    roles=KEEPERS,
)
class IntroduceSigningKey(Command):
    """A key was made and is about to sign."""

    log: Title
    tree: Tree
    algorithm: Algorithm
    vkey: VerifierKey
    key_id: KeyId
    first_size: LogSize

    def facts(self, world: World) -> Iterator[New]:
        """Record it."""
        del world
        fact = SigningKeyIntroduced(
            log=self.log,
            tree=self.tree,
            algorithm=self.algorithm,
            vkey=self.vkey,
            key_id=self.key_id,
            first_size=self.first_size,
        )
        yield _new(self.log, fact)


@command(
    "retire-signing-key",
    zh="停用日志签名密钥",
    en="Retire a signing key",
    kind=SIGNING_KEYS,
    roles=KEEPERS,
)
class RetireSigningKey(Command):
    """A key signs no more, because another one of its kind does."""

    log: Title
    tree: Tree
    vkey: VerifierKey
    key_id: KeyId
    last_size: LogSize

    def facts(self, world: World) -> Iterator[New]:
        """Record it."""
        del world
        fact = SigningKeyRetired(
            log=self.log,
            tree=self.tree,
            vkey=self.vkey,
            key_id=self.key_id,
            last_size=self.last_size,
        )
        yield _new(self.log, fact)


@command(
    "revoke-signing-key",
    zh="吊销日志签名密钥",
    en="Revoke a signing key",
    kind=SIGNING_KEYS,
    roles=KEEPERS,
)
class RevokeSigningKey(Command):
    """A key is in other hands, lost or weak; what it signs beyond a size counts no more."""

    log: Title
    tree: Tree
    vkey: VerifierKey
    key_id: KeyId
    last_size: LogSize
    ground: Ground
    document: Code | None = None

    def facts(self, world: World) -> Iterator[New]:
        """Record it."""
        del world
        fact = SigningKeyRevoked(
            log=self.log,
            tree=self.tree,
            vkey=self.vkey,
            key_id=self.key_id,
            last_size=self.last_size,
            ground=self.ground,
            document=self.document,
        )
        yield _new(self.log, fact)


@command(
    "introduce-promise-key",
    zh="启用承诺签名密钥",
    en="Introduce a key of promises",
    kind=SIGNING_KEYS,
    roles=KEEPERS,
)
class IntroducePromiseKey(Command):
    """A key was made and is about to sign promises."""

    log: Title
    algorithm: Algorithm
    vkey: VerifierKey
    key_id: KeyId

    def facts(self, world: World) -> Iterator[New]:
        """Record it."""
        del world
        fact = PromiseKeyIntroduced(
            log=self.log, algorithm=self.algorithm, vkey=self.vkey, key_id=self.key_id
        )
        yield _new(self.log, fact)


@command(
    "retire-promise-key",
    zh="停用承诺签名密钥",
    en="Retire a key of promises",
    kind=SIGNING_KEYS,
    roles=KEEPERS,
)
class RetirePromiseKey(Command):
    """A key promises nothing any more, because another one does."""

    log: Title
    vkey: VerifierKey
    key_id: KeyId
    last_position: Place

    def facts(self, world: World) -> Iterator[New]:
        """Record it."""
        del world
        fact = PromiseKeyRetired(
            log=self.log, vkey=self.vkey, key_id=self.key_id, last_position=self.last_position
        )
        yield _new(self.log, fact)


@command(
    "revoke-promise-key",
    zh="吊销承诺签名密钥",
    en="Revoke a key of promises",
    kind=SIGNING_KEYS,
    roles=KEEPERS,
)
class RevokePromiseKey(Command):
    """A key of promises is in other hands, lost or weak; what it promises beyond counts no more."""

    log: Title
    vkey: VerifierKey
    key_id: KeyId
    last_position: Place
    ground: Ground
    document: Code | None = None

    def facts(self, world: World) -> Iterator[New]:
        """Record it."""
        del world
        fact = PromiseKeyRevoked(
            log=self.log,
            vkey=self.vkey,
            key_id=self.key_id,
            last_position=self.last_position,
            ground=self.ground,
            document=self.document,
        )
        yield _new(self.log, fact)


@command(
    "record-signing-keys-backup",
    zh="记录密钥备份",
    en="Record a backup of keys",
    kind=SIGNING_KEYS,
    roles=KEEPERS,
)
class RecordSigningKeysBackup(Command):
    """Keys were written into an encrypted file."""

    log: Title
    key_ids: tuple[KeyId, ...]
    with_vault: bool
    digest: Digest

    def facts(self, world: World) -> Iterator[New]:
        """Record it."""
        del world
        fact = SigningKeysBackedUp(
            log=self.log,
            key_ids=self.key_ids,
            with_vault=self.with_vault,
            digest=self.digest,
        )
        yield _new(self.log, fact)


_Introduces = IntroduceSigningKey | IntroducePromiseKey
_Retires = RetireSigningKey | RetirePromiseKey
_Revokes = RevokeSigningKey | RevokePromiseKey
_ALL = (
    IntroduceSigningKey,
    RetireSigningKey,
    RevokeSigningKey,
    IntroducePromiseKey,
    RetirePromiseKey,
    RevokePromiseKey,
    RecordSigningKeysBackup,
)


@lifecycle(*_ALL)
def recorded_where_the_keys_are(c: Command, world: World) -> Iterator[Unmet]:
    """Only whoever holds the keys says what becomes of them: nobody over a wire, no import."""
    del c
    if world.channel != KEPT_BY:
        yield unmet(
            ("在保管密钥的机器上办理", "done at the machine that holds the keys"),
            ("其他渠道", "another channel"),
        )


@lifecycle(IntroduceSigningKey, IntroducePromiseKey)
def key_is_new(c: _Introduces, world: World) -> Iterator[Unmet]:
    """A key begins once."""
    if c.vkey in world.state(SIGNING_KEYS, signing_keys_id(c.log)).became:
        yield unmet(("新的密钥", "a new key"), ("该密钥已有记录", "the key is on record"))


@lifecycle(RetireSigningKey, RetirePromiseKey)
def key_is_in_service(c: _Retires, world: World) -> Iterator[Unmet]:
    """Only a key in service ends its service; one of before the records is in service too."""
    became = world.state(SIGNING_KEYS, signing_keys_id(c.log)).became.get(c.vkey, CURRENT)
    if became != CURRENT:
        yield unmet(("在用的密钥", "a key in service"), ("已停用或吊销", "it has ended"))


@lifecycle(RevokeSigningKey, RevokePromiseKey)
def key_is_not_revoked(c: _Revokes, world: World) -> Iterator[Unmet]:
    """A key is revoked once; also when its service has ended."""
    if world.state(SIGNING_KEYS, signing_keys_id(c.log)).became.get(c.vkey) == REVOKED:
        yield unmet(("未吊销的密钥", "a key that is not revoked"), ("已吊销", "it is revoked"))
