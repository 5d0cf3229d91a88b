"""Signed notes, keys and policies (C2SP signed-note, -checkpoint, -cosignature, -policy)."""

import base64
import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

from ledger.evidence.verifier.signatures import (
    HASH_BYTES,
    is_ed25519,
    is_mldsa44,
    is_sm2,
    sha256,
)
from ledger.evidence.verifier.telling import Bad, Said

SIZE_MAX = 2**63 - 1
NOTE_LINES_MAX = 64
SM2_KIND = b"\xffsm2-sm3:"
LOG_KINDS = (b"\x01", b"\x06", SM2_KIND)
WITNESS_KINDS = (b"\x04", b"\x06")


class Key(NamedTuple):
    """A public key: its name, the four bytes that refer to it, and kind with key."""

    name: str
    number: bytes
    material: bytes


class Line(NamedTuple):
    """A signature line: whose, which key, and the signature."""

    name: str
    number: bytes
    signature: bytes


class Tree(NamedTuple):
    """What a checkpoint says: which log, how many entries, the root over them."""

    origin: str
    size: int
    root: bytes


class Policy(NamedTuple):
    """Whose signatures count: keys of logs, keys of witnesses, groups, the quorum."""

    logs: list[Key]
    witnesses: dict[str, Key]
    groups: dict[str, tuple[int, list[str]]]
    quorum: str


def from_base64(text: str) -> bytes:
    """Return what standard base64 in its canonical spelling encodes."""
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        data = b""
    if base64.b64encode(data).decode() != text:
        raise Bad("base64 编码不合规范", "base64 that is none, or not canonical")
    return data


def from_decimal(text: str) -> int:
    """Return a number of ASCII digits without leading zeros."""
    if not re.fullmatch("0|[1-9][0-9]{0,18}", text) or int(text) > SIZE_MAX:
        raise Bad("数字不合规范", "a number out of form")
    return int(text)


def key_of(vkey: str) -> Key:
    """Return the key that a vkey spells."""
    name, _, rest = vkey.partition("+")
    number, _, encoded = rest.partition("+")
    material = from_base64(encoded)
    if not name or sha256(name.encode(errors="replace") + b"\n" + material)[:4].hex() != number:
        raise Bad("公钥不合规范或编号不符", "a verifier key out of form, or with another id")
    return Key(name, bytes.fromhex(number), material)


def take_apart(data: bytes) -> tuple[str, list[Line]]:
    """Return the text of a signed note and its signature lines."""
    bad = Bad("不是签名文书", "not a signed note")
    try:
        whole = data.decode()
    except UnicodeDecodeError:
        raise bad from None
    text, blank, below = whole.rpartition("\n\n")
    rows = below[:-1].split("\n")
    if not blank or not below.endswith("\n") or len(rows) > NOTE_LINES_MAX:
        raise bad
    if any(character < " " and character != "\n" for character in whole):
        raise bad
    lines = []
    for row in rows:
        parts = row.split(" ")
        if len(parts) != 3 or parts[0] != "\u2014" or not parts[1] or "+" in parts[1]:  # noqa: PLR2004 - dash, name, signature
            raise bad
        signed = from_base64(parts[2])
        if len(signed) <= 4:  # noqa: PLR2004 - the number of the key
            raise bad
        lines.append(Line(parts[1], signed[:4], signed[4:]))
    return text + "\n", lines


def tree_of(text: str) -> Tree:
    """Return what the text of a checkpoint says."""
    lines = text.split("\n")
    if len(lines) < 4 or lines[-1] or not all(lines[:-1]):  # noqa: PLR2004 - three lines
        raise Bad("检查点不成形式", "the checkpoint is out of form")
    tree = Tree(lines[0], from_decimal(lines[1]), from_base64(lines[2]))
    if len(tree.root) != HASH_BYTES or re.search(r"[\s+]", tree.origin):
        raise Bad("检查点不成形式", "the checkpoint is out of form")
    return tree


def is_signed(key: Key, text: str, signature: bytes) -> bool | None:
    """Say whether a line's signature is valid; None where it cannot be checked here."""
    kind, public, message = key.material[:1], key.material[1:], text.encode()
    if kind == b"\x01":
        return is_ed25519(public, message, signature)
    if key.material.startswith(SM2_KIND):
        return is_sm2(key.material[len(SM2_KIND) :], message, signature)
    at = int.from_bytes(signature[:8], "big")
    if kind == b"\x04":
        timed = f"cosignature/v1\ntime {at}\n".encode() + message
        return at <= SIZE_MAX and is_ed25519(public, timed, signature[8:])
    if kind == b"\x06":
        tree, name = tree_of(text), key.name.encode()
        origin = tree.origin.encode()
        if max(len(name), len(origin)) > 255 or at > SIZE_MAX:  # noqa: PLR2004 - one byte of length
            return False
        parts = (
            b"subtree/v1\n\0" + bytes([len(name)]) + name + signature[:8],
            bytes([len(origin)]) + origin + bytes(8) + tree.size.to_bytes(8, "big") + tree.root,
        )
        return is_mldsa44(public, b"".join(parts), signature[8:])
    return None


