"""Trust policies (C2SP tlog-policy): whose signatures it takes to believe a checkpoint.

    log      <vkey> [<url>]
    witness  <name> <vkey> [<url>]
    group    <name> all|any|<k> <member>...
    quorum   <name>|none

One file, published beside the log and lodged on paper with the witnesses. A checkpoint is believed
if one of the logs signed it and the witnesses of the quorum cosigned it. Lines of ours, comments to
others, say for which sizes a key of the log counts (``ledger.evidence.validity``).
"""

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from typing import Final, Self

from ledger.evidence.checkpoint import SignedCheckpoint, open_checkpoint
from ledger.evidence.cosignature import COSIGNATURE_V1, SUBTREE_V1, Timestamped
from ledger.evidence.errors import Malformed, Refuted
from ledger.evidence.keys import verifier_of
from ledger.evidence.note import Verifier, decimal, known_lines
from ledger.evidence.signers import ED25519, SM2_SM3
from ledger.evidence.validity import FOR_EVER, PREFIX, Outlived, Validity, name_of, named

POLICY_BYTES_MAX: Final = 1_000_000

NONE: Final = "none"
_FORBIDDEN: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_LOG_KINDS: Final = (ED25519, SUBTREE_V1, SM2_SM3)
_WITNESS_KINDS: Final = (COSIGNATURE_V1, SUBTREE_V1)


