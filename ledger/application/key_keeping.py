"""Exchanging the log's signing keys: what is done to the key file, and what the log says of it.

The order makes an interruption harmless. A key is written down before the log speaks of it, and
signs only afterwards; one that goes stops signing before the log says up to where it counts.
Whoever was interrupted gives the same command again.
"""

from typing import Any, Final, NamedTuple

from aggregates.decisions import Caller
from aggregates.ids import OfficialId, derived_id
from aggregates.language import Message
from ledger.application.answers import Ask, Recorded
from ledger.application.running import Ledger
from ledger.errors import Failure
from ledger.evidence.keys import SoftwareSigner
from ledger.evidence.note import VerifierKey
from ledger.integration.key_lives import key_lives_of
from ledger.integration.log_keys import (
    PROMISES,
    PROMISING,
    KeyLives,
    LogKeys,
    algorithm_of,
    generated,
    replace_log_keys,
)
from ledger.integration.place import SigningPlace
from ledger.integration.trees import TREES, TreeKind

_HEAD: Final = "select position from ledger.head"
KEEPER: Final = Caller(person=OfficialId(derived_id("account", "key-keeper")), role="KEY_KEEPER")


class KeyRefused(Failure):
    """This cannot be done with this key."""

    exit_code = 65


class KeyKeeping:
    """Brings keys in and takes them out, for one installation."""

    def __init__(self, ledger: Ledger, place: SigningPlace) -> None:
        """Keep the keys that lie at a place, and record it in a ledger."""
        self._ledger = ledger
        self._place = place

    async def lives(self) -> KeyLives:
        """Return what the log says about its keys."""
        async with self._ledger.pool.connection() as connection:
            return await key_lives_of(connection, self._place.keys().origin)

    async def introduce_all(self) -> int:
        """Record the keys of a new log; return how many were not on record."""
        keys, known = self._place.keys(), await self.lives()
        new = [one for one in keys.signing if str(one.key) not in known]
        for one in new:
            await self._introduced(keys, one, 0)
        return len(new)

    async def rotate(self, tree: TreeKind, algorithm: str) -> SoftwareSigner:
        """Bring in a new key beside those of its kind, and return it; from now on both sign."""
        return await self._brought_in(tree.origin(self._place.keys().origin), algorithm)

    async def rotate_promising(self) -> SoftwareSigner:
        """Bring in a new key for promises, and return it; from now on old and new sign them."""
        return await self._brought_in(self._place.keys().origin + PROMISES, PROMISING)

    async def _brought_in(self, name: str, algorithm: str) -> SoftwareSigner:
        keys = self._place.keys()
        waiting = (one for one in keys.pending if one.key.name == name)
        signer = next((one for one in waiting if algorithm_of(one) == algorithm), None)
        if signer is None:
            signer = generated(name, algorithm)
            self._write(keys.with_pending(signer))
        if str(signer.key) not in await self.lives():
            last = await self._reached(keys, signer.key)
            await self._introduced(keys, signer, last + 1 if last else 0)
        self._write(self._place.keys().with_begun(signer))
        return signer

    async def retire(self, key_id: str) -> int:
        """End the service of a key that another one replaces; return up to where it counts.

        That is a size of the tree, or the position of a promised entry, which is one too.

        Raises:
            KeyRefused: there is no such key, or no other of its kind.
        """
        keys = self._place.keys()
        signer = _found(keys, key_id)
        if _is_alone(keys, signer):
            raise KeyRefused(
                Message(
                    f"{key_id} 是 {signer.key.name} 唯一的 {algorithm_of(signer)} 密钥",
                    f"{key_id} is the only {algorithm_of(signer)} key of {signer.key.name}",
                ),
                mend=Message(
                    "请先用 mingzhang evidence keys rotate 启用新密钥，并留出交叠期",
                    "bring in a new one with mingzhang evidence keys rotate, and let both overlap",
                ),
            )
        last = await self._stopped(keys, signer)
        about = _about(keys, signer.key)
        await self._act(f"retire-{about.noun}", {about.limit: last, **about.data})
        self._write(self._place.keys().without(signer))
        return last

    async def revoke(
        self, key_id: str, ground: str, document: str | None = None, last_size: int | None = None
    ) -> int:
        """Revoke a key, replaced if it is the only one of its kind; return up to where it counts.

        Args:
            key_id: of a key that signs, or once did.
            ground: why: COMPROMISED, LOST, WEAK or SUPERSEDED.
            document: the document that orders it.
            last_size: the largest head, or the last promised entry, that is still believed; the
                last that it signed, if nothing is said.

        Raises:
            KeyRefused: there is no such key, or the size is larger than any that was signed.
        """
        keys = self._place.keys()
        held = [one for one in (*keys.signing, *keys.leaving) if _id(one.key) == key_id]
        key = held[0].key if held else await self._earlier(key_id)
        signed = await self._reached(keys, key)
        if last_size is not None and last_size > signed:
            raise KeyRefused(
                Message(f"已签只到大小{signed}", f"nothing larger than {signed} was signed")
            )
        if held and _is_alone(keys, held[0]):
            await self._brought_in(key.name, algorithm_of(held[0]))
            keys = self._place.keys()
        if held:
            signed = await self._stopped(keys, held[0])
        else:
            life = (await self.lives())[str(key)]
            signed = signed if life.last is None else life.last
        last = signed if last_size is None else min(signed, last_size)
        about = _about(keys, key)
        data = {about.limit: last, "ground": ground, "document": document, **about.data}
        await self._act(f"revoke-{about.noun}", data)
        if held:
            self._write(self._place.keys().without(held[0]))
        return last

    async def backed_up(self, digest: str, *, with_vault: bool) -> None:
        """Record that the keys were written into an encrypted file of this digest."""
        keys = self._place.keys()
        data = {
            "log": keys.origin,
            "key_ids": [_id(one.key) for one in keys.signing],
            "with_vault": with_vault,
            "digest": digest,
        }
        await self._act("record-signing-keys-backup", data)

    async def _stopped(self, keys: LogKeys, signer: SoftwareSigner) -> int:
        """Let a key sign no more, and return up to where it can have signed."""
        if signer not in keys.leaving:
            self._write(keys.with_leaving(signer))
        return await self._reached(keys, signer.key)

    async def _reached(self, keys: LogKeys, key: VerifierKey) -> int:
        """Return the size of the last head that was signed, or of the log, for keys of promises.

        A promise is signed with the keys of the moment after its entry was read, so nothing is
        promised with a key beyond what is committed when it went.
        """
        tree = _tree(keys, key)
        if tree is not None:
            return self._place.signer().settled(tree).size
        async with self._ledger.pool.connection() as connection:
            row = await (await connection.execute(_HEAD)).fetchone()
        return int(row[0]) if row else 0

    async def _introduced(self, keys: LogKeys, signer: SoftwareSigner, first: int) -> None:
        about = _about(keys, signer.key)
        data = {"algorithm": algorithm_of(signer), **about.data}
        if "tree" in data:
            data["first_size"] = first
        await self._act(f"introduce-{about.noun}", data)

    async def _earlier(self, key_id: str) -> VerifierKey:
        """Return a key that signs no more, as the log knows it."""
        found = [VerifierKey.parse(vkey) for vkey in await self.lives()]
        key = next((one for one in found if _id(one) == key_id), None)
        if key is None:
            raise _unknown(key_id)
        return key

    async def _act(self, command: str, data: dict[str, Any]) -> None:
        given = {name: value for name, value in data.items() if value is not None}
        answer = await self._ledger.door.act(Ask(command, given), KEEPER)
        if not isinstance(answer, Recorded):
            what = answer.broken[0].what
            raise KeyRefused(
                Message(
                    f"应为{what.expected.zh}；实为{what.found.zh}",
                    f"expected: {what.expected.en}; found: {what.found.en}",
                )
            )

    def _write(self, keys: LogKeys) -> None:
        replace_log_keys(self._place.key_file, keys)