class PolicyLines:
    """A policy while it is read, line by line."""

    def __init__(self) -> None:
        self.policy = Policy([], {}, {}, "")
        self._names: set[str] = set()
        self._grouped: set[str] = set()

    def read(self, words: list[str]) -> bool:
        """Take a line; say whether it is one of a policy."""
        policy = self.policy
        match words:
            case ["log", vkey, *url] if len(url) <= 1:
                return self._add(key_of(vkey), LOG_KINDS, policy.logs)
            case ["witness", name, vkey, *url] if len(url) <= 1:
                policy.witnesses[name] = key_of(vkey)
                *known, new = policy.witnesses.values()
                return self._name(name) and self._add(new, WITNESS_KINDS, known)
            case ["group", name, needed, *members] if members:
                count = {"all": len(members), "any": 1}.get(needed) or from_decimal(needed)
                policy.groups[name] = count, members
                is_new = len(set(members)) == len(members) and not self._grouped & set(members)
                self._grouped |= set(members)
                are_known = self._names >= set(members) and 0 < count <= len(members)
                return is_new and are_known and self._name(name)
            case ["quorum", name] if not policy.quorum:
                self.policy = policy._replace(quorum=name)
                return name in self._names | {"none"}
            case _:
                return False

    def _name(self, name: str) -> bool:
        is_new = name not in self._names | {"none"}
        self._names.add(name)
        return is_new

    @staticmethod
    def _add(key: Key, kinds: tuple[bytes, ...], known: list[Key]) -> bool:
        is_new = all(one.material[1:] != key.material[1:] for one in known)
        known.append(key)
        return is_new and key.material.startswith(kinds)


def policy_of(data: bytes) -> Policy:
    """Return the policy that a file holds."""
    lines = PolicyLines()
    for number, row in enumerate(data.decode(errors="surrogateescape").split("\n"), 1):
        words = re.split("[ \t]+", row.strip(" \t"))
        is_odd = re.search(r"[\x00-\x08\x0b-\x1f\x7f]", row) is not None
        if not is_odd and (words == [""] or words[0].startswith("#")):
            continue
        if is_odd or not lines.read(words):
            raise Bad(
                f"信任策略第 {number} 行不合规范", f"line {number} of the policy is out of form"
            )
    if not lines.policy.quorum:
        raise Bad("信任策略没有法定人数", "the policy has no quorum")
    return lines.policy


def is_quorum(policy: Policy, name: str, cosigned: Iterable[str]) -> bool:
    """Say whether a witness or a group is among those that cosigned."""
    if name in policy.groups:
        count, members = policy.groups[name]
        return sum(is_quorum(policy, one, cosigned) for one in members) >= count
    return name == "none" or name in cosigned


def valid_names(
    text: str, lines: list[Line], keys: Iterable[tuple[str, Key]], unchecked: Callable[[str], None]
) -> list[str]:
    """Return under which names the lines of known keys are valid; one that is not is bad."""
    valid = []
    for name, key in keys:
        for line in lines:
            if (line.name, line.number) != (key.name, key.number):
                continue
            if (holds := is_signed(key, text, line.signature)) is None:
                unchecked(key.name)
            elif holds:
                valid.append(name)
            else:
                raise Bad(f"{key.name} 的签名不符", f"the signature of {key.name} does not verify")
    return valid


def believed(data: bytes, policy: Policy, said: Said) -> Tree:
    """Return what a checkpoint says, after checking that the policy believes it."""

    def unchecked(name: str) -> None:
        said.open(
            f"{name} 的抗量子签名：本机没有 cryptography 库",
            f"the post-quantum signature of {name}: no library cryptography here",
        )

    text, lines = take_apart(data)
    tree = tree_of(text)
    own = [(one.material.hex(), one) for one in policy.logs if one.name == tree.origin]
    if not own:
        raise Bad(
            f"检查点属于 {tree.origin}，信任策略中没有这个日志：是另一日志",
            f"the checkpoint is of {tree.origin}, which the policy does not know: another log",
        )
    if not valid_names(text, lines, own, unchecked):
        raise Bad("检查点没有日志自身的有效签名", "no valid signature of the log on its checkpoint")
    cosigned = valid_names(text, lines, policy.witnesses.items(), unchecked)
    if not is_quorum(policy, policy.quorum, cosigned):
        raise Bad("见证人不足法定人数", "the witnesses that cosigned are no quorum")
    names = "、".join(cosigned) or "无"
    said.good(
        f"检查点：{tree.origin}，共 {tree.size} 条，由日志签名；见证：{names}",
        f"checkpoint of {tree.origin}, {tree.size} entries, signed by the log; "
        f"witnesses: {', '.join(cosigned) or 'none'}",
    )
    return tree