@dataclass(frozen=True, slots=True)
class Group:
    """Witnesses and other groups that count as one: at least ``threshold`` of the members."""

    threshold: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Accepted:
    """A checkpoint that a policy believes.

    Attributes:
        signed: the checkpoint, with those lines of its log that count.
        cosigned: when each witness cosigned it, in POSIX seconds, by its name in the policy.
        outlived: keys of the log, ``<name>+<id>``, that signed it too and do not count at its size.
    """

    signed: SignedCheckpoint
    cosigned: Mapping[str, int]
    outlived: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Policy:
    """Who is trusted, and how many of them it takes.

    Attributes:
        logs: the keys of logs; a log with several keys has a line for each.
        witnesses: the keys of witnesses, by their names in the policy.
        groups: by name; members were defined before.
        quorum: a witness, a group, or ``none``.
        urls: where a log (by its vkey) or a witness (by its name) is found, where that is said.
        valid: at which sizes a key of a log counts, by ``<name>+<id>``; others count at all.
    """

    logs: tuple[Verifier, ...]
    witnesses: Mapping[str, Verifier]
    groups: Mapping[str, Group]
    quorum: str
    urls: Mapping[str, str]
    valid: Mapping[str, Validity] = field(default_factory=dict)

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read a policy.

        Raises:
            Malformed: it is none; the message says in which line.
        """
        if len(data) > POLICY_BYTES_MAX:
            raise Malformed(f"a policy has at most {POLICY_BYTES_MAX} bytes")
        lines = _Lines()
        # Names are octets: what is no UTF-8 is carried along as it is.
        for number, line in enumerate(data.decode(errors="surrogateescape").split("\n"), 1):
            try:
                lines.read(line)
            except Malformed as fault:
                raise Malformed(f"line {number} of the policy: {fault}") from None
        if lines.quorum is None:
            raise Malformed("a policy has one quorum line")
        if not lines.valid.keys() <= {named(one.key.name, one.key.key_id) for one in lines.logs}:
            raise Malformed("a validity of a key that the policy does not name")
        return cls(
            tuple(lines.logs), lines.witnesses, lines.groups, lines.quorum, lines.urls, lines.valid
        )

    def is_met_by(self, names: AbstractSet[str]) -> bool:
        """Say whether these witnesses are a quorum."""
        return self.quorum == NONE or self._counts(self.quorum, names)

    def without_quorum(self) -> Self:
        """Return the policy that needs no witness, and believes what a log alone signed."""
        return replace(self, quorum=NONE)

    def check(self, data: bytes) -> Accepted:
        """Read a checkpoint and check that it is to be believed.

        Raises:
            Malformed: it is no checkpoint.
            Refuted: its log did not sign it, the quorum is not met, or a line of a log or a
                witness that is named here does not verify.
            Outlived: only keys of its log signed it that do not count at its size.
        """
        signed, outlived = self._counting(open_checkpoint(data, self.logs))
        names = {(one.key.name, one.key.key_id): name for name, one in self.witnesses.items()}
        cosigned = {
            names[line.name, line.key_id]: Timestamped.parse(line.signature).at
            for line in known_lines(signed.note, self.witnesses.values())
        }
        if not self.is_met_by(cosigned.keys()):
            raise Refuted("the witnesses that cosigned the checkpoint are no quorum")
        return Accepted(signed, cosigned, outlived)

    def _counting(self, signed: SignedCheckpoint) -> tuple[SignedCheckpoint, tuple[str, ...]]:
        """Return a checkpoint with the lines that count, and the keys of those that do not."""
        size = signed.checkpoint.size
        validity = {line: self.valid.get(name_of(line), FOR_EVER) for line in signed.signed}
        counting = tuple(line for line in signed.signed if validity[line].covers(size))
        outlived = [line for line in signed.signed if line not in counting]
        if not counting:
            # A revoked one first: it is what whoever reads this has to know.
            first = min(outlived, key=lambda line: validity[line].state != "revoked")
            found = validity[first]
            raise Outlived(name_of(first), found.state, found.last, size)
        return replace(signed, signed=counting), tuple(map(name_of, outlived))

    def _counts(self, name: str, names: AbstractSet[str]) -> bool:
        if name in self.witnesses:
            return name in names
        group = self.groups[name]
        return sum(self._counts(one, names) for one in group.members) >= group.threshold


class _Lines:
    """A policy while it is being read."""

    def __init__(self) -> None:
        self.logs: list[Verifier] = []
        self.witnesses: dict[str, Verifier] = {}
        self.groups: dict[str, Group] = {}
        self.quorum: str | None = None
        self.urls: dict[str, str] = {}
        self.valid: dict[str, Validity] = {}
        self._grouped: set[str] = set()

    def read(self, line: str) -> None:
        if _FORBIDDEN.search(line):
            raise Malformed("a control character")
        words = re.split(r"[ \t]+", line.strip(" \t"))
        match words:
            case [""]:
                return
            case [first, *_] if first.startswith("#"):
                self._limit(words)
            case ["log", vkey, *url] if len(url) <= 1:
                self.logs.append(self._key(vkey, _LOG_KINDS, self.logs))
                self._found_at(vkey, url)
            case ["witness", name, vkey, *url] if len(url) <= 1:
                self._define(name)
                known = list(self.witnesses.values())
                self.witnesses[name] = self._key(vkey, _WITNESS_KINDS, known)
                self._found_at(name, url)
            case ["group", name, threshold, *members] if members:
                self._define(name)
                self.groups[name] = self._group(threshold, members)
            case ["quorum", name]:
                if self.quorum is not None:
                    raise Malformed("a second quorum")
                if name != NONE:
                    self._known(name)
                self.quorum = name
            case _:
                raise Malformed("not a line of a policy")

    def _limit(self, words: list[str]) -> None:
        if words[0] != PREFIX:
            return  # a comment
        key, validity = Validity.parse(words)
        if key in self.valid:
            raise Malformed("a second validity of one key")
        self.valid[key] = validity

    def _define(self, name: str) -> None:
        if name == NONE or name in self.witnesses or name in self.groups:
            raise Malformed("a name that is taken")

    def _found_at(self, whose: str, url: list[str]) -> None:
        if url:
            self.urls[whose] = url[0]

    def _known(self, name: str) -> None:
        if name not in self.witnesses and name not in self.groups:
            raise Malformed("a name that was not defined before")

    def _group(self, threshold: str, members: list[str]) -> Group:
        for name in members:
            self._known(name)
            if name in self._grouped:
                raise Malformed("a member that is in a group already")
            self._grouped.add(name)
        if threshold in {"all", "any"}:
            return Group(len(members) if threshold == "all" else 1, tuple(members))
        count = decimal(threshold, len(members))
        if count == 0:
            raise Malformed("a group of which nobody is needed")
        return Group(count, tuple(members))

    @staticmethod
    def _key(vkey: str, kinds: tuple[bytes, ...], known: list[Verifier]) -> Verifier:
        verifier = verifier_of(vkey)
        if not verifier.key.material.startswith(kinds):
            raise Malformed("a key of a kind that does not belong here")
        if any(one.key.material[1:] == verifier.key.material[1:] for one in known):
            raise Malformed("a key that stands here already")
        return verifier