class _About(NamedTuple):
    """How the log speaks of a key.

    Attributes:
        noun: What the commands about it call it.
        limit: What they call up to where it counts.
        data: What they say in any case.
    """

    noun: str
    limit: str
    data: dict[str, Any]


def _about(keys: LogKeys, key: VerifierKey) -> _About:
    tree, said = _tree(keys, key), {"log": keys.origin, "vkey": str(key), "key_id": _id(key)}
    if tree is None:
        return _About("promise-key", "last_position", said)
    return _About("signing-key", "last_size", {"tree": tree.name, **said})


def _is_alone(keys: LogKeys, signer: SoftwareSigner) -> bool:
    return keys.alike(signer.key.name, algorithm_of(signer)) == (signer,)


def _found(keys: LogKeys, key_id: str) -> SoftwareSigner:
    for one in (*keys.signing, *keys.leaving):
        if _id(one.key) == key_id:
            return one
    raise _unknown(key_id)


def _tree(keys: LogKeys, key: VerifierKey) -> TreeKind | None:
    """Return the tree whose heads a key signs; None for one that signs promises."""
    return next((tree for tree in TREES if tree.origin(keys.origin) == key.name), None)


def _id(key: VerifierKey) -> str:
    return key.key_id.hex()


def _unknown(key_id: str) -> KeyRefused:
    return KeyRefused(
        Message(f"没有编号为 {key_id} 的签名密钥", f"there is no signing key {key_id}"),
        mend=Message(
            "用 mingzhang evidence keys list 查看", "see them with mingzhang evidence keys list"
        ),
    )
